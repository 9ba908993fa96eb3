"""One submission's score: run its cells, call its answers on the hidden cases, diagnose what comes back."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from rnngrade.diagnosis import describe, diagnose
from rnngrade.judge.handed_in.notebook import Beside, Cell, Notebook
from rnngrade.judge.inside import protocol
from rnngrade.judge.isolation.channel import Process
from rnngrade.judge.isolation.limits import Ended, Limits
from rnngrade.judge.isolation.sandbox import Zygote
from rnngrade.judge.results.pictures import picture
from rnngrade.judge.results.result import CellProblem, GroupResult, Result
from rnngrade.keys import CaseKey, Key, KeyGroup
from rnngrade.models import Made
from rnngrade.outcomes import ENDED, FORBIDDEN, NOT_WRITTEN, Failure, Outcome

MAX_TEXT = 500
CELLS_SHARE = 0.75  # of the time of the whole notebook: what is left is for the questions
MAX_CASES = 6
CHECK = "check-"
MAX_SKIPPED = 20
# Why a line was left out; the word is a module, a file or a command. The same sentence for all who lacked the same.
WANTS = {
    "module": "{} is not installed here, and no file of this name was handed in with the notebook",
    "forbidden": "{} is not there for questions that forbid it",
    "file": "there is no file {} here: it was not handed in with the notebook",
    "network": "there is no network here",
    "program": "no other program can be started here ({})",
    "input": "there is nobody here to answer input()",
    "magic": "{} is not known here",
}


def score(
    notebook: Notebook, keys: Mapping[str, Key], zygote_for: Callable[[Notebook, Key], Zygote], limits: Limits
) -> Result:
    """Grade ``notebook`` against freshly drawn ``keys``.

    Questions that forbid different modules are asked in different runs of the notebook, where those are not there.
    """
    started = time.perf_counter()
    runs: dict[Zygote, Run] = {}
    groups: list[GroupResult] = []
    try:
        for key in asked_in(notebook, keys):
            zygote = zygote_for(notebook, key)
            run = runs.setdefault(zygote, Run(zygote, notebook.cells, limits, notebook.beside))
            judged = [_judged(key, group, run) for group in key.groups]
            if key.info.forbid and not all(group.diagnosis.passed for group in judged):
                run.refusals_matter = True
            groups += judged
    finally:
        for run in runs.values():
            run.close()
    problems = dict.fromkeys(problem for run in runs.values() for problem in run.all_problems())
    ordered = tuple(sorted(problems, key=lambda problem: problem.number))
    return Result(tuple(groups), ordered, time.perf_counter() - started)


def asked_in(notebook: Notebook, keys: Mapping[str, Key]) -> list[Key]:
    """The questions that the notebook asks: today's, or where it has only the cell of an older one, that."""
    older = {key.info.stands_for: key for key in keys.values() if key.info.stands_for and _has(notebook, key)}
    today = [key for key in keys.values() if not key.info.stands_for]
    return [older[key.info.id] if key.info.id in older and not _has(notebook, key) else key for key in today]


def _has(notebook: Notebook, key: Key) -> bool:
    """Whether the notebook holds the question's cell, or one that checks it."""
    checks = {f"{CHECK}{key.info.id}", *(f"{CHECK}{key.info.id}-{group.name}" for group in key.groups)}
    return key.info.id in notebook.ids or not checks.isdisjoint(notebook.ids)


def _judged(key: Key, group: KeyGroup, run: Run) -> GroupResult:
    outcomes = list(_outcomes(key, group, run))
    with np.errstate(all="ignore"):
        diagnosis = diagnose(key.info, group, outcomes)
    earned = group.points if diagnosis.passed else 0.0
    return GroupResult(
        key.info.id,
        group.name,
        group.points,
        earned,
        diagnosis,
        picture(key, group, outcomes, diagnosis),
        _checked(key, group),
        group.examples[diagnosis.failing] if group.examples and diagnosis.failing is not None else "",
    )


def _checked(key: Key, group: KeyGroup) -> tuple[str, ...]:
    """The cases in words: what each argument was, not its numbers."""
    if not key.info.called:
        return ()
    lines = [", ".join(map(describe, key.info.arguments, case.args)) for case in group.cases]
    more = [f"and {len(lines) - MAX_CASES} more"] if len(lines) > MAX_CASES else []
    return (*lines[:MAX_CASES], *more)


def _outcomes(key: Key, group: KeyGroup, run: Run) -> Iterator[Outcome]:
    """One outcome a case. A case that ends the process stands for the rest of its group: each costs a new start."""
    ended: Outcome | None = None
    for case in group.cases:
        if ended is not None:
            yield ended
            continue
        try:
            yield run.ask(key, case)
        except Ended as error:
            ended = Outcome(error=_ended(error))
            yield ended


