"""Predict, then reveal: what a cell hands to the page, how a wrong directive fails the book, and the reader's side."""

import json
import re
import subprocess
import sys
from itertools import pairwise
from urllib.request import urlopen

import matplotlib
import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from rnnlib import figures
from rnnlib.figures.prediction import printed
from tests.site.conftest import CHAPTERS, ROOT
from tests.site.serve import served

sys.path.insert(0, str(ROOT / "_ext"))

import bundle
import predict
from plain_markdown import Book, plain

ASKING = [*CHAPTERS, "chapters/the_framework_and_its_traps.html", "chapters/recurrent_net_or_transformer.html"]
CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "_ext")!r})
extensions, html_theme, nb_execution_mode = ["myst_nb", "predict"], "basic", "off"
"""
# Cells of a page, as they have been executed: by name, since their outputs are made here and no kernel is needed.
CELL, MORE, PRINTS, MOVES = "\n%fall%\n", "\n%far%\n", "\n%prints%\n", "\n%moves%\n"
FAR = """
```{predict} far
How *far*, in steps?
- [near] :: You counted.
- [above] :: Too far.
- [below] :: Not far enough.
- [why] :: It is $2 \\cdot 10^4$.
```
"""
WHICH = """
```{predict} which
:answer: which
What does it do?
- [doubles] It doubles :: It falls.
- [halves] It halves :: Each step takes half.
```
"""
ASK = "```{predict} fall\nHow does it fall?\n- [near] :: Yes.\n- [why] :: It halves.\n```\n"


WRONG = {
    "nowhere": (ASK, "no cell of this page shows a figure that predicts it"),
    "unasked": (CELL, "shows the prediction 'fall', and no directive asks for it"),
    "late": (CELL + ASK, "it stands below its figure, where it asks too late"),
    "far": (ASK + PRINTS + "Said.\n" + CELL, "text stands between its figure and what it covers"),
    "silent": (ASK.replace("- [why] :: It halves.\n", "") + CELL, "needs '- [why] :: ..'"),
    "strange": (ASK.replace("[near]", "[nearly]") + CELL, "[nearly] is none of near, above, below, why"),
    "labelled": (ASK.replace("[near]", "[near] A label") + CELL, "[near] has a label before its ' :: '"),
    "unanswered": (ASK.replace(" :: Yes.", ""), "every answer needs ' :: '"),
    "unquestioned": ("```{predict} fall\n- [why] :: It halves.\n```\n", "no question above the answers"),
    "unglued": (ASK.replace("How", ":answer: what\nHow", 1), "no cell of this page has glued 'what'"),
    "alone": (
        "```{predict} which\n:answer: which\nHow?\n- [halves] It halves :: Yes.\n```\n" + ASK + CELL,
        "a label needs two options or more, '- [key] what it says :: why', got 1",
    ),
    "changed": (
        "```{predict} which\n:answer: which\nHow?\n- [grows] Up :: No.\n- [stays] So :: No.\n```\n" + ASK + CELL,
        "the cell measured 'halves', which is none of the options grows, stays",
    ),
}


def shown(output):
    data = output._repr_mimebundle_()
    return nbformat.v4.new_output("display_data", data)


def glued(name, value):
    """What ``glue`` leaves in a notebook."""
    prefix = "application/papermill.record/"
    scrap = {"scrapbook": {"name": name, "mime_prefix": prefix}}
    return nbformat.v4.new_output("display_data", {f"{prefix}text/plain": repr(value)}, metadata=scrap)


def executed():
    """The outputs of the cells, by the cell's name."""
    with matplotlib.rc_context():
        figures.use_style()
        fig, ax = figures.subplots()
        curve = [0, 1, 2], [1.0, 0.5, 0.25]
        ax.plot(*curve, "o", color=figures.PALETTE["1"])
        ax.set(title="It halves")
        fall = figures.show(fig, alt="It halves.", predict=figures.Curve("fall", ax, curve, handles=3))
        fig, ax = figures.number_line(1e-9, 1e9, label="how far", measured=2e4, theory=1e5, log=True)
        number = figures.Value("far", ax, measured=2e4, theory=1e5, unit="steps")
        far = figures.show(fig, alt="A number line: twenty thousand.", predict=number)
    prints = nbformat.v4.new_output("stream", name="stdout", text="0.25")
    widget = {"application/vnd.jupyter.widget-view+json": {}, "text/html": "moves"}
    moves = nbformat.v4.new_output("display_data", widget)
    fall = [glued("which", "halves"), shown(fall)]
    return {"fall": fall, "far": [shown(far)], "prints": [prints], "moves": [moves]}


