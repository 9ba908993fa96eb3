"""Initialisers, against what defines them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import rnnlib
from rnnlib import initialisers

DRAWN = [initialisers.small, initialisers.xavier, initialisers.identity, initialisers.orthogonal]


@pytest.mark.parametrize("draw", DRAWN)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_and_dtype_are_those_asked_for_and_the_generator_decides(draw, dtype):
    first, again = (draw(np.random.default_rng(5), (3, 4), dtype=dtype) for _ in range(2))
    assert first.shape == (3, 4)
    assert first.dtype == dtype
    assert_array_equal(first, again)


def test_small_has_the_scale_given(rng):
    assert_allclose(initialisers.small(rng, (300, 200), scale=0.2).std(), 0.2, rtol=0.02)
    assert_allclose(initialisers.small(rng, (300, 200)).std(), 0.01, rtol=0.02)


def test_xavier_has_a_variance_between_what_both_directions_want(rng):
    W = initialisers.xavier(rng, (300, 100))
    assert_allclose(W.var(), 2 / 400, rtol=0.03)
    assert np.abs(W).max() <= np.sqrt(6 / 400)
    assert np.abs(W).max() > 0.99 * np.sqrt(6 / 400)


@pytest.mark.parametrize("shape", [(1, 1), (6, 6), (7, 3), (3, 7)])
def test_orthogonal_has_orthonormal_columns_or_rows(rng, shape):
    W = initialisers.orthogonal(rng, shape)
    gram = W.T @ W if shape[0] >= shape[1] else W @ W.T
    assert W.shape == shape
    assert_allclose(gram, np.eye(min(shape)), rtol=0, atol=1e-14)


def test_orthogonal_matrices_are_drawn_uniformly(rng):
    """Under Haar measure an entry has mean 0 and variance 1/n, tr W mean 0 and variance 1; QR alone biases the sign."""
    drawn = np.stack([initialisers.orthogonal(rng, (3, 3)) for _ in range(4000)])
    assert_allclose(drawn.mean(axis=0), 0, atol=0.04)
    assert_allclose((drawn**2).mean(axis=0), 1 / 3, atol=0.03)
    traces = np.trace(drawn, axis1=1, axis2=2)
    assert_allclose([traces.mean(), traces.var()], [0, 1], atol=0.1)
    assert_allclose((np.linalg.det(drawn) > 0).mean(), 0.5, atol=0.04)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_spectral_radius_is_the_one_asked_for(rng, dtype):
    W = initialisers.with_spectral_radius(rng.standard_normal((20, 20)).astype(dtype), 0.95)
    assert W.dtype == dtype
    assert_allclose(np.abs(np.linalg.eigvals(W)).max(), 0.95, rtol=1e-5 if dtype == np.float32 else 1e-12)
    assert np.linalg.norm(W, 2) > 0.95


def test_spectral_radius_refuses_what_has_none():
    with pytest.raises(ValueError, match="not nilpotent"):
        initialisers.with_spectral_radius(np.array([[0.0, 1.0], [0.0, 0.0]]), 1.0)
    with pytest.raises(ValueError, match="at least 0"):
        initialisers.with_spectral_radius(np.eye(2), -0.1)
    with pytest.raises(ValueError, match="square"):
        initialisers.with_spectral_radius(np.ones((2, 3)), 1.0)


@pytest.mark.parametrize(
    ("cell", "keep", "others"),
    [
        (rnnlib.LSTMCell(2, 400), "b_f", {"b_i": -1}),
        (rnnlib.GatedCell(2, 400), "b_f", {"b_i": -1}),
        (rnnlib.GRUCell(2, 400), "b_z", {}),
        (rnnlib.GRUCell(2, 400, reset="before"), "b_z", {}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_chrono_spreads_time_constants_evenly_up_to_the_longest(rng, cell, keep, others):
    before = cell.init(rng, np.float32)
    after = initialisers.chrono(rng, before, longest=100)
    sign = -1 if keep == "b_z" else 1
    steps = 1 + np.exp(sign * getattr(after, keep).astype(np.float64))
    assert steps.min() >= 2 - 1e-6
    assert steps.max() <= 100 + 1e-4
    assert_allclose(np.quantile(steps, [0.25, 0.5, 0.75]), [26.5, 51, 75.5], rtol=0.2)
    for name, factor in others.items():
        assert_array_equal(getattr(after, name), factor * getattr(after, keep))
    for name, old, new in zip(after._fields, before, after):
        assert new.dtype == np.float32
        if name not in (keep, *others):
            assert_array_equal(old, new)


def test_chrono_refuses_what_it_cannot_set(rng):
    with pytest.raises(ValueError, match="longest: expected a number of steps above 2, got 2"):
        initialisers.chrono(rng, rnnlib.LSTMCell(1, 2).init(rng), longest=2)
    with pytest.raises(ValueError, match="params: expected those of a cell with gates, b_f or b_z"):
        initialisers.chrono(rng, rnnlib.PlainCell(1, 2).init(rng), longest=10)
