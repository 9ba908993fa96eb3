"""Code for a learner's next cell: the smallest case that failed, asked from the key or written out in numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from rnngrade.keys import CaseKey, Key, KeyGroup
from rnngrade.outcomes import Failure, answered
from rnngrade.questions import Case, Question, QuestionInfo
from rnngrade.values import copied

LONGEST = 5000  # characters of a case that is written out; a longer one is no help
_failed: dict[str, CaseKey] = {}


def remember(key: Key, group: KeyGroup, failing: int | None) -> str:
    """Keep the case for ``failing_case``; the code that asks for it, or nothing where the case would give the answer.

    A check that passes, or fails for another reason, leaves what an earlier one kept.
    """
    if failing is None or not key.info.called:
        return ""
    _failed[key.info.id] = group.cases[failing]
    names = [*_names(key.info, group.cases[failing]), result_name(key.info)]
    ask = f'{", ".join(names)} = failing_case("{key.info.id}")'
    return "\n".join(["from rnngrade import failing_case", ask, *_call(key.info, group.cases[failing])])


def failing_case(question_id: str) -> tuple[Any, ...]:
    """The smallest case that the last failed check of a question found: its arguments, then what is expected.

    The arrays are copies: change them as you like.

    Raises:
        ValueError: if no check of that question has failed since the notebook was started.
    """
    if question_id not in _failed:
        known = ", ".join(_failed) or "none yet"
        raise ValueError(f"no case of {question_id!r} has failed since this notebook was started (failed: {known})")
    case = _failed[question_id]
    return (*copied(case.args), copied(case.expected))


def written_out(info: QuestionInfo, args: tuple[Any, ...], expected: Any) -> str:
    """A case as code that needs nothing but NumPy; empty if it is too long, or its answer is no value."""
    if not info.called or isinstance(expected, Failure):
        return ""
    case = CaseKey(args, expected, {})
    names = _names(info, case)
    lines = [f"{name} = {_literal(value)}" for name, value in zip(names, args)]
    text = "\n".join(["import numpy as np", "", *lines, f"{result_name(info)} = {_literal(expected)}",
                      *_call(info, case)])
    return text if len(text) <= LONGEST else ""


def examples(key: Key, question: Question, rng: np.random.Generator) -> Key:
    """The key with a case like each of its own, drawn anew and written out: what a judge may show of hidden cases."""
    if not key.info.called or key.made is not None:
        return key
    groups = [replace(group, examples=tuple(_examples(key.info, question, drawn.draw(rng), len(group.cases))))
              for group, drawn in zip(key.groups, question.groups)]
    return replace(key, groups=tuple(groups))


def _examples(info: QuestionInfo, question: Question, drawn: Iterable[Any], count: int) -> Iterator[str]:
    found = list(drawn)
    for case in found[:count]:
        args = tuple(shortened(arg) for arg in (case.args if isinstance(case, Case) else case))
        yield written_out(info, args, answered(question.oracle, args))
    yield from [""] * (count - len(found))


def shortened(value: Any) -> Any:
    """An argument with five digits, so that it can be written out; what it means is not changed much."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.array([_five(x) for x in value.ravel().tolist()], value.dtype).reshape(value.shape)
    if type(value) is float:
        return _five(value)
    if isinstance(value, tuple | list):
        return type(value)(shortened(part) for part in value)
    return {key: shortened(part) for key, part in value.items()} if isinstance(value, dict) else value


def _five(x: float) -> float:
    return float(f"{x:.5g}") if math.isfinite(x) else x


def _names(info: QuestionInfo, case: CaseKey) -> list[str]:
    return list(info.arguments) if len(info.arguments) == len(case.args) else \
        [f"argument_{k + 1}" for k in range(len(case.args))]


def result_name(info: QuestionInfo) -> str:
    """A name for what is expected that hides neither the answer nor an argument."""
    return next(name for name in ("expected", "wanted", "wanted_result") if name not in (info.answer, *info.arguments))


def _call(info: QuestionInfo, case: CaseKey) -> list[str]:
    return [] if info.maker else [f"{info.answer}({', '.join(_names(info, case))})"]


def _literal(value: Any) -> str:
    """A value as Python code; numbers of an answer with eight digits."""
    if isinstance(value, np.ndarray):
        numbers = _code(repr(_rounded(value.tolist())))
        if not value.size:
            return f"np.zeros({value.shape}, {value.dtype.name!r})"
        return f"np.array({numbers})" if value.ndim else numbers
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_literal(part)}" for key, part in value.items()) + "}"
    if isinstance(value, tuple | list):
        inner = ", ".join(map(_literal, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    return _code(repr(value))


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return float(f"{value:.8g}") if isinstance(value, float) else value


def _code(text: str) -> str:
    return re.sub(r"\b(nan|inf)\b", r"np.\1", text)
