"""Formulas are typeset by every build, cold or warm, and a mistake in one fails the build."""

import subprocess
import sys
from pathlib import Path

import pytest

EXTENSIONS = Path(__file__).resolve().parents[2] / "_ext"
PAGE = ":orphan:\n\n{title}\n=====\n\nInline :math:`{tex}` and\n\n.. math:: y = {tex}\n"


@pytest.fixture
def project(tmp_path):
    lines = [f"import sys; sys.path.insert(0, {str(EXTENSIONS)!r})", "extensions = ['typeset']", "root_doc = 'one'"]
    (tmp_path / "conf.py").write_text("\n".join(lines), encoding="utf8")
    write(tmp_path, "one", r"\frac{1}{2}")
    write(tmp_path, "two", r"\delta_t")
    return tmp_path


def write(project, name, tex):
    (project / f"{name}.rst").write_text(PAGE.format(title=name, tex=tex), encoding="utf8")


def build(project):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", str(project), str(project / "html")]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def formulas(project, name):
    text = (project / "html" / f"{name}.html").read_text(encoding="utf8")
    assert r"\(" not in text
    assert r"\[" not in text
    return text.count("<math")


def test_a_page_that_is_not_written_again_keeps_its_formulas(project):
    for tex in (r"\frac{1}{2}", r"\sqrt{2}"):
        write(project, "one", tex)
        done = build(project)
        assert done.returncode == 0, done.stderr
        assert [formulas(project, name) for name in ("one", "two")] == [2, 2]


def test_a_mistake_fails_every_build_until_it_is_mended(project):
    write(project, "one", r"\frac{1}{\oops}")
    for _ in range(2):
        done = build(project)
        assert done.returncode == 1
        assert r"one: TeX: Undefined control sequence \oops" in done.stderr
    write(project, "one", r"\frac{1}{2}")
    assert build(project).returncode == 0
