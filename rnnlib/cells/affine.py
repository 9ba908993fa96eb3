"""What most cells share: pre-activations that are affine in the last state and the input, one block of ``n`` a gate."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnnlib._door import Array, Rng, check_choice, check_fields, check_size
from rnnlib.initialisers import by_columns


class PlainState(namedtuple("PlainState", "h")):
    """The state of a cell that remembers nothing but ``h (B, n)``."""


class AffineWeights(namedtuple("AffineWeights", "W W_transposed U U_transposed b factors", defaults=((),))):
    """The blocks of all gates, one under the other, and transposed copies: both directions multiply by a contiguous
    matrix.

    ``factors`` are what a cell multiplies by, or adds, besides, if anything.
    """


@dataclass(frozen=True)
class AffineCell:
    r"""A cell built on :math:`W_g h_{t-1} + U_g x_t + b_g`, one such block of ``n`` rows for each gate :math:`g`.

    A subclass names its gates (``gates = ("_f", "_i")``; the parameters are then ``W_f, U_f, b_f, W_i, ..``), its
    named tuple of parameters ``Params`` and of states ``State``, and writes ``step`` and ``step_back``; ``kinds`` are
    the letters of the weights it has. The first columns of its ``g`` are the gradients of the pre-activations, in the
    order of ``gates``. A size that is not a positive whole number raises ``ValueError``, as does a field that is none
    of its ``options``.
    """

    inputs: int
    units: int

    gates: ClassVar[tuple[str, ...]] = ("",)
    kinds: ClassVar[str] = "WUb"
    options: ClassVar[Any] = {}
    sigmoids: ClassVar[slice] = slice(0)
    Params: ClassVar[Any]
    State: ClassVar[Any] = PlainState
    keeps: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for name in ("inputs", "units"):
            check_size(name, getattr(self, name))
        for name, known in self.options.items():
            check_choice(name, getattr(self, name), known)

    affine_width = property(lambda self: len(self.gates) * self.units)
    """Number of pre-activations."""
    width = affine_width
    """Columns of a step's ``g``."""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, by name."""
        n, d = self.units, self.inputs
        shapes: dict[str, tuple[int, ...]] = {"W": (n, n), "U": (n, d), "b": (n,)}
        return {kind + gate: shapes[kind] for gate in self.gates for kind in self.kinds}

    def init(self, rng: Rng, dtype: Any = np.float64) -> Any:
        r"""Draw normal weights of variance :math:`1/n` (``W``) and :math:`1/d` (``U``), and zero biases."""
        return self.Params(**{name: by_columns(rng, shape, dtype) for name, shape in self.shapes().items()})

    def check(self, params: Any) -> np.dtype[Any]:
        """Raise ``ValueError`` unless ``params`` fit this cell; return their dtype."""
        check_fields("params", params, self.Params, self.shapes())
        return params[0].dtype

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """Return a state of zeros, ``(*shape, n)`` a field."""
        return self.State(*(np.zeros((*shape, self.units), dtype) for _ in self.State._fields))

    def prepare(self, params: Any) -> Any:
        """Stack the blocks of the gates."""
        W, U, b = (np.concatenate([getattr(params, kind + gate) for gate in self.gates]) for kind in "WUb")
        return AffineWeights(W, np.ascontiguousarray(W.T), U, np.ascontiguousarray(U.T), b)

    def project(self, w: Any, x: Array) -> Array:
        """Project all inputs in one product: ``x (.., d)`` to ``U x + b``, ``(.., gates n)``."""
        a = x.reshape(-1, self.inputs) @ w.U_transposed
        a += w.b
        return a.reshape(*x.shape[:-1], len(w.U))

    def gather(self, tape: Any, g: Array) -> Any:
        r"""Sum :math:`g_t h_{t-1}^\top`, :math:`g_t x_t^\top` and :math:`g_t` over steps and sequences."""
        return self.Params(**self.gather_affine(tape, g))

    def gather_affine(self, tape: Any, g: Array) -> dict[str, Array]:
        """Return the gradients of the weights of all blocks, by name."""
        steps = g.shape[0] * g.shape[1]
        flat = g.reshape(steps, g.shape[2])[:, : self.affine_width]
        # As a product the sum over steps takes a third of the time.
        sums = {"U": flat.T @ tape.x.reshape(steps, self.inputs), "b": np.ones(steps, g.dtype) @ flat}
        if "W" in self.kinds:
            sums["W"] = flat.T @ tape.h[:-1].reshape(steps, self.units)
        parts = {kind: np.split(sums[kind], len(self.gates)) for kind in self.kinds}
        return {kind + gate: d for kind in self.kinds for gate, d in zip(self.gates, parts[kind])}

    def back_project(self, w: Any, g: Array) -> Array:
        r"""Return the inputs' gradients, :math:`U^\top g_t`, ``(.., d)``."""
        return g[..., : self.affine_width] @ w.U

    def linearise(self, a: Any, states: Any) -> None:
        """Leave what the steps saved as it is."""
