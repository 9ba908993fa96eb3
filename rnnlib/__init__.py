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

import importlib
import importlib.util
from typing import Any

from rnnlib.cells.gated import GatedCell, GatedParams
from rnnlib.cells.gru import GRUCell, GRUParams, ResetAfterParams
from rnnlib.cells.leaky import InputLeakyParams, LeakyCell, LeakyParams, StateLeakyParams
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

__version__ = "1.0.0"

# What is not imported above, by the module that has it: it is found here too, and loaded when it is first asked for.
_OFFERED = {
    "accounting": "activation_bytes flops least_floats",
    "attention": "Attention softmax_jacobian",
    "bidirectional": "Bidirectional BidirectionalParams BidirectionalState",
    "data": "digits sunspots text",
    "gradients": "central_differences clip_each clip_norm clip_values complex_step global_norm relative_error",
    "initialisers": "chrono identity orthogonal small with_spectral_radius xavier",
    "jacobians": "delta_norms effective_horizon log_norms log_singular_values lyapunov_exponents products saturation "
    "spectrum step_jacobians transient_growth",
    "losses": "softmax softmax_cross_entropy squared_error",
    "models": "Batch Model ModelParams",
    "optimisers": "SGD Adam Momentum RMSprop",
    "padding": "lengths_to_mask pad",
    "readouts": "Embedding EmbeddingParams LinearParams LinearReadout",
    "regularisers": "FlowModel flow_penalty",
    "sampling": "sample",
    "scanned": "ScannedLayers ScannedParams ScannedState",
    "schedules": "Cosine Exponential Warmup",
    "significance": "SignTest sign_test",
    "tasks": "AddingTask BracketsTask CopyTask DistantContactTask FlipFlopTask LatchTask SelectiveCopyTask SineTask "
    "TemporalOrderTask",
    "torch_bridge": "from_torch to_torch",
    "training": "DivergedError Fit Log OtherRunError Snapshot fit loss_below",
}
_WHERE = {name: module for module, names in _OFFERED.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Import a module of the package, or what one offers, on first use: some need more than NumPy, all take time."""
    if name in _WHERE:
        return getattr(importlib.import_module(f"rnnlib.{_WHERE[name]}"), name)
    if not name.startswith("_") and importlib.util.find_spec(f"rnnlib.{name}") is not None:
        return importlib.import_module(f"rnnlib.{name}")
    from difflib import get_close_matches

    close = "".join(f"; did you mean {match!r}?" for match in get_close_matches(name, __dir__(), n=1))
    raise AttributeError(f"module 'rnnlib' has no attribute {name!r}{close}")


def __dir__() -> list[str]:
    """Name all that can be asked for, for those who look and for editors."""
    return sorted({*globals(), *_WHERE, *_OFFERED} - {"Any", "importlib"})
