"""A browser for every test that needs one: one in a process, since Playwright allows no second."""

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SLOW = int(os.environ.get("SLOW_PAGES", "0"))  # milliseconds at most, see CONTRIBUTING.md
PATIENCE = 90_000  # milliseconds: all takes a tenth of that, except where a machine has to do something else as well


def prepared(browser):
    """The browser, in whose pages whatever is waited for may take long, and does where they are to be slow."""
    script = f"({Path(__file__).with_name('slow_pages.js').read_text(encoding='utf8')})({SLOW})"

    def preparing(opened):
        def open_(**options):
            tab = opened(**options)
            tab.set_default_timeout(PATIENCE)
            if SLOW:
                tab.add_init_script(script)
            return tab

        return open_

    browser.new_context, browser.new_page = preparing(browser.new_context), preparing(browser.new_page)
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
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path)
        yield prepared(chromium)
        chromium.close()
