"""Weights to and from PyTorch, for comparison and for going on there."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

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

    ``cell`` is a tanh or ReLU ``PlainCell``, an ``LSTMCell`` or a ``GRUCell`` that resets after the product; or a
    ``Stack`` of such cells, alike and of one size. The module is in the dtype of ``params``, time-major and in training
    mode. Torch keeps two biases, of which only the sum acts: ``b`` goes into ``bias_ih_l0`` and ``bias_hh_l0`` is zero,
    but for the ``b_hh`` of a GRU. Its update gate is :math:`1 - z`, so the weights of ``z`` change sign.

    Raises ``ValueError`` if ``params`` do not fit or torch has no such module.
    """
    cell.check(params)
    stacked = isinstance(cell, Stack)
    cells, layers = (cell.cells, params.layers) if stacked else ((cell,), (params,))
    kind, options = _module_of(cells[0])
    for other in cells[1:]:
        if other != replace(cells[0], inputs=cells[0].units):
            raise ValueError(f"cell: expected layers alike and of one size, got {cells[0]} and {other}")
    if len(cells) > 1:
        options |= {"num_layers": len(cells), "dropout": cell.dropout}
    dtype = torch.from_numpy(layers[0][0]).dtype
    module: torch.nn.RNNBase = kind(cells[0].inputs, cells[0].units, dtype=dtype, **options)
    with torch.no_grad():
        for layer, own in enumerate(layers):
            rest = own._asdict()
            for name, sign, block in _blocks(module, layer):
                # Of two biases that torch adds up the first is all of ``b``.
                block[:] = sign * torch.from_numpy(rest.pop(name)) if name in rest else 0
    return module


def from_torch(module: torch.nn.RNNBase) -> tuple[Any, Any]:
    """Return the cell and the parameters, copied, of a ``torch.nn.RNN``, ``LSTM`` or ``GRU``; a ``Stack`` if it has
    more than one layer.

    The inverse of :func:`to_torch`: two biases are summed into ``b``, but for the candidate of a GRU. ``batch_first``
    does not matter to the weights: arrays here are time-major. Raises ``ValueError`` for any other module, and if it
    has two directions or projects its state.
    """
    if type(module) not in _BLOCKS or module.bidirectional or module.proj_size:
        raise ValueError(f"module: expected a torch.nn.RNN, LSTM or GRU of one direction, unprojected, got {module}")
    make: Any = next(cell for cell, kind in _MODULES.items() if kind is type(module))
    options = (module.nonlinearity,) if isinstance(module, torch.nn.RNN) else ()
    sizes = [module.input_size] + [module.hidden_size] * (module.num_layers - 1)
    cells = tuple(make(inputs, module.hidden_size, *options) for inputs in sizes)
    layers = tuple(_unpacked(cell, module, layer) for layer, cell in enumerate(cells))
    return (cells[0], layers[0]) if len(cells) == 1 else (Stack(cells, module.dropout), StackParams(layers))


def _module_of(cell: Any) -> tuple[Any, dict[str, Any]]:
    refused = getattr(cell, "activation", None) == "linear" or getattr(cell, "reset", None) == "before"
    if type(cell) not in _MODULES or refused:
        raise ValueError(f"cell: expected a tanh or relu PlainCell, LSTMCell, GRUCell(reset='after'), got {cell!r}")
    return _MODULES[type(cell)], {"nonlinearity": cell.activation} if type(cell) is PlainCell else {}


def _blocks(module: torch.nn.RNNBase, layer: int) -> Iterator[tuple[str, int, torch.Tensor]]:
    """Yield our name of each block of torch's weights, its sign here, and a view of it."""
    for kind, blocks in zip(("weight_hh", "weight_ih", "bias_ih", "bias_hh"), _BLOCKS[type(module)]):
        if module.bias or kind.startswith("weight"):
            names, packed = blocks.split(), getattr(module, f"{kind}_l{layer}").detach()
            for name, block in zip(names, packed.chunk(len(names))):
                yield name.removeprefix("-"), -1 if name.startswith("-") else 1, block


def _unpacked(cell: Any, module: torch.nn.RNNBase, layer: int) -> Any:
    dtype = module.all_weights[0][0].detach().cpu().numpy().dtype
    own = {name: np.zeros(shape, dtype) for name, shape in cell.shapes().items()}
    for name, sign, block in _blocks(module, layer):
        own[name] += sign * block.cpu().numpy()
    return cell.Params(**own)
