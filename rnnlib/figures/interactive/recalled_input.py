"""What a state can hold: what a linear probe reads from the state about the input of k steps ago."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rnnlib.cells.plain import PlainCell, PlainParams
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE, THEORY
from rnnlib.initialisers import orthogonal
from rnnlib.through_time import unroll

UNITS, LAGS, SHOWN = 24, 48, 48
ERRORS = {"0": 0.0, "0.01": 0.01, "0.1": 0.1}
STEPS, SEQUENCES, WASHOUT = 500, 48, 150


class RecalledInput(InteractiveFigure):
    r"""A linear network of 24 units, driven by independent inputs of variance 1, and read by linear probes.

    For the chosen ``network``, reading ``error`` :math:`\epsilon` and ``lag`` :math:`k`: the share of the variance of
    :math:`x_{t-k}` that the best probe explains, :math:`R^2(k) = u^\top W^{k\top} (C + \epsilon^2 I)^{-1} W^k u`,
    beside the one measured, and what the probe says about 48 inputs that it was not fitted to. ``curves`` holds
    predicted and measured shares, ``points`` pairs of input and reading in steps of .03.
    """

    network = traitlets.Enum(["delay line", "orthogonal", "random"], "orthogonal").tag(sync=True)
    error = traitlets.Enum(list(ERRORS), "0").tag(sync=True)
    lag = traitlets.Int(12, min=0, max=LAGS - 1).tag(sync=True)
    curves = traitlets.Dict().tag(sync=True)
    points = traitlets.Dict().tag(sync=True)
    alt = traitlets.Unicode(
        "Left, the share of an input's variance that a linear probe reads from the state, against the input's age; "
        "right, for one age, what was put in and what is read: a line where all is held, a flat cloud where nothing is."
    ).tag(sync=True)
    _shared = ("helpers.js", "panel.js")

    @traitlets.default("curves")
    def _all_curves(self) -> dict[str, Any]:
        return _measured()[0]

    @traitlets.default("points")
    def _all_points(self) -> dict[str, Any]:
        return _measured()[1]

    def still(self, ax: Axes) -> None:
        """Print the share against the lag, for the three networks, predicted and measured."""
        for (name, (W, u)), colour, marker in zip(networks().items(), "312", "sov", strict=True):
            ax.plot(explained(W, u, ERRORS[self.error]), **THEORY)
            measured = self.curves[f"{name} {self.error}"]["measured"]
            ax.plot(measured, marker, color=PALETTE[colour], markersize=4, label=name)
        ax.set(xlabel="lag $k$ (steps)", ylabel="$R^2(k)$ of a linear probe", ylim=(-0.05, 1.12))
        ax.legend(loc="upper right")
        ax.set_title("24 units hold 24 inputs, spent on different lags")


def networks() -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """``W`` and ``u`` of the three, the last two of spectral radius .95."""
    rng = np.random.default_rng(5)
    random = rng.standard_normal((UNITS, UNITS))
    random *= 0.95 / np.abs(np.linalg.eigvals(random)).max()
    turned = 0.95 * orthogonal(rng, (UNITS, UNITS))
    u = rng.standard_normal((2, UNITS)) / np.sqrt(UNITS)
    delay = np.eye(UNITS, k=-1), np.eye(UNITS)[0]
    return {"delay line": delay, "orthogonal": (turned, u[0]), "random": (random, u[1])}


def explained(W: NDArray[np.float64], u: NDArray[np.float64], error: float) -> NDArray[np.float64]:
    """The share of variance that the best probe of each lag explains, from the rows ``W^k u``."""
    rows = [u]
    for _ in range(999):
        rows.append(W @ rows[-1])
    Q, S, _ = np.linalg.svd(np.array(rows), full_matrices=False)
    kept = S / S[0] > 1e-12
    return np.sum(Q[:LAGS, kept] ** 2 * (S[kept] ** 2 / (S[kept] ** 2 + error**2)), axis=1)


@cache
def _measured() -> tuple[dict[str, Any], dict[str, Any]]:
    rng = np.random.default_rng(8)
    x = rng.standard_normal((STEPS, SEQUENCES))
    past = np.stack([x[WASHOUT - k : STEPS - k].ravel() for k in range(LAGS)], axis=1)
    half = len(past) // 2
    curves, points = {}, {}
    for name, (W, u) in networks().items():
        cell = PlainCell(1, UNITS, activation="linear")
        states = unroll(cell, PlainParams(W, u[:, None], np.zeros(UNITS)), x[..., None]).h[WASHOUT + 1 :]
        for label, error in ERRORS.items():
            read = states.reshape(-1, UNITS) + error * rng.standard_normal((len(past), UNITS))
            probe, *_ = np.linalg.lstsq(read[:half], past[:half], rcond=None)
            said = read[half:] @ probe
            share = 1 - np.mean((past[half:] - said) ** 2, axis=0) / past[half:].var(axis=0)
            key = f"{name} {label}"
            curves[key] = {"predicted": explained(W, u, error).round(4).tolist(), "measured": share.round(4).tolist()}
            chosen = rng.choice(half, SHOWN, replace=False)
            pairs = np.stack([past[half:][chosen], said[chosen]], axis=-1).transpose(1, 0, 2)
            points[key] = np.clip(np.rint(pairs / 0.03), -99, 99).astype(int).reshape(LAGS, -1).tolist()
    return curves, points
