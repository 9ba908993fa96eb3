"""Formulas are typeset by every build, cold or warm, and a mistake in one fails the build."""

import base64
import io
import re
import subprocess
import sys

import pytest

from tests.site.conftest import ROOT

sys.path.insert(0, str(ROOT / "_ext"))

import bundle
import fonts
import mathml_core
import typeset

EXTENSIONS = ROOT / "_ext"
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


INDEX = "<math><msub><mi>h</mi><mi>t</mi></msub></math>"
RADICAL = "<math xmlns='http://www.w3.org/1998/Math/MathML'><msqrt><mi>n</mi></msqrt><mi>v</mi></math>"
PLACES = """math => { const [at, next] = [...math.querySelectorAll("mi")].map((one) => one.getBoundingClientRect());
  const root = math.querySelector("msqrt")?.getBoundingClientRect(), em = parseFloat(getComputedStyle(math).fontSize);
  return { lower: (next.bottom - at.bottom) / em, gap: root && (root.right - at.right) / em,
    below: root && (root.bottom - at.bottom) / em }; }"""


def places(browser, face, formula):
    """Where the parts of a formula stand, in ems, on a page whose only face besides a device's own is ``face``."""
    page = browser.new_page()
    page.set_content(f"<style>{face} math {{ font: 40px Face, 'Rules of STIX', 'DejaVu Sans' }}</style>{formula}")
    page.evaluate("() => Promise.all([...document.fonts].map((one) => one.load()))")
    found = page.locator("math").evaluate(PLACES)
    page.close()
    return found


def test_an_index_stands_lower_also_where_no_mathematical_face_has_come(browser):
    rules = fonts.rules_of_mathematics()
    assert rules.split("base64,")[1].split('"')[0] in bundle.stylesheet().text  # twice the same, or its name changes
    assert places(browser, rules, INDEX)["lower"] > places(browser, "", INDEX)["lower"] + 0.1


def test_a_root_neither_hangs_below_the_line_nor_leaves_a_gap(browser):
    face = fonts.cut(fonts.MATH_FACE, {"√", *"𝑛𝑣"})
    face.flavor, file = "woff2", io.BytesIO()
    face.save(file)
    source = base64.b64encode(file.getvalue()).decode()
    rule = f"@font-face {{ font-family: Face; src: url(data:font/woff2;base64,{source}) }}"
    found = places(browser, rule, mathml_core.core(RADICAL))
    assert found["gap"] < 0.1
    assert found["below"] < 0.4


def test_a_display_is_parted_at_its_quads_and_nowhere_else():
    displays = [(r"a = 1, \quad b = \frac{x \quad y}{2}, \qquad c \quad", True), ("a = 1", True)]
    with typeset.Typesetter() as typesetter:
        (several, one), _ = typesetter.typeset(displays)
    parted = typeset.in_parts(several)
    assert re.findall(r'<math display="block" style="--quad: (\d)em">', parted) == ["1", "2", "0"]
    assert re.sub("<[^>]*>", "", parted) == re.sub("<[^>]*>", "", several) == "a=1,b=xy2,c"
    assert parted.count("<mspace") == several.count("<mspace") - 2
    assert typeset.in_parts(one) == one
