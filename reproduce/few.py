"""A training set that ends: a few sequences of a task, drawn once and seen again and again, answers shuffled or not."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from rnnlib.models import Batch
from rnnlib.tasks import Task


@dataclass(frozen=True)
class FewSequences(Task):
    """``size`` sequences of ``task``, of which batches are drawn with replacement.

    Which ones, the seed of the generator decides that draws the batches: every run has its own set. With ``shuffled``
    the answers of the set were handed to one another at random, so that there is nothing to learn but the set itself.
    ``fresh`` are sequences of ``task``, with answers of their own.
    """

    task: Any
    size: int
    shuffled: bool = False

    inputs = property(lambda self: self.task.inputs)
    outputs = property(lambda self: self.task.outputs)
    steps = property(lambda self: self.task.steps)
    loss = property(lambda self: self.task.loss)
    baseline = property(lambda self: self.task.baseline)

    def _draw(self, rng: np.random.Generator, B: int, dtype: Any) -> Batch:
        """Draw ``B`` sequences of the set."""
        return chosen(the_set(self, rng.bit_generator.seed_seq.entropy), rng.integers(self.size, size=B), dtype)

    def fresh(self, rng: np.random.Generator, B: int, dtype: Any = np.float64) -> Batch:
        """Draw ``B`` sequences that are in no set."""
        return self.task.draw(rng, B, dtype)

    def _score(self, outputs: np.ndarray, batch: Batch) -> float:
        return self.task.score(outputs, batch)


@cache
def the_set(few: FewSequences, seed: int) -> Batch:
    """Return the sequences of the set that belongs to ``seed``."""
    rng = np.random.default_rng([seed, few.size, few.steps])
    batch = few.task.draw(rng, few.size)
    order = rng.permutation(few.size) if few.shuffled else np.arange(few.size)
    return batch._replace(targets=np.asarray(batch.targets)[:, order])


def chosen(batch: Batch, columns: np.ndarray, dtype: Any) -> Batch:
    """Return these sequences of a batch, numbers in ``dtype``."""
    x, targets, mask, scored = (None if part is None else np.asarray(part)[:, columns] for part in batch)
    numbers = targets.dtype.kind == "f"
    return Batch(x.astype(dtype), targets.astype(dtype) if numbers else targets, mask, scored)


def on_fresh(model: Any, params: Any, task: FewSequences, rng: np.random.Generator) -> dict[str, Any]:
    """The loss on 512 fresh sequences, in the unit of the baseline."""
    unit = 2 if task.loss == "squared_error" else 1
    return {"fresh": float(f"{unit * model.evaluate(params, task.fresh(rng, 512, np.float32)):.3g}")}
