"""Lines of Jupyter that are no Python: ``%magic``, ``!command``, ``name?``. They are left out, or explained."""

from __future__ import annotations

import ast
import re

MAGIC = re.compile(r"\s*(?:(?P<magic>%%?[a-zA-Z]\w*)(?:\s.*)?|(?P<shell>!.*)|\??(?P<help>[\w.]+)\?{1,2})\s*")
HARMLESS = ("%matplotlib", "%config", "%load_ext", "%autoreload", "%reload_ext")
INSTALL = "Nothing can be installed in a page: NumPy, matplotlib, rnnlib and most of Python's library are there. " \
          "Download the notebook to use other packages in Jupyter."


class NoMagic(SyntaxError):
    """A line that only IPython understands; the message says what to write in its place."""


def without(source: str) -> str:
    """The source with those lines left blank that have nothing to do in a page.

    Raises:
        NoMagic: at the first line that only IPython understands.
    """
    try:
        ast.parse(source)
    except SyntaxError:
        return "\n".join("" if _harmless(line) else line for line in source.split("\n"))
    return source


def _harmless(line: str) -> bool:
    found = MAGIC.fullmatch(line)
    if found is None:
        return False
    magic, shell, asked = found.group("magic", "shell", "help")
    if asked:
        raise NoMagic(f"`{line.strip()}` is IPython's. Write `help({asked})`.")
    words = line.split()
    if "pip" in words[0] or "conda" in words[0] or (shell and "pip" in words):
        raise NoMagic(INSTALL)
    if shell:
        raise NoMagic(f"`{line.strip()}` is a command of the system, and a page has none.")
    if magic in HARMLESS:
        return True
    if "time" in magic:
        raise NoMagic(f"`{magic}` is IPython's. Write `import time`, and subtract two values of `time.perf_counter()`.")
    raise NoMagic(f"`{magic}` is IPython's, which is not loaded in a page. In Jupyter, with the notebook downloaded, "
                  "it works.")
