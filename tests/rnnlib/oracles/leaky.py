"""Leaky cells, with a keep factor that is fixed, learnt, driven by the input, or reads the state."""

import torch

import rnnlib
from oracles import Case

ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "linear": lambda a: a}


def step(cell, params, x, state):
    kappa = cell.kappa
    if kappa == "learnt":
        kappa = torch.sigmoid(params.s)
    elif kappa == "input":
        kappa = torch.sigmoid(x @ params.U_s.T + params.s)
    elif kappa == "state":
        kappa = torch.sigmoid(state.h @ params.W_s.T + x @ params.U_s.T + params.s)
    h = ACTIVATIONS[cell.activation](state.h @ params.W.T + x @ params.U.T + params.b)
    return rnnlib.PlainState(kappa * state.h + (1 - kappa) * h)


CASES = [
    Case(f"leaky, {kappa}, {name}", lambda d, n, kappa=kappa, name=name: rnnlib.LeakyCell(d, n, kappa, name), step)
    for kappa, name in [
        (0.9, "tanh"),
        (0.3, "relu"),
        ("learnt", "tanh"),
        ("learnt", "linear"),
        ("input", "tanh"),
        ("state", "tanh"),
        ("state", "relu"),
    ]
]
