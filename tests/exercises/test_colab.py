"""What a learner's notebook says and does on top: installed by its first cell in Colab, untouched everywhere else."""

import re
import shutil
import subprocess
import sys

import nbformat
import pytest
import yaml

from rnngrade.authoring.colab import REPOSITORY, install_line, published, requirement
from tests.exercises.conftest import EXERCISES

ROOT = EXERCISES.parent
# What Colab has and others have not: its package, and a shell that runs pip.
STUB = """
import shlex, subprocess, sys, types
sys.modules["google.colab"] = types.ModuleType("google.colab")
class Shell:
    def run_line_magic(self, magic, line):
        assert magic == "pip", magic
        subprocess.run([sys.executable, "-m", "pip", *shlex.split(line), *sys.argv[1:]], check=True)
def get_ipython():
    return Shell()
"""


def test_the_repository_is_the_one_that_the_site_names():
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    assert config["repository"]["url"] == REPOSITORY
    assert config["html"]["baseurl"] in ("", published())


def test_elsewhere_the_line_does_nothing():
    names = {}
    exec(install_line(requirement()), names)  # there is no get_ipython to be called
    assert set(names) - {"__builtins__"} == {"sys"}


@pytest.mark.parametrize("path", sorted(EXERCISES.glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_every_learners_notebook_begins_with_it_and_says_what_to_install(path):
    cells = nbformat.read(path, 4).cells
    assert cells[0].source.startswith("# ")
    assert f'pip install "{requirement()}"' in cells[1].source
    assert cells[2].source == install_line(requirement())
    assert "nbgrader" not in cells[2].metadata  # it is nobody's answer, and no check
    assert [i for i, cell in enumerate(cells) if "Colab" in cell.source] == [1]  # said once, or twice and differently


@pytest.mark.parametrize("path", sorted(EXERCISES.glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_every_link_leads_somewhere_from_where_the_notebook_was_downloaded_to(path):
    prose = "".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\(([^)\s]+)\)", prose)
    own = [link.removeprefix(f"{published()}/") for link in links if link.startswith(published())]
    assert [link for link in links if not link.startswith("https://")] == []
    assert f"chapters/exercises_{path.stem[:2]}.html" in own
    assert [page for page in own if not (ROOT / page.partition("#")[0]).with_suffix(".md").exists()] == []


def test_in_colab_it_installs_what_it_names(tmp_path):
    wheel = built_wheel(tmp_path / "course", tmp_path)
    target = tmp_path / "colab"
    code = STUB + install_line(f"training-recurrent-networks @ {wheel.as_uri()}")
    options = ["--no-deps", "--no-index", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run([sys.executable, "-c", code, *options], check=True, capture_output=True)
    code, figure = "rnnlib/__init__.py", "rnnlib/figures/interactive/attention_map.js"
    for place in (code, figure, "rnngrade/keys/01_unrolling.npz", "rnngrade/authoring/template/README.md"):
        assert (target / place).is_file(), place


def built_wheel(copy, folder):
    """The course's wheel, built from a copy: setuptools leaves its traces beside what it builds."""
    copy.mkdir()
    for name in ("rnnlib", "rnngrade"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT"):
        shutil.copy(ROOT / name, copy)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(copy)]
    subprocess.run(build, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return wheel
