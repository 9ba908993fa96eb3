"""What few data need: is a difference in loss on one held-out stretch more than its own scatter?"""

from __future__ import annotations

from typing import Any

import numpy as np
from arch.bootstrap import CircularBlockBootstrap
from scipy import stats


def diebold_mariano(d: Any, ahead: int = 1) -> tuple[float, float]:
    r"""Return statistic and two-sided p of a mean difference in loss ``d (N,)`` between two forecasts.

    The variance of the mean adds up the autocovariances up to lag ``ahead - 1``, as forecasts so far ahead overlap;
    the correction for small samples and Student's t with N - 1 degrees of freedom follow Harvey, Leybourne and Newbold.
    Sources: Diebold and Mariano, *Comparing predictive accuracy*, 1995; Harvey, Leybourne and Newbold, *Testing the
    equality of prediction mean squared errors*, 1997, eq. 8 and 9.
    """
    d = np.asarray(d, float)
    N, centred = len(d), d - d.mean()
    gamma = [centred[lag:] @ centred[: N - lag] / N for lag in range(ahead)]
    variance = (gamma[0] + 2 * sum(gamma[1:])) / N
    correction = (N + 1 - 2 * ahead + ahead * (ahead - 1) / N) / N
    statistic = float(np.sqrt(correction) * d.mean() / np.sqrt(variance))
    return statistic, float(2 * stats.t.sf(abs(statistic), N - 1))


def interval(d: Any, block: int, draws: int = 5000) -> tuple[float, float]:
    """Return the middle 95 % of the mean of ``d`` over bootstrap samples made of blocks of so many neighbours."""
    bootstrap = CircularBlockBootstrap(block, np.asarray(d, float), seed=np.random.default_rng(0))
    means = bootstrap.apply(np.mean, draws)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))
