"""The reference of ``rnnlib`` and ``rnngrade``, from their docstrings, and the links between it and the chapters.

Its pages name modules, and autodoc writes the entries: what a package offers (``_skip`` says what that is), with its
signature as one calls it. A chapter that names an object in its code or its prose leads to the entry, once a page; the
entry lists the chapters that use it. Both are worked out when the book is built.
"""

from __future__ import annotations

import dataclasses
import importlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import jupytext
from docutils import nodes
from named_in_code import PACKAGES, linked, spelled
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.ext import napoleon
from sphinx.util.docutils import SphinxDirective

PAGES = "chapters/reference"
# Modules that offer all that has a docstring; of every other, what its package offers.
OFFERING = (*PACKAGES, "rnnlib.figures")
WHOLE = ("rnnlib.norms", "rnnlib.trees", "rnngrade.slips", "rnngrade.covers")
OTHERS = ("matplotlib", "numpy", "torch")  # named in docstrings, explained elsewhere
MORE = {"rnnlib.attention.AttentionParams", "rnnlib.cells.orthogonal_maps.skew", "rnnlib.cells.orthogonal_maps.cayley",
        "rnnlib.scan.accumulate", "rnngrade.axes.resolve"}  # fmt: skip
CALL = re.compile(r"\(.*\)$", re.DOTALL)


class UsesNode(nodes.General, nodes.Element):
    """Where the chapters that use an object will be listed."""


class IndexNode(nodes.General, nodes.Element):
    """Where all objects of a package will be listed."""


class UsesDirective(SphinxDirective):
    """``.. reference-uses:: rnnlib.through_time.unroll``: the chapters that use it. Autodoc is told to put it there."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A place, to be filled when all chapters are read."""
        return [UsesNode(object=self.arguments[0])]


class IndexDirective(SphinxDirective):
    """``{reference-index} rnnlib``: every object of a package by the page that has it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A place, to be filled when all pages are read."""
        return [IndexNode(package=self.arguments[0])]


# ---- what is shown, and how


def _configure(app: Sphinx, config: Config) -> None:
    config.autodoc_typehints = "none"  # shapes say more, and stand in the text
    config.autodoc_member_order = "bysource"
    config.autodoc_preserve_defaults = True  # as they are written: np.exp(-1), not its sixteen digits
    config.add_module_names = False
    config.napoleon_numpy_docstring = False
    config.html_domain_indices = ["prf-prf"]  # reference.md lists every object; Sphinx's list has pictures
    listeners = app.events.listeners["autodoc-process-docstring"]
    listeners[:] = [one._replace(handler=_sections) if one.handler.__module__ == "sphinx.ext.napoleon" else one
                    for one in listeners]  # fmt: skip


