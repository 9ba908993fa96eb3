"""Chapter 2: which gradient check notices which mistake, and where a difference quotient itself is wrong."""

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
from rnnlib.forward_mode import forward_mode
from rnnlib.gradients import relative_error
from rnnlib.through_time import Tape, bptt, unroll

UNITS, STEPS = 3, 8
POWERS = np.arange(-14, -0.9, 0.5)
MISTAKES = {
    "none": "no mistake",
    "order": "φ′ on the wrong side of Wᵀ",
    "last": "the last step's term only",
    "local": "a wrong local error, handed on",
    "pass": "the forward pass forgets b",
}


class ThreeChecks(InteractiveFigure):
    r"""The gradient of :math:`W` of three tanh units over eight steps, right or with a ``mistake``, and its checks.

    ``checks`` holds for each mistake the relative error against a central difference in ``double`` and in ``single``
    precision and a ``complex`` step, for every :math:`\epsilon` of ``powers``, and those against forward mode, which is
    given the states and local errors of the program it checks, and against ``autograd``, which is given nothing.
    ``vee`` is what :math:`\epsilon^2 |L'''|/6 + u|L|/\epsilon` predicts, in both precisions.
    """

    mistake = traitlets.Enum(list(MISTAKES), "none").tag(sync=True)
    precision = traitlets.Enum(["double", "single"], "double").tag(sync=True)
    power = traitlets.Float(-5.0, min=-14.0, max=-1.0).tag(sync=True)
    powers = traitlets.List(traitlets.Float(), POWERS.tolist()).tag(sync=True)
    checks = traitlets.Dict().tag(sync=True)
    vee = traitlets.Dict().tag(sync=True)
    alt = traitlets.Unicode(
        "Left, the relative error of a gradient against a central difference and a complex step, over the step; right, "
        "what each of four checks says. A right gradient shows the V of the quotient itself, a wrong one a plateau."
    ).tag(sync=True)
    _shared = ("helpers.js", "panel.js")

    @traitlets.default("checks")
    def _all_checks(self) -> dict[str, Any]:
        return _computed()[0]

    @traitlets.default("vee")
    def _predicted(self) -> dict[str, list[float]]:
        return _computed()[1]

    def still(self, ax: Axes) -> None:
        """Print the error against the step, for the right gradient and for one with a mistake."""
        epsilon = 10.0**POWERS
        ax.loglog(epsilon, self.vee["double"], **THEORY)
        ax.loglog(epsilon, self.checks["none"]["double"], "o", color=PALETTE["1"], label="central difference")
        ax.loglog(epsilon, self.checks["none"]["complex"], "s", color=PALETTE["3"], markersize=4, label="complex step")
        ax.loglog(epsilon, self.checks["order"]["double"], "v", color=PALETTE["2"], label=r"$\phi'$ on the wrong side")
        ax.set(xlabel=r"step $\epsilon$", ylabel="relative error", ylim=(1e-17, 10))
        ax.legend(loc="center left")
        ax.set_title("A wrong gradient shows a plateau, a right one the quotient's V")


