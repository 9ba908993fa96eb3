"""Break the library in one small place after another, and list what no test notices: ``python -m tests.mutation``.

Every change is tried in a forked child of a process that has collected all tests: a change in the body of a function is
made in place, any other by importing ``rnnlib`` anew. The child runs the tests that execute the changed lines (as one
run under coverage tells) until the first fails. Changes that survive and are
explained in ``mutants_survived.md`` are counted apart; any other makes the exit status 1. Modules to break may be named
on the command line, as paths; by default it is all of ``MODULES``.
"""

from __future__ import annotations

import argparse
import ast
import copy
import glob
import importlib.machinery
import importlib.util
import json
import os
import re
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType
from typing import NamedTuple

import coverage
import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).parents[1]
EXPLAINED = Path(__file__).with_name("mutants_survived.md")
MODULES = [
    *sorted(path for path in glob.glob("rnnlib/cells/*.py", root_dir=ROOT) if "protocol" not in path),
    *(f"rnnlib/{name}.py" for name in ("through_time", "truncation", "forward_mode", "jacobians", "scan")),
]
IGNORED_TESTS = ("test_figures.py", "test_data.py", "test_tasks.py")

# What a change looks like

OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Add,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
FUNCTIONS = {
    "add": "subtract", "subtract": "add", "multiply": "divide", "divide": "multiply", "maximum": "minimum",
    "max": "min", "min": "max", "argmax": "argmin", "any": "all", "all": "any", "tanh": "sin", "exp": "expm1",
    "expm1": "exp", "log": "log1p", "log1p": "log", "cos": "sin", "sin": "cos", "sqrt": "abs", "sign": "abs",
    "zeros": "ones", "zeros_like": "ones_like", "ones": "zeros", "eye": "ones", "reversed": "list", "real": "imag",
    "not_equal": "equal", "repeat": "tile", "floor": "ceil", "ceil": "floor",
}  # fmt: skip
COMMUTATIVE = ("add", "multiply", "maximum", "minimum", "max", "min", "swapaxes", "vecdot", "not_equal")
UNCHANGED = (ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Raise, ast.Global, ast.Nonlocal)


