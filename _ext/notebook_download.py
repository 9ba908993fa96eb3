"""Offer every executed chapter as a notebook: a download, and links that open it in JupyterLab, Binder or Colab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from plain_markdown import plain_notebook
from sphinx.application import Sphinx

FOLDER = "notebooks"


def launch_links(app: Sphinx, path: str) -> list[dict[str, str]]:
    """Return a label and an address for each configured target; nothing is contacted before a click."""
    options = app.config.html_theme_options
    owner, name = options["repository_url"].rstrip("/").rsplit("/", 2)[1:]
    where = {"owner": owner, "name": name, "branch": options["repository_branch"], "path": path}
    return [{"text": text, "url": target.format(**where)} for text, target in app.config.launch_targets.items()]


def _offer(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    context["course_notebook"] = None
    if doctree is None or "kernelspec" not in app.env.metadata[pagename]:
        return
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    target = f"{FOLDER}/{Path(pagename).name}.ipynb"
    notebook = plain_notebook(nbformat.read(executed, as_version=4))
    file = Path(app.outdir) / target
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, file)
    context["course_notebook"] = context["pathto"](target, True)
    context["course_launch"] = launch_links(app, f"{pagename}.md")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_config_value("launch_targets", {}, "html", [dict])
    app.connect("html-page-context", _offer, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
