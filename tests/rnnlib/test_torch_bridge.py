"""Weights cross over both ways: same values and gradients, same parameters after a round trip."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

import rnnlib
from rnnlib.torch_bridge import from_torch, to_torch
from rnnlib.trees import leaves, map_leaves

NEAR = {"rtol": 1e-10, "atol": 1e-12}


def stack_of(make, layers):
    return rnnlib.Stack((make(2, 5), *(make(5, 5) for _ in range(layers - 1))))


CELLS = {
    "tanh": (torch.nn.RNN, rnnlib.PlainCell(2, 5)),
    "relu": (torch.nn.RNN, rnnlib.PlainCell(2, 5, "relu")),
    "LSTM": (torch.nn.LSTM, rnnlib.LSTMCell(2, 5)),
    "GRU": (torch.nn.GRU, rnnlib.GRUCell(2, 5)),
    "stacked tanh": (torch.nn.RNN, stack_of(rnnlib.PlainCell, 2)),
    "stacked LSTM": (torch.nn.LSTM, stack_of(rnnlib.LSTMCell, 3)),
    "stacked GRU": (torch.nn.GRU, stack_of(rnnlib.GRUCell, 2)),
}
every_module = pytest.mark.parametrize(("kind", "cell"), CELLS.values(), ids=CELLS)


def draw_params(cell, rng, dtype=np.float64):
    return map_leaves(lambda array: rng.standard_normal(array.shape).astype(dtype) / 2, cell.init(rng))


def states_for_torch(state):
    """Return the fields of a state as torch wants them, ``(layers, B, n)`` each: ``[h]``, or ``[h, c]``."""
    layers = state.layers if isinstance(state, rnnlib.StackState) else [state]
    return [torch.tensor(np.stack(parts), requires_grad=True) for parts in zip(*layers)]


def assert_same(module, cell, params, rng):
    """Values, last states, and the gradients of weights, inputs and initial states agree."""
    x, dh = rng.standard_normal((20, 3, 2)), rng.standard_normal((20, 3, 5))
    state, dstate = (map_leaves(lambda array: rng.standard_normal(array.shape), cell.zeros((3,), float)) for _ in "ab")
    tape = rnnlib.unroll(cell, params, x, state)
    grads = rnnlib.bptt(tape, dh, dstate)
    inputs, before = torch.tensor(x, requires_grad=True), states_for_torch(state)
    h, last = module(inputs, tuple(before) if len(before) == 2 else before[0])
    last = last if isinstance(last, tuple) else (last,)
    loss = (h * torch.tensor(dh)).sum() + sum((a * b).sum() for a, b in zip(last, states_for_torch(dstate)))
    loss.backward()
    assert_allclose(tape.h[1:], h.detach(), **NEAR)
    for ours, theirs in zip(states_for_torch(tape.state), last, strict=True):
        assert_allclose(ours.detach(), theirs.detach(), **NEAR)
    for ours, theirs in zip(states_for_torch(grads.state), before, strict=True):
        assert_allclose(ours.detach(), theirs.grad, **NEAR)
    assert_allclose(grads.x, inputs.grad, **NEAR)
    for ours, theirs in zip(leaves(grads.params), leaves(weight_gradients(module)), strict=True):
        assert_allclose(ours, theirs, **NEAR)


def weight_gradients(module):
    """Read the gradients as from_torch reads weights: one of two summed biases has the gradient of the sum."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(parameter.grad)
            if name.startswith("bias_hh"):
                parameter[: 2 * 5 if isinstance(module, torch.nn.GRU) else None] = 0
    return from_torch(module)[1]


@every_module
def test_weights_taken_to_torch_give_its_values_and_gradients(rng, kind, cell):
    params = draw_params(cell, rng)
    module = to_torch(cell, params)
    assert type(module) is kind
    assert_same(module, cell, params, rng)


@every_module
def test_weights_brought_from_torch_give_its_values_and_gradients(rng, kind, cell):
    torch.manual_seed(0)
    options = {"nonlinearity": cell.activation} if cell == rnnlib.PlainCell(2, 5, "relu") else {}
    module = kind(2, 5, num_layers=len(getattr(cell, "cells", [cell])), dtype=torch.float64, **options)
    again, params = from_torch(module)
    assert again == cell
    assert_same(module, again, params, rng)


