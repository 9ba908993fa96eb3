"""Old addresses: a section that has moved to another page is found where it was published."""

import sys
from urllib.parse import urldefrag

import pytest

from tests.site.conftest import ROOT
from tests.site.test_files import Links
from tests.small_books import sphinx

sys.path.insert(0, str(ROOT / "_ext"))

from moved import pairs

# What was published, and where it is now: an anchor is as good as a name, and others may have linked to it.
CHAPTER_1, CHAPTER_2 = "chapters/01_unrolling.html", "chapters/02_backpropagation_through_time.html"
STATE, AT_WORK = "what_a_state_can_hold.html", "the_recursion_at_work.html"
PUBLISHED = {
    f"{CHAPTER_1}#what-a-state-can-hold": f"{STATE}#what-a-state-can-hold",
    f"{CHAPTER_1}#memory-capacity": f"{STATE}#memory-capacity",
    f"{CHAPTER_1}#numbers-that-can-be-read-and-numbers-that-are-there": (
        f"{STATE}#numbers-that-can-be-read-and-numbers-that-are-there"
    ),
    f"{CHAPTER_1}#equation-readable-memory": f"{STATE}#equation-readable-memory",
    f"{CHAPTER_1}#single-units": f"{STATE}#single-units",
    f"{CHAPTER_1}#what-single-units-come-to-encode": f"{STATE}#what-single-units-come-to-encode",
    f"{CHAPTER_1}#one-unit": f"{STATE}#one-unit",
    f"{CHAPTER_2}#a-character-model-from-scratch": f"{AT_WORK}#a-character-model-from-scratch",
    f"{CHAPTER_2}#without-the-teacher": f"{AT_WORK}#without-the-teacher",
    f"{CHAPTER_2}#equation-free-running": f"{AT_WORK}#equation-free-running",
    f"{CHAPTER_2}#what-a-shared-weight-s-gradient-cannot-tell": (
        f"{AT_WORK}#what-a-shared-weight-s-gradient-cannot-tell"
    ),
    f"{CHAPTER_2}#claim-inspect": f"{AT_WORK}#claim-inspect",
    f"{CHAPTER_2}#a-start-too-small": f"{AT_WORK}#a-start-too-small",
    f"{CHAPTER_2}#equation-saddle": f"{AT_WORK}#equation-saddle",
    f"{CHAPTER_2}#claim-xavier": f"{AT_WORK}#claim-xavier",
    f"{CHAPTER_2}#the-same-recursion-under-two-other-names": f"{AT_WORK}#the-same-recursion-under-two-other-names",
    f"{CHAPTER_2}#messages-on-a-chain": f"{AT_WORK}#detour-messages-on-a-chain",
    f"{CHAPTER_2}#equation-hmm": f"{AT_WORK}#equation-hmm",
    f"{CHAPTER_2}#equation-marginals": f"{AT_WORK}#equation-marginals",
    f"{CHAPTER_2}#the-costate-of-a-plant": f"{AT_WORK}#the-costate-of-a-plant",
    f"{CHAPTER_2}#equation-plant": f"{AT_WORK}#equation-plant",
}  # fmt: skip


def test_an_anchor_may_change_its_name():
    assert pairs("memory, a-b=c-d ,\n last,") == [("memory", "memory"), ("a-b", "c-d"), ("last", "last")]


CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "_ext")!r})
extensions, html_theme = ["myst_nb", "moved"], "basic"
"""


def build(folder, page, anchors):
    """Build a book of two pages, the first of which says that a section is now on another."""
    folder.joinpath("conf.py").write_text(CONF)
    toctree = "```{toctree}\nthere\n```"
    sign = f"```{{moved}} {page}\n:anchors: {anchors}\nIt is in {{doc}}`there`.\n```"
    folder.joinpath("index.md").write_text(f"# Here\n\n{toctree}\n\n{sign}\n")
    folder.joinpath("there.md").write_text("# There\n\n## New name\n\n(label)=\n## Section\n\nText.\n")
    return sphinx("-W", "--keep-going", "-n", "-q", folder, folder / "html")


def test_a_signpost_keeps_the_old_anchors(tmp_path):
    built = build(tmp_path, "there", "label, old-name=new-name")
    assert built.returncode == 0, built.stderr
    text = (tmp_path / "html" / "index.html").read_text(encoding="utf8")
    assert '<span id="label" data-moved="there.html#label"></span>' in text
    assert '<span id="old-name" data-moved="there.html#new-name"></span>' in text


@pytest.mark.parametrize(
    ("page", "anchors", "complaint"),
    [("there", "old-name", "there#old-name, which is not there"), ("nowhere", "label", "'nowhere', which is no page")],
)
def test_a_signpost_to_nowhere_fails_the_build(tmp_path, page, anchors, complaint):
    built = build(tmp_path, page, anchors)
    assert built.returncode != 0
    assert complaint in built.stderr


@pytest.mark.browser
@pytest.mark.parametrize("old", PUBLISHED)
def test_an_old_address_arrives_at_the_section(open_page, old):
    page = open_page(old, wait=False)
    page.wait_for_url(f"**/{PUBLISHED[old]}")
    page.wait_for_function(
        """() => {
          const {top, bottom} = document.getElementById(location.hash.slice(1)).getBoundingClientRect();
          return bottom > 0 && top < innerHeight;
        }"""
    )
    page.go_back()
    assert page.url == "about:blank"  # the old address is no step on the way


@pytest.mark.browser
def test_a_link_within_the_old_page_leads_on_too(open_page):
    page = open_page(CHAPTER_1)
    page.evaluate("location.hash = 'memory-capacity'")
    page.wait_for_url(f"**/{STATE}#memory-capacity")


def test_without_javascript_the_old_address_names_the_new_page(html):
    for old, new in PUBLISHED.items():
        address, anchor = urldefrag(old)
        page = Links((html / address).read_text(encoding="utf8"))
        assert anchor in page.ids
        assert urldefrag(new)[0] in page.links


@pytest.mark.browser
def test_what_still_stands_on_the_old_page_stays(open_page):
    page = open_page(f"{CHAPTER_2}#three-checks-that-share-nothing")
    assert page.url.endswith("#three-checks-that-share-nothing")
