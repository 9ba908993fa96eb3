"""What holds for every cell: parity with autograd, masks, chunks, forward mode, Jacobians, types; at any size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from oracles import all_cases, autograd, draw

import rnnlib
from rnnlib.gradients import central_differences, relative_error
from rnnlib.trees import leaves, map_leaves

CASES = {case.name: case for case in all_cases()}
every_cell = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
NEAR = {"rtol": 1e-10, "atol": 1e-10}
TRIMMED = {"rtol": 1e-12, "atol": 1e-12}


def run(problem):
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state, problem.mask)
    return tape, rnnlib.bptt(tape, problem.dh, problem.dstate)


def assert_close(ours, theirs, **tolerance):
    for mine, other in zip(leaves(ours), leaves(theirs), strict=True):
        assert mine.shape == other.shape
        assert_allclose(mine, other, **tolerance)


def assert_agrees_with_autograd(case, problem):
    tape, grads = run(problem)
    states, delta, dparams, dx, dstate = autograd(case, problem)
    assert type(grads.params) is type(problem.params)
    assert_close((tape.states, grads.delta), (states, delta), **NEAR)
    assert_close((grads.params, grads.x, grads.state), (dparams, dx, dstate), **NEAR)


@every_cell
@pytest.mark.parametrize("masked", [False, True])
def test_values_and_all_gradients_agree_with_autograd(rng, case, masked):
    n = case.sizes[-1]
    assert_agrees_with_autograd(case, draw(case, rng, T=20, B=5, n=n, d=3, masked=masked))


@every_cell
@given(data=st.data())
def test_any_size_agrees_with_autograd(case, data):
    sizes = {"T": st.integers(0, 5), "B": st.integers(0, 3), "n": st.sampled_from(case.sizes), "d": st.integers(1, 3)}
    drawn = {name: data.draw(values, label=name) for name, values in sizes.items()}
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    assert_agrees_with_autograd(case, draw(case, rng, **drawn, masked=data.draw(st.booleans())))


@every_cell
def test_edge_sizes_agree_with_autograd(rng, case):
    first = case.sizes[0]
    for T, B, n in [(1, 1, first), (1, 3, 2), (4, 1, 2), (4, 3, first), (0, 2, 2), (4, 0, 2)]:
        if n in case.sizes:
            assert_agrees_with_autograd(case, draw(case, rng, T=T, B=B, n=n, d=1, masked=True))


@every_cell
def test_gradients_agree_with_central_differences(rng, case):
    problem = draw(case, rng, T=3, B=2)

    def loss(params):
        tape = rnnlib.unroll(problem.cell, params, problem.x, problem.state)
        last = sum(np.vdot(a, b) for a, b in zip(leaves(tape.state), leaves(problem.dstate)))
        return np.vdot(tape.h[1:], problem.dh) + last

    numerical = central_differences(loss, problem.params)
    assert relative_error(run(problem)[1].params, numerical) < 1e-7


@every_cell
def test_forward_mode_measures_the_slope_that_bptt_gives(rng, case):
    problem = draw(case, rng, T=3, B=2, n=2, masked=True)
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state, problem.mask)
    direction = map_leaves(lambda param: rng.standard_normal(param.shape), problem.params)
    tangent = rnnlib.forward_mode(tape, direction)
    assert_array_equal(tangent[0], 0)
    forward = np.vdot(problem.dh * problem.mask[..., np.newaxis], tangent[1:])
    grads = rnnlib.bptt(tape, problem.dh).params
    assert_allclose(forward, sum(np.vdot(g, v) for g, v in zip(leaves(grads), leaves(direction))), rtol=1e-11)


@every_cell
@pytest.mark.parametrize("masked", [False, True])
def test_rtrl_gives_the_gradient_of_each_loss_and_their_sum_is_that_of_bptt(rng, case, masked):
    problem = draw(case, rng, T=4, B=2, n=2, masked=masked)
    tape, nothing = run(problem)[0], np.zeros_like(problem.dh)
    grads = list(rnnlib.rtrl(tape, problem.dh))
    for t, grad in enumerate(grads):
        alone = nothing.copy()
        alone[t] = problem.dh[t]
        assert type(grad) is type(problem.params)
        assert_close(grad, rnnlib.bptt(tape, alone).params, **TRIMMED)
    assert_close(map_leaves(lambda *parts: sum(parts), *grads), rnnlib.bptt(tape, problem.dh).params, **TRIMMED)


@every_cell
def test_adjoint_recursion_multiplies_by_the_transposed_jacobian(rng, case):
    problem = draw(case, rng, masked=True)
    tape, grads = run(problem)
    local = map_leaves(np.zeros_like, grads.delta)
    local.h[1:] = np.where(problem.mask[..., np.newaxis], problem.dh, 0)
    delta, local = rnnlib.trees.join(grads.delta), rnnlib.trees.join(local)
    for t in range(1, 7):
        message = np.einsum("bij,bi->bj", rnnlib.jacobian(tape, t), delta[t])
        assert_allclose(delta[t - 1], message + (local[t - 1] if t > 1 else 0), **NEAR)


@every_cell
def test_jacobian_of_a_padded_step_is_the_identity(rng, case):
    tape, _ = run(draw(case, rng, T=1, B=2)._replace(mask=np.array([[True, False]])))
    J = rnnlib.jacobian(tape, 1)
    assert_array_equal(J[1], np.eye(len(J[1])))
    assert not np.allclose(J[0], np.eye(len(J[0])))


@every_cell
def test_masked_batch_equals_each_sequence_trimmed(rng, case):
    problem = draw(case, rng, T=9, B=4)
    lengths = [9, 1, 0, 5]
    tape, grads = run(problem._replace(mask=np.arange(9)[:, np.newaxis] < lengths))
    total = map_leaves(np.zeros_like, problem.params)
    for b, length in enumerate(lengths):
        state, dstate = (map_leaves(lambda part, b=b: part[b : b + 1], s) for s in (problem.state, problem.dstate))
        x, dh = problem.x[:length, b : b + 1], problem.dh[:length, b : b + 1]
        trimmed, own = run(problem._replace(x=x, state=state, dh=dh, dstate=dstate))
        assert_close(map_leaves(lambda part, b=b: part[b : b + 1], tape.state), trimmed.state, **TRIMMED)
        assert_allclose(grads.x[:length, b : b + 1], own.x, **TRIMMED)
        assert_array_equal(grads.x[length:, b], 0)
        assert_close(map_leaves(lambda part, b=b: part[b : b + 1], grads.state), own.state, **TRIMMED)
        total = map_leaves(np.add, total, own.params)
    assert_close(grads.params, total, **TRIMMED)


@every_cell
def test_what_stands_at_padded_steps_does_not_matter(rng, case):
    problem = draw(case, rng, masked=True)
    pad = ~problem.mask
    x, dh = problem.x.copy(), problem.dh.copy()
    x[pad], dh[pad] = 1e3, np.nan
    tape, grads = run(problem)
    other_tape, other = run(problem._replace(x=x, dh=dh))
    assert_close(tape.states, other_tape.states, **TRIMMED)
    assert_close(grads.params, other.params, **TRIMMED)
    assert_array_equal(grads.x[pad], 0)


@every_cell
def test_step_by_step_with_the_state_carried_equals_unrolled(rng, case):
    problem = draw(case, rng)
    whole, grads = run(problem)
    state, tapes = problem.state, []
    for x_t in problem.x:
        tapes.append(rnnlib.unroll(problem.cell, problem.params, x_t[np.newaxis], state))
        state = tapes[-1].state
    assert_close(state, whole.state, **TRIMMED)
    dstate, total = problem.dstate, map_leaves(np.zeros_like, problem.params)
    for tape, dh_t in zip(reversed(tapes), problem.dh[::-1]):
        own = rnnlib.bptt(tape, dh_t[np.newaxis], dstate)
        dstate, total = own.state, map_leaves(np.add, total, own.params)
    assert_close((total, dstate), (grads.params, grads.state), **TRIMMED)


@every_cell
def test_a_tape_can_be_used_again_and_inputs_are_not_changed(rng, case):
    problem = draw(case, rng, masked=True)
    arrays = [*leaves(tuple(problem[1:]))]
    copies = [array.copy() for array in arrays]
    tape, grads = run(problem)
    rnnlib.jacobian(tape, 2)
    again = rnnlib.bptt(tape, problem.dh, problem.dstate)
    for first, second in zip(leaves(tuple(grads)), leaves(tuple(again)), strict=True):
        assert_array_equal(first, second)
    for array, copy in zip(arrays, copies):
        assert_array_equal(array, copy)
    for last, part in zip(leaves(tape.state), leaves(tape.states)):
        assert not np.shares_memory(last, part)


@every_cell
def test_float32_stays_float32_and_near_float64(rng, case):
    problem = draw(case, rng)
    single = problem._replace(
        **{
            name: map_leaves(lambda array: array.astype(np.float32), getattr(problem, name))
            for name in ("params", "x", "state", "dh", "dstate")
        }
    )
    tape, grads = run(single)
    direction = rnnlib.forward_mode(tape, single.params)
    arrays = (*leaves(tape.states), *leaves(tuple(grads)), rnnlib.jacobian(tape, 1), direction)
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    assert relative_error(grads.params, run(problem)[1].params) < 1e-4


@every_cell
def test_a_layout_that_is_not_contiguous_changes_nothing(rng, case):
    problem = draw(case, rng)
    strided = problem._replace(
        params=map_leaves(np.asfortranarray, problem.params),
        x=np.asfortranarray(problem.x),
        dh=np.asfortranarray(problem.dh),
    )
    assert_agrees_with_autograd(case, strided)


@every_cell
def test_parameters_of_a_wrong_shape_or_kind_are_refused(rng, case):
    problem = draw(case, rng)
    with pytest.raises(ValueError, match=r"params.*: expected"):
        problem.cell.check(())
    wrong = case.make(2, case.sizes[-1] if case.sizes[-1] != 4 else case.sizes[0]).init(rng)
    with pytest.raises(ValueError, match=r"params.*: expected"):
        problem.cell.check(wrong)


@every_cell
def test_parameters_are_drawn_in_the_type_asked_for(rng, case):
    for dtype in (np.float32, np.float64):
        cell = case.make(2, case.sizes[-1])
        assert cell.check(cell.init(rng, dtype)) == dtype
        assert {leaf.dtype for leaf in leaves(cell.init(rng, dtype))} == {np.dtype(dtype)}


@every_cell
@pytest.mark.parametrize("size", [0, -2, 2.0])
def test_an_impossible_size_is_refused(case, size):
    for sizes in ((size, case.sizes[-1]), (2, size)):
        with pytest.raises(ValueError, match=r"(inputs|units): expected a whole number, 1 or more"):
            case.make(*sizes)
