"""The quick look at a change, ``make check``: linters, and the fast tests of what differs from the main branch.

Tests are chosen by name: those that are changed themselves, those called after a changed module, and those of a changed
notebook; then those that name a changed module in an import, as long as there are few. What needs a browser, a sandbox
or the built book, and what is marked slow, is left to ``make test``; what a change leaves unlooked at is said.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("rnnlib", "rnngrade", "reproduce", "bench", "live")
MOST = 12
"""Test files that import a changed module are run if they are at most so many; else the change is for ``make test``."""
LEFT = {
    "chapters": "chapters/ is executed and checked by `make book`",
    "assets": "assets/ is looked at in a browser by `make test`",
    "playground": "playground/ is compared with rnnlib by `make test`",
    "live/page": "live/page/ is used in Chromium and Firefox by `make test`",
    "rnnlib/figures/interactive": "interactive figures are compared with rnnlib in a browser by `make test`",
}
ALWAYS = {"rnnlib": ["tests/rnnlib/test_package.py"]}
QUESTION = re.compile(r'Question\(\s*"([\w-]+)"')
NOTEBOOK = re.compile(r"exercises/(?:source/|solved/)?(?:retired/)?(\d\d_\w+)\.")


def changed(root: Path = ROOT) -> list[str]:
    """Files that differ from where the branch left ``main`` (``origin/main``, else the last commit), new ones too."""

    def git(*arguments: str) -> list[str]:
        run = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
        return run.stdout.splitlines() if run.returncode == 0 else []

    bases = (git("merge-base", "HEAD", branch) for branch in ("origin/main", "main"))
    base = next((found[0] for found in bases if found), "HEAD")
    return sorted({*git("diff", "--name-only", base), *git("ls-files", "--others", "--exclude-standard")})


def chosen(files: Iterable[str], root: Path = ROOT) -> tuple[list[str], list[str]]:
    """Arguments for pytest, and what is left to ``make test``, for these changed files."""
    files = list(files)
    tests = [path.relative_to(root).as_posix() for path in sorted((root / "tests").rglob("test_*.py"))]
    picked: dict[str, None] = dict.fromkeys(file for file in files if file in tests)
    left = [words for place, words in LEFT.items() if any(file.startswith(f"{place}/") for file in files)]
    for file in files:
        picked |= dict.fromkeys(_of_module(file, tests))
    modules = {_dotted(file) for file in files if file.startswith(PACKAGES) and file.endswith(".py")}
    importing = [test for test in tests if test not in picked and modules & set(_imported(root / test))]
    if len(importing) <= MOST:
        picked |= dict.fromkeys(importing)
    else:
        left.append(f"{len(importing)} more test files import what has changed")
    existing = [test for test in picked if (root / test).exists()]
    return existing + _notebooks(files, root), left


def _of_module(file: str, tests: list[str]) -> Iterator[str]:
    """Tests named after a module, and what is asked of its package whatever changes in it."""
    package, name = file.partition("/")[0], Path(file).stem.removeprefix("_")
    if not file.endswith(".py") or package not in (*PACKAGES, "_ext"):
        return
    yield from ALWAYS.get(package, [])
    folder = "tests/site/" if package == "_ext" else f"tests/{package}/"
    yield from (test for test in tests if test.startswith(folder) and Path(test).stem == f"test_{name}")


def _dotted(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(path: Path) -> Iterator[str]:
    """Modules that a test file imports by their full names, or names from."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _notebooks(files: Iterable[str], root: Path) -> list[str]:
    """The tests of notebooks that have changed, and of their questions."""
    names = sorted({found[1] for file in files if (found := NOTEBOOK.match(file))})
    sources = [root / "exercises" / "source" / f"{name}.py" for name in names]
    asked = [id for source in sources if source.exists() for id in QUESTION.findall(source.read_text(encoding="utf-8"))]
    return ["tests/exercises/test_exercise_questions.py", "-k", " or ".join([*names, *asked])] if names else []


def main() -> int:
    """Run it all, stop at the first that fails, and say what was left out."""
    began, python = time.perf_counter(), sys.executable
    files = changed()
    tests, left = chosen(files)
    commands = [[python, "-m", "ruff", "check", "."], [python, "-m", "mypy"]]
    questions = tests.index("-k") - 1 if "-k" in tests else len(tests)
    fast = [python, "-m", "pytest", "-q", "-x", "-m", "not browser and not sandbox and not slow"]
    if tests[:questions]:
        commands.append([*fast, "-n", "2", "--dist", "loadfile", *tests[:questions]])
    if tests[questions:]:
        commands.append([*fast, *tests[questions:]])
    for command in commands:
        print("$", *command[2:], flush=True)
        code = subprocess.run(command, cwd=ROOT).returncode
        if code not in (0, 5):  # 5: no test was left after the marks
            return code
    print(f"{len(files)} files changed, {len(tests[:questions])} test files run, {time.perf_counter() - began:.0f} s.")
    print(*(f"Not looked at: {words}." for words in left), sep="\n")
    print("Before you hand it in: make test.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
