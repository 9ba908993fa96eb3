"""What each of the commands of ``rnngrade`` does, once its words are understood. Each returns the exit status."""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rnngrade import stopping
from rnngrade.judge import Grade, NoIsolation, grade_class
from rnngrade.judge.files import told_apart, visible, write, write_bytes
from rnngrade.judge.handed_in.learners import read_learners
from rnngrade.judge.handed_in.spreadsheet import NoTable
from rnngrade.judge.handed_in.submissions import LEFT_OUT, READY, SUPERSEDED
from rnngrade.judge.isolation.doctor import examine
from rnngrade.judge.results import classes
from rnngrade.judge.results.classes import NoClass
from rnngrade.judge.results.compare import compare as compared
from rnngrade.judge.results.exports import canvas, gradescope, moodle, nbgrader
from rnngrade.judge.results.exports.rosters import Filled, NoRoster
from rnngrade.judge.results.grades import GRADED, moment
from rnngrade.judge.results.records import Busy
from rnngrade.judge.running import gradescope as container
from rnngrade.judge.running.run import Unusable, load_course, read_class
from rnngrade.judge.running.schedulers import Unreachable
from rnngrade.stopping import Terminated

DEFAULT_COURSE = Path("exercises/source")
# The command cannot be carried out as given; the message says what to change.
CANNOT = (Unusable, Busy, Unreachable, NoClass, NoRoster, NoTable)


