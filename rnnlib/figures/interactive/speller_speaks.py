"""The recursion at work: what a character model writes, and how sure it is, at moments of its training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes

from rnnlib.figures.interactive.base import InteractiveFigure
from rnnlib.figures.palette import MEASURED, PALETTE, THEORY

# Names with a point: an object in JavaScript puts whole numbers first, whatever order they were written in.
TEMPERATURES = {"0.0": 0.0, "0.7": 0.7, "1.0": 1.0}


class SpellerSpeaks(InteractiveFigure):
    """A character model left to itself, at every snapshot of its training.

    :meth:`of` makes it. ``texts`` has for each snapshot and temperature what was written and the probabilities of its
    characters, in hundredths; ``following`` the probability of every symbol after ``context``. ``levels`` are losses to
    compare with, by name.
    """

    snapshot = traitlets.Int(3, min=0).tag(sync=True)
    temperature = traitlets.Enum(list(TEMPERATURES), "0.7").tag(sync=True)
    updates = traitlets.List(traitlets.Int()).tag(sync=True)
    bits = traitlets.List(traitlets.Float()).tag(sync=True)
    texts = traitlets.List(traitlets.Dict()).tag(sync=True)
    following = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    context = traitlets.Unicode().tag(sync=True)
    prompt = traitlets.Unicode().tag(sync=True)
    alphabet = traitlets.Unicode().tag(sync=True)
    levels = traitlets.Dict().tag(sync=True)
    alt = traitlets.Unicode(
        "A text written by the network, each character shaded by the probability that it gave to it; below, its loss "
        "over the updates, and what it expects next after some given letters."
    ).tag(sync=True)
    _shared = ("helpers.js", "panel.js")

    @classmethod
    def of(
        cls, snapshots: Iterable[tuple[int, float, Any]], write: Callable[[Any, float], str],
        probabilities: Callable[[Any, str], Any], *, prompt: str, context: str, alphabet: Sequence[str],
        levels: dict[str, float], **traits: Any,
    ) -> SpellerSpeaks:  # fmt: skip
        """The figure of snapshots ``(update, bits a character, model)``.

        ``write(model, temperature)`` returns a text that begins with ``prompt``; ``probabilities(model, text)`` the
        distributions after each of its characters, ``(len(text), symbols)``.
        """
        snapshots, place = list(snapshots), {symbol: i for i, symbol in enumerate(alphabet)}
        texts = []
        for _, _, model in snapshots:
            said = {}
            for name, temperature in TEMPERATURES.items():
                text = write(model, temperature)
                p = np.asarray(probabilities(model, text))[np.arange(len(text) - 1), [place[one] for one in text[1:]]]
                own = np.rint(100 * p[len(prompt) - 1 :]).astype(int)
                said[name] = {"text": text, "p": [100] * len(prompt) + own.tolist()}
            texts.append(said)
        following = [np.asarray(probabilities(model, context))[-1].round(4).tolist() for *_, model in snapshots]
        return cls(
            updates=[int(update) for update, *_ in snapshots], bits=[round(float(bits), 3) for _, bits, _ in snapshots],
            texts=texts, following=following, context=context, prompt=prompt,
            alphabet="".join(alphabet), levels=levels, **traits,
        )  # fmt: skip

    @traitlets.validate("snapshot")
    def _within(self, proposal: Any) -> int:
        return min(int(proposal["value"]), max(0, len(self.updates) - 1))

    def still(self, ax: Axes) -> None:
        """Print the loss over the updates, and what was written at four of them."""
        last = len(self.updates) - 1
        for name, level in self.levels.items():
            ax.axhline(level, **THEORY)
            ax.text(self.updates[-1] / 2 if self.updates else 1, level, name, va="bottom")
        ax.plot(self.updates, self.bits, **MEASURED, color=PALETTE["1"])
        for i in sorted({0, 1, last} & set(range(last + 1))):
            end = i == last and last > 1
            said, at = self.texts[i][self.temperature]["text"][:44], (self.updates[i], self.bits[i])
            offset = (0, -9) if end else (9, 0)
            ax.annotate(said, at, offset, textcoords="offset points", fontsize=9, ha="right" if end else "left",
                        va="top" if end else "center")  # fmt: skip
        ax.margins(y=0.14)
        ax.set(xlabel="updates", ylabel="bits a character, held out")
        ax.set_title("What it writes, as it learns")
