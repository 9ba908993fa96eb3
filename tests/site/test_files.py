"""The files of the built site: links lead somewhere, nothing is fetched from elsewhere, no emoji."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest
from fontTools.ttLib import TTFont

from tests.site.conftest import PAGES

EMOJI = re.compile("[\U0001f300-\U0001faff\U0001f1e6-\U0001f1ff\u2600-\u26ff\u2728\u2705\u274c\u2b50\ufe0f]")


class Links(HTMLParser):
    """The targets, the ids and the visible text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.ids: set[str] = set()
        self.said: set[str] = set()
        formulas = r"<(script|style|math)\b.*?</\1>|(?<=<tspan )[^>]*--math[^>]*>[^<]*"
        self.feed(re.sub(formulas, ">", text, flags=re.DOTALL))

    def handle_data(self, data: str) -> None:
        self.said |= set(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value is not None}
        self.ids |= {values[key] for key in ("id", "name") if key in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "link" and "href" in values and values.get("rel") not in ("canonical",):
            self.fetched.append(values["href"])
        elif "src" in values and not values["src"].startswith("data:"):
            self.fetched.append(values["src"])


@pytest.fixture(scope="module")
def parsed(html: Path) -> dict[Path, Links]:
    pages = [path for path in html.rglob("*.html") if "_static" not in path.parts]
    return {path: Links(path.read_text(encoding="utf8")) for path in pages}


@pytest.mark.parametrize("name", PAGES)
def test_page_exists(html, name):
    assert (html / name).is_file()


def test_every_internal_link_and_anchor_resolves(html, parsed):
    broken = []
    for path, page in parsed.items():
        for link in page.links + page.fetched:
            address, anchor = urldefrag(link)
            if urlparse(address).scheme:
                continue
            if "=" in anchor and address.endswith("playground.html"):
                continue  # a setting of the Playground, no place on its page
            target = (path.parent / unquote(urlparse(address).path)).resolve() if urlparse(address).path else path
            if not target.is_file() or (anchor and target in parsed and unquote(anchor) not in parsed[target].ids):
                broken.append(f"{path.relative_to(html)}: {link}")
    assert not broken, "\n".join(broken)


def test_nothing_is_fetched_from_another_host(parsed):
    assert not [address for page in parsed.values() for address in page.fetched if urlparse(address).netloc]


def test_formulas_are_typeset_and_can_be_read_aloud(parsed):
    for path in parsed:
        text = path.read_text(encoding="utf8")
        assert not re.findall(r'class="math[^>]*>\s*(?:\\[(\[]|\$)', text), f"{path.name}: raw TeX"
        assert text.count("<math") == text.count("</math>"), path.name
        assert "<merror" not in text, path.name
        assert not re.search("<script[^>]*mathjax", text, re.IGNORECASE), path.name


def test_pasted_numbers_have_a_minus_sign(html, parsed):
    pasted = [text for path in parsed for text in re.findall('class="pasted-text">([^<]+)', path.read_text("utf8"))]
    assert any(text.startswith("−") for text in pasted)
    assert not [text for text in pasted if re.match(r"-\d", text)]


def test_no_table_stands_there_as_raw_pipes(parsed):
    assert not [path.name for path in parsed if re.search(r"<p>\s*\|", path.read_text(encoding="utf8"))]


def test_no_emoji(html, parsed):
    marked = [f"{path.name}: {found}" for path in parsed if (found := EMOJI.findall(path.read_text(encoding="utf8")))]
    assert not marked


def test_each_page_says_what_it_is(parsed, html):
    for name in PAGES:
        head = (html / name).read_text(encoding="utf8").split("</head>")[0]
        description = re.search(r'<meta (?=[^>]*name="description")[^>]*content="([^"]+)"', head)
        assert description, name
        assert len(description[1]) > 40, name
        assert head.count('name="viewport"') == 1, name
        card = re.search(r'<meta property="og:image" content="([^"]+)"', head)
        assert card, name
        assert card[1].startswith("https://"), name  # a preview is drawn by another site, which has no base
        assert (html / card[1].split("/", 4)[4]).is_file(), name


def test_preview_card_has_the_size_it_declares(html):
    data = (html / "_static" / "card.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (1200, 630)


def test_typefaces_have_every_character_of_the_pages(html, parsed):
    faces = {path.stem: set(TTFont(path).getBestCmap()) for path in (html / "_static" / "fonts").glob("*.woff2")}
    text = {"source-serif-4", "source-serif-4-italic", "source-sans-3", "source-code-pro"}
    assert set(faces) == {*text, "stix-two-math"}
    formulas, drawn = set(), re.compile(r"<math\b.*?</math>|<tspan [^>]*--math[^>]*>[^<]*", re.DOTALL)
    for path in parsed:
        for formula in drawn.findall(path.read_text(encoding="utf8")):
            formulas |= set(unescape(re.sub("<[^>]+>", "", formula)))
    formulas |= {"√"}  # what <msqrt> draws
    missing = {c for c in formulas if c.isprintable()} - set(map(chr, faces["stix-two-math"]))
    assert not missing
    said = set().union(*(page.said for page in parsed.values()))
    missing = {c for c in said if c.isprintable()} - set(map(chr, faces["source-serif-4"] | faces["source-sans-3"]))
    assert not missing
