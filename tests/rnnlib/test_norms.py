"""Norms and their ratios from 1e-300 to 1e300, against arithmetic whose exponents have no end (mpmath)."""

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import rnnlib
from rnnlib import PlainCell, PlainParams, jacobians
from rnnlib.gradients import clip_each, clip_norm, clip_values, global_norm, relative_error
from rnnlib.initialisers import with_spectral_radius
from rnnlib.norms import norm, rescaled, times_ratio, unit_and_log
from rnnlib.readouts import LinearReadout
from rnnlib.training import Model, fit
from rnnlib.trees import map_leaves

RANGES = {np.float64: 300, np.float32: 30}
dtypes = pytest.mark.parametrize("dtype", RANGES, ids=lambda dtype: dtype.__name__)
seeds = st.integers(0, 2**32 - 1)


def exact(array):
    return [mpmath.mpf(float(entry)) for entry in np.ravel(array)]


def exact_norm(*arrays):
    with mpmath.workdps(40):
        return mpmath.sqrt(mpmath.fsum(entry**2 for array in arrays for entry in exact(array)))


def close(got, expected, rtol):
    """Whether they agree to ``rtol``, however small both are."""
    return abs(mpmath.mpf(float(got)) - expected) <= rtol * expected


def draw_tree(seed, exponent, dtype, spread=0.0):
    """Gradients of about ``10^exponent``; their arrays lie up to ``spread`` orders of magnitude apart."""
    rng = np.random.default_rng(seed)
    sizes = 10.0 ** np.clip(exponent + spread * rng.uniform(-1, 0, 3), -RANGES[dtype], RANGES[dtype])
    shapes = ((3, 3), (3, 2), (3,))
    return PlainParams(*((rng.standard_normal(shape) * size).astype(dtype) for shape, size in zip(shapes, sizes)))


def exponents(dtype):
    return st.floats(-RANGES[dtype], RANGES[dtype])


@dtypes
@given(data=st.data(), seed=seeds, spread=st.sampled_from([0, 5, 400]))
def test_norms_are_those_of_exact_arithmetic(dtype, data, seed, spread):
    tree = draw_tree(seed, data.draw(exponents(dtype)), dtype, spread)
    assert close(global_norm(tree), exact_norm(*tree), 2e-15)
    for array in tree:
        assert close(float(norm(array)), exact_norm(array), 1e-15)
        rows = norm(array, axis=-1)
        for got, row in zip(np.atleast_1d(rows), np.atleast_2d(array)):
            assert close(float(got), exact_norm(row), 1e-15)
    assert close(norm(tree.W, axis=(0, 1)), exact_norm(tree.W), 2e-15)


@given(exponent=st.floats(-130, 130), seed=seeds)
def test_where_no_square_leaves_the_range_nothing_changes(exponent, seed):
    tree = draw_tree(seed, exponent, np.float64)
    assert global_norm(tree) == np.linalg.norm([np.linalg.norm(array) for array in tree])
    assert norm(tree.W) == np.linalg.norm(tree.W)
    assert_array_equal(norm(tree.W, axis=1), np.linalg.norm(tree.W, axis=1))


@dtypes
@given(data=st.data(), seed=seeds)
def test_relative_errors_are_those_of_exact_arithmetic(dtype, data, seed):
    rng = np.random.default_rng(seed)
    a = draw_tree(seed, data.draw(exponents(dtype)), dtype)
    near = map_leaves(lambda leaf: (leaf * (1 + 1e-3 * rng.standard_normal(leaf.shape))).astype(dtype), a)
    far = draw_tree(seed + 1, data.draw(exponents(dtype)), dtype)
    for b in (near, far, map_leaves(np.negative, a), map_leaves(np.zeros_like, a)):
        with mpmath.workdps(400):
            differences = [x - y for i, j in zip(a, b) for x, y in zip(exact(i), exact(j))]
            distance = mpmath.sqrt(mpmath.fsum(difference**2 for difference in differences))
            expected = distance / max(exact_norm(*a), exact_norm(*b))
        assert close(relative_error(a, b), expected, 1e-12)
        assert relative_error(b, a) == relative_error(a, b)
    assert relative_error(a, a) == 0


@dtypes
@given(data=st.data(), seed=seeds)
def test_clipped_gradients_are_those_of_exact_arithmetic(dtype, data, seed):
    grads = draw_tree(seed, data.draw(exponents(dtype)), dtype, 10)
    total = exact_norm(*grads)
    theta = float(total) * 10.0 ** data.draw(st.floats(-600, -0.01))
    assume(theta > 1e-300)
    clipped, done = clip_norm(grads, theta)
    assert (done.before, done.after, done.fraction) == (global_norm(grads), theta, 1)
    tiny, epsilon = float(np.finfo(dtype).tiny), float(np.finfo(dtype).eps)
    for array, was in zip(clipped, grads):
        assert array.dtype == dtype
        for got, entry in zip(exact(array), exact(was)):
            expected = mpmath.fmul(entry, theta, prec=200) / total
            assert abs(got - expected) <= 4 * epsilon * max(abs(expected), tiny)
    one_by_one, _ = clip_each(grads, theta)
    assert all(float(exact_norm(array)) <= theta * (1 + 4 * epsilon) + 9 * tiny for array in one_by_one)


def test_gradients_longer_than_the_largest_float_are_clipped_too():
    grads = PlainParams(np.full((3, 3), 1.7e308), np.zeros((3, 2)), np.full(3, -1.7e308))
    clipped, done = clip_norm(grads, 1.0)
    assert_allclose(clipped.W, 12**-0.5, rtol=1e-15)
    assert_allclose(clipped.b, -(12**-0.5), rtol=1e-15)
    assert done == (np.inf, 1.0, 1.0)
    assert clip_values(grads, 1.0)[1] == (np.inf, pytest.approx(12**0.5), 12 / 18)
    assert relative_error(grads, map_leaves(np.negative, grads)) == 2


