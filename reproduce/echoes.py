"""What tells keeping from forgetting: tasks on streams, and orthogonal cells without their constraint or less it."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnnlib import OrthogonalCell, OrthogonalParams
from rnnlib.cells.affine import AffineWeights
from rnnlib.models import Batch
from rnnlib.tasks import Task


@dataclass(frozen=True)
class EchoTask(Task):
    """Give at each of ``steps`` the number that came in ``lag`` steps ago; the first ``lag`` steps do not count.

    The numbers are normal and independent: all but the last ``lag`` are of no use, for ever. The loss is a squared
    error, without memory 1.
    """

    steps: int
    lag: int

    loss = "squared_error"
    inputs = outputs = 1
    baseline = 1.0
    least: ClassVar[Any] = {"lag": 1, "steps": lambda task: task.lag + 1}

    def _draw(self, rng: np.random.Generator, B: int, dtype: Any) -> Batch:
        """Draw ``B`` sequences."""
        x = rng.standard_normal((self.steps, B, 1)).astype(dtype)
        counted = np.broadcast_to(np.arange(self.steps)[:, np.newaxis] >= self.lag, (self.steps, B))
        return Batch(x, np.roll(x, self.lag, axis=0), scored=counted)

    def _score(self, outputs: np.ndarray, batch: Batch) -> float:
        """Fraction of numbers that are off by less than 0.3."""
        return float((abs(outputs - batch.targets)[self.lag :] < 0.3).mean())


@dataclass(frozen=True)
class LatchTask(Task):
    """Give at each of ``steps`` the last number that was marked; a step is with this ``chance``, the first always.

    Inputs are the number, normal at marked steps and zero at others, and the mark; the unmarked steps count. Every
    number is of use until the next, and then of none: with a chance of 0 there is one, and nothing ever to be dropped.
    The loss is a squared error, without memory 1.
    """

    steps: int
    chance: float

    loss = "squared_error"
    inputs, outputs = 2, 1
    baseline = 1.0
    least: ClassVar[Any] = {"steps": 2}

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.chance < 1:
            raise ValueError(f"chance: expected a probability below 1, got {self.chance}")

    def _draw(self, rng: np.random.Generator, B: int, dtype: Any) -> Batch:
        """Draw ``B`` sequences."""
        marked = rng.random((self.steps, B)) < self.chance
        marked[0] = True
        numbers = marked * rng.standard_normal((self.steps, B))
        latest = np.maximum.accumulate(marked * np.arange(self.steps)[:, np.newaxis], axis=0)
        targets = np.take_along_axis(numbers, latest, axis=0)[:, :, np.newaxis]
        return Batch(np.stack([numbers, marked], axis=2).astype(dtype), targets.astype(dtype), scored=~marked)

    def _score(self, outputs: np.ndarray, batch: Batch) -> float:
        """Fraction of answers that are off by less than 0.3."""
        return float((abs(outputs - batch.targets)[batch.counted] < 0.3).mean())


class StartedCell(OrthogonalCell):
    """An orthogonal cell without its constraint: ``A`` is ``W`` itself, orthogonal at the start and free from then."""

    def init(self, rng: np.random.Generator, dtype: Any = np.float64) -> OrthogonalParams:
        """Draw what the orthogonal cell draws, and keep the matrix."""
        params = super().init(rng, dtype)
        return params._replace(A=super().prepare(params).W)

    def prepare(self, params: OrthogonalParams) -> AffineWeights:
        """Take ``A`` as it is."""
        return AffineWeights(
            params.A, np.array(params.A.T, order="C"), params.U, np.array(params.U.T, order="C"), params.b
        )

    def gather(self, tape: Any, g: np.ndarray) -> OrthogonalParams:
        """Sum over steps and sequences; nothing is to be pulled back."""
        dW, dU, db = self.gather_affine(tape, g).values()
        return OrthogonalParams(dW, dU, self.gather_threshold(tape, g) if self.activation == "modrelu" else db)


@dataclass(frozen=True)
class KeptCell(OrthogonalCell):
    """An orthogonal cell that forgets: its matrix times ``keep``, a number below 1 that is not trained."""

    keep: float = 0.9

    def prepare(self, params: OrthogonalParams) -> AffineWeights:
        """Make the orthogonal matrix, and scale it."""
        w = super().prepare(params)
        keep = w.W.dtype.type(self.keep)
        return w._replace(W=keep * w.W, W_transposed=keep * w.W_transposed)

    def gather(self, tape: Any, g: np.ndarray) -> OrthogonalParams:
        """Scale the gradient of the orthogonal matrix likewise."""
        grads = super().gather(tape, g)
        return grads._replace(A=grads.A.dtype.type(self.keep) * grads.A)
