"""BPTT against autograd, central differences, the complex step and forward mode."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from recurrence_oracle import autograd, draw_problem, run

import rnnlib
from rnnlib.gradients import central_differences, complex_step, relative_error

NEAR = {"rtol": 1e-10, "atol": 1e-12}
activations = pytest.mark.parametrize("activation", ["tanh", "relu", "linear"])


def assert_agrees_with_autograd(problem):
    tape, grads = run(problem)
    states, of_leaves, delta = autograd(problem)
    assert_allclose(tape.h, states, **NEAR)
    for ours, theirs in zip((*grads.params, grads.x, grads.state.h), of_leaves):
        assert ours.shape == theirs.shape
        assert_allclose(ours, theirs, **NEAR)
    assert_allclose(grads.delta.h, delta, **NEAR)


@activations
@pytest.mark.parametrize("masked", [False, True])
def test_values_and_all_gradients_agree_with_autograd(rng, activation, masked):
    assert_agrees_with_autograd(draw_problem(rng, activation, T=30, B=5, n=7, d=3, masked=masked))


@given(
    seed=st.integers(0, 2**32 - 1),
    activation=st.sampled_from(["tanh", "relu", "linear"]),
    T=st.integers(0, 6),
    B=st.integers(0, 4),
    n=st.integers(1, 5),
    d=st.integers(1, 4),
    masked=st.booleans(),
)
def test_any_size_agrees_with_autograd(seed, activation, T, B, n, d, masked):
    assert_agrees_with_autograd(draw_problem(np.random.default_rng(seed), activation, T, B, n, d, masked))


@pytest.mark.parametrize(("T", "B", "n"), [(1, 1, 1), (1, 3, 2), (4, 1, 3), (4, 3, 1), (0, 2, 3), (4, 0, 3)])
def test_edge_sizes_agree_with_autograd(rng, T, B, n):
    assert_agrees_with_autograd(draw_problem(rng, T=T, B=B, n=n, d=1, masked=True))


def loop_loss(problem, params):
    """The same loss by the plainest loop, for real and complex parameters alike."""
    W, U, b = params
    phi = {"tanh": np.tanh, "linear": lambda a: a, "relu": lambda a: np.maximum(a, 0)}[problem.cell.activation]
    h, loss = problem.state.h, 0
    for x_t, dh_t in zip(problem.x, problem.dh):
        h = phi(h @ W.T + x_t @ U.T + b)
        loss = loss + (h * dh_t).sum()
    return loss + (h * problem.dstate.h).sum()


@activations
def test_gradients_agree_with_central_differences(rng, activation):
    problem = draw_problem(rng, activation)
    numerical = central_differences(lambda params: loop_loss(problem, params), problem.params)
    assert relative_error(run(problem)[1].params, numerical) < 1e-8


@pytest.mark.parametrize("activation", ["tanh", "linear"])
def test_gradients_agree_with_the_complex_step_to_rounding(rng, activation):
    problem = draw_problem(rng, activation)
    numerical = complex_step(lambda params: loop_loss(problem, params), problem.params)
    assert relative_error(run(problem)[1].params, numerical) < 1e-14


@activations
@pytest.mark.parametrize("masked", [False, True])
def test_forward_mode_and_bptt_measure_the_same_slope(rng, activation, masked):
    problem = draw_problem(rng, activation, masked=masked)
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state, problem.mask)
    direction = rnnlib.PlainParams(*(rng.standard_normal(p.shape) for p in problem.params))
    tangent = rnnlib.forward_mode(tape, direction)
    assert_array_equal(tangent[0], 0)
    valid = 1 if problem.mask is None else problem.mask[..., np.newaxis]
    forward = np.vdot(problem.dh * valid, tangent[1:])
    backward = sum(np.vdot(g, v) for g, v in zip(rnnlib.bptt(tape, problem.dh).params, direction))
    assert_allclose(forward, backward, rtol=1e-12)


@activations
@pytest.mark.parametrize("masked", [False, True])
def test_forward_gradient_equals_the_backward_one(rng, activation, masked):
    problem = draw_problem(rng, activation, T=5, n=3, masked=masked)
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state, problem.mask)
    forward = rnnlib.forward_gradient(tape, problem.dh)
    assert type(forward) is rnnlib.PlainParams
    assert relative_error(forward, rnnlib.bptt(tape, problem.dh).params) < 1e-13


def test_tangent_is_the_limit_of_a_difference_of_states(rng):
    problem = draw_problem(rng)
    direction = rnnlib.PlainParams(*(rng.standard_normal(p.shape) for p in problem.params))
    step = 1e-6

    def states(sign):
        moved = rnnlib.PlainParams(*(p + sign * step * v for p, v in zip(problem.params, direction)))
        return rnnlib.unroll(problem.cell, moved, problem.x, problem.state).h

    tangent = rnnlib.forward_mode(rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state), direction)
    assert_allclose(tangent, (states(1) - states(-1)) / (2 * step), atol=1e-8)


def test_tanh_jacobian_is_the_slope_times_W(rng):
    problem = draw_problem(rng)
    tape, _ = run(problem)
    for t in range(1, 7):
        expected = (1 - tape.h[t] ** 2)[:, :, np.newaxis] * problem.params.W
        assert_allclose(rnnlib.jacobian(tape, t), expected, rtol=1e-13, atol=1e-15)


@activations
def test_adjoint_recursion_multiplies_by_the_transposed_jacobian(rng, activation):
    problem = draw_problem(rng, activation, masked=True)
    tape, grads = run(problem)
    local = np.where(problem.mask[..., np.newaxis], problem.dh, 0)
    for t in range(1, 7):
        message = np.einsum("bij,bi->bj", rnnlib.jacobian(tape, t), grads.delta.h[t])
        expected = message + (local[t - 2] if t > 1 else 0)
        assert_allclose(grads.delta.h[t - 1], expected, **NEAR)


def test_jacobian_of_a_padded_step_is_the_identity(rng):
    problem = draw_problem(rng, T=1, B=2)._replace(mask=np.array([[True, False]]))
    tape, _ = run(problem)
    J = rnnlib.jacobian(tape, 1)
    assert_array_equal(J[1], np.eye(4))
    assert not np.allclose(J[0], np.eye(4))


@activations
def test_masked_batch_equals_each_sequence_trimmed(rng, activation):
    problem = draw_problem(rng, activation, T=9, B=4)
    lengths = [9, 1, 0, 5]
    mask = np.arange(9)[:, np.newaxis] < lengths
    tape, grads = run(problem._replace(mask=mask))
    total = rnnlib.PlainParams(*(np.zeros_like(p) for p in problem.params))
    for b, length in enumerate(lengths):
        alone = problem._replace(
            x=problem.x[:length, b : b + 1],
            state=rnnlib.PlainState(problem.state.h[b : b + 1]),
            dh=problem.dh[:length, b : b + 1],
            dstate=rnnlib.PlainState(problem.dstate.h[b : b + 1]),
        )
        trimmed, own = run(alone)
        assert_allclose(tape.state.h[b], trimmed.state.h[0], rtol=1e-12, atol=1e-14)
        assert_allclose(grads.x[:length, b], own.x[:, 0], rtol=1e-12, atol=1e-12)
        assert_array_equal(grads.x[length:, b], 0)
        assert_allclose(grads.state.h[b], own.state.h[0], rtol=1e-12, atol=1e-12)
        total = rnnlib.PlainParams(*(a + g for a, g in zip(total, own.params)))
    assert relative_error(grads.params, total) < 1e-12


def test_what_stands_at_padded_steps_does_not_matter(rng):
    problem = draw_problem(rng, masked=True)
    pad = ~problem.mask
    x, dh = problem.x.copy(), problem.dh.copy()
    x[pad], dh[pad] = 1e6, np.nan
    tape, grads = run(problem)
    other_tape, other = run(problem._replace(x=x, dh=dh))
    assert_array_equal(tape.h, other_tape.h)
    assert_allclose(grads.params.W, other.params.W, rtol=1e-12)
    assert_allclose(grads.params.U, other.params.U, rtol=1e-12)
    assert_array_equal(grads.x[pad], 0)


@activations
def test_step_by_step_with_the_state_carried_equals_unrolled(rng, activation):
    problem = draw_problem(rng, activation)
    whole, grads = run(problem)
    state, tapes = problem.state, []
    for x_t in problem.x:
        tapes.append(rnnlib.unroll(problem.cell, problem.params, x_t[np.newaxis], state))
        state = tapes[-1].state
    assert_allclose(state.h, whole.state.h, rtol=1e-12, atol=1e-14)
    dstate, total = problem.dstate, 0
    for tape, dh_t in zip(reversed(tapes), problem.dh[::-1]):
        own = rnnlib.bptt(tape, dh_t[np.newaxis], dstate)
        dstate, total = own.state, total + own.params.W
    assert_allclose(total, grads.params.W, rtol=1e-12, atol=1e-12)
    assert_allclose(dstate.h, grads.state.h, rtol=1e-12, atol=1e-12)


def test_state_defaults_to_zeros_and_dstate_to_none(rng):
    problem = draw_problem(rng)
    zeros = rnnlib.PlainState(np.zeros((3, 4)))
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x)
    assert_array_equal(tape.h, rnnlib.unroll(problem.cell, problem.params, problem.x, zeros).h)
    without = rnnlib.bptt(tape, problem.dh)
    assert_array_equal(without.params.W, rnnlib.bptt(tape, problem.dh, zeros).params.W)


def test_inputs_are_not_changed_and_results_share_no_memory_with_the_tape(rng):
    problem = draw_problem(rng, masked=True)
    arrays = [*problem.params, problem.x, problem.state.h, problem.mask, problem.dh, problem.dstate.h]
    copies = [array.copy() for array in arrays]
    tape, grads = run(problem)
    rnnlib.jacobian(tape, 2)
    for array, copy in zip(arrays, copies):
        assert_array_equal(array, copy)
    assert not np.shares_memory(tape.state.h, tape.h)
    assert not np.shares_memory(grads.state.h, grads.delta.h)


@activations
def test_float32_stays_float32_and_near_float64(rng, activation):
    problem = draw_problem(rng, activation)
    single = problem._replace(
        params=rnnlib.PlainParams(*(p.astype(np.float32) for p in problem.params)),
        x=problem.x.astype(np.float32),
        state=rnnlib.PlainState(problem.state.h.astype(np.float32)),
        dh=problem.dh.astype(np.float32),
        dstate=rnnlib.PlainState(problem.dstate.h.astype(np.float32)),
    )
    tape, grads = run(single)
    arrays = (tape.h, grads.x, grads.state.h, grads.delta.h, *grads.params, rnnlib.jacobian(tape, 1))
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    assert relative_error(grads.params, run(problem)[1].params) < 1e-5
    assert rnnlib.forward_gradient(tape, single.dh).W.dtype == np.float32


def test_a_layout_that_is_not_contiguous_changes_nothing(rng):
    problem = draw_problem(rng)
    strided = problem._replace(
        params=rnnlib.PlainParams(*(np.asfortranarray(p) for p in problem.params)),
        x=np.asfortranarray(problem.x),
        dh=np.asfortranarray(problem.dh),
    )
    assert_agrees_with_autograd(strided)


def test_a_tape_says_what_it_holds(rng):
    problem = draw_problem(rng)
    tape, _ = run(problem)
    assert repr(tape) == "Tape(PlainCell(inputs=2, units=4, activation='tanh'), T=6, B=3, dtype=float64)"