@every_module
def test_a_round_trip_returns_the_parameters_as_copies(rng, kind, cell):
    params = draw_params(cell, rng, np.float32)
    module = to_torch(cell, params)
    assert {parameter.dtype for parameter in module.parameters()} == {torch.float32}
    again_cell, again = from_torch(module)
    assert again_cell == cell
    for before, after in zip(leaves(params), leaves(again), strict=True):
        assert_array_equal(before, after)
        assert before.dtype == after.dtype
        after[...] = 0
    assert all(weight.any() for name, weight in module.named_parameters() if name.startswith("weight"))


@pytest.mark.parametrize("kind", [torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU])
def test_a_module_without_bias_has_zero_ones(kind):
    cell, params = from_torch(kind(2, 5, bias=False))
    cell.check(params)
    biases = [array for array in params if array.ndim == 1]
    assert biases
    assert not any(bias.any() for bias in biases)


def test_dropout_between_layers_crosses_over(rng):
    stack = rnnlib.Stack((rnnlib.GRUCell(2, 5), rnnlib.GRUCell(5, 5)), dropout=0.25)
    module = to_torch(stack, stack.init(rng))
    assert module.dropout == 0.25
    assert from_torch(module)[0] == stack


@pytest.mark.parametrize(
    "module",
    [torch.nn.RNN(2, 3, 2, bidirectional=True), torch.nn.LSTM(2, 3, proj_size=2), torch.nn.LSTMCell(2, 3)],
)
def test_other_modules_are_refused(module):
    with pytest.raises(ValueError, match=r"module: expected (a torch\.nn\.RNN, LSTM or GRU|layers of one direction)"):
        from_torch(module)


@pytest.mark.parametrize(
    "cell",
    [
        rnnlib.PlainCell(2, 3, "linear"),
        rnnlib.GRUCell(2, 3, reset="before"),
        rnnlib.LSTMCell(2, 3, layer_norm=True),
        rnnlib.GatedCell(2, 3),
    ],
)
def test_cells_that_torch_does_not_have_are_refused(rng, cell):
    with pytest.raises(ValueError, match="cell: expected a tanh or relu PlainCell, LSTMCell, GRUCell"):
        to_torch(cell, cell.init(rng))


@pytest.mark.parametrize(
    "upper", [rnnlib.LSTMCell(3, 4), rnnlib.PlainCell(3, 3), rnnlib.Stack((rnnlib.LSTMCell(3, 3),))]
)
def test_a_stack_of_layers_that_differ_is_refused(rng, upper):
    stack = rnnlib.Stack((rnnlib.LSTMCell(2, 3), upper))
    with pytest.raises(ValueError, match="cell: expected layers alike and of one size"):
        to_torch(stack, stack.init(rng))


def test_parameters_that_do_not_fit_are_refused(rng):
    with pytest.raises(ValueError, match=r"params.*: expected"):
        to_torch(rnnlib.LSTMCell(2, 3), rnnlib.LSTMCell(2, 4).init(rng))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("kind", [torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU])
def test_half_precision_crosses_over_exactly_as_float32(kind, dtype):
    module = kind(2, 3, num_layers=2, bias=True, dtype=dtype)
    for weights in module.all_weights:
        torch.nn.init.zeros_(weights[3].detach()[: 2 * 3] if kind is torch.nn.GRU else weights[3])
    cell, params = from_torch(module)
    assert {leaf.dtype for leaf in leaves(params)} == {np.dtype(np.float32)}
    back = to_torch(cell, params).to(dtype)
    for ours, theirs in zip(back.parameters(), module.parameters(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("kind", [torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU])
def test_two_directions_cross_over(kind, rng):
    module = kind(2, 3, bidirectional=True, dtype=torch.float64)
    cell, params = from_torch(module)
    x = rng.standard_normal((5, 4, 2))
    assert_allclose(rnnlib.unroll(cell, params, x).h[1:], module(torch.tensor(x))[0].detach().numpy(), rtol=1e-12)
    again = to_torch(cell, params)
    assert_allclose(again(torch.tensor(x))[0].detach().numpy(), module(torch.tensor(x))[0].detach().numpy(), rtol=1e-12)
    other = rnnlib.Bidirectional(rnnlib.LSTMCell(2, 3), rnnlib.LSTMCell(2, 4))
    with pytest.raises(ValueError, match="cell: expected two directions alike"):
        to_torch(other, other.init(rng))
