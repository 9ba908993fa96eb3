"""Chapter 8: all singular values of the product of step Jacobians, step by step, from five initialisations."""

from __future__ import annotations

from functools import cache

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rnnlib.cells.plain import PlainCell, PlainParams
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE
from rnnlib.initialisers import orthogonal
from rnnlib.jacobians import log_singular_values, step_jacobians
from rnnlib.through_time import unroll

UNITS, STEPS = 16, 40
STARTS = ("normal, half", "normal", "identity", "identity + noise", "orthogonal")
ACTIVATIONS, INPUTS = ("linear", "tanh", "relu"), (0.1, 0.3, 1.0)
LOWEST, GRAIN = -6.0, 0.04


class ProductSpectrum(InteractiveFigure):
    r"""The singular values of :math:`J_t \cdots J_1`, :math:`t = 1 \dots 40`, from five starts side by side.

    The networks are :math:`h_t = \phi(W h_{t-1} + x_t)`, 16 units, :math:`h_0 = 0`, and :math:`x_t` normal of standard
    deviation ``s``, the same for all. The starts are normal weights of standard deviation :math:`g/\sqrt n` with
    :math:`g` a half and 1, the identity, the identity plus normal noise of 0.05, and an orthogonal matrix. The
    prediction is mean-field theory's for the root mean square of all singular values,
    :math:`\prod_j g\, (\mathbb E\, \phi'(\sqrt{q_j}\, z)^2)^{1/2}`.

    ``sizes`` holds decimal logarithms, start by start, activation by activation (a linear network once, the others for
    each input), step by step, largest first: a byte each, in grains of 0.04 from -6 on; 0 is that or less.
    """

    activation = traitlets.Enum(list(ACTIVATIONS), "tanh").tag(sync=True)
    s = traitlets.Enum(list(INPUTS), 0.3).tag(sync=True)
    t = traitlets.Int(STEPS, min=1, max=STEPS).tag(sync=True)
    sizes = traitlets.Bytes().tag(sync=True)
    alt = traitlets.Unicode(
        "Five panels side by side, one an initialisation; in each the sixteen singular values of the product of step "
        "Jacobians as lines over forty steps, on a logarithmic scale, with dots at one step and, dashed, their "
        "predicted root mean square."
    ).tag(sync=True)

    @traitlets.default("sizes")
    def _all_spectra(self) -> bytes:
        return _grains()

    def still(self, ax: Axes) -> None:
        """Print the largest, the middle and the smallest singular value of each start."""
        steps = np.arange(1, STEPS + 1)
        for colour, start in zip("12345", STARTS):
            logs = log_spectra(start, self.activation, self.s)
            ax.fill_between(steps, logs[:, 0], logs[:, -1], color=PALETTE[colour], alpha=0.2, linewidth=0)
            ax.plot(steps, np.median(logs, axis=1), color=PALETTE[colour], label=start)
        ax.set(xlabel="steps", ylabel=r"$\log_{10}$ of the singular values", ylim=(LOWEST, 3))
        loud = "" if self.activation == "linear" else f", input {self.s:g}"
        ax.set_title(f"From the smallest to the largest; {self.activation}{loud}")
        ax.legend(loc="upper left", fontsize="small", ncols=2)


def weights(start: str) -> NDArray[np.float64]:
    """Return the recurrent matrix of a start."""
    rng = np.random.default_rng(STARTS.index(start))
    normal = rng.standard_normal((UNITS, UNITS))
    return {
        "normal, half": 0.5 * normal / np.sqrt(UNITS),
        "normal": normal / np.sqrt(UNITS),
        "identity": np.eye(UNITS),
        "identity + noise": np.eye(UNITS) + 0.05 * normal,
        "orthogonal": orthogonal(rng, (UNITS, UNITS)),
    }[start]


def log_spectra(start: str, activation: str, s: float) -> NDArray[np.float64]:
    """Decimal logarithms of the singular values ``(40, 16)``."""
    x = s * np.random.default_rng(9).standard_normal((STEPS, 1, UNITS))
    params = PlainParams(weights(start), np.eye(UNITS), np.zeros(UNITS))
    tape = unroll(PlainCell(UNITS, UNITS, activation=activation), params, x)
    with np.errstate(divide="ignore"):
        return log_singular_values(step_jacobians(tape)[:, 0]) / np.log(10)


@cache
def _grains() -> bytes:
    scenarios = [("linear", 1.0), *((activation, s) for activation in ACTIVATIONS[1:] for s in INPUTS)]
    logs = np.array([[log_spectra(start, *scenario) for scenario in scenarios] for start in STARTS])
    return np.clip(np.rint((np.maximum(logs, LOWEST) - LOWEST) / GRAIN), 0, 255).astype(np.uint8).tobytes()
