"""What a learner gets back: points, what was checked, what went wrong, the mistake named, got beside expected."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rnngrade.judge.results import drawing
from rnngrade.judge.results.grades import Grade, number
from rnngrade.judge.results.page import document, prose, text
from rnngrade.judge.results.result import CellProblem, GroupResult, Result
from rnngrade.questions import ONLY_GROUP

FINDINGS = {
    "passed": "Right", "mistake": "A known mistake", "not-written": "Not written yet", "wrong-name": "Not found",
    "forbidden": "Uses what is not allowed", "raises": "Stops with an error", "wrong-type": "Another kind of answer",
    "wrong-shape": "Another shape", "wrong-dtype": "Another type of number", "nan": "Not a number",
    "changes-inputs": "Changes its arguments", "sign": "The other sign", "transpose": "Transposed",
    "scale": "Off by a factor", "factor": "Off by a factor", "differs": "Not yet right",
    "function": "A function of the right one", "order": "In another order", "constant": "Always the same",
    "digits": "Too few digits right",
    "place": "Right in places", "several": "Several slips",
    "same-for-all": "The same for every input", "not-enough": "Not good enough yet",
}  # fmt: skip


def page(grade: Grade) -> str:
    """The page of one notebook."""
    submission = grade.submission
    title = f"{submission.assignment or 'Submission'}, {submission.learner}"
    how = f" Run under {grade.isolation} isolation." if grade.isolation else ""
    parts = _graded(grade, grade.result) if grade.result else _not_graded(grade)
    return document(title, parts, "Graded on cases drawn for this class, against an independent computation." + how)


def _not_graded(grade: Grade) -> Iterator[str]:
    yield _top(grade, "")
    yield f'<div class="note"><strong>Not graded: {text(grade.status)}.</strong> {prose(grade.detail)}</div>'


def _graded(grade: Grade, result: Result) -> Iterator[str]:
    yield _top(grade, f"{number(result.score)} <small>of {number(result.points)} points</small>")
    label = f"{number(result.score)} of {number(result.points)} points"
    yield drawing.segments([(g.points, g.diagnosis.passed) for g in result.groups], label)
    if grade.late:
        yield f'<div class="note">Handed in {_hours(grade.late)} after it was due.</div>'
    if grade.detail:
        yield f'<div class="note">{prose(grade.detail)}</div>'
    for question, groups in groupby(result.groups, key=lambda group: group.question):
        yield from _question(question, list(groups))
    if result.problems:
        yield from _problems(result.problems)


def _hours(hours: float) -> str:
    days, rest = divmod(hours, 24)
    return f"{days:.0f} d {rest:.0f} h" if days else f"{rest:.1f} h"


def _top(grade: Grade, score: str) -> str:
    submission = grade.submission
    return (
        f'<div class="top"><div><h1>{text(submission.assignment or "Submission")}</h1>'
        f'<div class="soft">{text(submission.learner)}</div></div><div class="score">{score}</div></div>'
    )


def _question(question: str, groups: list[GroupResult]) -> Iterator[str]:
    earned, points = sum(group.earned for group in groups), sum(group.points for group in groups)
    yield '<section class="card">'
    yield f'<header><h2>{text(question)}</h2><span class="points">{number(earned)} of {number(points)}</span></header>'
    for group in groups:
        yield from _group(group)
    yield "</section>"


def _group(group: GroupResult) -> Iterator[str]:
    found = group.diagnosis
    yield f'<div class="group {"right" if found.passed else "wrong"}">'
    part = (
        ""
        if group.group == ONLY_GROUP
        else (
            f' <span class="soft small">{text(group.group)} cases, '
            f"{number(group.earned)} of {number(group.points)}</span>"
        )
    )
    head = f'<span class="tag">{FINDINGS.get(found.kind, text(found.kind))}</span>{part}'
    if group.checked:
        yield f'<details><summary>{head} <span class="open">what was checked</span></summary>'
        yield f"<ul>{_items(group.checked)}</ul></details>"
    else:
        yield f"<div>{head}</div>"
    if not found.passed or found.got is not None:  # of a model one also wants to know how good it is
        yield f"<p>{prose(found.message)}</p>"
    if group.picture is not None:
        named = ", ".join(text(word) for word in (group.picture.part, group.picture.cut) if word)
        caption = "Got and, dashed, expected" if len(group.picture.got) == 1 else "Got and expected"
        yield f'<figure tabindex="0"><figcaption>{caption}{f" ({named})" if named else ""}</figcaption>'
        yield drawing.compared(group.picture) + "</figure>"
    if group.example:
        yield '<details class="example"><summary>a case like one that fails, for a cell of yours</summary>'
        yield f'<pre tabindex="0">{text(group.example)}</pre></details>'
    yield "</div>"


def _items(lines: tuple[str, ...]) -> str:
    return "".join(f"<li>{prose(line)}</li>" for line in lines)


def _problem(problem: CellProblem) -> str:
    if problem.cause:
        return f"Cell {problem.number}, <code>{text(problem.text)}</code> was left out: {text(problem.cause)}"
    verb = "" if problem.stopped else "raised "
    return f"Cell {problem.number} {verb}<code>{text(problem.text)}</code>"


def _problems(problems: tuple[CellProblem, ...]) -> Iterator[str]:
    yield "<h2>Cells that did not run to their end</h2>"
    yield '<p class="soft">The notebook was run from top to bottom, without its check cells.</p><ul>'
    for problem in problems:
        yield f"<li>{_problem(problem)}</li>"
    yield "</ul>"
