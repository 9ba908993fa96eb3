"""The training loop: draw, differentiate, clip, update, write down; and go on later exactly where it stopped."""

import json
import os
import time
import warnings
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnnlib import _door
from rnnlib._door import Array, Rng
from rnnlib.gradients import Clipping, global_norm
from rnnlib.models import Batch, Model, ModelGradients, ModelParams
from rnnlib.norms import norm
from rnnlib.optimisers import SGD, Adam, Momentum, RMSprop  # noqa: F401
from rnnlib.trees import leaves, map_leaves


class Snapshot(namedtuple("Snapshot", "update score delta validation", defaults=(np.nan,))):
    r"""A look at a run before its update number ``update`` (the first is 0), on the batch of that update.

    ``score`` is the task's (NaN if it has none); ``delta (T+1,)`` the norms :math:`|\partial L/\partial h_t|`, over
    all sequences and units of the batch together; ``validation`` what ``validate`` said of the parameters.
    """


class Log(namedtuple("Log", "loss before after fraction snapshots", defaults=((),))):
    """What a run wrote down: at each of its ``U`` updates, before the weights moved, and in between ``snapshots``.

    ``loss (U,)`` of the batch; ``before`` and ``after (U,)`` the gradient's norm before and after clipping; ``fraction
    (U,)`` of what was shortened (:class:`rnnlib.gradients.Clipping`).
    """

    clipped = property(lambda self: np.cumsum(self.fraction > 0) / np.arange(1, len(self.fraction) + 1))
    """The fraction of updates, up to and including each, in which anything was clipped, ``(U,)``."""


class Fit(namedtuple("Fit", "params state carried log solved_at seconds generator made_by")):
    """A training run as far as it went: all that is needed to look at it, and to go on with it exactly.

    ``params`` and the optimiser's ``state`` after the last update, ``carried`` the hidden state for the next batch
    (``()`` unless batches continue one another), the ``log``, ``solved_at`` the number of updates after which the run
    was solved (``None``: it was not), the ``seconds`` spent, ``generator`` the state of the random numbers; ``made_by``
    are the model and the kind of optimiser, in words.
    """

    def save(self, path: str | Path) -> None:
        """Write everything to one file, in NumPy's npz format; an older file is replaced once all is written."""
        arrays, rest = leaves(self[:3]), json.dumps(self[3:], default=lambda array: array.tolist())
        unfinished = Path(f"{path}.unfinished")
        with unfinished.open("wb") as file:
            np.savez(file, rest, *arrays)  # what is no array of numbers, load refuses
        unfinished.replace(path)

    @staticmethod
    def load(path: str | Path, model: Model, optimiser: Any) -> "Fit":
        """Read what :meth:`save` wrote; ``ValueError`` if that was of another model or optimiser, or is damaged."""
        try:
            with Path(path).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                text, *arrays = (file[name] for name in file.files)
            (*columns, snapshots), *rest, made_by = json.loads(str(text))
            snapshots = tuple(Snapshot(u, score, np.array(delta), *more) for u, score, delta, *more in snapshots)
            log = Log._make((*map(np.array, columns), snapshots))
            _check_made_by(tuple(made_by), model, optimiser)
            params = model.init(np.random.default_rng(0), arrays[0].dtype)
            known = params, optimiser.init(params)
            more = len(arrays) > len([*leaves(known)])
            carried = model.cell.zeros(arrays[-1].shape[:1], arrays[0].dtype) if more else ()
            return Fit._make((*_filled((*known, carried), arrays), log, *rest, tuple(made_by)))
        except (FileNotFoundError, IsADirectoryError, PermissionError, OtherRunError):
            raise
        except Exception as error:
            raise ValueError(f"{path}: expected a run that Fit.save wrote, whole; got {error}") from error


class OtherRunError(ValueError):
    """A run is to go on with another model or another kind of optimiser than it was made by."""


def _made_by(model: Model, optimiser: Any) -> tuple[str, str]:
    return repr(model), type(optimiser).__name__


def _check_made_by(made_by: tuple[str, str], model: Model, optimiser: Any) -> None:
    """Raise ``OtherRunError``, with what was expected and what came, unless these two made the run."""
    for expected, got in zip(made_by, _made_by(model, optimiser)):
        if expected != got:
            advice = "to start from its weights alone, give params=run.params"
            raise OtherRunError(f"resume: expected the run's own {expected}, got {got}; {advice}")


