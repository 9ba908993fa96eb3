"""Notebooks handed out before a question was replaced still check, and the build refuses to forget them."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from rnngrade import keys
from rnngrade.authoring.products import Exercises, hash_of
from rnngrade.course import load_assignment
from rnngrade.judge.running.scoring import asked_in

SOURCE = Path(__file__).parent / "fixtures" / "source" / "90_fixture.md"
RENAMED = 'Question(\n        "decay-again", points=1, answer="decay_again"'
ASKED = 'Question(\n        "decay", points=1, answer="decay"'


@pytest.fixture
def replaced(tmp_path):
    """The fixture with `decay` replaced by `decay-again`, and the old one kept."""
    folder = tmp_path / "source"
    shutil.copytree(SOURCE.parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    new = folder / "90_fixture.py"
    old = new.read_text()
    assert ASKED in old
    (folder / "retired").mkdir()
    (folder / "retired" / "90_fixture.py").write_text(
        f'{old}\nQUESTIONS = QUESTIONS[1:2]\nSTANDS_FOR = {{"decay": "decay-again"}}\n')
    new.write_text(old.replace(ASKED, RENAMED))
    return folder


def test_the_keys_hold_the_old_question_too(replaced):
    assignment = load_assignment(replaced / "90_fixture.py")
    assert list(assignment.questions) == ["weight-gradient", "decay-again", "ailments"]
    built = keys.build_assignment(assignment)
    assert built["decay"].info.stands_for == "decay-again"
    assert built["decay"].info.answer == "decay"


@pytest.mark.parametrize(("ids", "asked"), [
    ({"weight-gradient", "decay", "check-decay"}, ["weight-gradient", "decay", "ailments"]),
    ({"weight-gradient", "check-decay"}, ["weight-gradient", "decay", "ailments"]),
    ({"weight-gradient", "decay-again"}, ["weight-gradient", "decay-again", "ailments"]),
    ({"decay-again", "decay"}, ["weight-gradient", "decay-again", "ailments"]),
    (set(), ["weight-gradient", "decay-again", "ailments"]),
])
def test_a_notebook_is_asked_what_it_asks(replaced, ids, asked):
    built = keys.build_assignment(load_assignment(replaced / "90_fixture.py"))
    assert [key.info.id for key in asked_in(SimpleNamespace(ids=frozenset(ids)), built)] == asked


@pytest.mark.parametrize("stands_for", ["{}", '{"decay": "nothing"}', '{"decay": "ailments"}'])
def test_a_retired_question_stands_for_one_of_today_with_its_points(replaced, stands_for):
    path = replaced / "retired" / "90_fixture.py"
    path.write_text(path.read_text() + f"STANDS_FOR = {stands_for}\n")
    with pytest.raises(ValueError, match="STANDS_FOR gives each"):
        load_assignment(replaced / "90_fixture.py")


def make_keys(source, folder):
    return Exercises(source.parent, folder)._keys(load_assignment(source / "90_fixture.py"),
                                                  hash_of(source / "90_fixture.md"))


def test_the_build_refuses_to_forget_a_question(replaced, tmp_path):
    folder = tmp_path / "keys"
    original = load_assignment(SOURCE.with_suffix(".py"))
    keys.save("90_fixture", keys.build_assignment(original), "before", folder)
    retired = replaced / "retired" / "90_fixture.py"
    kept = retired.read_text()
    retired.unlink()
    with pytest.raises(ValueError, match="'decay' is gone"):
        make_keys(replaced, folder)
    retired.write_text(kept)
    assert make_keys(replaced, folder) == "90_fixture.json"
    assert keys.find("decay", folder).info.stands_for == "decay-again"


def test_the_build_refuses_another_question_under_the_same_id(tmp_path):
    source, folder = tmp_path / "source", tmp_path / "keys"
    shutil.copytree(SOURCE.parent, source)
    keys.save("90_fixture", keys.build_assignment(load_assignment(SOURCE.with_suffix(".py"))), "before", folder)
    path = source / "90_fixture.py"
    path.write_text(path.read_text().replace('answer="weight_gradient"', 'answer="other_gradient"'))
    with pytest.raises(ValueError, match="'weight-gradient' asks for something else"):
        make_keys(source, folder)
