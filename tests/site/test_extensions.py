"""The site's own Sphinx extensions, one by one."""

import html
import json
import re
import sys
from pathlib import Path

import nbformat
import pytest

from rnnlib.figures import interactive
from tests.site.conftest import ROOT

sys.path.insert(0, str(ROOT / "_ext"))

import cache_key
import mathml_core
import moving_figure
import plain_markdown
import search_index
import tables
from glued import printed
from plain_markdown import Book, plain
from typeset import Typesetter, typeset_page

BOOK = Book(
    titles={"bptt": "Backpropagation through time", "bound": "Theorem 2"},
    equations={"recursion": "7"},
    citations={"werbos1990": ("Werbos", "1990"), "bengio1994": ("Bengio et al.", "1994")},
)


class TestPlainMarkdown:
    @pytest.mark.parametrize(
        ("myst", "markdown"),
        [
            ("{cite:t}`werbos1990`", "Werbos (1990)"),
            ("{cite:p}`bengio1994,werbos1990`", "(Bengio et al., 1994; Werbos, 1990)"),
            ("{ref}`bptt`", "Backpropagation through time"),
            ("{ref}`here <bptt>`", "here"),
            ("{prf:ref}`bound`", "Theorem 2"),
            ("see {eq}`recursion`", "see (7)"),
            ("{glue:text}`rate` a step", "0.9 a step"),
            ("```{glue} rate\n```", "*0.9*"),
            ("[the notation](notation.md)", "the notation"),
            ("[3]{.number} Explosion\n: When?", "3 Explosion  \nWhen?"),
            ("(label)=\n# Title", "# Title"),
            ("```{moved} page\n:anchors: a, b=c\nIt is [there](there.md).\n```", "It is there."),
            ("$$x = 1$$ (recursion)", "$$\nx = 1 \\tag{7}\n$$"),
            ("```python\n{cite:t}`nobody`\n```", "```python\n{cite:t}`nobody`\n```"),
        ],
    )
    def test_names_what_roles_stand_for(self, myst, markdown):
        assert plain(myst, BOOK, {"rate": "0.9"}) == markdown

    def test_quotes_directives_also_inside_each_other(self):
        myst = "::::{admonition} Mistake\n:class: warning\n```{math}\n:label: recursion\nx\n```\n::::"
        assert plain(myst, BOOK, {}).strip() == "> **Mistake.**\n>\n> $$\n> x \\tag{7}\n> $$"

    def test_lists_a_question_and_folds_its_answers(self):
        text = plain("```{selfcheck} Which?\n- [ ] a :: no\n- [x] b :: yes\n```", BOOK, {})
        shown, folded = text.split("<details>")
        assert "- a" in shown
        assert "no" not in shown
        assert "- b **Right.** yes" in folded

    @pytest.mark.parametrize("myst", ["{ref}`nowhere`", "{cite:t}`nobody`", "{glue:text}`nothing`"])
    def test_refuses_what_it_cannot_name(self, myst):
        with pytest.raises(KeyError):
            plain(myst, BOOK, {})

    def test_leaves_code_cells_alone(self):
        cells = [nbformat.v4.new_code_cell("x = '{cite:t}`y`'"), nbformat.v4.new_markdown_cell("{eq}`recursion`")]
        notebook = plain_markdown.plain_notebook(nbformat.v4.new_notebook(cells=cells), BOOK, {})
        assert [cell.source for cell in notebook.cells] == ["x = '{cite:t}`y`'", "(7)"]


class TestSearchIndex:
    @pytest.mark.parametrize(
        ("tex", "line"),
        [
            (r"h_t = \tanh(W h_{t-1} + U x_t + b)", "h_{t} = tanh(Wh_{t−1} + Ux_{t} + b)"),
            (r"\tilde c_t \odot f_t'", "c\u0303_{t} ⊙ f′_{t}"),
            (r"\frac{\partial c_t}{\partial c_{t-1}}", "∂c_{t}/∂c_{t−1}"),
            (r"\frac{a + b}{2n}", "(a + b)/(2n)"),
            (r"-1 < \sqrt{2} - x^{-2}", "−1 < √2 − x^{−2}"),
            (r"\sqrt{a + b}, e^{-t_0}", "√(a + b), e^{−t0}"),
            (r"\sum_{k \le t} v_k \ln f", "∑_{k≤t}v_{k} ln f"),
            (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "(1 2; 3 4)"),
        ],
    )
    def test_a_formula_is_a_line_of_text(self, typesetter, tex, line):
        ((mathml,), errors) = typesetter.typeset([(tex, False)])
        assert errors == []
        assert html.unescape(search_index.indexed(mathml, {})) == line

    def test_a_formula_on_lines_of_its_own_is_searched_and_not_shown(self):
        page = '<p>Then</p><span class="eqno">(3)</span><math display="block"><mi>x</mi><mo>&lt;</mo><mn>1</mn></math>'
        assert search_index.indexed(page, {}) == "<p>Then</p>… ⟦ x &lt; 1 ⟧ "


