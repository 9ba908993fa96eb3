"""Weights to and from PyTorch, for comparison and for going on there."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from rnnlib._door import check_offers, described
from rnnlib.bidirectional import Bidirectional, BidirectionalParams
from rnnlib.cells.gru import GRUCell
from rnnlib.cells.lstm import LSTMCell
from rnnlib.cells.plain import PlainCell
from rnnlib.cells.stack import Stack, StackParams

_MODULES: dict[type, Any] = {PlainCell: torch.nn.RNN, LSTMCell: torch.nn.LSTM, GRUCell: torch.nn.GRU}
# What torch packs into weight_hh, weight_ih, bias_ih and bias_hh, in its order, under our names.
_BLOCKS = {
    torch.nn.RNN: ("W", "U", "b", "b"),
    torch.nn.LSTM: ("W_i W_f W_c W_o", "U_i U_f U_c U_o", "b_i b_f b_c b_o", "b_i b_f b_c b_o"),
    torch.nn.GRU: ("W_r -W_z W_h", "U_r -U_z U_h", "b_r -b_z b_h", "b_r -b_z b_hh"),
}


def to_torch(cell: Any, params: Any) -> torch.nn.RNNBase:
    """Return the ``torch.nn.RNN``, ``LSTM`` or ``GRU`` that computes what ``cell`` computes, with copied weights.

    ``cell`` is a tanh or ReLU ``PlainCell``, an ``LSTMCell`` or a ``GRUCell`` that resets after the product; a
    ``Stack`` of such cells, alike and of one size; or a ``Bidirectional`` of two that are equal. The module is in the
    dtype of ``params``, time-major and in training mode. Torch keeps two biases, of which only the sum acts: ``b`` goes
    into ``bias_ih_l0`` and ``bias_hh_l0`` is zero, but for the ``b_hh`` of a GRU. Its update gate is :math:`1 - z`, so
    the weights of ``z`` change sign.

    Raises ``ValueError`` if ``params`` do not fit or torch has no such module.

    >>> cell = LSTMCell(inputs=2, units=3)
    >>> to_torch(cell, cell.init(np.random.default_rng(0)))
    LSTM(2, 3)
    """
    check_offers("cell", cell, "a cell, say PlainCell(inputs=2, units=3)", "check", "zeros").check(params)
    both = isinstance(cell, Bidirectional)
    if both and cell.forward != cell.backward:
        raise ValueError(f"cell: expected two directions alike, got {cell.forward} and {cell.backward}")
    stacked = isinstance(cell, Stack)
    cells = cell.cells if stacked else (cell.forward if both else cell,)
    kind, options = _module_of(cells[0])
    for other in cells[1:]:
        if other != replace(cells[0], inputs=cells[0].units):
            raise ValueError(f"cell: expected layers alike and of one size, got {cells[0]} and {other}")
    if len(cells) > 1:
        options |= {"num_layers": len(cells), "dropout": cell.dropout}
    parts = params.layers if stacked else params if both else (params,)
    dtype = torch.from_numpy(parts[0][0]).dtype
    module: torch.nn.RNNBase = kind(cells[0].inputs, cells[0].units, dtype=dtype, bidirectional=both, **options)
    with torch.no_grad():
        for suffix, own in zip(_suffixes(module), parts):
            rest = own._asdict()
            for name, sign, block in _blocks(module, suffix):
                # Of two biases that torch adds up the first is all of ``b``.
                block[:] = sign * torch.from_numpy(rest.pop(name)) if name in rest else 0
    return module


def from_torch(module: torch.nn.RNNBase) -> tuple[Any, Any]:
    """Return the cell and the parameters, copied, of a ``torch.nn.RNN``, ``LSTM`` or ``GRU``: a ``Stack`` if it has
    more than one layer, a ``Bidirectional`` if it has two directions.

    The inverse of :func:`to_torch`: two biases are summed into ``b``, but for the candidate of a GRU. ``batch_first``
    does not matter to the weights: arrays here are time-major. Half precision and bfloat16, which are not computed in
    here, become float32, which holds every number of theirs. Raises ``ValueError`` for any other module, and if it has
    layers of two directions or projects its state.

    >>> from_torch(torch.nn.GRU(2, 3, dtype=torch.bfloat16))[1].W_r.dtype
    dtype('float32')
    """
    if type(module) not in _BLOCKS or module.proj_size:
        raise ValueError(f"module: expected a torch.nn.RNN, LSTM or GRU, unprojected, got {described(module)}")
    if module.bidirectional and module.num_layers > 1:
        raise ValueError("module: expected layers of one direction, or one layer of two")
    make: Any = next(cell for cell, kind in _MODULES.items() if kind is type(module))
    options = (module.nonlinearity,) if isinstance(module, torch.nn.RNN) else ()
    sizes = [module.input_size] + [module.hidden_size] * (module.num_layers - 1)
    sizes *= 1 + module.bidirectional
    cells = tuple(make(inputs, module.hidden_size, *options) for inputs in sizes)
    parts = tuple(_unpacked(cell, module, suffix) for cell, suffix in zip(cells, _suffixes(module)))
    if module.bidirectional:
        return Bidirectional(*cells), BidirectionalParams(*parts)
    return (cells[0], parts[0]) if len(cells) == 1 else (Stack(cells, module.dropout), StackParams(parts))


def _suffixes(module: torch.nn.RNNBase) -> list[str]:
    """Return the ends of the names of all weights, layer by layer, or of both directions of one."""
    return ["l0", "l0_reverse"] if module.bidirectional else [f"l{layer}" for layer in range(module.num_layers)]


def _module_of(cell: Any) -> tuple[Any, dict[str, Any]]:
    refused = getattr(cell, "activation", None) == "linear" or getattr(cell, "reset", None) == "before"
    if type(cell) not in _MODULES or refused:
        raise ValueError(f"cell: expected a tanh or relu PlainCell, LSTMCell, GRUCell(reset='after'), got {cell!r}")
    return _MODULES[type(cell)], {"nonlinearity": cell.activation} if type(cell) is PlainCell else {}


def _blocks(module: torch.nn.RNNBase, suffix: str) -> Iterator[tuple[str, int, torch.Tensor]]:
    """Yield our name of each block of torch's weights, its sign here, and a view of it."""
    for kind, blocks in zip(("weight_hh", "weight_ih", "bias_ih", "bias_hh"), _BLOCKS[type(module)]):
        if module.bias or kind.startswith("weight"):
            names, packed = blocks.split(), getattr(module, f"{kind}_{suffix}").detach()
            for name, block in zip(names, packed.chunk(len(names))):
                yield name.removeprefix("-"), -1 if name.startswith("-") else 1, block


def _unpacked(cell: Any, module: torch.nn.RNNBase, suffix: str) -> Any:
    dtype = np.float64 if module.all_weights[0][0].dtype == torch.float64 else np.float32
    own = {name: np.zeros(shape, dtype) for name, shape in cell.shapes().items()}
    for name, sign, block in _blocks(module, suffix):
        # NumPy has no bfloat16, but float64 has all of its numbers.
        own[name] += (sign * block.cpu().double().numpy()).astype(dtype)
    return cell.Params(**own)
