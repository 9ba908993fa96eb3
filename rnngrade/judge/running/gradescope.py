"""Gradescope: the zip that makes an autograder, and what that runs on one submission.

Both as described at https://gradescope-autograders.readthedocs.io/en/latest/specs/. Its containers forbid namespaces,
so the autograder isolates as another user.
"""

from __future__ import annotations

import io
import shlex
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from rnngrade.judge.results.grades import Grade
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

    Raises:
        Unusable: if there is no notebook in it, or several and none has the assignment's name.
    """
    found = sorted(submission.rglob("*.ipynb"))
    wanted = [path for path in found if path.stem == assignment] or found
    if len(wanted) != 1:
        raise Unusable(f"expected one notebook, {assignment}.ipynb; there are {len(wanted)}")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "class", "learner", f"{assignment}.ipynb")
        place.parent.mkdir(parents=True)
        shutil.copyfile(wanted[0], place, follow_symlinks=False)
        return grade_class(Path(folder, "class"), Path(folder, "results"), course, isolation=isolation)[0]


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
