"""The scanned form of a diagonal recurrence is its step form: states, gradients, masks, chunks."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from oracles import all_cases, draw

import rnnlib
from rnnlib import scan, scan_back
from rnnlib.scan import accumulate
from rnnlib.trees import leaves, map_leaves

NEAR = {"rtol": 1e-12, "atol": 1e-12}
SCANNED = {case.name: case for case in all_cases() if case.name in ("minGRU", "LRU")}
every_scanned_cell = pytest.mark.parametrize("case", SCANNED.values(), ids=SCANNED.keys())
steps = st.one_of(st.sampled_from([0, 1, 2, 3, 4, 8, 16, 32]), st.integers(5, 40))


def both(problem):
    tapes = [
        form(problem.cell, problem.params, problem.x, problem.state, problem.mask) for form in (rnnlib.unroll, scan)
    ]
    return tapes, rnnlib.bptt(tapes[0], problem.dh, problem.dstate), scan_back(tapes[1], problem.dh, problem.dstate)


def assert_close(ours, theirs):
    for mine, other in zip(leaves(ours), leaves(theirs), strict=True):
        assert mine.dtype == other.dtype
        assert_allclose(mine, other, **NEAR)


@every_scanned_cell
@given(data=st.data())
def test_scan_and_steps_agree_in_states_and_all_gradients(case, data):
    T, B, n = data.draw(steps), data.draw(st.integers(0, 3)), data.draw(st.sampled_from(case.sizes))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    (stepped, scanned), by_steps, by_scan = both(draw(case, rng, T=T, B=B, n=n, masked=data.draw(st.booleans())))
    assert_close(scanned.states, stepped.states)
    assert_close(tuple(by_scan), tuple(by_steps))
    assert (scanned.saved is None) == (stepped.saved is None)
    if stepped.saved is not None:
        assert_close(scanned.saved, stepped.saved)
    assert not np.shares_memory(by_scan.state.h, by_scan.delta.h)


@every_scanned_cell
@pytest.mark.parametrize("masked", [False, True])
def test_any_chunks_in_any_form_with_the_state_carried_equal_the_whole(rng, case, masked):
    problem = draw(case, rng, T=13, masked=masked)
    (whole, _), grads, _ = both(problem)
    cuts = [0, 1, 5, 8, 13]
    mask = np.ones((13, 3), bool) if problem.mask is None else problem.mask
    state, tapes = problem.state, []
    for form, (start, stop) in zip([scan, rnnlib.unroll, scan, scan], pairwise(cuts), strict=True):
        tapes.append(form(problem.cell, problem.params, problem.x[start:stop], state, mask[start:stop]))
        state = tapes[-1].state
    assert_close(state, whole.state)
    dstate, total = problem.dstate, map_leaves(np.zeros_like, problem.params)
    for back, tape, (start, stop) in zip(
        [rnnlib.bptt, scan_back, scan_back, scan_back], reversed(tapes), reversed(list(pairwise(cuts))), strict=True
    ):
        own = back(tape, problem.dh[start:stop], dstate)
        dstate, total = own.state, map_leaves(np.add, total, own.params)
    assert_close((total, dstate), (grads.params, grads.state))


@given(
    st.lists(st.tuples(*[st.fractions(-2, 2, max_denominator=8)] * 2), max_size=40),
    st.fractions(-2, 2, max_denominator=8),
)
def test_accumulate_is_the_recurrence_in_exact_arithmetic(pairs, first):
    expected = [first]
    for f, v in pairs:
        expected.append(f * expected[-1] + v)
    h = np.array([first, *(v for _, v in pairs)], object)
    accumulate(np.array([f for f, _ in pairs], object), h)
    assert list(h) == expected


def test_a_factor_of_zero_forgets_exactly_and_any_factor_may_be_zero():
    f, h = np.zeros((9, 2)), np.arange(20.0).reshape(10, 2)
    accumulate(f, h)
    assert_array_equal(h, np.arange(20.0).reshape(10, 2))
    h = np.array([Fraction(1)] * 8, object)
    accumulate(np.array([2, 2, 0, 2, 2, 0, 2]), h)
    assert list(h) == [1, 3, 7, 1, 3, 7, 1, 3]


def test_a_gate_that_is_wide_open_forgets_the_state_in_both_forms(rng):
    problem = draw(SCANNED["minGRU"], rng, T=6)
    problem = problem._replace(params=problem.params._replace(b_z=np.array([100.0, 100, -100, 0])))
    (stepped, scanned), by_steps, by_scan = both(problem)
    assert_close(scanned.states, stepped.states)
    assert_close(tuple(by_scan), tuple(by_steps))
    assert_allclose(by_scan.state.h[:, :2], 0, atol=1e-40)
    assert_array_equal(scanned.h[1:, :, 2], np.broadcast_to(problem.state.h[:, 2], (6, 3)))


@every_scanned_cell
def test_float32_stays_float32(rng, case):
    problem = draw(case, rng)
    single = problem._replace(
        params=map_leaves(lambda param: param.astype(np.float32), problem.params),
        x=problem.x.astype(np.float32),
        state=None,
        dh=problem.dh.astype(np.float32),
        dstate=None,
    )
    (_, scanned), _, by_scan = both(single)
    assert {array.dtype for array in (*leaves(scanned.states), *leaves(tuple(by_scan)))} == {np.dtype(np.float32)}


def test_a_cell_whose_recurrence_is_not_diagonal_is_refused(rng):
    cell = rnnlib.PlainCell(2, 3, "linear")
    params, x = cell.init(rng), np.ones((4, 1, 2))
    message = r"cell: expected one that is linear in its state with a diagonal Jacobian, got PlainCell"
    with pytest.raises(ValueError, match=message):
        scan(cell, params, x)
    with pytest.raises(ValueError, match=message):
        scan_back(rnnlib.unroll(cell, params, x), np.ones((4, 1, 3)))


@every_scanned_cell
def test_bad_input_is_refused_as_by_the_loops(rng, case):
    problem = draw(case, rng)
    with pytest.raises(ValueError, match=r"x: expected shape \(T, B, 2\), got \(6, 3, 1\)"):
        scan(problem.cell, problem.params, problem.x[..., :1])
    tape = scan(problem.cell, problem.params, problem.x)
    with pytest.raises(ValueError, match=r"dh: expected shape \(6, 3, 4\), got \(5, 3, 4\)"):
        scan_back(tape, problem.dh[1:])
    with pytest.raises(ValueError, match=r"dstate.h: expected shape \(3, 4\), got \(2, 4\)"):
        scan_back(tape, problem.dh, rnnlib.PlainState(problem.dstate.h[1:]))


def test_every_eigenvalue_of_a_linear_recurrent_unit_is_drawn_from_its_ring_and_inside_the_circle(rng):
    cell = rnnlib.LRUCell(2, 2000, radii=(0.5, 0.9))
    params = cell.init(rng)
    turns = np.exp(params.theta) / (2 * np.pi)
    assert np.all((turns > 0) & (turns <= 1))
    assert np.abs(np.sort(turns) - np.linspace(0, 1, 1000)).max() < 0.06  # Kolmogorov-Smirnov, p = .0015
    eigenvalues = np.exp(-np.exp(params.nu) + 1j * np.exp(params.theta))
    assert np.all((abs(eigenvalues) >= 0.5) & (abs(eigenvalues) < 0.9))
    # Uniform over the ring's area: half of it lies within the radius whose square is halfway; the mean is its centre.
    assert abs(np.mean(abs(eigenvalues) ** 2 < (0.25 + 0.81) / 2) - 0.5) < 0.06
    assert abs(eigenvalues.mean()) < 0.1
    assert abs((params.U_re**2 + params.U_im**2).sum(axis=1).mean() - 1) < 0.1


def test_white_input_gives_every_mode_the_same_variance_however_slowly_it_fades(rng):
    cell = rnnlib.LRUCell(1, 4)
    params = rnnlib.LRUParams(np.log([0.5, 0.02]), np.log([1.0, 0.3]), np.ones((2, 1)), np.zeros((2, 1)))
    h = rnnlib.unroll(cell, params, rng.standard_normal((400, 400, 1))).h[-1]
    assert_allclose((h**2).mean(axis=0).reshape(2, 2).sum(axis=1), 1, atol=0.15)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2, 3), "units: expected an even number, two to a complex one, got 3"),
        ((2, 4, (0.9, 0.5)), r"radii: expected 0 <= inner < outer < 1, got \(0.9, 0.5\)"),
        ((2, 4, (0.9, 1.0)), r"radii: expected 0 <= inner < outer < 1, got \(0.9, 1.0\)"),
        ((0, 4), "inputs: expected a whole number, 1 or more, got 0"),
    ],
)
def test_a_linear_recurrent_unit_refuses_impossible_sizes_and_rings(arguments, message):
    with pytest.raises(ValueError, match=message):
        rnnlib.LRUCell(*arguments)
