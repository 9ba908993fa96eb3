"""Which tests ``make check`` picks for a change."""

import subprocess

import pytest

from tests.check import ROOT, changed, chosen


def test_a_module_has_the_tests_of_its_name_and_those_that_import_it():
    tests, _ = chosen(["rnnlib/scanned.py"])
    assert {"tests/rnnlib/test_scanned.py", "tests/rnnlib/test_package.py"} <= set(tests)


def test_tests_that_import_a_module_under_another_name_are_found():
    assert "tests/rnnlib/test_bidirectional.py" in chosen(["rnnlib/padding.py"])[0]


def test_a_changed_test_is_run_and_a_deleted_one_is_not():
    assert chosen(["tests/rnnlib/test_norms.py", "tests/rnnlib/test_gone.py"])[0] == ["tests/rnnlib/test_norms.py"]


@pytest.mark.parametrize("file", ["exercises/source/03_explosion.md", "exercises/03_explosion.ipynb"])
def test_a_notebook_has_the_tests_of_its_questions_alone(file):
    test, k, names = chosen([file])[0]
    assert (test, k) == ("tests/exercises/test_exercise_questions.py", "-k")
    assert names.startswith("03_explosion or ")
    assert "01_unrolling" not in names


def test_what_is_left_out_is_said():
    tests, left = chosen(["chapters/03_explosion.md", "assets/tokens.css"])
    assert not tests
    assert len(left) == 2


def test_a_change_that_touches_everything_is_left_to_the_whole():
    tests, left = chosen([f"rnnlib/{path.name}" for path in (ROOT / "rnnlib").glob("*.py")])
    assert any("more test files" in words for words in left)
    assert "tests/rnnlib/test_scan.py" in tests


def test_committed_uncommitted_and_new_files_are_changes(tmp_path):
    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--initial-branch", "main")
    for name in ("same", "edited"):
        (tmp_path / name).write_text("1")
    git("add", ".")
    git("commit", "-m", "first")
    git("switch", "-c", "branch")
    (tmp_path / "committed").write_text("1")
    git("add", ".")
    git("commit", "-m", "second")
    (tmp_path / "edited").write_text("2")
    (tmp_path / "new").write_text("1")
    assert changed(tmp_path) == ["committed", "edited", "new"]
