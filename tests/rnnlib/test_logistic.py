"""Gates in both of their tails, alone and through every cell that has some, against exact arithmetic (mpmath)."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import rnnlib
from rnnlib.cells.logistic import complete_gates, open_gates
from rnnlib.trees import map_leaves

TAILS = {np.float64: 700.0, np.float32: 86.0}
dtypes = pytest.mark.parametrize("dtype", TAILS, ids=lambda dtype: dtype.__name__)


def sigma(a):
    with mpmath.workdps(400):
        return 1 / (1 + mpmath.exp(-mpmath.mpf(float(a))))


def complement(a):
    return sigma(-a)


@dtypes
@given(share=st.floats(-1, 1))
def test_a_gate_and_its_complement_are_exact_to_rounding_in_both_tails(dtype, share):
    a = np.array([share * TAILS[dtype]], dtype)
    e = -a
    opened = open_gates(e)
    again, shut = complete_gates(e)
    assert_array_equal(again, opened)
    assert again.dtype == shut.dtype == dtype
    epsilon = np.finfo(dtype).eps
    assert abs(float(opened[0]) / sigma(a[0]) - 1) < 4 * epsilon
    assert abs(float(shut[0]) / complement(a[0]) - 1) < 6 * epsilon


@dtypes
def test_beyond_the_range_of_floats_a_gate_is_shut_or_open(dtype):
    a = np.array([-1e9, -np.inf, 1e9, np.inf], dtype)
    e = -a
    with np.errstate(over="ignore"):
        assert_array_equal(open_gates(e), [0, 0, 1, 1])
    opened, shut = complete_gates(e)
    assert_allclose(opened, [0, 0, 1, 1], atol=1e-38)
    assert_allclose(shut, [1, 1, 0, 0], rtol=1e-6, atol=1e-38)


def silent(cell, dtype, **biases):
    """Parameters that let nothing in: every pre-activation is its bias."""
    params = map_leaves(np.zeros_like, cell.init(np.random.default_rng(0), dtype))
    return params._replace(**{name: np.full(1, value, dtype) for name, value in biases.items()})


def one_step(cell, params, dtype, state, dstate):
    """The state after one step, and the gradients of ``dstate`` times it."""

    def typed(parts):
        return type(cell.zeros((1,), dtype))(*(np.full((1, 1), part, dtype) for part in parts))

    tape = rnnlib.unroll(cell, params, np.zeros((1, 1, 1), dtype), typed(state))
    return tape.state, rnnlib.bptt(tape, np.zeros((1, 1, 1), dtype), typed(dstate))


@dtypes
@pytest.mark.parametrize("share", [-0.99, -0.5, -0.2, -0.05, 0.05, 0.2, 0.4])
def test_gates_of_every_cell_and_their_slopes_are_exact_in_both_tails(dtype, share):
    """What a gate multiplies is 2 (kept) or 3 (written), so its slope is that times s (1 - s)."""
    a = float(dtype(share * TAILS[dtype]))
    rtol = 20 * np.finfo(dtype).eps
    opened, shut = float(sigma(a)), float(complement(a))
    slope = float(sigma(a) * complement(a))

    cell = rnnlib.GatedCell(1, 1, "linear")
    state, grads = one_step(cell, silent(cell, dtype, b_f=a, b_i=-1e9), dtype, [2], [1])
    assert_allclose([state.h.item(), grads.params.b_f.item()], [2 * opened, 2 * slope], rtol=rtol)
    state, grads = one_step(cell, silent(cell, dtype, b_i=a, b_f=-1e9, b=3), dtype, [2], [1])
    assert_allclose([state.h.item(), grads.params.b_i.item()], [3 * opened, 3 * slope], rtol=rtol)

    cell = rnnlib.LSTMCell(1, 1)
    state, grads = one_step(cell, silent(cell, dtype, b_f=a), dtype, [0, 2], [0, 1])
    assert_allclose([state.c.item(), grads.params.b_f.item()], [2 * opened, 2 * slope], rtol=rtol)
    assert_allclose(grads.state.c.item(), opened, rtol=rtol)
    candidate = np.tanh(dtype(0.5))
    state, grads = one_step(cell, silent(cell, dtype, b_i=a, b_c=0.5), dtype, [0, 0], [0, 1])
    assert_allclose([state.c.item(), grads.params.b_i.item()], [candidate * opened, candidate * slope], rtol=rtol)
    state, grads = one_step(cell, silent(cell, dtype, b_o=a, b_f=1e9), dtype, [0, 20], [1, 0])
    assert_allclose([state.h.item(), grads.params.b_o.item()], [opened, slope], rtol=rtol)

    for reset in ("before", "after"):
        cell = rnnlib.GRUCell(1, 1, reset=reset)
        state, grads = one_step(cell, silent(cell, dtype, b_z=a, b_h=0.5), dtype, [0], [1])
        assert_allclose([state.h.item(), grads.params.b_z.item()], [candidate * opened, candidate * slope], rtol=rtol)
        assert_allclose(grads.state.h.item(), shut, rtol=rtol)

    cell = rnnlib.MinGRUCell(1, 1)
    state, grads = one_step(cell, silent(cell, dtype, b_z=a, b_h=3), dtype, [0], [1])
    assert_allclose([state.h.item(), grads.params.b_z.item()], [3 * opened, 3 * slope], rtol=rtol)
    assert_allclose([grads.state.h.item(), grads.params.b_h.item()], [shut, opened], rtol=rtol)
    tape = rnnlib.scan(cell, silent(cell, dtype, b_z=a), np.zeros((1, 1, 1), dtype))
    assert_allclose(cell.diagonal(tape.w, tape.saved), shut, rtol=rtol)


@dtypes
@pytest.mark.parametrize(
    "cell",
    [
        rnnlib.GatedCell(1, 1),
        rnnlib.LSTMCell(1, 1),
        rnnlib.GRUCell(1, 1, "before"),
        rnnlib.GRUCell(1, 1),
        rnnlib.MinGRUCell(1, 1),
        rnnlib.LSTMCell(1, 1, layer_norm=True),
    ],
)
@pytest.mark.parametrize("bias", [-1e9, 1e9])
def test_a_gate_shut_beyond_all_range_gives_numbers_and_no_warning(dtype, cell, bias):
    params = cell.init(np.random.default_rng(0), dtype)
    params = params._replace(
        **{
            name: np.full_like(part, bias)
            for name, part in params._asdict().items()
            if name.startswith("b_") and name not in ("b_c", "b_h", "b_hh")
        }
    )
    tape = rnnlib.unroll(cell, params, np.ones((5, 1, 1), dtype))
    grads = rnnlib.bptt(tape, np.ones((5, 1, 1), dtype))
    assert all(np.isfinite(leaf).all() for leaf in rnnlib.trees.leaves(tuple(grads)))
