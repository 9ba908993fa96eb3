"""Tasks made to be hard in one way: sequences drawn from a seed, and what a predictor without memory can reach.

A task has ``inputs``, ``outputs`` and ``steps``, the name of its ``loss``, and ``draw(rng, B, dtype)``, which returns a
:class:`rnnlib.training.Batch`; ``score(outputs, batch)`` says how well outputs ``(T, B, m)`` answer it, from 0 to 1.
``baseline`` is the least expected loss of a predictor that knows the step ``t`` and the input ``x_t``, and nothing of
the inputs before. Its unit is nats, or for a squared error the mean of its square over all outputs: the loss
:func:`rnnlib.losses.squared_error`, half the square and summed over the outputs, is ``outputs / 2`` times as large.
Sizes with which there is no such task raise ``ValueError``.

>>> task = CopyTask(delay=100)
>>> task.inputs, task.outputs, task.steps, round(task.baseline, 4)
(10, 9, 120, 0.1733)
>>> task.draw(np.random.default_rng(0), 64).x.shape
(120, 64, 10)
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Any, ClassVar

import numpy as np

from rnnlib._door import Array, Rng, check_array, check_drawing, check_kind, check_number, check_size
from rnnlib.models import Batch


class Task:
    """What tasks share; one asks for classes unless it says otherwise.

    ``least`` says how small its sizes may be, in numbers or by functions of the sizes named before.
    """

    loss = "softmax_cross_entropy"
    outputs: Any
    noise: Any = 0
    _draw: Callable[[Rng, int, Any], Batch]
    least: ClassVar[Any] = {}

    def __post_init__(self) -> None:
        for name, least in self.least.items():
            check_size(name, getattr(self, name), least(self) if callable(least) else least)
        check_number("noise", self.noise, "0 or more", lambda noise: noise >= 0)

    def draw(self, rng: Rng, B: int, dtype: Any = np.float64) -> Batch:
        """Draw ``B`` sequences; ``ValueError`` unless ``rng`` is a generator, ``B`` a size and ``dtype`` a float."""
        check_drawing(rng, dtype)
        check_size("B", B, 0)
        return self._draw(rng, B, dtype)

    def score(self, outputs: Array, batch: Batch) -> float:
        """Say how well ``outputs (T, B, m)`` answer ``batch``, from 0 to 1; ``ValueError`` for another shape."""
        check_kind("batch", batch, Batch)
        check_array("outputs", outputs, (*np.shape(batch.targets)[:2], self.outputs))
        return self._score(outputs, batch)

    def _score(self, outputs: Array, batch: Batch) -> float:
        """Fraction of the steps that count at which the largest output is the right class."""
        hits = outputs.argmax(axis=-1) == batch.targets
        return float(hits.mean() if batch.counted is None else hits[batch.counted].mean())


@dataclass(frozen=True)
class CopyTask(Task):
    r"""Copy memory: repeat ``length`` symbols, in their order, after a ``delay`` of blanks.

    The symbols come first, the last step of the delay is a delimiter, and then, at the last ``length`` of the
    ``delay + 2 length`` steps, they are asked for; until then the answer is the blank. Inputs are one-hot: the symbols,
    the blank, the delimiter. Every step counts. Without memory the blanks are known, and the symbols equally likely:
    :math:`\text{length} \ln(\text{symbols})/\text{steps}` nats a step.
    Source: Hochreiter and Schmidhuber, 1997; in this form Arjovsky, Shah and Bengio, *Unitary evolution recurrent
    neural networks*, 2016, section 4.1.
    """

    delay: int
    symbols: int = 8
    length: int = 10

    least: ClassVar[Any] = {"delay": 1, "symbols": 2, "length": 1}
    inputs = property(lambda self: self.symbols + 2)
    outputs = property(lambda self: self.symbols + 1)
    steps = property(lambda self: self.delay + 2 * self.length)
    baseline = property(lambda self: self.length * log(self.symbols) / self.steps)

    def _draw(self, rng: Rng, B: int, dtype: Any) -> Batch:
        """Draw ``B`` sequences."""
        blank, delimiter = self.symbols, self.symbols + 1
        symbols = rng.integers(self.symbols, size=(self.length, B))
        ids, targets = np.full((2, self.steps, B), blank)
        np.put_along_axis(ids, self._places(rng, B), symbols, axis=0)
        ids[-self.length - 1] = delimiter
        targets[-self.length :] = symbols
        return Batch(np.eye(self.inputs, dtype=dtype)[ids], targets)

    def _places(self, rng: Rng, B: int) -> Array:
        return np.arange(self.length)[:, np.newaxis]

    def _score(self, outputs: Array, batch: Batch) -> float:
        """Fraction of the symbols recalled; the blanks do not count."""
        asked = slice(-self.length, None)
        return float((outputs[asked].argmax(axis=-1) == batch.targets[asked]).mean())


@dataclass(frozen=True)
class SelectiveCopyTask(CopyTask):
    """Selective copying: as copy memory, but the symbols are scattered among the blanks before the delimiter.

    Where they stand is drawn for each sequence, so that counting steps does not help: what to store must be decided by
    looking at it. The baseline is the same. Source: Gu and Dao, *Mamba: linear-time sequence modeling with selective
    state spaces*, 2023, section 3.1.
    """

    def _places(self, rng: Rng, B: int) -> Array:
        return np.sort(rng.random((self.delay + self.length - 1, B)).argsort(axis=0)[: self.length], axis=0)


@dataclass(frozen=True)
class AddingTask(Task):
    """Adding: two of ``steps`` numbers are marked, one in each half; at the last step their sum is asked for.

    Inputs are a number, uniform in [0, 1], and the mark, 0 or 1; the last step is never marked, so that it tells
    nothing. The loss is a squared error. Without memory the best guess is the mean, 1, and its expected squared error
    the variance of a sum of two uniform numbers, 2/12 = 1/6.
    Source: Hochreiter and Schmidhuber, *Long short-term memory*, 1997, experiment 4; here the marks are placed as in
    Le, Jaitly and Hinton, 2015.
    """

    steps: int

    loss = "squared_error"
    inputs, outputs, baseline = 2, 1, 1 / 6
    least: ClassVar[Any] = {"steps": 3}

    def _draw(self, rng: Rng, B: int, dtype: Any) -> Batch:
        """Draw ``B`` sequences."""
        x = np.zeros((self.steps, B, 2), dtype)
        x[..., 0] = rng.random((self.steps, B))
        half = self.steps // 2
        places = [rng.integers(half, size=B), rng.integers(half, self.steps - 1, size=B)]
        x[places, np.arange(B), 1] = 1
        return asked_at_last(x, (x[..., :1] * x[..., 1:]).sum(axis=0))

    def _score(self, outputs: Array, batch: Batch) -> float:
        """Fraction of sums that are off by less than 0.04, the criterion of the source."""
        return float((abs(outputs[-1] - batch.targets[-1]) < 0.04).mean())


@dataclass(frozen=True)
class TemporalOrderTask(Task):
    r"""Temporal order: an X or Y early on, another midway, and at the last step the question which came in which order.

    The first stands in the second tenth of the ``steps``, the second in the fifth; all others are one of four
    distractors. Inputs are one-hot, X and Y first. The four classes XX, XY, YX, YY are equally likely: without memory
    :math:`\ln 4` nats.
    Source: Hochreiter and Schmidhuber, *Long short-term memory*, 1997, experiment 6a; here as in Pascanu, Mikolov and
    Bengio, *On the difficulty of training recurrent neural networks*, 2013, section 4.1.
    """

    steps: int

    inputs, outputs, baseline = 6, 4, log(4)
    least: ClassVar[Any] = {"steps": 10}

    def _draw(self, rng: Rng, B: int, dtype: Any) -> Batch:
        """Draw ``B`` sequences."""
        T = self.steps
        ids = rng.integers(2, 6, size=(T, B))
        first, second = kinds = rng.integers(2, size=(2, B))
        places = [rng.integers(T // 10, T // 5, size=B), rng.integers(2 * T // 5, T // 2, size=B)]
        ids[places, np.arange(B)] = kinds
        return asked_at_last(np.eye(6, dtype=dtype)[ids], 2 * first + second)


@dataclass(frozen=True)
class LatchTask(Task):
    r"""Latch: keep one bit, shown during the first steps, against distracting noise, and give it at the last.

    The input is 1 or -1 for ``shown`` steps, then 0, everywhere with normal noise of standard deviation ``noise``. Both
    classes (0 for -1) are equally likely: without memory :math:`\ln 2` nats.
    Source: Bengio, Simard and Frasconi, *Learning long-term dependencies with gradient descent is difficult*, 1994,
    section II (there the first inputs are learnt, not given).
    """

    steps: int
    shown: int = 3
    noise: float = 0.2

    inputs, outputs, baseline = 1, 2, log(2)
    least: ClassVar[Any] = {"shown": 1, "steps": lambda task: task.shown + 1}

    def _draw(self, rng: Rng, B: int, dtype: Any) -> Batch:
        """Draw ``B`` sequences."""
        bit = rng.integers(2, size=B)
        x = self.noise * rng.standard_normal((self.steps, B, 1))
        x[: self.shown, :, 0] += 2 * bit - 1
        return asked_at_last(x.astype(dtype), bit)


@dataclass(frozen=True)
class FlipFlopTask(Task):
    r"""Flip-flops: each of ``bits`` outputs shows, at every step, the sign of the last pulse on its own input.

    A pulse is 1 or -1 and comes with probability ``rate`` a step, at the first step always; between pulses the input
    is 0. The loss is a squared error. Without memory an output is known at a pulse and is 1 or -1 with equal chances
    between: :math:`(1 - \text{rate})(T - 1)/T`. Source: Sussillo and Barak, *Opening the black box: low-dimensional
    dynamics in high-dimensional recurrent neural networks*, 2013.
    """

    steps: int
    bits: int = 3
    rate: float = 0.1

    loss = "squared_error"
    least: ClassVar[Any] = {"steps": 1, "bits": 1}

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("rate", self.rate, "a probability from 0 to 1", lambda rate: 0 <= rate <= 1)

    inputs = outputs = property(lambda self: self.bits)
    baseline = property(lambda self: (1 - self.rate) * (self.steps - 1) / self.steps)

    def _draw(self, rng: Rng, B: int, dtype: Any) -> Batch:
        """Draw ``B`` sequences."""
        size = (self.steps, B, self.bits)
        pulses = rng.random(size) < self.rate
        pulses[0] = True
        x = np.where(pulses, rng.choice(np.array([-1, 1], dtype), size=size), np.zeros((), dtype))
        latest = np.maximum.accumulate(np.where(pulses, np.arange(self.steps)[:, np.newaxis, np.newaxis], 0))
        return Batch(x, np.take_along_axis(x, latest, axis=0))

    def _score(self, outputs: Array, batch: Batch) -> float:
        """Fraction of outputs, at all steps, of the right sign."""
        return float((np.sign(outputs) == batch.targets).mean())


@dataclass(frozen=True)
class SineTask(Task):
    r"""Noisy sine: at every step tell the sine's value ``ahead`` steps on, without the noise.

    The input is :math:`\sin 2\pi(t/\text{period} + u)` with normal noise of standard deviation ``noise``, the phase
    :math:`u` uniform, one a sequence. The loss is a squared error. Without memory the phase is known from :math:`x_t`
    alone: the best guess is its mean given :math:`x_t`, and what it leaves is found by quadrature; without noise
    :math:`\tfrac12 \sin^2(2\pi\,\text{ahead}/\text{period})`, since two phases share a value. A few steps of memory
    tell which of the two it is, and the more are used, the less is left of the noise: no lag has to be reached.
    """

    steps: int
    period: int = 20
    noise: float = 0.3
    ahead: int = 5

    loss = "squared_error"
    inputs = outputs = 1
    least: ClassVar[Any] = {"steps": 1, "period": 2, "ahead": 1}

    @property
    def baseline(self) -> float:
        """The loss without memory."""
        turn = 2 * np.pi * self.ahead / self.period
        if not self.noise:
            return float(np.sin(turn) ** 2 / 2)
        phase = 2 * np.pi * (np.arange(720) + 0.5) / 720
        x = np.linspace(-1 - 8 * self.noise, 1 + 8 * self.noise, 2001)[:, np.newaxis]
        fits = np.exp(-(((x - np.sin(phase)) / self.noise) ** 2) / 2)
        chance, answer = fits.mean(axis=1), (fits * np.sin(phase + turn)).mean(axis=1)
        explained = np.divide(answer**2, chance, out=np.zeros_like(chance), where=chance > 0)
        return float(0.5 - explained.sum() / chance.sum())

    def _draw(self, rng: Rng, B: int, dtype: Any) -> Batch:
        """Draw ``B`` sequences."""
        u, noise = rng.random((B, 1)), rng.standard_normal((self.steps, B, 1))
        t = np.arange(self.steps)[:, np.newaxis, np.newaxis]
        now, later = (np.sin(2 * np.pi * ((t + ahead) / self.period + u)) for ahead in (0, self.ahead))
        return Batch((now + self.noise * noise).astype(dtype), later.astype(dtype))

    def _score(self, outputs: Array, batch: Batch) -> float:
        """Fraction of values that are off by less than a tenth of the amplitude."""
        return float((abs(outputs - batch.targets) < 0.1).mean())


@dataclass(frozen=True)
class DistantContactTask(Task):
    r"""Distant contact: in a chain of ``steps`` residues, do those at two far places attract each other?

    Inputs are the residue, one-hot out of four kinds, and a mark at the places ``first`` and ``second``, counted from
    1: what is tested is memory, not counting. The first two kinds are of positive, the others of negative charge. The
    answer, asked at the last step, is 1 if the two charges are opposite, else 0; one charge alone says nothing of it,
    so without memory :math:`\ln 2` nats.
    """

    steps: int = 200
    first: int = 10
    second: int = 200

    inputs, outputs, baseline = 5, 2, log(2)
    least: ClassVar[Any] = {"first": 1, "second": lambda task: task.first + 1, "steps": lambda task: task.second}

    def _draw(self, rng: Rng, B: int, dtype: Any) -> Batch:
        """Draw ``B`` chains."""
        ids = rng.integers(4, size=(self.steps, B))
        x = np.eye(self.inputs, dtype=dtype)[ids]
        places = [self.first - 1, self.second - 1]
        x[places, :, -1] = 1
        first, second = ids[places] < 2
        return asked_at_last(x, (first != second).astype(int))


@dataclass(frozen=True)
class BracketsTask(Task):
    r"""Brackets: at each closing bracket say of which of ``kinds`` the one is that it closes.

    A sequence is a well-nested string of brackets, all such strings of its length being equally likely, and has
    ``shortest`` to ``pairs`` pairs; it is padded to ``2 pairs`` steps and masked. Inputs are one-hot: the kinds of an
    opening bracket, and one closing bracket, which does not tell its kind. Closing brackets alone count. The kind of
    each pair is drawn by itself: without memory :math:`\ln(\text{kinds})` nats. To answer all, a stack is needed.
    Source: for how the strings are drawn Arnold and Sleep, *Uniform random generation of balanced parenthesis strings*,
    1980.
    """

    pairs: int
    kinds: int = 3
    shortest: int = 1

    least: ClassVar[Any] = {"kinds": 2, "shortest": 1, "pairs": lambda task: task.shortest}
    inputs = property(lambda self: self.kinds + 1)
    outputs = property(lambda self: self.kinds)
    steps = property(lambda self: 2 * self.pairs)
    baseline = property(lambda self: log(self.kinds))

    def _draw(self, rng: Rng, B: int, dtype: Any) -> Batch:
        """Draw ``B`` sequences."""
        length = 2 * rng.integers(self.shortest, self.pairs + 1, size=B)
        ids, chance = rng.integers(self.kinds, size=(self.steps, B)), rng.random((self.steps, B))
        targets = np.full_like(ids, self.kinds)
        for b, steps in enumerate(length.tolist()):
            opened: list[int] = []
            for t, left in enumerate(range(steps, 0, -1)):
                # Of the strings that close all that is open in the steps left, this share closes one now.
                depth = len(opened)
                if 2 * left * (depth + 1) * chance[t, b] < depth * (left + depth + 2):
                    ids[t, b], targets[t, b] = self.kinds, opened.pop()
                else:
                    opened.append(ids[t, b])
        valid = np.arange(self.steps)[:, np.newaxis] < length
        x = np.eye(self.inputs, dtype=dtype)[ids] * valid[..., np.newaxis]
        return Batch(x, targets, valid, targets < self.kinds)


def asked_at_last(x: Array, answer: Array) -> Batch:
    """Return the batch whose ``answer``, classes ``(B,)`` or numbers ``(B, m)``, is asked for at the last step."""
    T, B, _ = x.shape
    scored = np.broadcast_to(np.arange(T)[:, np.newaxis] == T - 1, (T, B))
    return Batch(x, np.broadcast_to(answer, (T, *answer.shape)), scored=scored)
