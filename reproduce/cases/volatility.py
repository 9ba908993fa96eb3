"""One-day-ahead densities of the S&P 500's returns, against GARCH refitted on the same days.

Returns are of closing prices, in per cent. The days to the end of 2010 are learnt from when rates are chosen, by the
years 2011 and 2012. The test are the years 2013 to 2018: each January every contender is fitted to all days before it.
All but one have innovations by Student's t, with degrees of freedom that are fitted too.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
from arch.data import sp500
from arch.univariate import EGARCH, GARCH, ConstantMean, ConstantVariance, EWMAVariance, Normal, StudentsT
from scipy import special, stats

from reproduce.cases.choosing import PILOTS, SEEDS, Record, chosen, few, kept, train
from reproduce.cases.held_out import diebold_mariano, interval
from rnnlib import GRUCell, PlainCell, bptt, unroll
from rnnlib.readouts import LinearReadout

NAME = "volatility"
CELLS = {"plain": PlainCell, "GRU": GRUCell, "GRU, no sign": GRUCell}
"""The last one is the control: it is told how large a return was, and not whether it was a fall."""
STEPS, WARM, BATCH, UPDATES, EVERY, UNITS = 120, 20, 32, 1200, 100, 8
YEARS = range(2013, 2019)
BLOCK, CUTS, REACH = 21, (1, 2, 5, 10, 20, 50, 100, 200, 400), 120

CLASSICAL: dict[str, Any] = {
    "constant": (ConstantVariance, StudentsT),
    "ARCH(1)": (partial(GARCH, p=1, o=0, q=0), StudentsT),
    "EWMA": (partial(EWMAVariance, 0.94), StudentsT),
    "GARCH, normal": (partial(GARCH, p=1, o=0, q=1), Normal),
    "GARCH": (partial(GARCH, p=1, o=0, q=1), StudentsT),
    "GJR-GARCH": (partial(GARCH, p=1, o=1, q=1), StudentsT),
    "EGARCH": (partial(EGARCH, p=1, o=1, q=1), StudentsT),
}


@cache
def returns() -> tuple[Any, Any]:
    """Return the days, as years, and the returns in per cent."""
    close = sp500.load()["Adj Close"]
    r = 100 * np.diff(np.log(close.to_numpy()))
    return close.index.year.to_numpy()[1:], r


def before(year: int) -> int:
    """Return how many days lie before this year."""
    return int(np.searchsorted(returns()[0], year))


def log_density(e: Any, variance: Any, dof: float) -> Any:
    """Return the log-likelihood of each deviation ``e`` in nats, by Student's t of this variance, or a normal's."""
    if np.isinf(dof):
        return stats.norm.logpdf(e, scale=np.sqrt(variance))
    return stats.t.logpdf(e, dof, scale=np.sqrt(variance * (dof - 2) / dof))


def classical(name: str, days: int) -> tuple[Any, float, float, dict[str, float]]:
    """Fit to the first ``days``; return the variance of every day, given those before, mean, dof and parameters."""
    process, distribution = CLASSICAL[name]
    _, r = returns()
    fit = ConstantMean(r[:days], volatility=process(), distribution=distribution()).fit(disp="off")
    if fit.convergence_flag:
        raise RuntimeError(f"{name} did not converge on {days} days: its likelihood would not be the opponent's best")
    whole = ConstantMean(r, volatility=process(), distribution=distribution()).fix(fit.params)
    dof = float(fit.params.get("nu", np.inf))
    return np.asarray(whole.conditional_volatility) ** 2, float(fit.params["mu"]), dof, dict(fit.params)


class Net:
    r"""A recurrent net for :math:`\ln v_t`, and degrees of freedom :math:`2 + e^\eta`, learnt with it."""

    def __init__(self, name: str, days: int, rate: float, seed: int, updates: int, look: Any = None) -> None:
        rng = np.random.default_rng(seed)
        _, r = returns()
        self.mean, self.scale = r[:days].mean(), r[:days].std()
        z = (r - self.mean) / self.scale
        self.z, self.x = z, np.stack([0 * z if name.endswith("no sign") else z, np.abs(z)], axis=-1).astype(np.float32)
        self.cell, self.readout = CELLS[name](2, UNITS), LinearReadout(UNITS, 1)
        eta = (np.full(1, np.log(6.0), np.float32),)
        start = self.cell.init(rng, np.float32), self.readout.init(rng, np.float32), eta

        def step(params: Any) -> tuple[float, Any]:
            first = rng.integers(0, days - STEPS, BATCH)
            at = first + np.arange(STEPS)[:, None]
            return self.loss_and_grads(params, self.x[at], z[at + 1])

        def seen(params: Any) -> float:
            self.params = params
            return look(self) if look else 0.0

        self.params, self.curve = train(start, step, rate, updates, EVERY if look else updates, seen)

    def loss_and_grads(self, params: Any, x: Any, z: Any) -> tuple[float, Any]:
        """Return the mean negative log-likelihood of the next days ``z (T, B)``, in scaled units, and its gradient."""
        cell, readout, (eta,) = params
        tape = unroll(self.cell, cell, x)
        log_v = self.readout.forward(readout, tape.h[1:])[..., 0].astype(float)
        loss, dlog_v, deta = student_loss(z[WARM:], log_v[WARM:], float(eta[0]))
        dy = np.zeros((*log_v.shape, 1), x.dtype)
        dy[WARM:, :, 0] = dlog_v
        dreadout, dh = self.readout.backward(readout, tape.h[1:], dy)
        return loss, (bptt(tape, dh).params, dreadout, (np.full(1, deta, x.dtype),))

    @property
    def dof(self) -> float:
        """The degrees of freedom."""
        return 2 + float(np.exp(self.params[2][0][0]))

    def variance(self, x: Any) -> Any:
        """Return the variance of the day after each of ``x (T, B, 2)``, ``(T, B)``, in per cent squared."""
        tape = unroll(self.cell, self.params[0], x)
        return self.scale**2 * np.exp(self.readout.forward(self.params[1], tape.h[1:])[..., 0].astype(float))

    def log_likelihood(self, first: int, last: int, cut: int | None = None) -> Any:
        """Return that of each day from ``first`` to before ``last``, of all days before it or of the last ``cut``."""
        if cut is None:
            variance = self.variance(self.x[: last - 1, None])[first - 1 :, 0]
        else:
            at = np.arange(first, last) + np.arange(-cut, 0)[:, None]
            variance = self.variance(self.x[at])[-1]
        return log_density(returns()[1][first:last] - self.mean, variance, self.dof)

    def reach(self, days: Any) -> Any:
        r"""Return the median over ``days`` of :math:`|\partial \ln v_t/\partial r_{t-k}|`, k = 1 .. ``REACH``."""
        at = days + np.arange(-REACH, 0)[:, None]
        tape = unroll(self.cell, self.params[0], self.x[at])
        dh = np.zeros_like(tape.h[1:])
        dh[-1] = self.params[1].V
        dx = bptt(tape, dh).x
        return np.median(np.abs(dx[..., 0] + np.sign(self.z[at]) * dx[..., 1]) / self.scale, axis=1)[::-1]


def student_loss(z: Any, log_v: Any, eta: float) -> tuple[float, Any, float]:
    r"""Return the mean negative log-likelihood of ``z``, variance :math:`e^{\log v}`, and its gradients.

    With :math:`\nu = 2 + e^\eta` and :math:`q = z^2/((\nu - 2) v)` the loss of a day is
    :math:`\ln B(\frac{\nu}{2}, \frac12) + \frac12 \ln((\nu - 2) v) + \frac{\nu + 1}{2} \ln(1 + q)`.
    """
    nu, N = 2 + np.exp(eta), z.size
    q = z**2 / ((nu - 2) * np.exp(log_v))
    pull = (nu + 1) / 2 * q / (1 + q)
    loss = special.betaln(nu / 2, 0.5) + (np.log(nu - 2) + log_v) / 2 + (nu + 1) / 2 * np.log1p(q)
    dnu = (special.digamma(nu / 2) - special.digamma((nu + 1) / 2)) / 2 + 1 / (2 * (nu - 2))
    dnu += (np.log1p(q) / 2 - pull / (nu - 2)).mean()
    return float(loss.mean()), (0.5 - pull) / N, float(dnu * (nu - 2))


def pilot(name: str, rate: float, seed: int) -> Record:
    """Return the curve of one net in the years that choose, in nats a day (negative log-likelihood)."""

    def look(net: Net) -> float:
        return -float(net.log_likelihood(before(2011), before(2013)).mean())

    return {"validation": few(Net(name, before(2011), rate, seed, UPDATES, look).curve, 6)}


def report(name: str, rate: float, updates: int, seed: int) -> Record:
    """Return the log-likelihood of every day of the test by one seed, fitted each January, and what it looks at."""
    days, cuts = [], []
    for year in YEARS:
        net = Net(name, before(year), rate, seed, updates)
        days.append(net.log_likelihood(before(year), before(year + 1)))
        cuts.append([net.log_likelihood(before(year), before(year + 1), cut).sum() for cut in CUTS])
    total = before(YEARS[-1] + 1) - before(YEARS[0])
    return {
        "days": few(np.concatenate(days), 4),
        "cuts": few(np.sum(cuts, axis=0) / total, 5),
        "reach": few(net.reach(np.arange(before(2013), before(2019), 5)), 3),
        "dof": few(net.dof),
    }


def by_classical(name: str) -> tuple[Any, dict[str, float]]:
    """Return the log-likelihood of every day of the test, and the last fit's parameters."""
    _, r = returns()
    found = []
    for year in YEARS:
        variance, mean, dof, params = classical(name, before(year))
        span = slice(before(year), before(year + 1))
        found.append(log_density(r[span] - mean, variance[span], dof))
    return np.concatenate(found), params


