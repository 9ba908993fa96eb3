"""Networks that stand where a cell does and leave the way back to torch: a transformer, an LSTM that drops units.

Chapter 11 compares them with cells of ``rnnlib``, whose training loop, readout and tasks they share.
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from rnnlib.padding import hide
from rnnlib.through_time import Gradients
from rnnlib.trees import leaves, map_leaves


class AutogradParams(namedtuple("AutogradParams", "layers")):
    """Parameters: a tuple of the arrays of each layer, which are a tuple themselves."""


class AutogradState(namedtuple("AutogradState", "h")):
    """The outputs, which are no state: what goes on from here needs the whole sequence."""


@dataclass(frozen=True, eq=False)
class AutogradTape:
    """What the way forward remembers: torch's graph, from ``params`` and ``x`` to the outputs ``y (T, B, n)``."""

    params: Any
    x: torch.Tensor
    mask: np.ndarray | None
    y: torch.Tensor

    @property
    def h(self) -> np.ndarray:
        """The outputs, ``(T+1, B, n)``; those before the first step are zero."""
        y = self.y.detach().numpy()
        return np.concatenate([np.zeros_like(y[:1]), y])

    @property
    def state(self) -> AutogradState:
        """The last outputs."""
        return AutogradState(self.h[-1])

    def bptt(self, dh: np.ndarray, dstate: None = None) -> Gradients:
        """Return the gradients of :func:`rnnlib.bptt`, which calls this; ``delta.h`` is the local ``dh``."""
        dh = hide(dh, self.mask)
        wanted = [*leaves(self.params), self.x]
        *grads, dx = (g.numpy() for g in torch.autograd.grad(self.y, wanted, torch.from_numpy(dh)))
        rest = iter(grads)
        delta = np.concatenate([np.zeros_like(dh[:1]), dh])
        return Gradients(
            map_leaves(lambda _: next(rest), self.params), dx, AutogradState(delta[0]), AutogradState(delta)
        )


