"""Yearly sunspots, one to eleven years ahead, against persistence and an autoregression, from origins that roll.

The years up to 1888 are learnt from when rates and orders are chosen, by forecasts of 1889 to 1928. The test are the
years 1929 to 2008: each decade begins with a fit, of every contender, to all the years before it. Numbers are scaled by
the mean and the spread of the years that are learnt from.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from reproduce.cases.choosing import PILOTS, SEEDS, Record, chosen, few, kept, train
from reproduce.cases.held_out import diebold_mariano, interval
from rnnlib import GRUCell, Model, PlainCell, data
from rnnlib.models import Batch
from rnnlib.readouts import LinearReadout

NAME = "sunspots"
CHOOSING, TESTING, REFIT, AHEAD = 1889, 1929, 10, 11
WINDOW, WARM, BATCH, UPDATES, EVERY, UNITS = 33, 11, 32, 1500, 100, 8
CELLS = {"plain": PlainCell, "GRU": GRUCell}
REACHES = (1, 2, 3, 5, 11)
"""Years that a net is given before its forecast, for the price of a window."""
years, spots = data.sunspots()


def place(year: int) -> int:
    """Return where this year stands in the series."""
    return int(np.searchsorted(years, year))


class Autoregression:
    """Least squares on the last ``order`` years and a constant."""

    def __init__(self, series: Any, order: int) -> None:
        past = np.column_stack([series[order - lag : len(series) - lag] for lag in range(1, order + 1)])
        self.order = order
        self.weights = np.linalg.lstsq(np.column_stack([past, np.ones(len(past))]), series[order:], rcond=None)[0]
        self.noise = float(np.std(series[order:] - np.column_stack([past, np.ones(len(past))]) @ self.weights))

    def ahead(self, past: Any, steps: int) -> Any:
        """Return forecasts of the next years, each made of the ones before."""
        known = list(past[-self.order :])
        for _ in range(steps):
            known.append(float(np.dot(self.weights[:-1], known[: -self.order - 1 : -1]) + self.weights[-1]))
        return np.array(known[self.order :])

    def spread(self, steps: int) -> Any:
        r"""Return the standard deviation of the error in theory, :math:`\\sigma (\\sum_{j<h} \\psi_j^2)^{1/2}`."""
        psi = [1.0]
        for _ in range(steps - 1):
            psi.append(float(np.dot(self.weights[:-1][: len(psi)], psi[::-1][: self.order])))
        return self.noise * np.sqrt(np.cumsum(np.square(psi)))


class Net:
    """A recurrent net that reads ``window`` years from a zero state and forecasts the next."""

    def __init__(self, name: str, series: Any, rate: float, seed: int, updates: int, window: int = WINDOW,
                 look: Any = None) -> None:  # fmt: skip
        rng, self.window = np.random.default_rng(seed), window
        self.mean, self.scale = series.mean(), series.std()
        self.model = Model(CELLS[name](1, UNITS), LinearReadout(UNITS, 1), "squared_error")
        scaled = ((series - self.mean) / self.scale).astype(np.float32)
        warm = min(WARM, window - 1)

        def step(params: Any) -> tuple[float, Any]:
            first = rng.integers(0, len(scaled) - window, BATCH)
            columns = scaled[first + np.arange(window + 1)[:, None]][..., None]
            scored = np.broadcast_to(np.arange(window)[:, None] >= warm, (window, BATCH))
            loss, grads = self.model.loss_and_grads(params, Batch(columns[:-1], columns[1:], scored=scored))
            return loss, grads.params

        def seen(params: Any) -> float:
            self.params = params
            return look(self) if look else 0.0

        self.params, self.curve = train(
            self.model.init(rng, np.float32), step, rate, updates, EVERY if look else updates, seen
        )

    def ahead(self, past: Any, steps: int) -> Any:
        """Return forecasts of the next years, each made of the ones before."""
        return self.ahead_from([past], steps)[0]

    def ahead_from(self, pasts: list[Any], steps: int) -> Any:
        """Return the same from several pasts at once, ``(pasts, steps)``."""
        known = (np.array([past[-self.window :] for past in pasts]).T - self.mean) / self.scale
        for _ in range(steps):
            x = known[-self.window :, :, None].astype(np.float32)
            known = np.vstack([known, self.model.predict(self.params, Batch(x, x))[-1, :, 0]])
        return (known[-steps:] * self.scale + self.mean).T


def errors_of_choice(net: Net) -> float:
    """Return the root mean squared error one year ahead in the years that choose."""
    at = range(place(CHOOSING), place(TESTING))
    found = net.ahead_from([spots[:t] for t in at], 1)[:, 0]
    return float(np.sqrt(np.mean((found - spots[list(at)]) ** 2)))


def pilot(name: str, rate: float, seed: int) -> Record:
    """Return the validation curve of one net."""
    return {"validation": few(Net(name, spots[: place(CHOOSING)], rate, seed, UPDATES, look=errors_of_choice).curve)}


def order() -> tuple[int, Any]:
    """Return the order of the autoregression that the years of choice prefer, and all their errors."""
    at = range(place(CHOOSING), place(TESTING))
    found = []
    for p in range(1, 21):
        fit = Autoregression(spots[: place(CHOOSING)], p)
        found.append(np.sqrt(np.mean([(fit.ahead(spots[:t], 1)[0] - spots[t]) ** 2 for t in at])))
    return 1 + int(np.argmin(found)), found


def rolling(fit: Any) -> Any:
    """Return forecasts ``(80, AHEAD)`` from each year before the test's, ``fit`` made anew at each decade."""
    forecasts = []
    for year in range(TESTING, 2009):
        t = place(year)
        if (year - TESTING) % REFIT == 0:
            model = fit(spots[:t])
        forecasts.append(model.ahead(spots[:t], AHEAD))
    return np.array(forecasts)


