"""Run the cells of a page as a notebook would: print, display the last value, draw, and say what went wrong.

IPython is not loaded: with what it needs it weighs as much as Python itself. What is to be shown is handed to ``send``
as it comes, as ``kind, data, words``:

============ ==================================================================================================
``out``      text printed; ``err``, text written to stderr, and tracebacks
``html``     what a value gives of itself, a check's panel; ``svg``, the same. The words are its text
``png``      a picture, in base64; the words are what it shows
``note``     one line that stands for a traceback
``missing``  the name that a NameError did not find, after its traceback
``hint``     what to do where a page is not Jupyter
``stopped``  where the cell was when it was interrupted: ``line 7``, or nothing
``memory``   nothing: the memory was full
============ ==================================================================================================
"""

from __future__ import annotations

import ast
import contextlib
import linecache
import os
import signal
import sys
import types
from collections.abc import Iterator
from typing import Any, NoReturn

from live.python import errors, magics, pace, plots, values
from live.python.output import Output, Send
from rnngrade.surroundings import HERE


def start(send: Send) -> Session:
    """The page's session, through which checks and plots speak from now on."""
    session = Session(send)
    os.environ["MPLBACKEND"] = "module://live.python.backend"
    plots.send = session.picture
    HERE.display = lambda html, text: session.show({"text/html": html, "text/plain": text})
    HERE.slower = pace.slower
    HERE.advice = lambda failure: errors.advice(failure.type, failure.message)
    return session


class Session:
    """One Python for the cells of a page, which share their names.

    Args:
        send: takes what is to be shown.

    Example:
        >>> session = Session(lambda kind, data, words: print(kind, data.strip()))
        >>> session.run("x = 2", "first") and session.run("x + 1", "second")
        out 3
        True
    """

    def __init__(self, send: Send) -> None:
        self._send, self._output, self._runs = send, Output(send), 0
        self.reset()

    def reset(self) -> None:
        """Forget all names."""
        main = types.ModuleType("__main__")
        main.__dict__.update(display=self.display, input=_no_input, breakpoint=_no_debugger)
        sys.modules["__main__"] = main
        self.names: dict[str, Any] = main.__dict__

    def run(self, source: str, cell: str) -> bool:
        """Run the source of a cell; whether nothing was raised."""
        with _interrupts(signal.SIG_IGN) as usual:  # but for the cell's own code: elsewhere one would end Python
            self._runs, self._output = self._runs + 1, Output(self._send)
            name = f"<{cell}, run {self._runs}>"  # a function of an earlier run keeps its own lines
            linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
            self.names.pop("__warningregistry__", None)  # a cell that warns does so in every run
            with contextlib.redirect_stdout(self._output.out), contextlib.redirect_stderr(self._output.err):
                fine = self._explained(lambda: self._execute(magics.without(source), name), usual)
                drawn = self._explained(plots.flush, usual if fine else signal.SIG_IGN)
            self._output.flush()
        return fine and drawn

    def _explained(self, act: Any, interrupt: Any) -> bool:
        """Whether ``act`` ended well; if not, why is said. While it lasts an interrupt is handled by ``interrupt``."""
        try:
            with _interrupts(interrupt):
                act()
        except BaseException as error:
            errors.explain(error, self._output)
            return False
        return True

    def _execute(self, source: str, name: str) -> None:
        body = ast.parse(source, name).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), name, "exec"), self.names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), self.names)
            if value is not None and not source.rstrip().endswith(";"):
                self.names["_"] = value
                self.display(value)

    def display(self, *things: Any, raw: bool = False, **options: Any) -> None:
        """Show values in their richest form, as Jupyter's ``display`` does; with ``raw``, dicts of such forms."""
        for thing in things:
            if plots.is_figure(thing):
                plots.show(thing)
            else:
                self.show(thing if raw else values.forms(thing))

    def show(self, forms: dict[str, str]) -> None:
        """Show one thing, given in several forms by their MIME types."""
        for mime, kind in (("text/html", "html"), ("image/svg+xml", "svg"), ("image/png", "png")):
            if mime in forms:
                return self._output.show(kind, forms[mime], forms.get("text/plain", ""))
        self._output.print("out", forms.get("text/plain", "") + "\n")

    def picture(self, data: str, words: str) -> None:
        """Show a plot."""
        self._output.show("png", data, words)


@contextlib.contextmanager
def _interrupts(handler: Any) -> Iterator[Any]:
    """Handle interrupts so while it lasts; how they were handled before.

    The page sends one again and again until it has heard that the cell was stopped, and knows no better than that when
    a cell begins and ends.
    """
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield before
    finally:
        signal.signal(signal.SIGINT, before)


def _no_input(prompt: object = "") -> NoReturn:
    raise RuntimeError("input() waits for someone to type, which a cell of a page cannot: give the value in the cell")


def _no_debugger(*args: object, **kwargs: object) -> NoReturn:
    raise RuntimeError("the debugger waits for someone to type, which a cell of a page cannot: print what you look for")
