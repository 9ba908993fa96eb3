"""The command ``rnngrade``: write an assignment, grade a class, compare, export, and say what isolation there is."""

from __future__ import annotations

import argparse
import io
import logging
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rnngrade import stopping

GRADE_HELP = """\
Grade every notebook in SUBMISSIONS, each in a sandbox of its own, on cases nobody has seen.

SUBMISSIONS is a folder, or a zip, as platforms and people make them, also mixed or within other folders:
  learner/01_unrolling.ipynb
  01_unrolling__learner.ipynb
  01_unrolling/learner/notebook.ipynb
  submitted/learner/01_unrolling/01_unrolling.ipynb    nbgrader's course root
  the downloads of Canvas, Moodle, Blackboard and Gradescope, unpacked or not
--dry-run shows who is taken to have handed in what, and how that was read. Notebooks with other names are known by
the ids of their cells.

RESULTS receives
  summary.html                        how the class did: distribution, hardest questions, commonest mistakes
  feedback/01_unrolling/learner.html  what to give back
  grades.csv                          one line a notebook: score, points, status
  questions.csv                       one line a question and group of cases: earned, finding, mistake
  handed_in.csv                       one line for everything in SUBMISSIONS, and what it was taken for
  class.json, run.json, records/      the same as data; the seed and the versions; what goes on when you start it again

Stop it whenever you like. Started again on the same RESULTS it goes on, with the same hidden cases: only notebooks
that are new or were replaced are graded. Changed questions, limits or versions grade everything again; another --seed
does too. Of several notebooks of one learner for one assignment the one handed in last is graded (by nbgrader's
timestamp.txt beside it, else by the file's time); the others get a line that says so. Late work is graded like any
other and marked with its hours, if --due says when it was due: what lateness costs is yours to say.
"""
STATUS_HELP = """\
exit status:
  0  every notebook was graded
  1  some could not be; grades.csv says which and why, the others are graded
  2  the command cannot be carried out as given
  3  this machine cannot isolate a submission: see rnngrade doctor
  4  something was in the way: a full disk, a place that cannot be written to, a closed pipe
  130, 143  stopped by Ctrl-C or a signal; what was graded is kept. A second Ctrl-C ends it at once
"""
COMPARE_HELP = """\
Say whose score differs between two folders of results, in which questions, and what else differs between the runs.
Exit status 0 if nothing differs, 1 if something does.
"""
EXPORT_HELP = """\
Write a graded class as a file that a platform's gradebook imports.

  canvas    give your gradebook, exported from Canvas, with --roster: it is filled in, found by login, SIS or Canvas id
  moodle    for Grades, Import, CSV file; --identity says what your learners' names are. For what was downloaded from
            an assignment, its grading worksheet; with --roster, Moodle's own is filled in
  nbgrader  what nbgrader export writes
"""
NEW_HELP = """\
Lay out a course of your own: a folder with an assignment of two questions that works, to be replaced by yours. Nothing
is ever overwritten.

  rnngrade new statistics
  cd statistics
  rnngrade build

The book's page "Write your own assignment" goes through it.
"""
BUILD_HELP = """\
Make what is out of date in a course's folder, from source/NN_name.md and source/NN_name.py: the learners' notebook, its
solution with outputs, the keys that checks compare with, and the zip to hand out. A question that does not hold to
what every question must (see the page "Write your own assignment") is refused, and its notebook left as it was.

exit status:
  0  all is up to date
  1  a question was refused, or a solution does not run; what is wrong is said
  2  there is no course in the folder, or a package is missing
"""
Commands = argparse._SubParsersAction  # the type of what add_subparsers returns; argparse has no public name for it


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.run == "grade" and arguments.output is None and not arguments.dry_run:
        parser.error("the following arguments are required: -o/--output (or --dry-run)")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know no more than ASCII
    handler = logging.StreamHandler()
    handler.setFormatter(Visible("%(levelname)s: %(message)s"))
    logging.basicConfig(handlers=[handler])
    if sys.platform == "win32" and arguments.run not in ("new", "build"):
        print("rnngrade: the judge needs Linux: use the container recipe, or WSL 2", file=sys.stderr)
        return 3
    with stopping.stoppable():
        try:
            if arguments.run in ("new", "build"):  # these need nothing of the judge
                from rnngrade.authoring import commands as authoring

                return int(getattr(authoring, arguments.run)(arguments))
            from rnngrade import commands
        except KeyboardInterrupt:
            print("rnngrade: stopped", file=sys.stderr)
            return stopping.INTERRUPTED
        return commands.run(getattr(commands, arguments.run), arguments)


