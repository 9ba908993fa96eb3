"""A browser for every test that needs one: one in a process, since Playwright allows no second."""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# Files of few tests that take long. Begun at the end, one of them would run alone, and the other worker wait for it.
FIRST = (
    *("live/test_solved.py", "live/test_inside.py", "exercises/test_nbgrader.py", "reproduce/test_quick.py"),
    *("bench/test_bench_judge.py", "live/test_page.py", "exercises/test_learner_path.py", "judge/test_cluster.py"),
)
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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put these files first, then those with the most tests: with ``--no-loadscope-reorder`` they are begun so."""
    if missing := [name for name in FIRST if not (HERE / name).exists()]:
        raise pytest.UsageError(f"{', '.join(missing)}: named in tests/conftest.py, and not there")
    of_file = Counter(item.path for item in items)
    first = {HERE / name: place - len(FIRST) for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: (first.get(item.path, 0), -of_file[item.path]))


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
