"""The mathematics of training recurrent networks, small and in NumPy alone.

>>> import numpy as np
>>> from rnnlib import PlainCell, bptt, losses, unroll
>>> rng = np.random.default_rng(0)
>>> cell = PlainCell(inputs=2, units=3, activation="tanh")
>>> params = cell.init(rng)
>>> tape = unroll(cell, params, rng.standard_normal((5, 4, 2)))
>>> loss, dh = losses.squared_error(tape.h[1:], np.zeros((5, 4, 3)))
>>> grads = bptt(tape, dh)
>>> grads.params.W.shape
(3, 3)
"""

import importlib.util
from typing import Any

from rnnlib.cells.gated import GatedCell, GatedParams
from rnnlib.cells.gru import GRUCell, GRUParams, ResetAfterParams
from rnnlib.cells.leaky import LeakyCell, LeakyParams
from rnnlib.cells.lru import LRUCell, LRUParams
from rnnlib.cells.lstm import LayerNormLSTMParams, LSTMCell, LSTMParams, LSTMState
from rnnlib.cells.mingru import MinGRUCell, MinGRUParams
from rnnlib.cells.orthogonal import OrthogonalCell, OrthogonalParams
from rnnlib.cells.plain import LayerNormPlainParams, PlainCell, PlainParams, PlainState
from rnnlib.cells.protocol import Cell, State
from rnnlib.cells.residual import ResidualCell
from rnnlib.cells.stack import Stack, StackParams, StackState
from rnnlib.cells.unitary import UnitaryCell
from rnnlib.forward_mode import forward_mode, influences, rtrl
from rnnlib.jacobians import jacobian
from rnnlib.scan import scan, scan_back
from rnnlib.through_time import Gradients, Tape, bptt, unroll
from rnnlib.truncation import Chunk, checkpointed_bptt, truncated_bptt


def __getattr__(name: str) -> Any:
    """Import a module of the package on first use, since not everybody needs each, and some need more than NumPy."""
    if importlib.util.find_spec(f"rnnlib.{name}") is None:
        raise AttributeError(f"module 'rnnlib' has no attribute {name!r}")
    return importlib.import_module(f"rnnlib.{name}")
