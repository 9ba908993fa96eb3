import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from recurrence_oracle import draw_problem, run

import rnnlib
from rnnlib.torch_bridge import from_torch, to_torch


def torch_gradients(module, problem):
    x, h0 = (torch.tensor(array, requires_grad=True) for array in (problem.x, problem.state.h[np.newaxis]))
    outputs, last = module(x, h0)
    loss = (outputs * torch.tensor(problem.dh)).sum() + (last[0] * torch.tensor(problem.dstate.h)).sum()
    W, U, b = module.weight_hh_l0, module.weight_ih_l0, module.bias_ih_l0
    grads = torch.autograd.grad(loss, [W, U, b, x, h0])
    return outputs.detach().numpy(), [g.numpy() for g in grads]


def assert_same(module, problem):
    tape, ours = run(problem)
    outputs, theirs = torch_gradients(module, problem)
    assert_allclose(tape.h[1:], outputs, rtol=1e-10, atol=1e-12)
    for mine, other in zip((*ours.params, ours.x, ours.state.h[np.newaxis]), theirs):
        assert_allclose(mine, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_weights_taken_to_torch_give_its_values_and_gradients(rng, activation):
    problem = draw_problem(rng, activation, T=20, B=3, n=5, d=2)
    module = to_torch(problem.cell, problem.params)
    assert not module.bias_hh_l0.any()
    assert_same(module, problem)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_weights_brought_from_torch_give_its_values_and_gradients(rng, activation):
    module = torch.nn.RNN(2, 5, nonlinearity=activation, dtype=torch.float64)
    cell, params = from_torch(module)
    assert cell == rnnlib.PlainCell(2, 5, activation)
    assert_array_equal(params.b, (module.bias_ih_l0 + module.bias_hh_l0).detach().numpy())
    assert_same(module, draw_problem(rng, activation, T=20, n=5)._replace(cell=cell, params=params))


def test_a_round_trip_returns_the_parameters_as_copies(rng):
    cell = rnnlib.PlainCell(2, 5)
    params = cell.init(rng, np.float32)
    module = to_torch(cell, params)
    assert module.weight_hh_l0.dtype == torch.float32
    again_cell, again = from_torch(module)
    assert again_cell == cell
    for before, after in zip(params, again):
        assert_array_equal(before, after)
        assert before.dtype == after.dtype
    again.W[...] = 0
    assert module.weight_hh_l0.any()


def test_a_module_without_bias_has_a_zero_one():
    cell, params = from_torch(torch.nn.RNN(2, 5, bias=False))
    assert_array_equal(params.b, np.zeros(5, np.float32))
    cell.check(params)


@pytest.mark.parametrize(
    "module", [torch.nn.RNN(2, 3, num_layers=2), torch.nn.RNN(2, 3, bidirectional=True), torch.nn.GRU(2, 3)]
)
def test_other_modules_are_refused(module):
    with pytest.raises(ValueError, match=r"module: expected a torch\.nn\.RNN of one layer and one direction"):
        from_torch(module)


def test_a_linear_cell_is_refused(rng):
    cell = rnnlib.PlainCell(2, 3, "linear")
    with pytest.raises(ValueError, match="activation: expected tanh or relu"):
        to_torch(cell, cell.init(rng))
