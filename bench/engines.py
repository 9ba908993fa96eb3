"""Other engines on the same notebooks: ``nbgrader autograde`` and ``otter run``, each as its documentation says.

nbgrader comes with what ``make`` installs. otter-grader wants other versions than the book does, so it is called from
an environment of its own (``python -m venv otter; otter/bin/pip install otter-grader ipykernel``), whose program the
variable ``OTTER`` names: ``make bench OTTER=otter/bin/otter``.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench import processes

NAME = "01_sums"
ANSWERS = {
    "numpy": ("import numpy as np", "def total(x):\n    return x.sum(0)", "def product(a, b):\n    return a @ b"),
    "torch": (
        "import numpy as np\nimport torch",
        "def total(x):\n    return torch.from_numpy(x).sum(0).numpy()",
        "def product(a, b):\n    return (torch.from_numpy(a) @ torch.from_numpy(b)).numpy()",
    ),
}
CHECKS = (
    "x = np.random.default_rng(1).standard_normal((3, 4))\nassert np.allclose(total(x), np.einsum('ij->j', x))",
    "a = np.random.default_rng(2).standard_normal((2, 3))\n"
    "assert np.allclose(product(a, a.T.copy()), np.einsum('ij,kj->ik', a, a))",
)


class Absent(RuntimeError):
    """The engine is not installed; the message says how to have it measured."""


@dataclass(frozen=True)
class Measured:
    """Seconds that each submission took, in the order they were finished; and all of them, on clock and processor."""

    each: list[float]
    seconds: float
    processor: float


def processor() -> float:
    """Seconds of processor time so far, of this process, of all that it has waited for and of all it has running."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    running = sum(map(processes.seconds, processes.descendants(os.getpid())))
    return sum(one.ru_utime + one.ru_stime for one in used) + running


def measured(run: Callable[[Callable[[], None]], list[float]]) -> Measured:
    """What ``run`` took; it returns the seconds of each submission.

    It may call what it is given when all is done but some of its processes, whose time would be lost, are still there.
    """
    started, before = perf_counter(), processor()
    used: list[float] = []
    each = run(lambda: used.append(processor()))
    return Measured(each, perf_counter() - started, max(processor(), *used, 0.0) - before)


def notebook(kind: str, learner: int) -> str:
    """A learner's notebook, right in both questions and unlike any other's, with nbgrader's metadata."""
    setup, *answers = ANSWERS[kind]
    cells = [
        {"cell_type": "markdown", "id": "name", "source": f"Learner {learner}", "metadata": {}},
        _cell("setup", setup),
    ]
    for question, answer, check in zip(("total", "product"), answers, CHECKS):
        cells += [_cell(question, answer, graded=False), _cell(f"check-{question}", check, graded=True)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    return json.dumps(whole)


def _cell(id: str, source: str, graded: bool | None = None) -> dict[str, object]:
    metadata: dict[str, object] = {}
    if graded is not None:
        facts = {"grade_id": id, "grade": graded, "solution": not graded, "locked": graded, "task": False}
        metadata["nbgrader"] = {**facts, "schema_version": 3, **({"points": 1} if graded else {})}
    return {
        "cell_type": "code",
        "id": id,
        "source": source,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }


def nbgrader(kind: str, submissions: int, folder: Path) -> Measured:
    """One command for the class; a submission ends when its graded notebook is written."""
    if importlib.util.find_spec("nbgrader") is None:
        raise Absent("pip install 'training-recurrent-networks[book]'")
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'c'\n")
    for number, place in enumerate(["source", *(f"submitted/s{i}" for i in range(submissions))]):
        (folder / place / NAME).mkdir(parents=True)
        (folder / place / NAME / f"{NAME}.ipynb").write_text(notebook(kind, number))

    def command(*words: str) -> None:
        # Its kernels are found beside its own Python.
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        whole = [sys.executable, "-m", "nbgrader", *words]
        subprocess.run(whole, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, check=True)

    def run(done: Callable[[], None]) -> list[float]:
        started = (folder / "nbgrader_config.py").stat().st_mtime
        command("autograde", NAME)
        written = sorted(path.stat().st_mtime for path in folder.glob(f"autograded/*/{NAME}/{NAME}.ipynb"))
        if len(written) < submissions:
            raise RuntimeError(f"nbgrader graded {len(written)} of {submissions}")
        return [end - start for start, end in zip([started, *written], written)]

    command("generate_assignment", NAME)
    (folder / "nbgrader_config.py").touch()
    return measured(run)


def otter(kind: str, submissions: int, folder: Path) -> Measured:
    """A command for each submission, as its containers run it; without the container."""
    tool = os.environ.get("OTTER") or shutil.which("otter")
    if tool is None:
        raise Absent("see bench/engines.py")
    tool = str(Path(tool).absolute())
    python = Path(tool).with_name("python")
    if kind == "torch" and subprocess.run([python, "-c", "import torch"], capture_output=True).returncode:
        raise Absent("its environment has no torch")
    (folder / "tests").mkdir()
    for question, check in zip(("total", "product"), CHECKS):
        code = "\n".join(f">>> {line}" for line in ["import numpy as np", *check.split("\n")])
        suite = {
            "cases": [{"code": code, "hidden": False, "locked": False}],
            "scored": True,
            "setup": "",
            "teardown": "",
        }
        test = {"name": question, "points": 1, "suites": [{**suite, "type": "doctest"}]}
        (folder / "tests" / f"{question}.py").write_text(f"OK_FORMAT = True\ntest = {test!r}\n")
    for i in range(submissions):
        (folder / f"{i}.ipynb").write_text(notebook(kind, i))
    environment = {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}"}

    def command(*words: str) -> None:
        subprocess.run([tool, *words], cwd=folder, env=environment, capture_output=True, check=True)

    def run(done: Callable[[], None]) -> list[float]:
        each = []
        for i in range(submissions):
            (folder / f"out{i}").mkdir()
            started = perf_counter()
            command("run", "-a", "autograder.zip", "-o", f"out{i}", f"{i}.ipynb")
            each.append(perf_counter() - started)
            if json.loads((folder / f"out{i}" / "results.json").read_text())["tests"][1]["score"] != 1:
                raise RuntimeError(f"otter-grader did not give full marks: {folder / f'out{i}'}")
        return each

    command("generate", "-t", "tests", "-o", "autograder.zip", "--no-environment")
    return measured(run)


ENGINES = {"nbgrader": nbgrader, "otter-grader": otter}
