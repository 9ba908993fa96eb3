"""Serve everything a page needs from the site itself, and nothing it does not need.

Typefaces come from the packages ``fontpkg-*`` (see ``fonts``), and the theme's icons from a cut of its own icon font
instead of one and a half megabytes of script. What Jupyter Book would fetch from other hosts (thebe, the widget
manager) is unhooked: widgets are mounted by ``assets/anyhost.js``. Mathematics is typeset at build time (``typeset``).
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import fonts
import pydata_sphinx_theme
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.config import Config

EXTENSIONS = Path(__file__).resolve().parent
ASSETS = EXTENSIONS.parent / "assets"  # a folder named _static would be added to every page whole
ICONS = {
    "fa-angle-left", "fa-angle-right", "fa-arrow-up", "fa-bars", "fa-chevron-down", "fa-chevron-right",
    "fa-circle-half-stroke", "fa-download", "fa-list", "fa-magnifying-glass", "fa-moon", "fa-outdent", "fa-rocket",
    "fa-sun",
}  # fmt: skip
HOSTED_ELSEWHERE = "sphinx_thebe"
UNUSED = (
    "scripts/*.map", "styles/*.map", "scripts/fontawesome.js*", "vendor/fontawesome/webfonts/*.ttf", "images/logo_*",
)  # fmt: skip


def _configure(app: Sphinx, config: Config) -> None:
    folder = Path(app.outdir).parent / "fonts" / fonts.key()
    if not folder.exists():
        shutil.rmtree(folder.parent, ignore_errors=True)
        fonts.write(folder / "fonts")
    config.html_static_path += [str(ASSETS), str(folder)]
    config.nb_ipywidgets_js = {"anyhost.js": {"defer": "defer"}}
    app.add_css_file("course.css", priority=900)
    app.add_js_file("a11y.js", loading_method="defer")
    app.add_js_file("selfcheck.js", loading_method="defer")
    config.site_key = _site_key()
    _unhook(app, HOSTED_ELSEWHERE)


def _site_key() -> str:
    """Hash the look and the behaviour of the site: Sphinx copies static files only when it writes pages."""
    digest = hashlib.sha256()
    for file in sorted(file for folder in (ASSETS, EXTENSIONS) for file in folder.rglob("*.*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _unhook(app: Sphinx, extension: str) -> None:
    """Disconnect an extension that Jupyter Book always loads."""
    for event, listeners in app.events.listeners.items():
        app.events.listeners[event] = [one for one in listeners if not one.handler.__module__.startswith(extension)]
    sheet = extension.replace("_", "-")
    app.registry.css_files = [entry for entry in app.registry.css_files if not entry[0].startswith(sheet)]


def _cut_icons(static: Path) -> None:
    """Keep of the theme's icon font, and of its rules, what ``ICONS`` names."""
    stylesheet = static / "styles" / "pydata-sphinx-theme.css"
    css = stylesheet.read_text(encoding="utf8")
    rule = re.compile(r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}')
    points: set[int] = {int(code, 16) for code in re.findall(r'--pst-icon-[\w-]+:"\\([0-9a-f]+)"', css)}

    def keep(match: re.Match[str]) -> str:
        names = {name.removesuffix(":before").removeprefix(".") for name in match[1].split(",")}
        if not names & ICONS:
            return ""
        points.add(int(match[2], 16))
        return match[0]

    stylesheet.write_text(rule.sub(keep, css), encoding="utf8")
    webfonts = static / "vendor" / "fontawesome" / "webfonts"
    font = TTFont(_theme_static() / webfonts.relative_to(static) / "fa-solid-900.woff2")
    cutter = subset.Subsetter(subset.Options(notdef_outline=True))
    cutter.populate(unicodes=points)
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(webfonts / "fa-solid-900.woff2")


def _theme_static() -> Path:
    return Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"


def _drop_unused(static: Path) -> None:
    for pattern in UNUSED:
        for file in static.glob(pattern):
            file.unlink()


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    if (static / "scripts" / "fontawesome.js").exists():  # the theme's files were copied by this build
        _cut_icons(static)
        _drop_unused(static)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_config_value("site_key", "", "html", [str])
    app.connect("config-inited", _configure, priority=900)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