class TestMovingFigure:
    def test_puts_state_place_and_still_into_the_page_the_same_at_every_build(self):
        pages = [moving_figure.page_of(interactive.PaddedStates(pads=3)) for _ in range(2)]
        assert pages[0] == pages[1]
        scripts = dict(re.findall(r'<script type="([^"]*)">(.*?)</script>', pages[0]))
        place = json.loads(scripts[moving_figure.VIEW])["model_id"]
        assert json.loads(scripts[moving_figure.STATE])["state"][place]["state"]["pads"] == 3
        assert "function render" in json.loads(scripts[moving_figure.STATE])["state"][place]["state"]["_esm"]
        assert '<div class="figure-still">' in pages[0]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("'2\\xa0×\\xa010⁻⁵'", "2\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁻⁵"),
        ("'-0.14'", "−0.14"),
        ("'forty-two'", "forty-two"),
        ("74", "74"),
        ("<Figure size 640x480>", "<Figure size 640x480>"),
    ],
)
def test_a_glued_value_is_printed_as_in_a_sentence(stored, shown):
    assert printed(stored) == shown


class TestCacheKey:
    def make(self, root: Path, name: str, text: str) -> str:
        file = root / "rnnlib" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return cache_key.packages_hash(root)

    def test_changes_with_contents_and_names_of_what_runs(self, tmp_path):
        first = self.make(tmp_path, "a.py", "1")
        changed = self.make(tmp_path, "a.py", "2")
        added = self.make(tmp_path, "figures/b.js", "")
        (tmp_path / "rnnlib" / "a.py").rename(tmp_path / "rnnlib" / "c.py")
        assert len({first, changed, added, cache_key.packages_hash(tmp_path)}) == 4

    def test_changes_with_a_text_that_a_chapter_reads(self, tmp_path):
        text = tmp_path / "chapters" / "data" / "alice.txt"
        text.parent.mkdir(parents=True)
        text.write_text("alice was beginning")
        first = cache_key.packages_hash(tmp_path)
        text.write_text("alice was ending")
        assert cache_key.packages_hash(tmp_path) != first

    def test_does_not_change_with_what_is_compiled(self, tmp_path):
        assert self.make(tmp_path, "a.py", "1") == self.make(tmp_path, "__pycache__/a.pyc", "x")


@pytest.fixture(scope="module")
def typesetter():
    with Typesetter() as typesetter:
        yield typesetter


def bare(mathml):
    """A formula without the operators' spacing."""
    return re.sub(r' (?:[lr]space|stretchy|form)="[^"]*"', "", mathml)


class TestTypeset:
    def test_replaces_formulas_and_nothing_else(self, typesetter):
        page = (
            '<html><body><span class="math notranslate nohighlight">'
            r"\(W^{\top}&lt;1\)</span><code>\(not this\)</code></body></html>"
        )
        text, errors = typeset_page(page, typesetter)
        assert errors == []
        assert r"\(W" not in text
        assert r"<code>\(not this\)</code>" in text
        assert "<msup><mi>W</mi>" in text
        assert "<mo>&lt;</mo>" in bare(text)

    def test_keeps_a_formula_with_its_punctuation(self, typesetter):
        formula = r'<span class="math notranslate nohighlight">\(x\)</span>'
        text, _ = typeset_page(f"<head></head>({formula}), where {formula} and {formula}.", typesetter)
        assert re.findall(r'<span class="kept">(.)', text) == ["(", "<"]
        assert [line.split("<")[0] for line in text.split("</math></span>")[1:]] == ["),", " and ", "."]


