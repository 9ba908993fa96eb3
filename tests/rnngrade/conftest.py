"""The fixture assignment, its questions and keys."""

from pathlib import Path

import pytest

from rnngrade import keys
from rnngrade.course import load_assignment

SOURCE = Path(__file__).parent / "fixtures" / "source" / "90_fixture.md"


@pytest.fixture(scope="session")
def assignment():
    return load_assignment(SOURCE.with_suffix(".py"))


@pytest.fixture(scope="session")
def built(assignment):
    return keys.build_assignment(assignment)


@pytest.fixture
def key_folder(assignment, built, tmp_path, monkeypatch):
    """The fixture's keys, stored, where check looks for them."""
    keys.save(assignment.name, built, "hash", tmp_path)
    monkeypatch.setattr(keys, "FOLDER", tmp_path)
    keys.find.cache_clear()
    yield tmp_path
    keys.find.cache_clear()
