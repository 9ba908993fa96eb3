"""A picture that there is in two themes: both stand on the page, and a reader fetches one."""


import pytest
from PIL import Image

from tests.site.conftest import ROOT
from tests.small_books import sphinx

CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "_ext")!r})
extensions = ["myst_parser", "themed_image"]
html_theme = "basic"
"""
PAGE = "# Page\n\n```{themed-image} pictures/view\n:alt: What it shows.\nIts caption.\n```\n"


def build(folder, themes):
    pictures = folder / "chapters" / "pictures"
    pictures.mkdir(parents=True)
    for theme in themes:
        Image.new("RGB", (30, 20), "white").save(pictures / f"view_{theme}.webp")
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text("# Book\n\n```{toctree}\nchapters/page\n```\n")
    (folder / "chapters" / "page.md").write_text(PAGE)
    return sphinx("-W", "-q", folder, folder / "html")


def test_both_are_there_and_wait(tmp_path):
    built = build(tmp_path, ("light", "dark"))
    assert built.returncode == 0, built.stderr
    page = (tmp_path / "html" / "chapters" / "page.html").read_text(encoding="utf8")
    for theme in ("light", "dark"):
        [image] = [part for part in page.split("<img ") if f"only-{theme}" in part]
        assert 'loading="lazy"' in image
        assert 'width="30" height="20" alt="What it shows."' in image
        assert (tmp_path / "html" / "_static" / "pictures" / f"view_{theme}.webp").is_file()


def test_one_theme_alone_stops_the_build(tmp_path):
    built = build(tmp_path, ("light",))
    assert built.returncode != 0
    assert "view_dark.webp" in built.stderr


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_instructors_page_fetches_those_of_its_theme(open_page, scheme):
    asked = []
    page = open_page(
        "chapters/instructors.html", color_scheme=scheme,
        watch=lambda page: page.on("request", lambda request: asked.append(request.url)),
    )  # fmt: skip
    page.locator(f".themed-image .only-{scheme}").last.scroll_into_view_if_needed()
    page.wait_for_function("() => [...document.images].filter(one => one.checkVisibility()).every(one => one.complete)")
    pictures = [url for url in asked if "/pictures/" in url]
    assert len(pictures) == 2
    assert all(f"_{scheme}.webp" in url for url in pictures)
