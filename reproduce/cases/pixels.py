"""Handwritten digits read pixel by pixel, row by row or in a fixed random order, against readers of the whole picture.

The 1,797 digits are dealt into five parts. Seed s is tested on part s, with part s + 1 to choose by and the other three
to learn from, so that each digit is tested once by each contender.
"""

from __future__ import annotations

import warnings
from functools import cache, partial
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from reproduce.cases.choosing import SEEDS, Record, chosen, few, kept, train
from rnnlib import GRUCell, Model, PlainCell, bptt, unroll
from rnnlib.data import Digits
from rnnlib.losses import softmax
from rnnlib.readouts import LinearReadout

NAME = "pixels"
CELLS = {"plain": PlainCell, "GRU": GRUCell}
ORDERS = ("rows", "permuted")
UNITS, BATCH, UPDATES, EVERY, FOLDS = 64, 64, 300, 50, 5
ENDS = (1, 8, 16, 24, 32, 48, 64)


@cache
def dealt() -> tuple[Any, Any, Any]:
    """Return pixels ``(64, N)`` from 0 to 1, labels ``(N,)`` and each digit's part."""
    loaded, rng = load_digits(), np.random.default_rng(12)
    return loaded.data.T / 16, loaded.target, rng.permutation(len(loaded.target)) % FOLDS


def scan(order: str) -> Any:
    """Return the order in which pixels are read, the same for all nets."""
    return np.arange(64) if order == "rows" else np.random.default_rng(64).permutation(64)


def parts(order: str, fold: int) -> tuple[Digits, Digits, Digits]:
    """Return what is learnt from, what chooses and what tests."""
    x, labels, part = dealt()
    x = x[scan(order), :, None]
    chooses, tests = part == (fold + 1) % FOLDS, part == fold
    return tuple(Digits(x[:, these], labels[these]) for these in (~chooses & ~tests, chooses, tests))  # type: ignore[return-value]


def accuracy(model: Model, params: Any, digits: Digits) -> Any:
    """Return for each digit whether it is named rightly."""
    return model.predict(params, digits.whole(np.float32))[-1].argmax(-1) == digits.labels


def learn(name: str, order: str, rate: float, seed: int) -> tuple[Model, Any, list[float], float]:
    """Train one net; return it and its error on the part that chooses, at the best of all looks the parameters too."""
    rng, (learnt, chooses, _) = np.random.default_rng(seed), parts(order, seed % FOLDS)
    model = Model(CELLS[name](1, UNITS), LinearReadout(UNITS, 10))
    start = model.init(rng, np.float32)
    best: list[Any] = [np.inf, start]

    def step(params: Any) -> tuple[float, Any]:
        loss, grads = model.loss_and_grads(params, learnt.draw(rng, BATCH, np.float32))
        return loss, grads.params

    def look(params: Any) -> float:
        loss = model.evaluate(params, chooses.whole(np.float32))
        if loss < best[0]:
            best[:] = loss, params
        return loss

    _, seen = train(start, step, rate, UPDATES, EVERY, look)
    return model, best[1], seen, decay(model, start, learnt)


def decay(model: Model, params: Any, digits: Digits) -> float:
    r"""Return by what factor :math:`|\delta|` changes with each step back, on average over the last 24."""
    x = digits.x[:, :200].astype(np.float32)
    tape = unroll(model.cell, params.cell, x)
    dh = np.zeros_like(tape.h[1:])
    p = softmax(model.readout.forward(params.readout, tape.h[-1]))
    dh[-1] = (p - np.eye(10, dtype=p.dtype)[digits.labels[:200]]) @ params.readout.V
    delta = np.concatenate(list(bptt(tape, dh).delta), axis=-1).astype(float)
    logs = np.log(np.linalg.norm(delta, axis=-1) + 1e-300).mean(axis=1)
    return float(np.exp((logs[-26] - logs[-2]) / 24))


def pilot(name: str, order: str, rate: float, seed: int) -> Record:
    """Return the curve of one net."""
    return {"validation": few(learn(name, order, rate, seed)[2])}


