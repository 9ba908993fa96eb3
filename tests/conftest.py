"""A browser for every test that needs one: one in a process, since Playwright allows no second."""

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SLOW = int(os.environ.get("SLOW_PAGES", "0"))  # milliseconds at most, see CONTRIBUTING.md


def slowed(browser):
    """The browser, in whose pages all that comes of itself comes late."""
    script = f"({Path(__file__).with_name('slow_pages.js').read_text(encoding='utf8')})({SLOW})"

    def slow(opened):
        def open_(**options):
            tab = opened(**options)
            tab.add_init_script(script)
            return tab

        return open_

    browser.new_context, browser.new_page = slow(browser.new_context), slow(browser.new_page)
    return browser


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; without one the tests are skipped, except where CI=true."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        reason = f"no Chromium on the PATH ({', '.join(CHROMIUM)})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path)
        yield slowed(chromium) if SLOW else chromium
        chromium.close()
