"""Two directions against ``torch.nn``, whose backward pass of a padded sequence begins at its last valid step too."""

import dataclasses

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

import rnnlib
from rnnlib import Bidirectional, BidirectionalState, GRUCell, LSTMCell, PlainCell
from rnnlib.gradients import central_differences, relative_error
from rnnlib.models import Batch, Model
from rnnlib.padding import lengths_to_mask
from rnnlib.readouts import LinearReadout
from rnnlib.tasks import TemporalOrderTask
from rnnlib.torch_bridge import from_torch
from rnnlib.training import fit
from rnnlib.trees import leaves, map_leaves

T, B, D, N = 6, 3, 2, 4
LENGTHS = [6, 2, 4]
CELLS = {torch.nn.RNN: PlainCell, torch.nn.LSTM: LSTMCell, torch.nn.GRU: GRUCell}


def torch_pass(module, x, dh, lengths=None):
    """Outputs, gradients of the inputs and of the weights, which come as our parameters."""
    x = torch.tensor(x, requires_grad=True)
    if lengths is None:
        h, _ = module(x)
    else:
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        h, _ = torch.nn.utils.rnn.pad_packed_sequence(module(packed)[0])
    h.backward(torch.tensor(dh))
    for parameter in module.parameters():
        parameter.data = parameter.grad.clone()
    return h.detach().numpy(), x.grad.numpy(), from_torch(module)[1]


def without_sums(params):
    """Torch's two biases have the gradient of their sum, each; read as a bias, it counts twice."""
    return map_leaves(lambda leaf: leaf / 2 if leaf.ndim == 1 else leaf, params)