def notebook(page, outputs):
    """A page of Markdown in which ``%name%`` stands for a cell."""
    cells = [nbformat.v4.new_markdown_cell("# A page")]
    for i, part in enumerate(re.split(r"%(\w+)%", page)):
        if i % 2:
            cells.append(nbformat.v4.new_code_cell("..", outputs=outputs[part], execution_count=1))
        elif part.strip():
            cells.append(nbformat.v4.new_markdown_cell(part))
    return nbformat.v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A book in which one page is right, and what Sphinx said to the others."""
    folder, outputs = tmp_path_factory.mktemp("book"), executed()
    pages = {"index": f"{ASK}{MOVES}Said.\n{PRINTS}{CELL}{WHICH}{PRINTS}{MOVES}Said.\n{FAR}{PRINTS}{MORE}"}
    pages |= {name: page for name, (page, _) in WRONG.items()}
    folder.joinpath("conf.py").write_text(CONF)
    for name, page in pages.items():
        nbformat.write(notebook(page, outputs), folder / f"{name}.ipynb")
    html = folder / "_build" / "html"
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", str(folder), str(html)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    return html, done.stderr


def test_a_question_moves_to_its_figure_and_covers_what_comes_between(built):
    html, complaints = built
    assert [line for line in complaints.splitlines() if "index.ipynb" in line] == []
    text = (html / "index.html").read_text(encoding="utf8")
    asked, board = text.index("How does it fall?"), text.index("predict-board")
    assert asked < text.index("<svg") < board < text.index("It halves.</p>")
    assert len(re.findall(r'class="[^"]*\bcovered covered-fall\b', text)) == 1
    assert text.count("data-predict=") == 3
    assert 'class="predict-numbers">Measured −0.38.<' in text


def test_a_question_without_a_figure_covers_what_the_next_cells_print(built):
    html, _ = built
    outputs = re.findall(r'class="cell_output[^"]*"', (html / "index.html").read_text(encoding="utf8"))
    covered = ["covered-which" in output for output in outputs]
    assert covered[-4:] == [True, False, False, False]  # printed; what moves; after a text; the last


@pytest.mark.parametrize("name", WRONG)
def test_a_directive_used_wrongly_fails_the_build_and_says_why(built, name):
    said = [line for line in built[1].splitlines() if f"{name}.ipynb" in line]
    assert any(WRONG[name][1] in line for line in said), said


class TestCell:
    """What `figures.show` hands over."""

    @pytest.fixture(autouse=True)
    def style(self):
        with matplotlib.rc_context():
            figures.use_style()
            yield

    def axes(self, **scales):
        fig, ax = figures.subplots()
        ax.set(xlabel="steps $t$", ylabel="norm", title="The finding", **scales)
        return fig, ax

    def told(self, fig, prediction):
        still = figures.show(fig, alt="It falls.", predict=prediction)
        return still, json.loads(still.predict)

    def test_places_of_the_axes_are_those_of_the_drawing(self):
        fig, ax = self.axes(xscale="log", yscale="log")
        x, y = np.array([1.0, 10, 1000]), np.array([1e-3, 1.0, 1e-5])
        (line,) = ax.plot(x, y, color=figures.PALETTE["1"])
        still, told = self.told(fig, figures.Curve("n", ax, (x, y), shown=[line]))
        left, top, width, height = told["box"]
        expected = []
        for one, other in zip(x, y):
            (low, high), (bottom, ceiling) = told["x"]["ends"], told["y"]["ends"]
            across = np.log(one / low) / np.log(high / low)
            up = np.log(other / bottom) / np.log(ceiling / bottom)
            expected.append((left + across * width, top + (1 - up) * height))
        path = re.search(r'd="M([^"]+)" clip-path="[^"]+" style="fill: none; stroke: var\(--fig-1', still.svg)[1]
        drawn = [tuple(map(float, point.split())) for point in path.split("L")]
        np.testing.assert_allclose(drawn, expected, atol=0.11)

    def test_covers_the_answer_and_the_title_and_leaves_what_is_shown(self):
        fig, ax = self.axes()
        (bound,) = ax.plot([0, 1], [0, 1], color=figures.PALETTE["ink"], label="bound")
        ax.plot([0, 1], [1, 0], "o", color=figures.PALETTE["1"])
        arrow = {"arrowstyle": "->", "color": figures.PALETTE["ink"]}
        ax.annotate("vanishes", (0.5, 0.5), xytext=(0.1, 0.9), arrowprops=arrow)
        still, _ = self.told(fig, figures.Curve("n", ax, ([0, 1], [1, 0]), shown=[bound]))
        assert still.svg.count('class="answer"') == 4  # dots, words, arrow, title
        assert re.search(r'<g class="answer"><text[^>]*>The finding', still.svg)
        plain = figures.show(fig, alt="It falls.")
        assert plain.predict == ""

    def test_reads_a_curve_between_its_dots_on_the_axes(self):
        fig, ax = self.axes(yscale="log")
        x = np.array([0.0, 10, 20])
        ax.plot(x, 0.9**x, "o", color=figures.PALETTE["1"])
        _, told = self.told(fig, figures.Curve("n", ax, (x, 0.9**x), theory=(x, 0.8**x), handles=5, given=2))
        np.testing.assert_allclose(told["measured"], 0.9 ** np.array(told["at"]), rtol=1e-5)
        assert told["start"][:2] == told["measured"][:2]
        assert told["said"] == {"measured": printed(np.log(0.9)), "theory": printed(np.log(0.8))}

    @pytest.mark.parametrize(
        ("says", "level", "said"), [("end", 0, "4.0"), ("highest", 0, "9.0"), ("at", 1.5, "6.0"), ("crosses", 6, "1.5")]
    )
    def test_says_what_the_author_asks(self, says, level, said):
        fig, ax = self.axes()
        ax.plot([1, 2, 3], [3, 9, 4], "o", color=figures.PALETTE["1"])
        _, told = self.told(fig, figures.Curve("n", ax, ([1, 2, 3], [3, 9, 4]), says=says, level=level))
        assert told["said"]["measured"] == said

    @pytest.mark.parametrize(
        ("make", "complaint"),
        [
            (lambda ax: figures.Curve("n", ax, ([1, 2], [1])), "one length, 2 or more"),
            (lambda ax: figures.Curve("n", ax, ([1, 2], [1, 2]), handles=1), "handles is 1, expected 2 or more"),
            (lambda ax: figures.Curve("n", ax, ([1, 2], [1, np.nan])), "values that these axes cannot show"),
            (lambda ax: figures.Curve("n", ax, ([1, 2], [1, 2]), says="peak"), "says is 'peak', expected slope, end"),
            (lambda ax: figures.Curve("n", ax, ([1, 2], [1, 2]), says="crosses", level=7), "does not cross 7"),
            (lambda ax: figures.Value("n", ax, measured=7), "measured 7 is not between 0 and 1"),
            (lambda ax: figures.Value("n", ax, measured=0.5, along="z"), "expected 'x' or 'y'"),
        ],
    )
    def test_refuses_what_cannot_be_asked(self, make, complaint):
        fig, ax = self.axes()
        with pytest.raises(ValueError, match=complaint):
            figures.show(fig, alt="Nothing.", predict=make(ax))

    @pytest.mark.parametrize(
        ("value", "digits", "text"),
        [
            (0, 2, "0"),
            (-0.102, 2, "−0.10"),
            (29779, 1, "3\xa0×\xa010⁴"),
            (1234, 2, "1200"),
            (5e-6, 2, "5.0\xa0×\xa010⁻⁶"),
            (64, 2, "64"),
        ],
    )
    def test_prints_as_in_a_sentence(self, value, digits, text):
        assert printed(value, digits) == text


def test_a_downloaded_notebook_asks_too():
    asked = "```{predict} which\n:answer: which\nUp or down?\n- [up] Up :: No.\n- [down] Down :: Yes.\n```"
    text = plain(asked, Book(), {})
    shown, folded = text.split("<details>")
    assert "**Predict.** Up or down?" in shown
    assert "- Up" in shown
    assert "No." not in shown
    assert "- Down: Yes." in folded


def test_parse_joins_lines_and_keeps_keys():
    question, answers = predict.parse(["Which", "way?", "- [up] Up", "  there :: No,", "  never.", "- [why] :: So."])
    assert question == ["Which", "way?"]
    assert [(one.key, one.label, one.why) for one in answers] == [("up", "Up there", "No, never."), ("why", "", "So.")]


@pytest.mark.parametrize("name", ASKING)
def test_every_chapter_and_every_interlude_asks_three_times(html, name):
    page = (html / name).read_text(encoding="utf8")
    asked = re.findall(r'<div class="predict predict-\w+" id="predict-([\w-]+)"', page)
    assert len(asked) == len(set(asked)) >= 3


PAGE = """<!doctype html><html lang="en" data-content_root="./"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width"><script>document.documentElement.classList.add("scripts")</script>
<style>{style}</style></head><body><main><article class="bd-article">{article}</article></main>
<script>{memory}</script><script>{predict}</script></body></html>"""
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
HANDLES = ".predict-handle"
# The page is told that an element has come into view a moment after it has; so is this, after the page.
SEEN = """root => new Promise((told) => {
  const eye = new IntersectionObserver((all) => {
    if (!all.some((one) => one.isIntersecting)) return;
    eye.disconnect();
    requestAnimationFrame(() => setTimeout(told));
  });
  eye.observe(root);
})"""


@pytest.fixture(scope="module")
def address(built, tmp_path_factory):
    """The page that is right, as the site's theme would frame it."""
    text = (built[0] / "index.html").read_text(encoding="utf8")
    article = re.search(r'<section id="a-page">.*</section>', text, re.DOTALL)[0]
    scripts = {name: (ROOT / "assets" / f"{name}.js").read_text(encoding="utf8") for name in ("memory", "predict")}
    folder = tmp_path_factory.mktemp("page")
    page = PAGE.format(style=bundle.stylesheet().text, article=article, **scripts)
    (folder / "index.html").write_text(page, encoding="utf8")
    with served(folder) as site:
        yield f"{site}index.html"


