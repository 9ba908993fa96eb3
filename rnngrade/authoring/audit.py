"""What every question must hold to, whoever writes it; ``make exercises`` refuses one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from rnngrade import models
from rnngrade.authoring.coverage import uncovered
from rnngrade.check import run
from rnngrade.diagnosis import diagnose
from rnngrade.generated import Asked, candidates
from rnngrade.keys import Key, KeyGroup, build, public_rng
from rnngrade.outcomes import Failure, Outcome, call, make
from rnngrade.questions import Mistake, Question
from rnngrade.values import excess, plain

MISTAKES_AT_LEAST = {"function": 3, "model": 2}
MARGIN = 1e3  # three orders of magnitude between the largest right error and the smallest wrong one
NEAR = 1.15
FRESH_SEEDS = (1, 2)


def audit(question: Question) -> list[str]:
    """What is wrong with a question, on its public cases and on fresh ones as the judge draws; empty if nothing."""
    problems = [*_incomplete(question)]
    for rng in (public_rng(question.id), *map(np.random.default_rng, FRESH_SEEDS)):
        key = build(question, rng)
        right = solved(question, key)
        margin = _margin_of_loss(question, key, right) if question.measure else _margin(question, key, right)
        problems += [*_reference(question, key, right), *_mistakes(question, key), *margin, *_shapes(key)]
        problems += uncovered(question, key) if not question.stands_for else []
    return list(dict.fromkeys(problems))


Solved = dict[str, list[Outcome]]


def solved(question: Question, key: Key) -> Solved:
    """What the reference gives, group by group, on a model of its own if it needs one."""
    if key.made is None or question.maker is None:
        return {group.name: _outcomes(question.reference, group) for group in key.groups}
    model = make(key.made, question.maker.reference)
    return {group.name: run(key.info, group, question.reference, model) for group in key.groups}


def _incomplete(question: Question) -> Iterator[str]:
    least = MISTAKES_AT_LEAST.get(question.kind, 0)
    if len(question.mistakes) < least:
        yield f"{len(question.mistakes)} mistakes, at least {least} are needed"
    if not question.hints:
        yield "no hints"
    for name in sorted(question.struck.keys() - _made(question)):
        yield f"{name} is struck, but no such mistake is made"


def _made(question: Question) -> set[str]:
    """The names of all mistakes that can be made of the question, whether they are kept or not."""
    if not question.struck:
        return set()
    key = build(question, public_rng(question.id))
    asked = [Asked([case.args for case in group.cases], [case.expected for case in group.cases])
             for group in key.groups]
    return {name for name, _, _ in candidates(question, asked, key.info.axes)}


def _reference(question: Question, key: Key, right: Solved) -> Iterator[str]:
    """Where the reference fails, and how: mistakes that are made of it are as wrong as it is, and say nothing."""
    written = {mistake.name for mistake in question.mistakes}
    info = replace(key.info, messages={name: text for name, text in key.info.messages.items() if name in written})
    for group in key.groups:
        verdict = diagnose(info, group, right[group.name])
        if not verdict.passed:
            yield f"the reference does not pass group {group.name}: {verdict.kind}: {verdict.message}"


def _mistakes(question: Question, key: Key) -> Iterator[str]:
    """Each fails somewhere, and wherever it fails it is called by its name: no two look the same."""
    for mistake in question.mistakes:
        verdicts = {group.name: diagnose(key.info, group, _mistaken(mistake, group, key)) for group in key.groups}
        if all(verdict.passed for verdict in verdicts.values()):
            yield f"mistake {mistake.name} passes"
        for name, verdict in verdicts.items():
            if not verdict.passed and verdict.mistake != mistake.name:
                yield (f"mistake {mistake.name} is taken for {verdict.mistake or verdict.kind} in group {name}: "
                       "give the group a case that tells them apart")


def _margin(question: Question, key: Key, reference: Solved) -> Iterator[str]:
    """Right answers fall well inside the tolerance and mistakes well outside, so neither hangs on the last digits."""
    right = max(_excess(outcome.error or plain(outcome.value), case.expected, key)
                for group in key.groups for case, outcome in zip(group.cases, reference[group.name]))
    if right > 0.1:
        yield f"the reference uses {right:.1g} of the tolerance: at most a tenth"
    for mistake in question.mistakes:
        wrong = [max(_excess(case.mistakes[mistake.name], case.expected, key) for case in group.cases)
                 for group in key.groups]
        smallest = min((ratio for ratio in wrong if ratio > 1), default=np.inf)
        if smallest < max(10, MARGIN * right):
            yield f"mistake {mistake.name} is only {smallest:.1g} tolerances off, the reference {right:.1g}"
        if any(right < ratio <= 1 and ratio > 1e-3 for ratio in wrong):
            yield f"mistake {mistake.name} nearly fails a group that it passes"


def _margin_of_loss(question: Question, key: Key, right: Solved) -> Iterator[str]:
    """Training never ends twice at the same point: the solution and the mistakes keep away from every bound."""
    for group in key.groups:
        bound = group.within or 0.0
        targets = [case.expected for case in group.cases]
        shares = [("the reference", [plain(outcome.value) for outcome in right[group.name]])]
        shares += [(f"mistake {m.name}", [case.mistakes[m.name] for case in group.cases]) for m in question.mistakes]
        for name, predicted in shares:
            if any(np.shape(one) != target.shape for one, target in zip(predicted, targets)):
                continue  # said by _reference
            loss = models.loss(question.measure, list(zip(predicted, targets)))
            if bound / NEAR < loss < bound * NEAR:
                yield f"{name} has a {question.measure} of {loss:.3g} in group {group.name}: too near to {bound:g}"


def _shapes(key: Key) -> Iterator[str]:
    """A transpose hides in square arrays, a wrong axis in axes of size one."""
    for group in key.groups if key.info.called else ():
        shapes = [arg.shape for case in group.cases for arg in case.args if isinstance(arg, np.ndarray)]
        if any(len(shape) > 1 for shape in shapes) and not any(_telling(shape) for shape in shapes):
            yield f"group {group.name} has only square arrays or axes of size one"


def _telling(shape: tuple[int, ...]) -> bool:
    return len({size for size in shape if size > 1}) > 1


def _excess(value: Any, expected: Any, key: Key) -> float:
    return np.inf if isinstance(value, Failure) else excess(value, expected, key.info.tolerance)


def _outcomes(answer: Any, group: KeyGroup) -> list[Outcome]:
    return [call(answer, case.args) for case in group.cases]


def _mistaken(mistake: Mistake, group: KeyGroup, key: Key) -> list[Outcome]:
    if not callable(mistake.answer):
        return [Outcome(value=mistake.answer)]
    return _outcomes(partial(mistake.answer, key.made.args) if key.made else mistake.answer, group)