def report(name: str, order: str, rate: float, seed: int) -> Record:
    """Train one net, and say what it names rightly, and what if the first pixels are those of another digit."""
    model, params, seen, factor = learn(name, order, rate, seed)
    test = parts(order, seed)[2]
    right = accuracy(model, params, test)
    others = np.random.default_rng(0).permutation(len(test.labels))
    swapped = []
    for end in ENDS:
        x = test.x.copy()
        x[: 64 - end] = x[: 64 - end, others]
        swapped.append(float(accuracy(model, params, Digits(x, test.labels)).mean()))
    return {"accuracy": float(right.mean()), "right": right.astype(int).tolist(), "swapped": few(swapped),
            "curve": few(seen), "decay": factor}  # fmt: skip


def whole_pictures(fold: int) -> Record:
    """Return what readers of the whole picture name rightly, and of the last pixels alone."""
    learnt, chooses, test = (part for part in parts("rows", fold))
    found: Record = {}

    def best(make: Any, choices: Any, pixels: Any = slice(None)) -> Any:
        fits = [make(choice).fit(learnt.x[pixels, :, 0].T, learnt.labels) for choice in choices]
        scores = [fit.score(chooses.x[pixels, :, 0].T, chooses.labels) for fit in fits]
        return fits[int(np.argmax(scores))].predict(test.x[pixels, :, 0].T) == test.labels

    def logistic(C: float) -> Any:
        return LogisticRegression(C=C, max_iter=2000)

    def feed_forward(alpha: float) -> Any:
        return MLPClassifier((64,), activation="tanh", alpha=alpha, max_iter=400, random_state=fold)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for name, make, choices in (
            ("logistic regression", logistic, (0.01, 0.1, 1.0, 10.0)),
            ("feed-forward", feed_forward, (1e-4, 1e-2, 1.0)),
        ):
            found[name] = best(make, choices).astype(int).tolist()
        found["ends"] = [float(best(feed_forward, (1e-2,), slice(64 - end, None)).mean()) for end in ENDS]
        found["sum"] = best_of_sum(learnt, test)
    return found


def best_of_sum(learnt: Digits, test: Digits) -> float:
    """Return what is named rightly by the sum of all pixels alone, in 40 bins: a reader without an order."""
    edges = np.quantile(learnt.x.sum(axis=(0, 2)), np.linspace(0, 1, 41)[1:-1])
    bins, asked = (np.digitize(part.x.sum(axis=(0, 2)), edges) for part in (learnt, test))
    table = np.array([np.bincount(learnt.labels[bins == b], minlength=10).argmax() for b in range(40)])
    return float((table[asked] == test.labels).mean())


def gather() -> Record:
    """Train what is missing, and return what the chapter reads."""
    whole = [kept(f"{NAME}-whole-{fold}", partial(whole_pictures, fold)) for fold in SEEDS]
    found: Record = {"ends": ENDS, "last_pixels": [one["ends"] for one in whole], "sum": [one["sum"] for one in whole],
                     "budget": {"updates": UPDATES, "batch": BATCH, "units": UNITS}, "nets": {}}  # fmt: skip
    right: dict[str, Any] = {
        name: np.concatenate([one[name] for one in whole]) for name in ("logistic regression", "feed-forward")
    }
    found["whole"] = {name: few([np.mean(one[name]) for one in whole]) for name in right}
    for order in ORDERS:
        for name in CELLS:
            key = f"{name}, {order}"
            stem = f"{NAME}-{name}-{order}"
            rate, _, curves = chosen(stem, partial(pilot, name, order), EVERY)
            runs = [kept(f"{stem}-{seed}", partial(report, name, order, rate, seed)) for seed in SEEDS]
            right[key] = np.concatenate([run["right"] for run in runs])
            found["nets"][key] = {"rate": rate, "pilots": curves} | {
                what: [run[what] for run in runs] for what in ("accuracy", "swapped", "decay", "curve")
            }
    found["pairs"] = {
        name: [int(np.sum(one & ~right["feed-forward"] & 1)), int(np.sum(right["feed-forward"] & ~one & 1))]
        for name, one in right.items()
    }
    return found