@pytest.fixture
def asked(browser, address):
    """The page in a browser of its own; the test fails if a script did."""
    contexts, problems = [], []

    def asked_(**options):
        context = browser.new_context(**({"viewport": {"width": 1000, "height": 800}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(address)
        page.evaluate("async () => { await document.fonts.ready; }")
        return page

    yield asked_
    for context in contexts:
        context.close()
    assert problems == []


def question(page, name):
    return page.locator(f"#predict-{name}")


def shows_answers(root):
    return root.evaluate("root => [...root.querySelectorAll('.answer')].map((one) => getComputedStyle(one).visibility)")


def wait_for_answers(root):
    """They fade in, and that begins with the browser's next frame."""
    root.page.wait_for_function(
        """root => {
          const seen = [...root.querySelectorAll(".answer")].map((one) => getComputedStyle(one).visibility);
          return seen.length && seen.every((one) => one === "visible");
        }""",
        arg=root.element_handle(),
    )


def text_of(root):
    """What is to be seen of the answers."""
    parts = ".predict-numbers, .predict-answer"
    seen = "parts => parts.filter((one) => getComputedStyle(one).visibility === 'visible').map((one) => one.innerText)"
    return root.locator(parts).evaluate_all(seen)


@pytest.mark.browser
class TestOnThePage:
    def test_by_keyboard_alone(self, asked):
        page = asked()
        root, handles = question(page, "fall"), question(page, "fall").locator(HANDLES)
        while not page.evaluate("document.activeElement.matches('#predict-fall .predict-handle')"):
            page.keyboard.press("Tab")
        for key in ["PageUp", "PageUp", "ArrowRight", "ArrowUp", "ArrowRight"]:
            page.keyboard.press(key)
        for key in ["Shift+ArrowDown", "PageDown", "ArrowDown"]:
            page.keyboard.press(key)
        places = handles.evaluate_all("all => all.map((one) => Number(one.getAttribute('aria-valuenow')))")
        assert places == [70, 52, 28]
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "predict-commit"
        assert set(shows_answers(root)) == {"hidden"}
        page.keyboard.press("Enter")
        ends = json.loads(root.locator("[data-predict]").get_attribute("data-predict"))["y"]["ends"]
        drawn = [ends[0] + place / 100 * (ends[1] - ends[0]) for place in places]
        slope = printed(np.polyfit([0, 1, 2], drawn, 1)[0])
        assert text_of(root)[0] == f"Your slope is {slope}; measured −0.38."
        wait_for_answers(root)
        assert page.evaluate("document.activeElement.className") == "predict-said"
        assert root.get_by_role("status").inner_text().startswith(f"Your slope is {slope}")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert set(shows_answers(root)) == {"hidden"}
        assert page.evaluate("document.activeElement.matches('.predict-handle')")

    def test_a_number_by_keyboard_is_printed_as_python_prints_it(self, asked):
        page = asked()
        root = question(page, "far")
        slider = root.locator("input[type=range]")
        slider.focus()
        for index, value in enumerate(np.geomspace(1e-9, 1e9, 201)):
            slider.evaluate("(one, at) => { one.value = at; one.dispatchEvent(new Event('input')); }", index)
            digits = {printed(value * nudge) for nudge in (1 - 1e-9, 1, 1 + 1e-9)}
            assert root.locator("output").inner_text() in {f"{one} steps" for one in digits}
        slider.evaluate("one => { one.value = 150; one.dispatchEvent(new Event('input')); }")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        yours = printed(10 ** (-9 + 18 * 151 / 200))
        assert text_of(root) == [
            f"You said {yours} steps; measured 2.0\xa0×\xa010⁴, theory 1.0\xa0×\xa010⁵ steps.",
            "You counted.",
            root.locator("[data-to=why]").inner_text(),
        ]

    def test_a_label_by_keyboard(self, asked):
        page = asked()
        root = question(page, "which")
        assert root.locator(".predict-commit").is_disabled()
        root.get_by_role("radio").first.focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert text_of(root) == ["You said “It halves”; measured: “It halves”.", "Right. Each step takes half."]

    def test_a_wrong_label_is_told_so(self, asked):
        root = question(asked(), "which")
        root.get_by_label("It doubles").check()
        root.locator(".predict-commit").click()
        assert text_of(root) == ["You said “It doubles”; measured: “It halves”.", "Not so. It falls."]

    def test_by_pointer_a_handle_follows_and_a_stroke_draws_a_curve(self, asked):
        page = asked()
        root = question(page, "fall")
        root.locator(".predict-layer").scroll_into_view_if_needed()
        boxes = [one.bounding_box() for one in root.locator(f"{HANDLES} circle:last-of-type").all()]
        centre = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
        page.mouse.move(*centre[0])
        page.mouse.down()
        page.mouse.move(centre[0][0], centre[0][1] - 40)
        for share in (0.25, 0.5, 0.75, 1):
            page.mouse.move(centre[0][0] + share * (centre[2][0] - centre[0][0]), centre[0][1] - 40 + 80 * share)
        page.mouse.up()
        boxes = [one.bounding_box() for one in root.locator(f"{HANDLES} circle:last-of-type").all()]
        moved = [box["y"] + box["height"] / 2 - y for box, (_, y) in zip(boxes, centre)]
        np.testing.assert_allclose(moved, [-40, 0, 40], atol=3)

    def test_by_touch_a_handle_follows_and_the_figure_still_scrolls(self, asked):
        page = asked(**PHONE)
        root = question(page, "fall")
        handle = root.locator(f"{HANDLES} circle:last-of-type").first
        handle.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch = page.context.new_cdp_session(page)
        for kind, points in (
            ("touchStart", [{"x": x, "y": y}]),
            ("touchMove", [{"x": x, "y": y - 30}]),
            ("touchEnd", []),
        ):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        high = json.loads(root.locator("[data-predict]").get_attribute("data-predict"))["box"][3]
        size = "one => one.getBoundingClientRect().width / one.viewBox.baseVal.width"
        scale = root.locator(".predict-layer").evaluate(size)
        assert int(root.locator(HANDLES).first.get_attribute("aria-valuenow")) == pytest.approx(
            50 + 100 * 30 / (high * scale), abs=2
        )
        area = root.locator(".predict-layer").evaluate("one => getComputedStyle(one).touchAction")
        assert area == "pan-x pan-y"

    def test_show_me_shows_and_claims_no_prediction(self, asked):
        page = asked()
        root = question(page, "fall")
        root.get_by_role("button", name="Show me").click()
        assert text_of(root) == ["Measured −0.38.", "It halves."]
        assert not root.locator(".predict-yours").is_visible()
        assert page.evaluate("courseMemory.of('predictions', 'fall').answer") is None

    @pytest.mark.parametrize("panel", ["first", "second"])
    def test_on_a_phone_the_panel_that_is_asked_about_comes_into_view(self, browser, address, panel):
        context = browser.new_context(**PHONE)
        page = context.new_page()
        if panel == "second":  # the same figure, asked about its right half
            text = urlopen(address).read().decode()
            moved = re.sub(r"(&quot;box&quot;:\[)[\d.]+(,[\d.]+,)[\d.]+", r"\g<1>260\g<2>180", text, count=1)
            page.route(address, lambda route: route.fulfill(body=moved, content_type="text/html; charset=utf-8"))
        page.goto(address)
        question(page, "fall").scroll_into_view_if_needed()
        question(page, "fall").evaluate(SEEN)
        places = question(page, "fall").evaluate("""root => {
          const [box, area] = [".rnnstill-box", ".predict-area"].map((one) => root.querySelector(one));
          const [seen, panel] = [box, area].map((one) => one.getBoundingClientRect());
          return [box.scrollLeft, panel.left - seen.left, seen.right - panel.right];
        }""")
        context.close()
        scrolled, left, right = places
        assert left > 0, places
        assert (scrolled > 0 and right > 0) if panel == "second" else scrolled == 0, places

    @pytest.mark.parametrize("name", ["fall", "far", "which"])
    @pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
    def test_nothing_moves_when_it_is_revealed(self, asked, name, screen):
        page = asked(**screen)
        root = question(page, name)
        places = "root => [...root.children].flatMap((one) => [one.offsetTop, one.offsetHeight])"
        before = root.evaluate(places)
        if name == "which":
            root.get_by_role("radio").first.check()
        root.locator(".predict-commit").click()
        assert root.evaluate(places) == before

    def test_until_then_neither_eye_nor_ear_is_told(self, asked):
        page = asked()
        root = question(page, "fall")
        assert set(shows_answers(root)) == {"hidden"}
        assert text_of(root) == []
        said = root.locator(".rnnstill").get_attribute("aria-label")
        assert said.startswith("Covered until you have predicted")
        assert "halves" not in said
        printed_before = page.locator(".covered-fall > *").first
        assert not printed_before.is_visible()
        root.locator(".predict-commit").click()
        assert root.locator(".rnnstill").get_attribute("aria-label") == "It halves."
        assert printed_before.is_visible()

    def test_without_scripts_the_figure_stands_whole(self, browser, address):
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(address)
        root = question(page, "fall")
        assert set(shows_answers(root)) == {"visible"}
        assert root.get_by_text("Measured −0.38.").is_visible()
        assert root.get_by_text("It halves.").is_visible()
        assert not root.get_by_role("button").first.is_visible()
        assert question(page, "which").get_by_text("Each step takes half.").is_visible()
        assert page.locator(".covered-fall > *").first.is_visible()
        context.close()

    def test_on_paper_too(self, asked):
        page = asked()
        page.emulate_media(media="print")
        root = question(page, "fall")
        assert set(shows_answers(root)) == {"visible"}
        assert text_of(root)[-1] == "It halves."
        assert not root.locator(".predict-layer").is_visible()
        assert not root.locator(".predict-commit").is_visible()
        label = question(page, "which")
        rows = label.evaluate(
            "root => [...root.querySelectorAll('.predict-to > *')].map((one) => one.getBoundingClientRect())"
            ".filter(({height}) => height).map(({top, bottom}) => [top, bottom])"
        )
        assert len(rows) > 1
        assert all(above[1] <= below[0] for above, below in pairwise(rows)), "answers lie over each other"
        said = "root => getComputedStyle(root.querySelector('.predict-numbers'), '::after').content"
        assert label.evaluate(said).startswith('"Measured')  # nobody has said anything

    def test_with_reduced_motion_nothing_fades(self, asked):
        fades = "one => getComputedStyle(one).transitionDuration"
        answer = ".predict .answer"
        moving, still = asked(reduced_motion="no-preference"), asked(reduced_motion="reduce")
        for page in (moving, still):
            question(page, "fall").locator(".predict-commit").click()
        assert moving.locator(answer).first.evaluate(fades) != "0s"
        assert still.locator(answer).first.evaluate(fades) == "0s"

    def test_is_remembered_when_the_page_is_opened_again(self, asked):
        page = asked()
        for name in ("fall", "far", "which"):
            root = question(page, name)
            if name == "fall":
                root.locator(HANDLES).first.focus()
                page.keyboard.press("PageUp")
            if name == "which":
                root.get_by_role("radio").first.check()
            root.locator(".predict-commit").click()
        before = [text_of(question(page, name)) for name in ("fall", "far", "which")]
        page.reload()
        assert [text_of(question(page, name)) for name in ("fall", "far", "which")] == before
        held = page.evaluate("courseMemory.page().predictions")
        assert held["which"]["off"] == 1
        assert held["far"]["off"] == pytest.approx(np.log10(2e4) / 18, abs=0.01)
        question(page, "fall").locator(".predict-again").click()
        assert set(shows_answers(question(page, "fall"))) == {"hidden"}

    @pytest.mark.parametrize("revealed", [False, True])
    @pytest.mark.parametrize("seen", [{"color_scheme": "light"}, {"color_scheme": "dark"}, PHONE])
    def test_axe_finds_no_violation(self, asked, seen, revealed):
        page = asked(reduced_motion="reduce", **seen)
        if revealed:
            for name in ("fall", "far", "which"):
                question(page, name).locator(".predict-show").click()
        found = [
            (one["id"], node["html"][:160], node["failureSummary"][:200])
            for one in Axe().run(page).response["violations"]
            for node in one["nodes"]
            if one["id"] not in ("region", "page-has-heading-one", "landmark-one-main")
        ]
        assert not found


@pytest.mark.browser
@pytest.mark.parametrize("name", ASKING)
def test_every_question_of_a_chapter_can_be_answered_and_has_a_sentence(open_page, name):
    """By the keyboard, as far as it is the chapter's own: each kind is tested above."""
    page = open_page(name)
    for root in page.locator(".predict").all():
        before = root.bounding_box()["height"]
        if root.get_by_role("radio").count():
            root.get_by_role("radio").first.focus()
            page.keyboard.press("Space")
        else:
            (root.locator(HANDLES) if root.locator("[role=slider]").count() else root.locator("input")).first.focus()
            page.keyboard.press("ArrowUp")
        root.locator(".predict-commit").focus()
        page.keyboard.press("Enter")
        said = text_of(root)
        assert said, root.get_attribute("id")
        assert all(said), root.get_attribute("id")
        assert "NaN" not in said[0]
        assert root.bounding_box()["height"] == pytest.approx(before, abs=1)
