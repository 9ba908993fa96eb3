"""A class being graded: what is known already, what has to be run, and what is written of both."""

from __future__ import annotations

import errno
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from rnngrade import keys
from rnngrade.course import Assignment
from rnngrade.judge.files import visible, write
from rnngrade.judge.handed_in import belonging, submissions
from rnngrade.judge.handed_in.belonging import Asked
from rnngrade.judge.handed_in.entries import Unreadable
from rnngrade.judge.handed_in.notebook import Notebook
from rnngrade.judge.handed_in.submissions import Submission
from rnngrade.judge.isolation.limits import Limits, NoIsolation
from rnngrade.judge.results import classes, feedback, records, summary, tables
from rnngrade.judge.results.grades import FAILED, GRADED, Grade, moment
from rnngrade.judge.results.records import Records
from rnngrade.judge.results.result import Marked
from rnngrade.judge.running import work
from rnngrade.judge.running.schedulers import Pool

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
DueTimes = Mapping[str, datetime]


@dataclass(frozen=True)
class Facts:
    """What a run depends on beside the notebooks."""

    submissions: Path
    results: Path
    course: Path
    seed: int
    isolation: str
    limits: Limits
    due: DueTimes


def asked(assignments: Mapping[str, Assignment]) -> dict[str, Asked]:
    """What tells the notebook of each assignment."""
    return {
        name: Asked(frozenset(one.ever_asked), frozenset(question.answer for question in one.ever_asked.values()))
        for name, one in assignments.items()
    }


