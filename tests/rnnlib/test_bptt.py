"""BPTT against autograd, central differences, the complex step and forward mode."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from recurrence_oracle import draw_problem, run

import rnnlib
from rnnlib.gradients import central_differences, complex_step, relative_error

NEAR = {"rtol": 1e-10, "atol": 1e-12}
activations = pytest.mark.parametrize("activation", ["tanh", "relu", "linear"])


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


def test_tangent_is_the_limit_of_a_difference_of_states(rng):
    problem = draw_problem(rng)
    direction = rnnlib.PlainParams(*(rng.standard_normal(p.shape) for p in problem.params))
    step = 1e-6

    def states(sign):
        moved = rnnlib.PlainParams(*(p + sign * step * v for p, v in zip(problem.params, direction)))
        return rnnlib.unroll(problem.cell, moved, problem.x, problem.state).h

    tangent = rnnlib.forward_mode(rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state), direction)
    assert_allclose(tangent, (states(1) - states(-1)) / (2 * step), rtol=0, atol=1e-8)


def test_tanh_jacobian_is_the_slope_times_W(rng):
    problem = draw_problem(rng)
    tape, _ = run(problem)
    for t in range(1, 7):
        expected = (1 - tape.h[t] ** 2)[:, :, np.newaxis] * problem.params.W
        assert_allclose(rnnlib.jacobian(tape, t), expected, rtol=1e-13, atol=1e-15)


def test_state_defaults_to_zeros_and_dstate_to_none(rng):
    problem = draw_problem(rng)
    zeros = rnnlib.PlainState(np.zeros((3, 4)))
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x)
    assert_array_equal(tape.h, rnnlib.unroll(problem.cell, problem.params, problem.x, zeros).h)
    without = rnnlib.bptt(tape, problem.dh)
    assert_array_equal(without.params.W, rnnlib.bptt(tape, problem.dh, zeros).params.W)


def test_a_tape_says_what_it_holds(rng):
    problem = draw_problem(rng)
    tape, _ = run(problem)
    assert (
        repr(tape) == "Tape(PlainCell(inputs=2, units=4, activation='tanh', layer_norm=False), T=6, B=3, dtype=float64)"
    )


def test_a_span_of_a_tape_is_the_tape_of_those_steps(rng):
    problem = draw_problem(rng, T=6, masked=True)
    tape, _ = run(problem)
    span = tape.span(2, 5)
    alone = rnnlib.unroll(problem.cell, problem.params, problem.x[2:5], rnnlib.PlainState(tape.h[2]), problem.mask[2:5])
    assert_array_equal(span.h, alone.h)
    assert np.shares_memory(span.h, tape.h)
    ours, theirs = (rnnlib.bptt(part, problem.dh[2:5], problem.dstate) for part in (span, alone))
    assert_array_equal(ours.params.W, theirs.params.W)
    assert_array_equal(ours.x, theirs.x)