@dataclass(frozen=True)
class AutogradCell:
    """A network from ``inputs`` to ``units`` at each step, written in torch by ``forward``; ``init`` is the subclass's.

    It goes where a cell goes in :func:`rnnlib.unroll` and :class:`rnnlib.models.Model`. In ``training(rng)`` it may
    drop what it likes.
    """

    inputs: int
    units: int
    rng: Any = field(default=None, kw_only=True, repr=False, compare=False)

    def training(self, rng: np.random.Generator) -> Any:
        """Return the network with what it drops drawn from ``rng``."""
        return replace(self, rng=rng)

    def forward(self, layers: Any, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs ``(T, B, n)``."""
        raise NotImplementedError

    def unroll(self, params: Any, x: np.ndarray, state: None = None, mask: np.ndarray | None = None) -> AutogradTape:
        """Run over ``x (T, B, d)``; :func:`rnnlib.unroll` calls this."""
        tensors = map_leaves(lambda array: torch.tensor(array, requires_grad=True), params)
        inputs = torch.tensor(hide(x, mask), requires_grad=True)
        return AutogradTape(tensors, inputs, mask, self.forward(tensors.layers, inputs))


def drawn(rng: np.random.Generator, shape: tuple[int, int], dtype: Any) -> np.ndarray:
    """Return weights ``(outputs, inputs)`` of variance ``1/inputs``."""
    return (rng.standard_normal(shape) / np.sqrt(shape[1])).astype(dtype)


@dataclass(frozen=True)
class CausalTransformer(AutogradCell):
    r"""Blocks of causal self-attention and a hidden layer, each behind a normalisation and beside a path that adds.

    .. math:: u \leftarrow u + \operatorname{attention}(\operatorname{norm}(u)), \qquad
              u \leftarrow u + W_2 \max(0, W_1 \operatorname{norm}(u))

    Queries and keys are turned by angles that grow with the step, so that scores know distances. Source: Vaswani et
    al., *Attention is all you need*, 2017, normalised before each part as in Xiong et al., *On layer normalization in
    the transformer architecture*, 2020, places as in Su et al., *RoFormer*, 2021.
    """

    blocks: int = 2
    heads: int = 2

    def init(self, rng: np.random.Generator, dtype: Any = np.float64) -> AutogradParams:
        """Draw the way in, then of each block queries, keys and values together, the way out, and the hidden layer."""
        n = self.units
        block = ((3 * n, n), (n, n), (2 * n, n), (n, 2 * n))
        shapes = [((n, self.inputs),), *([block] * self.blocks)]
        return AutogradParams(tuple(tuple(drawn(rng, shape, dtype) for shape in layer) for layer in shapes))

    def forward(self, layers: Any, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs of all steps, of which none has seen a later one."""
        (way_in,), *blocks = layers
        T, B, _ = x.shape
        n, m = self.units, self.units // self.heads
        turns = turning(T, m, x.dtype)
        u = (x @ way_in.T).transpose(0, 1)  # (B, T, n)
        for W_qkv, W_out, W_1, W_2 in blocks:
            parts = (functional.layer_norm(u, (n,)) @ W_qkv.T).reshape(B, T, 3, self.heads, m)
            q, k, v = parts.permute(2, 0, 3, 1, 4)  # each (B, heads, T, m)
            looked = functional.scaled_dot_product_attention(turned(q, turns), turned(k, turns), v, is_causal=True)
            u = u + looked.transpose(1, 2).reshape(B, T, n) @ W_out.T
            u = u + torch.relu(functional.layer_norm(u, (n,)) @ W_1.T) @ W_2.T
        return functional.layer_norm(u, (n,)).transpose(0, 1)


def turning(T: int, m: int, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    """Return cosines and sines ``(T, m/2)`` of the angles by which pairs of a vector of size ``m`` are turned."""
    speeds = 10_000.0 ** (-torch.arange(0, m, 2, dtype=torch.float64) / m)
    angles = torch.outer(torch.arange(T, dtype=torch.float64), speeds)
    return angles.cos().to(dtype), angles.sin().to(dtype)


def turned(v: torch.Tensor, turns: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Turn the pairs ``v[.., :m/2], v[.., m/2:]``."""
    (cos, sin), (a, b) = turns, v.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


PLACES = ("nowhere", "between layers", "on h, anew", "on h, one mask", "on c, anew")


@dataclass(frozen=True)
class DroppedLSTM(AutogradCell):
    """LSTM layers that drop units, in training alone, at one of ``PLACES``.

    "between layers", masks new at each step (Zaremba, Sutskever and Vinyals, 2014); on the recurrent connection, the
    ``h`` that the gates read, masks new at each step or one for the whole sequence (Gal and Ghahramani, 2016); or on
    the ``c`` that is carried, new at each step. What stays is divided by ``1 - dropout``. Forget gates start at a bias
    of 1.
    """

    place: str = "nowhere"
    dropout: float = 0.25
    depth: int = 2

    def init(self, rng: np.random.Generator, dtype: Any = np.float64) -> AutogradParams:
        """Draw ``W, U, b`` of each layer, the gates in torch's order: i, f, candidate, o."""
        n, layers = self.units, []
        for l in range(self.depth):
            d = n if l else self.inputs
            b = np.zeros(4 * n, dtype)
            b[n : 2 * n] = 1
            layers.append((drawn(rng, (4 * n, n), dtype), drawn(rng, (4 * n, d), dtype), b))
        return AutogradParams(tuple(layers))

    def masks(self, place: str, shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
        """Return masks of ``shape (T, B, n)``, of ones unless this is the place and the network is in training."""
        if self.rng is None or self.place.split(",")[0] != place:
            return torch.ones((), dtype=dtype).expand(shape)
        steps = 1 if self.place.endswith("one mask") else shape[0]
        kept = self.rng.random((steps, *shape[1:])) >= self.dropout
        return torch.tensor(kept / (1 - self.dropout), dtype=dtype).expand(shape)

    def forward(self, layers: Any, x: torch.Tensor) -> torch.Tensor:
        """Return the top layer's ``h`` at all steps."""
        T, B, _ = x.shape
        shape = (T, B, self.units)
        for l, (W, U, b) in enumerate(layers):
            a = (x * self.masks("between layers", x.shape, x.dtype) if l else x) @ U.T + b
            on_h, on_c = (self.masks(place, shape, x.dtype) for place in ("on h", "on c"))
            h = c = torch.zeros(shape[1:], dtype=x.dtype)
            outputs = []
            for t in range(T):
                i, f, candidate, o = (a[t] + (h * on_h[t]) @ W.T).chunk(4, dim=-1)
                c = torch.sigmoid(f) * (c * on_c[t]) + torch.sigmoid(i) * torch.tanh(candidate)
                h = torch.sigmoid(o) * torch.tanh(c)
                outputs.append(h)
            x = torch.stack(outputs)
        return x
