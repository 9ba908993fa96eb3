"""Layer normalisation of pre-activations (Ba, Kiros and Hinton, 2016)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib.cells.affine import AffineCell, AffineWeights
from rnnlib.cells.protocol import Array, Rng, State

EPSILON = 1e-5
"""Added to the variance, so that a block without any can be divided by its deviation. The value is PyTorch's."""


class LayerNorm(AffineCell):
    r"""What layer normalisation changes in a cell: each gate sees its pre-activations only relative to one another.

    .. math:: a = W h_{t-1} + U x_t, \qquad \hat a = \frac{a - \mu}{s}, \qquad z = \text{gain} \odot \hat a + b,

    .. math:: \mu = \frac1n \sum_i a_i, \qquad s^2 = \frac1n \sum_i (a_i - \mu)^2 + \epsilon,

    with a mean and a deviation for each step, sequence and block of ``n``. What the cell does with :math:`z` is
    untouched: it mixes this class in before its own, writes ``activate`` and ``activate_back``, and its ``Params`` have
    a ``gain (n,)``, initially 1, beside each bias. :math:`z` does not change if all of :math:`a` is shifted, nor, but
    for :math:`\epsilon`, if it is scaled. Scaling :math:`x_t` alone does change it.

    :math:`a - \mu` is linear in :math:`a`, so :math:`\mu` is taken out of ``W`` and ``U`` once a sequence. What remains
    has the symmetric Jacobian :math:`(I - \hat a \hat a^\top/n)/s`, and its :math:`1/s` is put to all steps at once.
    Source: Ba, Kiros and Hinton, *Layer normalization*, 2016, eq. 4.
    """

    room: Callable[[Array], Array]
    activate: Callable[..., None]
    activate_back: Callable[..., None]

    width = property(lambda self: 2 * self.affine_width)
    """Columns of ``g``: those of all :math:`a`, then of all :math:`z`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not getattr(self, "layer_norm", True):
            # dataclasses.replace(cell, layer_norm=False) keeps the class, so it is chosen once more.
            object.__setattr__(self, "__class__", type(self).__bases__[1])

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, by name."""
        return super().shapes() | {"gain" + gate: (self.units,) for gate in self.gates}

    def init(self, rng: Rng, dtype: Any = np.float64) -> Any:
        """Draw parameters as the cell does, with gains of 1."""
        params = super().init(rng, dtype)
        return params._replace(**{"gain" + gate: np.ones(self.units, dtype) for gate in self.gates})

    def _blocks(self, array: Array) -> Array:
        return array.reshape(len(array), len(self.gates), self.units)

    def prepare(self, params: Any) -> AffineWeights:
        """Stack the blocks, centred; ``factors`` are the gains, and gains and biases as they act forward."""
        centred = {name: array - array.mean(axis=0) for name, array in params._asdict().items() if name[0] in "WU"}
        w = AffineCell.prepare(self, params._replace(**centred))
        gain = np.concatenate([getattr(params, "gain" + gate) for gate in self.gates])
        forward = np.stack([gain, w.b]).reshape(2, len(self.gates), self.units)
        forward[:, self.sigmoids] *= -1
        return w._replace(b=0 * w.b, factors=(gain, *forward))

    def project(self, w: AffineWeights, x: Array) -> Any:
        r"""Make room for :math:`z` and what the cell keeps, project the inputs, and make room for :math:`1/s`."""
        return self.room(x), AffineCell.project(self, w, x), np.empty((*x.shape[:-1], len(self.gates)), x.dtype)

    def step(self, w: Any, a: Any, before: State, after: State) -> None:
        """Normalise, and go on as the cell does."""
        own, normal, inverse = a
        normal += before.h.dot(w.W_transposed)
        blocks = self._blocks(normal)
        np.divide(1, np.sqrt(np.vecdot(blocks, blocks) / self.units + EPSILON), out=inverse)
        blocks *= inverse[..., np.newaxis]
        z = np.multiply(blocks, w.factors[1], out=own[:, : len(self.gates)])
        z += w.factors[2]
        self.activate(own.swapaxes(0, 1), before, after)

    def linearise(self, a: Any, states: State) -> None:
        r"""Have the cell put its derivatives at :math:`z` into its own part, and multiply them by :math:`1/s`."""
        super().linearise(a[0], states)
        own = a[0][:, :, : len(self.gates)]
        own *= a[2][..., np.newaxis]

    def step_back(self, w: Any, a: Any, before: State, after: State, dafter: State, dbefore: State, g: Array) -> None:
        r"""Write the gradients of :math:`a` and of :math:`z`, the latter times :math:`1/s`, and the message.

        The message is :math:`W^\top \partial L/\partial a`.
        """
        g_a, g_z = g[:, : self.affine_width], g[:, self.affine_width :]
        self.activate_back(a[0], before, after, dafter, dbefore, g_z)
        blocks, normal = self._blocks(np.multiply(g_z, w.factors[0], out=g_a)), self._blocks(a[1])
        blocks -= normal * (np.vecdot(blocks, normal) / self.units)[..., np.newaxis]
        g_a.dot(w.W, out=dbefore.h)

    def gather(self, tape: Any, g: Array) -> Any:
        """Sum over steps and sequences; what is centred on the way forward has a centred gradient."""
        _, normal, inverse = tape.saved
        g_z = g[..., self.affine_width :].reshape(*inverse.shape, self.units) / inverse[..., np.newaxis]
        sums = {"gain": np.einsum("tbgi,tbgi->gi", g_z, normal.reshape(g_z.shape)), "b": g_z.sum(axis=(0, 1))}
        own = {kind + gate: part for kind, parts in sums.items() for gate, part in zip(self.gates, parts)}
        grads = {name: grad for name, grad in self.gather_affine(tape, g).items() if name not in own}
        return self.Params(**{name: grad - grad.mean(axis=0) for name, grad in grads.items()}, **own)
