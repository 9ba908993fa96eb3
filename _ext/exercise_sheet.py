"""The directive ``exercise-sheet``: a graded notebook's questions on the page, with hints and solution behind clicks.

::

    ````{exercise-sheet} 01_unrolling
    :before: final-state
    What does the last row hold?

    ```{moving-figure} PaddedStates
    ```
    ````

It reads ``exercises/source/01_unrolling.md`` and the questions beside it. Each question can be linked to by
``{ref}`exercise-<id>` ``. A cell tagged ``notebook-only`` is left out. What the directive holds is on the page alone:
it stands at the question named by ``before``, between its statement and its code. The directive stands directly under
the page's title, which takes the place of the notebook's. A block of code that is a cell of the notebook has
``cell-<id of the cell>`` for its id, by which ``live/page`` finds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import code_folds
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from rnngrade.authoring.source import read, solution_code, stubbed
from rnngrade.course import Assignment
from rnngrade.questions import Question

TITLE = re.compile(r"\A# .*\n?")


class ExerciseSheetDirective(SphinxDirective):
    """Write the sheet as MyST and have the page's own parser read it."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"before": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """The sections of the sheet."""
        source = Path(self.env.srcdir, "exercises", "source", f"{self.arguments[0]}.md")
        if not source.is_file():
            raise self.error(f"no exercises/source/{source.name}")
        self.env.note_dependency(str(source))
        self.env.note_dependency(str(source.with_suffix(".py")))
        assignment, notebook = read(source)
        before = {self.options["before"]: "\n".join(self.content)} if "before" in self.options else {}
        if bool(before) != bool(self.content) or not before.keys() <= assignment.questions.keys():
            raise self.error(f"before: expected one of {', '.join(assignment.questions)}, and what stands before it")
        text = sheet_text(assignment, notebook, before)
        sheet = nodes.container()
        page = next(self.state.document.findall(nodes.section))
        earlier = len(page)
        self.state.nested_parse(StringList(text.splitlines(), str(source)), 0, sheet, True)
        # The parser has hung the sections on the page already, ahead of the text that introduces them.
        sections = page[earlier:]
        del page[earlier:]
        return [*sheet.children, *sections]


def sheet_text(assignment: Assignment, notebook: NotebookNode, before: dict[str, str]) -> str:
    """The whole sheet as MyST Markdown, with what stands ``before`` a question's code, by its id."""
    cells = [cell for cell in notebook.cells if "notebook-only" not in cell.metadata.get("tags", [])]
    labelled: set[str] = set()
    pieces: list[str] = []
    first = next(i for i, cell in enumerate(cells) if _heading(cell))
    given = [cell for cell in cells[:first] if cell.cell_type == "code"]
    for i, cell in enumerate(cells):
        if i == first and given:
            pieces.append(_given(given))
        if i < first and cell.cell_type == "code":
            continue
        question = assignment.questions.get(cell.id)
        announced = question or (_next_question(cells[i:], assignment) if _heading(cell) else None)
        if announced and announced.id not in labelled:
            labelled.add(announced.id)
            pieces.append(f"(exercise-{announced.id})=")
        if question and question.id in before:
            pieces.append(before[question.id])
        pieces += _question(question, cell) if question else _plain(cell)
    return "\n\n".join(pieces) + "\n"


def _heading(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown" and cell.source.startswith("## ")


def _next_question(cells: list[NotebookNode], assignment: Assignment) -> Question | None:
    """The question that the section opening with ``cells[0]`` asks first."""
    for cell in cells[1:]:
        if _heading(cell):
            return None
        if cell.id in assignment.questions:
            return assignment.questions[cell.id]
    return None


def _plain(cell: NotebookNode) -> list[str]:
    if cell.cell_type == "markdown":
        text = TITLE.sub("", cell.source).strip()
        return [text] if text else []
    is_check = "nbgrader" in cell.metadata
    return [] if is_check else [_block(cell, cell.source)]


def _block(cell: NotebookNode, code: str, kind: str = "") -> str:
    """What the learner's notebook holds in this cell."""
    return f"{{#cell-{cell.id}{kind}}}\n```python\n{code}\n```"


def _question(question: Question, cell: NotebookNode) -> Iterator[str]:
    """Points, what the learner starts from, and behind clicks the hints in order and the solution."""
    parts = ", ".join(f"{group.name} {group.points:g}" for group in question.groups)
    in_groups = f" {parts}." if len(question.groups) > 1 else ""
    points = f"{question.points:g} point{'s' if question.points != 1 else ''}"
    yield f"{{.points}}\n**{points}**{in_groups} You start from:"
    yield _block(cell, stubbed(cell.source, question), " .live-question")
    for i, hint in enumerate(question.hints, 1):
        yield _fold(f"Hint {i} of {len(question.hints)}", "hint", hint)
    yield _fold("Solution", "solution", f"```python\n{solution_code(cell)}\n```")


def _given(cells: list[NotebookNode]) -> str:
    """What the notebook has imported and defined before the first question."""
    title = code_folds.title("\n\n\n".join(cell.source for cell in cells))
    return _fold(title, "code", "\n\n".join(_block(cell, cell.source) for cell in cells))


def _fold(title: str, kind: str, text: str) -> str:
    return f"`````{{fold}} {title}\n:class: {kind}\n{text}\n`````"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.setup_extension("fold")
    app.add_directive("exercise-sheet", ExerciseSheetDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
