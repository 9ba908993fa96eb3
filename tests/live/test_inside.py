"""Questions, library and fonts in Pyodide, whose BLAS, C library and integers are others than this Python's."""

import json
import re
import subprocess

import pytest

from live.files import slimming
from live.python import errors
from tests.live.conftest import ROOT

UNDETERMINED = {
    ("worst-pulse", "column_of_Vt"), ("drifted", "v_transposed_twice"), ("drifted", "factors_exchanged"),
    ("linear-state", "by_the_fixed_point"), ("hold-and-euler", "ones_subtracted"),
}  # fmt: skip
"""Wrong answers that are what a library happens to give: the first three hang on the signs of singular vectors, which
every LAPACK chooses as it likes; then come the solution of a singular system, and digits that are rounding errors.
They fail here as everywhere, and are told what they look like."""
LIBRARY = (
    "test_bptt.py", "test_additive_cells.py", "test_layer_norm.py", "test_logistic.py", "test_norms.py",
    "test_initialisers.py", "test_models.py", "test_tasks.py", "test_scan.py", "test_gates.py", "test_cells.py",
    "test_jacobians.py", "test_truncation.py", "test_training.py",
)  # fmt: skip
LEFT = ("the_bar_shows", "a_gradient_that_overflows")
"""tqdm is not there; and WebAssembly has no flags for floating-point errors, so that NumPy cannot raise one."""
PASSED = 1000


@pytest.mark.slow
def test_every_listed_mistake_is_recognised_as_itself(in_pyodide):
    *problems, count = in_pyodide("mistakes.py")
    said = [re.fullmatch(r"([\w-]+): mistake (\w+) is taken for .*", problem) for problem in problems]
    assert [problem for problem, match in zip(problems, said)
            if match is None or match.groups() not in UNDETERMINED] == []
    assert int(count.split()[0]) > 900


@pytest.mark.slow
def test_the_library_passes_its_own_tests(in_pyodide, testers):
    left = " and ".join(f"not {words}" for words in LEFT)
    lines = in_pyodide("library.py", "-k", left, *(f"/repo/tests/rnnlib/{name}" for name in LIBRARY), site=testers)
    summary = lines[-1]
    assert "failed" not in summary, "\n".join(lines[-40:])
    assert "error" not in summary, "\n".join(lines[-40:])
    assert int(re.search(r"(\d+) passed", summary)[1]) >= PASSED


@pytest.mark.slow
def test_a_page_says_what_it_lacks_and_nothing_ends_it(in_pyodide):
    """Each cell of ``hostile.py``, in one session: it comes back, is explained, and the next one runs."""
    sent = dict(map(json.loads, in_pyodide("hostile.py")))
    expected = {
        "torch": ("hint", errors.TORCH), "inside": ("html", "open it in Jupyter"), "scipy": ("hint", "`scipy`"),
        "ssl": ("hint", "`ssl`"), "processes": ("hint", "no system"), "threads": ("hint", "one thread"),
        "recursion": ("err", "RecursionError"), "memory": ("memory", ""), "list": ("memory", ""),
        "input": ("err", "give the value"), "print": ("out", "not shown"), "network": ("hint", "cannot open"),
        "exit": ("hint", "ended this cell"), "after": ("out", "still here"), "sleep": ("out", ""),
        "file": ("out", "kept"),
    }  # fmt: skip
    assert sent.keys() == expected.keys()
    for name, (kind, words) in expected.items():
        assert sent[name][-1][0] == kind, (name, sent[name])
        assert words in sent[name][-1][1], (name, sent[name])


@pytest.mark.slow
def test_the_list_of_fonts_is_what_matplotlib_would_make(in_pyodide):
    made = subprocess.run(["node", "live/files/font_cache.mjs"], cwd=ROOT, capture_output=True, text=True, check=True)
    [kept] = slimming.ADDED["matplotlib"].values()
    assert json.loads(made.stdout) == json.loads(kept.read_text())
