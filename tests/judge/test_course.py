"""The course's own notebooks under the judge: solved ones earn everything, learners' as handed out earn nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from rnngrade.authoring.audit import solved
from rnngrade.diagnosis import diagnose
from rnngrade.judge import grade_class
from rnngrade.judge.running.run import hidden_keys, load_course

EXERCISES = Path(__file__).parents[2] / "exercises"
ASSIGNMENTS = load_course(EXERCISES / "source")


@pytest.fixture(scope="module")
def grades(isolation, tmp_path_factory: pytest.TempPathFactory) -> dict:
    root, results = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("results")
    shutil.copytree(EXERCISES / "solved", root / "solved", ignore=shutil.ignore_patterns(".*"))
    (root / "unsolved").mkdir()
    for name in ASSIGNMENTS:
        shutil.copy(EXERCISES / f"{name}.ipynb", root / "unsolved")
    graded = grade_class(root, results, EXERCISES / "source", jobs=2)
    return {(grade.submission.learner, grade.submission.assignment): grade for grade in graded}


@pytest.mark.sandbox
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_solved_notebook_earns_everything(grades: dict, name: str) -> None:
    result = grades["solved", name].result
    assert result.score == result.points == ASSIGNMENTS[name].points
    assert result.problems == ()


@pytest.mark.sandbox
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_unsolved_notebook_earns_nothing_and_is_told_why(grades: dict, name: str) -> None:
    result = grades["unsolved", name].result
    assert result.score == 0
    assert {group.diagnosis.kind for group in result.groups} == {"not-written"}


# Each draws the same every time (the judge, above, another one): more of them is for a change of the exercises.
MORE = [pytest.param(seed, marks=pytest.mark.thorough) for seed in range(3, 10)]


@pytest.mark.parametrize("seed", [0, 1, 2, *MORE])
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_whatever_cases_are_drawn_the_reference_is_right(name: str, seed: int) -> None:
    for id, key in hidden_keys(ASSIGNMENTS[name], seed).items():
        with np.errstate(all="ignore"):
            outcomes = solved({**ASSIGNMENTS[name].questions, **ASSIGNMENTS[name].retired}[id], key)
        for group in key.groups:
            found = diagnose(key.info, group, outcomes[group.name])
            assert found.passed, f"{id}/{group.name}: {found.message}"