@dataclass
class Run:
    """A notebook in a sandbox. When its process ends it is started again, without the cell that ended it."""

    zygote: Zygote
    cells: tuple[Cell, ...]
    limits: Limits
    beside: tuple[Beside, ...] = ()
    problems: dict[int, CellProblem] = field(default_factory=dict)
    refusals_matter: bool = False
    _left_out: dict[int, list[Skipped]] = field(default_factory=dict)
    _process: Process | None = None
    _kept: list[tuple[Made, protocol.Handle]] = field(default_factory=list)
    _unmade: list[tuple[Made, Failure]] = field(default_factory=list)
    _in_its_wake: dict[int, CellProblem] = field(default_factory=dict)
    _refused: bool = False
    _starts: int = 0
    _spent: float = 0.0
    _waited: float = 0.0

    def ask(self, key: Key, case: CaseKey) -> Outcome:
        """The outcome of one case.

        Raises:
            Ended: if the process ends over it, or there is no time left for another.
        """
        process = self._ready()
        try:
            model = self._model(process, key) if key.made else ()
            if isinstance(model, Failure):
                return Outcome(error=model)
            args = (*model, *case.args)
            return outcome(*self._call(process, key.info.answer, args, self.limits.call, function=key.info.called))
        except Ended:
            self._end()
            raise

    def _call(
        self, process: Process, answer: str, args: tuple[Any, ...], seconds: float, function: bool = True,
        keep: bool = False,
    ) -> tuple[protocol.Message, bytes]:  # fmt: skip
        buffers: list[bytes] = []
        packed = protocol.pack(args, buffers)
        message = {"do": "call", "answer": answer, "function": function, "keep": keep, "args": packed}
        return self._asked(process, message, buffers, min(seconds, self._left()))

    def _asked(
        self, process: Process, message: protocol.Message, buffers: list[bytes], seconds: float
    ) -> tuple[protocol.Message, bytes]:
        """Ask it; how long it was waited for is charged."""
        began = time.monotonic()
        try:
            return process.ask(message, buffers, seconds, self.limits.patience)
        finally:
            self._waited += time.monotonic() - began

    def _model(self, process: Process, key: Key) -> tuple[protocol.Handle] | Failure:
        """A handle of the model, which stays in the sandbox and is made once in each process; or why there is none.

        What could not be made once is not tried again: each group of cases would pay for it.
        """
        made = key.made
        assert made is not None  # asked for only where the question has one
        for unmade, failed in self._unmade:
            if unmade is made:
                return failed
        for kept, handle in self._kept:
            if kept is made:
                return (handle,)
        seconds = max(self.limits.call, 2 * key.info.seconds)
        try:
            reply, _ = self._call(process, made.name, made.args, seconds, keep=True)
        except Ended as error:
            self._end()
            return self._cannot(made, _ended(error))
        if "error" in reply:
            return self._cannot(made, failure(reply["error"]))
        handle = protocol.Handle(len(self._kept))
        self._kept.append((made, handle))
        return (handle,)

    def _cannot(self, made: Made, why: Failure) -> Failure:
        self._unmade.append((made, replace(why, name=made.name)))
        return self._unmade[-1][1]

    def _ready(self) -> Process:
        while self._process is None:
            if self._starts > self.limits.restarts or self._spent >= self.limits.total:
                raise Ended("was ended too often, or used up the time of the whole notebook")
            self._starts += 1
            self._waited = 0.0
            self._process = self.zygote.spawn(self.limits)
            if self._put_beside(self._process):
                self._run_cells(self._process)
        return self._process

    def _put_beside(self, process: Process) -> bool:
        """Give it the files that were handed in with the notebook, before anything of the notebook runs."""
        if not self.beside:
            return True
        message = {"do": "put", "files": [[file.name, len(file.content)] for file in self.beside]}
        try:
            self._asked(process, message, [file.content for file in self.beside], self.limits.cell)
        except Ended:
            self._end()
            self.beside = ()  # there is no room for them
            return False
        return True

    def _run_cells(self, process: Process) -> None:
        """Run them in order; then, once, those that lacked a name, which may have been moved above what they need."""
        early: list[Cell] = []
        for cell in self.cells:
            if cell.id.startswith(CHECK) or (cell.number in self.problems and self.problems[cell.number].stopped):
                continue
            if self._used() > CELLS_SHARE * self.limits.total:
                text = "was left out: the cells before it have used up the time of the notebook"
                self.problems[cell.number] = CellProblem(cell.number, text, stopped=True)
                continue
            raised = self._run_cell(process, cell)
            if self._process is None:
                return
            if raised is not None:
                self._note(cell.number, raised)
                early += [cell] if raised.type == "NameError" else []
        for cell in early if self._used() <= CELLS_SHARE * self.limits.total else ():
            raised = self._run_cell(process, cell)
            if self._process is None:
                return
            if raised is None and cell.number in self.problems:
                text = f"{self.problems[cell.number].text}; it ran once the cells below it had"
                self.problems[cell.number] = CellProblem(cell.number, text)

    def _run_cell(self, process: Process, cell: Cell) -> Failure | None:
        """What the cell raised, if anything. One that ends the process is left out from then on."""
        message = {"do": "run", "cell": cell.number}
        try:
            reply, _ = self._asked(process, message, [cell.source.encode()], self.limits.cell)
        except Ended as error:
            text = f"was left out: its process {error}"
            self.problems[cell.number] = CellProblem(cell.number, text, stopped=True)
            self._end()
            return None
        self._left_out[cell.number] = skipped(reply.get("skipped"))
        self._refused |= any(one.kind == "forbidden" for one in self._left_out[cell.number])
        return failure(reply["error"]) if "error" in reply else None

    def _note(self, number: int, raised: Failure) -> None:
        """Keep what a cell raised, unless it comes of a forbidden module: the questions that forbid it say so."""
        if raised.type == NOT_WRITTEN and not raised.message:
            return  # a stub was called: its question says so
        if raised.type == FORBIDDEN:
            self._refused = True
        else:
            text = f"{raised.type}: {raised.message}" if raised.message else raised.type
            # After a refused line it may come of that: it is of interest where that is.
            (self._in_its_wake if self._refused else self.problems)[number] = CellProblem(number, text)

    def all_problems(self) -> Iterator[CellProblem]:
        """What cells raised, what was ended, and what was left out for want of something here.

        That a module was left out that some question forbids is of interest where such a question was not answered.
        """
        yield from self.problems.values()
        yield from self._in_its_wake.values() if self.refusals_matter else ()
        for number, found in self._left_out.items():
            for one in found:
                if one.kind != "forbidden" or self.refusals_matter:
                    yield CellProblem(number, one.line, cause=one.cause)

    def _used(self) -> float:
        """Of the seconds of the whole notebook. Waiting for it is charged too, or sleep were free.

        What the judge does meanwhile is not: on a busy machine a sandbox for the next question takes its time.
        """
        if self._process is None:
            return self._spent
        clock = self._waited
        processor = self._process.cpu_seconds()
        if not math.isfinite(processor):  # it is gone, and with it what was known of it
            processor = clock
        return self._spent + max(clock / self.limits.patience, processor)

    def _left(self) -> float:
        """What is left of them; raises Ended if nothing is."""
        left = self.limits.total - self._used()
        if left <= 0:
            raise Ended("used up the time of the whole notebook")
        return left

    def _end(self) -> None:
        assert self._process is not None  # only called where one has just ended
        self._spent = self._used()
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.close()
            self._process = None
            self._kept = []


