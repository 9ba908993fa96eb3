"""The pages of the built site that go into a book, in order, each as its article."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
ARTICLE = Path(__file__).with_name("article.js")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 300_000  # milliseconds, on a machine that has much else to do
ON_SCREEN = {"chapters/playground", "chapters/my_course"}  # of no use without a screen


class NotBuilt(RuntimeError):
    """There is no site to bind, or no browser to bind it with; the message says what to do."""


@dataclass(frozen=True)
class Heading:
    """A heading of the first two levels, and the id of its section (empty if it has none)."""

    level: int
    text: str
    id: str


@dataclass(frozen=True)
class Page:
    """One page: ``key`` names it in the book, ``part`` is the caption it stands under in the contents."""

    key: str
    title: str
    part: str
    headings: tuple[Heading, ...]
    html: str
    xhtml: str


def names(toc: Path = ROOT / "_toc.yml") -> list[tuple[str, str]]:
    """The pages to bind, each with the caption of its part."""
    book = yaml.safe_load(toc.read_text(encoding="utf-8"))
    parts = book.get("parts") or [{"caption": "", "chapters": book.get("chapters", [])}]
    listed = [(chapter["file"], part["caption"]) for part in parts for chapter in part["chapters"]]
    return [(name, part) for name, part in listed if name not in ON_SCREEN]


@contextmanager
def browser() -> Iterator[Any]:
    """A headless Chromium.

    Raises:
        NotBuilt: if there is none.
    """
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        raise NotBuilt(f"the book is printed by Chromium, and there is none on the PATH ({', '.join(CHROMIUM)})")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path)
        try:
            yield chromium
        finally:
            chromium.close()


def read(chromium: Any, html: Path, pages: list[tuple[str, str]], whole: bool) -> list[Page]:
    """The articles of these pages of the site in the folder ``html``.

    Raises:
        NotBuilt: if a page is not there.
    """
    keys = {f"{name}.html": re.sub(r"\W", "-", name.rpartition("/")[2]) for name, _ in pages}
    take = ARTICLE.read_text(encoding="utf-8").partition("\n({")
    context = chromium.new_context(java_script_enabled=False)  # the page's own; what is evaluated here runs
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    found = []
    for name, part in pages:
        file = html / f"{name}.html"
        if not file.is_file():
            raise NotBuilt(f"no page {file}: run make book first")
        tab.goto(file.as_uri(), wait_until="domcontentloaded")
        taken = tab.evaluate("({" + take[2], {"key": keys[f"{name}.html"], "keys": keys, "whole": whole})
        headings = tuple(Heading(one["level"], one["text"], one["id"]) for one in taken["headings"])
        found.append(Page(keys[f"{name}.html"], taken["title"], part, headings, taken["html"], taken["xhtml"]))
    context.close()
    return found
