"""A second, independent account of the plain recurrence: a loop in torch, differentiated by autograd."""

from typing import NamedTuple

import numpy as np
import torch

import rnnlib

ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "linear": lambda a: a}


class Problem(NamedTuple):
    """A cell and everything a forward and a backward pass take."""

    cell: rnnlib.PlainCell
    params: rnnlib.PlainParams
    x: np.ndarray
    state: rnnlib.PlainState
    mask: np.ndarray | None
    dh: np.ndarray
    dstate: rnnlib.PlainState


def draw_problem(rng, activation="tanh", T=6, B=3, n=4, d=2, masked=False):
    cell = rnnlib.PlainCell(d, n, activation)
    params = cell.init(rng)._replace(b=rng.standard_normal(n))
    mask = rng.random((T, B)) < 0.6 if masked else None
    state, dstate = (rnnlib.PlainState(rng.standard_normal((B, n))) for _ in range(2))
    return Problem(cell, params, rng.standard_normal((T, B, d)), state, mask, rng.standard_normal((T, B, n)), dstate)


def run(problem):
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state, problem.mask)
    return tape, rnnlib.bptt(tape, problem.dh, problem.dstate)


def autograd(problem):
    """Return the states ``(T+1, B, n)`` and the gradients of W, U, b, x, h_0 and of every state."""
    T, B, _ = problem.x.shape
    inputs = [torch.tensor(array, requires_grad=True) for array in (*problem.params, problem.x, problem.state.h)]
    W, U, b, x, h0 = inputs
    mask = torch.ones(T, B, dtype=torch.bool) if problem.mask is None else torch.tensor(problem.mask)
    h = [h0]
    for t in range(T):
        new = ACTIVATIONS[problem.cell.activation](h[-1] @ W.T + x[t] @ U.T + b)
        h.append(torch.where(mask[t, :, None], new, h[-1] + 0))
    loss = (h[T] * torch.tensor(problem.dstate.h)).sum() + 0 * sum(leaf.sum() for leaf in inputs)
    for t in range(T):
        loss = loss + (h[t + 1] * torch.tensor(problem.dh[t]))[mask[t]].sum()
    gradients = torch.autograd.grad(loss, [*inputs, *h])
    states = torch.stack(h).detach().numpy()
    return states, [g.numpy() for g in gradients[:5]], torch.stack(gradients[5:]).numpy()
