"""The learner's side of a question: run the public cases, say what is wrong, raise AssertionError if anything is."""

from __future__ import annotations

import difflib
import dis
import html
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

from rnngrade import keys
from rnngrade.cells import remember
from rnngrade.diagnosis import Diagnosis, describe, diagnose
from rnngrade.keys import Key, KeyGroup
from rnngrade.outcomes import FORBIDDEN, MISSING, NOT_WRITTEN, Failure, Outcome, call, make
from rnngrade.questions import ONLY_GROUP, QuestionInfo
from rnngrade.surroundings import HERE
from rnngrade.values import copied

NOT_GIVEN = object()
READY = "The smallest case that fails, for your next cell"
PRE = ("margin:.2em 0 0;padding:.3em .6em;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.92em;"
       "font-family:var(--jp-code-font-family,monospace);background:var(--jp-layout-color2,rgba(128,128,128,.12))")
NO_MODEL = Outcome()


class CheckFailed(AssertionError):
    """An answer that is not right. The panel has said why, so in place of a traceback Jupyter shows one line."""

    def _render_traceback_(self) -> list[str]:
        return ["CheckFailed: not yet. What to look at stands above."]


def check(question_id: str, answer: Any = NOT_GIVEN, group: str | None = None) -> None:
    """Check one group of a question's public cases, show a panel that says what came out.

    Without ``answer``, the name the question asks for is looked up where the call stands, so that a name not yet
    defined, or misspelt, is explained like any other slip.

    Raises:
        CheckFailed: (an AssertionError) if the answer is not right.
        ValueError: if there is no such question or group.

    Example:
        >>> check("no-such-question", 1)
        Traceback (most recent call last):
        ...
        ValueError: no question 'no-such-question' in this version of the course; it has ...
    """
    key = keys.find(question_id, *keys.folders())
    cases = key.group(group)
    names = sys._getframe(1).f_globals
    found = _found(key.info.answer, key.info.called, names) if answer is NOT_GIVEN else answer
    model = _model(key, found, names)
    outcomes = run(key.info, cases, found, model)
    diagnosis = diagnose(key.info, cases, outcomes)
    warned = dict.fromkeys(warning for outcome in (model, *outcomes) for warning in outcome.warnings)
    advice = dict.fromkeys(HERE.advice(outcome.error) for outcome in outcomes if outcome.error is not None)
    Panel(key, cases, diagnosis, tuple(warned), remember(key, cases, diagnosis.failing), " ".join(advice)).show()
    if not diagnosis.passed:
        raise CheckFailed(f"{question_id}: {diagnosis.message}")


def run(info: QuestionInfo, group: KeyGroup, answer: Any, model: Outcome = NO_MODEL) -> list[Outcome]:
    """The outcome of every case. A value or a choice is its own outcome; a function is called on copies.

    ``model`` is what its maker made, where the question has one: the first argument, the same object every time.
    """
    if isinstance(answer, Failure):
        return [Outcome(error=answer)] * len(group.cases)
    if not info.called:
        return [Outcome(value=answer)]
    unusable = _unusable(answer, info.forbid) or model.error
    if unusable is not None:
        return [Outcome(error=unusable)] * len(group.cases)
    asked = partial(answer, model.value) if info.maker else answer
    return [call(asked, copied(case.args)) for case in group.cases]


def _model(key: Key, answer: Any, names: Mapping[str, Any]) -> Outcome:
    """What the maker makes, if the question has one and there is an answer to use it."""
    if key.made is None or _unusable(answer, key.info.forbid) is not None:
        return NO_MODEL
    maker = _found(key.made.name, True, names)
    unusable = _unusable(maker, key.info.forbid)
    if unusable is not None:
        return Outcome(error=replace(unusable, name=key.made.name))
    started = time.process_time()
    outcome = make(key.made, maker)
    late = _late(key.made.name, time.process_time() - started, key.info.seconds)
    return replace(outcome, warnings=(*outcome.warnings, late)) if late else outcome


def _late(name: str, seconds: float, allowed: float) -> str:
    """What to say of a maker that took ``seconds`` here, if that is longer than it may take where it is judged."""
    there = seconds / HERE.slower() if seconds > allowed else seconds
    if there <= allowed:
        return ""
    here = f" ({seconds:.1f} s here, where everything takes longer)" if there < seconds else ""
    return f"`{name}` took {there:.1f} s of {allowed:g} s{here}; the judge stops it after twice its time"


def _unusable(answer: Any, forbid: tuple[str, ...]) -> Failure | None:
    """Why ``answer`` is no function that can be called, if it is none."""
    if isinstance(answer, Failure):
        return answer
    if answer is Ellipsis:
        return Failure(NOT_WRITTEN)
    if not callable(answer):
        return Failure("TypeError", f"it is a {type(answer).__name__}, not a function")
    used = next(forbidden_modules(answer, forbid), None)
    return None if used is None else Failure(FORBIDDEN, used)


def _found(wanted: str, function: bool, names: Mapping[str, Any]) -> Any:
    """What is called ``wanted``, or a failure that names something similar."""
    if wanted in names:
        return names[wanted]
    candidates = [name for name, value in names.items()
                  if not name.startswith("_") and isinstance(value, FunctionType) == function]
    similar = difflib.get_close_matches(wanted, candidates, n=1, cutoff=0.75)
    return Failure(MISSING, similar[0] if similar else "")


