"""What a reader of any page may rely on, checked in a real browser over the built site."""

import json
from urllib.parse import urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.conftest import CHAPTERS, PAGES, settle

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}

# Rules of axe that the theme's own markup makes impossible to keep, each with the reason: none at present.
THEME_EXCEPTIONS: dict[str, str] = {}

SCROLL_THROUGH = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
    scrollTo({top: y, behavior: "instant"});
    await new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame)));
  }
}"""


@pytest.mark.parametrize("name", PAGES)
def test_asks_nothing_of_another_host_and_nothing_fails(open_page, site, name):
    requested, problems = [], []

    def watch(page):
        page.on("request", lambda request: requested.append(request.url))
        page.on("response", lambda answer: answer.status >= 400 and problems.append(f"{answer.status} {answer.url}"))
        page.on("requestfailed", lambda request: problems.append(f"failed {request.url}"))
        page.on("console", lambda said: said.type in ("error", "warning") and problems.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))

    page = open_page(name, watch=watch)
    page.evaluate(SCROLL_THROUGH)
    settle(page)
    assert [url for url in requested if urlparse(url).hostname not in ("127.0.0.1", None)] == []
    assert problems == []
    assert page.locator(".figure-failed").count() == 0


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_while_the_page_loads(open_page, name, screen):
    observe = """() => {
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput)
          shifts.push([entry.value, ...entry.sources.map(({node}) => node?.className || node?.nodeName)]);
      }).observe({type: "layout-shift", buffered: true});
    }"""
    page = open_page(name, watch=lambda page: page.add_init_script(f"({observe})()"), **screen)
    page.evaluate(SCROLL_THROUGH)
    settle(page)
    shifts = page.evaluate("shifts")
    assert sum(shift[0] for shift in shifts) < 0.01, shifts


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "seen", [{"color_scheme": "light"}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"]
)
def test_axe_finds_no_violation(open_page, name, seen):
    page = open_page(name, **seen)
    page.wait_for_timeout(300)  # transitions of colour
    violations = [one for one in Axe().run(page).response["violations"] if one["id"] not in THEME_EXCEPTIONS]
    nodes = [(one["id"], node) for one in violations for node in one["nodes"][:3]]
    found = [f"{rule}: {node['html'][:160]} {node['failureSummary'][:200]}" for rule, node in nodes]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", PAGES)
def test_fits_a_phone(open_page, name):
    page = open_page(name, **PHONE)
    widest = page.evaluate("document.documentElement.scrollWidth")
    assert widest <= 360, page.evaluate(
        """[...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > 361)
          .slice(0, 5).map((e) => e.outerHTML.slice(0, 120))"""
    )


FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']"


@pytest.mark.parametrize("name", PAGES)
def test_keyboard_reaches_everything_and_shows_where_it_is(open_page, name):
    page = open_page(name)
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
def test_search_finds(open_page, word):
    page = open_page(f"search.html?q={word}", wait=False)
    page.wait_for_selector("#search-results .search-summary:has-text('found')")
    results = page.locator("#search-results ul.search li a")
    targets = results.evaluate_all("links => links.map((a) => a.getAttribute('href'))")
    assert any("chapters/" in target for target in targets)


def test_search_opens_from_the_keyboard(open_page):
    page = open_page("index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("adjoint")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results ul.search li a")
    assert "q=adjoint" in page.url


@pytest.mark.parametrize("name", PAGES)
def test_prints(open_page, name):
    page = open_page(name)
    page.emulate_media(media="print")
    for hidden in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer"):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator("article h1").first.is_visible()
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("name", CHAPTERS)
def test_offers_the_executed_notebook(open_page, name):
    page = open_page(name)
    page.get_by_role("button", name="Notebook").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download, executed").click()
    assert waiting.value.suggested_filename.endswith(".ipynb")
    notebook = json.loads(waiting.value.path().read_text(encoding="utf8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code
    assert all(cell["execution_count"] for cell in code)
    assert not [output for cell in code for output in cell["outputs"] if output["output_type"] == "error"]
    prose = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    for myst in ("```{", ":::", "{glue", "{cite", "{ref}", "{eq}", "{doc}", "\\xa0"):
        assert myst not in prose


@pytest.mark.parametrize("name", CHAPTERS)
def test_launch_buttons_point_at_the_repository(open_page, name):
    page = open_page(name)
    targets = page.eval_on_selector_all("a.course-launch", "links => links.map((a) => a.href)")
    hosts = {urlparse(target).hostname for target in targets}
    assert hosts == {"mybinder.org", "colab.research.google.com", "localhost"}
    stem = name.removeprefix("chapters/").removesuffix(".html")
    assert all(stem in target for target in targets)


def test_the_chosen_theme_is_kept(open_page):
    page = open_page("index.html", color_scheme="light")
    page.evaluate("window.notReloaded = true")
    seen = set()
    for _ in range(3):
        page.locator(".article-header-buttons .theme-switch-button").click()
        seen.add(page.evaluate("document.documentElement.dataset.theme"))
        if page.evaluate("document.documentElement.dataset.mode") == "dark":
            break
    assert "dark" in seen
    page.goto(page.url.replace("index.html", PAGES[1]))
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 29)"


def test_readable_without_javascript(open_page):
    page = open_page(CHAPTERS[-1], wait=False, java_script_enabled=False)
    assert page.locator("article h1").is_visible()
    assert page.locator("article mjx-container").first.is_visible()
    assert page.locator("article img, article svg").first.is_visible()