class TestMathmlCore:
    """MathML 3 holds what MathML Core has no attribute for, and TeX spaces what MathML does not."""

    def formula(self, typesetter, tex, display=False):
        ((mathml,), errors) = typesetter.typeset([(tex, display)])
        assert errors == []
        return mathml

    @pytest.mark.parametrize(
        ("tex", "letter"),
        [(r"\mathbb E", "𝔼"), (r"\mathbb R", "ℝ"), (r"\mathcal N", "𝒩"), (r"\mathbf 1", "𝟏")],
    )
    def test_an_alphabet_is_characters(self, typesetter, tex, letter):
        mathml = self.formula(typesetter, tex)
        assert letter in mathml
        assert "mathvariant" not in mathml

    @pytest.mark.parametrize(("letter", "drawn"), list(zip("ah∂∇ϵϕ+", "𝑎ℎ𝜕𝛻𝜖𝜙+")))
    def test_a_letter_alone_is_italic_as_a_browser_draws_it(self, letter, drawn):
        assert mathml_core.in_alphabet(letter, "italic") == drawn

    def test_a_line_over_an_expression_is_as_long_as_it(self, typesetter):
        """No face has a bar that stretches: the stylesheet draws it."""
        drawn = self.formula(typesetter, r"-1/\overline{\ln f}")
        assert re.search(r'<mrow class="overlined">(<mrow>)?<mi>ln</mi>.*<mi>f</mi>(</mrow>)?</mrow></math>', drawn)
        assert "―" not in drawn

    def test_an_alphabet_without_characters_is_an_error(self):
        with pytest.raises(ValueError, match="mathvariant 'looped'"):
            mathml_core.in_alphabet("x", "looped")

    @pytest.mark.parametrize(
        ("tex", "gaps"),
        [
            (r"\ln m", [("ln", "m")]),
            (r"\ln (m)", []),
            (r"a\ln m", [("a", "ln"), ("ln", "m")]),
            (r"=\max(a)", []),
            (r"g\,\operatorname{diag}(a)", [("g", "diag")]),
        ],
    )
    def test_the_name_of_a_function_stands_apart_from_letters_not_from_brackets(self, typesetter, tex, gaps):
        mathml = self.formula(typesetter, tex)
        found = re.findall(r'>([^<>]+)</\w+><mspace width="0\.167em"></mspace>(?=<\w+[^>]*>([^<]+))', mathml)
        assert found == gaps

    @pytest.mark.parametrize(
        ("tex", "prefixes"), [("b = -1", 1), ("a - 1", 0), ("(-a) - 1", 1), ("-x", 1), ("|-x| - 1", 1)]
    )
    def test_a_sign_is_no_operator(self, typesetter, tex, prefixes):
        assert self.formula(typesetter, tex).count('form="prefix"') == prefixes

    def test_bars_stand_close_and_scripts_have_no_gaps(self, typesetter):
        mathml = self.formula(typesetter, r"|\theta| + h_{t-1}")
        assert re.findall(r"<mo([^>]*)>\|</mo>", mathml) == [' stretchy="false" lspace="0" rspace="0"'] * 2
        assert re.search(r'<mo lspace="0" rspace="0">−</mo>', mathml)
        assert "<mo>+</mo>" in mathml

    def test_a_large_bracket_is_the_base_of_its_power_whole(self, typesetter):
        mathml = bare(self.formula(typesetter, r"\Big(\frac{a}{b}\Big)^\top c", True))
        mathml = re.sub("<mo[^>]*>", "<mo>", mathml)
        assert re.search(r"<msup><mrow><mo>\(</mo><mfrac>.*</mfrac><mo>\)</mo></mrow><mi.*>⊤</mi></msup><mi>c", mathml)

    def test_columns_keep_their_alignment(self, typesetter):
        mathml = self.formula(typesetter, r"\begin{aligned} a &= b \\ c &= d \end{aligned}", True)
        assert re.findall(r'<mtd class="([^"]+)"', mathml) == ["right", "left close"] * 2
        assert "columnalign" not in mathml

    def test_groups_of_one_are_taken_out_and_their_operator_is_a_symbol(self, typesetter):
        mathml = self.formula(typesetter, "a {=} b")
        assert "<mrow>" not in mathml
        assert '<mo lspace="0" rspace="0">=</mo>' in mathml


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("feedback/01_unrolling/ada.html", ["feedback/", "01_", "unrolling/", "ada.html"]),
        ("_ext/predict.py", ["_ext/", "predict.py"]),
        ("StateLeakyParams", ["State", "Leaky", "Params"]),
        ("grads.delta.h[t]", ["grads.", "delta.h[t]"]),
        ("x.__init__", ["x.", "__init__"]),
    ],
)
def test_code_in_a_table_breaks_at_its_joints(code, parts):
    assert tables.JOINT.split(code) == parts
