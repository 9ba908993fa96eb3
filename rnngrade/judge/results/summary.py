"""The instructor's page: how the class did, the hardest questions, the commonest mistakes, what did not run."""

from __future__ import annotations

import html
import math
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rnngrade.judge.files import told_apart
from rnngrade.judge.results import drawing
from rnngrade.judge.results.feedback import FINDINGS
from rnngrade.judge.results.grades import GRADED, Grade, number
from rnngrade.judge.results.page import document, prose, table, text
from rnngrade.judge.results.result import GroupResult, Result

BINS = 10
MOST = 12


def page(grades: Sequence[Grade], isolation: str) -> str:
    """The page of a whole class."""
    counting = [grade for grade in grades if grade.counts]
    parts = [*_figures(counting), *_failures(counting)]
    for name in sorted({grade.submission.assignment for grade in counting if grade.result}):
        parts += _assignment(name, [grade for grade in counting if grade.submission.assignment == name])
    parts += _everyone(grades)
    return document("How the class did", parts, f"Isolation: {isolation}.")


def _figures(grades: Sequence[Grade]) -> Iterator[str]:
    shares = [_share(grade.result) for grade in grades if grade.result]
    learners = len({grade.submission.learner for grade in grades})
    shown = {"learners": learners, "notebooks": len(grades), "graded": len(shares)}
    yield "<h1>How the class did</h1>"
    yield '<div class="figures">'
    yield from (f"<div><b>{value}</b>{name}</div>" for name, value in shown.items())
    if shares:
        yield f"<div><b>{statistics.median(shares):.0%}</b>median of the points</div>"
    late = sum(grade.late > 0 for grade in grades)
    if late:
        yield f"<div><b>{late}</b>late</div>"
    yield "</div>"


def _share(result: Result) -> float:
    return result.score / result.points


def _failures(grades: Sequence[Grade]) -> Iterator[str]:
    failed = [grade for grade in grades if grade.status != GRADED]
    if not failed:
        return
    yield f"<h2>Not graded: {len(failed)}</h2>"
    rows = (
        (_link(grade), text(grade.submission.assignment), text(grade.status), prose(grade.detail)) for grade in failed
    )
    yield table({"learner": "who", "assignment": "", "status": "", "why": "told"}, rows)


def _assignment(name: str, grades: Sequence[Grade]) -> Iterator[str]:
    results = [grade.result for grade in grades if grade.result]
    yield f"<h2>{text(name)}</h2>"
    yield from _distribution(results)
    yield from _hardest(results)
    yield from _mistakes(results)
    yield from _stopped(results)
    yield from _missing(results)


def _distribution(results: Sequence[Result]) -> Iterator[str]:
    counts = Counter(min(BINS - 1, math.floor(BINS * _share(result))) for result in results)
    edges = [f"{10 * i}" for i in range(BINS + 1)]
    spoken = ", ".join(f"{low} to {high}: {counts[i]}" for i, (low, high) in enumerate(pairwise(edges)))
    label = f"Notebooks by percentage of the points: {spoken}"
    shares = [_share(result) for result in results]
    mean = f"{_notebooks(len(results))}, mean {statistics.mean(shares):.0%}, median {statistics.median(shares):.0%}"
    yield f'<figure tabindex="0"><figcaption>{mean}. Notebooks by percentage of the points:</figcaption>'
    yield drawing.histogram([counts[i] for i in range(BINS)], edges, label) + "</figure>"


def _hardest(results: Sequence[Result]) -> Iterator[str]:
    groups: dict[tuple[str, str], list[GroupResult]] = {}
    for result in results:
        for group in result.groups:
            groups.setdefault((group.question, group.group), []).append(group)
    share = {key: sum(g.diagnosis.passed for g in found) / len(found) for key, found in groups.items()}
    yield "<h3>Questions, hardest first</h3>"
    yield table({"question": "id", "cases": "", "points": "num", "right": "num", "share": ""}, (
        (text(key[0]), text(key[1]), str(number(groups[key][0].points)), f"{part:.0%}",
         drawing.fraction(part, f"{part:.0%} right"))
        for key, part in sorted(share.items(), key=lambda item: item[1])))  # fmt: skip


def _mistakes(results: Sequence[Result]) -> Iterator[str]:
    """Each counted once a notebook and question, with what most were told."""
    told: dict[tuple[str, str], Counter[str]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for result in results:
        wrong = {(group.question, _finding(group)): group for group in result.groups if not group.diagnosis.passed}
        counts.update(wrong.keys())
        for key, group in wrong.items():
            told.setdefault(key, Counter())[group.diagnosis.message] += 1
    if not counts:
        return
    yield "<h3>Commonest mistakes</h3>"
    examples = {key: prose(messages.most_common(1)[0][0]) for key, messages in told.items()}
    rows = (
        (str(count), text(key[0]), text(key[1]), f'<span class="soft">{examples[key]}</span>')
        for key, count in counts.most_common(MOST)
    )
    yield table(
        {"notebooks": "num", "question": "id", "finding": "id", "what they are told, for example": "told"}, rows
    )


def _finding(group: GroupResult) -> str:
    return group.diagnosis.mistake or FINDINGS.get(group.diagnosis.kind, group.diagnosis.kind)


def _stopped(results: Sequence[Result]) -> Iterator[str]:
    stopped = sum(any(problem.stopped for problem in result.problems) for result in results)
    raised = sum(any(not (problem.stopped or problem.cause) for problem in result.problems) for result in results)
    if stopped or raised:
        yield (
            f'<p class="soft">Of these notebooks {raised} had a cell that raised, and {stopped} a cell that had to '
            "be stopped.</p>"
        )


def _missing(results: Sequence[Result]) -> Iterator[str]:
    """What notebooks wanted that is not here: one cause that many share is the course's to cure, not the learners'."""
    causes = Counter(cause for result in results for cause in {p.cause for p in result.problems if p.cause})
    if not causes:
        return
    examples: dict[str, Counter[str]] = {}
    for problem in (problem for result in results for problem in result.problems if problem.cause):
        examples.setdefault(problem.cause, Counter())[problem.text] += 1
    yield "<h3>What these notebooks asked of the machine and did not get</h3>"
    rows = (
        (str(count), text(cause), f'<span class="soft">{text(examples[cause].most_common(1)[0][0])}</span>')
        for cause, count in causes.most_common(MOST)
    )
    yield table({"notebooks": "num", "cause": "", "line left out, for example": "told"}, rows)


def _everyone(grades: Sequence[Grade]) -> Iterator[str]:
    rows = (
        (_link(grade), text(grade.submission.assignment), _marks(grade), _late(grade), text(grade.status))
        for grade in sorted(grades, key=lambda g: (g.submission.learner, g.submission.assignment))
    )
    columns = {"learner": "who", "assignment": "", "points": "num", "late": "num", "status": ""}
    yield "<h2>Everyone</h2>"
    yield f"<details><summary>{_notebooks(len(grades))}</summary>{table(columns, rows)}</details>"


def _notebooks(count: int) -> str:
    return "1 notebook" if count == 1 else f"{count} notebooks"


def _marks(grade: Grade) -> str:
    return f"{number(grade.result.score)} of {number(grade.result.points)}" if grade.result else ""


def _late(grade: Grade) -> str:
    return f"{grade.late:.1f} h" if grade.late else ""


def _link(grade: Grade) -> str:
    """To the feedback: a path made of plain characters."""
    return f'<a href="{text(grade.feedback)}">{html.escape(told_apart(grade.submission.learner))}</a>'
