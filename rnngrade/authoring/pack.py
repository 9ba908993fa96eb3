"""The solutions pack: what an instructor of a class wants beside the judge, in one zip.

``python -m rnngrade.authoring.pack exercises --quizzes instructors/quizzes -o pack.zip`` puts together the solved
notebooks, the quizzes with their answers (as text, Moodle XML and QTI) and a marking guide, which is made from the
questions that the judge asks.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from rnngrade import quizzes
from rnngrade.course import Assignment, load_assignment
from rnngrade.questions import Question


def marking_guide(assignment: Assignment) -> str:
    """What the judge looks for in each question of a notebook, as Markdown."""
    total = f"{assignment.points:g} points in {len(assignment.questions)} questions"
    parts = [f"# {assignment.name}\n\n{total}.\n", *map(_of_question, assignment.questions.values())]
    return "\n".join(parts)


def _of_question(question: Question) -> str:
    return "\n".join(_lines(question)) + "\n"


def _lines(question: Question) -> Iterator[str]:
    yield f"## {question.id}: {question.points:g} points\n"
    yield f"The learner defines `{question.answer}` ({question.kind})."
    for group in question.groups:
        within = f", for a loss of at most {group.within:g}" if group.within is not None else ""
        yield f"- *{group.name}*: {group.points:g}{within}"
    if question.kind != "choice":
        yield f"\nRight to a relative {question.tolerance.rtol:g}."
    if question.forbid:
        yield f"\nMay not use: {', '.join(question.forbid)}."
    if question.mistakes:
        yield "\nMistakes recognised by name, and what the learner is told:\n"
        yield from (f"- `{mistake.name}`: {mistake.message}" for mistake in question.mistakes)
    if question.hints:
        yield "\nHints, in their order:\n"
        yield from (f"{number}. {hint}" for number, hint in enumerate(question.hints, 1))


def write(exercises: str | Path, file: str | Path, quiz_folder: str | Path | None = None) -> list[str]:
    """Write the pack and return the names of what is in it.

    Raises:
        FileNotFoundError: there is no source, or an assignment has no solved notebook.
    """
    exercises = Path(exercises)
    sources = sorted((exercises / "source").glob("[0-9]*.py"))
    if not sources:
        raise FileNotFoundError(f"no questions in {exercises / 'source'}")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("README.md", _readme(bool(quiz_folder)))
        for source in sources:
            assignment = load_assignment(source)
            pack.write(exercises / "solved" / f"{assignment.name}.ipynb", f"solved/{assignment.name}.ipynb")
            pack.writestr(f"marking/{assignment.name}.md", marking_guide(assignment))
        if quiz_folder:
            _add_quizzes(pack, quizzes.read_all(quiz_folder))
        return pack.namelist()


def _add_quizzes(pack: zipfile.ZipFile, found: list[quizzes.Quiz]) -> None:
    for quiz in found:
        pack.writestr(f"quizzes/{quiz.name}.md", quizzes.as_text(quiz))
    pack.writestr("quizzes/moodle.xml", quizzes.moodle(found))
    with tempfile.TemporaryDirectory() as folder:
        quizzes.write_qti(found, qti := Path(folder) / "qti.zip")
        pack.write(qti, "quizzes/qti.zip")


def _readme(with_quizzes: bool) -> str:
    lines = [
        f"# Solutions pack, version {version('training-recurrent-networks')}\n",
        "- `solved/`: the notebooks with their solutions, executed.",
        "- `marking/`: for each question its points, what is recognised, and what a learner is told.",
    ]
    if with_quizzes:
        lines.append("- `quizzes/`: with answers; `moodle.xml` and `qti.zip` are for import.")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the solutions pack."""
    asked = argparse.ArgumentParser(prog="python -m rnngrade.authoring.pack", description=main.__doc__)
    asked.add_argument("exercises", help="the folder that has source/ and solved/")
    asked.add_argument("-o", "--output", default="solutions-pack.zip", help="the zip to write")
    asked.add_argument("--quizzes", help="a folder of quizzes to put in as well")
    given = asked.parse_args(arguments)
    try:
        names = write(given.exercises, given.output, given.quizzes)
    except (FileNotFoundError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    print(f"{len(names)} files in {given.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
