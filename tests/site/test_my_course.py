"""What the pages show of what is remembered: ticks, rings, the way on, and My course."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.test_memory import KEY

pytestmark = pytest.mark.browser

COURSE, CHAPTER = "chapters/my_course.html", "chapters/05_clipping.html"
PAGE = CHAPTER.removesuffix(".html")
STORED = {
    "version": 1,
    "latest": PAGE,
    "pages": {
        PAGE: {
            "title": "5. Clipping", "at": 2, "last": "where-it-goes", "lastTitle": "Where it goes",
            "of": {"sections": 10, "predictions": 4, "selfchecks": 2},
            "sections": {"one-gradient": {"title": "One gradient", "at": 1}},
            "predictions": {
                "near": {"asks": "How near?", "answer": 1, "off": 0.01, "at": 1},
                "far": {"asks": "How far <b>off</b>?", "answer": 1, "off": 0.4, "at": 1},
                "shown": {"asks": "What was shown?", "answer": None, "off": None, "at": 1},
            },
            "selfchecks": {
                "selfcheck-1": {"asks": "Where does 10^{−14} of h_{t} go?", "first": False, "right": True, "at": 1}
            },
            "hints": {"one-1": {"asks": "1. Clip", "at": 1}},
            "exercises": {},
        }
    },
}  # fmt: skip


@pytest.fixture
def returning(open_page):
    """Open a page in the browser of a reader who has been here before."""

    def returning_(name, stored=STORED, **options):
        text = stored if isinstance(stored, str) else json.dumps(stored)
        store = f"if (!localStorage.getItem({KEY!r})) localStorage.setItem({KEY!r}, {json.dumps(text)});"
        return open_page(name, watch=lambda page: page.add_init_script(store), **options)

    return returning_


def held(page):
    return json.loads(page.evaluate("courseMemory.text()"))


def test_a_section_read_to_its_end_gets_a_tick_and_the_page_a_ring(open_page):
    page = open_page(CHAPTER, watch=lambda page: page.clock.install())
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))  # from here on no time goes by but what the test says
    link = page.locator(".course-contents .current li a:not([href='#'])").first
    target = link.get_attribute("href")
    assert page.locator(".course-contents :is(.ring, .read)").count() == 0
    page.clock.run_for(30_000)
    assert page.locator(".course-contents .read").count() == 0  # its end has not been seen
    page.evaluate("hash => document.querySelector(hash).scrollIntoView({block: 'start', behavior: 'instant'})", target)
    page.clock.run_for(2000)
    bottom = "hash => { const all = document.querySelectorAll(`${hash} > :not(section)`);"
    page.evaluate(f"{bottom} [...all].at(-1).scrollIntoView({{block: 'end', behavior: 'instant'}}); }}", target)
    page.clock.run_for(1000)
    assert page.locator(".course-contents .read").count() == 0  # nobody reads as fast as that
    page.clock.run_for(25_000)
    assert page.locator(f".course-contents a.read[href='{target}']").count() == 1
    assert "read" in link.inner_text()
    assert page.locator(".course-contents .current > a .ring").count() == 1


def test_a_page_that_is_only_passed_leaves_no_trace(open_page):
    page = open_page(CHAPTER)
    assert held(page)["pages"] == {}


def test_a_self_check_and_a_hint_are_remembered(open_page):
    page = open_page(CHAPTER)
    question = page.locator("fieldset.selfcheck").first
    options = question.locator(".selfcheck-option")
    for i in range(options.count()):
        options.nth(i).locator("input").check()
    right = question.locator(".selfcheck-option").first.locator("input")
    right.check()
    entry = held(page)["pages"][PAGE]["selfchecks"]["selfcheck-1"]
    assert isinstance(entry["first"], bool)
    assert entry["asks"]
    page.goto(page.url.replace(CHAPTER, "chapters/exercises_05.html"))
    page.locator("details.hint").first.locator("summary").click()
    page.wait_for_function("Object.keys(courseMemory.page().hints).length === 1")


def test_the_landing_page_offers_to_go_on(returning):
    page = returning("index.html")
    link = page.get_by_role("link", name="Continue at 5, Where it goes")
    assert link.get_attribute("href").endswith(f"{CHAPTER}#where-it-goes")


def test_the_contents_show_how_much_is_done(returning):
    page = returning("index.html")
    link = page.locator(f".course-contents a[href$='{CHAPTER}']")
    assert "31 per cent done" in link.inner_text()  # 1 + 3 + 1 of 16
    assert link.locator(".ring").count() == 1
    assert page.locator(".course-contents .ring").count() == 1


def test_my_course_says_what_is_done_and_what_is_worth_another_look(returning):
    page = returning(COURSE)
    item = page.locator(".course-pages li")
    assert item.count() == 1
    said = item.inner_text()
    for part in (
        "1 of 10 sections read",
        "3 of 4 predictions made (1 far off, 1 only shown)",
        "1 of 2 self-checks answered (0 right at first)",
        "1 hint opened",
    ):
        assert part in said
    again = page.locator(".course-again")
    links = {link.inner_text(): link.get_attribute("href") for link in again.get_by_role("link").all()}
    assert set(links) == {"How far <b>off</b>?", "What was shown?", "Where does 10−14 of ht go?"}
    shown = again.locator("a:has(sup)").inner_html()
    assert shown == "Where does 10<sup>−14</sup> of h<sub>t</sub> go?"
    assert links["How far <b>off</b>?"].endswith(f"{CHAPTER}#predict-far")


def test_save_erase_and_take_up_again(returning, tmp_path):
    page = returning(COURSE)
    before = held(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as a file").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    # A dialog says that it closed a moment later.
    page.evaluate(
        """{ window.closed_so_often = 0;
             document.querySelector("dialog").addEventListener("close", () => { closed_so_often++; }); }"""
    )

    def closed(count):
        page.wait_for_function("(count) => closed_so_often === count", arg=count)

    page.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_role("button", name="Keep it").click()
    closed(1)
    assert held(page) == before
    page.get_by_role("button", name="Erase", exact=True).click()
    page.keyboard.press("Escape")
    closed(2)
    assert held(page) == before
    page.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_role("button", name="Erase it").click()
    closed(3)
    assert page.locator(".course-pages li").count() == 0
    assert held(page)["pages"] == {}
    page.locator("#course-record input[type=file]").set_input_files(file)
    page.wait_for_selector(".course-pages li")
    assert held(page) == before
    page.get_by_role("button", name="Erase", exact=True).click()
    page.keyboard.press("Escape")
    closed(4)
    assert held(page) == before, "what was said to an earlier question is no answer to this one"


def test_a_file_of_another_kind_is_refused_in_words(returning, tmp_path):
    page = returning(COURSE)
    before = held(page)
    (tmp_path / "other.json").write_text("[1, 2]")
    page.locator("#course-record input[type=file]").set_input_files(tmp_path / "other.json")
    page.wait_for_selector(".course-said:has-text('does not hold')")
    assert held(page) == before


@pytest.mark.parametrize("name", ["index.html", CHAPTER, COURSE])
def test_foreign_storage_disturbs_no_page(returning, name):
    problems = []
    page = returning(name, stored='{"version": 1, "pages": {"chapters/a": 5, "b": {"sections": [1]}}, "latest": 3}')
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.reload()
    assert page.locator("article h1").is_visible()
    assert problems == []


@pytest.mark.parametrize("seen", [{"color_scheme": "light"}, {"color_scheme": "dark"}])
@pytest.mark.parametrize("name", ["index.html", CHAPTER, COURSE])
def test_axe_finds_no_violation_for_a_returning_reader(returning, name, seen):
    page = returning(name, **seen)
    found = [(one["id"], node["html"][:160]) for one in Axe().run(page).response["violations"] for node in one["nodes"]]
    assert not found


def test_without_scripts_my_course_says_so(open_page):
    page = open_page(COURSE, wait=False, java_script_enabled=False)
    said = page.locator("#course-record noscript p")  # by its place: a search for words passes over a noscript
    assert said.is_visible()
    assert said.text_content() == "Without JavaScript nothing is remembered."
    assert page.get_by_role("heading", name="My course").is_visible()
    assert not page.get_by_role("button", name="Save as a file").is_visible()
