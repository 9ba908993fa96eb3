"""Symbols drawn from a trained model, each given to it as the next input."""

from typing import Any

import numpy as np

from rnnlib._door import Array, Rng, check_array, check_drawing, check_kind, check_number, check_size
from rnnlib.cells.protocol import State
from rnnlib.losses import softmax
from rnnlib.models import Model, ModelParams
from rnnlib.readouts import check_ids
from rnnlib.through_time import check_cell, unroll


def sample(model: Model, params: ModelParams, prompt: Array, steps: int, rng: Rng, temperature: float = 1.0) -> Array:
    r"""Draw the ids that go on after those of ``prompt (T, B)``, one sequence a column: ``(steps, B)``.

    At each step the next symbol has the probability :math:`p_i \propto e^{y_i/\text{temperature}}`; below 1 the likely
    ones become likelier, and near 0 the likeliest is always taken. ``model`` reads ids, through its embedding or, if it
    has none, one-hot. Raises ``ValueError`` for a model whose outputs are not its symbols, an empty prompt, a symbol
    that there is not, or a ``temperature`` that is not positive.

    >>> from rnnlib import GRUCell, data
    >>> task, rng = data.text("hello world", steps=4), np.random.default_rng(0)
    >>> model = Model.of(task, GRUCell(inputs=3, units=8))
    >>> ids = sample(model, model.init(rng), task.ids_of("hell")[:, np.newaxis], steps=6, rng=rng)
    >>> ids.shape, len(task.string(ids[:, 0]))
    ((6, 1), 6)
    """
    check_kind("model", model, Model)
    check_kind("params", params, ModelParams, "as model.init draws them")
    check_drawing(rng)
    check_cell(model.cell)
    check_size("steps", steps, 0)
    check_number("temperature", temperature, "a positive number", lambda temperature: temperature > 0)
    outputs, symbols = model.readout.outputs, (model.embedding.tokens if model.embedding else model.cell.inputs)
    check_size("model", outputs, symbols, symbols, f"an output for each of the {symbols} symbols that it reads")
    check_ids("prompt", check_array("prompt", prompt, ("T", "B"), getattr(prompt, "dtype", None)), outputs)
    if not len(prompt):
        raise ValueError("prompt: expected at least one step, from which to go on")
    state, ids = _read(model, params, prompt, None), np.empty((steps, prompt.shape[1]), prompt.dtype)
    for t in range(steps):
        logits = model.readout.forward(params.readout, state.h).astype(np.float64)
        ids[t] = _draw(logits, temperature, rng)
        state = _read(model, params, ids[t : t + 1], state)
    return ids


def _read(model: Model, params: Any, ids: Array, state: State | None) -> State:
    """Return the state after ``ids (T, B)``."""
    if model.embedding is not None:
        x = model.embedding.forward(params.embedding, ids)
    else:
        x = np.eye(model.cell.inputs, dtype=params.readout.b.dtype)[ids]
    return unroll(model.cell, params.cell, x, state).state


def _draw(logits: Array, temperature: float, rng: Rng) -> Array:
    """Draw one class for each row of ``logits (B, m)``: the first at which the cumulated probability passes a number
    that is uniform between 0 and 1.
    """
    with np.errstate(over="ignore"):
        logits = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    passed = softmax(logits).cumsum(axis=-1)
    drawn = (rng.random((len(logits), 1)) * passed[:, -1:] >= passed).sum(axis=-1)
    return np.minimum(drawn, logits.shape[-1] - 1)