def alternatives(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of ``node``."""
    match node:
        case ast.BinOp(left, ast.MatMult() | ast.Sub() | ast.Div(), right) if ast.dump(left) != ast.dump(right):
            yield ast.BinOp(right, node.op, left)
    match node:
        case ast.BinOp() | ast.AugAssign() | ast.BoolOp() if type(node.op) in OPERATORS:
            yield changed(node, op=OPERATORS[type(node.op)]())
        case ast.Compare(ops=[op]) if type(op) in OPERATORS:
            yield changed(node, ops=[OPERATORS[type(op)]()])
        case ast.UnaryOp():
            yield node.operand
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value) | float(value)):
            yield ast.Constant(value + 1)
            if value > 0:
                yield ast.Constant(value - 1)
        case ast.Slice():
            yield changed(node, lower=shifted(node.lower, 1) if node.lower else ast.Constant(1))
            yield changed(node, upper=shifted(node.upper, -1) if node.upper else ast.Constant(-1))
        case ast.Attribute(value, "T" | "real" | "conj"):
            yield value
        case ast.Attribute(value, "W" | "W_transposed" as name):
            yield changed(node, attr="W" if name == "W_transposed" else "W_transposed")
        case ast.Call():
            yield from other_calls(node)
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)
        case ast.comprehension(ifs=[_, *_]):
            yield changed(node, ifs=[])
    if isinstance(node, ast.stmt):
        yield from other_statements(node)


def other_calls(node: ast.Call) -> Iterator[ast.AST]:
    called = getattr(node.func, "attr", getattr(node.func, "id", ""))
    starred = any(isinstance(arg, ast.Starred) for arg in node.args)
    if len(node.args) > 1 and not starred and called not in COMMUTATIVE:
        yield changed(node, args=[node.args[1], node.args[0], *node.args[2:]])
    # Where the value is used, writing it in place saves memory and no test can tell; see other_statements.
    for keyword in node.keywords:
        if keyword.arg != "out":
            yield without(node, keyword)
    match node.func:
        case ast.Name(name) if name in FUNCTIONS:
            yield changed(node, func=ast.Name(FUNCTIONS[name], ast.Load()))
        case ast.Attribute(value, name) if name in FUNCTIONS:
            yield changed(node, func=ast.Attribute(value, FUNCTIONS[name], ast.Load()))
        case ast.Attribute(value, "copy" | "astype" | "conj"):
            yield value


def other_statements(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(ast.Constant()) | ast.Pass():
            pass
        case ast.Expr(ast.Call(keywords=[*_, ast.keyword("out") as out])):
            yield ast.Pass()
            yield changed(node, value=without(node.value, out))
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute(), *_]):
            yield ast.Pass()
        case ast.If() | ast.While():
            yield changed(node, test=ast.Constant(False))
            if isinstance(node, ast.If):
                yield changed(node, test=ast.Constant(True))


def without(call: ast.Call, keyword: ast.keyword) -> ast.AST:
    return changed(call, keywords=[other for other in call.keywords if other is not keyword])


def changed(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def shifted(node: ast.expr, by: int) -> ast.expr:
    return ast.BinOp(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(abs(by)))


class Mutant(NamedTuple):
    """A change: the module's path, the function and the lines it is in, whether that runs at import, the statement as
    it becomes, and its number.
    """

    path: str
    function: str
    line: int
    end: int
    imported: bool
    text: str
    number: int


class Changer(ast.NodeTransformer):
    """Count the possible changes of a tree and make the one numbered ``wanted``."""

    def __init__(self, wanted: int | None = None) -> None:
        self.wanted, self.count, self.scopes, self.statements = wanted, 0, [], [None]
        self.made: tuple[list[ast.AST], ast.stmt, ast.AST] | None = None

    def visit(self, node: ast.AST) -> ast.AST:
        is_statement, is_scope = isinstance(node, ast.stmt), isinstance(node, ast.FunctionDef | ast.ClassDef)
        self.statements.append(node if is_statement else self.statements[-1])
        self.scopes += [node] if is_scope else []
        new = self.replace(node)
        self.statements.pop()
        if is_scope:
            self.scopes.pop()
        return new

    def replace(self, node: ast.AST) -> ast.AST:
        for new in alternatives(node):
            if self.count == self.wanted:
                self.made = [*self.scopes], self.statements[-1], new
            self.count += 1
            if self.count - 1 == self.wanted:
                return new
        if isinstance(node, UNCHANGED) or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            return node
        # Any negative number lets reshape fill in a length.
        fixed = ast.UnaryOp if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("reshape") else ()
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "bases", "type_comment"):
                continue
            if isinstance(value, list):
                inside = (isinstance(item, ast.AST) and not isinstance(item, fixed) for item in value)
                value[:] = [self.visit(item) if visited else item for item, visited in zip(value, inside)]
            elif isinstance(value, ast.AST):
                setattr(node, name, self.visit(value))
        return node


@cache
def source(path: str) -> str:
    """Read a module once: it may be edited while its changes are tried."""
    return (ROOT / path).read_text()


def broken(path: str, number: int) -> tuple[ast.Module, Mutant]:
    """Return the tree of a module with one change made, and what that is."""
    tree = ast.parse(source(path))
    changer = Changer(number)
    changer.visit(tree)
    scopes, statement, new = changer.made
    function = next((scope for scope in scopes if isinstance(scope, ast.FunctionDef)), None)
    imported = function in (None, statement) or function.name in called_at_import(tree)
    shown, removed = (new, "") if isinstance(new, ast.stmt) else (statement, "")
    if isinstance(new, ast.Pass):
        shown, removed = statement, "removed: "
    header = next(part for part in ast.unparse(shown).splitlines() if not part.startswith("@"))
    name = ".".join(scope.name for scope in scopes) or "(module)"
    place = (path, name, statement.lineno, last_line(statement), imported)
    return ast.fix_missing_locations(tree), Mutant(*place, removed + header, number)


def called_at_import(tree: ast.Module) -> set[str]:
    """The functions that a module calls when it is imported."""
    called, inside = set(), list(tree.body)
    while inside:
        node = inside.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called.add(node.func.id)
        if not isinstance(node, ast.FunctionDef):
            inside += ast.iter_child_nodes(node)
    return called


def last_line(statement: ast.stmt) -> int:
    """Where a statement ends, or the head of one that has a body."""
    body = getattr(statement, "body", None)
    return body[0].lineno - 1 if body and body[0].lineno > statement.lineno else statement.end_lineno


def all_mutants(path: str) -> list[Mutant]:
    changer = Changer()
    changer.visit(ast.parse(source(path)))
    return [broken(path, number)[1] for number in range(changer.count)]


class BrokenLoader(importlib.machinery.SourceFileLoader):
    """Finds one module of ``rnnlib`` and loads the tree given instead of what its file says."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        super().__init__(module_name(path), str(ROOT / path))
        self.tree = tree

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, _: str) -> object:
        return compile(self.tree, self.path, "exec")


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def break_in_place(tree: ast.Module, mutant: Mutant) -> bool:
    """Give the function that holds the change its new code, if it is in a function's body and can be reached."""
    holder, names = sys.modules[module_name(mutant.path)], mutant.function.split(".")
    for depth in range(1, len(names) + 1):
        holder = vars(holder).get(names[depth - 1])
        function = getattr(holder, "fget", None) or getattr(holder, "__func__", holder)
        if hasattr(function, "__code__"):
            break
    else:
        return False
    code = code_named(compile(tree, str(ROOT / mutant.path), "exec"), ".".join(names[:depth]))
    if code.co_freevars != function.__code__.co_freevars:
        return False
    function.__code__ = code
    return True


