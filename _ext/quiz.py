"""The directive ``quiz``: the questions of ``instructors/quizzes/<name>.md``, the answers behind a fold.

::

    ```{quiz} 03_explosion
    ```

Each question is a number, its options are letters; the fold has the right one and what is to be said to each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from rnngrade.quizzes import Question, read

LETTERS = "abcdefgh"


class QuizDirective(SphinxDirective):
    """Write the quiz as MyST and have the page's own parser read it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The questions, one after the other."""
        file = Path(self.env.srcdir, "instructors", "quizzes", f"{self.arguments[0]}.md")
        self.env.note_dependency(str(file))
        try:
            quiz = read(file)
        except (OSError, ValueError) as problem:
            raise self.error(str(problem)) from None
        holder = nodes.container(classes=["quiz"])
        for number, question in enumerate(quiz.questions, 1):
            self.state.nested_parse(StringList(myst(question, number).splitlines(), str(file)), 0, holder)
        return [holder]


def myst(question: Question, number: int) -> str:
    """A question as MyST Markdown."""
    by_letter = list(zip(LETTERS, question.options))
    options = "\n".join(f"- ({letter}) {option.says}" for letter, option in by_letter)
    answers = "\n".join(f"- {_said(letter, option.right)} {option.why}" for letter, option in by_letter)
    fold = f"````{{fold}} Answer {number}\n:class: solution\n{answers}\n````"
    return f"**{number}.** {question.asks}\n\n{options}\n\n{fold}\n"


def _said(letter: str, right: bool) -> str:
    return f"**({letter}) Right.**" if right else f"({letter})"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.setup_extension("fold")
    app.add_directive("quiz", QuizDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
