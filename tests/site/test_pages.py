"""What a reader of any page may rely on, checked in a real browser over the built site."""

import gzip
import io
import json
import re
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.site.conftest import CHAPTERS, PAGES, ROOT, settle

pytestmark = pytest.mark.browser

DESK = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}

# The other pages are made of the same parts; make thorough asks for each of them in the dark.
ONE_OF_EACH_KIND = [
    *("02_backpropagation_through_time", "05_clipping", "the_framework_and_its_traps", "exercises_03", "playground"),
    *("my_course", "claims", "interview_room", "symptoms", "glossary", "instructors", "own_assignment", "quizzes"),
    "reference_figures",
]

# Rules of axe that the theme's own markup makes impossible to keep, each with the reason: none at present.
THEME_EXCEPTIONS: dict[str, str] = {}

SCROLL_THROUGH = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
    scrollTo({top: y, behavior: "instant"});
    await new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame)));
  }
}"""


NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput)
    shifts.push([entry.value, ...entry.sources.map(({node}) => node?.className || node?.nodeName)]);
}).observe({type: "layout-shift", buffered: true});
"""


class Visit(NamedTuple):
    """A page as it is after it was read from top to bottom, what it asked for, and what went wrong."""

    name: str
    page: Page
    requested: list[str]
    problems: list[str]


