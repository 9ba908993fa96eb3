"""Sphinx for tests that build a book of a page or two: ``python -m sphinx`` without three seconds of imports."""

import atexit
import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

PARENT = """
import json, os, sys, traceback
import fontTools.subset, matplotlib.figure, myst_nb, myst_nb.sphinx_ext, sphinx.builders.html, sphinx.cmd.build
import sphinxcontrib.bibtex
for line in sys.stdin:
    arguments, said, complained = json.loads(line)
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        for path, stream in ((said, 1), (complained, 2)):
            os.dup2(os.open(path, os.O_WRONLY), stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        code = 1
        try:
            code = sphinx.cmd.build.main(arguments)
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@cache
def _parent() -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end() -> None:
        process.kill()
        process.communicate()

    atexit.register(end)
    return process


def sphinx(*arguments: str | Path) -> subprocess.CompletedProcess:
    """What ``python -m sphinx`` with these arguments gives."""
    parent = _parent()
    with tempfile.NamedTemporaryFile("r") as said, tempfile.NamedTemporaryFile("r") as complained:
        words = [str(argument) for argument in arguments]
        print(json.dumps([words, said.name, complained.name]), file=parent.stdin, flush=True)
        answer = parent.stdout.readline()
        assert answer, "the process in which books are built has ended"
        return subprocess.CompletedProcess(words, int(answer), said.read(), complained.read())
