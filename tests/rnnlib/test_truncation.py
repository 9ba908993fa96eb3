"""Truncated and checkpointed backpropagation against autograd with detached states, closed forms and full BPTT."""

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from oracles import all_cases, autograd, draw

import rnnlib
from rnnlib.trees import leaves, map_leaves

CASES = {case.name: case for case in all_cases()}
every_cell = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
LINEAR = rnnlib.PlainCell(1, 1, "linear")


def assert_close(ours, theirs, tolerance=1e-10):
    for mine, other in zip(leaves(ours), leaves(theirs), strict=True):
        assert mine.shape == other.shape
        assert_allclose(mine, other, rtol=tolerance, atol=tolerance)


def part(tree, index):
    return map_leaves(lambda array: array[index], tree)


def run_truncated(problem, k, every=None):
    cell, params, x, state, mask, dh, _ = problem
    return list(rnnlib.truncated_bptt(cell, params, x, lambda h, span: dh[span], k, every, state, mask))


def assert_windows_agree_with_autograd(case, problem, k, every):
    """Each window is a problem of its own, from a state that autograd does not look behind."""
    states = autograd(case, problem)[0]
    T = len(problem.x)
    chunks = run_truncated(problem, k, every)
    for start, chunk in zip(range(0, T, every), chunks, strict=True):
        stop, first = min(start + every, T), max(0, start + every - k)
        assert chunk.span == slice(start, stop)
        dh = np.where(np.arange(T)[:, None, None] >= start, problem.dh, 0)[first:stop]
        window = problem._replace(
            x=problem.x[first:stop],
            state=part(states, first),
            mask=None if problem.mask is None else problem.mask[first:stop],
            dh=dh,
            dstate=map_leaves(np.zeros_like, problem.dstate),
        )
        _, delta, dparams, dx, dstate = autograd(case, window)
        assert_close(chunk.tape.states, part(states, slice(first, stop + 1)))
        assert_close(tuple(chunk.grads), (dparams, dx, dstate, delta))


@every_cell
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("k", "every"), [(3, 3), (1, 1), (5, 2), (4, 1), (9, 7), (20, 3)])
def test_windows_agree_with_autograd_from_a_detached_state(rng, case, masked, k, every):
    assert_windows_agree_with_autograd(case, draw(case, rng, T=10, masked=masked), k, every)


@given(T=st.integers(0, 9), k=st.integers(1, 12), data=st.data())
def test_windows_of_any_size_agree_with_autograd(T, k, data):
    every = data.draw(st.integers(1, k))
    case = CASES["plain, tanh"]
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    assert_windows_agree_with_autograd(case, draw(case, rng, T=T, B=2, n=2, d=1, masked=True), k, every)


@every_cell
@pytest.mark.parametrize("k", [6, 7, 50])
def test_a_chunk_as_long_as_the_sequence_is_plain_bptt(rng, case, k):
    problem = draw(case, rng, masked=True)
    (chunk,) = run_truncated(problem, k)
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state, problem.mask)
    for ours, whole in zip(leaves(tuple(chunk.grads)), leaves(tuple(rnnlib.bptt(tape, problem.dh))), strict=True):
        assert_array_equal(ours, whole)


def test_by_default_the_chunks_do_not_overlap(rng):
    chunks = run_truncated(draw(CASES["plain, tanh"], rng, T=8), k=3)
    assert [len(chunk.tape.x) for chunk in chunks] == [3, 3, 2]


@pytest.mark.parametrize(("k", "every"), [(4, 4), (4, 1), (6, 2)])
def test_an_input_k_steps_before_the_loss_has_no_influence_at_all(k, every):
    T = 12
    params = rnnlib.PlainParams(np.array([[0.9]]), np.array([[1.0]]), np.array([0.0]))
    dh = np.zeros((T, 1, 1))
    dh[-1] = 1
    for lag in range(T):
        x = np.zeros((T, 1, 1))
        x[-1 - lag] = 1
        dU = sum(
            chunk.grads.params.U.item()
            for chunk in rnnlib.truncated_bptt(LINEAR, params, x, lambda h, span: dh[span], k, every)
        )
        if lag < k:
            assert_allclose(dU, 0.9**lag, rtol=1e-14)
        else:
            assert dU == 0


def test_what_is_kept_of_a_linear_unit_is_the_first_k_terms(rng):
    T, k, w = 30, 5, 0.8
    params = rnnlib.PlainParams(np.array([[w]]), np.array([[1.0]]), np.array([0.0]))
    x = rng.standard_normal((T, 1, 1))
    h = [0.0]
    for x_t in x.ravel():
        h.append(w * h[-1] + x_t)
    for t, chunk in enumerate(rnnlib.truncated_bptt(LINEAR, params, x, lambda h, span: h, k, every=1), start=1):
        kept = h[t] * sum(w**j * h[t - 1 - j] for j in range(min(k, t)))
        assert_allclose(chunk.grads.params.W.item(), kept, rtol=1e-13)


