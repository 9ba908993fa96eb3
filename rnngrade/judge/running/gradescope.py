"""Gradescope: the zip that makes an autograder, and what that runs on one submission.

Both as described at https://gradescope-autograders.readthedocs.io/en/latest/specs/. Its containers forbid namespaces,
so the autograder isolates as another user.
"""

from __future__ import annotations

import io
import shlex
import stat
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from rnngrade.judge.handed_in.entries import Unreadable
from rnngrade.judge.handed_in.reading import one_learners
from rnngrade.judge.handed_in.submissions import NOTHING, SUPERSEDED, UNREADABLE, Submission, fetch
from rnngrade.judge.isolation.scratch import Scratch
from rnngrade.judge.results.grades import Grade
from rnngrade.judge.running.marking import asked
from rnngrade.judge.running.run import Unusable, grade_class, load_course

SETUP = """\
#!/usr/bin/env bash
# Run once, as root, when the autograder's image is built. Choose an image whose Python is 3.11 or newer: Ubuntu 24.04.
set -euo pipefail
apt-get update
apt-get install -y --no-install-recommends python3 python3-venv libseccomp2
python3 -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 is needed: choose Ubuntu 24.04")'
# Where other users may read it: submissions run as one of them.
python3 -m venv /opt/judge
/opt/judge/bin/pip install --no-cache-dir numpy ipython matplotlib pyseccomp torch
cp -r /autograder/source/packages/. "$(/opt/judge/bin/python -c 'import site; print(site.getsitepackages()[0])')"
chmod -R go-rwx /autograder/source
"""
RUN = """\
#!/usr/bin/env bash
# Run as root for each submission, in /autograder.
set -euo pipefail
chmod -R go-rwx /autograder/source /autograder/submission /autograder/results
exec /opt/judge/bin/python -m rnngrade.cli gradescope {assignment} /autograder/submission \\
    -o /autograder/results/results.json --course /autograder/source/course --isolation process
"""
LEFT_OUT = ("__pycache__", "authoring", "keys")


def grade_one(assignment: str, submission: Path, course: Path, isolation: str) -> Grade:
    """Grade the notebook in the folder ``submission`` that a container holds, on fresh cases.

    The folder is read as one learner's of a class is. Where it does not hold one notebook of the assignment, the grade
    says, to its learner, what it holds.

    Raises:
        Unusable: if the course has no such assignment.
    """
    assignments = load_course(course)
    if assignment not in assignments:
        raise Unusable(f"no assignment {assignment!r} in {course}; it has {', '.join(sorted(assignments))}")
    lines = one_learners(submission, "learner", asked(assignments), assignment)
    wanted = _the_one([line for line in lines if line.assignment == assignment and line.status in ("", SUPERSEDED)])
    if isinstance(wanted, str):
        return Grade(Submission("learner", assignment, ""), NOTHING, wanted, isolation=isolation)
    if wanted is None:
        return Grade(Submission("learner", assignment, ""), NOTHING, _why_none(assignment, lines), isolation=isolation)
    scratch = Scratch()
    try:
        _copy(wanted, scratch.path / "class" / "learner" / f"{assignment}.ipynb")
        [grade, *_] = grade_class(scratch.path / "class", scratch.path / "results", course, isolation=isolation)
        return grade
    except Unreadable as error:
        return Grade(wanted, UNREADABLE, str(error), isolation=isolation)
    finally:
        scratch.remove()


def _the_one(found: list[Submission]) -> Submission | str | None:
    """The notebook to be graded: the one that bears the assignment's name, or the only one; or what to tell."""
    named = [line for line in found if line.place.rpartition("/")[2] == f"{line.assignment}.ipynb"]
    wanted = named if len(named) == 1 else found
    if len(wanted) <= 1 or len({_content(line) for line in wanted}) == 1:
        return wanted[0] if wanted else None
    names = ", ".join(line.place for line in wanted)
    return (
        f"You handed in {len(wanted)} notebooks of {wanted[0].assignment}: {names}. Which one counts cannot be told. "
        f"Submit again with one, named {wanted[0].assignment}.ipynb."
    )


def _content(line: Submission) -> bytes:
    try:
        return line.entry.read() if line.entry else b""
    except Unreadable as error:
        return str(error).encode()


def _why_none(assignment: str, lines: list[Submission]) -> str:
    """What was handed in instead, to its learner."""
    problems = [
        (line.place, (line.problem or f"a notebook of {line.assignment}").partition(": ask for")[0]) for line in lines
    ]
    told = [f"{place}: {problem}" if place else problem for place, problem in problems]
    what = ". ".join(told[:5]) or "Nothing was handed in"
    return f"No notebook of {assignment} was found. {what}. Submit again with {assignment}.ipynb."


def _copy(wanted: Submission, place: Path) -> None:
    """The notebook and what lies beside it, as the class of one."""
    handed = fetch(wanted)
    for name, content in ((place.name, handed.raw), *((file.name, file.content) for file in handed.beside)):
        path = place.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def autograder(assignment: str, course: Path) -> bytes:
    """The zip to upload: a script that sets the container up, one that grades, the packages, the questions.

    Raises:
        Unusable: if the course has no such assignment.
    """
    assignments = load_course(course)
    if assignment not in assignments:
        raise Unusable(f"no assignment {assignment!r} in {course}; it has {', '.join(sorted(assignments))}")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "setup.sh", SETUP.encode(), executable=True)
        _add(archive, "run_autograder", RUN.format(assignment=shlex.quote(assignment)).encode(), executable=True)
        for path in assignments[assignment].files:
            _add(archive, f"course/{path.relative_to(course.resolve()).as_posix()}", path.read_bytes())
        for name, content in _packages():
            _add(archive, f"packages/{name}", content)
    return out.getvalue()


def _packages() -> Iterator[tuple[str, bytes]]:
    """The files of rnngrade and rnnlib that grading needs."""
    for package in ("rnngrade", "rnnlib"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None  # both are installed
        folder = Path(spec.origin).parent
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not set(LEFT_OUT) & set(path.relative_to(folder).parts):
                yield f"{package}/{path.relative_to(folder)}", path.read_bytes()


def _add(archive: zipfile.ZipFile, name: str, content: bytes, executable: bool = False) -> None:
    """Put a file at the root of the archive, with a fixed time: the same course gives the same zip."""
    entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (stat.S_IFREG | (0o755 if executable else 0o644)) << 16
    archive.writestr(entry, content)
