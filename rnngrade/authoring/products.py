"""The products: the learner's notebook, the solved one with its outputs, the keys. Written only where they change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata, ClearOutput, ClearSolutions, ComputeChecksums, LockCells

from rnngrade import keys
from rnngrade.authoring.audit import audit
from rnngrade.authoring.colab import linked_to_site, requirement, with_install_cells
from rnngrade.authoring.source import KERNEL, read, stub
from rnngrade.course import Assignment, retired_file
from rnngrade.diagnosis.known import matching
from rnngrade.keys import CaseKey, Key
from rnngrade.models import Made
from rnngrade.outcomes import Failure
from rnngrade.values import Tolerance, agree, plain

PACKAGES = Path(keys.__file__).parents[1]
CELL_TIMEOUT = 120


class ClearSolutionsByKind(ClearSolutions):
    """nbgrader's ClearSolutions with the stub that fits each question: its own is one for all cells, and raises."""

    def __init__(self, assignment: Assignment, **settings: Any) -> None:
        super().__init__(**settings)
        self.stubs = {id: stub(question) for id, question in assignment.questions.items()}

    def preprocess_cell(self, cell: NotebookNode, resources: Any, cell_index: int) -> tuple[NotebookNode, Any]:
        """Clear one cell."""
        self.code_stub = {"python": self.stubs.get(cell.id, "")}
        return super().preprocess_cell(cell, resources, cell_index)


@dataclass(frozen=True)
class Exercises:
    """The folders of the exercises; ``folder`` holds ``source/``, ``solved/`` and the learners' notebooks."""

    folder: Path
    keys: Path = keys.FOLDER

    def sources(self) -> list[Path]:
        """The authors' text notebooks, in order."""
        return sorted(self.folder.glob("source/[0-9]*.md"))

    def learner(self, name: str) -> Path:
        """The notebook a learner opens."""
        return self.folder / f"{name}.ipynb"

    def solved(self, name: str) -> Path:
        """The executed solution."""
        return self.folder / "solved" / f"{name}.ipynb"

    def make(self, source: Path) -> list[str]:
        """Bring the products of one source up to date; the names of the files that were written.

        Raises:
            ValueError: if a question does not pass its audit, saying why.
        """
        assignment, notebook = read(source)
        problems = [f"{id}: {problem}" for id, question in assignment.questions.items() for problem in audit(question)]
        if problems:
            raise ValueError(f"{assignment.name}:\n  " + "\n  ".join(problems))
        notebook.metadata["rnngrade"] = NotebookNode(assignment=assignment.name, source=hash_of(source))
        written = [self._keys(assignment, hash_of(source)), self._learner(assignment, notebook),
                   self._solved(assignment, notebook)]
        return [name for name in written if name]

    def _keys(self, assignment: Assignment, source: str) -> str:
        built = keys.build_assignment(assignment)
        self._kept(assignment, built)
        path = self.keys / f"{assignment.name}.json"
        if keys.stored_source(assignment.name, self.keys) == source and \
                same_keys(keys.load(assignment.name, self.keys), built):
            return ""
        keys.save(assignment.name, built, source, self.keys)
        keys.find.cache_clear()
        return path.name

    def _kept(self, assignment: Assignment, built: dict[str, Key]) -> None:
        """Whether notebooks that were handed out can still be checked with the keys that are about to be written.

        Raises:
            ValueError: if a question that is in the stored keys is gone, or asks for something else.
        """
        if not keys.stored_source(assignment.name, self.keys):
            return
        unless = f". If nobody has one yet, remove {assignment.name}.json from {self.keys.name}/, build again"
        for id, key in keys.load(assignment.name, self.keys).items():
            if id not in built:
                raise ValueError(f"{assignment.name}: {id!r} is gone, and notebooks that ask it are in use: move its "
                                 "question to source/retired, and say in STANDS_FOR which one came in its place"
                                 + unless)
            groups = {group.name for group in key.groups} - {group.name for group in built[id].groups}
            if asks_for(key) != asks_for(built[id]) or groups:
                raise ValueError(f"{assignment.name}: {id!r} asks for something else than the notebooks handed out. "
                                 "Give it a new id, and keep the old question in source/retired" + unless)

    def _learner(self, assignment: Assignment, notebook: NotebookNode) -> str:
        return write(learner_notebook(assignment, notebook), self.learner(assignment.name))

    def _solved(self, assignment: Assignment, notebook: NotebookNode) -> str:
        path = self.solved(assignment.name)
        solved = solved_notebook(notebook)
        if path.exists() and nbformat.read(path, as_version=4).metadata.get("rnngrade") == solved.metadata["rnngrade"]:
            return ""
        name = write(execute(solved, self.folder), path)
        return name and f"solved/{name}"


