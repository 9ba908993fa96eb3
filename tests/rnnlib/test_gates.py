"""What is peculiar to cells with gates: their options, and derivatives that are taken a span of steps at a time."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import all_cases, draw

import rnnlib
from rnnlib.cells import gates
from rnnlib.trees import leaves, map_leaves

CASES = [case for case in all_cases() if case.name.startswith(("LSTM", "GRU", "gated"))]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.parametrize("span", [0.5, 1, 2, 4, 6])
def test_the_span_that_is_linearised_at_once_changes_nothing(rng, monkeypatch, case, span):
    problem = draw(case, rng, T=6, B=3, n=4, masked=True)

    def grads():
        tape = rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state, problem.mask)
        return rnnlib.bptt(tape, problem.dh, problem.dstate)

    whole = grads()
    monkeypatch.setattr(gates, "IN_CACHE", int(span * 3 * 4))
    for one, other in zip(leaves(tuple(whole)), leaves(tuple(grads())), strict=True):
        assert_array_equal(one, other)


@pytest.mark.parametrize("bias", [1.0, 0.0, -2.5])
def test_forget_bias_sets_how_much_a_new_cell_keeps(rng, bias):
    cell = rnnlib.LSTMCell(2, 3, forget_bias=bias)
    params = cell.init(rng, np.float32)
    biased = {name for name, part in params._asdict().items() if name[0] == "b" and part.any()}
    assert biased == ({"b_f"} if bias else set())
    silent = map_leaves(np.zeros_like, params)._replace(b_f=params.b_f)
    state = rnnlib.LSTMState(np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32))
    kept = rnnlib.unroll(cell, silent, np.zeros((1, 1, 2), np.float32), state).state.c
    assert_allclose(kept, 1 / (1 + np.exp(-bias)), rtol=1e-6)


def test_an_open_update_gate_of_a_gru_writes_and_a_closed_one_keeps(rng):
    for reset in ("before", "after"):
        cell = rnnlib.GRUCell(2, 3, reset=reset)
        params = map_leaves(np.zeros_like, cell.init(rng))._replace(b_h=np.full(3, 0.5))
        state = rnnlib.PlainState(np.full((1, 3), -1.0))
        for b_z, h in ((100.0, np.tanh(0.5)), (-100.0, -1.0)):
            tape = rnnlib.unroll(cell, params._replace(b_z=np.full(3, b_z)), np.zeros((1, 1, 2)), state)
            assert_allclose(tape.state.h, h, rtol=1e-14)


def test_free_gates_can_add_without_forgetting(rng):
    cell = rnnlib.GatedCell(1, 2, "linear")
    always = np.full(2, 100.0)
    params = map_leaves(np.zeros_like, cell.init(rng))._replace(b_f=always, b_i=always, U=np.ones((2, 1)))
    x = rng.standard_normal((9, 4, 1))
    assert_allclose(rnnlib.unroll(cell, params, x).h[1:], np.cumsum(x, axis=0) * np.ones(2), rtol=1e-13)


def test_another_reset_is_refused():
    with pytest.raises(ValueError, match="reset: expected one of before, after; got 'inside'"):
        rnnlib.GRUCell(2, 3, reset="inside")


def test_another_activation_is_refused():
    with pytest.raises(ValueError, match="activation: expected one of tanh"):
        rnnlib.GatedCell(2, 3, "sine")