def test_parameters_may_move_between_windows(rng):
    problem = draw(CASES["plain, tanh"], rng, T=9)
    cell, params, x, state, _, dh, _ = problem
    weights, windows = [params], []
    for chunk in rnnlib.truncated_bptt(cell, lambda: weights[-1], x, lambda h, span: dh[span], 3, state=state):
        windows.append(chunk)
        assert chunk.tape.params is weights[-1]
        weights.append(map_leaves(lambda param, grad: param - 0.1 * grad, weights[-1], chunk.grads.params))
    for start, (before, after) in enumerate(itertools.pairwise(windows), start=1):
        tape = rnnlib.unroll(cell, after.tape.params, x[3 * start : 3 * start + 3], before.tape.state)
        assert_close(after.grads.params, rnnlib.bptt(tape, dh[3 * start : 3 * start + 3]).params, 1e-13)
    assert not np.allclose(windows[0].tape.params.W, windows[-1].tape.params.W)


@pytest.mark.parametrize(("k", "every"), [(0, None), (3, 0), (3, 4), (-1, -1)])
def test_a_window_shorter_than_its_stride_is_refused(rng, k, every):
    expected = rf"k: expected a whole number, 1 or more, got|every: expected 1 <= every <= k, for k={k}, got"
    with pytest.raises(ValueError, match=expected):
        run_truncated(draw(CASES["plain, tanh"], rng), k, every)


def test_a_wrong_mask_or_local_gradient_is_refused(rng):
    problem = draw(CASES["plain, tanh"], rng)
    with pytest.raises(ValueError, match="mask: expected shape"):
        run_truncated(problem._replace(mask=np.ones((7, 3), bool)), 2)
    for wrong in (problem.dh[:, :2], problem.dh.astype(np.float32)[:, :, :1], problem.dh * np.nan):
        with pytest.raises(ValueError, match=r"dh|dimension"):
            run_truncated(problem._replace(dh=wrong), 6)
    with pytest.raises(ValueError, match="mask: expected shape"):
        run_checkpointed(problem._replace(mask=np.ones((7, 3), bool)))
    with pytest.raises(ValueError, match="every: expected at least 1 step, got 0"):
        run_checkpointed(problem, every=0)
    with pytest.raises(ValueError, match="x: expected"):
        run_checkpointed(problem._replace(x=problem.x[..., :1]))


def run_checkpointed(problem, every=None):
    cell, params, x, state, mask, dh, _ = problem
    return rnnlib.checkpointed_bptt(
        cell, params, x, lambda h, span: ((h * dh[span]).sum(), dh[span]), every, state, mask
    )


@every_cell
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("every", [None, 1, 3, 10, 40])
def test_checkpointed_equals_bptt(rng, case, masked, every):
    problem = draw(case, rng, T=10, masked=masked)
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state, problem.mask)
    whole = rnnlib.bptt(tape, problem.dh)
    loss, grads = run_checkpointed(problem, every)
    assert_allclose(loss, (tape.h[1:] * problem.dh).sum(), rtol=1e-12)
    assert grads.delta is None
    assert_close((grads.params, grads.x, grads.state), (whole.params, whole.x, whole.state), 1e-12)


@pytest.mark.parametrize("T", [0, 1, 2])
def test_checkpointing_of_short_sequences_from_no_state(rng, T):
    problem = draw(CASES["plain, tanh"], rng, T=T)._replace(state=None)
    whole = rnnlib.bptt(rnnlib.unroll(problem.cell, problem.params, problem.x), problem.dh)
    loss, grads = run_checkpointed(problem)
    assert_close((grads.params, grads.x, grads.state), (whole.params, whole.x, whole.state), 1e-14)
    assert (loss == 0) == (T == 0)


def test_a_segment_is_a_step_longer_than_the_root():
    params = LINEAR.init(np.random.default_rng(0))
    for T in range(1, 40):
        lengths = []

        def local(h, span, lengths=lengths):
            lengths.append(span.stop - span.start)
            return 0.0, np.zeros_like(h)

        rnnlib.checkpointed_bptt(LINEAR, params, np.zeros((T, 1, 1)), local)
        assert max(lengths) == min(T, int(np.sqrt(T)) + 1)
        assert sum(lengths) == T


def peak_bytes(function):
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_with_the_root_of_T_checkpointed_and_with_the_window_truncated():
    cell, B = rnnlib.PlainCell(1, 32), 16
    params = cell.init(np.random.default_rng(0))
    lengths = (900, 8100)
    full, checkpointed, truncated = [], [], []
    for T in lengths:
        x = np.zeros((T, B, 1))
        full.append(peak_bytes(lambda x=x: rnnlib.bptt(rnnlib.unroll(cell, params, x), np.zeros((len(x), B, 32)))))
        peak = peak_bytes(
            lambda x=x: rnnlib.checkpointed_bptt(cell, params, x, lambda h, span: (0.0, np.zeros_like(h)))
        )
        checkpointed.append(peak - x.nbytes)
        windows = rnnlib.truncated_bptt(cell, params, x, lambda h, span: np.zeros_like(h), 20, 10)
        truncated.append(peak_bytes(lambda windows=windows: [None for _ in windows]))
    growth = np.log([full[1] / full[0], checkpointed[1] / checkpointed[0]]) / np.log(lengths[1] / lengths[0])
    assert_allclose(growth, [1, 0.5], atol=0.1)
    assert checkpointed[1] < full[1] / 10
    assert truncated[1] < 1.05 * truncated[0]
