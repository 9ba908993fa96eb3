"""Forward and backward through a plain tanh cell: rnnlib, ``torch.nn.RNN``, and the matrix products alone."""

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import torch

import rnnlib
from bench.timing import interleaved_medians
from rnnlib.torch_bridge import to_torch

TITLE = "Plain cell, forward + backward, T = 100, d = n/2, float32"
STEPS, BATCHES, UNITS = 100, (1, 32, 128), (64, 128, 256)


def rows() -> Iterator[dict[str, float]]:
    """Yield one row a size: milliseconds, and ratios to torch and to the bare products."""
    for n, B in product(UNITS, BATCHES):
        ms = {name: 1e3 * s for name, s in interleaved_medians(competitors(B, n)).items()}
        yield {
            "n": n,
            "B": B,
            "rnnlib (ms)": round(ms["rnnlib"], 2),
            "torch (ms)": round(ms["torch"], 2),
            "products (ms)": round(ms["products"], 2),
            "torch / rnnlib": round(ms["torch"] / ms["rnnlib"], 2),
            "rnnlib / products": round(ms["rnnlib"] / ms["products"], 2),
        }


def competitors(B: int, n: int) -> dict[str, Callable[[], object]]:
    """Return the three computations for one size; each yields all gradients, of weights, inputs and initial state."""
    d = n // 2
    rng = np.random.default_rng(0)
    cell = rnnlib.PlainCell(inputs=d, units=n)
    params = cell.init(rng, np.float32)
    x = rng.standard_normal((STEPS, B, d), np.float32)
    dh = rng.standard_normal((STEPS, B, n), np.float32)
    return {
        "rnnlib": lambda: rnnlib.bptt(rnnlib.unroll(cell, params, x), dh),
        "torch": torch_pass(to_torch(cell, params), x, dh),
        "products": bare_products(params.W, params.U, x, dh),
    }


def torch_pass(module: torch.nn.RNN, x: np.ndarray, dh: np.ndarray) -> Callable[[], object]:
    """Return a forward and backward pass of ``module``."""
    inputs = torch.from_numpy(x).requires_grad_()
    h0 = torch.zeros(1, x.shape[1], module.hidden_size, requires_grad=True)
    leaves = [*module.parameters(), inputs, h0]
    local = torch.from_numpy(dh)
    return lambda: torch.autograd.grad(module(inputs, h0)[0], leaves, local)


def bare_products(W: np.ndarray, U: np.ndarray, x: np.ndarray, dh: np.ndarray) -> Callable[[], object]:
    """Return the matrix products that no method can avoid, in the best layout and without anything else."""
    T, B, n = dh.shape
    flat, inputs = dh.reshape(T * B, n), x.reshape(T * B, -1)
    states = flat.copy()  # the product of an array with itself would take half the work
    W_transposed, U_transposed = W.T.copy(), U.T.copy()
    out = np.empty_like(dh)

    def run() -> None:
        for h, after in zip(dh, out):
            h.dot(W_transposed, out=after)
        for g, before in zip(dh, out):
            g.dot(W, out=before)
        for left, right in ((inputs, U_transposed), (flat.T, states), (flat.T, inputs), (flat, U)):
            left.dot(right)

    return run