def cut_garch() -> Any:
    """Return GARCH's mean log-likelihood if it begins so many days before each, at its variance in the long run."""
    _, r = returns()
    totals = np.zeros(len(CUTS))
    for year in YEARS:
        _, mean, dof, p = classical("GARCH", before(year))
        days = np.arange(before(year), before(year + 1))
        for i, cut in enumerate(CUTS):
            v = np.full(len(days), p["omega"] / max(1 - p["alpha[1]"] - p["beta[1]"], 1e-4))
            v = np.minimum(v, r[: days[0]].var())
            for lag in range(cut, 0, -1):
                v = p["omega"] + p["alpha[1]"] * (r[days - lag] - mean) ** 2 + p["beta[1]"] * v
            totals[i] += log_density(r[days] - mean, v, dof).sum()
    return totals / (before(YEARS[-1] + 1) - before(YEARS[0]))


def garch_reach() -> Any:
    r"""Return the median of :math:`2 \alpha \beta^{k-1} |r_{t-k} - \mu|/v_t` over the days at which nets are asked."""
    _, r = returns()
    v, mean, _, p = classical("GARCH", before(2018))
    days = np.arange(before(2013), before(2019), 5)
    lags = np.arange(1, REACH + 1)[:, None]
    return np.median(2 * p["alpha[1]"] * p["beta[1]"] ** (lags - 1) * np.abs(r[days - lags] - mean) / v[days], axis=1)