def _setting() -> tuple[PlainParams, NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(12)
    W, U = rng.standard_normal((UNITS, UNITS)) * 0.7, rng.standard_normal((UNITS, 1))
    params = PlainParams(W, U, 0.4 * rng.standard_normal(UNITS))
    return params, rng.standard_normal((STEPS, 1)), rng.uniform(-0.8, 0.8, (STEPS, UNITS))


def _states(params: PlainParams, x: NDArray[Any]) -> NDArray[Any]:
    h = [np.zeros(UNITS, params.W.dtype)]
    for x_t in x.astype(params.U.real.dtype):
        h.append(np.tanh(params.W @ h[-1] + params.U @ x_t + params.b))
    return np.array(h)


def _loss(params: PlainParams, x: NDArray[Any], y: NDArray[Any]) -> Any:
    return 0.5 * np.sum((_states(params, x)[1:] - y.astype(params.W.real.dtype)) ** 2)


def _wrong(mistake: str, tape: Tape, dh: NDArray[Any]) -> NDArray[Any]:
    """The gradient of ``W`` by a backward pass with this mistake, if it is one of the backward pass."""
    h = tape.h[:, 0]
    if mistake == "last":
        return np.outer((1 - h[-1] ** 2) * dh[-1, 0], h[-2])
    if mistake != "order":
        return bptt(tape, dh).params.W
    dW, message = np.zeros((UNITS, UNITS)), np.zeros(UNITS)
    for t in range(STEPS, 0, -1):
        delta, slope = dh[t - 1, 0] + message, 1 - h[t] ** 2
        dW += np.outer(slope * delta, h[t - 1])
        message = slope * (tape.params.W.T @ delta)
    return dW


def _quotients(params: PlainParams, x: NDArray[Any], y: NDArray[Any], step: Any) -> NDArray[Any]:
    """Central differences of every entry of ``W``, in the precision of ``params``; a complex step is taken as one."""
    found = np.zeros((UNITS, UNITS))
    for i in np.ndindex(UNITS, UNITS):
        moved = np.zeros((UNITS, UNITS), complex if isinstance(step, complex) else params.W.dtype)
        moved[i] = step
        ahead = _loss(params._replace(W=params.W + moved), x, y)
        if isinstance(step, complex):
            found[i] = ahead.imag / step.imag
        else:
            found[i] = float(ahead - _loss(params._replace(W=params.W - moved), x, y)) / (2 * step)
    return found


def _by_autograd(params: PlainParams, x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    import torch

    W, U, b = (torch.from_numpy(part).requires_grad_() for part in params)
    state, loss = torch.zeros(UNITS, dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    for x_t, y_t in zip(torch.from_numpy(x), torch.from_numpy(y), strict=True):
        state = torch.tanh(W @ state + U @ x_t + b)
        loss = loss + 0.5 * (state - y_t).square().sum()
    return torch.autograd.grad(loss, W)[0].numpy()


def _by_forward_mode(tape: Tape, dh: NDArray[Any]) -> NDArray[Any]:
    found = np.zeros((UNITS, UNITS))
    for i in np.ndindex(UNITS, UNITS):
        direction = PlainParams(*map(np.zeros_like, tape.params))
        direction.W[i] = 1
        found[i] = np.vdot(dh, forward_mode(tape, direction)[1:])
    return found


@cache
def _computed() -> tuple[dict[str, Any], dict[str, list[float]]]:
    params, x, y = _setting()
    autograd, checks = _by_autograd(params, x, y), {}
    for mistake in MISTAKES:
        # What the program under test believes the network to be: differences and forward mode run this one.
        own = params._replace(b=np.zeros(UNITS)) if mistake == "pass" else params
        tape = unroll(PlainCell(1, UNITS), own, x[:, None])
        dh = tape.h[1:] - y[:, None]
        if mistake == "local":
            dh[:-1] *= 2
        ours, single = _wrong(mistake, tape, dh), PlainParams(*(part.astype(np.float32) for part in own))
        checks[mistake] = {
            "double": [_error(_quotients(own, x, y, 10.0**p), ours) for p in POWERS],
            "single": [_error(_quotients(single, x, y, 10.0**p), ours) for p in POWERS],
            "complex": [_error(_quotients(own, x, y, 1j * 10.0**p), ours) for p in POWERS],
            "forward": _error(_by_forward_mode(tape, dh), ours),
            "autograd": _error(autograd, ours),
        }
    return checks, _vee(params, x, y)


def _error(found: NDArray[Any], ours: NDArray[Any]) -> float:
    return float(f"{max(relative_error(found, ours), 1e-17):.3g}")


def _vee(params: PlainParams, x: NDArray[Any], y: NDArray[Any]) -> dict[str, list[float]]:
    def gradient(W: NDArray[Any]) -> NDArray[Any]:
        tape = unroll(PlainCell(1, UNITS), params._replace(W=W), x[:, None])
        return bptt(tape, tape.h[1:] - y[:, None]).params.W

    here, third, step = gradient(params.W), np.zeros((UNITS, UNITS)), 1e-3
    for i in np.ndindex(UNITS, UNITS):
        moved = np.zeros((UNITS, UNITS))
        moved[i] = step
        third[i] = (gradient(params.W + moved)[i] - 2 * here[i] + gradient(params.W - moved)[i]) / step**2
    loss, size = float(_loss(params, x, y)), np.linalg.norm(here)
    return {
        name: [float(np.linalg.norm(e**2 * np.abs(third) / 6 + u * loss / e) / size) for e in 10.0**POWERS]
        for name, u in (("double", 2.0**-53), ("single", 2.0**-24))
    }
