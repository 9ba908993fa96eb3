"""How far the gradient reached in a training run: the map and the sentence of the Playground, over a log of ``fit``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import OVER_MAP
from rnnlib.tasks import AddingTask, CopyTask, DistantContactTask, LatchTask, TemporalOrderTask
from rnnlib.training import Log

WINDOW = 50
MOST = 160
"""Snapshots that are shown; of more, every second, third .. is."""
LOWEST, HIGHEST = -6.0, 0.0
GONE = 1e-3


class ReachLog(InteractiveFigure):
    r"""The size of :math:`\partial L/\partial h_t` over steps back from the last and over a run's updates.

    ``ReachLog.of(run.log, task)`` makes it of what :func:`rnnlib.training.fit` wrote down (``every`` there says how
    often a snapshot is taken). Each column is relative to its own lag 0. Below the map a sentence says what the chosen
    snapshot shows: where less than a thousandth is left, what the task needs, how the loss stands to the baseline, and
    whether everything was clipped. With a loss at every step :math:`\partial L/\partial h_t` is refilled on its way
    and says nothing of reach; the sentence then leaves it out.
    """

    updates = traitlets.List(traitlets.Int()).tag(sync=True)
    steps = traitlets.Int().tag(sync=True)
    sizes = traitlets.Bytes().tag(sync=True)
    shares = traitlets.List(traitlets.Float(allow_none=True)).tag(sync=True)
    clipped = traitlets.List(traitlets.Float()).tag(sync=True)
    needs = traitlets.List(traitlets.Int(), allow_none=True, default_value=None).tag(sync=True)
    at_end = traitlets.Bool(True).tag(sync=True)
    solved_at = traitlets.Int(allow_none=True, default_value=None).tag(sync=True)
    cut = traitlets.Bool(False).tag(sync=True)
    carried = traitlets.Bool(False).tag(sync=True)
    chosen = traitlets.Int(0, min=0).tag(sync=True)
    alt = traitlets.Unicode(
        "A map of the size of the gradient with respect to the state, over the steps back from the last and the "
        "updates of a training run, dark where less than a millionth is left; beside it the curve at one update."
    ).tag(sync=True)
    _shared = ("helpers.js", "diagnosis.js", "reach_map.js")

    @classmethod
    def of(
        cls, log: Log, task: Any = None, needs: Sequence[int] | None = None, cut: bool = False, carried: bool = False
    ) -> ReachLog:
        """Make the figure of a run's log.

        From ``task`` come the baseline, whether the loss stands at the last step alone, and how many steps back it
        has to look, unless ``needs`` (one number, or from and to) says so. What is exactly 0 where the gradient is
        truncated is put down to that if ``cut`` says so, and ``carried`` whether the state crosses the cut. Raises
        ``ValueError`` if the log has no snapshot.
        """
        if not log.snapshots:
            raise ValueError("log: expected at least one snapshot, got none: fit takes one every `every` updates")
        taken = log.snapshots[:: -(-len(log.snapshots) // MOST)]
        sizes = np.array([snapshot.delta[:0:-1] for snapshot in taken], np.float32)
        made = [snapshot.update for snapshot in taken]
        lags = needs_of(task) if needs is None else (needs[0], needs[-1])
        solved = _solved_at(_shares(log, task))
        return cls(
            updates=made,
            steps=sizes.shape[1],
            sizes=sizes.tobytes(),
            shares=[_mean_before(_shares(log, task), update) for update in made],
            clipped=[_mean_before(log.fraction > 0, update) or 0.0 for update in made],
            needs=None if lags is None else list(lags),
            at_end=asked_at_last_alone(task),
            solved_at=solved,
            cut=cut,
            carried=carried,
            chosen=len(made) - 1,
        )

    def still(self, ax: Axes) -> None:
        """Print the map, with the lags that the task needs."""
        relative = self.relative()
        with np.errstate(divide="ignore"):
            power = np.log10(np.where(relative == 0, np.nan, relative))
        edges = np.append(self.updates, self.updates[-1] + max(1, self.updates[-1] - (self.updates[-2:][0])))
        mesh = ax.pcolormesh(
            edges, np.arange(self.steps + 1) - 0.5, np.clip(power, LOWEST, HIGHEST).T, cmap="house", vmin=LOWEST,
            vmax=HIGHEST, rasterized=True,
        )  # fmt: skip
        for lag in sorted({lag for lag in self.needs or () if lag < self.steps}):
            ax.axhline(lag, color=OVER_MAP["over"], linewidth=1.4)
        ax.set(xlabel="update", ylabel="steps back from the last", ylim=(self.steps - 0.5, -0.5))
        ax.grid(False)
        if ax.figure is not None:
            ax.figure.colorbar(mesh, ax=ax, label=r"$\log_{10}$ of $|\delta|$, relative to lag 0")
        ax.set_title(f"At update {self.updates[-1]}, {_left(relative[-1])}")

    def relative(self) -> NDArray[np.float32]:
        """Sizes relative to lag 0, ``(snapshots, steps)``; NaN where that is 0."""
        sizes = np.frombuffer(self.sizes, np.float32).reshape(len(self.updates), self.steps)
        with np.errstate(invalid="ignore", divide="ignore"):
            return sizes / sizes[:, :1]


def _left(relative: NDArray[np.float32]) -> str:
    """What is left of the sizes of one snapshot, relative to lag 0, in words."""
    gone, kept = np.flatnonzero(relative < GONE), np.flatnonzero(relative)
    if gone.size and kept.size and gone[0] == kept[-1] + 1:
        return f"from {gone[0]} steps back on it is exactly 0"
    return f"{f'from {gone[0]} steps back on less than' if gone.size else 'everywhere at least'} a thousandth is left"


def needs_of(task: Any) -> tuple[int, int] | None:
    """How many steps back from the last a task has to look, at least and at most; ``None`` if that is not known."""
    if isinstance(task, CopyTask) and type(task) is CopyTask:
        return task.delay + task.length, task.delay + task.length
    if isinstance(task, AddingTask):
        return task.steps - task.steps // 2, task.steps - 1
    if isinstance(task, TemporalOrderTask):
        return task.steps - task.steps // 5, task.steps - 1 - task.steps // 10
    if isinstance(task, LatchTask):
        return task.steps - task.shown, task.steps - 1
    if isinstance(task, DistantContactTask):
        return task.steps - task.first, task.steps - task.first
    return None


def asked_at_last_alone(task: Any) -> bool:
    """Whether a task's loss stands at the last step alone; taken for granted where there is no task to ask."""
    if not hasattr(task, "draw"):
        return task is None
    counted = task.draw(np.random.default_rng(0), 1).counted
    return counted is not None and bool(counted[-1].all()) and not counted[:-1].any()


def _shares(log: Log, task: Any) -> NDArray[np.float64] | None:
    """Losses over the baseline, in its unit."""
    if not getattr(task, "baseline", None):
        return None
    unit = 2 / task.outputs if task.loss == "squared_error" else 1.0
    return unit * log.loss / task.baseline


def _mean_before(values: Any, update: int) -> float | None:
    """Mean of the last values up to and including those of ``update``."""
    return None if values is None else float(np.mean(values[max(0, update + 1 - WINDOW) : update + 1]))


def _solved_at(shares: NDArray[np.float64] | None) -> int | None:
    """After how many updates the mean of a window first fell below a tenth of the baseline."""
    if shares is None or len(shares) < WINDOW:
        return None
    below = np.flatnonzero(np.convolve(shares, np.ones(WINDOW) / WINDOW, "valid") < 0.1)
    return int(below[0]) + WINDOW if below.size else None