def code_named(code: CodeType, name: str) -> CodeType | None:
    """Find the code of a function in that of its module."""
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    found = (part if part.co_qualname == name else code_named(part, name) for part in inner)
    return next(filter(None, found), None)


# Running tests in children


def in_child(work: Callable[[], object], cpu_seconds: int) -> tuple[int, str]:
    """Fork, run ``work`` there silently, and return the process and the file where its result will be, as JSON."""
    handle, result = tempfile.mkstemp()
    os.close(handle)
    sys.stdout.flush()
    if process := os.fork():
        return process, result
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.dup2(1, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_DATA, (4 << 30, 4 << 30))
        Path(result).write_text(json.dumps(work()))
    finally:
        os._exit(0)


class Collected:
    """A pytest plugin that collects the tests, and instead of running them calls ``work`` with itself."""

    def __init__(self, work: Callable[[Collected], object]) -> None:
        self.work, self.result, self.passed, self.failed = work, None, set(), None
        self.items: dict[str, pytest.Item] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        # A failing example is enough, it need not be the smallest.
        settings.register_profile("mutation", settings.get_profile("rnnlib"), phases=[Phase.explicit, Phase.generate])
        settings.load_profile("mutation")
        self.items = {item.nodeid: item for item in session.items}
        self.result = self.work(self)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid)
        elif report.failed:
            self.failed = self.failed or report.nodeid

    def run(self, name: str) -> str | None:
        """Run one test; return its name if it fails or is no longer there."""
        if name not in self.items:
            return name
        item = self.items[name]
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return self.failed

    def first_failure(self, names: list[str]) -> str | None:
        return next(filter(None, map(self.run, names)), None)


