"""What a notebook needs where the course is not beside it: a cell that installs it, and links to its site.

In Colab the first cell installs the course; everywhere else that cell does nothing, in the judge too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who only asks what to install need not have it
    from nbformat import NotebookNode

# A test holds this to _config.yml, which names the repository for the site.
REPOSITORY = "https://github.com/training-recurrent-networks/course"
DISTRIBUTION = "training-recurrent-networks"
PAGE = re.compile(r"\]\(\.\./(chapters/\w+)\.md(#[\w-]+)?\)")


def requirement(extras: str = "figures", repository: str = REPOSITORY) -> str:
    """What pip is told to install: the packages of the course, with the ``extras`` that a notebook needs."""
    return f"{DISTRIBUTION}[{extras}] @ git+{repository}"


def published(repository: str = REPOSITORY) -> str:
    """Where the repository's host publishes the site."""
    owner, name = repository.rstrip("/").rsplit("/", 2)[1:]
    return f"https://{owner}.github.io/{name}"


def linked_to_site(text: str) -> str:
    """Markdown whose links to the book's sources lead to its pages: these have the hints and solutions."""
    return PAGE.sub(lambda match: f"]({published()}/{match[1]}.html{match[2] or ''})", text)


def install_line(wanted: str) -> str:
    """Code that installs ``wanted`` in Colab; elsewhere ``get_ipython`` is not even looked up."""
    return f"""import sys
if "google.colab" in sys.modules: get_ipython().run_line_magic("pip", 'install -q "{wanted}"')"""


def install_cells(wanted: str) -> list[NotebookNode]:
    """A line that says what to install, and the cell that does so in Colab."""
    from nbformat.v4 import new_code_cell, new_markdown_cell

    told = f'It needs the course\'s packages: `pip install "{wanted}"`. In Colab the next cell installs them.'
    return [new_markdown_cell(told, id="what-to-install"), new_code_cell(install_line(wanted), id="install-in-colab")]


def with_install_cells(cells: list[NotebookNode], wanted: str) -> list[NotebookNode]:
    """The cells with those two behind the first, the title."""
    return [*cells[:1], *install_cells(wanted), *cells[1:]]
