"""What is masked does not matter at all: infinity and NaN there change nothing, against the same sequences trimmed."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from oracles import all_cases, draw

import rnnlib
from rnnlib.attention import Attention
from rnnlib.losses import softmax_cross_entropy, squared_error
from rnnlib.models import Batch, Model
from rnnlib.padding import hide, lengths_to_mask, pad
from rnnlib.readouts import Embedding, LinearReadout
from rnnlib.trees import leaves, map_leaves

CASES = {case.name: case for case in all_cases()}
LENGTHS = np.array([6, 0, 3])
BAD = [np.inf, -np.inf, np.nan, 1e308]
bad = pytest.mark.parametrize("value", BAD)


def spoilt(array, mask, value):
    array = array.copy()
    array[~mask] = value
    return array


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@bad
def test_inputs_and_errors_at_padded_steps_do_not_matter(rng, case, value):
    problem, mask = draw(case, rng, T=6, B=3), lengths_to_mask(LENGTHS)
    x, dh = (spoilt(array, mask, value) for array in (problem.x, problem.dh))
    tape = rnnlib.unroll(problem.cell, problem.params, x, problem.state, mask)
    grads = rnnlib.bptt(tape, dh, problem.dstate)
    total = map_leaves(np.zeros_like, problem.params)
    for b, length in enumerate(LENGTHS):
        one = [map_leaves(lambda part, b=b: part[b : b + 1], tree) for tree in (problem.state, problem.dstate)]
        trimmed = rnnlib.unroll(problem.cell, problem.params, problem.x[:length, b : b + 1], one[0])
        theirs = rnnlib.bptt(trimmed, problem.dh[:length, b : b + 1], one[1])
        total = map_leaves(np.add, total, theirs.params)
        assert_allclose(tape.h[: length + 1, b], trimmed.h[:, 0], rtol=1e-12, atol=1e-14)
        assert_allclose(tape.h[length:, b], np.broadcast_to(trimmed.h[-1, 0], tape.h[length:, b].shape), rtol=1e-12)
        assert_allclose(grads.x[:length, b], theirs.x[:, 0], rtol=1e-10, atol=1e-12)
        assert_array_equal(grads.x[length:, b], 0)
    for ours, expected in zip(leaves(grads.params), leaves(total), strict=True):
        assert_allclose(ours, expected, rtol=1e-10, atol=1e-12)


@bad
def test_scan_truncation_and_forward_mode_ignore_padding_too(rng, value):
    problem, mask = draw(CASES["minGRU"], rng, T=6, B=3), lengths_to_mask(LENGTHS)
    runs = []
    for x, dh in ((problem.x, problem.dh), (spoilt(problem.x, mask, value), spoilt(problem.dh, mask, value))):
        arguments = problem.cell, problem.params, x

        def local(h, span, dh=dh):
            return dh[span]

        chunks = rnnlib.truncated_bptt(*arguments, local, 4, 2, mask=mask)
        cell, params, x = arguments
        tape = rnnlib.scan(cell, params, x, mask=mask)
        runs.append(
            (
                tuple(rnnlib.scan_back(tape, dh)),
                tuple(chunk.grads.params for chunk in chunks),
                tuple(rnnlib.rtrl(rnnlib.unroll(cell, params, x, mask=mask), dh)),
                rnnlib.checkpointed_bptt(cell, params, x, lambda h, span, dh=dh: (0.0, dh[span]), mask=mask)[1][:3],
            )
        )
    for clean, other in zip(leaves(runs[0]), leaves(runs[1]), strict=True):
        assert_array_equal(clean, other)


@bad
def test_losses_ignore_what_does_not_count(rng, value):
    mask = lengths_to_mask([4, 1, 2])
    y, target, classes = rng.standard_normal((4, 3, 5)), rng.standard_normal((4, 3, 5)), rng.integers(5, size=(4, 3))
    loss, dy = squared_error(spoilt(y, mask, value), spoilt(target, mask, value), mask)
    assert loss == pytest.approx(0.5 * ((y - target)[mask] ** 2).sum() / 7, rel=1e-14)
    assert_array_equal(dy[~mask], 0)
    loss, dlogits = softmax_cross_entropy(spoilt(y, mask, value), spoilt(classes, mask, -7), mask)
    theirs = torch.nn.functional.cross_entropy(torch.tensor(y[mask]), torch.tensor(classes[mask])).item()
    assert loss == pytest.approx(theirs, rel=1e-14)
    assert_array_equal(dlogits[~mask], 0)


@bad
def test_attention_does_not_see_what_is_masked(rng, value):
    mask = lengths_to_mask([5, 2, 3])
    for attention, given in ((Attention(4, 3), False), (Attention(4, 3, 2, "all"), True), (Attention(4), False)):
        params = attention.init(rng)
        h, source = rng.standard_normal((5, 3, 4)), rng.standard_normal((5, 3, 2))
        dm = np.where(mask[..., None] | given, rng.standard_normal((5, 3, attention.size or 4)), 0)
        results = []
        for fill in (0.0, value):
            hidden = spoilt(h, mask, fill) if not given else h
            m, saved = attention.forward(params, hidden, spoilt(source, mask, fill) if given else None, mask)
            results.append((m, attention.backward(params, saved, dm)))
        for clean, other in zip(leaves(results[0]), leaves(results[1]), strict=True):
            assert_array_equal(clean, other)
            assert np.isfinite(clean).all()


@bad
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "squared_error"])
def test_a_model_ignores_everything_at_steps_that_are_padded(rng, value, loss):
    mask = lengths_to_mask([6, 2, 3])
    model = Model(rnnlib.LSTMCell(2, 4), LinearReadout(4, 3), loss)
    targets = rng.standard_normal((6, 3, 3)) if loss == "squared_error" else rng.integers(3, size=(6, 3))
    x = rng.standard_normal((6, 3, 2))
    wrong = spoilt(targets, mask, value if loss == "squared_error" else 99)
    params = model.init(rng)
    clean = model.loss_and_grads(params, Batch(x, targets, mask))
    other = model.loss_and_grads(params, Batch(spoilt(x, mask, value), wrong, mask))
    for one, two in zip(leaves(clean), leaves(other), strict=True):
        assert_array_equal(one, two)


@pytest.mark.parametrize("token", [-1, 5, 2**40])
def test_a_padded_step_may_hold_a_token_that_there_is_not(rng, token):
    mask = lengths_to_mask([6, 2, 3])
    model = Model(rnnlib.PlainCell(2, 4), LinearReadout(4, 5), embedding=Embedding(5, 2))
    params, ids, targets = model.init(rng), rng.integers(5, size=(6, 3)), rng.integers(5, size=(6, 3))
    clean = model.loss_and_grads(params, Batch(ids, targets, mask))
    other = model.loss_and_grads(params, Batch(spoilt(ids, mask, token), targets, mask))
    for one, two in zip(leaves(clean), leaves(other), strict=True):
        assert_array_equal(one, two)


def test_what_counts_must_still_be_numbers(rng):
    mask = lengths_to_mask([6, 2, 3])
    problem = draw(CASES["plain, tanh"], rng, T=6, B=3)
    x = problem.x.copy()
    x[1, 1] = np.nan
    with pytest.raises(ValueError, match="x: expected numbers, got NaN"):
        rnnlib.unroll(problem.cell, problem.params, x, mask=mask)


def test_padding_agrees_with_torch(rng):
    sequences = [rng.standard_normal((length, 2)) for length in (3, 5, 1)]
    x, mask = pad(sequences)
    assert_array_equal(x, torch.nn.utils.rnn.pad_sequence([torch.tensor(one) for one in sequences]).numpy())
    assert_array_equal(mask, np.arange(5)[:, None] < [3, 5, 1])
    ids, _ = pad([np.array([1, 2]), np.array([3])])
    assert_array_equal(ids, [[1, 3], [2, 0]])
    assert ids.dtype == int
    assert lengths_to_mask([2, 0], steps=4).tolist() == [[True, False], [True, False], [False] * 2, [False] * 2]
    assert lengths_to_mask(np.array([], int)).shape == (0, 0)
    whole = np.ones((3, 2))
    assert hide(whole, np.ones((3, 2), bool)) is whole


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: lengths_to_mask([2, -1]), "lengths: expected a whole number, 0 or more, for each sequence"),
        (lambda: lengths_to_mask([2.0]), "lengths: expected a whole number"),
        (lambda: lengths_to_mask(3), "lengths: expected a whole number"),
        (lambda: lengths_to_mask([5], steps=4), "steps: expected 5 or more, the greatest length, got 4"),
        (lambda: pad([]), "sequences: expected a list of arrays"),
        (lambda: pad(np.ones((2, 3))), "sequences: expected a list of arrays, one a sequence, got ndarray"),
        (lambda: pad([np.ones((2, 3)), np.ones((2, 4))]), r"sequences\[1\]: expected shape \(T, 3\), got \(2, 4\)"),
        (lambda: pad([np.ones(2), np.ones(2, np.float32)]), r"sequences\[1\]: expected dtype float64, got float32"),
        (lambda: pad([[1.0], [2.0]]), r"sequences\[0\]: expected a NumPy array, got list"),
    ],
)
def test_lengths_and_sequences_that_do_not_fit_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
