"""What ``rnngrade new`` and ``rnngrade build`` do. Each returns the exit status."""

from __future__ import annotations

import argparse
import os
import shlex
import sys

# One thread, set before numpy is imported below: the numbers must not depend on the author's number of cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from rnngrade.authoring.new import CannotLayOut, build_course, lay_out


def new(arguments: argparse.Namespace) -> int:
    """Lay out a course."""
    try:
        files = lay_out(arguments.folder)
    except (CannotLayOut, OSError) as error:
        return _failed(str(error), 2)
    print("\n".join(f"wrote {file}" for file in files))
    print(f"Next: cd {shlex.quote(str(arguments.folder))}, and rnngrade build")
    return 0


def build(arguments: argparse.Namespace) -> int:
    """Make what is out of date in a course."""
    status = 0
    try:
        for name, written, problem in build_course(arguments.folder):
            if problem:
                status = _failed(problem, 1)
            else:
                print(f"{name}: {'wrote ' + ', '.join(written) if written else 'up to date'}", flush=True)
    except (CannotLayOut, OSError) as error:
        return _failed(str(error), 2)
    return status


def _failed(message: str, status: int) -> int:
    print(f"rnngrade: {message}", file=sys.stderr)
    return status
