"""Layers of scanned recurrences, against the same layers written in torch, step by step."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

import rnnlib
from rnnlib import GRUCell, LRUCell, MinGRUCell, bptt, unroll
from rnnlib.models import Model
from rnnlib.scanned import ScannedLayers, ScannedParams
from rnnlib.trees import leaves, map_leaves

NEAR = {"rtol": 1e-10, "atol": 1e-11}
T, B = 7, 3
LAYERS = ScannedLayers((MinGRUCell(inputs=2, units=5), LRUCell(inputs=5, units=4), MinGRUCell(inputs=4, units=3)))


def mingru(p, h, x):
    z = torch.sigmoid(x @ p.U_z.T + p.b_z)
    return (1 - z) * h + z * (x @ p.U_h.T + p.b_h)


def lru(p, h, x):
    rate, angle = torch.exp(p.nu), torch.exp(p.theta)
    lam, gamma = torch.polar(torch.exp(-rate), angle), torch.sqrt(1 - torch.exp(-2 * rate))
    driven = gamma * torch.complex(x @ p.U_re.T, x @ p.U_im.T)
    s = lam * torch.view_as_complex(h.reshape(len(h), -1, 2)) + driven
    return torch.view_as_real(s).reshape(h.shape)


def in_torch(params, x, mask=None):
    """The equations, one step of all layers after the other; a padded step keeps every state."""
    states = [torch.zeros(B, cell.units, dtype=torch.float64) for cell in LAYERS.cells]
    outputs = []
    for t in range(T):
        u = x[t]
        for l, (step, p, across) in enumerate(zip((mingru, lru, mingru), params.cells, params.across, strict=True)):
            after = step(p, states[l], u)
            states[l] = after if mask is None else torch.where(mask[t][:, None], after, states[l])
            u = torch.relu(states[l] @ across.V.T + across.b)
        outputs.append(u)
    return torch.stack(outputs)


@pytest.fixture
def problem(rng):
    return LAYERS.init(rng), rng.standard_normal((T, B, 2)), rng.standard_normal((T, B, 3))


@pytest.mark.parametrize("masked", [False, True])
def test_outputs_and_all_gradients_are_those_of_autograd(rng, problem, masked):
    params, x, dh = problem
    mask = np.arange(T)[:, None] < np.array([T, 4, 6]) if masked else None
    tape = unroll(LAYERS, params, x, mask=mask)
    grads = bptt(tape, dh)
    as_torch = map_leaves(lambda a: torch.tensor(a, requires_grad=True), params)
    inputs = torch.tensor(x, requires_grad=True)
    outputs = in_torch(as_torch, inputs, None if mask is None else torch.tensor(mask))
    weights = dh if mask is None else np.where(mask[..., None], dh, 0)
    (outputs * torch.tensor(weights)).sum().backward()
    valid = np.ones((T, B), bool) if mask is None else mask
    assert_allclose(tape.h[1:][valid], outputs.detach().numpy()[valid], **NEAR)
    assert_allclose(grads.x, inputs.grad.numpy(), **NEAR)
    for ours, theirs in zip(leaves(grads.params), leaves(as_torch), strict=True):
        assert_allclose(ours, theirs.grad.numpy(), **NEAR)
    assert grads.delta.h.shape == tape.h.shape
    assert not tape.h[0].any()


def test_a_cell_without_a_scan_is_unrolled_in_its_place(rng):
    mixed = ScannedLayers((GRUCell(inputs=2, units=4), MinGRUCell(inputs=4, units=3)))
    params, x, dh = mixed.init(rng), rng.standard_normal((T, B, 2)), rng.standard_normal((T, B, 3))
    tape = unroll(mixed, params, x)
    u = np.maximum(unroll(mixed.cells[0], params.cells[0], x).h[1:] @ params.across[0].V.T + params.across[0].b, 0)
    assert_allclose(tape.tapes[1].h, unroll(mixed.cells[1], params.cells[1], u).h, **NEAR)

    def loss(V):
        changed = params._replace(across=(params.across[0]._replace(V=V), params.across[1]))
        return float((unroll(mixed, changed, x).h[1:] * dh).sum())

    numeric = rnnlib.gradients.central_differences(loss, params.across[0].V)
    assert_allclose(bptt(tape, dh).params.across[0].V, numeric, rtol=1e-6, atol=1e-7)


def test_chunks_with_the_state_carried_are_the_whole_forward(problem):
    params, x, _ = problem
    first = unroll(LAYERS, params, x[:4])
    second = unroll(LAYERS, params, x[4:], first.state)
    assert_allclose(np.concatenate([first.h[1:], second.h[1:]]), unroll(LAYERS, params, x).h[1:], **NEAR)


def test_a_model_of_layers_trains(rng):
    model = Model.of(rnnlib.tasks.LatchTask(12), ScannedLayers((MinGRUCell(1, 8), MinGRUCell(8, 8))))
    run = rnnlib.fit(model, rnnlib.tasks.LatchTask(12), rng, rnnlib.Adam(1e-2), batch=32, updates=150)
    assert run.log.loss[-20:].mean() < 0.3 < run.log.loss[:5].mean()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ScannedLayers(()), "at least one cell"),
        (lambda: ScannedLayers((MinGRUCell,)), "cells: expected cells"),
        (lambda: ScannedLayers((MinGRUCell(2, 3), MinGRUCell(2, 3))), "expected inputs=3"),
        (lambda: unroll(LAYERS, (1,), np.zeros((T, B, 2))), "expected ScannedParams of 3 layers"),
        (lambda: unroll(LAYERS, ScannedParams((), ()), np.zeros((T, B, 2))), "expected ScannedParams of 3 layers"),
        (lambda: bptt(unroll(LAYERS, LAYERS.init(np.random.default_rng(0)), np.zeros((T, B, 2))), np.zeros((T, B, 2))),
         "dh: expected"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(make, message):
    with pytest.raises(ValueError, match=message):
        make()
