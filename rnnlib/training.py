"""The training loop: draw, differentiate, clip, update, write down; and go on later exactly where it stopped."""

import json
import os
import time
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rnnlib._door import Array, NotANumberError, Rng, optional
from rnnlib.gradients import Clipping, global_norm
from rnnlib.models import Batch, Model, ModelGradients, ModelParams
from rnnlib.norms import norm
from rnnlib.optimisers import SGD, Adam, Momentum, RMSprop  # noqa: F401
from rnnlib.trees import leaves, map_leaves


class Snapshot(namedtuple("Snapshot", "update score delta")):
    r"""A look at a run before its update number ``update`` (the first is 0), on the batch of that update.

    ``score`` is the task's (NaN if it has none); ``delta (T+1,)`` the norms :math:`|\partial L/\partial h_t|`, over
    all sequences and units of the batch together.
    """


class Log(namedtuple("Log", "loss before after fraction snapshots", defaults=((),))):
    """What a run wrote down: at each of its ``U`` updates, before the weights moved, and in between ``snapshots``.

    ``loss (U,)`` of the batch; ``before`` and ``after (U,)`` the gradient's norm before and after clipping; ``fraction
    (U,)`` of what was shortened (:class:`rnnlib.gradients.Clipping`).
    """

    clipped = property(lambda self: np.cumsum(self.fraction > 0) / np.arange(1, len(self.fraction) + 1))
    """The fraction of updates, up to and including each, in which anything was clipped, ``(U,)``."""


class Fit(namedtuple("Fit", "params state carried log solved_at seconds generator")):
    """A training run as far as it went: all that is needed to look at it, and to go on with it exactly.

    ``params`` and the optimiser's ``state`` after the last update, ``carried`` the hidden state for the next batch
    (``()`` unless batches continue one another), the ``log``, ``solved_at`` the number of updates after which the run
    was solved (``None``: it was not), the ``seconds`` spent, ``generator`` the state of the random numbers.
    """

    def save(self, path: str | Path) -> None:
        """Write everything to one file, in NumPy's npz format; an older file is replaced once all is written."""
        arrays, rest = leaves(self[:3]), json.dumps(self[3:], default=lambda array: array.tolist())
        unfinished = Path(f"{path}.unfinished")
        with unfinished.open("wb") as file:
            np.savez(file, rest, *arrays, allow_pickle=False)
        unfinished.replace(path)

    @staticmethod
    def load(path: str | Path, model: Model, optimiser: Any) -> "Fit":
        """Read what :meth:`save` wrote; ``ValueError`` if that was of another model or optimiser."""
        with np.load(path, allow_pickle=False) as file:
            text, *arrays = (file[name] for name in file.files)
        (*columns, snapshots), *rest = json.loads(str(text))
        log = Log._make((*map(np.array, columns), tuple(Snapshot(u, s, np.array(delta)) for u, s, delta in snapshots)))
        params = model.init(np.random.default_rng(0), arrays[0].dtype)
        known = params, optimiser.init(params)
        carried = model.cell.zeros(arrays[-1].shape[:1], arrays[0].dtype) if len(arrays) > len([*leaves(known)]) else ()
        return Fit._make((*_filled((*known, carried), arrays), log, *rest))


def _filled(tree: Any, arrays: list[Array]) -> Any:
    """Return ``arrays`` as a tree like ``tree``, whole numbers as such."""
    expected, got = [np.shape(leaf) for leaf in leaves(tree)], [array.shape for array in arrays]
    if expected != got:
        raise ValueError(f"resume: expected arrays of shapes {expected}, got {got}: another model's or optimiser's")
    rest = iter(arrays)
    return map_leaves(lambda leaf: next(rest).item() if isinstance(leaf, int) else next(rest), tree)


class DivergedError(ArithmeticError):
    """The loss or its gradient is no longer finite; the run stands where it was before the ``batch`` that showed it.

    ``fit`` is that run, which a gentler call of :func:`fit` may resume: it draws the same batch again.
    """

    def __init__(self, message: str, fit: Fit, batch: Batch) -> None:
        super().__init__(message)
        self.fit, self.batch = fit, batch


def loss_below(threshold: float, window: int = 50) -> Callable[[Log], bool]:
    """Solved when the mean loss of the last ``window`` updates is below ``threshold``, and there were as many.

    If every batch is drawn anew, its loss is measured before it is learnt from: no other test set is needed.
    """
    return lambda log: len(log.loss) >= window and bool(log.loss[-window:].mean() < threshold)