@dtypes
@given(data=st.data(), seed=seeds)
def test_products_of_jacobians_of_any_size(dtype, data, seed):
    """Scaling each Jacobian adds the logarithm of the scale and turns nothing."""
    rng = np.random.default_rng(seed)
    scales = 10.0 ** np.array([data.draw(exponents(dtype)) * 0.95 for _ in range(6)]).reshape(6, 1, 1, 1)
    J = rng.standard_normal((6, 2, 3, 3))
    scaled = (J * scales).astype(dtype)
    if dtype == np.float32:
        J = scaled / scales
    logs = np.array([float(mpmath.log(float(scale))) for scale in scales.ravel()]).cumsum()
    near = {"rtol": 1e-12, "atol": 1e-10}
    assert_allclose(jacobians.log_norms(scaled), jacobians.log_norms(J) + logs[:, None], **near)
    values = jacobians.log_singular_values(scaled)
    assert_allclose(values, jacobians.log_singular_values(J) + logs[:, None, None], **near)
    exponents_of = jacobians.lyapunov_exponents(scaled)
    assert_allclose(exponents_of, jacobians.lyapunov_exponents(J) + logs[-1] / 6, **near)
    for (P, log_scale), (Q, other), log in zip(jacobians.products(scaled), jacobians.products(J), logs):
        assert_allclose(P, Q, rtol=1e-9, atol=1e-10)
        assert_allclose(log_scale, other + log, **near)
        assert_allclose(np.linalg.norm(P, axis=(-2, -1)), 1, rtol=1e-14)
    for ours, of_one in zip(jacobians.spectrum(scaled[0]), jacobians.spectrum(J[0])):
        assert_allclose(ours / scales[0, 0, 0], of_one, rtol=1e-9, atol=1e-7)


def test_what_the_issue_named():
    tiny = [[[1e-200]]] * 3
    assert_allclose(jacobians.log_norms(tiny), -200 * np.log(10) * np.arange(1, 4), rtol=1e-15)
    assert jacobians.effective_horizon(tiny, 1e-300) == 2
    assert jacobians.transient_growth([[[1e200]]])[0] == pytest.approx(1e200)
    assert jacobians.delta_norms((np.full((1, 1, 4), 1e-170),)) == 2e-170
    assert relative_error((np.array([1e-200]),), (np.array([2e-200]),)) == 0.5
    assert clip_norm((np.array([3e200, 4e200]),), 1.0)[0][0].tolist() == pytest.approx([0.6, 0.8], rel=1e-15)


@dtypes
def test_a_run_logs_gradients_that_are_nearly_nothing(dtype):
    """The weights of the readout and the errors are tiny: so is the gradient, and its square is no float."""
    size = 1e-150 if dtype == np.float64 else 1e-18
    model = Model(PlainCell(1, 3), LinearReadout(3, 1), "squared_error")
    params = model.init(np.random.default_rng(0), dtype)
    params = params._replace(readout=params.readout._replace(V=(params.readout.V * size).astype(dtype)))
    batch = rnnlib.models.Batch(np.ones((4, 2, 1), dtype), np.zeros((4, 2, 1), dtype))
    run = fit(model, [batch], np.random.default_rng(0), rnnlib.optimisers.SGD(), params=params)
    _, grads = model.loss_and_grads(params, batch)
    expected = [float(exact_norm(delta)) for delta in grads.delta.h]
    assert_allclose(run.log.snapshots[0].delta, expected, rtol=1e-14)
    assert 0 < run.log.before[0] < size * 10
    assert 0 < max(expected) < size**2 * 10


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1.0, 1e30, 1e300])
def test_a_matrix_of_any_size_gets_its_spectral_radius(scale, rng):
    W = rng.standard_normal((5, 5))
    for rho in (1e-5, 0.9, 1e5):
        assert_allclose(with_spectral_radius(W * scale, rho), with_spectral_radius(W, rho), rtol=1e-12)


@given(exponent=st.integers(-1070, 1000), seed=seeds)
def test_rescaling_loses_nothing(exponent, seed):
    array = np.ldexp(np.random.default_rng(seed).standard_normal((2, 3)), exponent)
    for axis in (None, 0, (0, 1)):
        mantissa, shift = rescaled(array, axis)
        assert_array_equal(np.ldexp(mantissa, shift), array)
        largest = np.abs(mantissa).max(axis=axis)
        assert ((largest >= 0.5) & (largest < 1)).all()
    units, logs = unit_and_log(array, -1)
    assert_allclose(np.linalg.norm(units, axis=-1), 1, rtol=1e-14)
    assert_allclose(logs, [float(mpmath.log(exact_norm(row))) for row in array], rtol=1e-14, atol=1e-14)


def test_zeros_infinities_and_nothing_at_all():
    assert norm(np.zeros(3)) == norm(np.zeros(0)) == global_norm(()) == global_norm((np.zeros((0, 2)),)) == 0
    assert norm([np.inf, 1.0]) == norm([-np.inf, 1.0]) == np.inf
    assert np.isnan(norm([np.nan, 1.0]))
    units, logs = unit_and_log(np.zeros((2, 3)), -1)
    assert_array_equal(units, 0)
    assert_array_equal(logs, -np.inf)
    assert times_ratio(np.array([2.0]), 3.0, 4.0)[0] == 1.5
