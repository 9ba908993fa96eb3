"""A cell between an embedding and a readout, with one loss: what is trained."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlib._door import Array, Rng, check_array, check_choice, check_kind, check_offers, check_size
from rnnlib.cells.protocol import Cell, State
from rnnlib.losses import softmax_cross_entropy, squared_error
from rnnlib.padding import hide
from rnnlib.readouts import Embedding, LinearReadout
from rnnlib.through_time import bptt, unroll

LOSSES = {loss.__name__: loss for loss in (softmax_cross_entropy, squared_error)}


class Batch(namedtuple("Batch", "x targets mask scored", defaults=(None, None))):
    """Sequences to learn from: inputs ``x (T, B, d)``, or ids ``(T, B)`` for an embedding, and what they should give.

    ``targets`` are classes ``(T, B)`` or numbers ``(T, B, m)``; they may hold anything where they do not count.
    ``mask (T, B)`` is true at valid steps (``None``: at all); ``scored (T, B)`` at the steps that count in the loss,
    as far as they are valid (``None``: all of those).
    """

    @property
    def counted(self) -> Array | None:
        """The steps that count in the loss, valid and scored, ``(T, B)``; ``None`` if all do."""
        if self.mask is None or self.scored is None:
            return self.mask if self.scored is None else self.scored
        return self.mask & self.scored


class ModelParams(namedtuple("ModelParams", "embedding cell readout")):
    """Parameters of a model: of its ``embedding`` (an empty tuple if it has none), ``cell`` and ``readout``."""


class ModelGradients(namedtuple("ModelGradients", "params delta last")):
    r"""Gradients of a model's loss: ``params`` typed like them, and the adjoints ``delta``, state-typed.

    ``delta.h (T+1, B, n)`` is :math:`\partial L/\partial h_t`; ``last`` is no gradient but the last state, to carry on.
    """


@dataclass(frozen=True)
class Model:
    r"""A cell, a linear readout :math:`y_t = V h_t + b`, a loss, and if the inputs are symbols an embedding.

    ``loss`` is ``"softmax_cross_entropy"`` (nats) or ``"squared_error"`` (half the squared distance), a mean over the
    steps that count. Its gradient is whole; batches of a few steps with a carried state truncate it.
    :meth:`of` makes the model that a task asks for. Raises ``ValueError`` if there is no such loss, or if the parts do
    not fit together.

    >>> from rnnlib import PlainCell
    >>> model = Model(PlainCell(inputs=2, units=3), LinearReadout(units=3, outputs=4))
    >>> rng = np.random.default_rng(0)
    >>> batch = Batch(rng.standard_normal((5, 8, 2)), rng.integers(0, 4, (5, 8)))
    >>> loss, grads = model.loss_and_grads(model.init(rng), batch)
    >>> grads.params.cell.W.shape, grads.params.readout.V.shape, grads.delta.h.shape
    ((3, 3), (4, 3), (6, 8, 3))
    """

    cell: Cell
    readout: LinearReadout
    loss: str = "softmax_cross_entropy"
    embedding: Embedding | None = None

    def __post_init__(self) -> None:
        check_choice("loss", self.loss, LOSSES)
        check_offers("cell", self.cell, "a cell, say PlainCell(inputs=2, units=3)", "units", "init")
        check_kind("readout", self.readout, LinearReadout)
        if self.embedding is not None:
            check_kind("embedding", self.embedding, Embedding)
            check_size("embedding", self.embedding.size, *2 * (self.cell.inputs,), f"size={self.cell.inputs}")
        if self.readout.units != self.cell.units:
            raise ValueError(f"readout: expected units={self.cell.units}, to fit {self.cell}, got {self.readout}")

    @classmethod
    def of(cls, task: Any, cell: Cell, **options: Any) -> "Model":
        """Return the model of a ``cell`` that ``task`` asks for: its loss, a readout of its size, an embedding of ids.

        >>> from rnnlib import PlainCell, tasks
        >>> Model.of(tasks.AddingTask(steps=10), PlainCell(inputs=2, units=3)).loss
        'squared_error'
        """
        check_offers("task", task, "a task, say AddingTask(steps=10)", "inputs", "outputs", "loss")
        check_offers("cell", cell, "a cell, say PlainCell(inputs=2, units=3)", "units", "init")
        tokens = getattr(task, "tokens", None)
        if tokens is None and cell.inputs != task.inputs:
            raise ValueError(f"cell: expected inputs={task.inputs}, as many as the task gives, got {cell.inputs}")
        embedding = None if tokens is None else Embedding(tokens, cell.inputs)
        return cls(cell, LinearReadout(cell.units, task.outputs), task.loss, embedding, **options)

    def init(self, rng: Rng, dtype: Any = np.float64) -> ModelParams:
        """Draw the parameters of all parts."""
        embedding = () if self.embedding is None else self.embedding.init(rng, dtype)
        return ModelParams(embedding, self.cell.init(rng, dtype), self.readout.init(rng, dtype))

    def predict(self, params: ModelParams, batch: Batch, state: State | None = None) -> Array:
        """Return the outputs ``y (T, B, m)`` of all steps, from ``state`` (zeros if not given)."""
        tape = self._unrolled(self.cell, params, batch, state)
        return self.readout.forward(params.readout, tape.h[1:])

    def evaluate(self, params: ModelParams, batch: Batch, state: State | None = None) -> float:
        """Return the loss of ``batch`` alone, without gradients; nothing is dropped."""
        tape = self._unrolled(self.cell, params, batch, state)
        return self._local(params.readout, tape.h[1:], batch)[0]

    def loss_and_grads(
        self, params: ModelParams, batch: Batch, state: State | None = None, rng: "Rng | None" = None
    ) -> tuple[float, ModelGradients]:
        """Return the loss of ``batch`` and its gradients; only the steps that count pass through the readout.

        A cell that drops units draws which from ``rng``; without it nothing is dropped. Raises ``ValueError`` if shapes
        or dtypes do not fit, there are NaNs, or no step counts.
        """
        cell: Any = self.cell if rng is None or not hasattr(self.cell, "training") else self.cell.training(rng)
        tape = self._unrolled(cell, params, batch, state)
        loss, dreadout, dh = self._local(params.readout, tape.h[1:], batch)
        grads = bptt(tape, dh)
        ids = hide(batch.x, batch.mask)
        dembedding = () if self.embedding is None else self.embedding.backward(params.embedding, ids, grads.x)
        return loss, ModelGradients(ModelParams(dembedding, grads.params, dreadout), grads.delta, tape.state)

    def _unrolled(self, cell: Any, params: ModelParams, batch: Batch, state: State | None) -> Any:
        check_kind("params", params, ModelParams, "as model.init draws them")
        check_kind("batch", batch, Batch)
        x = hide(batch.x, batch.mask)
        x = x if self.embedding is None else self.embedding.forward(params.embedding, x)
        return unroll(cell, params.cell, x, state, batch.mask)

    def _local(self, params: Any, h: Array, batch: Batch) -> tuple[float, Any, Array]:
        """Return the loss, the readout's gradients and those of ``h (T, B, n)``."""
        counted, targets = batch.counted, np.asarray(batch.targets)
        rows: Any = ... if counted is None else check_array("scored", counted, h.shape[:2], np.dtype(bool))
        check_array("targets", hide(batch.targets, counted), (*h.shape[:2], "m")[: targets.ndim], targets.dtype)
        seen = h[rows]
        loss, dy = LOSSES[self.loss](self.readout.forward(params, seen), targets[rows])
        dreadout, dseen = self.readout.backward(params, seen, dy)
        dh = np.zeros_like(h)
        dh[rows] = dseen
        return loss, dreadout, dh
