"""The directive exercise-notebook as Sphinx renders it, warnings as errors."""

from pathlib import Path

from tests.small_books import sphinx

ROOT = Path(__file__).parents[2]
CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "_ext")!r})
extensions = ["myst_nb", "notebook_download", "exercise_notebook"]
exclude_patterns = ["exercises"]
nb_execution_mode = "off"
html_theme = "sphinx_book_theme"
html_theme_options = {{"repository_url": "https://github.com/owner/name", "repository_branch": "main"}}
launch_targets = {{"Here": "http://localhost:8888/lab/tree/{{path}}", "There": "https://example.org/{{owner}}/{{path}}"}}
"""


def build(folder, name):
    (folder / "exercises").mkdir()
    (folder / "exercises" / "01_unrolling.ipynb").write_bytes((ROOT / "exercises" / "01_unrolling.ipynb").read_bytes())
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text(f"# Exercises\n\n```{{exercise-notebook}} {name}\n```\n")
    return sphinx("-W", "-n", "-q", folder, folder / "html")


def test_the_notebook_can_be_downloaded_and_opened_elsewhere(tmp_path):
    built = build(tmp_path, "01_unrolling")
    assert built.returncode == 0, built.stderr
    page = (tmp_path / "html" / "index.html").read_text()
    assert 'href="http://localhost:8888/lab/tree/exercises/01_unrolling.ipynb"' in page
    assert 'href="https://example.org/owner/exercises/01_unrolling.ipynb"' in page
    assert "git+https://github.com/owner/name" in page
    [copy] = (tmp_path / "html" / "_downloads").glob("*/01_unrolling.ipynb")
    assert copy.read_bytes() == (ROOT / "exercises" / "01_unrolling.ipynb").read_bytes()


def test_a_notebook_that_is_not_there_stops_the_build(tmp_path):
    built = build(tmp_path, "99_missing")
    assert built.returncode != 0
    assert "no exercises/99_missing.ipynb" in built.stderr