def fit(
    model: Model,
    task: Any,
    rng: Rng,
    optimiser: Any = None,
    clip: Callable[[Any], tuple[Any, Clipping]] | None = None,
    batch: int = 64,
    updates: int = 1000,
    solved: Callable[[Log], bool] | None = None,
    every: int = 50,
    params: ModelParams | None = None,
    resume: str | Path | Fit | None = None,
    progress: bool = False,
    dtype: Any = np.float32,
    carry: bool = False,
) -> Fit:
    """Train ``model`` on ``task`` for so many ``updates``, or until it is ``solved``.

    ``task`` draws batches, ``task.draw(rng, batch, dtype)``, or is itself an iterable of them, which may end the run
    earlier. ``optimiser`` is ``Adam()`` if not given, ``clip`` a function, say ``lambda grads: clip_norm(grads, 1.0)``.
    ``solved(log)`` is asked after each update (say :func:`loss_below`); a snapshot is taken before every update whose
    number is a multiple of ``every``. Training starts from ``params``, in their dtype, or draws them in ``dtype``. With
    ``carry`` each batch starts in the state the one before ended in. ``progress`` shows a bar on a terminal (extra
    ``train``).

    ``resume`` goes on with an earlier run, or with the file it was saved in, for ``updates`` more, and sets ``rng`` to
    where that run had left its own: the numbers are those of a run that never stopped, bit for bit, if the arguments
    are the same (an iterable must go on by itself). A run that was solved stays as it is. Raises
    :class:`DivergedError` if the loss or the gradient is not finite, and ``ValueError`` for what does not fit.

    >>> from rnnlib import PlainCell, readouts, tasks
    >>> model = Model(PlainCell(inputs=6, units=8), readouts.LinearReadout(units=8, outputs=4))
    >>> run = fit(model, tasks.TemporalOrderTask(steps=10), np.random.default_rng(0), updates=3)
    >>> run.log.loss.shape, run.solved_at, run.log.snapshots[0].delta.shape
    ((3,), None, (11,))
    """
    optimiser = Adam() if optimiser is None else optimiser
    run = _begin(model, optimiser, rng, params, resume, dtype)
    began, made = time.perf_counter() - run.seconds, len(run.log.loss)
    rows = np.concatenate([np.column_stack(run.log[:4]), np.empty((updates, 4))])
    count: Any = range(made, made + updates if run.solved_at is None else made)
    if progress:
        count = optional("tqdm", "train").tqdm(count, disable="CI" in os.environ or None)
    dtype = run.params.readout.b.dtype
    # An iterator that never meets its end, for no batch is None.
    draws = iter(lambda: task.draw(rng, batch, dtype), None) if hasattr(task, "draw") else task
    score = getattr(task, "score", lambda *_: np.nan)
    for update, drawn in zip(count, draws):
        grads, rows[update] = _gradients(model, clip, rng, run, drawn)
        snapshots = run.log.snapshots
        if update % every == 0:
            norms = norm(grads.delta.h, axis=(1, 2))
            snapshots += (Snapshot(update, score(model.predict(run.params, drawn, run.carried or None), drawn), norms),)
        params, state = _moved(optimiser, grads.params, run, drawn)
        log, seconds = Log._make((*rows[: update + 1].T, snapshots)), time.perf_counter() - began
        solved_at = update + 1 if solved is not None and solved(log) else None
        run = Fit(params, state, grads.last if carry else (), log, solved_at, seconds, rng.bit_generator.state)
        if solved_at is not None:
            break
    return run


def _begin(model: Model, optimiser: Any, rng: Rng, params: Any, resume: Any, dtype: Any) -> Fit:
    """Return the run that stands before its first update, or the one to resume; its random numbers go into ``rng``."""
    if resume is None:
        params = model.init(rng, dtype) if params is None else params
        log = Log(*np.empty((4, 0)))
        return Fit(params, optimiser.init(params), (), log, None, 0.0, rng.bit_generator.state)
    if params is not None:
        raise ValueError("params: expected none, for the run to resume has its own")
    run = resume if isinstance(resume, Fit) else Fit.load(resume, model, optimiser)
    rng.bit_generator.state = run.generator
    return run


def _moved(optimiser: Any, grads: Any, run: Fit, batch: Batch) -> tuple[Any, Any]:
    """Return what the optimiser makes of the gradients, which it may square: finite ones can overflow there."""
    try:
        with np.errstate(over="raise", invalid="raise"):
            return optimiser.update(run.params, grads, run.state)
    except FloatingPointError as error:
        raise DivergedError(f"update {len(run.log.loss)}: {error} of the optimiser", run, batch) from error


def _gradients(model: Model, clip: Any, rng: Rng, run: Fit, batch: Batch) -> tuple[ModelGradients, Any]:
    """Return the clipped gradients on ``batch`` and the four numbers for the log."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            loss, grads = model.loss_and_grads(run.params, batch, run.carried or None, rng)
            length = global_norm(grads.params)
        if not np.isfinite(loss) or not np.isfinite(length):
            raise NotANumberError(f"loss {loss}, norm of the gradient {length}")
    except NotANumberError as error:
        raise DivergedError(f"update {len(run.log.loss)}: {error}", run, batch) from error
    clipped, done = (grads.params, Clipping(length, length, 0.0)) if clip is None else clip(grads.params)
    return grads._replace(params=clipped), (loss, *done)
