"""A new release of the site, while pages of the old one are open, kept and half answered."""

import re

import pytest
from playwright.sync_api import expect

from tests.site.reader import LONG, PAGE, RIGHT, STUBBORN, Reader
from tests.site.static_host import hosted

pytestmark = [pytest.mark.browser, pytest.mark.thorough]
SECOND = "chapters/exercises_02.html"


def release(html):
    """All that carries a mark of its content is called otherwise; the first question begins in another way."""
    files = [*html.glob("_live/page-*"), *html.glob("_live/course-*"), *html.glob("_static/*-*")]
    marks = {found[1] for file in files if (found := re.search("-([0-9a-f]{10})", file.name))}
    return {mark: mark[::-1] for mark in marks} | {"def unroll(W, U, b, x, h0)": "def unroll(W, U, b, inputs, h0)"}


def kept(reader):
    reader.page.wait_for_selector("[data-kept=offline]", state="attached", timeout=LONG)
    return reader


def checked(reader):
    """What the first question's checks say; the page is worked on, with all that belongs to it."""
    reader.press("unroll", "Check")
    expect(reader.page.locator(".live-bar")).to_have_css("position", "sticky")
    return reader.panels("unroll")


def test_what_is_kept_of_an_old_release_goes_on_beside_a_new_one(offered, browser):
    right = ["✓ unroll, typical: right, 2 points", "✓ unroll, edge: right, 1 point"]
    with hosted(offered, under="course") as (address, host):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        first, second = Reader(context, address, host), Reader(context, address, host)
        first.begin()
        kept(first).write("unroll", RIGHT)
        host.renewed = release(offered)

        # The new page has only been read when the network goes: the old one is there, whole.
        first.page.goto(address + PAGE)
        names = first.page.locator(".live-place").get_attribute("data-live")
        assert not [old for old in host.renewed if old in names], "the new page"
        host.down = True
        first.begin()
        assert checked(first) == right
        host.down = False

        # The old page, still open while another is renewed, begins Python afresh: the host has its files no longer.
        second.begin(SECOND)
        kept(second)
        first.write("unroll", STUBBORN)
        first.press("unroll", "Run")
        first.begun("unroll")
        first.stop()
        first.page.get_by_role("button", name="Start Python afresh").click()
        first.hears("afresh, without the values")
        first.write("unroll", RIGHT)
        assert checked(first) == right

        # Worked on, the new one takes its place, with the old answer beside it.
        first.begin()
        expect(kept(first).cell("unroll").locator(".cm-content")).to_contain_text("inputs, h0")
        host.down = True
        first.begin()
        assert "x[t - 1]" in first.cell("unroll").locator(".live-older").inner_text()
        assert checked(first) == ["→ unroll, typical: not yet", "→ unroll, edge: not yet"]
        names = first.page.evaluate(
            "caches.open('course-offline').then((kept) => kept.keys()).then((all) => all.map((one) => one.url))"
        )
        assert not [url for url in names if any(old in url for old in host.renewed)]
        assert first.problems == []
        context.close()