def _sections(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Napoleon's ``Args:`` and the like, but not of properties, where it takes words before a colon for a type."""
    if what not in ("attribute", "data", "property"):
        napoleon._process_docstring(app, what, name, thing, options, lines)


def _skip(app: Sphinx, what: str, name: str, member: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what a package does not offer, and the fields of a named tuple: its own text says what they are."""
    if skip or type(member).__name__ == "_tuplegetter":
        return True
    if isinstance(member, property) and not member.__doc__:
        return True  # else autodoc tells what a tuple is
    if what != "module":
        return None
    module = getattr(member, "__module__", "")
    shown = module.startswith(WHOLE) or f"{module}.{name}" in MORE or _offered(name, member)
    return None if shown else True


def _offered(name: str, member: Any) -> bool:
    packages = [importlib.import_module(package) for package in OFFERING]
    return any(name in dir(package) and getattr(package, name) is member for package in packages)


def _signature(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, signature: str | None, returns: str | None
) -> tuple[str, None] | None:
    """Show a dataclass as it is made: some have a ``__new__`` that chooses a class, and takes anything."""
    if getattr(thing, "_is_protocol", False):
        return "", None
    if what != "class" or not dataclasses.is_dataclass(thing):
        return None
    fields = [field for field in dataclasses.fields(thing) if field.init]
    named = [field for field in fields if field.kw_only]
    shown = [*map(_parameter, (field for field in fields if not field.kw_only)), *["*"] * bool(named)]
    return f"({', '.join([*shown, *map(_parameter, named)])})", None


def _parameter(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"{field.name}={field.default!r}"
    return field.name if field.default_factory is dataclasses.MISSING else f"{field.name}={field.default_factory()!r}"


def _uses_below(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    if what in ("class", "function", "exception") and thing is not None:
        lines += ["", f".. reference-uses:: {name}", ""]


# ---- who uses what


def entry(env: BuildEnvironment, dotted: str) -> str:
    """Return the name under which the reference has what is called ``dotted``, or nothing."""
    objects = env.get_domain("py").objects  # type: ignore[attr-defined]
    package, _, rest = dotted.partition(".")
    if package not in PACKAGES or not rest:
        return ""
    thing: Any = importlib.import_module(package)
    tail = rest.split(".")
    while tail and isinstance(thing, ModuleType):
        thing, *tail = getattr(thing, tail[0], None), *tail[1:]
    if not isinstance(thing, ModuleType) and (module := getattr(thing, "__module__", None)):
        whole = f"{module}.{getattr(thing, '__qualname__', '')}"
        return next((name for name in (".".join([whole, *tail]), whole) if name in objects), "")
    return dotted if dotted in objects else ""


def _collect(app: Sphinx, document: nodes.document) -> None:
    """Note what a page names, to be looked up when the whole reference is there.

    Its links are for what its visible code names. It also uses what its hidden cells run, which only the source has,
    and what its prose calls by the dotted name.
    """
    env = app.env
    if env.docname.startswith(PAGES):
        return
    code = [block.astext() for block in document.findall(nodes.literal_block) if "python" in block.get("language", "")]
    _noted(env, "reference_uses")[env.docname] = _spelled(code, imports=True)
    prose = filter(None, (_dotted(literal.astext()) for literal in document.findall(nodes.literal)))
    hidden = _spelled(_cells(env.doc2path(env.docname)))
    _noted(env, "reference_unseen")[env.docname] = sorted({*hidden.values(), *prose})


def _spelled(cells: Iterable[str], imports: bool = False) -> dict[str, str]:
    names: dict[str, str] = {}
    found: dict[str, str] = {}
    for cell in cells:
        found = spelled(cell, names) | found
    return names | found if imports else found


def _cells(path: str) -> list[str]:
    """The code of all cells of a page, also of those that are not shown."""
    text = Path(path).read_text(encoding="utf8")
    cells = jupytext.reads(text, fmt="md:myst").cells if "{code-cell}" in text else []
    return [cell.source for cell in cells if cell.cell_type == "code"]


def _dotted(text: str) -> str:
    name = CALL.sub("", text)
    return name if name.startswith(tuple(f"{package}." for package in PACKAGES)) else ""


def _noted(env: BuildEnvironment, kind: str) -> dict[str, Any]:
    if not hasattr(env, kind):
        setattr(env, kind, {})
    kept: dict[str, Any] = getattr(env, kind)
    return kept


def _all_uses(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    return _noted(env, "reference_uses")


def _named(env: BuildEnvironment, page: str) -> list[str]:
    """What a page names, seen or unseen."""
    return [*_all_uses(env).get(page, {}).values(), *_noted(env, "reference_unseen").get(page, [])]


def _forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    for kind in ("reference_uses", "reference_unseen"):
        _noted(env, kind).pop(docname, None)


def _again(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Name the pages of the reference, which lists who uses what, if that has changed since they were written."""
    uses = {page: (env.titles[page].astext(), _named(env, page)) for page in _pages(env)}
    listed = getattr(env, "reference_listed", None)
    env.reference_listed = uses  # type: ignore[attr-defined]
    return [page for page in env.found_docs if page.startswith(PAGES)] if uses != listed else []


def _pages(env: BuildEnvironment) -> list[str]:
    """The book's pages in order."""
    relations, page, pages = env.collect_relations(), env.config.root_doc, []
    while page:
        pages.append(page)
        page = relations[page][2]
    return pages


def users(env: BuildEnvironment, name: str) -> list[str]:
    """Return the chapters, in order, whose code or prose names the object."""
    if not hasattr(env, "reference_users"):
        found: dict[str, list[str]] = {}
        for page in _pages(env):
            for used in dict.fromkeys(filter(None, (entry(env, one) for one in _named(env, page)))):
                found.setdefault(used, []).append(page)
        env.reference_users = found  # type: ignore[attr-defined]
    return env.reference_users.get(name, [])  # type: ignore[attr-defined]


# ---- the links and lists


def _resolve(app: Sphinx, document: nodes.document, docname: str) -> None:
    env = app.env
    for place in list(document.findall(UsesNode)):
        place.replace_self(_used_in(app, docname, users(env, place["object"])))
    for place in list(document.findall(IndexNode)):
        place.replace_self(_index(app, docname, place["package"]))
    names, seen = _all_uses(env).get(docname, {}), set()
    for literal in list(document.findall(nodes.literal)):
        dotted = _dotted(literal.astext()) or names.get(CALL.sub("", literal.astext()), "")
        name = dotted and entry(env, dotted)
        if name and name not in seen and not _within_link(literal):
            seen.add(name)
            literal.replace_self(_link(app, docname, name, literal.deepcopy()))


def _link_code(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    uses = _all_uses(app.env).get(pagename)
    if doctree is None or not uses:
        return
    addresses = {spelling: _address(app, pagename, name) for spelling, dotted in uses.items()
                 if (name := entry(app.env, dotted))}  # fmt: skip
    context["body"] = linked(context["body"], addresses)


def _within_link(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.reference | nodes.title):
            return True
    return False


def _address(app: Sphinx, docname: str, name: str) -> str:
    there = app.env.get_domain("py").objects[name]  # type: ignore[attr-defined]
    return f"{app.builder.get_relative_uri(docname, there.docname)}#{there.node_id}"


def _link(app: Sphinx, docname: str, name: str, inner: nodes.Node) -> nodes.reference:
    return nodes.reference("", "", inner, internal=True, refuri=_address(app, docname, name), classes=["to-reference"])


def _used_in(app: Sphinx, docname: str, pages: list[str]) -> list[nodes.Node]:
    if not pages:
        return []
    line = nodes.paragraph("", "Used in ", classes=["uses"])
    for i, page in enumerate(pages):
        line += nodes.Text(", ") if i else []
        uri = app.builder.get_relative_uri(docname, page)
        line += nodes.reference("", app.env.titles[page].astext(), internal=True, refuri=uri)
    return [line]


def _index(app: Sphinx, docname: str, package: str) -> list[nodes.Node]:
    """A list of the pages, and below each the objects it has."""
    objects = app.env.get_domain("py").objects  # type: ignore[attr-defined]
    by_page: dict[str, list[str]] = {}
    for name, thing in objects.items():
        if name.startswith(f"{package}.") and thing.objtype in ("class", "function", "exception"):
            by_page.setdefault(thing.docname, []).append(name)
    found: list[nodes.Node] = []
    for page in (page for page in _pages(app.env) if page in by_page):
        uri = app.builder.get_relative_uri(docname, page)
        title = nodes.strong("", "", nodes.reference("", _short(app, page), internal=True, refuri=uri))
        line = nodes.paragraph("", "", title, nodes.Text(": "), classes=["reference-index"])
        for i, name in enumerate(sorted(by_page[page], key=lambda one: one.rpartition(".")[2].lower())):
            line += nodes.Text(", ") if i else []
            line += _link(app, docname, name, nodes.literal("", name.rpartition(".")[2]))
        found.append(line)
    return found


def _short(app: Sphinx, page: str) -> str:
    title = app.env.titles[page].astext().removeprefix("Reference: ")
    return title[:1].upper() + title[1:]


def _known(app: Sphinx, env: BuildEnvironment, node: Any, inner: nodes.Node) -> nodes.Node | None:
    """Resolve a docstring's reference by its short name; what is there but not offered stays plain code."""
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"].lstrip("~.")
    around = [node.get("py:module") or "", *PACKAGES]
    for dotted in (target, *(f"{module}.{target}" for module in around)):
        if name := entry(env, dotted):
            return _link(app, node["refdoc"], name, inner)
    return inner if target.startswith(tuple(f"{name}." for name in OTHERS)) or _exists(target) else None


def _exists(name: str) -> bool:
    """Whether a module of the packages has what is called ``name``, or ``Class.method``; or it is one itself."""
    first, *rest = name.split(".")
    if first in PACKAGES:
        module, _, last = name.rpartition(".")
        return name in sys.modules or hasattr(sys.modules.get(module), last)
    owners = [module for key, module in list(sys.modules.items()) if key.split(".")[0] in PACKAGES]
    things = (vars(owner)[first] for owner in owners if first in vars(owner))
    return any(not rest or hasattr(thing, rest[0]) for thing in things)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    for extension in ("sphinx.ext.autodoc", "sphinx.ext.napoleon"):
        app.setup_extension(extension)
    app.add_node(UsesNode)
    app.add_node(IndexNode)
    app.add_directive("reference-uses", UsesDirective)
    app.add_directive("reference-index", IndexDirective)
    app.connect("config-inited", _configure)
    app.connect("autodoc-skip-member", _skip)
    app.connect("autodoc-process-signature", _signature)
    app.connect("autodoc-process-docstring", _uses_below, priority=900)
    app.connect("doctree-read", _collect)
    app.connect("env-purge-doc", _forget)
    app.connect("env-updated", _again)
    app.connect("doctree-resolved", _resolve)
    app.connect("missing-reference", _known)
    app.connect("html-page-context", _link_code, priority=600)
    return {"env_version": 2, "parallel_read_safe": False, "parallel_write_safe": True}
