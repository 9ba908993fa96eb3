"""The page of claims: verdicts that can fail, and a build that stops when they do."""

import ast
import json
import re
import sys

import nbformat
import pytest
import yaml
from PIL import Image
from playwright.sync_api import expect

from tests.site.conftest import ROOT
from tests.small_books import sphinx

sys.path.insert(0, str(ROOT / "_ext"))

import claim_words
import claims

ROW = {
    "id": "decay",
    "page": "03_page",
    "says": "A factor of $0.9$ is harmless.",
    "said": "common",
    "measured": "After a hundred steps {left} is left.",
    "values": {"left": "claim-decay-left"},
    "refutes": "left < 1e-3",
    "verdict": "wrong",
}


def row(**changes):
    return claims.Claim(**(ROW | changes))


class TestNumber:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("30,495", 30495),
            ("0.0062", 0.0062),
            ("−0.8", -0.8),
            ("+0.56", 0.56),
            ("2.95\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁻⁵", 2.95e-5),
            ("3 × 10¹⁹", 3e19),
            ("0.25\N{NO-BREAK SPACE}%", 0.0025),
            ("37°", 37),
        ],
    )
    def test_reads_what_chapters_print(self, text, value):
        assert claims.number(text) == pytest.approx(value, rel=1e-12)

    @pytest.mark.parametrize("text", ["", "inf", "nan", "0.35 ± 0.04", "0.3 to 0.4", "10⁻⁹", "1 mm"])
    def test_refuses_what_is_not_one_number(self, text):
        with pytest.raises(ValueError, match="not a number"):
            claims.number(text)


class TestClaim:
    @pytest.mark.parametrize(
        ("left", "tests", "verdict"),
        [
            ("0.5", {"refutes": "left < 1e-3"}, "holds"),
            ("0.0001", {"refutes": "left < 1e-3"}, "wrong"),
            ("0.5", {"supports": "left > 0.1", "refutes": None}, "holds"),
            ("0.05", {"supports": "left > 0.1", "refutes": None}, "wrong"),
            ("0.5", {"supports": "left > 0.1", "refutes": "left < 0.9"}, "condition"),
            ("0.0001", {"slips": "left > 1e-5"}, "slip"),
            ("0.000001", {"slips": "left > 1e-5"}, "wrong"),
            ("0.5", {"slips": "left > 1e-5"}, "holds"),
            ("0.5", {"supports": "left > 0.1", "refutes": "left < 0.9", "slips": "left > 1e-5"}, "condition"),
            ("50 %", {"supports": "left >= 0.5 and abs(log(left)) < 1", "refutes": "round(left) > 0"}, "holds"),
        ],
    )
    def test_the_verdict_follows_from_the_values(self, left, tests, verdict):
        assert row(**tests).judge({"claim-decay-left": left}) == verdict

    def test_a_row_says_where_its_statement_is_said(self):
        unsaid = {name: value for name, value in ROW.items() if name != "said"}
        with pytest.raises(TypeError, match="said"):
            claims.Claim(**unsaid)

    def test_refuses_what_is_neither_supported_nor_refuted(self):
        undecided = row(supports="left > 0.9", refutes="left < 0.1")
        with pytest.raises(ValueError, match="neither supported nor refuted"):
            undecided.judge({"claim-decay-left": "0.5"})

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"verdict": "maybe"}, "verdict is one of"),
            ({"refutes": None}, "no test"),
            ({"said": "A lesson."}, "cites a source"),
            ({"verdict": "condition"}, "says on what"),
            ({"given": "If it is small."}, "says on what"),
            ({"called": {"lost": "what is lost"}}, "which is no value"),
            ({"values": ROW["values"] | {"lost": "claim-decay-lost"}}, "lost not used"),
        ],
    )
    def test_says_what_is_wrong_with_a_row(self, changes, complaint):
        with pytest.raises(ValueError, match=complaint):
            row(**changes)

    def test_has_each_id_once(self, tmp_path):
        (tmp_path / "claims.yaml").write_text(yaml.safe_dump([ROW, ROW]))
        with pytest.raises(ValueError, match="same id"):
            claims.read(tmp_path / "claims.yaml")


CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "_ext")!r})
extensions = ["myst_nb", "sphinxcontrib.bibtex", "claims"]
bibtex_bibfiles = ["chapters/references.bib"]
bibtex_reference_style = "author_year"
nb_execution_mode = "off"
html_theme = "basic"
"""
# To cut the typefaces of the card takes most of such a build.
NO_CARD = """
import preview_card
def draw_claims(target, groups):
    target.parent.mkdir(exist_ok=True)
    target.touch()
preview_card.draw_claims = draw_claims
"""


INDEX = """# Book

```{toctree}
chapters/03_page
chapters/claims
```

