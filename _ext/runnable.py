"""Which cells of a chapter run with NumPy and rnnlib alone, and what each needs before it, from their code.

A cell needs the cells that have bound the names it reads, those that have since changed what these names stand for,
and the imports of both; all of it must come from NumPy, rnnlib and a few modules of Python. What draws, reads a file or
uses torch imports something else, so it and all that rests on it is left out.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field

PYTHONS = {"math", "itertools", "functools", "collections", "dataclasses", "typing", "time", "random"}
ALLOWED = {"numpy", "rnnlib"} | PYTHONS
ELSEWHERE = ("rnnlib.figures", "rnnlib.torch_bridge", "rnnlib.data")
GENERATOR = "default_rng"
UNSAFE = {"open", "input", "get_ipython", "display", "glue", "__file__"}


@dataclass
class Cell:
    """What the code of a cell binds, reads and changes."""

    source: str
    imports: dict[str, str] = field(default_factory=dict)  # name -> the statement that imports it, alone
    binds: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    generators: set[str] = field(default_factory=set)
    other: bool = False  # is there more than imports?


@dataclass(frozen=True)
class Block:
    """A cell that can be run: its place among the cells, the imports and the cells that come before it."""

    place: int
    imports: tuple[str, ...]
    before: tuple[int, ...]


def runnable(sources: list[str]) -> list[Block]:
    """The cells that can be run, in order. A cell with magics, or of imports alone, is none."""
    cells = [read(source) for source in sources]
    found = (_block(cells, place) for place, cell in enumerate(cells) if cell.other and cell.source)
    return [block for block in found if block is not None]


def read(source: str) -> Cell:
    """Look at one cell; of one that is not plain Python nothing is known, and it binds nothing."""
    cell = Cell(source)
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return Cell("")
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            cell.imports |= dict(_imported(statement))
        else:
            cell.other = True
            cell.needs |= _read_names(statement) - cell.binds
            cell.binds |= _bound_names(statement)
            cell.changes |= set(_changed(statement))
            cell.generators |= set(_generators(statement))
    cell.needs -= set(cell.imports)
    return cell


def without_imports(source: str) -> str:
    """The code without its imports at the top level."""
    lines = source.split("\n")
    for statement in reversed(ast.parse(source).body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            del lines[statement.lineno - 1 : statement.end_lineno]
    return "\n".join(lines).strip("\n")


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    for alias in statement.names:
        one: ast.Import | ast.ImportFrom
        if isinstance(statement, ast.Import):
            one = ast.Import([alias])
        else:
            one = ast.ImportFrom(statement.module, [alias], statement.level)
        yield alias.asname or alias.name.partition(".")[0], ast.unparse(one)


def allowed(statement: str) -> bool:
    """Whether an import brings nothing but NumPy, rnnlib without its figures, and plain Python."""
    (one,) = ast.parse(statement).body
    assert isinstance(one, ast.Import | ast.ImportFrom)
    names = [f"{one.module}.{one.names[0].name}"] if isinstance(one, ast.ImportFrom) else [one.names[0].name]
    return all(name.partition(".")[0] in ALLOWED and not name.startswith(ELSEWHERE) for name in names)


def _read_names(statement: ast.stmt) -> set[str]:
    """Names that the statement looks up outside itself, those in the bodies of functions included."""
    def tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
        yield table
        for child in table.get_children():
            yield from tables(child)

    top = symtable.symtable(ast.unparse(statement), "cell", "exec")
    inner = {symbol.get_name() for table in list(tables(top))[1:] for symbol in table.get_symbols()
             if symbol.is_global() and symbol.is_referenced()}
    outer = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    own = _bound_names(statement) if _binds_first(statement) else set()
    return {name for name in inner | outer if not hasattr(builtins, name) or name in UNSAFE} - own


def _binds_first(statement: ast.stmt) -> bool:
    """A loop, a ``with`` and a definition bind their names before they read them."""
    return isinstance(statement, ast.For | ast.With | ast.FunctionDef | ast.ClassDef)


def _bound_names(statement: ast.stmt) -> set[str]:
    top = symtable.symtable(ast.unparse(statement), "cell", "exec")
    return {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_namespace()}


def _base(target: ast.expr) -> Iterator[str]:
    while isinstance(target, ast.Subscript | ast.Attribute | ast.Starred):
        target = target.value
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            yield from _base(one)


def _changed(statement: ast.stmt) -> Iterator[str]:
    """Names whose objects are changed in place: ``W *= 2``, ``W[0] = 1``, ``W.x = 1``, ``f(out=W)``, ``W.pop()``."""
    for node in ast.walk(statement):
        match node:
            case ast.AugAssign(target=target):
                yield from _base(target)
            case ast.Assign(targets=targets):
                for target in targets:
                    if not isinstance(target, ast.Name):
                        yield from _base(target)
            case ast.keyword(arg="out", value=value):
                yield from _base(value)
            case ast.Expr(ast.Call(ast.Attribute(value=value))):
                yield from _base(value)


def _generators(statement: ast.stmt) -> Iterator[str]:
    """Names that stand for a random generator, which every draw changes."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Assign) and GENERATOR in ast.unparse(node.value):
            for target in node.targets:
                yield from _base(target)


def _block(cells: list[Cell], place: int) -> Block | None:
    imports: dict[str, None] = {}
    before: set[int] = set()
    pending = [place]
    while pending:
        at = pending.pop()
        cell = cells[at]
        used = _loaded(cell)
        own = [text for name, text in cell.imports.items() if at == place or name in used]
        imports |= dict.fromkeys(own)
        for name in sorted(cell.needs):
            source = _provider(cells, name, at)
            if source is None:
                if name in cell.binds:
                    continue  # a function that names what is bound below it
                return None
            if name in cells[source].imports:
                imports[cells[source].imports[name]] = None
                continue
            changers = (i for i in range(source + 1, at) if _changes(cells, i, name, source))
            fresh = {source, *changers} - before - {place}
            before |= fresh
            pending += fresh
    if not all(map(allowed, imports)):
        return None
    return Block(place, tuple(imports), tuple(sorted(before)))


def _loaded(cell: Cell) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)}


def _provider(cells: list[Cell], name: str, at: int) -> int | None:
    """The last cell before ``at`` that binds or imports the name."""
    return next((i for i in reversed(range(at)) if name in cells[i].binds or name in cells[i].imports), None)


def _changes(cells: list[Cell], at: int, name: str, source: int) -> bool:
    drawn = name in cells[source].generators and name in cells[at].needs
    return drawn or name in cells[at].changes

