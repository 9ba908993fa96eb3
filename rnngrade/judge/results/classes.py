"""A graded class as one file of data, ``class.json``: what comparing and exporting read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from rnngrade.judge.handed_in.submissions import Submission
from rnngrade.judge.results import records
from rnngrade.judge.results.grades import Grade

FILE = "class.json"
KEPT = tuple(field.name for field in fields(Submission) if field.compare)


class NoClass(ValueError):
    """The folder holds no graded class; the message says what to do."""


def dumps(grades: Sequence[Grade]) -> str:
    """The class as text. What only a learner's page shows is left out."""
    return json.dumps({"grades": [_grade(grade) for grade in grades]}, indent=0) + "\n"


def _grade(grade: Grade) -> dict[str, Any]:
    facts = {field.name: getattr(grade, field.name) for field in fields(grade)}
    facts["submission"] = {name: getattr(grade.submission, name) for name in KEPT}
    facts["result"] = grade.result and asdict(grade.result)
    for group in facts["result"]["groups"] if facts["result"] else ():
        group["checked"] = ()
    return facts


def load(folder: Path) -> list[Grade]:
    """The class graded in ``folder``; its submissions name the places where they lay.

    Raises:
        NoClass: if there is none.
    """
    try:
        document = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return [_loaded(facts) for facts in document["grades"]]
    except OSError as error:
        raise NoClass(f"no {FILE} in {folder}: name a folder that `rnngrade grade -o` wrote to the end") from error
    except (ValueError, TypeError, KeyError) as error:
        raise NoClass(
            f"{folder / FILE} was written by another version: grade the class again, which costs nothing "
            f"where nothing changed ({error})"
        ) from error


def _loaded(facts: dict[str, Any]) -> Grade:
    submission = Submission(**facts["submission"])
    result = facts["result"] and records.from_json({"result": facts["result"], "stamp": "", "remark": ""}).result
    return Grade(**{**facts, "submission": submission, "result": result})
