"""A page that is worked on, where memory, network or other tabs get in its way."""

import pytest

from tests.site.reader import LONG, PAGE, RIGHT, Reader
from tests.site.static_host import hosted

pytestmark = [pytest.mark.browser, pytest.mark.thorough]
SECOND = "chapters/exercises_02.html"
FULL = "kept = []\nwhile True:\n    kept.append(np.ones(2**24))  # 128 MiB"


def shows(reader, id, words):
    reader.cell(id).locator(f'.cm-content:has-text("{words}")').wait_for(timeout=LONG)


def stored(reader, id, words):
    """Wait until a page knows that another has stored this."""
    reader.page.wait_for_function(
        """([id, words]) => Object.values(courseMemory.all().pages).some(
          ({ answers }) => answers[id]?.source?.includes(words))""",
        arg=[id, words],
    )


def test_what_is_written_in_two_tabs_is_kept_of_both_and_memory_that_is_full_is_told(offered, browser):
    with hosted(offered) as (address, host):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        first, second = Reader(context, address, host), Reader(context, address, host)
        first.begin()
        second.begin()
        first.write("unroll", "first = 1")
        shows(second, "unroll", "first = 1")
        second.write("unroll", "second = 2")
        shows(first, "unroll", "second = 2")
        second.begin(SECOND)
        other = second.page.locator(".live-answer").first.get_attribute("data-cell")
        # One after the other: each page stores all that it knows, and hears a moment later of what another has stored.
        second.write(other, "on_page_two = 2")
        stored(first, other, "on_page_two")
        first.write("unroll", FULL)
        stored(second, "unroll", "kept = []")
        for reader, id, name, words in ((first, "unroll", PAGE, "kept = []"), (second, other, SECOND, "on_page_two")):
            reader.begin(name)
            shows(reader, id, words)
        second.page.close()

        first.press("unroll", "Run")
        first.page.wait_for_selector(
            "[data-cell=unroll] .live-pane:has-text('more memory than Python has')", timeout=LONG
        )
        first.quiet()
        first.write("unroll", "full = len(kept)\nkept = None\nfull")
        first.press("unroll", "Run")
        first.hears("Done in")
        assert 8 <= int(first.output("unroll")) < 16, "128 MiB each, in two gigabytes"
        assert first.problems == []
        context.close()


def test_python_that_could_not_be_loaded_is_told_and_tried_again_by_the_next_press(offered, browser):
    with hosted(offered) as (address, host):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
        context.route("**/pyodide.asm.wasm", lambda route: route.abort())
        reader = Reader(context, address, host)
        reader.begin()
        reader.write("unroll", RIGHT)
        reader.hears("Python could not be started")
        reader.press("unroll", "Check")
        reader.hears("Python could not be started")
        context.unroute("**/pyodide.asm.wasm")
        reader.press("unroll", "Check")
        assert reader.panels("unroll") == ["✓ unroll, typical: right, 2 points", "✓ unroll, edge: right, 1 point"]
        context.close()
