"""``rnngrade new`` and ``rnngrade build``: checks and judge for a course that is not this one.

A course is a folder with ``source/``, from which everything beside it is made; ``template`` is one with an assignment
of two questions.
"""

from __future__ import annotations

import traceback
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rnngrade.authoring.colab import requirement

if TYPE_CHECKING:
    from rnngrade.authoring.products import Exercises

TEMPLATE = Path(__file__).parent / "template"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip knows no time before; with it, the same files are the same zip


class CannotLayOut(ValueError):
    """There is something in the way, or nothing where something should be; the message says what."""


def lay_out(folder: Path) -> list[Path]:
    """Write a course that works into ``folder``; the files, in order.

    Raises:
        CannotLayOut: if anything is there already: nothing is ever overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotLayOut(f"{folder} is there already and not empty: nothing was written. Give another name")
    files = sorted(path for path in TEMPLATE.rglob("*") if path.suffix in (".md", ".py"))
    return [_written(path, folder) for path in files]


def _written(path: Path, folder: Path) -> Path:
    target = folder / path.relative_to(TEMPLATE)
    target.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text(encoding="utf-8")
    if path.name == "README.md":
        text = text.format(title=folder.resolve().name, requirement=requirement())
    target.write_text(text, encoding="utf-8")
    return target


def build_course(folder: Path) -> Iterator[tuple[str, list[str], str]]:
    """Make what is out of date in a course's folder: for each assignment its name, the files written, or a problem.

    Raises:
        CannotLayOut: if there is no source, or the packages that write notebooks are not installed.
    """
    if not any(folder.glob("source/[0-9]*.md")):
        raise CannotLayOut(f"no source/NN_name.md in {folder.resolve()}: run this in a course's folder, or name it")
    try:
        from nbclient.exceptions import CellExecutionError

        from rnngrade.authoring.products import Exercises
    except ImportError as error:
        author = requirement("author")
        raise CannotLayOut(f'{error.name} is needed to write notebooks: pip install "{author}"') from error
    exercises = Exercises(folder.resolve(), folder.resolve() / "keys")
    for source in exercises.sources():
        try:
            written = exercises.make(source)
        except CellExecutionError as error:
            failed = f"pass its check of {error.evalue}" if error.ename == "CheckFailed" else f"run:\n{error}"
            yield source.stem, [], f"{source.stem}: its solution does not {failed}"
        except ValueError as error:
            yield source.stem, [], f"{_line(error, source)}{error}"
        except Exception:  # the author's code is run here, and may raise anything
            yield source.stem, [], f"{source.stem}: its source does not run:\n{traceback.format_exc(limit=-3)}"
        else:
            yield source.stem, [*written, *_hand_out(exercises, source.stem, bool(written))], ""


def _line(error: ValueError, source: Path) -> str:
    """The line of the author's questions that the error comes from, if it does."""
    questions = source.with_suffix(".py")
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == questions]
    return f"{questions.parent.name}/{questions.name}, line {lines[-1]}: " if lines else ""


def _hand_out(exercises: Exercises, name: str, changed: bool) -> list[str]:
    """Zip what a learner gets: a notebook, and its keys in the folder beside it where checks look for them."""
    target = exercises.folder / "handout" / f"{name}.zip"
    if target.exists() and not changed:
        return []
    target.parent.mkdir(exist_ok=True)
    stored = [exercises.keys / f"{name}{suffix}" for suffix in (".json", ".npz")]
    notebook = exercises.learner(name)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, file in {notebook.name: notebook, **{f"keys/{file.name}": file for file in stored}}.items():
            entry = zipfile.ZipInfo(place, EARLIEST)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return [f"handout/{target.name}"]