@pytest.mark.parametrize("kind", CELLS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_agrees_with_torch_padded_or_not(rng, kind, lengths):
    module = kind(D, N, bidirectional=True, dtype=torch.float64)
    cell, params = from_torch(module)
    assert cell == Bidirectional(CELLS[kind](D, N), CELLS[kind](D, N))
    mask = None if lengths is None else lengths_to_mask(lengths)
    x, dh = rng.standard_normal((T, B, D)), rng.standard_normal((T, B, 2 * N))
    if mask is not None:
        dh[~mask] = 0
    tape = rnnlib.unroll(cell, params, x, mask=mask)
    grads = rnnlib.bptt(tape, dh)
    h, dx, dparams = torch_pass(module, x, dh, lengths)
    valid = np.ones((T, B), bool) if mask is None else mask
    assert_allclose(tape.h[1:][valid], h[valid], rtol=1e-10, atol=1e-12)
    assert_allclose(grads.x, dx, rtol=1e-10, atol=1e-12)
    ours, theirs = grads.params, without_sums(dparams)
    if kind is torch.nn.GRU:
        # The candidate's two biases are two parameters.
        ours = rnnlib.BidirectionalParams(*(part._replace(b_h=part.b_h / 2, b_hh=part.b_hh / 2) for part in ours))
    assert relative_error(ours, theirs) < 1e-10


def test_layers_are_composed_by_hand(rng):
    module = torch.nn.LSTM(D, N, 2, bidirectional=True, dtype=torch.float64)
    first, second = (
        torch.nn.LSTM(D, N, bidirectional=True, dtype=torch.float64),
        torch.nn.LSTM(2 * N, N, bidirectional=True, dtype=torch.float64),
    )
    with torch.no_grad():
        for name, weight in module.named_parameters():
            layer = second if "_l1" in name else first
            layer.get_parameter(name.replace("_l1", "_l0")).copy_(weight)
    x, dh = rng.standard_normal((T, B, D)), rng.standard_normal((T, B, 2 * N))
    lower = rnnlib.unroll(*from_torch(first), x)
    upper = rnnlib.unroll(*from_torch(second), lower.h[1:])
    above = rnnlib.bptt(upper, dh)
    below = rnnlib.bptt(lower, above.x)
    inputs = torch.tensor(x, requires_grad=True)
    h, _ = module(inputs)
    h.backward(torch.tensor(dh))
    assert_allclose(upper.h[1:], h.detach().numpy(), rtol=1e-10, atol=1e-12)
    assert_allclose(below.x, inputs.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_initial_and_last_states_and_adjoints_are_where_they_belong(rng):
    cell = Bidirectional(LSTMCell(D, N), GRUCell(D, 3))
    params, x = cell.init(rng), rng.standard_normal((T, B, D))
    state = map_leaves(lambda part: rng.standard_normal(part.shape), cell.zeros((B,), float))
    dstate = map_leaves(lambda part: rng.standard_normal(part.shape), cell.zeros((B,), float))
    dh, mask = rng.standard_normal((T, B, N + 3)), lengths_to_mask(LENGTHS)
    tape = rnnlib.unroll(cell, params, x, state, mask)
    grads = rnnlib.bptt(tape, dh, dstate)
    assert_array_equal(tape.h[0], state.h)
    assert_array_equal(tape.state.backward.h, tape.h[1, :, N:])
    assert grads.delta.h.shape == tape.h.shape

    def loss(params, x, state):
        tape = rnnlib.unroll(cell, params, x, state, mask)
        ends = sum((a * b).sum() for a, b in zip(leaves(tape.state), leaves(dstate)))
        return (tape.h[1:] * np.where(mask[..., None], dh, 0)).sum() + ends

    numerical = central_differences(lambda all: loss(*all), (params, x, state))
    assert relative_error((grads.params, grads.x, grads.state), numerical) < 1e-7
    for alone, columns, flip in (("forward", slice(N), 1), ("backward", slice(N, None), -1)):
        part = getattr(cell, alone)
        single = rnnlib.unroll(part, getattr(params, alone), x[::flip], getattr(state, alone), mask[::flip])
        delta = rnnlib.bptt(single, dh[::flip, :, columns], getattr(dstate, alone)).delta.h
        assert_array_equal(grads.delta.h[1:, :, columns], delta[1:][::flip])


def test_a_model_of_two_directions_trains_and_knows_the_future(rng):
    """The first input is asked for at the first step, the last one too: one direction cannot, two can."""
    task = TemporalOrderTask(steps=10)
    both = Bidirectional(GRUCell(6, 4), GRUCell(6, 4))
    run = fit(Model.of(task, both), task, rng, batch=8, updates=3, every=1)
    assert run.log.snapshots[0].delta.shape == (11,)
    x = rng.standard_normal((T, 64, 1))
    batch = Batch(x, np.broadcast_to(x[-1:], x.shape))
    losses = []
    for cell in (Bidirectional(GRUCell(1, 8), GRUCell(1, 8)), GRUCell(1, 16)):
        model = Model(cell, LinearReadout(16, 1), "squared_error")
        trained = fit(model, [batch] * 300, np.random.default_rng(0), rnnlib.Adam(1e-2), updates=300)
        losses.append(trained.log.loss[-1])
    assert losses[0] < losses[1] / 5


def test_dropout_inside_and_what_is_refused(rng):
    stack = rnnlib.Stack((PlainCell(D, N), PlainCell(N, N)), dropout=0.5)
    cell = Bidirectional(stack, PlainCell(D, N))
    params, x = cell.init(rng), rng.standard_normal((T, B, D))
    plain, dropped = (rnnlib.unroll(one, params, x).h for one in (cell, cell.training(rng)))
    assert (plain[..., :N] != dropped[..., :N]).any()
    assert_array_equal(plain[..., N:], dropped[..., N:])
    assert dataclasses.replace(cell, backward=stack).backward == stack
    tape = rnnlib.unroll(cell, params, x)
    for wrong, message in [
        (lambda: Bidirectional(PlainCell(2, 3), PlainCell(3, 3)), "backward: expected inputs=2"),
        (lambda: Bidirectional(PlainCell, PlainCell(3, 3)), "cell: expected a cell that takes steps.* class PlainCell"),
        (lambda: rnnlib.unroll(cell, params.forward, x), "params: expected BidirectionalParams"),
        (lambda: rnnlib.unroll(cell, params, x, PlainCell(D, N).zeros((B,), float)), "state: expected Bidirectional"),
        (lambda: rnnlib.unroll(cell, params, x[..., :1]), "x: expected shape"),
        (lambda: rnnlib.bptt(tape, np.ones((T, B, N))), "dh: expected shape"),
        (lambda: rnnlib.jacobian(tape, 1), "tape: expected Tape"),
        (
            lambda: rnnlib.truncated_bptt(cell, params, x, lambda h, span: h, 2),
            "cell: expected a cell that takes steps",
        ),
        (lambda: rnnlib.Stack((cell,)), "cells: expected cells"),
    ]:
        with pytest.raises(ValueError, match=message):
            wrong()
    with pytest.raises(ValueError, match="carry: expected False"):
        fit(Model(cell, LinearReadout(2 * N, 2)), [], rng, carry=True)
    assert isinstance(tape.state, BidirectionalState)
