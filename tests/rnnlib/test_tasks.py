"""Each answer is read back out of the inputs, sequence by sequence, by code that knows the task and not the drawing."""

from collections import Counter, defaultdict
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from rnnlib.tasks import (
    AddingTask,
    BracketsTask,
    CopyTask,
    DistantContactTask,
    FlipFlopTask,
    LatchTask,
    SelectiveCopyTask,
    SineTask,
    TemporalOrderTask,
)

TASKS = [
    CopyTask(5, symbols=3, length=2),
    SelectiveCopyTask(5, symbols=3, length=2),
    AddingTask(11),
    TemporalOrderTask(20),
    LatchTask(9),
    FlipFlopTask(12, bits=2, rate=0.3),
    DistantContactTask(15, first=3, second=15),
    BracketsTask(20),
]
SMALLEST = [
    CopyTask(1, symbols=2, length=1),
    SelectiveCopyTask(1, symbols=2, length=1),
    AddingTask(3),
    TemporalOrderTask(10),
    LatchTask(2, shown=1),
    FlipFlopTask(1, bits=1),
    DistantContactTask(2, first=1, second=2),
    BracketsTask(1, kinds=2),
]
seeds = st.integers(0, 2**32 - 1)


def name(task):
    return type(task).__name__


def symbols(x):
    """The ids of one-hot inputs ``(T, d)``."""
    assert set(np.unique(x)) <= {0, 1}
    assert (x.sum(axis=-1) == 1).all()
    return [int(i) for i in x.argmax(axis=-1)]


def read_back(task, x, mask):
    """Return {step: answer} of one sequence ``x (T, d)``, from what is seen alone."""
    return READERS[type(task)](task, x, mask)


def read_copy(task, x, _):
    ids, (blank, delimiter) = symbols(x), (task.symbols, task.symbols + 1)
    assert ids.count(delimiter) == 1
    asked = ids.index(delimiter) + 1
    seen = [i for i in ids[:asked] if i < blank]
    assert len(seen) == task.length == len(ids) - asked
    assert ids[asked:] == [blank] * task.length
    return dict(enumerate([blank] * asked + seen))


def read_adding(task, x, _):
    marked = [t for t in range(task.steps) if x[t, 1] == 1]
    assert len(marked) == 2
    assert marked[0] < task.steps // 2 <= marked[1] < task.steps - 1
    assert x[:, 1].sum() == 2
    assert ((x[:, 0] >= 0) & (x[:, 0] <= 1)).all()
    return {task.steps - 1: [x[marked[0], 0] + x[marked[1], 0]]}


def read_order(task, x, _):
    ids = symbols(x)
    (first, a), (second, b) = [(t, i) for t, i in enumerate(ids) if i < 2]
    assert task.steps // 10 <= first < task.steps // 5
    assert 2 * task.steps // 5 <= second < task.steps // 2
    return {task.steps - 1: ["XX", "XY", "YX", "YY"].index("XY"[a] + "XY"[b])}


def read_latch(task, x, _):
    return {task.steps - 1: int(x[: task.shown].mean() > 0)}


def read_flip_flop(task, x, _):
    last, answers = [None] * task.bits, {}
    for t, pulses in enumerate(x):
        last = [pulse if pulse else bit for pulse, bit in zip(pulses, last)]
        answers[t] = last
    return answers


def read_contact(task, x, _):
    ids = symbols(x[:, :-1])
    assert list(np.flatnonzero(x[:, -1])) == [task.first - 1, task.second - 1]
    charges = ["+" if ids[place - 1] < 2 else "-" for place in (task.first, task.second)]
    return {task.steps - 1: int(sorted(charges) == ["+", "-"])}


def read_brackets(task, x, mask):
    length = int(mask.sum())
    assert mask[:length].all()
    assert length >= 2 * task.shortest
    assert not x[length:].any()
    stack, answers = [], {}
    for t, i in enumerate(symbols(x[:length])):
        if i < task.kinds:
            stack.append(i)
        else:
            answers[t] = stack.pop()
    assert not stack
    return answers


READERS = {
    CopyTask: read_copy,
    SelectiveCopyTask: read_copy,
    AddingTask: read_adding,
    TemporalOrderTask: read_order,
    LatchTask: read_latch,
    FlipFlopTask: read_flip_flop,
    DistantContactTask: read_contact,
    BracketsTask: read_brackets,
}


@pytest.mark.parametrize("task", [*TASKS, *SMALLEST], ids=name)
@given(seed=seeds, B=st.integers(0, 5))
def test_answers_can_be_read_out_of_the_inputs(task, seed, B):
    x, targets, mask, scored = batch = task.draw(np.random.default_rng(seed), B)
    assert x.shape == (task.steps, B, task.inputs)
    assert targets.shape[:2] == (task.steps, B)
    valid = np.ones((task.steps, B), bool) if mask is None else mask
    counted = np.ones((task.steps, B), bool) if batch.counted is None else batch.counted
    for b in range(B):
        answers = read_back(task, x[:, b], valid[:, b])
        assert sorted(answers) == list(np.flatnonzero(counted[:, b]))
        for t, answer in answers.items():
            assert_array_equal(targets[t, b], answer)
            assert task.loss == "squared_error" or 0 <= targets[t, b] < task.outputs
    assert scored is None or scored.dtype == bool


