"""Runs a learner's cells and answers the judge's calls, inside the child. From here on nothing can be trusted."""

from __future__ import annotations

import asyncio
import builtins
import difflib
import importlib
import io
import linecache
import os
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from IPython.core.inputtransformer2 import TransformerManager

from . import protocol
from .absent import Absent, AbsentModules, NotHere, refusal
from .cells import Loop, Runner
from .shell import Shell

CHANNEL = 3
REHEARSALS = 40


class Notebook:
    """The names a learner's cells define, and the answers they give."""

    def __init__(self, forbidden: Sequence[str]) -> None:
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        sys.modules["rnngrade"] = _no_checks()
        sys.meta_path.insert(0, AbsentModules(forbidden))
        self.names = main.__dict__
        self.kept: list[Any] = []
        self.runner = Runner(self.names)
        shell = Shell(self.names, self.runner.note)
        self.names["get_ipython"] = lambda: shell
        self.names["display"] = lambda *_, **__: None

    def run(self, number: int, source: str) -> protocol.Message:
        """Run one cell; what it raises is reported and stays in it. So is what had to be left out of it."""
        where = f"<cell {number}>"
        reply: protocol.Message = {}
        try:
            code = TransformerManager().transform_cell(source)
            linecache.cache[where] = (len(code), None, code.splitlines(keepends=True), where)
            self.runner.run(code, where)
        except BaseException as error:  # SystemExit too: a kernel would go on with the next cell
            reply["error"] = failure(error)
        if self.runner.skipped:
            lines = [*(linecache.getline(where, line or 0).strip()[:200] for *_, line in self.runner.skipped)]
            reply["skipped"] = [[*skipped, line] for skipped, line in zip(self.runner.skipped, lines)]
        return reply

    def put(self, files: list[list[Any]], body: bytes) -> protocol.Message:
        """Lay what was handed in beside the notebook into its folder, to be read."""
        at = 0
        for name, length in files:
            path = os.path.join(os.curdir, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o444), "wb") as file:
                file.write(body[at : at + length])
            at += length
        importlib.invalidate_caches()
        return {}

    def call(self, message: protocol.Message, body: bytes, buffers: list[bytes]) -> protocol.Message:
        """Call the answer on the arguments sent, or give its value if it is no function; if asked, keep it."""
        name = message["answer"]
        try:
            if name not in self.names:
                return {"error": ["Missing", self.similar(name, message["function"])]}
            answer = self.names[name]
            if type(answer) is Absent:
                raise refusal(answer)
            if answer is Ellipsis:
                return {"error": ["NotImplementedError", ""]}
            if not message["function"]:
                return {"value": protocol.pack(answer, buffers)}
            if not callable(answer):
                return {"error": ["TypeError", f"it is a {type(answer).__name__}, not a function"]}
            args = protocol.unpack(message["args"], body, self.kept)
            value = answer(*args)
            if type(value) is Absent:
                raise refusal(value)
            reply = {"changed": not _unchanged(self.handled(args), message["args"], body)}
            if message["keep"]:
                if value is None:
                    return {"error": ["Nothing", ""]}
                self.kept.append(value)
                return reply
            return {**reply, "value": protocol.pack(value, buffers)}
        except BaseException as error:
            buffers.clear()
            return {"error": failure(error)}

    def handled(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """``args`` with what was kept as handles again: it may change, as an object with a state does."""
        return tuple(next((protocol.Handle(i) for i, kept in enumerate(self.kept) if kept is arg), arg) for arg in args)

    def similar(self, wanted: str, function: bool) -> str:
        """A name defined here that may be meant by ``wanted``, or nothing."""
        names = [
            name
            for name, value in self.names.items()
            if not name.startswith("_") and isinstance(value, types.FunctionType) == function
        ]
        return next(iter(difflib.get_close_matches(wanted, names, n=1, cutoff=0.75)), "")


def _no_checks() -> types.ModuleType:
    """The module a notebook imports ``check`` from. Here it checks nothing: there is nothing to check with."""
    module = types.ModuleType("rnngrade")
    module.__dict__["check"] = lambda *_, **__: None
    return module


def _unchanged(args: Any, node: list[Any], body: bytes) -> bool:
    buffers: list[bytes] = []
    try:
        return protocol.pack(args, buffers) == node and b"".join(buffers) == body
    except protocol.NotPlain:
        return False


def failure(error: BaseException) -> list[Any]:
    """Type, message, and the last line of the learner's own code it passed through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("<cell ")]
    if isinstance(error, SyntaxError) and not frames:
        return [type(error).__name__, str(error.msg)[:500], error.lineno, str(error.text or "").strip()[:200]]
    where = [frames[-1].lineno, (frames[-1].line or "")[:200]] if frames else [None, ""]
    if isinstance(error, NotHere):
        return ["ModuleNotFoundError", f"{str(error)[:200]} is not installed here", *where]
    return [type(error).__name__, str(error)[:500], *where]


def rehearse() -> None:
    """Do what every child does a few times: Python rewrites code that runs often, and what has settled is shared."""
    replaced, finders = {name: sys.modules.get(name) for name in ("__main__", "rnngrade")}, list(sys.meta_path)
    notebook = Notebook([])
    for _ in range(REHEARSALS):
        notebook.run(0, "import numpy as np\n\ndef f(x):\n    return x.sum(0)\n")
        sent: list[bytes] = []
        args = protocol.pack((np.ones((2, 3)),), sent)
        frame = protocol.frame({"answer": "f", "function": True, "keep": False, "args": args}, sent)
        asked, body = protocol.receive(io.BytesIO(frame).read)
        back: list[bytes] = []
        protocol.frame(notebook.call(asked, body, back), back)
    linecache.clearcache()
    sys.meta_path[:] = finders
    for name, module in replaced.items():
        if module is None:
            del sys.modules[name]
        else:
            sys.modules[name] = module


def serve(forbidden: Sequence[str]) -> None:
    """Answer the judge until it hangs up."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # both lead to /dev/null, whatever is written
    warnings.simplefilter("ignore")
    for name in ("exit", "quit"):
        setattr(builtins, name, sys.exit)
    notebook = Notebook(forbidden)
    sys.path.insert(0, "")  # as in Jupyter: modules beside the notebook
    asyncio.DefaultEventLoopPolicy._loop_factory = Loop  # type: ignore[attr-defined]  # for asyncio.run
    for holder in ("IPython", "IPython.core.getipython"):
        sys.modules[holder].get_ipython = notebook.names["get_ipython"]  # type: ignore[attr-defined]
    while True:
        try:
            message, body = protocol.receive(read_from(CHANNEL))
        except EOFError:
            return
        buffers: list[bytes] = []
        if message["do"] == "run":
            reply = notebook.run(message["cell"], body.decode())
        elif message["do"] == "put":
            reply = notebook.put(message["files"], body)
        else:
            reply = notebook.call(message, body, buffers)
        send(CHANNEL, {**reply, "id": message["id"]}, buffers)


def read_from(descriptor: int) -> Callable[[int], bytes]:
    """A function that reads exactly n bytes, or raises EOFError."""

    def read(n: int) -> bytes:
        pieces = bytearray()
        while len(pieces) < n:
            piece = os.read(descriptor, min(1 << 20, n - len(pieces)))
            if not piece:
                raise EOFError
            pieces += piece
        return bytes(pieces)

    return read


def send(descriptor: int, message: protocol.Message, buffers: list[bytes]) -> None:
    """Write one frame; a value too large to send is reported instead."""
    try:
        data = protocol.frame(message, buffers)
    except protocol.NotPlain as error:
        data = protocol.frame({"id": message["id"], "error": ["NotPlain", str(error)]})
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
