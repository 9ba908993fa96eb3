"""The reference: all that the packages offer has an entry, chapters lead to it, and it to them."""

import inspect
import re
import sys

import rnngrade
import rnnlib
from tests.site.conftest import CHAPTERS, ROOT

sys.path.insert(0, str(ROOT / "_ext"))

from named_in_code import linked, spelled

CODE = """import rnnlib as r
from rnnlib import PlainCell, jacobians
from rnnlib.cells.lstm import LSTMCell as Long

tape = r.unroll(PlainCell(2, 3), None, x)
print(jacobians.products(tape), tape.rnnlib)"""


def test_names_in_code_are_followed_to_where_they_come_from():
    names = {}
    assert spelled(CODE, names) | spelled("Long(1, 2).init(rng)", names) == {
        "r.unroll": "rnnlib.unroll", "r": "rnnlib", "PlainCell": "rnnlib.PlainCell",
        "Long": "rnnlib.cells.lstm.LSTMCell", "jacobians.products": "rnnlib.jacobians.products",
        "jacobians": "rnnlib.jacobians",
    }  # fmt: skip
    assert spelled("%matplotlib inline", names) == {}


def test_the_first_mention_in_code_is_a_link_and_no_attribute_or_string_of_that_name():
    string = '<span class="s2">&quot;unroll&quot;</span>'
    body = f"<p>unroll</p><pre><span></span>a.unroll {string} unroll(x) rnnlib.unroll unrolled rnnlib.bptt</pre>"
    addresses = {"unroll": "r.html#u", "rnnlib.unroll": "r.html#u", "rnnlib.bptt": "r.html#b", "absent": "r.html#a"}
    first, second = ('<a class="to-reference" href="r.html#u">unroll</a>',
                     '<a class="to-reference" href="r.html#b">rnnlib.bptt</a>')
    assert linked(body, addresses) == \
        f"<p>unroll</p><pre><span></span>a.unroll {string} {first}(x) rnnlib.unroll unrolled {second}</pre>"


def entries(html):
    pages = sorted((html / "chapters").glob("reference*.html"))
    return {id for page in pages for id in re.findall(r'<dt [^>]*id="(rnn[\w.]+)"', page.read_text(encoding="utf8"))}


def test_everything_that_is_offered_has_an_entry(html):
    found = entries(html)
    offered = [getattr(rnnlib, name) for name in dir(rnnlib) if not name.startswith("_")]
    offered += [getattr(rnngrade, name) for name in rnngrade.__all__]
    named = {f"{thing.__module__}.{thing.__qualname__}" for thing in offered
             if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__.startswith("rnn")}
    assert len(named) > 80
    assert not named - found


def test_chapters_lead_to_entries_and_entries_to_chapters(html):
    chapter = (html / "chapters" / "01_unrolling.html").read_text(encoding="utf8")
    address = "reference_through_time.html#rnnlib.through_time.unroll"
    assert re.search(rf'<a class="to-reference" href="{re.escape(address)}">[\w.]*unroll</a>', chapter)
    page = (html / "chapters" / "reference_through_time.html").read_text(encoding="utf8")
    entry = page.split('id="rnnlib.through_time.unroll"')[1].split("<dl ")[0]
    assert re.search(r'class="uses">Used in .*<a class="reference internal" href="01_unrolling.html">1\. ', entry)
    for name in CHAPTERS:
        assert 'class="to-reference"' in (html / name).read_text(encoding="utf8"), name


def test_a_chapter_uses_also_what_its_hidden_cells_run_and_what_only_its_prose_names(html):
    pages = [page.read_text(encoding="utf8") for page in (html / "chapters").glob("reference_*.html")]
    for name, chapter in (
        ("rnnlib.torch_bridge.from_torch", "07_additive_paths"),
        ("rnnlib.cells.gru.ResetAfterParams", "07_additive_paths"),
        ("rnnlib.data.sunspots", "12_case_studies"),
        ("rnnlib.cells.stack.Stack", "01_unrolling"),
    ):
        (page,) = [page for page in pages if f'id="{name}"' in page]
        entry = page.split(f'id="{name}"')[1].split('<dt class="sig')[0]
        used = entry.partition('class="uses">')[2].partition("</p>")[0]
        assert f'href="{chapter}.html"' in used, (name, used)


def test_formulas_of_docstrings_are_typeset_and_examples_are_shown(html):
    page = (html / "chapters" / "reference_cells.html").read_text(encoding="utf8")
    entry = page.split('id="rnnlib.cells.lstm.LSTMCell"')[1]
    assert entry.index("<math") < entry.index("&gt;&gt;&gt; ")
    assert "LSTMCell" in entry
    assert "Alias for field" not in page
