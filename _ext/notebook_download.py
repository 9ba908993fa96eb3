"""Offer every executed chapter as a notebook: a download, and links that open it in JupyterLab, Binder or Colab.

The executed notebooks are not in the repository. When the site is published they are put on a branch of their own,
``launch_branch``, beside all else that is in the repository; there Binder and Colab find them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from carried_notebook import carried
from docutils import nodes
from glued import executed, glued
from jupyter_cache import get_cache
from plain_markdown import Book, plain_notebook
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from playground import presets

FOLDER = "notebooks"
logger = logging.getLogger(__name__)


def launch_links(app: Sphinx, path: str, executed: str = "") -> list[dict[str, str]]:
    """Return a label and an address for each configured target; nothing is contacted before a click.

    ``path`` is where the notebook lies in the repository, and ``executed`` where its executed copy lies on the branch
    of these, if it has one: targets with a branch in their address get that.
    """
    options = app.config.html_theme_options
    owner, name = options["repository_url"].rstrip("/").rsplit("/", 2)[1:]
    there = app.config.launch_branch if executed else options["repository_branch"]
    where = {"owner": owner, "name": name, "branch": there}
    places = {text: executed if executed and "{branch}" in target else path for text, target in _targets(app)}
    return [{"text": text, "url": target.format(**where, path=places[text])} for text, target in _targets(app)]


def _targets(app: Sphinx) -> list[tuple[str, str]]:
    return list(app.config.launch_targets.items())


def _book(env: BuildEnvironment) -> Book:
    """Titles, equation numbers and citations of the whole book."""
    titles = {label: title for label, (_, _, title) in env.get_domain("std").data["labels"].items()}
    titles |= {name.split("/")[-1]: title.astext() for name, title in env.titles.items()}
    titles |= {preset["id"]: preset["title"] for preset in presets()}
    equations: dict[str, str] = {}
    for numbers in env.toc_fignumbers.values():
        for kind, labelled in numbers.items():
            shown = {label.removeprefix("equation-"): ".".join(map(str, number)) for label, number in labelled.items()}
            if kind == "displaymath":
                equations |= shown
            else:
                titles |= {label: f"{kind.capitalize()} {number}" for label, number in shown.items()}
    entries = env.get_domain("cite").bibdata.data.entries  # type: ignore[attr-defined]
    return Book(titles, equations, {key: (_authors(entry), entry.fields["year"]) for key, entry in entries.items()})


def _authors(entry: Any) -> str:
    people = entry.persons["author"]
    names = [" ".join(map(str, person.rich_prelast_names + person.rich_last_names)) for person in people]
    return " and ".join(names) if len(names) < 3 else f"{names[0]} et al."


def _offer(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    context["course_notebook"] = None
    if doctree is None or "kernelspec" not in app.env.metadata[pagename]:
        return
    notebook = _with_outputs(app, pagename)
    if not any(_shows_code(cell) for cell in notebook.cells):
        return
    target = f"{FOLDER}/{Path(pagename).name}.ipynb"
    plain = plain_notebook(notebook, _book(app.env), glued(app, pagename))
    try:
        ready = carried(plain, Path(app.srcdir, pagename).parent, app.config.html_theme_options["repository_url"])
    except ValueError as error:
        logger.warning("%s", error, location=pagename)
        return
    code = (cell for cell in ready.cells if cell.cell_type == "code")
    for count, cell in enumerate(code, start=1):  # jupyter-cache drops the counts; the kernel was fresh
        cell.execution_count = count
    file = Path(app.outdir) / target
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(ready, file)
    context["course_notebook"] = context["pathto"](target, True)
    context["course_launch"] = launch_links(app, f"{pagename}.md", target)


def _with_outputs(app: Sphinx, pagename: str) -> nbformat.NotebookNode:
    """The page's executed notebook; myst-nb writes it without outputs where it has found them in the cache."""
    notebook = nbformat.read(executed(app, pagename), as_version=4)
    cache = get_cache(app.config.nb_execution_cache_path)
    return cache.merge_match_into_notebook(notebook, cell_meta=())[1]


def _shows_code(cell: nbformat.NotebookNode) -> bool:
    hidden = {"remove-cell", "remove-input"} & set(cell.metadata.get("tags", ()))
    return cell.cell_type == "code" and not hidden


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_config_value("launch_targets", {}, "html", [dict])
    app.add_config_value("launch_branch", "notebooks", "html", [str])
    app.connect("html-page-context", _offer, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