```{bibliography}
:all:
```
"""


def build(folder, glued, source=None, card=False, **changes):
    """Build a book of a chapter, in which a cell measures and the next glues, and the page of its one claim."""
    chapters = folder / "source" / "chapters"
    (chapters / "data").mkdir(parents=True, exist_ok=True)
    (chapters / "data" / "claims.yaml").write_text(yaml.safe_dump([ROW | changes], allow_unicode=True))
    (chapters / "claims.md").write_text("# Claims\n\nWrong: {claims-count}`wrong`.\n\n```{claims} 03_page\n```\n")
    outputs = [
        nbformat.v4.new_output(
            "display_data",
            {"application/papermill.record/text/plain": repr(value)},
            metadata={"scrapbook": {"name": name, "mime_prefix": "application/papermill.record/"}},
        )
        for name, value in glued.items()
    ]
    source = "\n".join(f'glue("{name}", ...)' for name in glued) if source is None else source
    cells = [
        nbformat.v4.new_markdown_cell("# Page\n\n## Where it is measured", id="a"),
        nbformat.v4.new_code_cell("left = 0.9**100", id="b"),
        nbformat.v4.new_code_cell(source, outputs=outputs, metadata={"tags": ["remove-cell"]}, id="c"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
    nbformat.write(notebook, chapters / "03_page.ipynb")
    (folder / "source" / "conf.py").write_text(CONF if card else CONF + NO_CARD)
    (chapters / "references.bib").write_text("@book{knuth, author={Knuth, D.}, title={T}, publisher={P}, year={1968}}")
    (folder / "source" / "index.md").write_text(INDEX)
    built = run_sphinx(folder)
    page = folder / "html" / "chapters" / "claims.html"
    return built, page.read_text(encoding="utf8") if page.exists() else ""


def run_sphinx(folder):
    return sphinx("-W", "--keep-going", "-n", "-q", folder / "source", folder / "html")


def test_a_row_has_value_verdict_and_a_link_to_the_cell(tmp_path):
    built, page = build(tmp_path, {"claim-decay-left": "2.7 × 10⁻⁵"}, card=True)
    assert built.returncode == 0, built.stderr
    assert '<span class="claim-value">2.7 × 10⁻⁵</span>' in page
    assert '<span class="verdict verdict-wrong">wrong</span>' in page
    assert "Wrong: 1." in page
    assert re.search('<a [^>]*href="03_page.html#claim-decay"[^>]*>Where it is measured</a>', page)
    chapter = (tmp_path / "html" / "chapters" / "03_page.html").read_text(encoding="utf8")
    cell = chapter.split('id="claim-decay"')[1]
    assert "0.9" in cell.split("</pre>")[0]
    assert "Common teaching" in page
    [card] = (tmp_path / "cards").glob("claims-*.png")
    with Image.open(card) as picture:
        assert picture.size == (1200, 630)


def test_a_row_shows_its_source_its_condition_and_its_tests(tmp_path):
    changes = {"supports": "left > 0.1", "refutes": "left < 0.9", "verdict": "condition", "given": "If *all* is small."}
    built, page = build(tmp_path, {"claim-decay-left": "0.5"}, said="{cite:t}`knuth`, page 7.", **changes)
    assert built.returncode == 0, built.stderr
    [said] = re.findall('<p class="claim-said">(.*?)</p>', page, re.DOTALL)
    assert re.search("Knuth .*<a .*>1968</a>.*, page 7", said)
    assert '<p class="claim-given">If <em>all</em> is small.</p>' in page
    assert re.findall('<p class="claim-test">(.*?)</p>', page) == [
        "For it: 0.5 is above 0.1.", "Against it: 0.5 is below 0.9."
    ]  # fmt: skip
    [row] = re.findall('<tr[^>]* id="decay"[^>]*>', page)
    assert "is-condition" in row


def test_the_page_follows_a_value_that_changes(tmp_path):
    build(tmp_path, {"claim-decay-left": "2.7 × 10⁻⁵"})
    built, page = build(tmp_path, {"claim-decay-left": "0.0002"})
    assert built.returncode == 0, built.stderr
    assert '<span class="claim-value">0.0002</span>' in page


@pytest.mark.parametrize(
    ("glued", "complaint"),
    [
        ({}, "has no 'claim-decay-left'"),
        ({"claim-decay-left": "0.5"}, "stated as 'wrong', and the measurement says 'holds'"),
        ({"claim-decay-left": "0.0001", "claim-other": "1"}, "measures claim-other, and no claim uses it"),
        ({"claim-decay-left": "inf"}, "not a number: 'inf'"),
    ],
    ids=["missing", "verdict", "no row", "no number"],
)
def test_the_build_stops(tmp_path, glued, complaint):
    built, _ = build(tmp_path, glued, source='glue("claim-decay-left", ...)')
    assert built.returncode != 0
    assert complaint in built.stderr
    assert complaint in run_sphinx(tmp_path).stderr, "nothing was read again, and the build passed in silence"


def test_the_build_stops_where_no_cell_can_be_linked_to(tmp_path):
    built, _ = build(tmp_path, {"claim-decay-left": "0.0001"}, source="glue(name, ...)")
    assert built.returncode != 0
    assert "no cell glues" in built.stderr


@pytest.mark.parametrize(
    ("test", "true", "said"),
    [
        ("left < 0.1 * right", True, "2 × 10⁻⁵ is below 0.1 × 30,495"),
        ("left > 1e-4", False, "2 × 10⁻⁵ would have to be above 0.0001"),
        ("abs(right / 27000 - 1) > 0.05", True, "30,495 is farther than 5\N{NO-BREAK SPACE}% from 27,000"),
        ("share > 0.2 and 0 < left", True, "39 % is above 20\N{NO-BREAK SPACE}%, and 2 × 10⁻⁵ is above 0"),
        ("left < 1 < right", True, "2 × 10⁻⁵ is below 1, and 30,495 is above 1"),
        ("right / (left - 1) >= 2**10", False, "30,495 / (2 × 10⁻⁵ − 1) would have to be at least 2¹⁰"),
        ("round(left, 3) == 0.006", True, "2 × 10⁻⁵, rounded, is 0.006"),
        ("right > log(4)", True, "30,495 is above ln 4"),
    ],
)
def test_a_test_is_told_in_words(test, true, said):
    assert claim_words.words(test, {"left": "2 × 10⁻⁵", "right": "30,495", "share": "39 %"}, true) == said


@pytest.mark.parametrize(
    ("test", "true", "said"),
    [
        ("n == 35", True, "the reach is 35"),
        ("n == 35", False, "the reach, 35, would have to be 35"),
        ("n == each == 35", True, "the reach is 35, and 35 is 35"),
        ("n < 0.6 * 35", True, "the reach, 35, is below 0.6 × 35"),
        ("0 < n", True, "the reach, 35, is above 0"),
        ("round(n) == 35", True, "the reach, 35, rounded, is 35"),
        ("n < each", True, "the reach, 35, is below 35"),
        ("each / n < 2", True, "35 / 35 is below 2"),
    ],
)
def test_a_value_that_has_a_name_is_said_with_it(test, true, said):
    assert claim_words.words(test, {"n": "35", "each": "35"}, true, {"n": "the reach"}) == said


def test_a_test_without_words_is_refused():
    with pytest.raises(ValueError, match="has no words"):
        claim_words.words("left % 2 == 1", {"left": "3"}, True)


def test_the_picture_has_a_dot_a_claim_and_a_choice_of_verdicts():
    several = {name: row(id=name, page=page) for name, page in (("a", "p"), ("b", "p"), ("c", "q"))}
    html = claims.picture(several, {"a": "wrong", "b": "holds", "c": "wrong"}, str.upper)
    assert re.findall('href="#([^"]+)"', html) == ["a", "b", "c"]
    assert re.findall("<dt>(.*?)</dt>", html) == ["P", "Q"]
    assert dict(re.findall(r'id="claims-(\w+)"[^>]*>[^<]*<b>(\d+)</b>', html)) == {
        "all": "3", "holds": "1", "condition": "0", "slip": "0", "wrong": "2"
    }  # fmt: skip
    assert 'aria-label="A factor of 0.9 is harmless. Wrong."' in html


@pytest.mark.parametrize("scripts", [True, False])
def test_a_reader_chooses_a_verdict_and_goes_to_its_rows(open_page, scripts):
    page = open_page("chapters/claims.html", java_script_enabled=scripts, wait=scripts)
    rows = page.locator("tr.claim")
    page.locator("#claims-wrong").check()
    shown = [row for row in rows.all() if row.is_visible()]
    assert 0 < len(shown) < rows.count()
    assert all("is-wrong" in row.get_attribute("class") for row in shown)
    page.locator(".claims-picture .is-wrong a").first.click()
    expect(page).to_have_url(re.compile(f"#{shown[0].get_attribute('id')}$"))
    page.locator(".claims-picture li:not(.is-wrong) a").last.click()  # faded: the row is shown all the same
    faded = page.locator("tr.claim:target")
    expect(faded).not_to_have_class(re.compile(r"\bis-wrong\b"))
    expect(faded).to_be_in_viewport()  # it scrolls smoothly
    assert sum(row.is_visible() for row in rows.all()) == len(shown) + 1
    if not scripts:
        return
    expect(page).to_have_url(re.compile(rf"\?shown=wrong#{faded.get_attribute('id')}$"))
    page.reload()
    assert page.locator("#claims-wrong").is_checked()
    expect(faded).to_be_in_viewport()  # it scrolls smoothly
    page.locator("#claims-all").check()
    expect(page).not_to_have_url(re.compile("shown"))
    assert all(row.is_visible() for row in rows.all())


def test_every_row_of_the_book_stands_on_its_page(html):
    rows = yaml.safe_load((ROOT / claims.DATA).read_text(encoding="utf8"))
    page = (html / f"{claims.PAGE}.html").read_text(encoding="utf8")
    for one in rows:
        [line] = [line for line in page.split("<tr") if f'{one["page"]}.html#claim-{one["id"]}"' in line]
        stored = json.loads((html.parent / "jupyter_execute" / "chapters" / f"{one['page']}.glue.json").read_text())
        for name, key in one["values"].items():
            if f"{{{name}}}" in one["measured"]:
                value = ast.literal_eval(stored[key]["data"]["text/plain"]).replace("-", "−")
                assert f">{value}</span>" in line, one["id"]
        assert f"verdict-{one['verdict']}" in line, one["id"]
