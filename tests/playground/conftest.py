"""The Playground's modules as they are, in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.serve import served

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def engine(browser) -> Iterator[object]:
    """A page of the project's own folder, on which its modules can be imported."""
    with served(ROOT) as address:
        page = browser.new_page()
        page.goto(f"{address}playground/engine/arrays.js")
        yield page
        page.close()
