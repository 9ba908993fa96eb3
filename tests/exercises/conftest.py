"""Every test here runs over all assignments and questions there are, found in exercises/source."""

from pathlib import Path

import pytest

from rnngrade.course import load_assignment

EXERCISES = Path(__file__).parents[2] / "exercises"
SOURCES = sorted(EXERCISES.glob("source/[0-9]*.md"))


def pytest_generate_tests(metafunc):
    """``source`` is each assignment's text notebook; ``question`` each question of each assignment."""
    if "source" in metafunc.fixturenames:
        metafunc.parametrize("source", SOURCES, ids=[path.stem for path in SOURCES], scope="module")
    if "question" in metafunc.fixturenames:
        asked = [q for path in SOURCES for q in load_assignment(path.with_suffix(".py")).questions.values()]
        metafunc.parametrize("question", asked, ids=[q.id for q in asked])


@pytest.fixture(scope="session")
def exercises():
    return EXERCISES
