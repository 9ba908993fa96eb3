"""Grades a class: every submission in its own confinement, several at once, one that fails in no other's way.

What is graded is recorded at once. Killed at any moment and started again on the same folder, the run goes on: the
same seed, nothing graded twice, nothing lost. So it does when notebooks have been added or replaced.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from rnngrade import keys
from rnngrade.cells import examples
from rnngrade.course import Assignment, load_assignment
from rnngrade.judge.handed_in.entries import Unreadable
from rnngrade.judge.handed_in.reading import discover
from rnngrade.judge.handed_in.submissions import LEFT_OUT, Submission
from rnngrade.judge.isolation.limits import Limits
from rnngrade.judge.isolation.sandbox import DEFAULT
from rnngrade.judge.results import records
from rnngrade.judge.results.grades import Grade
from rnngrade.judge.running import work
from rnngrade.judge.running.marking import Class, DueTimes, Facts, Progress, asked
from rnngrade.judge.running.schedulers import pool


class Unusable(ValueError):
    """The command cannot be carried out as given; the message says what to change."""


def load_course(folder: Path) -> dict[str, Assignment]:
    """The assignments whose questions lie in ``folder``, by name."""
    found = [load_assignment(path) for path in sorted(folder.glob("[0-9]*.py"))]
    if not found:
        raise Unusable(f"no questions in {folder}: expected files like 01_unrolling.py (--course says where)")
    return {assignment.name: assignment for assignment in found}


def read_class(
    submissions: Path, assignments: Mapping[str, Assignment], learners: Mapping[str, str] | None = None,
    not_in: Iterable[Path] = (),
) -> list[Submission]:  # fmt: skip
    """Everything in a folder, or a zip, and what it is taken for; in folders ``not_in`` nothing is looked for.

    Raises:
        Unusable: if there is no such folder, or it cannot be read.
    """
    if not submissions.is_dir() and not submissions.is_file():
        raise Unusable(f"no folder {submissions}")
    try:
        return discover(submissions, asked(assignments), learners, not_in)
    except Unreadable as error:
        raise Unusable(f"{submissions}: {error}") from error


def hidden_keys(assignment: Assignment, seed: int) -> dict[str, keys.Key]:
    """Fresh cases for every question, and others like them that may be shown.

    Each question's generator depends on the seed and its own id alone.
    """
    found = {}
    for id, question in assignment.ever_asked.items():
        key = keys.build(question, _rng(seed, f"{assignment.name}/{id}"))
        found[id] = examples(key, question, _rng(seed, f"{assignment.name}/{id}/example"))
    return found


def _rng(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")])


def grade_class(
    submissions: Path,
    results: Path,
    course: Path,
    seed: int | None = None,
    jobs: int | None = None,
    limits: Limits | None = None,
    progress: Progress = lambda done, total: None,
    isolation: str = DEFAULT,
    scheduler: str | None = None,
    due: DueTimes | None = None,
    learners: Mapping[str, str] | None = None,
) -> list[Grade]:
    """Grade every notebook under ``submissions`` and write ``results``.

    Args:
        submissions: the class's notebooks.
        results: a folder to write to; if it holds an earlier run's, that run goes on.
        course: the folder with the questions.
        seed: draws the hidden cases; by default the earlier run's, or a fresh secret one.
        jobs: notebooks at once.
        limits: what a submission may use.
        progress: called with the number of notebooks done and of all.
        isolation: ``"bubblewrap"`` or ``"process"``.
        scheduler: the address of a dask cluster that does the work.
        due: for assignments, by name or under ``""`` for all, when they were due.
        learners: whose a file, a folder or a name as it was read is, where these do not tell.

    Raises:
        Unusable: if there is nothing to grade, or nothing to grade it with.
        NoIsolation: if this machine cannot isolate a submission.
        Busy: if another run is writing to ``results``.
        Unreachable: if the cluster cannot be used.
    """
    assignments = load_course(course)
    lines = read_class(submissions, assignments, learners, (results, course))
    found = [line for line in lines if line.status != LEFT_OUT]
    if not found:
        raise Unusable(f"no notebook in {submissions}: expected learner/NN_name.ipynb or NN_name__learner.ipynb")
    with ExitStack() as stack:
        stack.enter_context(_interrupted())
        stack.enter_context(records.alone(results))
        seed = _earlier_seed(results) if seed is None else seed
        facts = Facts(submissions, results, course, seed, isolation, limits or Limits(), due or {})
        present = {one.assignment for one in found} & set(assignments)
        class_ = Class(facts, assignments, {name: hidden_keys(assignments[name], seed) for name in present}, lines)
        class_.note(finished=False)
        stack.callback(work.begin)  # when no thread of the run is left
        where = stack.enter_context(pool(scheduler, jobs))
        stack.callback(work.stop)  # before the pool waits for its threads: what still runs in a sandbox is ended
        grades = class_.graded(found, where, progress)
        class_.write_tables(grades)
        class_.note(finished=True)
    return grades


@contextmanager
def _interrupted() -> Iterator[None]:
    """An interrupt that comes while Python takes or gives back a lock of its own ends in an error of that lock's.

    What was meant is the interrupt behind it.
    """
    try:
        yield
    except Exception as error:
        behind: BaseException | None = error
        while behind is not None and not isinstance(behind, KeyboardInterrupt):
            behind = behind.__context__
        if behind is None:
            raise
        raise behind from error


def _earlier_seed(results: Path) -> int:
    """The seed of the run in ``results``, or a fresh one."""
    try:
        return int(json.loads((results / "run.json").read_text(encoding="utf-8"))["seed"])
    except FileNotFoundError:
        return secrets.randbits(128)
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable(f"{results / 'run.json'} is not one that rnngrade wrote: choose another folder") from error
