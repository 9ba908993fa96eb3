"""Layer normalisation: what it does not see, its Jacobian, and an option that is one everywhere."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import rnnlib
from rnnlib.trees import leaves

with_norm = pytest.mark.parametrize("kind", [rnnlib.PlainCell, rnnlib.LSTMCell])


def drawn(rng, kind):
    cell = kind(3, 8, layer_norm=True)
    params = cell.init(rng)
    return cell, params, rng.standard_normal((12, 5, 3))


def changed(rng, cell, params, scale, shift):
    """Scale all weights of each gate by a factor of its own, and shift all its pre-activations together."""
    factors = scale ** rng.uniform(-1, 1, len(cell.gates))
    new = {}
    for gate, factor in zip(cell.gates, factors):
        for kind in "WU":
            block = getattr(params, kind + gate)
            new[kind + gate] = factor * block + shift * rng.standard_normal(block.shape[1])
    return params._replace(**new)


@with_norm
def test_a_shift_of_the_whole_pre_activation_is_not_seen(rng, kind):
    cell, params, x = drawn(rng, kind)
    shifted = changed(rng, cell, params, scale=1.0, shift=10.0)
    assert_allclose(rnnlib.unroll(cell, shifted, x).h, rnnlib.unroll(cell, params, x).h, rtol=1e-9, atol=1e-9)


@with_norm
def test_a_scale_of_the_whole_pre_activation_is_seen_by_epsilon_alone(rng, kind):
    cell, params, x = drawn(rng, kind)
    scaled = changed(rng, cell, params, scale=5.0, shift=0.0)
    difference = np.abs(rnnlib.unroll(cell, scaled, x).h - rnnlib.unroll(cell, params, x).h).max()
    assert 0 < difference < 1e-3


@with_norm
def test_a_scale_of_the_input_alone_is_seen(rng, kind):
    cell, params, x = drawn(rng, kind)
    difference = np.abs(rnnlib.unroll(cell, params, 3 * x).h - rnnlib.unroll(cell, params, x).h).max()
    assert difference > 0.1


def test_normalised_pre_activations_have_mean_0_and_variance_1(rng):
    cell, params, x = drawn(rng, rnnlib.PlainCell)
    h = rnnlib.unroll(dataclasses.replace(cell, activation="linear"), params, 100 * x).h[1:]
    assert_allclose(h.mean(axis=-1), 0, rtol=0, atol=1e-12)
    assert_allclose(h.var(axis=-1), 1, rtol=1e-5)


def test_jacobian_of_a_plain_cell_with_layer_norm(rng):
    cell, params, x = drawn(rng, rnnlib.PlainCell)
    params = params._replace(gain=rng.uniform(0.5, 2, 8), b=rng.standard_normal(8))
    tape = rnnlib.unroll(cell, params, x)
    a = (tape.h[6] @ params.W.T + x[6] @ params.U.T)[2]
    s = np.sqrt(a.var() + 1e-5)
    normal = (a - a.mean()) / s
    slope = 1 - np.tanh(params.gain * normal + params.b) ** 2
    projector = np.eye(8) - (1 + np.outer(normal, normal)) / 8
    J = (slope * params.gain / s)[:, np.newaxis] * projector @ params.W
    assert_allclose(rnnlib.jacobian(tape, 7)[2], J, rtol=1e-11, atol=1e-13)


@with_norm
def test_a_state_that_explodes_without_it_stays_bounded_with_it(rng, kind):
    cell, params, x = drawn(rng, kind)
    large = changed(rng, cell, params._replace(**{"W" + g: 1e3 * np.eye(8) for g in cell.gates}), 1.0, 0.0)
    h = rnnlib.unroll(cell, large, x).h
    assert np.abs(h).max() < 1
    assert np.isfinite(rnnlib.bptt(rnnlib.unroll(cell, large, x), np.ones_like(h[1:])).x).all()


@with_norm
def test_gains_start_at_1_and_everything_else_as_without(rng, kind):
    cell, plain = kind(3, 4, layer_norm=True), kind(3, 4)
    params, others = (each.init(np.random.default_rng(1), np.float32) for each in (cell, plain))
    for name, array in params._asdict().items():
        assert array.dtype == np.float32
        assert_array_equal(array, 1 if name.startswith("gain") else getattr(others, name))


@with_norm
def test_the_option_survives_copying_and_tells_cells_apart(kind):
    cell = kind(3, 4, layer_norm=True)
    assert isinstance(cell, kind)
    assert cell != kind(3, 4)
    assert "layer_norm=True" in repr(cell)
    assert type(kind(3, 4)) is kind
    for same in (copy.deepcopy(cell), pickle.loads(pickle.dumps(cell)), dataclasses.replace(cell)):
        assert same == cell
        assert same.width == 2 * kind(3, 4).width
    params = cell.init(np.random.default_rng(0))
    again = pickle.loads(pickle.dumps(params))
    assert type(again) is type(params)
    assert all(map(np.array_equal, leaves(again), leaves(params)))


def test_in_a_stack_normalised_layers_run_as_they_do_alone(rng):
    cells = rnnlib.LSTMCell(3, 5, layer_norm=True), rnnlib.PlainCell(5, 4, layer_norm=True)
    stack = rnnlib.Stack(cells)
    params, x, dh = stack.init(rng), rng.standard_normal((6, 2, 3)), rng.standard_normal((6, 2, 4))
    grads = rnnlib.bptt(rnnlib.unroll(stack, params, x), dh)
    below = rnnlib.unroll(cells[0], params.layers[0], x)
    above = rnnlib.bptt(rnnlib.unroll(cells[1], params.layers[1], below.h[1:]), dh)
    expected = rnnlib.bptt(below, above.x).params, above.params
    for mine, other in zip(leaves(grads.params), leaves(expected), strict=True):
        assert_allclose(mine, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kind", [rnnlib.PlainCell, rnnlib.LSTMCell])
def test_replacing_the_option_replaces_the_cell(kind):
    plain, normed = kind(2, 3), kind(2, 3, layer_norm=True)
    assert dataclasses.replace(normed, layer_norm=False) == plain
    assert dataclasses.replace(plain, layer_norm=True) == normed
    assert dataclasses.replace(normed, units=4) == kind(2, 4, layer_norm=True)
    for cell in (copy.deepcopy(normed), pickle.loads(pickle.dumps(normed)), dataclasses.replace(normed)):
        assert cell == normed
        assert type(cell) is type(normed)
    again = dataclasses.replace(normed, layer_norm=False)
    assert type(again) is kind
    params = again.init(np.random.default_rng(0))
    assert type(params) is type(plain.init(np.random.default_rng(0)))
    rnnlib.bptt(rnnlib.unroll(again, params, np.ones((2, 1, 2))), np.ones((2, 1, 3)))
