"""Chapter 11: what a training step holds in memory, by a formula, beside bytes that were measured."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.accounting import activation_bytes
from rnnlib.cells.gru import GRUCell
from rnnlib.cells.lstm import LSTMCell
from rnnlib.cells.plain import PlainCell
from rnnlib.cells.stack import Stack
from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import COLOURS, THEORY
from rnnlib.through_time import unroll

CELLS: dict[str, Any] = {"RNN": PlainCell, "GRU": GRUCell, "LSTM": LSTMCell}
KEPT = {"rnnlib": {"RNN": 1, "GRU": 6, "LSTM": 8}, "torch": {"RNN": 1, "GRU": 7, "LSTM": 16}}
"""Numbers that stay for the way back, a unit a token."""

INPUTS, UNITS, LAYERS = 8, (32, 64, 128, 256), (1, 2, 3, 4)
MEASURED_AT = ((2, 32), (16, 32))
"""Sequences and steps at which bytes were measured."""


class MemoryBudget(InteractiveFigure):
    r"""The bytes of :math:`4[(2 + s)P + BT(d + a\,n\,\text{layers})]` in four parts, against the tokens :math:`BT`.

    ``cell`` is "RNN", "GRU" or "LSTM", a space, and who keeps the activations, "rnnlib" or "torch"; ``log_B``,
    ``log_T`` and ``log_n`` are powers of two, ``moments`` the numbers :math:`s` that the optimiser keeps for each
    parameter. torch keeps the inputs of upper layers beside the states that they are, and a stack of rnnlib the
    projection of its lowest layer, which a plain cell alone does not need. ``measured`` has, for each cell
    and number of layers and units, the bytes of activations at the sizes ``MEASURED_AT``.
    """

    cell = traitlets.Unicode("GRU torch").tag(sync=True)
    log_B = traitlets.Int(5, min=0, max=9).tag(sync=True)
    log_T = traitlets.Int(7, min=2, max=12).tag(sync=True)
    log_n = traitlets.Int(7, min=5, max=8).tag(sync=True)
    layers = traitlets.Int(1, min=1, max=4).tag(sync=True)
    moments = traitlets.Int(2, min=0, max=2).tag(sync=True)
    measured = traitlets.Dict().tag(sync=True)
    alt = traitlets.Unicode(
        "The bytes of a training step as a bar in four parts, parameters, gradients, optimiser and activations; and "
        "below, against the number of tokens in a batch, a rising line for activations with measured dots on it and a "
        "level one for the rest."
    ).tag(sync=True)

    @traitlets.default("measured")
    def _all_sizes(self) -> dict[str, list[list[list[int]]]]:
        return measured_bytes()

    def still(self, ax: Axes) -> None:
        """Print the activations of one layer of 128 units against the tokens."""
        tokens = np.array([B * T for B, T in MEASURED_AT])
        fine, (layer, size) = np.geomspace(16, 2**16, 50), (LAYERS.index(1), UNITS.index(128))
        for (name, found), colour in zip(self.measured.items(), (*COLOURS, *COLOURS)):
            kind, who = name.split()
            ax.plot(fine, 4 * fine * (INPUTS + KEPT[who][kind] * 128) / 1e6, **THEORY)
            marker = "o" if who == "torch" else "s"
            ax.plot(tokens, np.array(found[layer][size]) / 1e6, marker, color=colour, label=name)
        ax.set(xscale="log", yscale="log", xlabel="tokens B T", ylabel="activations (MB)")
        ax.set_title("One layer of 128 units: bytes against tokens")
        ax.legend(ncols=2, fontsize="small")


@cache
def measured_bytes() -> dict[str, list[list[list[int]]]]:
    """Bytes of activations, by cell and keeper, layers, units and size."""
    return {
        f"{kind} {who}": [[[keeper(kind, l, n, B, T) for B, T in MEASURED_AT] for n in UNITS] for l in LAYERS]
        for who, keeper in (("rnnlib", of_rnnlib), ("torch", of_torch))
        for kind in CELLS
    }


def layered(kind: str, layers: int, n: int) -> Any:
    """Return so many layers of ``n`` units, of one the cell alone."""
    cells = tuple(CELLS[kind](n if l else INPUTS, n) for l in range(layers))
    return Stack(cells) if layers > 1 else cells[0]


def of_rnnlib(kind: str, layers: int, n: int, B: int, T: int) -> int:
    """Count what a tape holds."""
    cell = layered(kind, layers, n)
    params = cell.init(np.random.default_rng(0), np.float32)
    return int(sum(activation_bytes(unroll(cell, params, np.zeros((T, B, INPUTS), np.float32)))))


def of_torch(kind: str, layers: int, n: int, B: int, T: int) -> int:
    """Count the tensors that torch saves, parameters left out."""
    import torch

    module = getattr(torch.nn, kind)(INPUTS, n, num_layers=layers)
    own = {p.untyped_storage().data_ptr() for p in module.parameters()}
    kept: dict[int, int] = {}

    def pack(tensor: Any) -> Any:
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        module(torch.zeros(T, B, INPUTS, requires_grad=True))
    return sum(size for place, size in kept.items() if place not in own)