def collect(work: Callable[[Collected], object], *files: str) -> object:
    quiet = ("-qqs", "-Wignore:Module already imported", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist")
    plugin = Collected(work)
    pytest.main([*quiet, *files], plugins=[plugin])
    return plugin.result


def baseline(collected: Collected) -> dict[str, object]:
    """Run all tests once; return the seconds of each that passes, and which ones execute which line of which module."""
    cover = coverage.Coverage(data_file=None, include=[str(ROOT / "rnnlib/*")], config_file=False)
    cover.start()
    seconds = {}
    for name in collected.items:
        cover.switch_context(name)
        start = time.process_time()
        collected.run(name)
        seconds[name] = time.process_time() - start
    cover.stop()
    lines = {path: cover.get_data().contexts_by_lineno(str(ROOT / path)) for path in MODULES}
    return {"seconds": {name: seconds[name] for name in collected.passed}, "lines": lines}


def try_out(mutant: Mutant, tests: list[str], collected: Collected) -> str | None:
    """Make the change and run ``tests`` until one fails; return its name."""
    tree, _ = broken(mutant.path, mutant.number)
    if not mutant.imported and break_in_place(tree, mutant):
        return collected.first_failure(tests)
    sys.meta_path.insert(0, BrokenLoader(mutant.path, tree))
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "rnnlib" or "tests/rnnlib" in (getattr(module, "__file__", None) or ""):
            del sys.modules[name]
    files = sorted({name.partition("::")[0] for name in tests})
    return collect(lambda again: again.first_failure(tests) or "none", *files) or "collection"


class Examiner:
    """Tries mutants out, several at a time, and keeps the score."""

    def __init__(self, jobs: int, collected: Collected) -> None:
        self.jobs, self.collected, self.running, self.kills, self.fate = jobs, collected, {}, Counter(), {}
        process, result = in_child(lambda: baseline(collected), 3600)
        os.waitpid(process, 0)
        found = json.loads(Path(result).read_text())
        self.seconds = found["seconds"]
        self.lines = {
            path: {int(line): {name for name in names if name in self.seconds} for line, names in lines.items()}
            for path, lines in found["lines"].items()
        }
        print(f"{len(self.seconds)} of {len(collected.items)} tests pass, in {sum(self.seconds.values()):.0f} s")
        for name in collected.items.keys() - self.seconds.keys():
            print(f"  left out, for it does not pass unbroken: {name}")

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that run the mutant's lines, or the module at all if it is run at import; likely killers first."""
        lines = self.lines[mutant.path]
        names = set().union(*(lines.get(line, set()) for line in range(mutant.line, mutant.end + 1)))
        names = set().union(*lines.values()) if mutant.imported or not names else names
        return sorted(names, key=lambda name: (-self.kills[mutant.path, name], self.seconds[name]))

    def examine(self, mutants: Iterable[Mutant]) -> dict[Mutant, str | None]:
        for mutant in mutants:
            while len(self.running) >= self.jobs:
                self.reap()
            tests = self.tests_of(mutant)
            limit = 20 + 3 * int(sum(map(self.seconds.get, tests)))
            process, result = in_child(lambda m=mutant, t=tests: try_out(m, t, self.collected), limit)
            self.running[process] = mutant, result
        while self.running:
            self.reap()
        return self.fate

    def reap(self) -> None:
        process, status = os.wait()
        mutant, result = self.running.pop(process)
        text = Path(result).read_text()
        os.unlink(result)
        killer = json.loads(text) if text else ("timeout" if os.WIFSIGNALED(status) else "crash")
        self.fate[mutant] = None if killer == "none" else killer
        self.kills[mutant.path, killer] += 1
        if self.fate[mutant] is None:
            print(f"  survived: {mutant.path}:{mutant.line} {mutant.function}: {mutant.text}", flush=True)


def explained() -> set[tuple[str, str, str]]:
    """Read the survivors that are explained: a heading names the module, a row the function and the statement."""
    found, path = set(), ""
    for line in EXPLAINED.read_text().splitlines() if EXPLAINED.exists() else []:
        if heading := re.fullmatch(r"## `(.+)`", line):
            path = heading[1]
        elif row := re.match(r"\| `([^`]+)` \| `(.+?)` \| ", line):
            found.add((path, row[1], row[2].replace("\\|", "|")))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", default=MODULES, help="paths of modules to break")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="changes tried at a time")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    start = time.monotonic()
    mutants = [mutant for path in arguments.modules for mutant in all_mutants(path)]

    def examine(collected: Collected) -> dict[Mutant, str | None]:
        return Examiner(arguments.jobs, collected).examine(mutants)

    ignored = (f"--ignore=tests/rnnlib/{name}" for name in IGNORED_TESTS)
    return report(collect(examine, "tests/rnnlib", *ignored), time.monotonic() - start)


def report(fate: dict[Mutant, str | None], seconds: float) -> int:
    """Print a line a module and the survivors without an explanation; return 1 if there are any."""
    known, unexplained = explained(), []
    rows: dict[str, Counter] = defaultdict(Counter)
    for mutant, killer in fate.items():
        survived = killer is None
        is_known = survived and (mutant.path, mutant.function, mutant.text) in known
        rows[mutant.path].update(mutants=1, timeouts=killer == "timeout", survived=survived, explained=is_known)
        if survived and not is_known:
            unexplained.append(mutant)
    columns = ("mutants", "survived", "explained", "timeouts")
    print(f"\n{'module':34}" + "".join(f"{name:>11}" for name in columns))
    for path, row in [*rows.items(), ("all", sum(rows.values(), Counter()))]:
        print(f"{path:34}" + "".join(f"{row[name]:11}" for name in columns))
    print(f"{seconds:.0f} s, {seconds / max(1, len(fate)):.2f} s a mutant")
    for mutant in unexplained:
        print(f"unexplained: {mutant.path}:{mutant.line} {mutant.function}: {mutant.text}")
    return int(bool(unexplained))


if __name__ == "__main__":
    sys.exit(main())