@pytest.mark.parametrize("task", TASKS, ids=name)
def test_a_seed_draws_the_same_again_and_the_dtype_is_as_asked(task):
    one, same, single = (task.draw(np.random.default_rng(7), 6, dtype) for dtype in (float, float, np.float32))
    other = task.draw(np.random.default_rng(8), 6)
    assert_array_equal(one.x, same.x)
    assert_array_equal(one.targets, same.targets)
    assert (one.x != other.x).any()
    assert single.x.dtype == np.float32
    assert_allclose(single.x, one.x, rtol=1e-6)
    assert single.targets.dtype == (np.float32 if task.loss == "squared_error" else one.targets.dtype)


def best_without_memory(task, batch):
    """The loss of the best table from (t, x_t) to an answer, made for this very batch: a little optimistic.

    Numbers at a step are divided by what is discrete about them, or not at all.
    """
    counted = np.ones(batch.x.shape[:2], bool) if batch.counted is None else batch.counted
    answers = defaultdict(list)
    for t, b in zip(*np.nonzero(counted)):
        continuous = isinstance(task, (AddingTask, LatchTask))
        seen = tuple(np.round(batch.x[t, b] * (2 if continuous else 1)))
        per_output = batch.targets[t, b] if task.loss == "squared_error" else [batch.targets[t, b]]
        for j, answer in enumerate(per_output):
            answers[t, j, seen[j] if isinstance(task, FlipFlopTask) else seen].append(answer)
    if task.loss == "squared_error":
        return np.concatenate([(np.array(a) - np.mean(a)) ** 2 for a in answers.values()]).mean()
    nats = [-n * log(n / len(a)) for a in answers.values() for n in Counter(a).values()]
    return sum(nats) / counted.sum()


@pytest.mark.parametrize("task", TASKS, ids=name)
def test_the_baseline_is_what_can_be_reached_without_memory(task):
    """Measured on 6,000 sequences: below by no more than a table fitted to that many may be, above by chance alone."""
    batch = task.draw(np.random.default_rng(1), 6000)
    assert best_without_memory(task, batch) == pytest.approx(task.baseline, rel=0.02)


@pytest.mark.parametrize("task", TASKS, ids=name)
def test_score_is_one_for_the_answers_and_zero_for_their_opposites(task):
    batch = task.draw(np.random.default_rng(1), 50)
    if task.loss == "squared_error":
        right, wrong = batch.targets, -1 - batch.targets
    else:
        right = np.eye(task.outputs + 1)[np.minimum(batch.targets, task.outputs)][..., :-1]
        wrong = 1 - right
    assert task.score(right, batch) == 1
    assert task.score(wrong, batch) == 0
    half = np.where(np.arange(50)[:, np.newaxis] < 25, right, wrong)
    assert 0.3 < task.score(half, batch) < 0.7


def test_recalling_only_blanks_scores_nothing():
    task = CopyTask(20)
    batch = task.draw(np.random.default_rng(0), 9)
    assert task.score(np.broadcast_to(np.eye(9)[8], (40, 9, 9)), batch) == 0


def test_a_sum_is_right_within_four_hundredths():
    task = AddingTask(9)
    batch = task.draw(np.random.default_rng(0), 4)
    off = np.array([0.039, -0.039, 0.041, -0.041])[:, np.newaxis]
    assert task.score(batch.targets + off, batch) == 0.5


def test_published_baselines():
    assert AddingTask(150).baseline == pytest.approx(2 / 12)
    assert CopyTask(100).baseline == pytest.approx(10 * log(8) / 120)
    assert (CopyTask(300).steps, CopyTask(300).inputs, CopyTask(300).outputs) == (320, 10, 9)
    assert SelectiveCopyTask(100).baseline == CopyTask(100).baseline
    assert (DistantContactTask().steps, DistantContactTask().baseline) == (200, log(2))


def test_a_latch_shows_its_bit_and_then_noise():
    x, targets, _, _ = LatchTask(50, shown=5, noise=0.3).draw(np.random.default_rng(0), 4000)
    assert abs(x[5:].mean()) < 0.01
    assert x[5:].std() == pytest.approx(0.3, rel=0.01)
    assert_allclose(x[:5, :, 0].mean(axis=0), 2 * targets[-1] - 1, atol=0.6)
    assert targets[-1].mean() == pytest.approx(0.5, abs=0.03)