def run(command: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """Carry out ``command``; what it cannot do, and what ends it, is said in a sentence."""
    try:
        status = command(arguments)
        sys.stdout.flush()  # a full disk or a closed pipe is found out here, not at Python's end
        return status
    except CANNOT as error:
        return _failed(str(error), 2)
    except NoIsolation as error:
        return _failed(str(error), 3)
    except OSError as error:
        return _failed(f"{stopping.sentence(error)}{_kept(arguments)}", stopping.IN_THE_WAY)
    except Terminated:
        return _failed(f"stopped by a signal{_kept(arguments)}", stopping.TERMINATED)
    except KeyboardInterrupt:
        return _failed(f"stopped{_kept(arguments)}", stopping.INTERRUPTED)


def _kept(arguments: argparse.Namespace) -> str:
    kept = arguments.run == "grade" and not arguments.dry_run
    return ". What was graded is kept: the same command goes on from here" if kept else ""


def _failed(message: str, status: int) -> int:
    with contextlib.suppress(OSError):  # nobody may listen: the status says it
        print("rnngrade: " + "\n".join(map(visible, message.splitlines())), file=sys.stderr)
    stopping.silence()
    return status


def _course(given: Path | None) -> Path:
    if given is not None:
        return given / "source" if (given / "source").is_dir() else given
    here = [folder for folder in (DEFAULT_COURSE, Path("source")) if any(folder.glob("[0-9]*.py"))]
    return here[0] if here else Path(__file__).parents[1] / DEFAULT_COURSE


# ---- grading


def grade(arguments: argparse.Namespace) -> int:
    """Grade a class, or only say how it is read."""
    learners = read_learners(arguments.learners) if arguments.learners else {}
    if arguments.dry_run:
        return _read(arguments, learners)
    grades = grade_class(
        arguments.submissions,
        arguments.output,
        _course(arguments.course),
        arguments.seed,
        arguments.jobs,
        progress=_progress(),
        isolation=arguments.isolation,
        scheduler=arguments.scheduler,
        due=dict(arguments.due),
        learners=learners,
    )
    counting = [grade for grade in grades if grade.counts]
    scores = [grade.result.score / grade.result.points for grade in counting if grade.result]
    middle = f", median {statistics.median(scores):.0%} of the points" if scores else ""
    print(f"{len(scores)} of {len(counting)} notebooks graded{middle}. See {arguments.output / 'summary.html'}.")
    others = Counter(grade.status for grade in counting if grade.status != GRADED)
    for status, count in others.items():
        print(f"  {count} {status}: see grades.csv", file=sys.stderr)
    return 1 if others else 0


def _read(arguments: argparse.Namespace, learners: Mapping[str, str]) -> int:
    """Show who has handed in what; the status is what grading the class would have at best."""
    assignments = load_course(_course(arguments.course))
    not_in = [folder for folder in (arguments.output, _course(arguments.course)) if folder]
    lines = read_class(arguments.submissions, assignments, learners, not_in)
    for line in lines:
        who = f"{told_apart(line.learner)}, {visible(line.assignment) or 'no assignment'}" if line.learner else "nobody"
        status = f"{line.status}: {line.problem}" if line.status else ""
        when = f"handed in {moment(line.handed_in)} by {line.time_from}" if line.status == READY else ""
        told = "; ".join(filter(None, [status, line.reading, when]))
        print(f"{told_apart(line.place)}\n    {who}{f' ({visible(told)})' if told else ''}")
    found = {line.learner for line in lines}
    for handed_in, learner in learners.items():
        if learner not in found:
            print(f"rnngrade: nothing was handed in as {told_apart(handed_in)}, as --learners has it", file=sys.stderr)
    counted = Counter(line.status or "to be graded" for line in lines)
    counts = ", ".join(f"{count} {status}" for status, count in counted.items())
    print(f"{len({line.learner for line in lines if line.status == READY})} learners. {counts}.")
    return 1 if set(counted) - {"to be graded", SUPERSEDED, LEFT_OUT} else 0


def _progress() -> Callable[[int, int], None]:
    """Shows on a terminal how many are done, and how long the rest will take at the pace so far."""
    started = time.monotonic()

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            left = (time.monotonic() - started) * (total - done) / done
            tail = f", about {left / 60:.0f} min left" if left > 90 else f", about {left:.0f} s left"
            end = "\n" if done == total else ""
            print(f"\r{f'{done} of {total}{tail if done < total else str()}':40}", end=end, file=sys.stderr, flush=True)

    return show


def compare(arguments: argparse.Namespace) -> int:
    """Say what differs between two gradings."""
    lines = list(compared(arguments.old, arguments.new))
    print("\n".join(lines) if lines else "Nothing differs.")
    return 1 if lines else 0


def doctor(_: argparse.Namespace) -> int:
    """Say what this machine offers."""
    found = list(examine())
    for finding in found:
        print(f"{'ok     ' if finding.good else 'MISSING'}  {finding.name}: {finding.found}")
        if not finding.good:
            print(f"         {finding.advice}")
    works = {finding.name for finding in found if finding.good}
    if "--isolation bubblewrap" in works:
        print("Submissions can be graded here.")
        return 0
    if "--isolation process" in works:
        print("Submissions can be graded here with --isolation process alone, which is weaker.")
        return 1
    print("Submissions cannot be graded here: the judge would refuse.")
    return 3


# ---- platforms


def export(arguments: argparse.Namespace) -> int:
    """Write a graded class as a platform's gradebook."""
    grades = classes.load(arguments.results)
    filled = FORMATS[arguments.format](grades, arguments)
    write(arguments.output, filled.text)
    for remark in filled.remarks:
        print(f"rnngrade: {visible(remark)}", file=sys.stderr)
    for learner, why in filled.missing.items():
        print(f"rnngrade: no line for {told_apart(learner)}: {why}", file=sys.stderr)
    return 1 if filled.missing else 0


def _canvas(grades: Sequence[Grade], arguments: argparse.Namespace) -> Filled:
    if arguments.roster is None:
        raise NoRoster("Canvas imports only lines it knows: export its gradebook, and give it with --roster")
    return canvas.gradebook(grades, canvas.read_roster(arguments.roster), dict(arguments.column))


def _nbgrader(grades: Sequence[Grade], arguments: argparse.Namespace) -> Filled:
    noted = json.loads((arguments.results / "run.json").read_text(encoding="utf-8"))["due"]
    return nbgrader.gradebook(grades, {name: datetime.fromisoformat(time) for name, time in noted.items()})


def _moodle(grades: Sequence[Grade], arguments: argparse.Namespace) -> Filled:
    if arguments.roster is not None:
        return moodle.filled_in(grades, moodle.read_worksheet(arguments.roster), arguments.assignment)
    return moodle.gradebook(grades, arguments.identity, arguments.assignment)


FORMATS = {"canvas": _canvas, "moodle": _moodle, "nbgrader": _nbgrader}


def grade_one(arguments: argparse.Namespace) -> int:
    """Grade the one notebook that Gradescope put into a container; there is a ``results.json`` whatever happens."""
    try:
        one = container.grade_one(
            arguments.assignment, arguments.folder, _course(arguments.course), arguments.isolation
        )
    except Exception as error:
        write(arguments.output, gradescope.broken(error))
        raise
    write(arguments.output, gradescope.results(one))
    return 0


def autograder(arguments: argparse.Namespace) -> int:
    """Make the zip to upload to Gradescope."""
    write_bytes(arguments.output, container.autograder(arguments.assignment, _course(arguments.course)))
    print(f"Upload {arguments.output} on Gradescope under Configure Autograder; choose an Ubuntu 24.04 base image.")
    return 0
