"""The frame of the pages: the way from one to the next, and a page for addresses that are not there."""

import json
import re
import sys
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlparse

import pytest
import yaml
from ipywidgets.embed import dependency_state

from rnnlib.figures.interactive import ReachLog, TelephoneGame, UnrolledNetwork
from tests.site.conftest import PAGES, ROOT
from tests.site.serve import served

sys.path.insert(0, str(ROOT / "_ext"))

from course_theme import reading_order, with_sections
from shared_scripts import share

PUBLISHED = "https://training-recurrent-networks.github.io/course"  # the repository's, by its host's rule


def test_a_chapter_leads_to_its_exercises_and_these_to_what_follows_the_chapter():
    pages = "index c/00_why c/01_unrolling c/interlude c/02_bptt c/exercises_01 c/exercises_02 c/claims"
    way = "index c/00_why c/01_unrolling c/exercises_01 c/interlude c/02_bptt c/exercises_02 c/claims"
    assert reading_order(pages.split()) == way.split()


def test_exercises_stand_behind_their_chapter_wherever_they_are_listed():
    assert reading_order(["c/exercises_09", "c/09_attention"]) == ["c/09_attention", "c/exercises_09"]


def test_the_open_page_shows_its_sections_below_its_own_entry():
    contents = '<ul><li class="toctree-l1"><a href="a">A</a></li><li class="current"><a href="#">B</a></li></ul>'
    toc = '<ul>\n<li><a href="#">B</a><ul>\n<li><a href="#one">One</a></li>\n</ul>\n</li>\n</ul>'
    shown = with_sections(contents, toc)
    assert shown.index("#one") > shown.index(">B<")
    assert shown.count("#one") == 1
    assert with_sections(contents, '<ul><li><a href="#">B</a></li></ul>') == contents


def next_of(html, name):
    """Where the link to the next page leads, as it stands in the file of one."""
    links = re.findall(r'<a class="next" rel="next" href="([^"#]+)', (html / name).read_text(encoding="utf8"))
    return [urljoin(name, link) for link in links]


def test_following_next_reads_the_book_whole(html):
    seen, found = [], next_of(html, PAGES[0])
    while found:
        [name] = found
        assert name not in seen
        seen.append(name)
        found = next_of(html, name)
    assert sorted(seen) == sorted(PAGES[1:])
    seen = [name.rpartition("/")[2] for name in seen]
    for number in range(1, 7):
        chapter = next(i for i, name in enumerate(seen) if name.startswith(f"{number:02d}_"))
        assert seen[chapter + 1] == f"exercises_{number:02d}.html"


def test_next_is_followed_by_a_press(open_page, html):
    [following] = next_of(html, PAGES[1])
    page = open_page(PAGES[1], wait=False)
    page.locator(".prev-next a.next").click()
    page.wait_for_url(f"**/{following}")


@pytest.fixture
def hosts(site, html, tmp_path):
    """The course at the root of a host, and below two folders of another: where it is published, and elsewhere."""
    for folder in (Path(urlparse(PUBLISHED).path).name, "elsewhere"):
        (tmp_path / folder).symlink_to(html)
    (tmp_path / "404.html").symlink_to(html / "404.html")
    with served(tmp_path) as address:
        yield {"root": site, "below": address}


@pytest.mark.parametrize(
    ("host", "address", "scripts"),
    [
        ("root", "chapters/the_cliff_of_explosion.html", True),
        ("below", "elsewhere/foo/bar/oops.html", True),
        ("below", "course/chapters/x/y.html", False),
    ],
)
def test_a_wrong_address_offers_the_contents_and_a_search(browser, hosts, host, address, scripts):
    with browser.new_context(java_script_enabled=scripts) as context:
        page, problems = context.new_page(), []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(hosts[host] + address)
        assert page.locator("h1").inner_text() == "Nothing is at this address"
        assert page.title() == "Nothing is at this address - Training recurrent networks"
        assert page.locator("meta[property='og:title']").get_attribute("content") == "Nothing is at this address"
        assert page.locator(".course-contents a").count() > 15
        assert page.locator(".page-frame").evaluate("one => getComputedStyle(one).display") == "grid"  # styled
        if "cliff" in address:
            page.wait_for_selector(".search-results a")
        if scripts:
            assert page.locator(".skip-link").evaluate("one => one.href") == f"{hosts[host]}{address}#main-content"
        page.locator(".course-contents").get_by_role("link", name="4. Vanishing").click()
        page.wait_for_url("**/chapters/04_vanishing.html")
        assert page.locator("h1").inner_text().startswith("4. Vanishing")
    assert problems == []


def test_pages_that_no_one_wrote_have_titles_of_their_own(html):
    for name, title in {"404": "Nothing is at this address", "search": "Search", "genindex": "Index"}.items():
        page = (html / f"{name}.html").read_text(encoding="utf8")
        assert f"<title>{title} - Training recurrent networks</title>" in page


def test_what_figures_share_is_kept_once_and_nothing_of_it_is_lost():
    made = UnrolledNetwork(), TelephoneGame(), ReachLog()
    body = json.dumps({"state": dependency_state(made, drop_defaults=False)})
    page, models = json.loads(share(body)), json.loads(body)["state"]
    figures = [(page["state"][key]["state"], model["state"]) for key, model in models.items()]
    figures = [(short, full) for short, full in figures if "_esm" in full]
    assert len(figures) == 3
    for short, full in figures:
        assert short["_css"] == ""
        assert "function heatmap(" in full["_esm"]
        assert "function heatmap(" not in short["_esm"]
        assert short | {name: page["shared"][name] + short[name] for name in ("_esm", "_css")} == full


def test_an_error_is_reported_with_its_page_its_section_and_what_is_marked(open_page):
    page = open_page("chapters/04_vanishing.html")
    link = page.locator(".course-contents .report-error")
    before = parse_qs(urlparse(link.get_attribute("href")).query)  # as it is without scripts
    assert before["title"] == ["Error in 4. Vanishing"]
    assert before["body"][0].startswith("Page: 4. Vanishing (chapters/04_vanishing)\n")
    heading = page.locator(".bd-article h2").nth(2)
    heading.evaluate("h => { h.scrollIntoView({behavior: 'instant'}); getSelection().selectAllChildren(h); }")
    words = heading.inner_text().removesuffix("#").strip()
    for _ in range(2):  # asked again, it is not said twice
        link.dispatch_event("pointerdown")
        address = urlparse(link.get_attribute("href"))
        body = parse_qs(address.query)["body"][0]
        assert body.startswith(f"> {words}")
        assert body.count(f"\nSection: {words} (http") == 1
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    assert f"https://{address.netloc}{address.path}" == config["repository"]["url"] + "/issues/new"
    for name in ("index.html", "search.html", "chapters/claims.html"):
        assert (ROOT / "_build" / "html" / name).read_text(encoding="utf8").count('class="report-error"') == 2
