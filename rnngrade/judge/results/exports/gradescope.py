"""Gradescope's ``results.json`` for one submission: https://gradescope-autograders.readthedocs.io/en/latest/specs/."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rnngrade.judge.files import visible
from rnngrade.judge.results.grades import Grade, number
from rnngrade.judge.results.result import GroupResult
from rnngrade.questions import ONLY_GROUP


def results(grade: Grade) -> str:
    """``results.json`` for one submission: a test a group of cases. All text is plain, none is taken for HTML."""
    document: dict[str, Any] = {
        "output_format": "text",
        "test_output_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {"isolation": grade.isolation, "status": grade.status},
    }
    if grade.result is None:
        document |= {"score": 0, "output": visible(f"Not graded: {grade.detail}"), "tests": []}
    else:
        document |= {
            "score": number(grade.result.score),
            "execution_time": round(grade.result.seconds, 3),
            "output": "\n".join(_remarks(grade)),
            "tests": [_test(group) for group in grade.result.groups],
        }
    return json.dumps(document, indent=1) + "\n"


def broken(error: Exception) -> str:
    """``results.json`` where the judge itself could not do its work: nothing the learner did."""
    told = "The grader could not run. This is not your fault; please tell your instructor, who needs to know this: "
    document = {
        "score": 0,
        "output_format": "text",
        "stdout_visibility": "hidden",
        "output": visible(f"{told}{type(error).__name__}: {error}"),
        "extra_data": {"status": "judge failed"},
        "tests": [],
    }
    return json.dumps(document, indent=1) + "\n"


def _remarks(grade: Grade) -> Iterator[str]:
    if grade.detail:
        yield visible(grade.detail)
    for problem in grade.result.problems if grade.result else ():
        yield visible(problem.sentence)


def _test(group: GroupResult) -> dict[str, Any]:
    part = "" if group.group == ONLY_GROUP else f", {group.group} cases"
    return {
        "name": f"{group.question}{part}",
        "score": number(group.earned),
        "max_score": number(group.points),
        "status": "passed" if group.diagnosis.passed else "failed",
        "output": visible(group.diagnosis.message),
        "visibility": "visible",
    }