def _filled(tree: Any, arrays: list[Array]) -> Any:
    """Return ``arrays`` as a tree like ``tree``, whole numbers as such."""
    expected, got = [np.shape(leaf) for leaf in leaves(tree)], [array.shape for array in arrays]
    if expected != got:
        raise ValueError(f"arrays of shapes {got} in place of {expected}")
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

    If every batch is drawn anew, its loss is measured before it is learnt from: no other test set is needed. Raises
    ``ValueError`` unless ``threshold`` is a number and ``window`` a whole one.

    >>> loss_below(0.5, window=2)(Log(np.array([0.9, 0.6, 0.3]), None, None, None))
    True
    """
    _door.check_number("threshold", threshold, "a number", lambda threshold: threshold == threshold)
    _door.check_size("window", window)
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
    dtype: Any = np.float64,
    carry: bool = False,
    validate: Callable[[ModelParams], float] | None = None,
    save: str | Path | None = None,
) -> Fit:
    """Train ``model`` on ``task`` for so many ``updates``, or until it is ``solved``.

    ``task`` draws batches, ``task.draw(rng, batch, dtype)``, or is itself an iterable of them, which may end the run
    earlier. ``optimiser`` is ``Adam()`` if not given, ``clip`` a function, say ``lambda grads: clip_norm(grads, 1.0)``.
    ``solved(log)`` is asked after each update (say :func:`loss_below`); a snapshot is taken before every update whose
    number is a multiple of ``every``, and with it goes what ``validate(params)`` says, say a loss on held-out data,
    ``lambda params: model.evaluate(params, held_out)``. Training starts from ``params``, in their dtype, or draws them
    in ``dtype``. With ``carry`` each batch starts in the state the one before ended in. ``progress`` shows a bar on a
    terminal (extra ``train``).

    ``resume`` goes on with an earlier run, or with the file it was saved in, for ``updates`` more, and sets ``rng`` to
    where that run had left its own: the numbers are those of a run that never stopped, bit for bit, if the arguments
    are the same (an iterable must go on by itself). A run that was solved stays as it is. An interrupt (Ctrl-C) ends
    the run with a warning: what it had reached is returned, to look at and to resume. ``save`` names a file that the
    run is written to after every ``every`` updates, and when it ends, however it does.

    Raises :class:`DivergedError` if the loss or the gradient is not finite or overflows in the optimiser,
    :class:`OtherRunError`, a ``ValueError``, if a run to resume was made by another model or kind of optimiser, and
    ``ValueError`` for what does not fit.

    >>> from rnnlib import PlainCell, tasks
    >>> task = tasks.TemporalOrderTask(steps=10)
    >>> model = Model.of(task, PlainCell(inputs=6, units=8))
    >>> run = fit(model, task, np.random.default_rng(0), updates=3)
    >>> run.log.loss.shape, run.solved_at, run.log.snapshots[0].delta.shape
    ((3,), None, (11,))
    """
    optimiser = Adam() if optimiser is None else optimiser
    _check_parts(model, task, rng, optimiser, dtype, params, resume, save, carry)
    _check_settings(batch, updates, every, clip, solved, validate)
    run = begun = _begin(model, optimiser, rng, params, resume, dtype)
    loop = _Loop(model, task, rng, optimiser, clip, batch, solved, every, carry, validate)
    try:
        for run in loop.runs(begun, updates, progress):
            if save is not None and len(run.log.loss) % every == 0:
                run.save(save)
    except KeyboardInterrupt:
        rng.bit_generator.state = run.generator
        warnings.warn(f"interrupted: this is the run after {len(run.log.loss)} updates, resume it", stacklevel=2)
    finally:
        if save is not None:
            run.save(save)
    return run


def _check_parts(
    model: Any, task: Any, rng: Any, optimiser: Any, dtype: Any, params: Any, resume: Any, save: Any, carry: bool
) -> None:
    """Raise ``ValueError`` unless these are what :func:`fit` trains, and on what, and fit one another."""
    _door.check_kind("model", model, Model)
    _door.check_drawing(rng, dtype)
    _door.check_offers("optimiser", optimiser, "an optimiser, say Adam(1e-3)", "init", "update")
    if isinstance(task, type | str | Batch) or (not hasattr(task, "draw") and not hasattr(task, "__iter__")):
        raise ValueError(f"task: expected a task that draws batches, or a list of batches, got {_door.described(task)}")
    if (loss := getattr(task, "loss", model.loss)) != model.loss:
        raise ValueError(f"model: expected loss={loss!r}, that of the task, got {model.loss!r}; Model.of takes it over")
    if params is not None and resume is not None:
        raise ValueError("params: expected none, for the run to resume has its own")
    if params is not None:
        _door.check_kind("params", params, ModelParams, "as model.init draws them")
    for name, given, kinds in (("resume", resume, str | Path | Fit), ("save", save, str | Path)):
        if given is not None and not isinstance(given, kinds):
            raise ValueError(f"{name}: expected the name of a file, or none, got {_door.described(given)}")
    if carry and not hasattr(model.cell, "step"):
        raise ValueError(f"carry: expected False, for {type(model.cell).__name__} needs the whole sequence at once")


def _check_settings(batch: Any, updates: Any, every: Any, clip: Any, solved: Any, validate: Any) -> None:
    """Raise ``ValueError`` unless these are whole numbers, and functions or none."""
    for name, size, least in (("batch", batch, 1), ("updates", updates, 0), ("every", every, 1)):
        _door.check_size(name, size, least)
    for name, function in (("clip", clip), ("solved", solved), ("validate", validate)):
        if function is not None:
            _door.check_offers(name, function, "a function, or none", "__call__")


def _begin(model: Model, optimiser: Any, rng: Rng, params: Any, resume: Any, dtype: Any) -> Fit:
    """Return the run that stands before its first update, or the one to resume; its random numbers go into ``rng``."""
    if resume is None:
        params = model.init(rng, dtype) if params is None else params
        log, generator = Log(*np.empty((4, 0))), rng.bit_generator.state
        return Fit(params, optimiser.init(params), (), log, None, 0.0, generator, _made_by(model, optimiser))
    run = resume if isinstance(resume, Fit) else Fit.load(resume, model, optimiser)
    _check_made_by(run.made_by, model, optimiser)
    rng.bit_generator.state = run.generator
    return run


@dataclass(frozen=True)
class _Loop:
    """What is the same at every update: with what :func:`fit` trains, and when it looks and stops."""

    model: Model
    task: Any
    rng: Rng
    optimiser: Any
    clip: Callable[[Any], tuple[Any, Clipping]] | None
    batch: int
    solved: Callable[[Log], bool] | None
    every: int
    carry: bool
    validate: Callable[[ModelParams], float] | None

    def runs(self, run: Fit, updates: int, progress: bool) -> Iterator[Fit]:
        """Yield ``run`` after each of its next ``updates``, up to the one that solves it."""
        began, made = time.perf_counter() - run.seconds, len(run.log.loss)
        # One array for the whole run: the log of each update is a view of its first rows, and nothing is copied.
        rows = np.concatenate([np.column_stack(run.log[:4]), np.empty((updates, 4))])
        count: Any = range(made, made + updates if run.solved_at is None else made)
        if progress:
            count = _door.optional("tqdm", "train").tqdm(count, disable="CI" in os.environ or None)
        for update, batch in zip(count, self.batches(run.params.readout.b.dtype)):
            run = self.updated(run, batch, rows[: update + 1])._replace(seconds=time.perf_counter() - began)
            yield run
            if run.solved_at is not None:
                return

    def batches(self, dtype: Any) -> Iterable[Batch]:
        """Return what to train on: draws of the task without end, or the batches that it is."""
        # An iterator that never meets its end, for no batch is None.
        draws = hasattr(self.task, "draw")
        return iter(lambda: self.task.draw(self.rng, self.batch, dtype), None) if draws else self.task

    def updated(self, run: Fit, batch: Batch, rows: Array) -> Fit:
        """Return ``run`` after one update, on ``batch``; ``rows`` are its log, whose last row is written here."""
        grads, rows[-1] = self.gradients(run, batch)
        looks = (self.look(run, batch, grads),) if len(run.log.loss) % self.every == 0 else ()
        params, state = self.moved(run, batch, grads)
        log = Log._make((*rows.T, run.log.snapshots + looks))
        solved_at = len(rows) if self.solved is not None and self.solved(log) else None
        carried, generator = grads.last if self.carry else (), self.rng.bit_generator.state
        return Fit(params, state, carried, log, solved_at, run.seconds, generator, run.made_by)

    def gradients(self, run: Fit, batch: Batch) -> tuple[ModelGradients, Any]:
        """Return the clipped gradients on ``batch`` and the four numbers for the log."""
        _door.check_kind("task", batch, Batch, "at each draw")
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                loss, grads = self.model.loss_and_grads(run.params, batch, run.carried or None, self.rng)
                length = global_norm(grads.params)
            if not np.isfinite(loss) or not np.isfinite(length):
                raise _door.NotANumberError(f"loss {loss}, norm of the gradient {length}")
        except _door.NotANumberError as error:
            raise DivergedError(f"update {len(run.log.loss)}: {error}", run, batch) from error
        unclipped = grads.params, Clipping(length, length, 0.0)
        clipped, done = unclipped if self.clip is None else self.clip(grads.params)
        return grads._replace(params=clipped), (loss, *done)

    def look(self, run: Fit, batch: Batch, grads: ModelGradients) -> Snapshot:
        """Return a snapshot of ``run`` on ``batch``."""
        score = validation = np.nan
        if hasattr(self.task, "score"):
            score = self.task.score(self.model.predict(run.params, batch, run.carried or None), batch)
        if self.validate is not None:
            validation = self.validate(run.params)
        _door.check_number("validate", validation, "a function that returns a number", lambda number: True)
        return Snapshot(len(run.log.loss), score, norm(grads.delta.h, axis=(1, 2)), float(validation))

    def moved(self, run: Fit, batch: Batch, grads: ModelGradients) -> tuple[Any, Any]:
        """Return what the optimiser makes of the gradients, which it may square: finite ones can overflow there."""
        try:
            with np.errstate(over="raise", invalid="raise"):
                return self.optimiser.update(run.params, grads.params, run.state)
        except FloatingPointError as error:
            raise DivergedError(f"update {len(run.log.loss)}: {error} of the optimiser", run, batch) from error