class Visible(logging.Formatter):
    """Shows what learners wrote in a log line, their names and errors, as the tables do: nothing moves a cursor."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as lines."""
        from rnngrade.judge.files import visible

        return "\n".join(map(visible, super().format(record).split("\n")))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rnngrade", description=__doc__)
    chosen = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_grade(chosen)
    compare = _add(chosen, "compare", "whose score changed between two gradings, and why", COMPARE_HELP)
    compare.add_argument("old", type=Path, metavar="OLD", help="folder that grade wrote")
    compare.add_argument("new", type=Path, metavar="NEW", help="another")
    _add_export(chosen)
    _add_gradescope(chosen)
    new = _add(chosen, "new", "lay out a course of your own, with an assignment that works", NEW_HELP)
    new.add_argument("folder", type=Path, metavar="NAME", help="folder to make")
    build = _add(chosen, "build", "make a course's notebooks and keys from its source", BUILD_HELP)
    build.add_argument(
        "folder", type=Path, nargs="?", default=Path(), metavar="FOLDER", help="the course (default: this folder)"
    )
    _add(chosen, "doctor", "what this machine offers for isolation, and how to get the rest")
    return parser


def _add(
    chosen: Commands[argparse.ArgumentParser],
    name: str,
    help: str,
    description: str = "",
    epilog: str = "",
    run: str = "",
) -> argparse.ArgumentParser:
    parser = chosen.add_parser(
        name,
        help=help,
        description=description or help,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run or name)
    return parser


def _add_export(chosen: Commands[argparse.ArgumentParser]) -> None:
    export = _add(chosen, "export", "the gradebook of Canvas, Moodle or nbgrader", EXPORT_HELP)
    export.add_argument("format", choices=("canvas", "moodle", "nbgrader"))
    export.add_argument("results", type=Path, metavar="RESULTS", help="folder that grade wrote")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="file to write")
    export.add_argument(
        "--roster", type=Path, metavar="FILE", help="gradebook exported from Canvas, or grading worksheet from Moodle"
    )
    export.add_argument(
        "--column",
        type=_column,
        action="append",
        default=[],
        metavar="NAME=TITLE",
        help="which column of Canvas's gradebook is an assignment's, where its title is another",
    )
    export.add_argument(
        "--assignment", default="", metavar="NAME", help="whose grading worksheet, if there are several"
    )
    export.add_argument(
        "--identity",
        choices=("username", "email", "idnumber", "participant"),
        default="",
        help="what your learners' names are in Moodle (default: participant, for the grading worksheet, where they "
        "come from Moodle's download; else username)",
    )


def _add_gradescope(chosen: Commands[argparse.ArgumentParser]) -> None:
    make = _add(chosen, "autograder", "make the zip that is a Gradescope autograder for an assignment")
    make.add_argument("assignment", metavar="NAME", help="such as 01_unrolling")
    make.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="zip to write")
    one = _add(
        chosen, "gradescope", "what that autograder runs: grade one notebook, write results.json", run="grade_one"
    )
    one.add_argument("assignment", metavar="NAME")
    one.add_argument("folder", type=Path, metavar="FOLDER", help="with the notebook")
    one.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="results.json to write")
    for parser in (make, one):
        _add_course(parser)
    _add_isolation(one)


def _add_course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--course",
        type=Path,
        metavar="FOLDER",
        help="the course, or its folder of questions (default: exercises/source or source, here; else this course's)",
    )


def _add_isolation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--isolation",
        choices=("bubblewrap", "process"),
        default="bubblewrap",
        help="process: where namespaces are forbidden; weaker, and said so on every result",
    )


def _add_grade(chosen: Commands[argparse.ArgumentParser]) -> None:
    grade = _add(chosen, "grade", "grade a folder of notebooks", GRADE_HELP, STATUS_HELP)
    grade.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="folder with the class's notebooks")
    grade.add_argument("-o", "--output", type=Path, metavar="RESULTS", help="folder to write to")
    grade.add_argument("--dry-run", action="store_true", help="only say who has handed in what, and how that was read")
    grade.add_argument(
        "--learners",
        type=Path,
        metavar="FILE",
        help="table (CSV) of two columns under headings: a file, folder or name as --dry-run shows it; whose it is",
    )
    _add_course(grade)
    grade.add_argument(
        "--seed",
        type=_seed,
        metavar="N",
        help="draw the hidden cases from this number (default: that "
        "of RESULTS, or a fresh secret one, kept in run.json)",
    )
    grade.add_argument(
        "--due",
        type=_due,
        action="append",
        default=[],
        metavar="[NAME=]TIME",
        help="when an assignment, or all, were due: 2026-03-01T12:00, local time unless it says +01:00",
    )
    grade.add_argument("--jobs", type=_positive, metavar="N", help="notebooks at once (default: one a processor)")
    grade.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="let a dask cluster do the work: tcp://host:8786 (its workers need Linux and this package)",
    )
    _add_isolation(grade)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a whole number from 0 up, not {text!r}")
    return int(text)


def _column(text: str) -> tuple[str, str]:
    name, sign, title = text.partition("=")
    if not sign or not name or not title:
        raise argparse.ArgumentTypeError(f"an assignment and a title, 01_unrolling='Unrolling (123)', not {text!r}")
    return name, title


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"a whole number from 1 up, not {text!r}")
    return int(text)


def _due(text: str) -> tuple[str, datetime]:
    name, _, moment = text.rpartition("=")
    try:
        return name, datetime.fromisoformat(moment).astimezone()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a time such as 2026-03-01T12:00, not {moment!r}") from error


if __name__ == "__main__":
    sys.exit(main())
