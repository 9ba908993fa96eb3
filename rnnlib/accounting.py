"""What a network costs: the memory of a tape, and the multiplications and additions of a pass."""

from collections import namedtuple
from typing import Any

from rnnlib._door import check_offers, check_size
from rnnlib.cells.protocol import Cell
from rnnlib.through_time import Tape, check_tape
from rnnlib.trees import leaves


class ActivationBytes(namedtuple("ActivationBytes", "states saved inputs")):
    """Bytes that a tape holds: of the ``states``, of what steps ``saved`` besides, and of the ``inputs`` and mask."""


def activation_bytes(tape: Tape) -> ActivationBytes:
    """Count what ``tape`` keeps for the way back, besides the weights; ``sum`` of it is all.

    >>> import numpy as np
    >>> from rnnlib import PlainCell, unroll
    >>> cell = PlainCell(inputs=2, units=3)
    >>> activation_bytes(unroll(cell, cell.init(np.random.default_rng(0)), np.ones((5, 4, 2))))
    ActivationBytes(states=576, saved=0, inputs=320)
    """
    check_tape(tape)
    parts = (tape.states, tape.saved, (tape.x, tape.mask))
    return ActivationBytes(*(sum(array.nbytes for array in leaves(part) if array is not None) for part in parts))


def least_floats(cell: Cell) -> int:
    """The fewest numbers a token that a way back can do with, if it repeats no matrix product and loses no digits.

    They are the fields of the state and, of a gated cell, the value of each gate and candidate; a GRU that resets after
    the product needs the product too. A cell of one pre-activation can read it off its states.

    >>> from rnnlib import GRUCell, LSTMCell, PlainCell
    >>> [least_floats(cell) // 10 for cell in (PlainCell(1, 10), GRUCell(1, 10), LSTMCell(1, 10))]
    [1, 5, 6]
    """
    total = 0
    for layer in layers(cell):
        gates = len(layer.gates) if len(layer.gates) > 1 else 0
        total += layer.units * (len(layer.State._fields) + gates + (getattr(layer, "reset", "") == "after"))
    return total


class Flops(namedtuple("Flops", "forward backward")):
    """Floating-point operations, two a multiplication and addition, of the passes ``forward`` and ``backward``."""


def flops(cell: Cell, T: int, B: int) -> Flops:
    r"""Count the operations of all matrix products over ``T`` steps of ``B`` sequences.

    Each block of gates takes :math:`2 n (n + d)` a token forward, :math:`2 n d` where the recurrence is diagonal, and
    twice that backward: every product has two factors, and each wants a gradient. Left out are the pointwise part,
    smaller by the factor :math:`n + d`, and what is done once a sequence, such as an orthogonal map.

    >>> from rnnlib import LSTMCell
    >>> flops(LSTMCell(inputs=2, units=3), T=10, B=5)
    Flops(forward=6000, backward=12000)
    """
    check_size("T", T, 0)
    check_size("B", B, 0)
    entries = 0
    for layer in layers(cell):
        gates = len(layer.gates)
        recurrent = 0 if hasattr(layer, "diagonal") else getattr(layer, "recurrent", gates)
        entries += layer.units * (gates * layer.inputs + recurrent * layer.units)
    return Flops(2 * T * B * entries, 4 * T * B * entries)


def layers(cell: Any) -> list[Any]:
    """Return the cells of a stack, of stacks of stacks, the lowest first; ``[cell]`` of any other."""
    if not hasattr(cell, "cells"):
        check_offers("cell", cell, "a cell, say PlainCell(inputs=2, units=3)", "gates", "State")
    return [layer for part in cell.cells for layer in layers(part)] if hasattr(cell, "cells") else [cell]
