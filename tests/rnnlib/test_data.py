import sys
from functools import partial
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import rnnlib
from rnnlib.data import digits, sunspots, text
from rnnlib.gradients import clip_norm
from rnnlib.models import Model
from rnnlib.optimisers import Adam
from rnnlib.readouts import Embedding, LinearReadout
from rnnlib.training import fit


def test_sunspots_are_the_known_series():
    years, spots = sunspots()
    assert_array_equal(years, np.arange(1700, 2009))
    assert spots.shape == (309,)
    assert spots.min() >= 0
    known = {1700: 5.0, 1778: 154.4, 1957: 190.2, 2008: 2.9}  # as printed in the yearly tables
    assert {year: spots[years == year].item() for year in known} == known
    period = 1 / np.fft.rfftfreq(309)[1:][abs(np.fft.rfft(spots - spots.mean()))[1:].argmax()]
    assert 10 < period < 12  # Schwabe's eleven years


def test_digits_are_divided_and_none_is_lost():
    from sklearn.datasets import load_digits

    train, test = digits(np.random.default_rng(0), test=0.25)
    assert (train.x.shape, test.x.shape) == ((64, 1348, 1), (64, 449, 1))
    images = np.concatenate([part.x[:, :, 0].T for part in (train, test)])
    labels = np.concatenate([train.labels, test.labels])
    loaded = load_digits()
    expected = sorted((label, *row) for label, row in zip(loaded.target, loaded.images.reshape(-1, 64) / 16))
    assert sorted((label, *row) for label, row in zip(labels, images)) == expected
    assert images.max() == 1


def test_the_seed_decides_the_division():
    one, same, other = (digits(np.random.default_rng(seed))[1].x for seed in (0, 0, 1))
    assert_array_equal(one, same)
    assert (one != other).any()


def test_digits_are_drawn_with_their_labels():
    train, test = digits(np.random.default_rng(0))
    batch = train.draw(np.random.default_rng(1), 20, np.float32)
    assert batch.x.dtype == np.float32
    assert batch.x.shape == (train.steps, 20, train.inputs)
    assert batch.scored.sum() == batch.scored[-1].sum() == 20
    for b in range(20):
        twins = np.flatnonzero((train.x[:, :, 0].T.astype(np.float32) == batch.x[:, b, 0]).all(axis=1))
        assert batch.targets[-1, b] in train.labels[twins]
    whole = test.whole()
    assert_array_equal(whole.x, test.x)
    assert_array_equal(whole.targets[-1], test.labels)
    assert train.score(np.broadcast_to(np.eye(10)[whole.targets[-1]], (64, 359, 10)), whole) == 1
    frequencies = np.bincount(np.concatenate([train.labels, test.labels])) / 1797
    assert -(frequencies * np.log(frequencies)).sum() == pytest.approx(train.baseline, rel=1e-3)


@pytest.mark.parametrize("fraction", [0, 1, 1.5])
def test_a_part_to_test_with_is_a_part(fraction):
    with pytest.raises(ValueError, match="test: expected a fraction between 0 and 1"):
        digits(np.random.default_rng(0), fraction)


@pytest.mark.parametrize(
    ("module", "load"), [("statsmodels", sunspots), ("sklearn", partial(digits, np.random.default_rng(0)))]
)
def test_a_missing_package_names_the_extra(module, load, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=r"datasets is needed here: pip install '.*\[data\]'"):
        load()


strings = st.text("abcde", min_size=6, max_size=40)


@given(string=strings, steps=st.integers(1, 5), seed=st.integers(0, 99), B=st.integers(1, 5))
def test_windows_are_pieces_of_the_text_and_targets_the_next_character(string, steps, seed, B):
    task = text(string, steps)
    assert task.string(task.ids) == string
    x, targets, _, _ = task.draw(np.random.default_rng(seed), B)
    assert x.shape == targets.shape == (steps, B)
    for b in range(B):
        assert task.string([*x[:, b], targets[-1, b]]) in string
        assert_array_equal(targets[:-1, b], x[1:, b])


@given(string=strings, steps=st.integers(1, 5), B=st.integers(1, 5))
def test_streams_continue_and_read_the_text_once(string, steps, B):
    task = text(string, steps)
    batches = list(task.streams(B))
    x, targets = (np.concatenate([getattr(batch, name) for batch in batches]) for name in ("x", "targets"))
    assert {len(batch.x) for batch in batches[:-1]} <= {steps}
    assert len(string) - B <= x.size <= len(string) - 1
    read = "".join(task.string(stream) for stream in x.T)
    assert string.startswith(read)
    assert_array_equal(targets[:-1], x[1:])
    assert string[1:].startswith("".join(task.string(stream) for stream in targets.T))


def test_windows_begin_everywhere():
    task = text("abcdefgh", steps=3)
    starts = task.draw(np.random.default_rng(0), 2000).x[0]
    assert {task.alphabet[i] for i in starts} == set("abcde")


def test_the_baseline_is_the_entropy_given_the_character_before():
    assert text("ababababab", steps=2).baseline == pytest.approx(0, abs=1e-12)
    # After a: b, c, b, c; after b and c always a.
    assert text("abacabaca", steps=2).baseline == pytest.approx(log(2) / 2)


def test_a_held_out_part_has_the_alphabet_of_the_other():
    train = text("abracadabra", steps=2)
    assert train.alphabet == "abcdr"
    assert (train.inputs, train.outputs) == (5, 5)
    assert_array_equal(text("crab", 2, train.alphabet).ids, [2, 4, 0, 1])
    with pytest.raises(ValueError, match=r"string: expected characters of the alphabet, got \['e'\]"):
        text("beard", 2, train.alphabet)


@pytest.mark.parametrize("steps", [0, 5, 9])
def test_windows_must_fit_into_the_text(steps):
    with pytest.raises(ValueError, match=f"steps: expected 1 or more and fewer than the 5 characters, got {steps}"):
        text("hello", steps)


def test_a_carried_state_learns_what_no_window_shows():
    """Of a sentence with a period of 12, read 3 characters at a time, a table of pairs leaves a third of a nat."""
    task = text("the cat sat " * 60, steps=3)
    model = Model(rnnlib.GRUCell(8, 24), LinearReadout(24, task.outputs), embedding=Embedding(task.inputs, 8))
    batches = [batch for _ in range(8) for batch in task.streams(4)]
    train = partial(fit, model, batches, optimiser=Adam(0.01), clip=partial(clip_norm, theta=1.0), updates=len(batches))
    carried = train(np.random.default_rng(0), carry=True)
    cut = train(np.random.default_rng(0))
    assert task.baseline > 0.3
    assert carried.log.loss[-20:].mean() < 0.05 < cut.log.loss[-20:].mean()