def read_through(browser, site, name, **screen):
    """Load a page once for all tests of it: a load costs more than most of them. They put back what they change."""
    requested, problems = [], []
    with browser.new_context(**(DESK | screen)) as context:
        page = context.new_page()
        page.on("request", lambda request: requested.append(request.url))
        page.on("response", lambda answer: answer.status >= 400 and problems.append(f"{answer.status} {answer.url}"))
        page.on("requestfailed", lambda request: problems.append(f"failed {request.url}"))
        page.on("console", lambda said: said.type in ("error", "warning") and problems.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
        page.add_init_script(NOTE_SHIFTS)
        page.goto(site + name)
        settle(page)
        page.evaluate(SCROLL_THROUGH)
        settle(page)
        page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
        yield Visit(name, page, requested, problems)


@pytest.fixture(scope="module")
def wide(browser, site, request):
    """A page on a desk's screen."""
    yield from read_through(browser, site, request.param)


@pytest.fixture(scope="module")
def narrow(browser, site, request):
    """The same page on a phone."""
    yield from read_through(browser, site, request.param, **PHONE)


each = partial(pytest.mark.parametrize, argvalues=PAGES, indirect=True)


@each("wide")
def test_asks_nothing_of_another_host_and_nothing_fails(wide):
    assert [url for url in wide.requested if urlparse(url).hostname not in ("127.0.0.1", None)] == []
    assert wide.problems == []
    assert wide.page.locator(".figure-failed").count() == 0


@each("wide")
def test_nothing_moves_while_the_page_loads(wide):
    assert moved(wide.page) < 0.01, wide.page.evaluate("shifts")


@each("narrow")
def test_nothing_moves_while_the_page_loads_on_a_phone(narrow):
    assert moved(narrow.page) < 0.01, narrow.page.evaluate("shifts")
    assert narrow.problems == []


def moved(page):
    return sum(shift[0] for shift in page.evaluate("shifts"))


# To see what lies behind each sign of a formula takes most of axe's time, and of a single letter it never says that it
# cannot be read. So formulas of single letters are marked, and those whose other signs look as an earlier one's do.
LIKE_ANOTHER = """() => {
  const seen = new Set();
  const ground = (e) => {
    const grounds = [];
    for (; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      grounds.push([style.backgroundColor, style.backgroundImage, style.opacity, style.filter].join());
    }
    return [...new Set(grounds)].join(";");
  };
  let marked = 0;
  for (const math of document.querySelectorAll("math")) {
    delete math.dataset.likeAnother;
    const box = math.getBoundingClientRect();
    if (!math.checkVisibility({visibilityProperty: true}) || !box.width || !box.height) continue;
    const signs = new Set();
    for (const e of math.querySelectorAll("*")) {
      if (e.childElementCount || e.textContent.trim().length < 2) continue;
      const style = getComputedStyle(e), large = parseFloat(style.fontSize) >= 18;
      signs.add([ground(e), style.color, style.fontWeight, large].join(" "));
    }
    if ([...signs].every((sign) => seen.has(sign))) { math.dataset.likeAnother = ""; marked += 1; }
    for (const sign of signs) seen.add(sign);
  }
  return marked;
}"""
COLOURS = "color-contrast"


def violations(page, context=None, **options):
    """What axe finds, a line a node."""
    found = Axe().run(page, context, {"resultTypes": ["violations"], **options}).response["violations"]
    found = [one for one in found if one["id"] not in THEME_EXCEPTIONS]
    nodes = [(one["id"], node) for one in found for node in one["nodes"][:3]]
    return "\n".join(f"{rule}: {node['html'][:160]} {node['failureSummary'][:200]}" for rule, node in nodes)


def illegible(page):
    """What axe finds of colours, with one formula of each look."""
    page.evaluate(LIKE_ANOTHER)
    found = violations(page, {"exclude": [["math[data-like-another]"]]}, runOnly=[COLOURS])
    page.evaluate("document.querySelectorAll('math').forEach((math) => { delete math.dataset.likeAnother; })")
    return found


@each("wide")
def test_axe_finds_no_violation(wide):
    """In the dark the same elements have other colours: there axe is asked about these, on a page of each kind."""
    assert not violations(wide.page, rules={COLOURS: {"enabled": False}})
    assert not illegible(wide.page)
    if Path(wide.name).stem in ONE_OF_EACH_KIND:
        assert not illegible_in_the_dark(wide.page)


# What is changing its colour, or anything else, has changed it.
CHANGED = "() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))"


def illegible_in_the_dark(page):
    page.emulate_media(color_scheme="dark")
    page.evaluate(CHANGED)
    found = illegible(page)
    page.emulate_media(color_scheme="light")
    return found


def test_a_formula_that_cannot_be_read_is_found(open_page):
    """Wherever it stands, although those that look like another are left out."""
    page = open_page("chapters/glossary.html")
    assert page.evaluate(LIKE_ANOTHER) > 100
    for style in ("color: #999", "opacity: 0.4"):
        page.evaluate(
            """(style) => {
              const signs = [...document.querySelectorAll("article math *")]
                .filter((e) => !e.childElementCount && e.textContent.trim().length > 1 && e.checkVisibility());
              signs.at(-1).style = style;
            }""",
            style,
        )
        assert COLOURS in illegible(page), style


def test_one_of_each_kind_is_a_page():
    assert {Path(name).stem for name in PAGES} >= set(ONE_OF_EACH_KIND)


@each("narrow")
def test_axe_finds_no_violation_on_a_phone(narrow):
    """Colours take most of axe's time and are those of a desk: make thorough asks for them here as well."""
    assert not violations(narrow.page, rules={COLOURS: {"enabled": False}})


BEYOND_THE_SCREEN = """() => {
  const clipped = (e) => e.parentElement &&
    (getComputedStyle(e.parentElement).overflowX !== "visible" || clipped(e.parentElement));
  return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > 361 && !clipped(e))
    .slice(0, 5).map((e) => e.outerHTML.slice(0, 200));
}"""
WITHOUT_ITS_TYPEFACES = """() => {
  const root = document.documentElement;
  for (const name of ["--serif", "--sans", "--mono", "--math"])
    root.style.setProperty(name, getComputedStyle(root).getPropertyValue(name).split(",").slice(1).join());
}"""


@each("narrow")
def test_fits_a_phone(narrow):
    widest = narrow.page.evaluate("document.documentElement.scrollWidth")
    assert widest <= 360, narrow.page.evaluate(BEYOND_THE_SCREEN)


@each("narrow")
def test_fits_a_phone_whose_typefaces_came_too_late(narrow):
    """They are optional: where they are slow, a whole first visit is set in the telephone's own."""
    narrow.page.evaluate(WITHOUT_ITS_TYPEFACES)
    widest = narrow.page.evaluate("document.documentElement.scrollWidth")
    beyond = narrow.page.evaluate(BEYOND_THE_SCREEN)
    narrow.page.evaluate("document.documentElement.removeAttribute('style')")
    assert widest <= 360, beyond


FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']"


@each("wide")
def test_keyboard_reaches_everything_and_shows_where_it_is(wide):
    page = wide.page
    page.evaluate("() => { document.activeElement.blur(); getSelection().removeAllRanges(); }")
    expected = page.evaluate(
        """(selector) => {
          const groups = new Set();
          const all = [...document.querySelectorAll(selector)].filter((e) =>
            e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.tabIndex >= 0 && !e.closest("[inert]")
            && !(e.type === "radio" && (groups.has(e.name) || !groups.add(e.name))));
          all.forEach((e, i) => { e.dataset.order = i; });
          return all.length;
        }""",
        FOCUSABLE,
    )
    reached, unmarked = set(), []
    for _ in range(expected + 5):
        page.keyboard.press("Tab")
        order, outlined, text = page.evaluate(
            """() => {
              const e = document.activeElement, style = getComputedStyle(e);
              const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
              return [e.dataset.order ?? null, outlined, e.outerHTML.slice(0, 120)];
            }"""
        )
        if order is None:
            continue
        reached.add(int(order))
        if not outlined:
            unmarked.append(text)
    missing = sorted(set(range(expected)) - reached)
    name_them = "(orders) => orders.map((i) => document.querySelector(`[data-order='${i}']`).outerHTML.slice(0, 120))"
    assert not missing, page.evaluate(name_them, missing[:5])
    assert not unmarked


@pytest.mark.parametrize("word", ["adjoint", "mask"])
def test_search_finds_sections(open_page, word):
    page = open_page(f"search.html?q={word}")
    page.wait_for_selector(".search-results a")
    targets = page.eval_on_selector_all(".search-results a", "links => links.map((a) => a.getAttribute('href'))")
    assert any("chapters/" in target and "#" in target for target in targets)
    assert "section" in page.locator(".search-said").inner_text()


def test_search_opens_from_the_keyboard_and_leads_to_a_section(open_page):
    page = open_page("index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("adjoint")
    page.wait_for_selector("dialog .search-results[data-query='adjoint'] a")  # not those of its first letters
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "chapters/" in page.url


def test_search_says_that_it_found_nothing(open_page):
    page = open_page("search.html")
    page.fill(".search-form input", "zxqvwk flurbostan")
    page.wait_for_selector(".search-said:has-text('Nothing about')")
    assert page.locator(".search-results a").count() == 0


@each("wide")
def test_prints(wide):
    wide.page.emulate_media(media="print")
    seen = [wide.page.locator(one).first.is_visible() for one in (".course-contents", ".site-bar", ".prev-next")]
    title = wide.page.locator("article h1").first.is_visible()
    wide.page.emulate_media(media="screen")
    assert title
    assert not any(seen)


def test_what_is_printed_is_a_document(open_page):
    assert open_page(CHAPTERS[0]).pdf().startswith(b"%PDF")


@pytest.mark.thorough
@pytest.mark.parametrize("name", PAGES)
def test_every_page_loaded_in_the_dark_has_no_violation_and_is_printed(open_page, name):
    page = open_page(name, color_scheme="dark")
    page.evaluate(CHANGED)
    assert not violations(page)
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.thorough
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_apart_on_a_phone(open_page, name, scheme):
    page = open_page(name, **PHONE, color_scheme=scheme)
    page.evaluate(SCROLL_THROUGH)
    settle(page)
    page.evaluate(CHANGED)
    assert not violations(page, runOnly=[COLOURS])


@each("wide", argvalues=CHAPTERS)
def test_offers_the_executed_notebook(wide):
    page = wide.page
    page.get_by_role("button", name="Notebook").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download, executed").click()
    page.keyboard.press("Escape")
    assert waiting.value.suggested_filename.endswith(".ipynb")
    notebook = json.loads(waiting.value.path().read_text(encoding="utf8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code
    assert all(cell["execution_count"] for cell in code)
    assert not [output for cell in code for output in cell["outputs"] if output["output_type"] == "error"]
    prose = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    for myst in ("```{", ":::", "{glue", "{cite", "{ref}", "{eq}", "{doc}", "\\xa0"):
        assert myst not in prose


@each("wide", argvalues=CHAPTERS)
def test_launch_buttons_point_at_the_repository(wide):
    targets = wide.page.eval_on_selector_all("a.course-launch", "links => links.map((a) => a.href)")
    hosts = {urlparse(target).hostname for target in targets}
    assert hosts == {"mybinder.org", "colab.research.google.com", "localhost"}
    stem = wide.name.removeprefix("chapters/").removesuffix(".html")
    assert all(stem in target for target in targets)


def colours(page):
    return page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]")


DARK = ["rgb(18, 22, 29)", "rgb(230, 233, 239)"]


def test_the_chosen_theme_is_kept(open_page):
    page = open_page("index.html", color_scheme="light")
    light = colours(page)
    for _ in range(2):
        page.locator(".theme-switch").click()
    assert page.locator(".theme-switch").get_attribute("aria-label") == "Colours: dark. Press to change."
    assert colours(page) == DARK != light
    page.goto(page.url.replace("index.html", PAGES[1]))
    assert colours(page) == DARK
    page.locator(".theme-switch").click()
    assert colours(page) == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_readable_without_javascript(open_page, scheme):
    page = open_page(CHAPTERS[-1], wait=False, java_script_enabled=False, color_scheme=scheme)
    assert page.locator("article h1").is_visible()
    assert page.locator("article math").first.is_visible()
    assert page.locator("article img, article svg").first.is_visible()
    assert page.locator(".course-contents").is_visible()
    assert not page.locator(".theme-switch").is_visible()
    shown = page.screenshot(clip={"x": 600, "y": 2, "width": 1, "height": 1})
    paper = {"light": (255, 255, 255), "dark": (18, 22, 29)}
    assert Image.open(io.BytesIO(shown)).convert("RGB").getpixel((0, 0)) == paper[scheme]


SHEETS = [name for name in PAGES if "exercises_" in name]


@each("wide", argvalues=SHEETS)
def test_the_first_question_begins_on_the_second_screen_at_the_latest(wide):
    page = wide.page
    question = page.locator(".bd-article section section").first
    assert question.evaluate("it => it.getBoundingClientRect().top + scrollY") < 1.8 * DESK["viewport"]["height"]
    assert page.locator(".cell_output > .figure-still").count() == 1
    assert page.locator(".bd-article section section .cell_output > .figure-still").count() == 1


HOLDING = [name for name in PAGES if "{moving-figure}" in (ROOT / name).with_suffix(".md").read_text(encoding="utf8")]
MOVING = ["index.html", *CHAPTERS, *HOLDING]
STILLS = """() => [...document.querySelectorAll(".figure-still")].map((still) =>
  [still.checkVisibility(), still.querySelectorAll("svg text").length,
   still.parentElement.getBoundingClientRect().bottom - still.getBoundingClientRect().bottom])"""


@pytest.mark.parametrize("name", MOVING)
def test_a_figure_is_its_still_without_scripts(open_page, name):
    page = open_page(name, wait=False, java_script_enabled=False)
    figures = page.locator(".figure-still")
    assert figures.count() > 0
    for i in range(figures.count()):
        figures.nth(i).scroll_into_view_if_needed()
        assert figures.nth(i).locator("svg[role=img]").first.is_visible()
        assert figures.nth(i).locator("svg text").count() > 3
        slot, still = figures.nth(i).locator("xpath=..").bounding_box(), figures.nth(i).bounding_box()
        assert slot["y"] + slot["height"] - still["y"] - still["height"] < 20, "a hole under the still"


@each("wide", argvalues=MOVING)
def test_a_figure_takes_the_place_of_its_still_but_not_on_paper(wide):
    page = wide.page
    shown = page.evaluate(STILLS)
    assert page.locator(".anyhost .rnnfig").count() == len(shown) > 0
    assert not any(visible for visible, *_ in shown)
    page.emulate_media(media="print")
    printed = page.evaluate(STILLS)
    dead = page.locator(".anyhost :is(button, input, select, canvas):visible").count()
    page.emulate_media(media="screen")
    assert all(visible and words > 3 and room < 20 for visible, words, room in printed), printed
    assert dead == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_the_contents_open_on_a_phone(open_page, scripts):
    page = open_page("index.html", wait=False, java_script_enabled=scripts, **PHONE)
    contents = page.locator(".course-contents")
    assert not contents.is_visible()
    page.get_by_role("button", name="Contents").tap()
    expect(contents).to_be_visible()  # the browser makes a click of a tap in its own time
    contents.get_by_role("link", name="4. Vanishing").tap()
    page.wait_for_url("**/04_vanishing.html")


@each("wide", argvalues=CHAPTERS[2:])
def test_the_contents_mark_every_section_that_is_read(wide):
    unmarked = wide.page.evaluate(
        """async () => {
          const unmarked = [], frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
          const isMarked = (link) => {
            const marked = [...document.querySelectorAll(".course-contents .here")];
            const atEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
            return marked.length === 1 && (marked[0] === link || atEnd);
          };
          for (const link of document.querySelectorAll(".course-contents .current ul a")) {
            if (!link.checkVisibility()) continue;
            document.getElementById(decodeURIComponent(link.hash.slice(1))).scrollIntoView({behavior: "instant"});
            await frame();
            await frame(); // it marks in the frame in which it hears of the scrolling
            for (let more = 60; more && !isMarked(link); more--) await frame();
            if (!isMarked(link)) unmarked.push(link.hash);
          }
          return unmarked;
        }"""
    )
    assert unmarked == []


def weight(html, name):
    """Bytes on the wire of a cold visit, compressed as a host does it (typefaces are already), and the page's nodes."""
    text = (html / name).read_text(encoding="utf8")
    wanted = {html / name}
    for address in re.findall(r'(?:href|src)="([^"#?]+)"', text.split("<article")[0]):
        file = (html / name).parent / address
        if "_static" in address and file.suffix in (".css", ".js", ".woff2", ".svg"):
            wanted.add(file.resolve())
    data = {file: file.read_bytes() for file in wanted}
    return sum(len(one) if file.suffix == ".woff2" else len(gzip.compress(one, 6)) for file, one in data.items())


def limit(name):
    """The budget of a page in kB."""
    return 150 if name == "index.html" else 200 if "exercises" in name else 270


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light(html, name):
    assert weight(html, name) <= 1000 * limit(name)


@each("wide")
def test_a_page_has_few_nodes(wide):
    assert wide.page.evaluate("document.querySelectorAll('*').length") < 12_000


def test_a_page_asks_for_nothing_beyond_its_weight(open_page, html):
    """What the browser fetches is what `weight` counts: nothing is loaded by a script or a stylesheet behind it."""
    name, asked = CHAPTERS[2], set()
    page = open_page(name, watch=lambda page: page.on("request", lambda request: asked.add(urlparse(request.url).path)))
    page.evaluate(SCROLL_THROUGH)
    settle(page)
    head = (html / name).read_text(encoding="utf8").split("<article")[0]
    named = {address.split("/")[-1] for address in re.findall(r'(?:href|src)="([^"#?]+)"', head)}
    fetched = {path.split("/")[-1] for path in asked if path.startswith("/")}  # not the figures' own modules, as blobs
    assert fetched <= named | {name.split("/")[-1]}


FIRST_PICTURE = """() => {
  const pictures = [...document.querySelectorAll("article :is(svg.rnnstill, .rnnfig svg[role=img])")];
  const [box] = pictures.map((one) => one.getBoundingClientRect()).filter((box) => box.width > 300 && box.height > 100);
  return box && [box.top + scrollY, box.bottom + scrollY];
}"""


@each("wide", argvalues=["index.html", *CHAPTERS])
def test_the_question_is_a_picture_on_the_first_screen(wide):
    """The last one of a page, since a figure that moves is drawn again, for a phone and back."""
    page = wide.page
    page.set_viewport_size({"width": 1280, "height": 900})
    _, bottom = page.evaluate(FIRST_PICTURE)
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)  # a figure that moves is drawn again
    top, _ = page.evaluate(FIRST_PICTURE)
    page.set_viewport_size(DESK["viewport"])
    assert bottom <= 900
    assert top <= 1.5 * 844
