"""An encoder-decoder that must say again what it has read: through a state of fixed size, or with a look back.

The encoder reads ``T`` random symbols. The decoder starts from its last state and is given nothing else, no input and
no symbol of its own, so that whatever it says has come through that state, or through attention over the encoder's.
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlib import GRUCell, bptt, unroll
from rnnlib.attention import Attention
from rnnlib.losses import softmax_cross_entropy
from rnnlib.readouts import LinearReadout

SYMBOLS = 8
ORDERS = {"repeat": slice(None), "reverse": slice(None, None, -1)}
LOOKS = ("none", "learnt", "uniform")

Array = np.ndarray


class Params(namedtuple("Params", "encoder decoder attention readout")):
    """Parameters of the parts."""


@dataclass(frozen=True)
class EncoderDecoder:
    r"""Two GRU cells of ``units`` each, and a readout of the decoder's state and of what it looks at.

    ``look`` says what that is: "none", nothing; "learnt", the context :math:`m_t` of attention over all states of the
    encoder, projected to as many numbers; "uniform", their plain mean through the same value projection, which has all
    that attention has but the choice.
    """

    units: int
    look: str = "none"

    @property
    def parts(self) -> tuple[Any, Any, Attention, LinearReadout]:
        """Encoder, decoder, attention and readout."""
        width = self.units * (1 if self.look == "none" else 2)
        attention = Attention(self.units, self.units, self.units, keys="all")
        return GRUCell(SYMBOLS, self.units), GRUCell(1, self.units), attention, LinearReadout(width, SYMBOLS)

    def init(self, rng: np.random.Generator, dtype: Any = np.float32) -> Params:
        """Draw all parameters."""
        params = Params(*(part.init(rng, dtype) for part in self.parts))
        return params._replace(attention=()) if self.look == "none" else params

    def forward(self, params: Params, ids: Array) -> tuple[Array, Any]:
        """Return the logits ``(T, B, 8)`` for the symbols ``ids (T, B)``, and what the way back needs."""
        encoder, decoder, attention, readout = self.parts
        dtype = params.readout.b.dtype
        read = unroll(encoder, params.encoder, np.eye(SYMBOLS, dtype=dtype)[ids])
        said = unroll(decoder, params.decoder, np.zeros((*ids.shape, 1), dtype), type(read.state)(*read.state))
        seen, saved = said.h[1:], None
        if self.look != "none":
            m, saved = attention.forward(self._scored(params), said.h[1:], read.h[1:])
            seen = np.concatenate([seen, m], axis=-1)
        return readout.forward(params.readout, seen), (read, said, seen, saved)

    def loss_and_grads(self, params: Params, ids: Array, targets: Array) -> tuple[float, Params]:
        """Return the mean cross-entropy in nats and its gradient."""
        _, _, attention, readout = self.parts
        logits, (read, said, seen, saved) = self.forward(params, ids)
        loss, dy = softmax_cross_entropy(logits, targets)
        dreadout, dseen = readout.backward(params.readout, seen, dy)
        dsaid, dread, dattention = dseen[..., : self.units], np.zeros_like(read.h[1:]), ()
        if self.look != "none":
            dattention, paths = attention.backward(self._scored(params), saved, dseen[..., self.units :])
            dread, dsaid = paths.value + paths.key, dsaid + paths.query
            if self.look == "uniform":
                dattention = dattention._replace(W_q=0 * dattention.W_q, W_k=0 * dattention.W_k)
        back = bptt(said, dsaid)
        grads = bptt(read, dread, back.state)
        return loss, Params(grads.params, back.params, dattention, dreadout)

    def _scored(self, params: Params) -> Any:
        """The projections: queries and keys of zero, for equal scores, if nothing is chosen."""
        if self.look == "learnt":
            return params.attention
        return params.attention._replace(W_q=0 * params.attention.W_q, W_k=0 * params.attention.W_k)