def test_a_sine_is_what_two_of_its_own_values_say_it_is():
    """Without noise: a sine's values add up to 2 cos(t) times the one in the middle, sin(a + t) + sin(a - t)."""
    x, targets, *_ = SineTask(30, period=12, noise=0, ahead=3).draw(np.random.default_rng(0), 7)
    assert x.shape == targets.shape == (30, 7, 1)
    assert_allclose(targets[3:], 2 * np.cos(np.pi / 2) * x[3:] - x[:-3], atol=1e-12)
    assert_allclose(targets[:-3], x[3:], atol=1e-12)
    assert np.unique(x[0].round(6)).size == 7


@pytest.mark.parametrize(("period", "noise", "ahead"), [(20, 0.3, 5), (20, 0.3, 2), (9, 1.0, 1), (20, 0.05, 3)])
def test_the_baseline_of_a_sine_is_what_bins_of_its_input_reach(period, noise, ahead):
    """A table from bins of x_t to the mean answer there, 400 of equal content: a little worse, within its bins."""
    batch = (task := SineTask(20, period, noise, ahead)).draw(np.random.default_rng(3), 20_000)
    x, y = batch.x.ravel(), batch.targets.ravel()
    bins = np.array_split(y[np.argsort(x)], 400)
    assert np.concatenate([part - part.mean() for part in bins]).var() == pytest.approx(task.baseline, rel=0.01)
    assert SineTask(20, 20, 0.0, 2).baseline == pytest.approx(np.sin(np.pi / 5) ** 2 / 2)
    assert SineTask(20, 20, noise, 5).baseline == pytest.approx(0.5)  # a quarter period on, either sign is as likely


def test_a_value_of_a_sine_is_right_within_a_tenth():
    batch = (task := SineTask(9)).draw(np.random.default_rng(0), 2)
    assert task.score(batch.targets + np.array([0.09, -0.11])[:, np.newaxis], batch) == 0.5


def test_symbols_are_scattered_evenly():
    task = SelectiveCopyTask(8, symbols=2, length=2)
    x = task.draw(np.random.default_rng(0), 9000).x
    assert_allclose(x[:9, :, :2].sum(axis=-1).mean(axis=1), 2 / 9, atol=0.02)


def test_bracket_strings_of_a_length_are_equally_likely():
    """There are 5 of three pairs, the third Catalan number; each is drawn every fifth time."""
    x, _, _, _ = BracketsTask(3, shortest=3).draw(np.random.default_rng(0), 10_000)
    closing = x[..., -1].T.astype(int)
    strings = Counter(map(tuple, closing))
    assert len(strings) == 5
    assert all(abs(count / 10_000 - 0.2) < 0.02 for count in strings.values())


def test_lengths_of_bracket_strings_are_equally_likely():
    mask = BracketsTask(5, shortest=3).draw(np.random.default_rng(0), 9000).mask
    lengths = Counter(mask.sum(axis=0).tolist())
    assert sorted(lengths) == [6, 8, 10]
    assert all(abs(count / 9000 - 1 / 3) < 0.02 for count in lengths.values())


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (lambda: CopyTask(0), "delay: expected a whole number, 1 or more, got 0"),
        (lambda: CopyTask(2.0), "delay: expected a whole number, 1 or more, got 2.0"),
        (lambda: CopyTask(5, symbols=1), "symbols: expected a whole number, 2 or more"),
        (lambda: SelectiveCopyTask(5, length=0), "length: expected a whole number, 1 or more"),
        (lambda: AddingTask(2), "steps: expected a whole number, 3 or more"),
        (lambda: TemporalOrderTask(9), "steps: expected a whole number, 10 or more"),
        (lambda: LatchTask(3), "steps: expected a whole number, 4 or more, got 3"),
        (lambda: LatchTask(5, shown=0), "shown: expected a whole number, 1 or more"),
        (lambda: SineTask(0), "steps: expected a whole number, 1 or more"),
        (lambda: SineTask(5, noise=-0.1), "noise: expected 0 or more, got -0.1"),
        (lambda: FlipFlopTask(0), "steps: expected a whole number, 1 or more"),
        (lambda: FlipFlopTask(3, bits=0), "bits: expected a whole number, 1 or more"),
        (lambda: FlipFlopTask(3, rate=1.1), "rate: expected a probability from 0 to 1, got 1.1"),
        (lambda: DistantContactTask(199), "steps: expected a whole number, 200 or more"),
        (lambda: DistantContactTask(first=0), "first: expected a whole number, 1 or more"),
        (lambda: DistantContactTask(first=9, second=9), "second: expected a whole number, 10 or more"),
        (lambda: BracketsTask(0), "pairs: expected a whole number, 1 or more"),
        (lambda: BracketsTask(2, shortest=3), "pairs: expected a whole number, 3 or more"),
        (lambda: BracketsTask(2, kinds=1), "kinds: expected a whole number, 2 or more"),
    ],
)
def test_sizes_without_a_task_are_refused(task, message):
    with pytest.raises(ValueError, match=message):
        task()
