"""The built site, and a browser to read it with."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.site.serve import served
from tests.site.widgets import page_of

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"


def toc() -> list[str]:
    """Names of the book's pages, in reading order."""
    book = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
    return [book["root"], *(chapter["file"] for part in book["parts"] for chapter in part["chapters"])]


PAGES = [f"{name}.html" for name in toc()]
INTERLUDES = [
    f"chapters/{name}.html" for name in ("what_a_state_can_hold", "the_recursion_at_work", "reading_a_trained_state")
]
CHAPTERS = [page for page in PAGES if re.match(r"chapters/\d", page) or page in INTERLUDES]


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built site."""
    if not (HTML / "index.html").exists():
        pytest.fail(f"no site in {HTML.relative_to(ROOT)}: run make book first")
    return HTML


@pytest.fixture(scope="session")
def offered(html):
    """Skip where the book was built without Python's files, and fail where it ought to have had them."""
    if (html / "_live").exists():
        return html
    gone = ROOT / "_build" / "pyodide-gone.txt"
    if gone.exists():
        pytest.skip(gone.read_text(encoding="utf8"))
    said = "the book was built without Python's files: make live-files, make book"
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """The address of the built site on this machine."""
    with served(html) as address:
        yield address


@pytest.fixture
def open_page(browser, site):
    """Open a page of the site in a fresh context and wait until it has settled."""
    contexts = []

    def open_(name, *, wait=True, watch=None, **options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
        contexts.append(context)
        page = context.new_page()
        if watch:
            watch(page)
        page.goto(site + name)
        if wait:
            settle(page)
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def mount(browser):
    """Show a widget; the test fails if the page asked for anything or wrote an error to the console."""
    contexts, complaints = [], []

    def mount_(widget, width=800, clock=False, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url.startswith("blob:") or complaints.append(request.url))
        if clock:
            page.clock.install()  # the test says how time goes on
        page.set_content(page_of(widget))
        page.wait_for_selector(".rnnfig[data-values]")
        return page

    yield mount_
    for context in contexts:
        context.close()
    assert complaints == []


# An observer answers when the page has been laid out, and those that were there before have been told by then.
TOLD = """async () => {
    await document.fonts.ready;
    for (const Observer of [IntersectionObserver, ResizeObserver]) await new Promise((told) => {
        const own = new Observer(() => { own.disconnect(); told(); });
        own.observe(document.documentElement);
    });
}"""
# No figure that is a screen away, where it starts, is still on its way.
STARTED = """() => [...document.querySelectorAll("script[type$='widget-view+json']")].every((one) => {
    const {top, bottom} = one.parentElement.getBoundingClientRect();
    return !one.parentElement.checkVisibility() || bottom < -innerHeight || top > 2 * innerHeight;
})"""


def settle(page) -> None:
    """Wait for the network, the typefaces, what observes the page's layout, and the figures that are near."""
    page.wait_for_load_state("networkidle")
    page.evaluate(TOLD)
    page.wait_for_function(STARTED)
