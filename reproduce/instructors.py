"""Grade a made-up class and take the pictures of *For instructors*: its summary, and the page of one learner.

``python -m reproduce.instructors`` needs what the judge needs (bubblewrap) and a Chromium. The class is real in all but
its names: its answers are those that outsiders wrote to notebook 3 (``tests/rnngrade/answers``), right and wrong, and
the pages are those that ``rnngrade grade`` wrote. The pictures are kept with a hash of the code that draws such pages;
a test says when they are out of date.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "03_explosion"
ANSWERS = ROOT / "tests" / "rnngrade" / "answers" / "second" / ASSIGNMENT
PICTURES = ROOT / "chapters" / "pictures"
STAMP = PICTURES / "made_from.txt"
DRAWN_BY = ROOT / "rnngrade" / "judge" / "results"
SEED = 3
LEARNERS = (
    "abel", "bianca", "chen", "dagny", "emre", "farida", "goran", "hana", "ines", "jonas", "kofi", "lena", "mirek",
    "nadia", "oskar", "priya", "quentin", "rosa", "sven", "tala",
)  # fmt: skip
SHOWN = "goran"
WIDTH, SCALE = 880, 1.5
VIEWS = {"class": ("summary.html", 1060), "learner": (f"feedback/{ASSIGNMENT}/{SHOWN}.html", 900)}


def made_from() -> str:
    """A hash of all that decides what the pictures show, but the judge's findings: the pages' code, and this class."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for file in sorted(DRAWN_BY.glob("*.*")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def hand_in(folder: Path) -> None:
    """Write the class's notebooks: each learner answers some questions right and others as outsiders did wrongly."""
    rng = np.random.default_rng(SEED)
    solved = nbformat.read(ROOT / "exercises" / "solved" / f"{ASSIGNMENT}.ipynb", as_version=4)
    for i, learner in enumerate(LEARNERS):
        notebook = nbformat.from_dict(solved)
        skill = rng.beta(3, 1.4)
        for cell, file, name in _answer_cells(notebook):
            if rng.random() < skill:
                continue
            if rng.random() < 0.15:
                cell.source = f"def {name}(*arguments):\n    raise NotImplementedError\n"
                continue
            # Every file has the same names, and the notebook is one module.
            code = re.sub(r"\b(right|wrong_\d)\b", rf"\1_{name}", file.read_text(encoding="utf8"))
            cell.source = f"{code}\n\n{name} = wrong_{rng.integers(1, 6)}_{name}\n"
        text = nbformat.writes(notebook)
        if i == len(LEARNERS) - 1:
            text = text[: len(text) // 2]  # the upload broke off
        target = folder / learner / f"{ASSIGNMENT}.ipynb"
        target.parent.mkdir(parents=True)
        target.write_text(text, encoding="utf8")


def _answer_cells(notebook: nbformat.NotebookNode) -> Iterator[tuple[nbformat.NotebookNode, Path, str]]:
    """The cells that define a function which an outsider answered, with that answer's file and the function's name."""
    from rnngrade.course import load_assignment

    questions = load_assignment(ROOT / "exercises" / "source" / f"{ASSIGNMENT}.py").questions
    for cell in notebook.cells:
        question, file = questions.get(cell.id), ANSWERS / f"{cell.id}.py"
        if question is not None and question.kind == "function" and file.exists():
            yield cell, file, question.answer


def photograph(results: Path) -> None:
    """Take both pages in both themes, the upper part of each."""
    from playwright.sync_api import sync_playwright

    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for theme in ("light", "dark"):
            context = chromium.new_context(
                viewport={"width": WIDTH, "height": 1000}, device_scale_factor=SCALE, color_scheme=theme
            )
            for name, (file, height) in VIEWS.items():
                page = context.new_page()
                page.set_viewport_size({"width": WIDTH, "height": height})
                page.goto((results / file).as_uri())
                shot = Path(folder) / "shot.png"
                page.screenshot(path=shot)
                _keep(shot, PICTURES / f"{name}_{theme}.webp")
        chromium.close()


def _keep(shot: Path, target: Path) -> None:
    from PIL import Image

    target.parent.mkdir(exist_ok=True)
    Image.open(shot).convert("RGB").save(target, quality=80, method=6)


def main() -> None:
    """Hand in, grade, take pictures."""
    with tempfile.TemporaryDirectory() as folder:
        handed_in, results = Path(folder, "handed_in"), Path(folder, "results")
        hand_in(handed_in)
        command = [sys.executable, "-m", "rnngrade.cli", "grade", str(handed_in), "-o", str(results), "--seed", "1"]
        done = subprocess.run([*command, "--due", "2099-01-01T12:00"], check=False)
        if done.returncode > 1:  # 1: some notebook could not be graded, as one here is meant not to be
            sys.exit(done.returncode)
        photograph(results)
    STAMP.write_text(f"{made_from()}\n", encoding="utf8")


if __name__ == "__main__":
    main()
