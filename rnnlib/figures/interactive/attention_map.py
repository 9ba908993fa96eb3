"""Chapter 9: a query in the plane of the keys, what it looks at, and where its softmax lets a gradient through."""

from __future__ import annotations

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.attention import softmax_jacobian
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import PALETTE

AROUND = [[float(x), float(y)] for x, y in zip(*(f(2 * np.pi * np.arange(8) / 8).round(3) for f in (np.cos, np.sin)))]


class AttentionMap(InteractiveFigure):
    r"""A query in the plane, and its weights :math:`\operatorname{softmax}_k(\text{sharpness}\; q^\top k_k/\sqrt2)`.

    ``key_points`` are those of the steps, ``symbols`` what was read at each; ``query_points`` those that a decoder
    asked, step by step, of which the slider recalls one; dragged, the query is at ``x``, ``y``. The colours say how
    large the softmax's Jacobian is there, its Frobenius norm, which is at most 1/2.
    """

    key_points = traitlets.List(traitlets.List(traitlets.Float()), AROUND).tag(sync=True)
    query_points = traitlets.List(traitlets.List(traitlets.Float()), AROUND).tag(sync=True)
    symbols = traitlets.List(traitlets.Unicode(), list("ABCDEFGH")).tag(sync=True)
    x = traitlets.Float(0.7).tag(sync=True)
    y = traitlets.Float(0.3).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    sharpness = traitlets.Float(3.0, min=0.01, max=100.0).tag(sync=True)
    alt = traitlets.Unicode(
        "A plane with the keys of a sequence as numbered points and a query that is dragged; beside it the weight of "
        "each step as a bar. Colours show where the weights would change if the query moved: on the borders between "
        "two keys' regions, and hardly inside them."
    ).tag(sync=True)

    def still(self, ax: Axes) -> None:
        """Print the plane with its keys and queries."""
        keys, queries = np.array(self.key_points), np.array(self.query_points)
        (left, low), (right, high) = frame_of(keys, queries)
        x, y = np.meshgrid(np.linspace(left, right, 200), np.linspace(low, high, 160))
        scores = self.sharpness * np.stack([x, y], axis=-1) @ keys.T / np.sqrt(2)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        norm = np.linalg.norm(softmax_jacobian(weights), axis=(-2, -1))
        mesh = ax.pcolormesh(x, y, norm, cmap="house", rasterized=True, shading="nearest", vmin=0, vmax=0.5)
        ax.plot(*keys.T, "o", color="white", markeredgecolor=PALETTE["ink"])
        ax.plot(*queries.T, "x", color="white", markeredgewidth=1.2)
        ax.set(xlabel="first number of key and query", ylabel="second")
        ax.grid(False)
        if ax.figure is not None:
            ax.figure.colorbar(mesh, ax=ax, label="norm of the softmax's Jacobian")
        ax.set_title("A gradient passes on the borders")


def frame_of(keys: np.ndarray, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower left and upper right corner of the plane that is drawn."""
    points = np.concatenate([keys, queries])
    low, high = points.min(axis=0), points.max(axis=0)
    return low - 0.12 * (high - low), high + 0.12 * (high - low)
