"""Products of Jacobians and what is measured on them, against closed forms, exact arithmetic and torch."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from oracles import all_cases, autograd, draw

import rnnlib
from rnnlib import jacobians
from rnnlib.trees import leaves, map_leaves

CASES = {case.name: case for case in all_cases()}
every_cell = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def tape_of(problem):
    return rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state, problem.mask)


def orthogonal(rng, *shape):
    return np.linalg.qr(rng.standard_normal(shape))[0]


def exact_log_singular_values(J):
    """Of the product of ``J (T, s, s)``, in as many digits as it takes."""
    with mpmath.workdps(800):
        P = mpmath.eye(J.shape[-1])
        for J_t in J:
            P = mpmath.matrix(J_t.tolist()) * P
        values = [mpmath.re(value) for value in mpmath.svd_r(P, compute_uv=False)]
        return np.array(sorted((float(mpmath.log(value)) for value in values), reverse=True))


# Steps and products


@every_cell
def test_a_product_moves_the_last_state_as_a_small_change_of_the_first_does(rng, case):
    problem = draw(case, rng, T=5, masked=True)
    J = jacobians.step_jacobians(tape_of(problem))
    assert J.shape == (5, 3, *2 * (sum(part.shape[1] for part in leaves(problem.state)),))
    for t in range(1, 6):
        assert_array_equal(J[t - 1], rnnlib.jacobian(tape_of(problem), t))
    direction, step = map_leaves(lambda part: rng.standard_normal(part.shape), problem.state), 1e-6

    def last(sign):
        state = map_leaves(lambda part, way: part + sign * step * way, problem.state, direction)
        return rnnlib.trees.join(tape_of(problem._replace(state=state)).state)

    *_, (P, log_scale) = jacobians.products(J)
    moved = np.exp(log_scale)[:, None] * np.einsum("bij,bj->bi", P, rnnlib.trees.join(direction))
    assert_allclose(moved, (last(1) - last(-1)) / (2 * step), rtol=1e-6, atol=1e-8)
    assert_allclose(np.linalg.norm(P, axis=(-2, -1)), np.isfinite(log_scale))


@every_cell
def test_jacobians_of_a_span_are_those_steps_of_the_whole(rng, case):
    tape = tape_of(draw(case, rng, masked=True))
    assert_array_equal(jacobians.step_jacobians(tape.span(2, 5)), jacobians.step_jacobians(tape)[2:5])


@every_cell
def test_float32_jacobians_stay_float32_and_an_empty_tape_has_none(rng, case):
    problem = draw(case, rng, T=2)
    single = map_leaves(lambda array: array.astype(np.float32), (problem.params, problem.x, problem.state))
    tape = rnnlib.unroll(problem.cell, *single)
    assert jacobians.step_jacobians(tape).dtype == np.float32
    empty = jacobians.step_jacobians(tape.span(1, 1))
    assert empty.shape == (0, *jacobians.step_jacobians(tape).shape[1:])
    assert empty.dtype == np.float32


@pytest.mark.parametrize("t", [-1, 0, 7])
def test_a_step_beside_the_tape_is_refused(rng, t):
    with pytest.raises(ValueError, match=f"t: expected a step from 1 to 6, got {t}"):
        rnnlib.jacobian(tape_of(draw(CASES["plain, tanh"], rng)), t)


def test_products_are_taken_in_the_order_of_time(rng):
    J = rng.standard_normal((7, 3, 4, 4))
    for t, (P, log_scale) in enumerate(jacobians.products(J), start=1):
        expected = np.linalg.multi_dot([*J[:t, 1][::-1], np.eye(4)])
        assert_allclose(np.exp(log_scale[1]) * P[1], expected, rtol=1e-12, atol=1e-12)


def test_products_neither_overflow_nor_vanish():
    for factor in (3.0, 1 / 3, -3.0):
        *_, (P, log_scale) = jacobians.products([[[factor]]] * 2000)
        assert_allclose(log_scale, 2000 * np.log(abs(factor)), rtol=1e-13)
        assert_allclose(P, [[1.0]])
        assert_allclose(jacobians.log_norms([[[factor]]] * 2000)[-1], 2000 * np.log(abs(factor)), rtol=1e-13)


def test_a_product_that_is_zero_has_no_logarithm_but_raises_nothing():
    nilpotent = [[[0.0, 10.0], [0.0, 0.0]]] * 3
    assert_allclose(jacobians.log_norms(nilpotent), [np.log(10), -np.inf, -np.inf])
    values = jacobians.log_singular_values(nilpotent)
    assert_allclose(values[0], [np.log(10), -np.inf])
    assert_array_equal(values[1:], -np.inf)
    assert_array_equal(jacobians.lyapunov_exponents(nilpotent)[-1], -np.inf)


def test_norms_are_those_of_the_products_multiplied_out(rng):
    J = rng.standard_normal((6, 2, 3, 3))
    expected, P = [], np.eye(3)
    for J_t in J:
        P = J_t @ P
        expected.append(np.log(np.linalg.norm(P, 2, axis=(-2, -1))))
    assert_allclose(jacobians.log_norms(J), expected, rtol=1e-12, atol=1e-12)
    assert jacobians.log_norms(J[:0]).shape == (0, 2)


# Singular values


@given(
    s=st.integers(1, 5),
    T=st.integers(1, 6),
    spread=st.floats(0, 3),
    seed=st.integers(0, 2**32 - 1),
    batch=st.integers(1, 2),
)
def test_singular_values_of_short_products_are_those_of_the_product_multiplied_out(s, T, spread, seed, batch):
    rng = np.random.default_rng(seed)
    J = rng.standard_normal((T, batch, s, s)) * np.exp(spread * rng.standard_normal((T, batch, s, 1)))
    ours = jacobians.log_singular_values(J)
    for b in range(batch):
        for t in (1, T):
            exact = exact_log_singular_values(J[:t, b])
            # What a product's smallest singular value owes to rounding is measured by its condition, step by step.
            condition = sum(np.linalg.cond(J_t) for J_t in J[:t, b])
            assert_allclose(ours[t - 1, b], exact, atol=1e-13 * condition * s, rtol=0)


@pytest.mark.parametrize("T", [50, 400])
def test_singular_values_hundreds_of_orders_apart_agree_with_exact_arithmetic(rng, T):
    J = orthogonal(rng, T, 4, 4) * [4.0, 1.5, 0.8, 0.1] @ orthogonal(rng, T, 4, 4)
    W = rng.standard_normal((4, 4))
    for factors in (J, np.broadcast_to(W, (T, 4, 4))):
        exact = exact_log_singular_values(factors)
        assert_allclose(jacobians.log_singular_values(factors)[-1], exact, rtol=1e-11)
    assert exact[0] - exact[-1] > T * 0.5


def test_singular_values_hundreds_of_orders_apart_under_fixed_rotations(rng):
    """J_t = Q_t D Q_{t-1}^T: the product is Q_T D^T Q_0^T."""
    D, T = np.array([8.0, 2.0, 1.0, 1.0, 0.25]), 500
    Q = orthogonal(rng, T + 1, 5, 5)
    J = Q[1:] * D @ np.swapaxes(Q[:-1], -1, -2)
    t = np.arange(1, T + 1)[:, None]
    assert_allclose(jacobians.log_singular_values(J), t * np.log(D), rtol=1e-11, atol=1e-11)


def test_diagonal_products_are_exact_in_any_order_and_when_they_change_places():
    J = [np.diag([1e-3, 1.0, 7.0])] * 900 + [np.diag([1e3, 1.0, 0.1])] * 2000
    after = np.sort([900 * np.log(1e-3) + 2000 * np.log(1e3), 0, 900 * np.log(7) + 2000 * np.log(0.1)])[::-1]
    values = jacobians.log_singular_values(J)
    assert_allclose(values[899], [900 * np.log(7), 0, 900 * np.log(1e-3)], rtol=1e-12, atol=1e-9)
    assert_allclose(values[-1], after, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("lower", [False, True])
def test_singular_values_of_powers_of_a_triangle(lower):
    """The frame of unit vectors starts in an invariant subspace; the determinant is known whatever it is."""
    W = np.array([[1.0, 10.0], [0.0, 2.0]])
    T = 3000
    values = jacobians.log_singular_values([W.T if lower else W] * T)[-1]
    # W^T is [[1, 10 (2^T - 1)], [0, 2^T]]: its norm tends to 2^T sqrt(101), its determinant is 2^T.
    assert_allclose(values[0], T * np.log(2) + np.log(101) / 2, rtol=1e-13)
    assert_allclose(values.sum(), T * np.log(2), rtol=1e-12)


def test_equal_singular_values_stay_equal(rng):
    values = jacobians.log_singular_values(2 * orthogonal(rng, 2000, 2, 6, 6))
    t = np.arange(1, 2001).reshape(-1, 1, 1)
    assert_allclose(values, np.broadcast_to(t * np.log(2), values.shape), rtol=1e-12, atol=1e-12)


def test_singular_values_of_no_steps_or_no_sequences():
    assert jacobians.log_singular_values(np.zeros((0, 2, 3, 3))).shape == (0, 2, 3)
    assert jacobians.log_singular_values(np.zeros((2, 0, 3, 3))).shape == (2, 0, 3)


@every_cell
def test_singular_values_along_a_tape_add_up_to_the_logarithm_of_the_determinant(rng, case):
    J = jacobians.step_jacobians(tape_of(draw(case, rng, T=5)))
    logs = np.cumsum(np.linalg.slogdet(J)[1], axis=0)
    regular = np.all(np.linalg.cond(J) < 1e6, axis=0)
    # The Jacobian of a rectifier is singular, and that of a layer norm, which takes the mean away.
    assert regular.any() or "relu" in case.name or "layer norm" in case.name
    total = jacobians.log_singular_values(J).sum(axis=-1)
    assert_allclose(total[:, regular], logs[:, regular], rtol=1e-8, atol=1e-8)


# Growth and decay


def test_lyapunov_exponents_of_diagonal_and_of_normal_matrices_are_logs_of_moduli(rng):
    D = np.array([0.5, 3.0, 1.0])
    assert_allclose(jacobians.lyapunov_exponents([np.diag(D)] * 700), np.log([3.0, 1.0, 0.5]), rtol=1e-13, atol=1e-15)
    A = rng.standard_normal((6, 6))
    Q = orthogonal(rng, 6, 6)
    rotation = np.array([[0.6, -0.8], [0.8, 0.6]])
    normal = Q @ np.block([[2 * rotation, np.zeros((2, 4))], [np.zeros((4, 2)), np.diag([1.5, 1.0, 0.5, 0.1])]]) @ Q.T
    expected = np.log([2.0, 2.0, 1.5, 1.0, 0.5, 0.1])
    assert_allclose(jacobians.lyapunov_exponents([normal] * 400, skip=200), expected, rtol=0, atol=1e-12)
    skew = np.linalg.qr(A - A.T)[0]
    assert_allclose(jacobians.lyapunov_exponents([skew] * 50), 0, rtol=0, atol=1e-14)


def test_lyapunov_exponents_of_a_fixed_matrix_are_logs_of_eigenvalue_moduli(rng):
    W = orthogonal(rng, 4, 4) @ np.triu(rng.standard_normal((4, 4)), 1)
    W = W * 0.1 + np.diag([2.0, 1.0, 0.4, 0.1])
    expected = np.sort(np.log(np.abs(np.linalg.eigvals(W))))[::-1]
    assert_allclose(jacobians.lyapunov_exponents([W] * 600, skip=300), expected, rtol=0, atol=1e-10)


def test_lyapunov_exponents_are_the_rate_of_the_singular_values(rng):
    J = rng.standard_normal((3000, 2, 4, 4)) / 2
    ours, rate = jacobians.lyapunov_exponents(J), jacobians.log_singular_values(J[:, :, :, :])[-1] / 3000
    assert ours.shape == (2, 4)
    assert_allclose(ours, rate, atol=3e-3)
    assert_allclose(ours.sum(axis=-1), rate.sum(axis=-1), rtol=1e-11)
    # Newman, 1986: for Gaussian factors of variance v the exponents are (log 2 v + digamma((s - i + 1) / 2)) / 2.
    digamma = [float(mpmath.digamma((4 - i) / 2)) for i in range(4)]
    assert_allclose(ours, np.broadcast_to((np.log(2 * 0.25) + np.array(digamma)) / 2, (2, 4)), atol=0.06)


def test_skipped_steps_do_not_count():
    J = [np.diag([100.0, 1.0])] * 10 + [np.diag([2.0, 0.5])] * 30
    assert_allclose(jacobians.lyapunov_exponents(J, skip=10), [np.log(2), -np.log(2)], rtol=1e-14)
    for skip in (-1, 40):
        with pytest.raises(ValueError, match=rf"skip: expected 0 to 39 steps, .* got {skip}"):
            jacobians.lyapunov_exponents(J, skip)


def test_transient_growth_of_a_matrix_that_is_not_normal():
    W = np.array([[0.9, 10.0], [0.0, 0.9]])
    norms = [np.linalg.norm(np.linalg.matrix_power(W, t), 2) for t in range(101)]
    growth, at = jacobians.transient_growth([W] * 100)
    assert at == np.argmax(norms)
    assert_allclose(growth, max(norms), rtol=1e-13)


def test_what_never_grows_has_its_peak_at_the_start_and_what_overflows_is_infinite():
    J = np.array([[[0.5]], [[1.0]], [[3.0]]]) * np.ones((2000, 1, 1, 1))
    growth, at = jacobians.transient_growth(J)
    assert_array_equal(growth, [1, 1, np.inf])
    assert_array_equal(at, [0, 0, 2000])


def test_effective_horizon_counts_steps_back_from_the_last():
    J = np.array([1.0, 1.0, 0.5, 0.1, 0.9]).reshape(5, 1, 1, 1)
    for threshold, steps in [(1.0, 1), (0.901, 1), (0.899, 2), (0.0901, 2), (0.0899, 3), (0.0451, 3), (0.0449, np.inf)]:
        assert_array_equal(jacobians.effective_horizon(J, threshold), [steps])
    assert_array_equal(jacobians.effective_horizon(J[:3], 0.6), [1])
    assert_array_equal(jacobians.effective_horizon(J[:2], 0.6), [np.inf])
    assert_array_equal(jacobians.effective_horizon(J[:0]), [np.inf])


def test_effective_horizon_is_reached_below_its_threshold_not_at_it():
    assert jacobians.effective_horizon([[[0.5]]] * 4, 0.5) == 2


def test_effective_horizon_is_one_over_e_unless_told_and_one_a_sequence():
    J = np.broadcast_to(np.array([0.9, 0.5, 1.0])[:, None, None] * np.eye(2), (100, 3, 2, 2))
    assert_array_equal(jacobians.effective_horizon(J), [10, 2, np.inf])
    assert_array_equal(jacobians.effective_horizon(J, 1e-3), [66, 10, np.inf])


def test_effective_horizon_multiplies_from_the_last_step_back():
    first, last = np.array([[0.0, 1.0], [0.0, 0.0]]), np.diag([1.0, 0.0])
    assert jacobians.effective_horizon([first, last]) == np.inf
    assert jacobians.effective_horizon([last, first]) == 2


@every_cell
def test_delta_norms_are_those_of_the_gradient_of_the_whole_state(rng, case):
    problem = draw(case, rng)
    delta = autograd(case, problem)[1]
    expected = np.sqrt(sum((part**2).sum(axis=-1) for part in leaves(delta)))
    grads = rnnlib.bptt(tape_of(problem), problem.dh, problem.dstate)
    assert_allclose(jacobians.delta_norms(grads.delta), expected, rtol=1e-9)


def test_delta_norms_of_float32_do_not_overflow():
    assert_allclose(jacobians.delta_norms((np.full((1, 1, 4), 1e30, np.float32),)), 2e30, rtol=1e-6)


def test_saturation_is_a_fraction_of_units():
    h = np.array([[0.95, -0.95, 0.9, 0.2], [0.0, 0.0, 0.0, 1.0]])
    assert_array_equal(jacobians.saturation(h), [0.5, 0.25])
    assert_array_equal(jacobians.saturation(h, above=0.1), [1, 0.25])


# One matrix


def test_spectrum_of_known_matrices(rng):
    Q = orthogonal(rng, 3, 3)
    A = np.stack([Q @ np.diag([3.0, -5.0, 1.0]) @ Q.T, [[0, 0, 0], [2, 0, 0], [0, 0, 1]], Q])
    rho, sigma, departure = jacobians.spectrum(A)
    assert_allclose(rho, [5, 1, 1])
    assert_allclose(sigma, [5, 2, 1])
    assert_allclose(departure, [0, 2, 0], atol=1e-6)


@every_cell
@pytest.mark.parametrize(("T", "B"), [(4, 0), (0, 0), (0, 2)])
def test_no_sequences_and_no_steps_are_measured_as_such(rng, case, T, B):
    tape = tape_of(draw(case, rng, T=T, B=B, masked=B > 0))
    J = jacobians.step_jacobians(tape)
    s = J.shape[-1]
    assert J.shape == (T, B, s, s)
    assert jacobians.log_norms(J).shape == (T, B)
    assert jacobians.log_singular_values(J).shape == (T, B, s)
    assert [part.shape for part in jacobians.transient_growth(J)] == [(B,), (B,)]
    assert_array_equal(jacobians.effective_horizon(J), np.full(B, np.inf))
    assert [(P.shape, scale.shape) for P, scale in jacobians.products(J)] == [((B, s, s), (B,))] * T
    if T:
        assert jacobians.jacobian(tape, 1).shape == (B, s, s)
        assert jacobians.lyapunov_exponents(J).shape == (B, s)
        assert jacobians.spectrum(J).rho.shape == (T, B)
    dh = np.zeros((T, B, tape.cell.units))
    for grads in rnnlib.rtrl(tape, dh):
        for grad, param in zip(leaves(grads), leaves(tape.params), strict=True):
            assert grad.shape == param.shape
            assert_array_equal(grad, 0)
    assert len(list(rnnlib.rtrl(tape, dh))) == len(list(rnnlib.influences(tape))) == T
    assert rnnlib.forward_mode(tape, tape.params).shape == tape.h.shape
    assert jacobians.delta_norms(rnnlib.bptt(tape, dh).delta).shape == (T + 1, B)