def report(name: str, rate: float, updates: int, seed: int) -> Record:
    """Return the forecasts of one seed from every origin."""
    return {"forecasts": few(rolling(lambda past: Net(name, past, rate, seed, updates)), 4)}


def windowed(rate: float, updates: int, seed: int) -> Record:
    """Return, for nets that are trained and asked with so many years, the error one year ahead in the test years."""
    found = []
    for window in REACHES:
        forecasts = rolling_one(lambda past, window=window: Net("GRU", past, rate, seed, updates, window))
        found.append(float(np.sqrt(np.mean((forecasts - spots[place(TESTING) :]) ** 2))))
    return {"errors": few(found)}


def rolling_one(fit: Any) -> Any:
    """Return the forecasts one year ahead, of all test years by one fit to the years before them."""
    return fit(spots[: place(TESTING)]).ahead_from([spots[:t] for t in range(place(TESTING), len(spots))], 1)[:, 0]


def scored(forecasts: Any) -> Any:
    """Return the squared errors ``(80, AHEAD)``, NaN beyond 2008."""
    forecasts = np.asarray(forecasts)
    truth = np.full_like(forecasts, np.nan)
    for row in range(len(forecasts)):
        known = spots[place(TESTING) + row :][:AHEAD]
        truth[row, : len(known)] = known
    return (forecasts - truth) ** 2


def by_lead(squares: Any) -> Any:
    """Return the root mean squared error at each lead."""
    return np.sqrt(np.nanmean(squares, axis=0))


def gather() -> Record:
    """Train what is missing, and return what the chapter reads."""
    p, errors = order()
    past = [spots[: place(TESTING) + row] for row in range(80)]
    linear = rolling(lambda past: Autoregression(past, p))
    seasonal = np.array([one[-11:] for one in past])
    persistent = np.array([[one[-1]] * AHEAD for one in past])
    squares = {"autoregression": scored(linear), "seasonal": scored(seasonal), "persistence": scored(persistent)}
    squares["first order"] = scored(rolling(lambda past: Autoregression(past, 1)))
    found: Record = {
        "order": p, "order_errors": few(errors), "truth": spots[place(TESTING) :].tolist(),
        "autoregression_forecasts": few(linear),
        "spread": few(Autoregression(spots[: place(TESTING)], p).spread(AHEAD)),
        "one_year": {}, "budget": {"updates": UPDATES, "batch": BATCH, "window": WINDOW, "units": UNITS},
    }  # fmt: skip
    for name in CELLS:
        rate, updates, curves = chosen(f"{NAME}-{name}", partial(pilot, name), EVERY, PILOTS)
        runs = [kept(f"{NAME}-{name}-{seed}", partial(report, name, rate, updates, seed)) for seed in SEEDS]
        forecasts = np.array([run["forecasts"] for run in runs])
        found[name] = {"rate": rate, "updates": updates, "pilots": curves,
                       "leads": few([by_lead(scored(one)) for one in forecasts])}  # fmt: skip
        squares[name] = scored(forecasts.mean(axis=0))
        found[name]["forecasts"] = few(forecasts.mean(axis=0))
        found[name]["tests"] = [
            few(diebold_mariano((scored(one) - squares["autoregression"])[:, 0])) for one in forecasts
        ]
    for name, square in squares.items():
        d = (square - squares["autoregression"])[:, 0]
        better = [] if name == "autoregression" else [*few(diebold_mariano(d)), *few(interval(d, 11))]
        found["one_year"][name] = {"leads": few(by_lead(square)), "against": better}
    rate, updates = found["GRU"]["rate"], found["GRU"]["updates"]
    runs = [kept(f"{NAME}-windowed-{seed}", partial(windowed, rate, updates, seed)) for seed in SEEDS]
    fits = [rolling_one(lambda past, k=k: _Many(Autoregression(past, k))) for k in REACHES]
    linear_by_window = [float(np.sqrt(np.mean((one - spots[place(TESTING) :]) ** 2))) for one in fits]
    found["windows"] = {"reaches": REACHES, "nets": [run["errors"] for run in runs], "linear": few(linear_by_window)}
    return found


class _Many:
    """An autoregression asked for several forecasts at once."""

    def __init__(self, fit: Autoregression) -> None:
        self.fit = fit

    def ahead_from(self, pasts: list[Any], steps: int) -> Any:
        return np.array([self.fit.ahead(past, steps) for past in pasts])