def gather() -> Record:
    """Train what is missing, and return what the chapter reads."""
    found: Record = {"days": before(2019) - before(2013), "contenders": {}, "cuts": {"days": CUTS},
                     "budget": {"updates": UPDATES, "steps": STEPS, "batch": BATCH, "units": UNITS}}  # fmt: skip
    daily: dict[str, Any] = {}
    for name in CLASSICAL:
        daily[name], params = by_classical(name)
        found["contenders"][name] = {"mean": few(daily[name].mean(), 6), "parameters": few(params)}
    for name in CELLS:
        rate, updates, curves = chosen(f"{NAME}-{name}", partial(pilot, name), EVERY, PILOTS)
        runs = [kept(f"{NAME}-{name}-{seed}", partial(report, name, rate, updates, seed)) for seed in SEEDS]
        days = np.array([run["days"] for run in runs])
        daily[name] = np.log(np.exp(days).mean(axis=0))
        found["contenders"][name] = {
            "rate": rate, "updates": updates, "pilots": curves, "seeds": few(days.mean(axis=1), 6),
            "mean": few(daily[name].mean(), 6), "dof": [run["dof"] for run in runs],
            "against": [[*few(diebold_mariano(one - daily["GARCH"]))] for one in days],
        }  # fmt: skip
        found["cuts"][name] = [run["cuts"] for run in runs]
        if not name.endswith("no sign"):
            found.setdefault("reach", {})[name] = [run["reach"] for run in runs]
    found["cuts"]["GARCH"], found["reach"]["GARCH"] = few(cut_garch(), 5), few(garch_reach(), 3)
    for opponent in ("GARCH", "GJR-GARCH", "EGARCH", "GRU, no sign", "constant"):
        for name in daily:
            if name != opponent:
                d = daily[name] - daily[opponent]
                found["contenders"][name][f"over {opponent}"] = few(
                    [d.mean(), *interval(d, BLOCK), *diebold_mariano(d, BLOCK)]
                )
    found["by_year"] = {
        name: few([one[before(y) - before(2013) : before(y + 1) - before(2013)].mean() for y in YEARS])
        for name, one in daily.items()
    }
    return found