def hash_of(source: Path) -> str:
    """A hash of an assignment's two source files, and of its retired questions."""
    return keys.source_hash(source, source.with_suffix(".py"), *filter(Path.is_file, [retired_file(source)]))


def asks_for(key: Key) -> tuple[Any, ...]:
    """What an answer has to fit: the name, the arguments, the parts, and for numbers and labels their names."""
    names: tuple[str, ...] = ()
    if not key.info.called:
        expected = key.groups[0].cases[0].expected
        names = tuple(sorted(expected)) if isinstance(expected, dict) else ()
    return key.info.kind, key.info.answer, key.info.arguments, key.info.parts, key.info.maker, names, key.info.points


def hash_of_code() -> str:
    """A hash of the packages whose results the solved notebooks show; the book's figures are not among them."""
    patterns = ("rnnlib/**/*.py", "rnngrade/*.py", "rnngrade/diagnosis/*.py", "rnngrade/generated/*.py")
    files = [path for pattern in patterns for path in PACKAGES.glob(pattern)]
    return keys.source_hash(*(path for path in files if path.name != "cli.py" and "figures" not in path.parts))


def learner_notebook(assignment: Assignment, notebook: NotebookNode) -> NotebookNode:
    """The notebook without solutions or outputs, its checks locked and summed, by nbgrader's own steps."""
    result = nbformat.from_dict(notebook)
    for cell in result.cells:
        if cell.cell_type == "markdown":
            cell.source = linked_to_site(cell.source)
    steps = (LockCells(), ClearSolutionsByKind(assignment), ClearOutput(), CheckCellMetadata(), ComputeChecksums())
    for step in steps:
        result, _ = step.preprocess(result, {})
    result.cells = with_install_cells(result.cells, requirement())
    return result


def solved_notebook(notebook: NotebookNode) -> NotebookNode:
    """The notebook with solutions, markers and metadata, as nbgrader's generate_assignment wants it."""
    result = nbformat.from_dict(notebook)
    result.metadata["rnngrade"]["code"] = hash_of_code()
    return result


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run every cell in a fresh kernel; an error in any cell is raised here."""
    client = NotebookClient(notebook, kernel_name=KERNEL["name"], timeout=CELL_TIMEOUT, record_timing=False,
                            coalesce_streams=True, resources={"metadata": {"path": str(folder)}},
                            extra_arguments=["--IPKernelApp.log_level=40"])
    client.execute()
    notebook.metadata["language_info"] = NotebookNode(name="python")
    return notebook


def write(notebook: NotebookNode, path: Path) -> str:
    """Write the notebook if that changes the file; its name if so."""
    nbformat.validate(notebook)
    text = nbformat.writes(notebook) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return ""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path.name


def same_keys(stored: dict[str, Key], built: dict[str, Key]) -> bool:
    """Whether two sets of keys agree: numbers within tolerance (kernels differ in the last digits), the rest exact."""
    return stored.keys() == built.keys() and all(same_key(stored[id], built[id]) for id in built)


def same_key(stored: Key, built: Key) -> bool:
    """Whether two keys of one question agree."""
    groups = [[(group.name, group.points, group.within, len(group.cases)) for group in key.groups]
              for key in (stored, built)]
    if stored.info != built.info or groups[0] != groups[1] or not _same_made(stored.made, built.made):
        return False
    pairs = [(a, b) for old, new in zip(stored.groups, built.groups) for a, b in zip(old.cases, new.cases)]
    return all(_same_case(a, b, built) for a, b in pairs)


def _same_made(stored: Made | None, built: Made | None) -> bool:
    if stored is None or built is None:
        return stored is built
    return stored.name == built.name and agree(plain(stored.args), plain(built.args), Tolerance())


def _same_case(stored: CaseKey, built: CaseKey, key: Key) -> bool:
    tolerance = key.info.tolerance
    values = [(plain(stored.args), plain(built.args)), (stored.expected, built.expected)]
    mistakes = [(stored.mistakes[name], built.mistakes[name]) for name in built.mistakes]
    return all(_same_value(a, b, tolerance) for a, b in values) and \
        all(_same_value(a, b, matching(tolerance)) for a, b in mistakes)


def _same_value(a: Any, b: Any, tolerance: Tolerance) -> bool:
    return a.type == b.type if isinstance(a, Failure) and isinstance(b, Failure) else agree(a, b, tolerance)
