"""Chapter 4: what is left of a gradient between any two steps, against spectral radius and loudness of the input."""

from __future__ import annotations

from functools import cache

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rnnlib.cells.plain import PlainCell, PlainParams
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.initialisers import orthogonal
from rnnlib.jacobians import products, step_jacobians
from rnnlib.through_time import unroll

UNITS, STEPS, SETTLING = 48, 30, 40
RADII = np.arange(6, 15) / 10
INPUTS = 0.05 * 2.0 ** np.arange(7)
QUIET, LOUD = 0.1, slice(11, 16)
LOWEST, GRAIN = -6.0, 0.03
ZERO = 97
"""The character that stands for no difference."""


class GradientMap(InteractiveFigure):
    r"""The size of :math:`\partial h_t / \partial h_k` for :math:`0 \le k < t \le 30`, as colours over ``(t, k)``.

    The network is :math:`h_t = \tanh(\rho Q h_{t-1} + x_t)`, 48 units, :math:`Q` orthogonal and :math:`x_t` normal of
    standard deviation ``s``: all the time if ``loud`` is "always", at steps 11 to 15 alone and 0.1 elsewhere if it is
    "once". The size is :math:`\lVert \partial h_t / \partial h_k \rVert_F / \sqrt n`, the root mean square of what a
    unit vector is multiplied by, over all its directions. The prediction beside it is mean-field theory's,

    .. math:: q_t = \rho^2\, \mathbb E \tanh^2(\sqrt{q_{t-1}}\, z) + s_t^2, \qquad
        \ln |\partial h_t / \partial h_k| \approx
        \sum_{j=k+1}^{t} \ln \rho + \tfrac12 \ln \mathbb E\, \tanh'(\sqrt{q_j}\, z)^2 .

    ``sizes`` holds the logarithms of all maps, to base ten, in whole grains :math:`g` of 0.03 from -6 on; 0 is that or
    less. It is kept as what differs from :math:`g_{t-1,k} + g_{t,k+1} - g_{t-1,k+1}`, exact if each step had a factor
    of its own, and where ``k = t - 1`` from the step before (at first from 200, a size of 1): a character each, map
    after map, row ``t`` after row. Source of the theory: Schoenholz et al., *Deep information propagation*, 2017.
    """

    rho = traitlets.Float(1.0, min=RADII[0], max=RADII[-1]).tag(sync=True)
    s = traitlets.Float(0.8, min=INPUTS[0], max=INPUTS[-1]).tag(sync=True)
    loud = traitlets.Enum(["always", "once"], "always").tag(sync=True)
    t = traitlets.Int(STEPS, min=1, max=STEPS).tag(sync=True)
    k = traitlets.Int(10, min=0, max=STEPS - 1).tag(sync=True)
    sizes = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode(
        "A map of the size of the derivative of state t in state k, over t and k up to 30, dark where little is left; "
        "and, for one t, that size against the steps back, with the line that theory predicts."
    ).tag(sync=True)

    @traitlets.default("sizes")
    def _all_maps(self) -> str:
        return _sizes_as_text()

    def still(self, ax: Axes) -> None:
        """Print the map, with the colours' logarithmic scale."""
        measured = log_sizes(self.rho)[_scenario(self.s, self.loud)]
        mesh = ax.pcolormesh(
            np.arange(STEPS + 2) - 0.5, np.arange(STEPS + 2) - 0.5, measured.T, cmap="house", vmin=LOWEST, vmax=1,
            rasterized=True,
        )  # fmt: skip
        ax.set(xlabel="step $t$", ylabel="step $k$")
        ax.grid(False)
        if ax.figure is not None:
            label = r"$\log_{10}\,|\partial h_t/\partial h_k|$"
            ax.figure.colorbar(mesh, ax=ax, label=label)
        ax.set_title(f"What is left of a gradient, ρ = {self.rho:.1f}, input {self.s:.2g}")


def _scenario(s: float, loud: str) -> int:
    """Which of the sequences that :func:`log_sizes` runs together."""
    return int(np.abs(INPUTS - s).argmin()) + (len(INPUTS) if loud == "once" else 0)


def log_sizes(rho: float) -> NDArray[np.float64]:
    """Decimal logarithms of the sizes ``(14, 31, 31)``: every ``s``, always and then once; NaN where ``k >= t``."""
    rng = np.random.default_rng(0)
    Q = orthogonal(rng, (UNITS, UNITS))
    once = np.full((STEPS, len(INPUTS)), QUIET)
    once[LOUD.start - 1 : LOUD.stop - 1] = INPUTS
    scale = np.concatenate([np.broadcast_to(INPUTS, once.shape), once], axis=1)
    # The steps before the first one shown let the states settle.
    before = np.broadcast_to(np.append(INPUTS, np.full(len(INPUTS), QUIET)), (SETTLING, scale.shape[1]))
    x = rng.standard_normal((SETTLING + STEPS, 1, UNITS)) * np.concatenate([before, scale])[..., np.newaxis]
    params = PlainParams(rho * Q, np.eye(UNITS), np.zeros(UNITS))
    tape = unroll(PlainCell(UNITS, UNITS), params, x)
    J = step_jacobians(tape.span(SETTLING, SETTLING + STEPS))
    logs = np.full((scale.shape[1], STEPS + 1, STEPS + 1), np.nan)
    for k in range(STEPS):
        logs[:, k + 1 :, k] = np.transpose([log_scale for _, log_scale in products(J[k:])])
    return (logs - np.log(UNITS) / 2) / np.log(10)


@cache
def _sizes_as_text() -> str:
    logs = np.array([log_sizes(rho) for rho in RADII])
    grains = np.where(np.isnan(logs), -LOWEST, np.clip(logs - LOWEST, 0, None)) / GRAIN
    g = np.rint(grains).astype(int)
    left = g[..., 1:, :-1] - g[..., :-1, :-1] - g[..., 1:, 1:] + g[..., :-1, 1:]
    step = np.arange(STEPS)
    left[..., step, step] = np.diff(g[..., step + 1, step], prepend=round(-LOWEST / GRAIN))
    t, k = np.tril_indices(STEPS)  # of steps t + 1 and k
    return "".join(map(chr, ZERO + left[..., t, k].ravel()))
