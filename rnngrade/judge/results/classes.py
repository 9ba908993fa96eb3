"""A graded class as one file of data, ``class.json``: what comparing and exporting read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rnngrade.judge.handed_in.submissions import Submission
from rnngrade.judge.results import records
from rnngrade.judge.results.grades import Grade

FILE = "class.json"


class NoClass(ValueError):
    """The folder holds no graded class; the message says what to do."""


def dumps(grades: Sequence[Grade], root: Path) -> str:
    """The class as text. What only a learner's page shows is left out."""
    return json.dumps({"grades": [_grade(grade, root) for grade in grades]}, indent=0) + "\n"


def _grade(grade: Grade, root: Path) -> dict[str, Any]:
    facts = asdict(grade)
    facts["submission"]["path"] = str(grade.submission.path.relative_to(root))
    for group in facts["result"]["groups"] if facts["result"] else ():
        group["checked"] = ()
    return facts


def load(folder: Path) -> list[Grade]:
    """The class graded in ``folder``; the paths of its submissions are relative to where they lay.

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
    submission = Submission(**{**facts["submission"], "path": Path(facts["submission"]["path"])})
    result = records.from_json({"result": facts["result"], "stamp": ""}).result if facts["result"] else None
    return Grade(**{**facts, "submission": submission, "result": result})
