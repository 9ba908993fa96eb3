"""Bad input is refused at the door, with what was expected and what came."""

import re

import numpy as np
import pytest
from recurrence_oracle import draw_problem

import rnnlib
from rnnlib import PlainState


@pytest.fixture
def problem(rng):
    return draw_problem(rng, T=6, B=3, n=4, d=2)


def with_nan(array):
    array = array.copy()
    array[(-1,) * array.ndim] = np.nan
    return array


UNROLL = {
    "x of another width": (lambda p: {"x": p.x[..., :1]}, "x: expected shape (T, B, 2), got (6, 3, 1)"),
    "x without a batch": (lambda p: {"x": p.x[:, 0]}, "x: expected shape (T, B, 2), got (6, 2)"),
    "x in float32": (lambda p: {"x": p.x.astype(np.float32)}, "x: expected dtype float64, got float32"),
    "x in integers": (lambda p: {"x": p.x.astype(int)}, "x: expected dtype float64, got int64"),
    "x a list": (lambda p: {"x": p.x.tolist()}, "x: expected a NumPy array, got list"),
    "x with NaN": (lambda p: {"x": with_nan(p.x)}, "x: expected numbers, got NaN, first at index (5, 2, 1)"),
    "state of another batch": (
        lambda p: {"state": PlainState(p.state.h[:2])},
        "state.h: expected shape (3, 4), got (2, 4)",
    ),
    "state a bare array": (lambda p: {"state": p.state.h}, "state: expected PlainState, got ndarray"),
    "state in float32": (
        lambda p: {"state": PlainState(p.state.h.astype(np.float32))},
        "state.h: expected dtype float64, got float32",
    ),
    "state with NaN": (lambda p: {"state": PlainState(with_nan(p.state.h))}, "state.h: expected numbers, got NaN"),
    "mask of another shape": (lambda p: {"mask": np.ones((3, 6), bool)}, "mask: expected shape (6, 3), got (3, 6)"),
    "mask of numbers": (lambda p: {"mask": np.ones((6, 3))}, "mask: expected dtype bool, got float64"),
    "params of another size": (
        lambda p: {"params": p.params._replace(W=p.params.W[:3])},
        "params.W: expected shape (4, 4), got (3, 4)",
    ),
    "params a plain tuple": (lambda p: {"params": tuple(p.params)}, "params: expected PlainParams, got tuple"),
    "params of two dtypes": (
        lambda p: {"params": p.params._replace(b=p.params.b.astype(np.float32))},
        "params.b: expected dtype float64, got float32",
    ),
    "params in float16": (
        lambda p: {"params": p.params._replace(W=p.params.W.astype(np.float16))},
        "params.W: expected dtype float32 or float64, got float16",
    ),
    "params with NaN": (
        lambda p: {"params": p.params._replace(U=with_nan(p.params.U))},
        "params.U: expected numbers, got NaN, first at index (3, 1)",
    ),
}


@pytest.mark.parametrize(("change", "message"), UNROLL.values(), ids=UNROLL.keys())
def test_unroll_refuses(problem, change, message):
    arguments = {"params": problem.params, "x": problem.x, "state": problem.state, "mask": None} | change(problem)
    with pytest.raises(ValueError, match=re.escape(message)):
        rnnlib.unroll(problem.cell, **arguments)


BPTT = {
    "dh with the initial state's row": (
        lambda p: {"dh": np.zeros((7, 3, 4))},
        "dh: expected shape (6, 3, 4), got (7, 3, 4)",
    ),
    "dh in float32": (lambda p: {"dh": p.dh.astype(np.float32)}, "dh: expected dtype float64, got float32"),
    "dh with NaN": (lambda p: {"dh": with_nan(p.dh)}, "dh: expected numbers, got NaN, first at index (5, 2, 3)"),
    "dh missing": (lambda p: {"dh": None}, "dh: expected a NumPy array, got NoneType"),
    "dstate of another batch": (
        lambda p: {"dstate": PlainState(np.zeros((1, 4)))},
        "dstate.h: expected shape (3, 4), got (1, 4)",
    ),
}


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("change", "message"), BPTT.values(), ids=BPTT.keys())
def test_bptt_refuses(problem, change, message, masked):
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x, mask=np.ones((6, 3), bool) if masked else None)
    with pytest.raises(ValueError, match=re.escape(message)):
        rnnlib.bptt(tape, **({"dh": problem.dh} | change(problem)))


@pytest.mark.parametrize("t", [0, 7, -1])
def test_jacobian_refuses_a_step_that_is_not_on_the_tape(problem, t):
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x)
    with pytest.raises(ValueError, match=f"t: expected a step from 1 to 6, got {t}"):
        rnnlib.jacobian(tape, t)


def test_a_state_of_another_type_is_refused_even_if_it_has_as_many_parts(problem):
    state = (np.zeros_like(problem.x[0, :, :1] @ np.ones((1, problem.cell.units))),)
    with pytest.raises(ValueError, match="state: expected PlainState, got tuple"):
        rnnlib.unroll(problem.cell, problem.params, problem.x, state)


def test_forward_mode_refuses_a_direction_of_another_dtype(problem):
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x)
    direction = rnnlib.PlainParams(*(p.astype(np.float32) for p in problem.params))
    with pytest.raises(ValueError, match="direction: expected dtype float64, got float32"):
        rnnlib.forward_mode(tape, direction)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 3), "inputs: expected a whole number, 1 or more, got 0"),
        ((2, 1.5), "units: expected a whole number, 1 or more, got 1.5"),
        ((2, 3, "sigmoid"), "activation: expected one of tanh, relu, linear; got 'sigmoid'"),
    ],
)
def test_a_cell_refuses_impossible_sizes_and_unknown_activations(arguments, message):
    with pytest.raises(ValueError, match=message):
        rnnlib.PlainCell(*arguments)


@pytest.mark.parametrize(
    "make",
    [
        lambda: rnnlib.PlainCell(2, 3, "tanh", True),
        lambda: rnnlib.LSTMCell(2, 3, 1.0, True),
        lambda: rnnlib.UnitaryCell(2, 4, "exponential"),
        lambda: rnnlib.UnitaryCell(2, 4, activation="tanh"),
    ],
)
def test_options_that_go_by_name_or_are_settled_are_no_positions(make):
    with pytest.raises(TypeError):
        make()