# ---- from messages to outcomes; everything here was written by the submission


def outcome(reply: protocol.Message, body: bytes) -> Outcome:
    """A reply as an outcome.

    Raises:
        Ended: if it is not the reply to a call.
    """
    if "error" in reply:
        return Outcome(error=failure(reply["error"]))
    try:
        return Outcome(protocol.unpack(reply.get("value"), body), changed_inputs=reply.get("changed") is True)
    except protocol.ProtocolError as error:
        raise Ended(f"sent {error}") from error


def _ended(error: Ended) -> Failure:
    return Failure(ENDED, f"had to be stopped: its process {error}")


def failure(sent: Any) -> Failure:
    """What a submission says went wrong, cut to size."""
    parts = sent if isinstance(sent, list) else []
    kind, message, line, source = [*parts, None, None, None, None][:4]
    return Failure(
        _text(kind) or "Error", _text(message), line if type(line) is int and 0 < line < 10**6 else None, _text(source)
    )


@dataclass(frozen=True)
class Skipped:
    """A statement that was left out of a cell for want of something; of what kind, and which."""

    kind: str
    what: str
    line: str

    @property
    def cause(self) -> str:
        """The want, in the same words for all notebooks that share it."""
        return WANTS[self.kind].format(self.what)


def skipped(sent: Any) -> list[Skipped]:
    """What a submission says was left out of a cell, as far as it makes sense."""
    found = []
    for item in (sent if isinstance(sent, list) else ())[:MAX_SKIPPED]:
        kind, what, number, line = [*(item if isinstance(item, list) else ()), None, None, None, None][:4]
        if isinstance(kind, str) and kind in WANTS:
            place = f"line {number}" if type(number) is int and 0 < number < 10**6 else "a line"
            found.append(Skipped(kind, _text(what)[:200], f"{place}: {_text(line)[:200]}"))
    return found


def _text(value: Any) -> str:
    return protocol.clean(value)[:MAX_TEXT] if isinstance(value, str) else ""
