"""Serve everything a page needs from the site itself, and nothing it does not need.

The stylesheet and the scripts are made by ``bundle``, typefaces come from packages (see ``fonts``), and mathematics is
typeset at build time (``typeset``): no page asks another host for anything.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import bundle
from sphinx.application import Sphinx
from sphinx.config import Config

EXTENSIONS = Path(__file__).resolve().parent
UNUSED = (  # what Sphinx, its basic theme and other extensions put beside: no page names it
    "*.png", "basic.css", "pygments.css", "mystnb.*.css", "exercise.css", "proof.css", "sphinx-design.min.css",
    "doctools.js", "documentation_options.js", "language_data.js", "searchtools.js", "sphinx_highlight.js",
    "design-tabs.js",
)  # fmt: skip
KEPT = ("card.png", "claims.png")


def _configure(app: Sphinx, config: Config) -> None:
    config.nb_ipywidgets_js = {}
    config.site_key = _site_key()


def _bundle(app: Sphinx) -> None:
    app.config.html_static_path.append(str(bundle.write(Path(app.outdir).parent / "bundle")))


def _site_key() -> str:
    """Hash the look and the behaviour of the site: Sphinx copies static files only when it writes pages."""
    digest = hashlib.sha256()
    for file in sorted(file for folder in (bundle.ASSETS, EXTENSIONS) for file in folder.rglob("*.*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    for file in {file for pattern in UNUSED for file in static.glob(pattern)}:
        if file.name not in KEPT:
            file.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_config_value("site_key", "", "html", [str])
    app.connect("config-inited", _configure, priority=900)
    app.connect("builder-inited", _bundle)
    app.connect("build-finished", _finish, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
