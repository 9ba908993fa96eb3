"""The book as a file, bound from a small site: what is on the screen alone is gone, and everything leads somewhere."""

import io
import re
import zipfile
from unicodedata import normalize

import pytest

from bound import epub, pdf, site, validity
from bound.offer import offer

PAGES = [("index", ""), ("chapters/one", "Part")]
HEAD = """<!DOCTYPE html><html><head><title>T</title>
<link rel="stylesheet" href="{root}_static/course-1.css"></head><body>"""
INDEX = """<p class="as-file"></p><article class="bd-article"><section id="top">
<h1>Start<a class="headerlink" href="#top">#</a></h1>
<p class="tool-row"><label>Find <input type="search"></label></p>
<p>See <a href="chapters/one.html#two">two</a>, <a href="chapters/playground.html">play</a> and
<a href="https://example.org/">elsewhere</a>.<button>Copy</button></p></section></article></body></html>"""
ONE = """<article class="bd-article"><section id="first"><h1>One</h1><details class="fold code"><summary>code</summary>
<pre>hidden</pre></details><details class="hint"><p>hidden</p></details>
<details class="fold sidenote"><summary>Aside</summary><p>told</p></details>
<div class="cell_output"><div class="predict predict-label" id="p"><div class="predict-question"><p>Which?</p></div>
<div class="predict-board"><div class="predict-option"><input type="radio" id="p-a"><label for="p-a">this</label></div>
</div><div class="predict-said"><div class="predict-to"><p class="predict-answer" data-to="a">Right.</p>
<p class="predict-answer" data-to="above">Too high.</p></div></div>
</div>
<script type="application/json">{"state": 1}</script><div class="figure-still"><svg role="img" aria-label="A line"
viewBox="0 0 10 10" style="fill: var(--fig-1, red); max-width: calc(1 * var(--wide, 42rem))">
<path d="M0 0L9 9"/></svg></div>
</div>
<section id="two"><h2>Two</h2><p>Before <span class="math"><math><mi>x</mi><mo>&lt;</mo><mn>1</mn></math></span>.</p>
<div class="math"><math display="block"><mrow>WIDE</mrow></math></div>
<fieldset class="selfcheck"><legend>Why?</legend>
<div class="selfcheck-option"><input type="radio"><label>so</label></div>
<details class="selfcheck-answers"><summary>Answers</summary><ol><li>Because.</li></ol></details></fieldset>
<div id="proof"></div><div id="proof"></div>
<p>Back to <a href="../index.html">the start</a>.</p></section>
<section id="three"><h2>LONG</h2></section></section></article></body></html>"""
LONG = "A heading of so many words that a single line on paper does not hold all of them"
WIDE = "<mo>+</mo>".join(["<mi>abcdefghijk</mi>"] * 9)


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "html"
    (folder / "chapters").mkdir(parents=True)
    (folder / "_static" / "fonts").mkdir(parents=True)
    for face in re.findall(r'url\("fonts/([^"]+)"\)', epub.STYLE.read_text()):
        (folder / "_static" / "fonts" / face).touch()
    (folder / "_static" / "course-1.css").write_text("div.math { overflow-x: auto; }")
    (folder / "index.html").write_text(HEAD.format(root="") + INDEX)
    one = ONE.replace("WIDE", WIDE).replace("LONG", LONG)
    (folder / "chapters" / "one.html").write_text(HEAD.format(root="../") + one)
    return folder


@pytest.fixture
def html_of_the_book():
    folder = site.ROOT / "_build" / "html"
    if not (folder / "index.html").exists():
        pytest.fail("no site in _build/html: run make book first")
    return folder


@pytest.fixture(scope="module")
def bound(html, browser, tmp_path_factory):
    """The small site as both files."""
    into = tmp_path_factory.mktemp("bound")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site, "browser", lambda: _open(browser))
        patch.setattr(epub, "complaints", validity.structure)  # EPUBCheck looks at the whole book, in make epub
        pdf.bind(html, into / "book.pdf", PAGES, "The title", "us")
        epub.bind(html, into / "book.epub", PAGES, "The title", "us")
    return into


class _open:
    def __init__(self, browser):
        self.browser = browser

    def __enter__(self):
        return self.browser

    def __exit__(self, *failure):
        """The browser is the tests' own."""


