"""Residual and leaky cells: their Jacobians in closed form, and what a keep factor may be."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import rnnlib


def slope_and_jacobian(rng, cell):
    params = cell.init(rng)
    tape = rnnlib.unroll(cell, params, rng.standard_normal((5, 3, 2)))
    a = tape.h[3] @ params.W.T + tape.x[3] @ params.U.T + params.b
    return params, (1 - np.tanh(a) ** 2)[:, :, np.newaxis], rnnlib.jacobian(tape, 4)


def test_jacobian_of_a_residual_cell(rng):
    params, slope, J = slope_and_jacobian(rng, rnnlib.ResidualCell(2, 4))
    assert_allclose(J, np.eye(4) + slope * params.W, rtol=1e-12, atol=1e-14)


def test_jacobian_of_a_leaky_cell(rng):
    params, slope, J = slope_and_jacobian(rng, rnnlib.LeakyCell(2, 4, kappa=0.7))
    assert_allclose(J, 0.7 * np.eye(4) + 0.3 * slope * params.W, rtol=1e-12, atol=1e-14)


def keep_factor(tape, params):
    """The factor of step 4, the difference that it weighs, and the slopes, from the equations."""
    h, x = tape.h[3], tape.x[3]
    phi = np.tanh(h @ params.W.T + x @ params.U.T + params.b)
    logit = x @ params.U_s.T + params.s + (h @ params.W_s.T if hasattr(params, "W_s") else 0)
    kappa = 1 / (1 + np.exp(-logit))
    return kappa[:, :, np.newaxis], (h - phi)[:, :, np.newaxis], (1 - phi**2)[:, :, np.newaxis]


def test_only_a_keep_factor_that_reads_the_state_changes_the_jacobian(rng):
    for driven in ("input", "state"):
        cell = rnnlib.LeakyCell(2, 4, driven)
        params = cell.init(rng)
        tape = rnnlib.unroll(cell, params, rng.standard_normal((5, 3, 2)))
        kappa, difference, slope = keep_factor(tape, params)
        expected = kappa * np.eye(4) + (1 - kappa) * slope * params.W
        if driven == "state":
            own = difference * kappa * (1 - kappa) * params.W_s
            assert np.abs(own).max() > 0.01
            expected = expected + own
        assert_allclose(rnnlib.jacobian(tape, 4), expected, rtol=1e-12, atol=1e-14)


def test_a_keep_factor_that_reads_nothing_is_the_learnt_one(rng):
    learnt = rnnlib.LeakyCell(2, 4, "learnt")
    params, x, dh = learnt.init(rng), rng.standard_normal((5, 3, 2)), rng.standard_normal((5, 3, 4))
    as_input = rnnlib.cells.leaky.InputLeakyParams(*params[:3], np.zeros((4, 2)), params.s)
    as_state = rnnlib.cells.leaky.StateLeakyParams(*params[:3], np.zeros((4, 4)), np.zeros((4, 2)), params.s)
    grads = [
        rnnlib.bptt(rnnlib.unroll(rnnlib.LeakyCell(2, 4, kind), weights, x), dh)
        for kind, weights in (("learnt", params), ("input", as_input), ("state", as_state))
    ]
    for other in grads[1:]:
        assert_allclose(other.delta.h, grads[0].delta.h, rtol=1e-12)
        for name in params._fields:
            assert_allclose(getattr(other.params, name), getattr(grads[0].params, name), rtol=1e-12, atol=1e-14)
    assert np.abs(grads[2].params.W_s).max() > 0.01


def test_a_keep_factor_near_one_has_a_gradient(rng):
    # 1 - kappa is e^-40: read off kappa it would be zero.
    cell = rnnlib.LeakyCell(1, 1, "input")
    params = rnnlib.cells.leaky.InputLeakyParams(*np.ones((2, 1, 1)), np.ones(1), np.zeros((1, 1)), np.full(1, 40.0))
    tape = rnnlib.unroll(cell, params, np.ones((1, 1, 1)))
    assert_allclose(rnnlib.bptt(tape, np.ones((1, 1, 1))).params.s, [-np.tanh(2) * np.exp(-40)], rtol=1e-12)


@pytest.mark.parametrize(
    ("kappa", "names"), [(0.5, "W U b"), ("learnt", "W U b s"), ("input", "W U b U_s s"), ("state", "W U b W_s U_s s")]
)
def test_the_parameters_are_those_that_the_keep_factor_needs(rng, kappa, names):
    params = rnnlib.LeakyCell(2, 3, kappa).init(rng)
    assert " ".join(params._fields) == names
    sizes = {"W": (3, 3), "U": (3, 2), "b": (3,), "s": (3,)}
    assert all(part.shape == sizes[name[0]] for name, part in zip(params._fields, params))


def test_without_input_and_weights_a_leaky_state_fades_by_its_kappa(rng):
    cell = rnnlib.LeakyCell(1, 2, kappa="learnt")
    params = rnnlib.LeakyParams(np.zeros((2, 2)), np.zeros((2, 1)), np.zeros(2), np.log([9.0, 99.0]))
    tape = rnnlib.unroll(cell, params, np.zeros((50, 1, 1)), rnnlib.PlainState(np.ones((1, 2))))
    assert_allclose(tape.state.h, [[0.9**50, 0.99**50]], rtol=1e-12)


def test_unless_told_a_leaky_cell_keeps_nine_tenths():
    assert rnnlib.LeakyCell(1, 2) == rnnlib.LeakyCell(1, 2, kappa=0.9, activation="tanh")


def test_a_learnt_keep_factor_starts_anywhere_between_0_and_1(rng):
    s = rnnlib.LeakyCell(1, 4000, kappa="learnt").init(rng, np.float32).s
    kappa = np.sort(1 / (1 + np.exp(-s)))
    assert s.dtype == np.float32
    assert np.abs(kappa - np.linspace(0, 1, 4000)).max() < 0.03  # Kolmogorov-Smirnov, p = .0015


def test_a_keep_factor_far_out_overflows_nothing():
    cell = rnnlib.LeakyCell(1, 2, kappa="learnt")
    params = rnnlib.LeakyParams(np.ones((2, 2)), np.ones((2, 1)), np.ones(2), np.array([-2000.0, 2000.0]))
    h = rnnlib.unroll(cell, params, np.ones((1, 1, 1))).h[1]
    assert_allclose(h, [[np.tanh(2), 0]], rtol=1e-12)


@pytest.mark.parametrize("kappa", [0.0, 1.0, -0.5, 2, 1, True, float("nan"), "learn", None, [0.5]])
def test_a_keep_factor_that_is_none_is_refused(kappa):
    with pytest.raises(
        ValueError, match=r'kappa: expected a number between 0 and 1, or "learnt", "input", "state", got'
    ):
        rnnlib.LeakyCell(2, 3, kappa)


@pytest.mark.parametrize("make", [rnnlib.ResidualCell, rnnlib.LeakyCell])
def test_an_unknown_activation_is_refused(make):
    with pytest.raises(ValueError, match=r"activation: expected one of tanh"):
        make(2, 3, activation="cosine")
