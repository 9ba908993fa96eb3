"""What cells print and show, sent in pieces and up to a limit: a loop that prints for ever must not freeze a page."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter

CHARACTERS, SHOWN, WEIGHT = 50_000, 100, 20_000_000
"""What one run of a cell may print in all; how many values and plots it may show, and their size in characters."""
AT_ONCE, APART = 40, 0.1
"""So many prints appear as they come; from then on they are sent together, with these seconds in between."""
LONGEST = 20_000
"""Characters of a traceback; of a longer one, the middle is left out."""
Send = Callable[[str, str, str], None]


class Output:
    """What one run of a cell gives out, in its order. ``out`` and ``err`` are its streams."""

    def __init__(self, send: Send) -> None:
        self.out, self.err = Stream("out", self), Stream("err", self)
        self._send = send
        self._waiting: list[tuple[str, str]] = []
        self._left, self._shown, self._weight = CHARACTERS, SHOWN, WEIGHT
        self._pieces, self._last = 0, time.monotonic()

    def print(self, kind: str, text: str) -> None:
        """Take what is printed; what goes beyond the limit is dropped, and that is said once."""
        if self._left > 0 and text:
            self._waiting.append((kind, text[: self._left]))
            self._left -= len(text)
            if self._left <= 0:
                self._waiting.append(("out", "\n[What is printed from here on is not shown.]\n"))
                self.flush()
            self.flush_in_time(text.endswith("\n"))

    def show(self, kind: str, data: str, words: str) -> None:
        """Show a value or a plot, after what was printed before it."""
        self.flush()
        self._shown, self._weight = self._shown - 1, self._weight - len(data)
        if self._shown >= 0 and self._weight >= 0:
            self._send(kind, data, words)
        elif self._shown == -1 or self._weight < 0 <= self._weight + len(data):
            self._send("out", "\n[What is shown from here on is left out.]\n", "")

    def say(self, kind: str, text: str) -> None:
        """Say what became of the run; that is never left out."""
        self.flush()
        if len(text) > LONGEST:
            text = f"{text[: LONGEST // 2]}\n[..]\n{text[-LONGEST // 2 :]}"
        self._send(kind, text, "")

    def flush_in_time(self, complete: bool = True) -> None:
        """Send what is held back: the first lines when they are complete, later ones not too often."""
        if (complete and self._pieces < AT_ONCE) or time.monotonic() - self._last > APART:
            self.flush()

    def flush(self) -> None:
        """Send what is held back."""
        waiting, self._waiting = self._waiting, []
        for kind, pieces in groupby(waiting, itemgetter(0)):
            self._send(kind, "".join(text for _, text in pieces), "")
        if waiting:
            self._pieces, self._last = self._pieces + 1, time.monotonic()


class Stream(io.TextIOBase):
    """A text file of which what is written becomes output."""

    def __init__(self, kind: str, output: Output) -> None:
        self._kind, self._output = kind, output

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Print ``text``."""
        self._output.print(self._kind, text)
        return len(text)

    def flush(self) -> None:
        """Send what was written, or in a moment if there is much of it."""
        self._output.flush_in_time()
