"""What the course remembers, in one browser alone: its storage, and what the pages show of it."""

import json

import pytest

from tests.site.conftest import ROOT
from tests.site.serve import served

pytestmark = pytest.mark.browser

KEY = "training-recurrent-networks"
PAGE = """<!doctype html><html lang="en" data-content_root="../"><meta charset="utf-8"><title>A page</title>
<script>{before}</script><script>{memory}</script>"""
BROKEN = {
    "no JSON": "{",
    "a text": '"hello"',
    "nothing": "null",
    "a list": "[1, 2]",
    "another version": '{"version": 99, "pages": {"chapters/a": {"title": "A"}}}',
    "pages that are none": '{"version": 1, "pages": 7}',
    "a page that is none": '{"version": 1, "pages": {"chapters/a": 3}}',
    "kinds that are none": '{"version": 1, "pages": {"chapters/a": {"sections": [], "predictions": "x", "of": 3}}}',
    "an heir of Object": '{"version": 1, "pages": {"__proto__": {"title": "x"}, "valueOf": {"sections": {"a": 1}}}}',
}
NO_STORAGE = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('', 'SecurityError'); }});"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"


@pytest.fixture
def remember(browser, tmp_path):
    """A page with the memory alone, in a browser that has stored `stored`; it fails on any uncaught error."""
    contexts, problems = [], []
    memory = (ROOT / "assets" / "memory.js").read_text(encoding="utf8")
    (tmp_path / "chapters").mkdir()

    with served(tmp_path) as address:

        def remember_(stored=None, before="", context=None):
            name = f"chapters/{len(contexts)}.html"
            (tmp_path / name).write_text(PAGE.format(before=before, memory=memory), encoding="utf8")
            context = context or browser.new_context()
            contexts.append(context)
            page = context.new_page()
            page.on("pageerror", lambda error: problems.append(str(error)))
            if stored is not None:
                page.goto(address)
                page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, stored])
            page.goto(address + name)
            return page

        yield remember_
        for context in contexts:
            context.close()
    assert problems == []


FORMULAS = {
    "<msup><mn>10</mn><mrow><mo>−</mo><mn>14</mn></mrow></msup>": "10^{−14}",
    "<msub><mi>h</mi><mi>t</mi></msub><mo>=</mo><mi>w</mi><msub><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>":
        "h_{t} = wh_{t−1}",
    "<msubsup><mi>J</mi><mi>t</mi><mo>⊤</mo></msubsup>": "J_{t}^{⊤}",
    "<mfrac><mn>1</mn><mrow><mn>1</mn><mo>−</mo><mi>a</mi></mrow></mfrac>": "1/(1−a)",
    "<msup><mi>W</mi><msub><mi>h</mi><mn>1</mn></msub></msup>": "W^{h1}",
    "<mover accent='true'><mi>x</mi><mo>^</mo></mover>": "x",
}  # fmt: skip


def test_a_formula_is_kept_as_text_that_says_the_same(remember):
    page = remember()
    for formula, text in FORMULAS.items():
        page.evaluate("html => { document.body.innerHTML = html; }", f"<p>From <math>{formula}</math>.</p>")
        assert page.evaluate("courseMemory.words(document.querySelector('p'))") == f"From {text}."
    long = "<p>" + "a" * 195 + " <math><msup><mn>10</mn><mn>12345</mn></msup></math></p>"
    page.evaluate("html => { document.body.innerHTML = html; }", long)
    assert page.evaluate("courseMemory.words(document.querySelector('p'))") == "a" * 195 + " 10"


def note(page, kind, name, entry):
    page.evaluate("([kind, id, entry]) => courseMemory.note(kind, id, entry)", [kind, name, entry])


ENTRIES = {
    "sections": {"title": "The cliff"},
    "predictions": {"asks": "How far?", "answer": [0.5, 0.25], "off": 0.3},
    "selfchecks": {"asks": "Which?", "first": False, "right": True},
    "hints": {"asks": "3. Powers"},
    "exercises": {"asks": "3. Powers", "points": 3, "of": 4},
}


@pytest.mark.parametrize("kind", ENTRIES)
def test_what_is_noted_is_there_after_the_page_is_opened_again(remember, kind):
    page = remember()
    note(page, kind, "one", ENTRIES[kind])
    again = remember(context=page.context)
    page.reload()
    for open_page in (page, again):
        held = "kind => courseMemory.page('chapters/0')[kind].one"
        open_page.wait_for_function(held, arg=kind)  # another page may hear a moment later of what one has stored
        held = open_page.evaluate(held, kind)
        assert held.pop("at") > 0
        assert held == ENTRIES[kind]


