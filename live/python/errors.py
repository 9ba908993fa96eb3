"""What went wrong in a cell, as Jupyter shows it; and what to do, where the reason is that this is a page."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from live.python.magics import NoMagic
from live.python.output import Output

OWN = Path(__file__).parent
TORCH = ("PyTorch does not run in a web page. NumPy does, and rnnlib where the question allows it: its cells with "
         "`rnnlib.unroll` and `rnnlib.bptt`, `rnnlib.LinearReadout`, `rnnlib.Adam`, `rnnlib.fit` and `rnnlib.Model` "
         "make and train a network. To use torch, download the notebook and open it in Jupyter.")
ABSENT = {
    "torch": TORCH,
    "IPython": "IPython is not loaded in a page; `display` is there without an import.",
    "multiprocessing": "A page's Python is one process with one thread: call the function itself, in a loop.",
}
OTHERS = ("`{}` is not there: a page has NumPy, matplotlib, rnnlib and most of Python's library. To use more, download "
          "the notebook and open it in Jupyter.")
MODULE = re.compile(r"[Mm]odule (?:named )?'([\w.]+)'")
TOO_BIG = "array is too big"  # more than the addresses of a page, as NumPy says it
CELLS_ABOVE = "If a cell above defines it, run that cell first."
HINTS = (
    ("RuntimeError", "can't start new thread", ABSENT["multiprocessing"]),
    ("OSError", "emscripten does not support processes", "A page has no system whose programs could be run."),
    ("URLError", "", "A cell of a page cannot open addresses: the data of the exercises come with rnnlib."),
    ("gaierror", "", "A cell of a page cannot open addresses: the data of the exercises come with rnnlib."),
)


def explain(error: BaseException, output: Output) -> None:
    """Say what ended a cell."""
    kind, message = type(error).__name__, str(error)
    if isinstance(error, NoMagic):
        return output.say("hint", message)
    if isinstance(error, KeyboardInterrupt):
        return output.say("stopped", where(error))
    if isinstance(error, SystemExit):
        return output.say("hint", "That would end Python. Here it has ended this cell, and nothing else.")
    if hasattr(error, "_render_traceback_"):
        return output.say("note", "\n".join(error._render_traceback_()))
    output.say("err", formatted(error))
    if isinstance(error, MemoryError) or TOO_BIG in message:
        output.say("memory", "")
    elif isinstance(error, NameError) and error.name:
        output.say("missing", error.name)
    elif advice(kind, message):
        output.say("hint", advice(kind, message))


def advice(kind: str, message: str) -> str:
    """What to do here about an exception of this type and message, or nothing."""
    if kind == "NameError":
        return CELLS_ABOVE
    named = MODULE.search(message) if kind in ("ModuleNotFoundError", "ImportError") else None
    if named is not None:
        return absent(named[1].partition(".")[0])
    return next((words for type_, part, words in HINTS if kind == type_ and part in message), "")


def absent(module: str) -> str:
    """What serves in the place of a module that is not there."""
    return "" if module in ("rnnlib", "rnngrade", "numpy") else ABSENT.get(module, OTHERS.format(module))


def formatted(error: BaseException) -> str:
    """The traceback without the frames of what runs the cell."""
    if isinstance(error, SyntaxError) and (error.filename or "").startswith("<"):
        return "".join(traceback.format_exception_only(error))
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list([frame for frame in told.stack if not _own(frame.filename)])
    return "".join(told.format())


def where(error: BaseException) -> str:
    """The line of a cell at which it was interrupted; nothing if that is unknown."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("<")]
    return f"line {lines[-1]}" if lines else ""


def _own(file: str) -> bool:
    return Path(file).parent == OWN
