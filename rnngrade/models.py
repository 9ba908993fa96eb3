"""Models that learners train: made by one of their functions, never looked into, judged by what they predict.

Predictions are compared with targets of the same shape by a measure: a loss for each target, of which the mean counts.
Targets that are NaN, or negative where labels are wanted, do not count: padding, steps without a target.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LIKE = 0.1  # predictions this near to a mistake's, as a fraction of its own distance from the targets, are taken for it
SAME = 0.02  # of the targets' deviation: less variety than this in the predictions is none


@dataclass(frozen=True)
class Made:
    """A model: whatever the learner's function ``name`` returns for ``args``. It stays where it was made."""

    name: str
    args: tuple[Any, ...]


@dataclass(frozen=True)
class Measure:
    """How predictions are held against targets; all functions take arrays of one shape.

    Args:
        counts: which targets count.
        losses: of those that count, one number each; the smaller, the better.
        apart: how far two sets of predictions are from each other, on average.
        blind: the mean loss of the best prediction that is the same for every input.
        misfit: what keeps predictions that count from being measured, or nothing.
    """

    counts: Callable[[np.ndarray], np.ndarray]
    losses: Callable[[np.ndarray, np.ndarray], np.ndarray]
    apart: Callable[[np.ndarray, np.ndarray], float]
    blind: Callable[[np.ndarray], float]
    misfit: Callable[[np.ndarray], str] = lambda got: ""


def _not_nan(target: np.ndarray) -> np.ndarray:
    return ~np.isnan(target)


def _mean_square(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.mean(np.abs(a - b) ** 2))


def _not_labels(got: np.ndarray) -> str:
    whole = got.dtype.kind in "biu" or (got.dtype.kind == "f" and bool(np.all(got == np.floor(got))))
    return "" if whole else "a label is a whole number: take the class with the largest score, or the nearest one"


def _commonest(labels: np.ndarray) -> float:
    return float(np.unique(labels, return_counts=True)[1].max() / labels.size)


def _not_probabilities(got: np.ndarray) -> str:
    sums = got.sum(-1)
    if not got.size or (np.min(got) >= 0 and np.allclose(sums, 1, atol=1e-3)):
        return ""
    if np.min(got) < 0:
        return f"a probability is not negative, and one here is {np.min(got):.3g}: are these scores before the softmax?"
    return f"the probabilities of each prediction add up to 1; these add up to {sums.flat[0]:.3g}"


def _cross_entropy(got: np.ndarray, target: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return -np.sum(np.where(target > 0, target * np.log(got), 0.0), axis=-1)


def _entropy(target: np.ndarray) -> float:
    mean = target.reshape(-1, target.shape[-1]).mean(0)
    return float(-np.sum(mean[mean > 0] * np.log(mean[mean > 0])))


MEASURES = {
    "squared error": Measure(_not_nan, lambda got, target: (got - target) ** 2, _mean_square, lambda t: float(t.var())),
    "error rate": Measure(
        lambda target: target >= 0,
        lambda got, target: (got != target).astype(float),
        lambda a, b: float(np.mean(a != b)),
        lambda target: 1 - _commonest(target),
        _not_labels,
    ),
    # Targets are probabilities as well, of one class or of several; in nats.
    "cross-entropy": Measure(
        lambda target: ~np.isnan(target).any(-1), _cross_entropy, _mean_square, _entropy, _not_probabilities
    ),
}
Pairs = Sequence[tuple[np.ndarray, np.ndarray]]


def counted(measure: str, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """The predictions that count and their targets, of all cases together."""
    counts = [MEASURES[measure].counts(target) for _, target in pairs]
    got, target = (np.concatenate([pair[i][where] for pair, where in zip(pairs, counts)]) for i in (0, 1))
    return got.astype(float), target.astype(float)


def loss(measure: str, pairs: Pairs) -> float:
    """The mean loss over all cases together; infinite where it is no number."""
    value = float(np.mean(MEASURES[measure].losses(*counted(measure, pairs))))
    return value if np.isfinite(value) else np.inf


def blind(measure: str, targets: Sequence[np.ndarray]) -> float:
    """The mean loss of the best prediction that is the same for every input."""
    return MEASURES[measure].blind(counted(measure, [(target, target) for target in targets])[1])


def likeness(measure: str, pairs: Pairs, mistaken: Sequence[np.ndarray]) -> float:
    """How near the predictions are to a mistake's: their distance over that of the mistake's from the targets."""
    rule = MEASURES[measure]
    got, target = counted(measure, pairs)
    wrong, _ = counted(measure, [(m, t) for m, (_, t) in zip(mistaken, pairs)])
    own = rule.apart(wrong, target)
    return rule.apart(got, wrong) / own if own else np.inf


def indifferent(measure: str, pairs: Pairs) -> bool:
    """Whether the predictions are the same for every sequence of the batch: axis 1 where there is time, else axis 0."""
    per_step = 2 if measure == "error rate" else 3  # predictions (T, B) or (T, B, n)
    spreads = [
        np.ptp(got.astype(float), axis=axis)
        for got, _ in pairs
        for axis in [int(got.ndim == per_step)]
        if got.ndim and got.shape[axis] > 1
    ]
    if not spreads:
        return False
    return max(float(spread.max(initial=0.0)) for spread in spreads) <= SAME * float(counted(measure, pairs)[1].std())
