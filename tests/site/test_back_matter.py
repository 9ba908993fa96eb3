"""The pages that gather: terms linked from their first uses, numbers quoted from cells, marks and filters."""

import re
import sys

import pytest
import yaml

from tests.site.conftest import CHAPTERS, ROOT, toc
from tests.small_books import sphinx

sys.path.insert(0, str(ROOT / "_ext"))

import first_uses
import glued

CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "_ext")!r})
extensions = ["myst_parser", "fold", "first_uses"]
myst_enable_extensions = ["dollarmath"]
html_theme = "basic"
"""
GLOSSARY = """# Glossary

```{glossary}
backpropagation
  Back.

truncated backpropagation
TB
  Cut.

mask
  Which steps are real.
```
"""
CHAPTER = """# A mask in a heading

A `mask` in code, $mask$ in a formula and [mask](glossary.md) in a link. Unmasked. Truncated
backpropagation stops; TB does. Masks, a mask. Backpropagation. Then backpropagation again.
"""


@pytest.fixture(scope="module")
def small_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    (folder / "chapters").mkdir()
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text("# Book\n\n```{toctree}\nchapters/glossary\nchapters/01_page\n```\n")
    (folder / "chapters" / "glossary.md").write_text(GLOSSARY)
    (folder / "chapters" / "01_page.md").write_text(CHAPTER)
    built = sphinx("-W", "-q", folder, folder / "html")
    assert built.returncode == 0, built.stderr
    return (folder / "html" / "chapters" / "01_page.html").read_text()


class TestFirstUses:
    def test_links_the_first_use_in_running_text_and_no_other(self, small_page):
        linked = re.findall(r'<a class="term[^"]*" href="([^"]*)">([^<]*)</a>', small_page)
        assert [(target, " ".join(text.split())) for target, text in linked] == [
            ("glossary.html#term-truncated-backpropagation", "Truncated backpropagation"),  # and not its second name
            ("glossary.html#term-mask", "Masks"),
            ("glossary.html#term-backpropagation", "Backpropagation"),
        ]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("a step Jacobian here", "step Jacobian"),
            ("Jacobians", "Jacobian"),
            ("the LSTMs", "LSTM"),
            ("lstm", None),
            ("time-scale", "time-scale"),
            ("a Long-term thing", None),
            ("preJacobian", None),
            ("by Newton’s iteration", "Newton's iteration"),
        ],
    )
    def test_what_is_a_use(self, text, found):
        terms = ["Jacobian", "step Jacobian", "LSTM", "time-scale", "Newton's iteration"]
        match = first_uses.pattern(terms).search(text)
        assert (match and first_uses.meant(match)) == found


def test_the_cell_that_glues_a_name():
    cells = {
        1: 'glue("rate", 1)', 4: 'for k in ks:\n    glue(f"rate-{k}-low", k)', 7: 'glue(f"rate-{s}", s)',
        9: 'for key, value in (("held", 2),):\n    glue(key, value)',
    }  # fmt: skip
    names = ("rate", "rate-1.0-low", "rate-1.0", "held", "else")
    assert [glued.cell_that_glues(cells, name) for name in names] == [1, 4, 7, 9, None]


def test_every_chapter_links_terms_once_each(html):
    for name in CHAPTERS:
        linked = re.findall(r'<a class="term[^"]*" href="([^"]*)"', (html / name).read_text(encoding="utf8"))
        assert (8 if re.match(r"chapters/\d", name) else 3) <= len(linked) == len(set(linked)), name


def test_every_definition_of_the_glossary_is_linked_from_a_chapter(html):
    glossary = (html / "chapters/glossary.html").read_text(encoding="utf8")
    defined = re.findall(r'(?:<dt id="[^"]+".*?</dt>\s*)+<dd', glossary, re.DOTALL)
    assert len(defined) > 90
    pages = "".join(
        (html / f"{name}.html").read_text(encoding="utf8") for name in toc() if first_uses.LINKED.match(name)
    )
    linked = set(re.findall(r'href="glossary\.html#([^"]+)"', pages))
    terms = [re.findall(r'<dt id="([^"]+)"', names) for names in defined]
    assert [names for names in terms if not linked.intersection(names)] == []


def test_the_pages_ask_what_was_promised(html):
    answers = (html / "chapters/interview_room.html").read_text(encoding="utf8")
    assert answers.count('<details class="fold answer">') >= 20
    for part in ("Short.", "Long.", "Often heard, and wrong.", "Where it is proved."):
        assert answers.count(f"<strong>{part}</strong>") == answers.count('<details class="fold answer">')
    assert (html / "chapters/symptoms.html").read_text(encoding="utf8").count("<h3>") >= 25
    assert (html / "chapters/quizzes.html").read_text(encoding="utf8").count('<details class="fold solution">') == 65


def test_a_number_that_is_quoted_leads_to_its_cell(html):
    quoted = re.findall(
        r'<a class="reference internal" href="([^"#]+)#([^"]+)" title="[^"]+"><span class="quoted">([^<]+)</span>',
        (html / "chapters/interview_room.html").read_text(encoding="utf8"),
    )
    assert len(quoted) > 100
    for page, anchor, _ in quoted:
        assert f'id="{anchor}"' in (html / "chapters" / page).read_text(encoding="utf8")


def test_every_reference_that_is_annotated_is_in_the_list():
    page = (ROOT / "chapters/further_reading.md").read_text(encoding="utf8")
    cited = {key for keys in re.findall(r"\{cite:t\}`([^`]+)`", page) for key in keys.split(",")}
    entries = (ROOT / "chapters/references.bib").read_text(encoding="utf8")
    listed = set(re.findall(r"^@\w+\{([^,]+),", entries, re.MULTILINE))
    assert len(cited) > 40
    assert cited <= listed


def test_the_search_knows_every_page_of_the_back_matter():
    words = yaml.safe_load((ROOT / "_ext/search_words.yaml").read_text(encoding="utf8"))
    pages = {address.partition("#")[0] for address in words}
    for page in ("interview_room", "symptoms", "further_reading", "quizzes", "contributors", "instructors"):
        assert f"chapters/{page}.html" in pages


@pytest.mark.browser
def test_an_answer_is_marked_and_found_on_my_course(open_page):
    page = open_page("chapters/interview_room.html")
    page.get_by_role("button", name="Ask me one").press("Enter")
    assert page.evaluate("document.activeElement.matches('details.answer > summary')")
    first, second = (page.locator("details.answer").nth(i) for i in range(2))
    for answer, mark in ((first, "I knew it"), (second, "Not yet")):
        answer.locator("summary").click()
        answer.get_by_role("button", name=mark).press("Enter")
        assert answer.get_by_role("button", name=mark).get_attribute("aria-pressed") == "true"
    asks = second.evaluate("answer => answer.closest('section').querySelector('h3').firstChild.textContent.trim()")
    page.reload()
    assert page.locator("#interview-room [role=status]").inner_text().startswith("1 of ")
    page.goto(page.url.partition("#")[0].replace("interview_room", "my_course"))
    again = page.locator(".course-again li")
    assert again.count() == 1
    assert asks in again.inner_text()
    assert "you marked it: not yet" in again.inner_text()


@pytest.mark.browser
def test_symptoms_are_found_as_one_types(open_page):
    page = open_page("chapters/symptoms.html")
    shown = page.locator("article section > h3:visible")
    every = shown.count()
    page.get_by_role("searchbox").fill("padding batch")
    assert 0 < shown.count() < every / 3
    assert "as the batch grows" in " ".join(shown.all_inner_texts())
    page.get_by_role("searchbox").fill("xylophone")
    assert shown.count() == 0
    assert page.locator("#symptom-search [role=status]").inner_text() == f"None of {every}."
    page.get_by_role("searchbox").fill("")
    assert shown.count() == every