@pytest.mark.browser
def test_the_pdf_has_contents_with_pages_an_outline_and_links(bound):
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO((bound / "book.pdf").read_bytes()))
    text = [" ".join(normalize("NFKC", page.extract_text()).split()) for page in reader.pages]  # ligatures as letters
    assert "The title" in text[0]
    assert (reader.metadata.title, reader.metadata.author) == ("The title", "us")
    start, one, two = (next(i for i, page in enumerate(text, 1) if words in page and i > 2)
                       for words in ("See two", "Which?", "Before"))
    assert f"Start {start} Part One {one} Two {two}" in text[1]
    assert {"one", "one--two"} <= {name.lstrip("/") for name in reader.named_destinations}
    assert LONG in {entry.title for entry in entries(reader.outline)}
    assert "hidden" not in "".join(text)
    for words in ("Hints and answers are left out here", "Aside told", "Which?", "this",
                  "After the figure this: Right.", "If yours was above: Too high.", "Answers", "Because."):
        assert words in " ".join(text[one - 1 : two]), words


def entries(outline):
    """All entries of an outline: below an entry, pypdf has a list."""
    for entry in outline:
        yield from entries(entry) if isinstance(entry, list) else [entry]


@pytest.mark.browser
def test_the_epub_is_valid_and_has_formulas_stills_and_no_screen(bound):
    assert list(validity.structure(bound / "book.epub")) == []
    with zipfile.ZipFile(bound / "book.epub") as archive:
        page, start = (archive.read(f"book/{name}.xhtml").decode() for name in ("one", "index"))
        package = archive.read("book/book.opf").decode()
        contents = archive.read("book/contents.xhtml").decode()
    assert 'href="one.xhtml" media-type="application/xhtml+xml" properties="mathml svg"' in package
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi><mo>&lt;</mo>' in page
    assert "fill: #1763b6" in page
    for gone in ("var(", "<script", "<input", "<button", "hidden", "headerlink", "Find"):
        assert gone not in page + start, gone
    assert 'href="one.xhtml#two"' in start
    assert 'href="https://example.org/"' in start
    assert "play and" in " ".join(start.split())  # the Playground is not bound: its link is its words
    assert 'href="one.xhtml#two">Two</a>' in contents


@pytest.mark.browser
def test_what_is_broken_in_an_epub_is_found(bound, tmp_path):
    with zipfile.ZipFile(bound / "book.epub") as whole, zipfile.ZipFile(tmp_path / "broken.epub", "w") as broken:
        for name in whole.namelist():
            data = whole.read(name)
            if name == "book/one.xhtml":
                data = data.replace(b'id="two"', b'id="first"')
            if name != "book/book.css":
                broken.writestr(name, data)
    found = "\n".join(validity.structure(tmp_path / "broken.epub"))
    for complaint in ("book.css is in the manifest", "the id first is there twice", "one.xhtml#two leads nowhere"):
        assert complaint in found


def test_only_what_is_there_is_offered(html, tmp_path):
    before = (html / "index.html").read_text()
    offer(html, [])
    assert (html / "index.html").read_text() == before
    (tmp_path / "book.epub").write_bytes(bytes(1_200_000))
    for _ in range(2):
        offer(html, [tmp_path / "book.epub"])
    page = (html / "index.html").read_text()
    assert page.count('<a href="book/book.epub" download>The book as EPUB (1.2 MB)</a>') == 1
    (html / "book" / "book.epub").unlink()
    offer(html, [])
    assert (html / "index.html").read_text() == before


@pytest.mark.browser
@pytest.mark.parametrize("place", ['<div class="math" style="overflow-x: auto">{}</div>',
                                   '<table><td style="max-width: 9em"><p><span class="math">{}</span></p></table>'])
def test_a_formula_is_made_to_fit_and_one_that_would_be_cut_is_an_error(browser, tmp_path, place):
    draft, tab = tmp_path / "draft.html", browser.new_page(viewport={"width": pdf.WIDTH, "height": 1000})
    row = "<!DOCTYPE html><body><article>" + place.format("<math>{}</math>")
    draft.write_text(row.format("<mi>abcdefghijklmnopq</mi>" * (1 + 4 * place.startswith("<div"))))
    pdf._printed(tab, draft)
    assert tab.locator(".math").evaluate("(node) => node.style.fontSize") != ""
    draft.write_text(row.format(WIDE * 9))
    with pytest.raises(site.NotBuilt, match="wider than the paper: abcdefghijk"):
        pdf._printed(tab, draft)
    tab.close()


@pytest.mark.thorough
@pytest.mark.browser
@pytest.mark.parametrize("bind", [epub.bind, pdf.bind])
def test_the_whole_book_is_bound(html_of_the_book, browser, tmp_path, monkeypatch, bind):
    monkeypatch.setattr(site, "browser", lambda: _open(browser))
    names = site.names()
    assert bind(html_of_the_book, tmp_path / "book", names, "The title", "us") >= len(names)  # else NotBuilt says why


def test_without_a_site_it_says_what_to_do(tmp_path, browser):
    with pytest.raises(site.NotBuilt, match="run make book first"):
        site.read(browser, tmp_path, PAGES, whole=True)
