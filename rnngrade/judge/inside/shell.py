"""Stands in for IPython's shell: magics that matter to a notebook's names and files; of the others it is said."""

from __future__ import annotations

import importlib
import json
import os
import shlex
import sys
from collections.abc import Callable
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

RUN_BODY = ("time", "timeit", "capture", "prun", "memit", "mprun", "lprun")
# These do nothing to names and files, or to their display alone.
WITHOUT_EFFECT = frozenset(
    [
        "matplotlib",
        "load_ext",
        "reload_ext",
        "unload_ext",
        "autoreload",
        "aimport",
        "config",
        "precision",
        "pip",
        "conda",
        "mamba",
        "uv",
        "who",
        "whos",
        "who_ls",
        "html",
        "latex",
        "javascript",
        "js",
        "svg",
        "markdown",
        "lsmagic",
        "magic",
        "quickref",
        "doctest_mode",
        "colors",
        "xmode",
        "pdb",
        "debug",
        "history",
        "hist",
        "notebook",
        "tensorboard",
        "logstart",
        "logstop",
        "store",
        "gui",
        "pinfo",
        "pinfo2",
        "psource",
        "pdoc",
        "pfile",
        "psearch",
        "page",
        "pprint",
        "automagic",
        "autocall",
        "alias",
        "unalias",
        "rehashx",
        "bookmark",
        "dirs",
        "dhist",
        "env",
        "reset",
        "reset_selective",
        "ls",
        "ll",
        "pwd",
        "cat",
        "more",
        "man",
        "skip",
        "matplotlib_inline",
        "sql",
    ]
)
HARMLESS = frozenset(
    [
        "pip",
        "pip3",
        "conda",
        "mamba",
        "uv",
        "ls",
        "pwd",
        "echo",
        "nvidia-smi",
        "python",
        "python3",
        "which",
        "date",
        "free",
        "lscpu",
        "cat",
        "head",
        "tail",
        "wc",
        "du",
        "df",
        "uname",
        "jupyter",
        "apt",
        "apt-get",
        "whoami",
        "hostname",
        "top",
        "ps",
        "true",
        "file",
    ]
)


class Nothing:
    """Any part of the shell that is not here: it may be called and looked into, and does nothing."""

    def __call__(self, *_: Any, **__: Any) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class Shell:
    """IPython's shell, as far as it makes sense here. What is not done is told to ``note``, by kind and words."""

    def __init__(self, names: dict[str, Any], note: Callable[[str, str], None]) -> None:
        self.user_ns = names
        self._note = note

    def run_line_magic(self, name: str, line: str, *_: Any, **__: Any) -> None:
        """``%name line``."""
        if name in RUN_BODY:
            self._run_code(line, f"<{name}>")
        elif name == "run":
            self._run_file(line)
        elif name == "cd":
            os.chdir(line.strip().strip("'\"") or ".")
        elif name in ("set_env", "env") and "=" in line:
            key, _sign, value = line.partition("=")
            os.environ[key.strip()] = value.strip()
        elif name in ("sx", "system"):
            self.system(line)
        elif name not in WITHOUT_EFFECT:
            self._note("magic", f"%{name}")

    magic = run_line_magic

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """``%%name line`` over ``cell``."""
        if name in RUN_BODY:
            self._run_code(cell, f"<{name}>")
        elif name in ("writefile", "file"):
            _write_file(line, cell)
        elif name in ("bash", "sh", "script", "!", "system", "sx"):
            for command in cell.splitlines():
                self.system(command)
        elif name not in WITHOUT_EFFECT:
            self._note("magic", f"%%{name}")

    def system(self, command: str) -> None:
        """``!command``: there are no commands here."""
        words = str(command).strip().split()
        if words and not words[0].startswith("#") and words[0] not in HARMLESS:
            self._note("program", f"!{' '.join(words)}")

    def getoutput(self, command: str, *_: Any, **__: Any) -> list[str]:
        """``!command`` assigned to a name."""
        self.system(command)
        return []

    def run_cell(self, code: str, *_: Any, **__: Any) -> None:
        """Run code as a cell would."""
        self._run_code(code, "<run_cell>")

    def ex(self, code: str) -> None:
        """Run code."""
        self._run_code(code, "<ex>")

    def push(self, names: dict[str, Any], *_: Any, **__: Any) -> None:
        """Define names."""
        self.user_ns.update(names)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()

    def _run_code(self, code: str, where: str) -> None:
        exec(compile(TransformerManager().transform_cell(code), where, "exec", dont_inherit=True), self.user_ns)

    def _run_file(self, line: str) -> None:
        """``%run file``: a script in names of its own, which are then the notebook's; or a notebook's cells."""
        words = [word for word in shlex.split(line) if word]
        shared = "-i" in words
        words = words[next((i for i, word in enumerate(words) if not word.startswith("-")), len(words)) :]
        if not words:
            return
        path = words[0] if os.path.exists(words[0]) or words[0].endswith((".py", ".ipynb")) else f"{words[0]}.py"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        sources = _cells(text) if path.endswith(".ipynb") else [text]
        names = self.user_ns if shared or path.endswith(".ipynb") else {"__name__": "__main__", "__file__": path}
        before, sys.argv = sys.argv, words
        try:
            for source in sources:
                code = TransformerManager().transform_cell(source) if path.endswith((".ipynb", ".ipy")) else source
                exec(compile(code, path, "exec", dont_inherit=True), names)
        finally:
            sys.argv = before
            self.user_ns.update({name: value for name, value in names.items() if not name.startswith("__")})


def _cells(text: str) -> list[str]:
    cells = json.loads(text)["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def _write_file(line: str, content: str) -> None:
    words = shlex.split(line)
    append = any(word in ("-a", "--append") for word in words)
    [path] = [word for word in words if not word.startswith("-")]
    if not append and os.path.lexists(path):
        os.remove(path)  # it may be one that came with the notebook, which is not to be written to
    with open(path, "a" if append else "w", encoding="utf-8") as file:
        file.write(content)
    importlib.invalidate_caches()  # it may be imported at once