def forbidden_modules(function: Callable[..., Any], forbid: tuple[str, ...]) -> Iterator[str]:
    """The forbidden modules that ``function``, or a function of the same notebook that it names, imports or names.

    This reads the code, it does not watch it run: an honest learner is told at once. The judge enforces it, where the
    module is not there at all.
    """
    seen: set[int] = set()
    pending = [function]
    while pending:
        current = pending.pop()
        if not isinstance(current, FunctionType) or id(current) in seen:
            continue
        seen.add(id(current))
        for module, value in _named(current):
            if module in forbid:
                yield module
            if isinstance(value, FunctionType) and value.__module__ == function.__module__:
                pending.append(value)


def _named(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """What the code of ``function`` names: the top-level module it belongs to, and the object (None for an import)."""
    for instruction in _instructions(function.__code__):
        if instruction.opname == "IMPORT_NAME":
            yield str(instruction.argval).partition(".")[0], None
        elif instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME") and instruction.argval in function.__globals__:
            value = function.__globals__[instruction.argval]
            module = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
            yield str(module).partition(".")[0], value


def _instructions(code: CodeType) -> Iterator[dis.Instruction]:
    yield from dis.get_instructions(code)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _instructions(constant)


@dataclass(frozen=True)
class Panel:
    """What the learner sees: rich in Jupyter, the same words as text elsewhere."""

    key: Key
    group: KeyGroup
    diagnosis: Diagnosis
    warnings: tuple[str, ...] = ()
    code: str = ""
    advice: str = ""

    def show(self) -> None:
        """Display in Jupyter (never as the cell's result: nbgrader would read it as a score), else print."""
        if HERE.display is not None:
            return HERE.display(self._repr_html_(), str(self))
        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        if shell is None or not hasattr(shell, "kernel"):
            return print(self)
        from IPython.display import display

        display({"text/html": self._repr_html_(), "text/plain": str(self)}, raw=True)

    @property
    def title(self) -> str:
        """Question, group and verdict in one line."""
        part = "" if self.group.name == ONLY_GROUP else f", {self.group.name}"
        points = f"{self.group.points:g} point{'s' if self.group.points != 1 else ''}"
        return f"{self.key.info.id}{part}: {f'right, {points}' if self.diagnosis.passed else 'not yet'}"

    @property
    def lines(self) -> list[str]:
        """What was found; where the answer is right, what was checked."""
        noted = [f"While it ran: {warning}" for warning in self.warnings]
        said = self.checked if self.diagnosis.passed else [self.diagnosis.message]
        return [*said, *filter(None, [self.advice]), *noted]

    @property
    def checked(self) -> list[str]:
        """What a right answer has been through."""
        info, cases = self.key.info, self.group.cases
        if info.kind == "choice":
            return ["This is the right label." if isinstance(cases[0].expected, str) else "These are the right labels."]
        exactly = f"to {info.tolerance.rtol:g} of the largest entry"
        if info.kind == "value":
            return [f"It agrees with an independent computation {exactly}."]
        if info.kind == "model":
            return [self.diagnosis.message]
        number = "One case agrees" if len(cases) == 1 else f"{len(cases)} cases agree"
        shown = [", ".join(map(describe, info.arguments, case.args)) for case in cases]
        return [f"{number} with an independent computation {exactly}, and the arguments were left as they were.",
                *(f"Case {i}: {arguments}" for i, arguments in enumerate(shown, 1))]

    def __str__(self) -> str:
        ready = [f"{READY}:", *(f"  {line}" for line in self.code.split("\n"))] if self.code else []
        return "\n  ".join([self.title, *self.lines, *ready])

    def _repr_html_(self) -> str:
        colour = "#149c6e" if self.diagnosis.passed else "#d9622b"
        mark = "✓" if self.diagnosis.passed else "→"
        body = "".join(f'<div style="margin-top:.3em">{_marked_up(line)}</div>' for line in self.lines)
        if self.code:
            body += f'<div style="margin-top:.3em">{READY}:<pre style="{PRE}">{html.escape(self.code)}</pre></div>'
        style = (f"border-left:4px solid {colour};padding:.4em .9em;margin:.3em 0;max-width:46em;line-height:1.45;"
                 "overflow-wrap:anywhere;font-family:var(--jp-content-font-family,sans-serif);"
                 "color:var(--jp-content-font-color1,inherit)")
        marked = f'<span style="color:{colour}" aria-hidden="true">{mark}</span> {html.escape(self.title)}'
        return f'<div role="status" style="{style}"><strong>{marked}</strong>{body}</div>'


def _marked_up(text: str) -> str:
    """Escaped text with `code` in code style."""
    pieces = html.escape(text).split("`")
    if len(pieces) % 2 == 0:
        return html.escape(text)
    style = "font-family:var(--jp-code-font-family,monospace)"
    return "".join(f'<code style="{style}">{piece}</code>' if i % 2 else piece for i, piece in enumerate(pieces))
