"""The directive ``playground``: a recurrent network that is trained in the page; and a role that links into it.

::

    ```{playground}
    What a reader without scripts is told.
    ```

    {playground}`clipping-saves`   or   {playground}`the experiment <clipping-saves>`

The modules stand in ``playground/``, served as they are but for comments, beside ``_static`` and not in it: what is
there, every page would load. The role names an experiment of ``playground/presets.json``.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.writers.html5 import HTML5Translator

from rnnlib.figures.palette import SEQUENTIAL

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "_playground"  # in the built site; it repeats the project's folders, so that the modules find each other
PAGE = "chapters/playground"
FILES = [
    *sorted(
        path.relative_to(ROOT)
        for path in (ROOT / "playground").glob("*/**/*")
        if path.suffix in (".js", ".css") and path.name != "experiments.js"
    ),
    *(Path("rnnlib/figures/interactive") / name for name in ("diagnosis.js", "reach_map.js")),
]
SCRIPTS = (("thread.js", "async"), ("main.js", ""))  # in playground/page; the first does not wait for the page
# What the page imports, asked for at once; its thread asks for the engine, and a press on a button for the notebook.
MODULES = [
    file.as_posix()
    for file in FILES
    if file.suffix == ".js"
    and file.name not in ("worker.js", "notebook.js")
    and ("engine" not in file.parts or file.name == "settings.js")
]
TOLD = ("seed", "solvedAt", "divergedAt")  # of each seed
STARTS = {"grows": "tenfold", "left": "left", "below": "below"}  # of the first update, by the claim that is about it
PRESETS, RESULTS = ROOT / "playground" / "presets.json", ROOT / "playground" / "results.json"


class playground(nodes.container):
    """Where the Playground is put up; its children are what is read without scripts."""


class PlaygroundDirective(SphinxDirective):
    """Parse what stands in for the Playground where there are no scripts."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return one ``playground`` node."""
        for path in (PRESETS, RESULTS, *(ROOT / file for file in FILES)):
            self.env.note_dependency(str(path))
        node = playground()
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class PlaygroundRole(SphinxRole):
    """A link to an experiment, ``{playground}`its-id` `` or with words of its own."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link; an experiment that is not there is an error."""
        words, _, target = self.text.rpartition("<")
        name = (target.removesuffix(">") if words else self.text).strip()
        titles = {preset["id"]: preset["title"] for preset in presets()}
        if name not in titles:
            message = self.inliner.reporter.error(f"playground: no experiment {name!r}", line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        return [playground_link(name, words.strip() or titles[name])], []


def playground_link(name: str, words: str) -> nodes.reference:
    """Return a reference that is resolved when the page is written, from wherever that page is."""
    return nodes.reference("", words, internal=True, refuri=f"{PAGE}#preset={name}", classes=["playground-link"])


def presets() -> list[dict[str, Any]]:
    """Return the experiments."""
    found: list[dict[str, Any]] = json.loads(PRESETS.read_text(encoding="utf8"))
    return found


def _resolve_links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for link in doctree.findall(nodes.reference):
        if "playground-link" in link["classes"]:
            _, fragment = link["refuri"].split("#")
            link["refuri"] = f"{app.builder.get_relative_uri(docname, PAGE)}#{fragment}"


def visit_playground(self: HTML5Translator, node: playground) -> None:
    """Open the place for the Playground."""
    self.body.append('<div class="playground" id="playground-here">\n')


def depart_playground(self: HTML5Translator, node: playground) -> None:
    """Close it, and give its script the experiments."""
    # A script ends at the first "</script", wherever it stands; JSON may write its slash escaped.
    text = json.dumps(_data(self.builder), ensure_ascii=False).replace("</", r"<\/")
    self.body.append(f'</div>\n<script type="application/json" id="playground-data">{text}</script>\n')


def _data(builder: Any) -> dict[str, Any]:
    """Return experiments with the addresses and titles of their chapters, what seeds did, and the colours."""
    titles = builder.env.titles
    found = []
    for preset in presets():
        document, _, anchor = preset["chapter"].partition("#")
        if document not in titles:
            raise ExtensionError(f"{PRESETS.name}: {preset['id']} names a chapter that is not there: {document}")
        href = builder.get_relative_uri(PAGE, document) + (f"#{anchor}" if anchor else "")
        asked = [claim for claim in preset["claims"] if not claim.get("beside")]
        found.append(preset | {"claims": asked, "href": href, "chapterTitle": titles[document].astext()})
    return {"presets": found, "results": _told() if RESULTS.exists() else None, "sequential": SEQUENTIAL}


def _told() -> dict[str, Any]:
    """Return of what seeds did what the page tells; the rest is for the tests of what texts say."""
    results = json.loads(RESULTS.read_text(encoding="utf8"))["presets"]
    claims = {
        preset["id"]: {kind for claim in preset["claims"] if not claim.get("beside") for kind in claim}
        for preset in presets()
    }

    def told(seed: dict[str, Any], kinds: set[str]) -> dict[str, Any]:
        start = {key: seed["start"][key] for kind, key in STARTS.items() if kind in kinds}
        more = {"clipped": seed["clipped"]} if "clipped" in kinds else {}
        more |= {"end": {"left": seed["end"]["left"]}} if "gone" in kinds else {}
        return {key: seed[key] for key in TOLD} | more | ({"start": start} if start else {})

    def runs(name: str) -> list[dict[str, Any]]:
        return [{"seeds": [told(seed, claims[name]) for seed in run["seeds"]]} for run in results[name]["runs"]]

    return {"presets": {name: {"runs": runs(name)} for name in results if name in claims}}


def _load_here(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    if pagename != PAGE or app.builder.format != "html":
        return
    address = context["pathto"](FOLDER, True)
    tags = [f'<link rel="stylesheet" href="{address}/playground/page/playground.css" />']
    tags += [f'<script type="module" {how} src="{address}/playground/page/{name}"></script>' for name, how in SCRIPTS]
    tags += [f'<link rel="modulepreload" href="{address}/{module}" />' for module in MODULES]
    context["metatags"] = context.get("metatags", "") + "\n".join(tags)


def _copy(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir) / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    for file in FILES:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        (target / file).write_text(without_comments((ROOT / file).read_text(encoding="utf8")), encoding="utf8")


def without_comments(code: str) -> str:
    """Leave out comments that have lines of their own: a phone would wait for them, and they stand in the project."""
    return re.sub(r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)\n", "", code, flags=re.MULTILINE | re.DOTALL)


def _key() -> str:
    """Hash what the page is made of besides its text."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in (PRESETS, RESULTS) if path.exists())).hexdigest()[:16]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_node(playground, html=(visit_playground, depart_playground))
    app.add_directive("playground", PlaygroundDirective)
    app.add_role("playground", PlaygroundRole())
    app.connect("doctree-resolved", _resolve_links)
    app.connect("html-page-context", _load_here)
    app.connect("build-finished", _copy)
    return {"version": _key(), "parallel_read_safe": True, "parallel_write_safe": True}
