"""The penalty on errors that change their length, against autograd with states and adjoints held fixed."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

import rnnlib
from rnnlib.models import Model
from rnnlib.readouts import LinearReadout
from rnnlib.regularisers import FlowModel, flow_penalty
from rnnlib.tasks import AddingTask

SLOPES = {"tanh": lambda h: 1 - h**2, "relu": lambda h: (h > 0).double(), "linear": torch.ones_like}


def problem(rng, activation="tanh", T=7, B=3, n=4, mask=None):
    cell = rnnlib.PlainCell(2, n, activation)
    tape = rnnlib.unroll(cell, cell.init(rng), rng.standard_normal((T, B, 2)), mask=mask)
    return tape, rnnlib.bptt(tape, rng.standard_normal((T, B, n))).delta.h


def by_autograd(tape, delta, T=None):
    """Sum the penalty of each sequence, a step at a time, and differentiate what is written with W."""
    W = torch.tensor(tape.params.W, requires_grad=True)
    h, delta = torch.tensor(tape.h), torch.tensor(delta)
    steps, B = tape.x.shape[:2]
    total = torch.zeros((), dtype=torch.float64)
    for b in range(B):
        for t in range(1, steps + 1):
            if tape.mask is None or tape.mask[t - 1, b]:
                J = torch.diag(SLOPES[tape.cell.activation](h[t, b])) @ W
                total = total + (torch.linalg.norm(J.T @ delta[t, b]) / torch.linalg.norm(delta[t, b]) - 1) ** 2 / B
    total.backward()
    return total.item(), W.grad.numpy()


@pytest.mark.parametrize("activation", SLOPES)
@pytest.mark.parametrize("padded", [False, True])
def test_penalty_and_gradient_are_those_of_autograd(rng, activation, padded):
    mask = np.arange(7)[:, np.newaxis] < np.array([7, 4, 1]) if padded else None
    tape, delta = problem(rng, activation, mask=mask)
    for ours, theirs in zip(flow_penalty(tape, delta), by_autograd(tape, delta), strict=True):
        assert_allclose(ours, theirs, rtol=1e-10)


@pytest.mark.parametrize("scale", [1e-200, 1e-300, 1e200])
def test_only_the_direction_of_an_error_counts(rng, scale):
    tape, delta = problem(rng)
    for one, other in zip(flow_penalty(tape, delta), flow_penalty(tape, scale * delta), strict=True):
        assert_allclose(one, other, rtol=1e-9)


def test_orthogonal_weights_and_no_squashing_cost_nothing(rng):
    cell = rnnlib.PlainCell(1, 3, "linear")
    W = rnnlib.initialisers.orthogonal(rng, (3, 3))
    tape = rnnlib.unroll(cell, cell.init(rng)._replace(W=W), rng.standard_normal((5, 2, 1)))
    omega, dW = flow_penalty(tape, rng.standard_normal((6, 2, 3)))
    assert omega < 1e-28
    assert abs(dW).max() < 1e-14


def test_no_error_costs_nothing(rng):
    tape, delta = problem(rng)
    omega, dW = flow_penalty(tape, 0 * delta)
    assert omega == 0
    assert_array_equal(dW, np.zeros((4, 4)))


def test_a_step_along_the_gradient_lowers_the_penalty(rng):
    tape, delta = problem(rng, T=30)
    omega, dW = flow_penalty(tape, delta)
    moved = replace(tape, params=tape.params._replace(W=tape.params.W - 1e-4 * dW))
    assert flow_penalty(moved, delta)[0] < omega


@pytest.mark.parametrize("cell", [rnnlib.GRUCell(2, 3), rnnlib.PlainCell(2, 3, layer_norm=True)])
def test_another_cell_is_refused(rng, cell):
    tape = rnnlib.unroll(cell, cell.init(rng), rng.standard_normal((4, 2, 2)))
    with pytest.raises(ValueError, match="expected one of a PlainCell without layer norm"):
        flow_penalty(tape, np.ones((5, 2, 3)))


def test_the_model_adds_the_penalty_to_the_recurrent_weights_alone(rng):
    task, parts = AddingTask(9), (rnnlib.PlainCell(2, 4), LinearReadout(4, 1), "squared_error")
    without, kept = Model(*parts), FlowModel(*parts, strength=0.3)
    params, batch = without.init(rng), task.draw(rng, 5)
    (loss, grads), (same, pushed) = without.loss_and_grads(params, batch), kept.loss_and_grads(params, batch)
    tape = rnnlib.unroll(parts[0], params.cell, batch.x)
    expected = grads.params.cell.W + 0.3 * by_autograd(tape, grads.delta.h)[1]
    assert loss == same
    assert_allclose(pushed.params.cell.W, expected, rtol=1e-10)
    for name in ("U", "b"):
        assert_array_equal(getattr(pushed.params.cell, name), getattr(grads.params.cell, name))
    assert_array_equal(FlowModel(*parts).loss_and_grads(params, batch)[1].params.cell.W, grads.params.cell.W)