class Class:
    """A class being graded: ``lines`` are all that was handed in, also what is nobody's."""

    def __init__(
        self, facts: Facts, assignments: dict[str, Assignment], drawn: dict[str, dict[str, keys.Key]],
        lines: list[Submission],
    ) -> None:  # fmt: skip
        self.facts, self.assignments, self.drawn, self.lines = facts, assignments, drawn, lines
        self.asked = asked(assignments)
        self.started = time.time()
        forbidden = (name for by_id in drawn.values() for key in by_id.values() for name in key.info.forbid)
        unseen = (facts.submissions, facts.results, facts.course, Path.cwd())
        self.conditions = work.Conditions(
            facts.isolation, facts.limits, tuple(path.resolve() for path in unseen), frozenset(forbidden)
        )
        self.records = Records(facts.results / "records", {name: self._fingerprint(name) for name in drawn})
        self.stamp = facts.isolation
        self.isolates = False  # once something was marked, that one could not be isolated is that one's

    def _fingerprint(self, name: str) -> str:
        facts = self.facts
        return records.fingerprint(
            assignment=name,
            questions=keys.source_hash(*self.assignments[name].files),
            seed=str(facts.seed),
            isolation=facts.isolation,
            limits=asdict(facts.limits),
        )

    def graded(self, found: list[Submission], where: Pool, progress: Progress) -> list[Grade]:
        """Every submission's grade, in the order of ``found``, its feedback written as soon as it is known."""
        place = {id(one): i for i, one in enumerate(found)}
        grades: list[Grade | None] = [None] * len(found)
        with _cancelling(where) as running:
            for done, grade in enumerate(self._each(found, where, running), 1):
                grade = replace(grade, late=self._late(grade.submission), isolation=self.facts.isolation)
                grade = self._give_back(grade)
                grades[place[id(grade.submission)]] = _without_pictures(grade)
                progress(done, len(found))
        return [grade for grade in grades if grade is not None]

    def _each(self, found: list[Submission], where: Pool, running: dict[Future[Marked], Task]) -> Iterator[Grade]:
        """Grades as they come in, with no more notebooks in memory than keep the pool busy."""
        shared = {name: where.share(by_id) for name, by_id in self.drawn.items()}
        for submission in found:
            known = self._looked_at(submission)
            if isinstance(known, Grade):
                yield known
                continue
            if len(running) >= where.width:
                yield from self._finished(running)
            future = where.executor.submit(work.mark, known.notebook, shared[submission.assignment], self.conditions)
            running[future] = known
        while running:
            yield from self._finished(running)

    def _looked_at(self, submission: Submission) -> Grade | Task:
        """A grade, or a task; whatever goes wrong with one notebook is one notebook's line."""
        try:
            return self._known(submission)
        except Exception as error:
            if _is_the_disks(error):
                raise
            log.error("%s cannot be looked at", visible(submission.place), exc_info=error)
            return Grade(submission, FAILED, f"{type(error).__name__}: {error}")

    def _finished(self, running: dict[Future[Marked], Task]) -> Iterator[Grade]:
        done = wait(running, return_when=FIRST_COMPLETED).done
        for future in sorted(done, key=_failed):  # a failure beside a success is that one notebook's, see _grade
            yield self._grade(running.pop(future), future)

    def _grade(self, task: Task, future: Future[Marked]) -> Grade:
        try:
            marked = future.result()
        except Exception as error:  # it must not cost the rest of the class their grades; the exit status tells of it
            if _is_the_disks(error) or (isinstance(error, NoIsolation) and not self.isolates):
                raise
            log.error("the judge failed on %s", visible(task.submission.place), exc_info=error)
            return Grade(task.submission, FAILED, f"{type(error).__name__}: {error}")
        self.isolates = True
        marked = replace(marked, remark=task.remark)
        self.records.put(task.submission.assignment, task.notebook.digest, marked)
        return self._marked(task.submission, task.notebook.digest, marked)

    def _marked(self, submission: Submission, digest: str, marked: Marked) -> Grade:
        self.stamp = marked.stamp
        return Grade(submission, GRADED, marked.remark, marked.result, digest=digest)

    def _known(self, submission: Submission) -> Grade | Task:
        """A grade that needs no sandbox, or what has to be run."""
        if submission.status != submissions.READY:
            return Grade(submission, submission.status, submission.problem)
        try:
            handed = submissions.fetch(submission)
            marked = self.records.get(submission.assignment, handed.digest)  # first: a large notebook costs seconds
            if marked is not None:
                return self._marked(submission, handed.digest, marked)
            notebook = handed.parsed()
        except Unreadable as error:
            return Grade(submission, submissions.UNREADABLE, str(error))
        misplaced = self._misplaced(notebook, submission.assignment)
        if misplaced:
            return Grade(submission, submissions.MISPLACED, misplaced)
        return Task(submission, notebook, _remark(notebook))

    def _misplaced(self, notebook: Notebook, name: str) -> str:
        """Why a notebook is not of the assignment it was handed in for, or nothing."""
        asked = self.asked[name]
        other = "" if belonging.cells(notebook, asked) else belonging.by_cells(notebook, self.asked)
        if other:
            return f"this is the notebook of {other}: ask for that of {name}"
        if belonging.is_foreign(notebook, asked):
            what = "another course's notebook, or none of an exercise"
            return f"{what}: no cell of {name} is in it, and its code names none of the answers"
        return ""

    def _late(self, submission: Submission) -> float:
        due = self.facts.due.get(submission.assignment, self.facts.due.get(""))
        return max(0.0, submission.handed_in - due.timestamp()) / 3600 if due else 0.0

    def _give_back(self, grade: Grade) -> Grade:
        """Write the feedback, unless it is there already: a run that goes on has thousands of them. What it is for."""
        try:
            page = feedback.page(grade)
        except Exception as error:
            log.error("no feedback for %s", visible(grade.submission.place), exc_info=error)
            grade = Grade(grade.submission, FAILED, f"its feedback: {type(error).__name__}: {error}")
            page = feedback.page(grade)
        path = self.facts.results / grade.feedback
        if not path.is_file() or path.is_symlink() or path.read_text(encoding="utf-8", errors="replace") != page:
            write(path, page, durable=False)
        return grade

    def write_tables(self, grades: list[Grade]) -> None:
        """Write what is about the class as a whole."""
        results = self.facts.results
        write(results / "class.json", classes.dumps(grades))
        write(results / "grades.csv", tables.grades(grades))
        write(results / "handed_in.csv", tables.handed_in(self.lines, grades))
        write(results / "questions.csv", tables.questions(grades))
        write(results / "summary.html", summary.page(grades, self.stamp))

    def note(self, finished: bool) -> None:
        """``run.json``: what is needed to go on, and to grade the same way again."""
        facts = self.facts
        noted: dict[str, Any] = {
            "seed": str(facts.seed), "isolation": self.stamp, "finished": finished, "started": moment(self.started),
            "seconds": round(time.time() - self.started, 3), "course": str(facts.course),
            "limits": asdict(facts.limits), "due": {name: time.isoformat() for name, time in facts.due.items()},
            "python": sys.version.split()[0], "numpy": np.__version__,
            "assignments": {name: keys.source_hash(self.assignments[name].source) for name in sorted(self.drawn)},
        }  # fmt: skip
        write(facts.results / "run.json", json.dumps(noted, indent=1) + "\n", mode=0o600)  # it holds the seed


@dataclass(frozen=True)
class Task:
    """A notebook to be marked, whose it is, and a remark for its learner."""

    submission: Submission
    notebook: Notebook
    remark: str


def _is_the_disks(error: Exception) -> bool:
    """Whether all that follows would fail too."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def _failed(future: Future[Marked]) -> bool:
    return future.exception() is not None


@contextmanager
def _cancelling(where: Pool) -> Iterator[dict[Future[Marked], Task]]:
    """The tasks given to the pool; cancelled, if they can be, when something ends the run before them."""
    running: dict[Future[Marked], Task] = {}
    try:
        yield running
    finally:
        for future in running:
            future.cancel()


def _without_pictures(grade: Grade) -> Grade:
    """``grade`` without what only its own page shows: a class of thousands is kept in memory."""
    if grade.result is None:
        return grade
    groups = tuple(replace(group, picture=None) for group in grade.result.groups)
    return replace(grade, result=replace(grade.result, groups=groups))


def _remark(notebook: Notebook) -> str:
    other = f"Its kernel is for {notebook.language}; its cells were run as Python."
    return " ".join([*notebook.remarks, *([other] if notebook.language != "python" else [])])
