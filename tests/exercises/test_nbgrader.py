"""nbgrader itself takes the notebooks: it validates them, makes an assignment of them, and grades two submissions."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rnngrade.course import load_assignment
from tests.exercises.conftest import SOURCES

pytestmark = pytest.mark.slow


def nbgrader(*arguments, cwd):
    # nbgrader calls alembic by name.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1", "JUPYTER_CONFIG_DIR": str(cwd / "config"),
                   "JUPYTER_DATA_DIR": str(cwd / "data")}
    return subprocess.run([sys.executable, "-m", "nbgrader", *arguments], cwd=cwd, env=environment,
                          capture_output=True, text=True)


# A quick one: of all, make thorough has nbgrader's points, nbval runs each solved one, the judge grades them.
ONE = next(source for source in SOURCES if source.stem == "03_explosion")


def test_validate_accepts_the_solved_and_not_the_unsolved(exercises, tmp_path):
    name = ONE.stem
    solved = nbgrader("validate", str(exercises / "solved" / f"{name}.ipynb"), cwd=tmp_path)
    assert "Success! Your notebook passes all the tests." in solved.stdout, solved.stdout + solved.stderr
    unsolved = nbgrader("validate", str(exercises / f"{name}.ipynb"), cwd=tmp_path)
    assert "VALIDATION FAILED ON" in unsolved.stdout, unsolved.stdout + unsolved.stderr


@pytest.mark.thorough
def test_autograde_gives_all_points_or_none(source, exercises, tmp_path):
    graded_by_nbgrader(source, exercises, tmp_path)


def test_autograde_gives_all_points_or_none_of_one_notebook(exercises, tmp_path):
    graded_by_nbgrader(ONE, exercises, tmp_path)


def graded_by_nbgrader(source, exercises, tmp_path):
    name = source.stem
    solved, learner = exercises / "solved" / f"{name}.ipynb", exercises / f"{name}.ipynb"
    for folder, notebook in [(f"source/{name}", solved), (f"submitted/ada/{name}", solved),
                             (f"submitted/bob/{name}", learner)]:
        (tmp_path / folder).mkdir(parents=True)
        shutil.copy(notebook, tmp_path / folder / f"{name}.ipynb")
    for step in (["generate_assignment", name], ["autograde", name], ["export", "--to", "grades.csv"]):
        done = nbgrader(*step, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    with open(tmp_path / "grades.csv", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    points = load_assignment(source.with_suffix(".py")).points
    assert {float(row["max_score"]) for row in rows.values()} == {points}
    assert {student: float(row["score"]) for student, row in rows.items()} == {"ada": points, "bob": 0.0}
