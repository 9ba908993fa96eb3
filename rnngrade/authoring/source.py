"""The author's text notebook: short cell tags, expanded to nbgrader's metadata.

``question:<id>`` marks the cell with the solution, ``check:<id>`` or ``check:<id>/<group>`` the cell that checks it.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from rnngrade.course import Assignment, load_assignment
from rnngrade.questions import CALLED, ONLY_GROUP, Question

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def read(path: str | Path) -> tuple[Assignment, NotebookNode]:
    """Read ``exercises/source/NN_name.md`` and the questions beside it, with nbgrader metadata and fixed ids.

    Raises:
        ValueError: where a cell does not fit its question, saying which cell and what it should be.
    """
    path = Path(path)
    assignment = load_assignment(path.with_suffix(".py"))
    notebook = jupytext.read(path)
    notebook.metadata = NotebookNode(kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python"))
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        _expand(cell, assignment)
        _name(cell, seen)
    _complete(notebook, assignment)
    return assignment, notebook


def tagged(cell: NotebookNode, prefix: str) -> str | None:
    """What follows ``prefix:`` in one of the cell's tags, or None."""
    return next((tag.partition(":")[2] for tag in cell.metadata.get("tags", []) if tag.startswith(f"{prefix}:")), None)


def check_id(question: str, group: str = ONLY_GROUP) -> str:
    """The id of the check cell of a question's group: ``check-<id>`` or ``check-<id>-<group>``."""
    return f"check-{question}" if group == ONLY_GROUP else f"check-{question}-{group}"


def check_source(question: str, group: str = ONLY_GROUP) -> str:
    """What a check cell holds, and nothing else."""
    return f'check("{question}")' if group == ONLY_GROUP else f'check("{question}", group="{group}")'


def _expand(cell: NotebookNode, assignment: Assignment) -> None:
    solves, checks = tagged(cell, "question"), tagged(cell, "check")
    if solves:
        _expand_solution(cell, _question(solves, assignment))
    elif checks:
        _expand_check(cell, _question(checks.partition("/")[0], assignment), checks.partition("/")[2] or ONLY_GROUP)
    elif BEGIN in cell.source:
        raise ValueError(f"{assignment.name}: a solution in a cell without the tag question:<id>: {cell.source[:60]!r}")
    kept = [tag for tag in cell.metadata.get("tags", []) if not tag.startswith(("question:", "check:"))]
    cell.metadata.pop("tags", None)
    if kept:
        cell.metadata["tags"] = kept


def _question(id: str, assignment: Assignment) -> Question:
    known = assignment.questions
    if id not in known:
        raise ValueError(f"{assignment.name}: a cell is tagged for {id!r}, but QUESTIONS has {list(known)}")
    return known[id]


def _expand_solution(cell: NotebookNode, question: Question) -> None:
    wanted = 2 if question.maker else 1
    if cell.source.count(BEGIN) != wanted or cell.source.count(END) != wanted:
        count = f"{wanted}, in `{question.maker.name}` and in `{question.answer}`," if question.maker else "one"
        raise ValueError(f"question {question.id!r}: its cell needs {count} {BEGIN!r} and as many {END!r}")
    _defines(stubbed(cell.source, question), question)
    cell.metadata["nbgrader"] = _metadata(question.id, solution=True)


def _expand_check(cell: NotebookNode, question: Question, group: str) -> None:
    points = {g.name: g.points for g in question.groups}
    if group not in points:
        raise ValueError(f"question {question.id!r} has no group {group!r}, but {list(points)}")
    if cell.source.strip() != check_source(question.id, group):
        raise ValueError(f"question {question.id!r}: its check cell should read {check_source(question.id, group)}, "
                         f"got {cell.source!r}")
    cell.metadata["nbgrader"] = _metadata(check_id(question.id, group), solution=False, points=points[group])


def _metadata(grade_id: str, solution: bool, points: float | None = None) -> NotebookNode:
    """nbgrader's schema 3."""
    scored = {} if points is None else {"points": points}
    return NotebookNode(schema_version=3, grade_id=grade_id, grade=not solution, solution=solution,
                        locked=not solution, task=False, **scored)


def stub(question: Question) -> str:
    """What stands where the solution was: for a value nothing that raises, or the learner's cell would not run."""
    if question.kind in CALLED:
        return "# Your code here.\nraise NotImplementedError"
    return f"{question.answer} = ...  # Your answer here."


def stubbed(source: str, question: Question) -> str:
    """The cell's source with the solution replaced by its stub."""
    before, *regions = source.split(BEGIN)
    for region in regions:
        indent = before.rpartition("\n")[2]
        before += f"\n{indent}".join(stub(question).split("\n")) + region.split(END)[1]
    return before


def solution_code(cell: NotebookNode) -> str:
    """The cell's source without the markers."""
    return "\n".join(line for line in cell.source.split("\n") if line.strip() not in (BEGIN, END))


def _defines(source: str, question: Question) -> None:
    """The unsolved cell must run and define the name, or the check could not say kindly that it is not written yet."""
    body = ast.parse(source).body
    functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    assigned = [target.id for node in body if isinstance(node, ast.Assign)
                for target in node.targets if isinstance(target, ast.Name)]
    wanted = [question.answer, *([question.maker.name] if question.maker else [])]
    for name in wanted:
        if name not in (functions if question.kind in CALLED else assigned):
            what = f"def {name}(..), with the solution inside it" if question.kind in CALLED else \
                f"{name} = .. as its solution"
            raise ValueError(f"question {question.id!r}: its cell should hold {what}")


def _name(cell: NotebookNode, seen: Counter[str]) -> None:
    """An id that depends on the cell's text alone: nbgrader's name, or a hash."""
    if "nbgrader" in cell.metadata:
        cell.id = cell.metadata.nbgrader.grade_id
        return
    digest = f"{cell.cell_type}-{hashlib.sha256(cell.source.encode()).hexdigest()[:12]}"
    seen[digest] += 1
    cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def _complete(notebook: NotebookNode, assignment: Assignment) -> None:
    """Every question has its solution cell, every group its check cell, after it, and once."""
    found = [cell.id for cell in notebook.cells if "nbgrader" in cell.metadata]
    for question in assignment.questions.values():
        wanted = [question.id, *(check_id(question.id, group.name) for group in question.groups)]
        if [id for id in found if id in wanted] != wanted:
            raise ValueError(f"{assignment.name}: expected the cells {wanted} once each and in this order, got {found}")