def test_a_later_note_keeps_what_it_does_not_say(remember):
    page = remember()
    note(page, "selfchecks", "one", ENTRIES["selfchecks"])
    note(page, "selfchecks", "one", {"right": False})
    held = page.evaluate("courseMemory.of('selfchecks', 'one')")
    assert (held["first"], held["right"], held["asks"]) == (False, False, "Which?")


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_or_foreign_is_left_out(remember, what):
    page = remember(stored=BROKEN[what])
    assert page.evaluate("courseMemory.page()") == page.evaluate("courseMemory.page('never opened')")
    note(page, "sections", "one", ENTRIES["sections"])
    assert page.evaluate("courseMemory.of('sections', 'one').title") == "The cliff"
    assert page.evaluate("({}).title") is None


def test_of_a_broken_page_the_sound_part_is_kept(remember):
    sections = {"a": {"title": "A", "at": "now"}, "b": 2}
    stored = {"version": 1, "pages": {"chapters/0": {"title": 7, "strange": 1, "sections": sections}}}
    page = remember(stored=json.dumps(stored))
    held = page.evaluate("courseMemory.page()")
    assert held["sections"] == {"a": {"title": "A"}}
    assert not {"title", "strange"} & set(held)


@pytest.mark.parametrize("before", [NO_STORAGE, FULL], ids=["no storage", "a full one"])
def test_where_nothing_can_be_kept_it_lasts_as_long_as_the_page(remember, before):
    page = remember(before=before)
    note(page, "sections", "one", ENTRIES["sections"])
    assert page.evaluate("courseMemory.of('sections', 'one').title") == "The cliff"
    assert page.evaluate("courseMemory.kept") is False
    page.evaluate("courseMemory.erase()")
    assert page.evaluate("courseMemory.of('sections', 'one')") is None


def test_export_and_import_are_inverse(remember):
    page = remember()
    for kind, entry in ENTRIES.items():
        note(page, kind, "one", entry)
    page.evaluate("courseMemory.reached('cliff', 'The cliff')")
    text = page.evaluate("courseMemory.text()")
    page.evaluate("courseMemory.erase()")
    assert page.evaluate("courseMemory.all().pages") == {}
    page.evaluate("text => courseMemory.take(text)", text)
    assert json.loads(page.evaluate("courseMemory.text()")) == json.loads(text)
    other = remember()
    other.evaluate("text => courseMemory.take(text)", text)
    assert json.loads(other.evaluate("courseMemory.text()")) == json.loads(text)


def test_import_adds_and_of_two_entries_keeps_the_later(remember):
    page = remember()
    note(page, "sections", "mine", {"title": "Mine"})
    note(page, "predictions", "both", {"answer": 1, "off": 0.5})
    text = json.loads(page.evaluate("courseMemory.text()"))
    theirs = text["pages"]["chapters/0"]
    theirs["sections"] = {"theirs": {"title": "Theirs", "at": 5}}
    theirs["predictions"]["both"] |= {"answer": 2, "at": theirs["predictions"]["both"]["at"] + 1}
    page.evaluate("text => courseMemory.take(text)", json.dumps(text))
    held = page.evaluate("courseMemory.page()")
    assert set(held["sections"]) == {"mine", "theirs"}
    assert held["predictions"]["both"]["answer"] == 2
    theirs["predictions"]["both"] |= {"answer": 3, "at": 5}
    page.evaluate("text => courseMemory.take(text)", json.dumps(text))
    assert page.evaluate("courseMemory.of('predictions', 'both').answer") == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("{", "does not hold"), ("[]", "does not hold"), ('{"version": 2, "pages": {}}', "version 2")],
)
def test_a_file_that_is_none_of_ours_changes_nothing(remember, text, complaint):
    page = remember()
    note(page, "sections", "one", ENTRIES["sections"])
    before = page.evaluate("courseMemory.text()")
    said = page.evaluate("text => { try { courseMemory.take(text); } catch (error) { return error.message; } }", text)
    assert complaint in said
    assert page.evaluate("courseMemory.text()") == before


def test_a_page_that_changed_forgets_what_is_no_longer_there(remember):
    page = remember()
    note(page, "sections", "old", {"title": "Old"})
    page.evaluate("courseMemory.register('A page', {sections: ['new', 'other']})")
    note(page, "sections", "new", {"title": "New"})
    held = page.evaluate("courseMemory.page()")
    assert set(held["sections"]) == {"new"}
    assert held["of"] == {"sections": 2}
    assert page.evaluate("courseMemory.share(courseMemory.page())") == 0.5


def test_refuses_a_kind_that_it_does_not_keep(remember):
    said = remember().evaluate("try { courseMemory.note('books', 'a'); } catch (error) { error.message }")
    assert said == "courseMemory keeps sections, predictions, selfchecks, hints, exercises, answers, got books"
