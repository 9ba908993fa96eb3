"""Which blocks of a chapter can be run in the page, and that they then run."""

import contextlib
import io
import sys

import jupytext
import pytest

from tests.site.conftest import CHAPTERS, ROOT

sys.path.insert(0, str(ROOT / "_ext"))

import code_folds
from live_blocks import models
from runnable import allowed, runnable


def places(*sources):
    return {block.place: (block.imports, block.before) for block in runnable(list(sources))}


NUMPY = "import numpy as np"


def test_imports_are_taken_one_by_one_and_what_draws_is_left_out():
    imports = f"{NUMPY}\nimport torch\nfrom rnnlib import figures, unroll"
    found = places(imports, "a = np.ones(2)", "figures.show(a)", "unroll(a)")
    assert found == {1: ((NUMPY,), ()), 3: (("from rnnlib import unroll", NUMPY), (1,))}
    assert not allowed("from rnnlib import figures")
    assert not allowed("import rnnlib.torch_bridge")
    assert allowed("from rnnlib.cells import LSTMCell")


def test_what_has_changed_a_value_comes_before_and_what_has_only_read_it_does_not():
    assert places("a = [1]", "a.append(2)", "print(a)", "b = a[0]", "a[0] = 3", "c = a")[5] == ((), (0, 1, 4))


def test_every_draw_from_a_generator_comes_before_the_next():
    found = places(NUMPY, "rng = np.random.default_rng(0)", "x = rng.normal()", "y = rng.normal()")
    assert found[3][1] == (1, 2)


def test_a_draw_that_cannot_be_run_takes_the_next_with_it():
    drawing = "rng = np.random.default_rng(0)", "torch.ones(int(rng.integers(3)))", "rng.normal()"
    assert list(places(f"{NUMPY}\nimport torch", *drawing)) == [1]


def test_names_in_the_bodies_of_functions_count_and_later_ones_may_come_from_the_same_cell():
    found = places(NUMPY, "def f():\n    return np.ones(g())\ndef g():\n    return 2", "f()")
    assert found == {1: ((NUMPY,), ()), 2: ((NUMPY,), (1,))}


def test_what_nobody_has_bound_is_not_run_nor_is_what_opens_files_or_is_no_python():
    assert places("print(nowhere)", "open('x')", "%timeit 1", "from pathlib import Path", "Path('x')") == {}


@pytest.mark.parametrize("name", [CHAPTERS[1]])
def test_a_chapters_blocks_run_with_nothing_before_them_but_what_they_say_they_need(name):
    cells = jupytext.read(ROOT / f"{name.removesuffix('.html')}.md").cells
    sources = [code_folds.shown(cell.source) for cell in cells if cell.cell_type == "code"]
    blocks = runnable(sources)
    assert len(blocks) > 5
    known = {model["id"]: model for model in models(sources, blocks)}
    said = [printed(known, f"block-{block.place}") for block in blocks]
    assert sum(map(bool, said)) > 3


def printed(known, wanted):
    """What the last of a block's models prints, run after the others in one namespace."""
    names = {"__name__": "__main__"}
    for model in [known[id] for id in known if id in closure(known, wanted)]:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(model["source"], names)
    return out.getvalue()


def closure(known, wanted):
    return {wanted}.union(*(closure(known, id) for id in known[wanted]["needs"]))
