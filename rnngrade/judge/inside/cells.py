"""Runs a cell as Jupyter does. What fails for want of something that is not here costs its own statement alone."""

from __future__ import annotations

import ast
import asyncio
import inspect
import os
import sys
import types
from collections.abc import Iterator
from typing import Any

from .absent import Absent, Forbidden, NotHere

MOST_SKIPPED = 20
UNREACHED = ("PermissionError", "gaierror")  # of a socket that may not be made, of a name that cannot be asked for
NOT_NEEDED = ("get_ipython", "display")


class Loop(asyncio.SelectorEventLoop):
    """An event loop that wakes itself through a pipe: there are no sockets here."""

    def _make_self_pipe(self) -> None:
        reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._ssock, self._csock = End(reading), End(writing)
        self._internal_fds += 1  # type: ignore[attr-defined]
        self._add_reader(self._ssock.fileno(), self._read_from_self)  # type: ignore[attr-defined]


class End:
    """One end of a pipe, with what a loop asks of a socket."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        """Its number."""
        return self._descriptor

    def recv(self, size: int) -> bytes:
        """Read."""
        return os.read(self._descriptor, size)

    def send(self, data: bytes) -> int:
        """Write."""
        return os.write(self._descriptor, data)

    def close(self) -> None:
        """Close."""
        os.close(self._descriptor)


class Runner:
    """Runs cells in ``names``. ``skipped`` is what was left out of the one that ran last, as lists of plain values."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.skipped: list[list[Any]] = []
        self.where = ""
        self._loop: Loop | None = None

    def run(self, code: str, where: str) -> None:
        """Run the code of a cell."""
        self.skipped, self.where = [], where
        try:
            self._execute(compile(code, where, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True))
        except Exception as error:
            found = cause(error)
            if found is None:
                raise
            self._go_on(ast.parse(code, where), error, found)

    def note(self, kind: str, what: str) -> None:
        """Keep that something was left out at the line that runs."""
        frame: types.FrameType | None = sys._getframe()
        while frame is not None and frame.f_code.co_filename != self.where:
            frame = frame.f_back
        self._left_out(kind, what, frame.f_lineno if frame else None)

    def _left_out(self, kind: str, what: str, line: int | None) -> None:
        if len(self.skipped) < MOST_SKIPPED:
            self.skipped.append([kind, what[:200], line])

    def _go_on(self, tree: ast.Module, error: Exception, found: tuple[str, str]) -> None:
        """After the statement that raised ``error``, whose names stand for what is not here."""
        body = tree.body
        while True:
            at = failing(body, error, self.where)
            if at is None:
                raise error
            statement, body = body[at], body[at + 1 :]
            self._left_out(*found, _first_line(statement))
            kind, what = found
            for name in defined(statement):
                if name not in self.names or name in NOT_NEEDED:
                    self.names[name] = Absent(what, Forbidden if kind == "forbidden" else NotHere)
            try:
                module = ast.Module(body, tree.type_ignores)
                self._execute(compile(module, self.where, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True))
                return
            except Exception as another:
                next_found = cause(another)
                if next_found is None:
                    raise
                error, found = another, next_found

    def _execute(self, code: types.CodeType) -> None:
        if code.co_flags & inspect.CO_COROUTINE or {"create_task", "ensure_future"} & set(code.co_names):
            self._in_a_loop(code)
        else:
            exec(code, self.names)

    def _in_a_loop(self, code: types.CodeType) -> None:
        """Jupyter's loop runs all the time; here it runs for the cells that need it, and keeps what they have begun."""
        if self._loop is None:
            self._loop = Loop()
            asyncio.set_event_loop(self._loop)

        async def run() -> None:
            value = eval(code, self.names)
            if inspect.iscoroutine(value):
                await value

        self._loop.run_until_complete(run())


def cause(error: BaseException) -> tuple[str, str] | None:
    """What is missing here that an exception comes of, as a kind and a word; None if it is the code's own."""
    if isinstance(error, (Forbidden, NotHere)):
        return ("forbidden" if isinstance(error, Forbidden) else "module"), str(error)
    if type(error) is ModuleNotFoundError and type(error.name) is str:
        return "module", error.name
    if type(error) is FileNotFoundError and type(error.filename) is str and error.strerror:
        return "file", error.filename
    for raised in _chain(error):
        files = [frame.tb_frame.f_code.co_filename for frame in _frames(raised)]
        if type(raised) is EOFError and str(raised) == "EOF when reading a line":
            return "input", ""
        if type(raised).__name__ in UNREACHED and any(file.endswith("/socket.py") for file in files):
            return "network", ""
        if type(raised) is PermissionError and any(file.endswith(("/subprocess.py", "/pty.py")) for file in files):
            return "program", ""
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    for _ in range(8):
        if at is None:
            return
        yield at
        at = at.__cause__ or at.__context__


def _frames(error: BaseException) -> Iterator[types.TracebackType]:
    at = error.__traceback__
    while at is not None:
        yield at
        at = at.tb_next


def failing(body: list[ast.stmt], error: BaseException, where: str) -> int | None:
    """Which statement of ``body`` an exception came out of."""
    for frame in _frames(error):
        code = frame.tb_frame.f_code
        if code.co_filename == where and code.co_name == "<module>":
            positions = list(code.co_positions())[frame.tb_lasti // 2]
            line, column = positions[0] or frame.tb_lineno, positions[2] or 0
            return next((i for i, one in enumerate(body) if _covers(one, line, column)), None)
    return None


def _covers(statement: ast.stmt, line: int, column: int) -> bool:
    start = (_first_line(statement), statement.col_offset if not getattr(statement, "decorator_list", None) else 0)
    end = (statement.end_lineno or statement.lineno, statement.end_col_offset or 0)
    return start <= (line, column) <= end


def _first_line(statement: ast.stmt) -> int:
    return min([statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", ()))])


def defined(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement defines in the notebook."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((alias.asname or alias.name.partition(".")[0]) for alias in node.names if alias.name != "*")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if not isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            waiting += ast.iter_child_nodes(node)
