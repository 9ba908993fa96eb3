"""What works in a learner's Jupyter works in the judge, or the feedback says in a sentence, with the line, why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rnngrade.judge.handed_in.notebook import Cell, Notebook
from rnngrade.judge.results import summary
from rnngrade.judge.running.work import Conditions, Zygotes
from rnngrade.keys import FOLDER, find
from tests.judge.conftest import FAIR, grade, hand_in

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("isolation")]
REST = FAIR[1:]
LIBRARY = """\
import numpy as np

def add_rows(x):
    return x.sum(0)
"""


@pytest.fixture(params=["bubblewrap", "process"])
def one(tmp_path: Path, request: pytest.FixtureRequest):
    """Grade a single notebook made of the given cells, with files beside it."""

    def graded(*cells: str, beside: dict[str, str] | None = None):
        path = hand_in(tmp_path / "in", "ada", *cells)
        for name, content in (beside or {}).items():
            (path.parent / name).parent.mkdir(parents=True, exist_ok=True)
            (path.parent / name).write_text(content)
        return grade(tmp_path / "in", tmp_path / "out", isolation=request.param)["ada"]

    return graded


WORKS = {
    "await": (*FAIR, "import asyncio\nawait asyncio.sleep(0)\nlater = await asyncio.sleep(0, 5)\nassert later == 5"),
    "await-first": (
        "import asyncio\nasync def f(): return 0.5\nvalue = await f()",
        *FAIR[:3],
        "half, ailment = value, 'vanishing'",
    ),
    "tasks-go-on": (
        "import asyncio\nasync def f(): return 0.5\ntask = asyncio.create_task(f())",
        *FAIR[:3],
        "half, ailment = await task, 'vanishing'",
    ),
    "async-with-and-for": (
        """\
class Open:
    async def __aenter__(self): return self
    async def __aexit__(self, *_): return False
    async def __aiter__(self):
        for i in range(3): yield i
async with Open() as box:
    async for i in box: last = i
assert last == 2""",
        *FAIR,
    ),
    "asyncio-run": (*FAIR, "import asyncio\nasync def f(): return 1\nassert asyncio.run(f()) == 1"),
    "get-ipython": (
        "from IPython import get_ipython\nget_ipython().run_line_magic('matplotlib', 'inline')\n" + FAIR[0],
        *REST,
    ),
    "get-ipython-from-core": (
        "from IPython.core.getipython import get_ipython\nget_ipython().system('ls')\n" + FAIR[0],
        *REST,
    ),
    "display": (
        "from IPython.display import HTML, clear_output, display\ndisplay(HTML('x'))\nclear_output()\n" + FAIR[0],
        *REST,
    ),
    "writefile-import": ("%%writefile mine.py\n" + LIBRARY, "from mine import add_rows as total", *FAIR[2:], FAIR[0]),
    "writefile-twice": (
        "%%writefile mine.py\nx = 1",
        "%%writefile -a mine.py\ny = 2",
        "import mine\nassert mine.x + mine.y == 3",
        *FAIR,
    ),
    "writefile-run": ("%%writefile mine.py\n" + LIBRARY, "%run mine.py\ntotal = add_rows", *FAIR[2:], FAIR[0]),
    "writefile-run-i": (
        "start = 1",
        "%%writefile mine.py\nresult = start + 1",
        "%run -i mine\nassert result == 2",
        *FAIR,
    ),
    "run-main": (
        "%%writefile mine.py\nimport sys\nif __name__ == '__main__':\n    words = sys.argv",
        "%run mine.py a 'b c'",
        "assert words == ['mine.py', 'a', 'b c'], words",
        *FAIR,
    ),
    "environment": (
        "%env SETTING=1\n%cd .\n%pip install numpy\n!pip install numpy",
        "import os\nassert os.environ['SETTING'] == '1'",
        *FAIR,
    ),
    "annotations-are-evaluated": ("def f(x: int): pass\nassert f.__annotations__ == {'x': int}", *FAIR),
    "colab-or-not": (
        "try:\n    import google.colab\n    here = True\nexcept ImportError:\n    here = False\nassert not here",
        *FAIR,
    ),
}


@pytest.fixture(scope="module", params=["bubblewrap", "process"])
def works(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict:
    root = tmp_path_factory.mktemp("in")
    for name, cells in WORKS.items():
        hand_in(root, name, *cells)
    return grade(root, tmp_path_factory.mktemp("out"), isolation=request.param)


@pytest.mark.parametrize("kind", WORKS)
def test_what_jupyter_does(works: dict, kind: str) -> None:
    result = works[kind].result
    assert result.problems == ()
    assert result.score == 7


def test_files_beside_the_notebook_are_taken_along(one) -> None:
    result = one(
        "import helpers\nfrom tools.sums import add_rows as total\n" + FAIR[0],
        "numbers = open('data/half.txt').read()",
        *FAIR[2:3],
        "half, ailment = float(numbers), helpers.name",
        "%run more.py\nassert more == 3",
        beside={
            "helpers.py": "name = 'vanishing'",
            "tools/__init__.py": "",
            "tools/sums.py": LIBRARY,
            "data/half.txt": "0.5",
            "more.py": "more = 3",
        },
    ).result
    assert (result.problems, result.score) == ((), 7)


def test_files_beside_are_read_only_and_change_nothing_outside(one, tmp_path: Path) -> None:
    result = one(*FAIR, "open('data.txt', 'w')", beside={"data.txt": "x"}).result
    assert (result.score, "Permission" in result.problems[0].text) == (7, True)
    assert (tmp_path / "in" / "ada" / "data.txt").read_text() == "x"


def test_a_changed_file_beside_grades_again(tmp_path: Path) -> None:
    path = hand_in(tmp_path / "in", "ada", "from helpers import half")
    for content, score in (("half = 0.5", 1), ("half = 2", 0)):
        (path.parent / "helpers.py").write_text(content)
        assert grade(tmp_path / "in", tmp_path / "out")["ada"].result.score == score


LACKS = {
    "a package": (
        "import seaborn_ as sns\n" + FAIR[0] + "\nsns.set()\nseen = 1",
        "assert seen",
        "seaborn_ is not installed",
    ),
    "colab": ("from google_.colab import drive\ndrive.mount('/content')\n" + FAIR[0], "", "google_ is not installed"),
    "on-one-line": ("import seaborn_; " + FAIR[0] + "; seen = 1", "assert seen", "seaborn_ is not installed"),
    "derived-and-decorated": (
        "import lightning_ as L\nclass Net(L.Module):\n    pass\n@L.fast\ndef f(): pass\nnet = Net()\n" + FAIR[0],
        "",
        "lightning_ is not installed",
    ),
    "in-a-file": ("import helpers\n" + FAIR[0], "", "seaborn_ is not installed"),
    "a-file": (
        "mine = open('/content/drive/notes.txt').read()\n" + FAIR[0],
        "",
        "there is no file /content/drive/notes.txt",
    ),
    "the-network": (
        "import urllib.request\nurllib.request.urlretrieve('http://example.org', 'x')\n" + FAIR[0],
        "",
        "no network",
    ),
    "a-program": ("import subprocess\nsubprocess.run(['ls'])\n" + FAIR[0], "", "no other program"),
    "a-command": ("!wget http://example.org/x\n" + FAIR[0], "", "no other program can be started here (!wget"),
    "a-command-in-bash": ("%%bash\npip list\ngit clone x", FAIR[0], "(!git clone x)"),
    "an-answer": ("name = input('who? ')\n" + FAIR[0], "", "nobody here to answer"),
    "a-magic": ("%strange 1\n" + FAIR[0], "", "%strange is not known"),
}


@pytest.fixture(scope="module")
def lacks(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, Path]:
    root, out = tmp_path_factory.mktemp("in"), tmp_path_factory.mktemp("out")
    for name, (first, second, _) in LACKS.items():
        path = hand_in(root, name, first, second, *REST)
        (path.parent / "helpers.py").write_text("import seaborn_")
    return grade(root, out), out


@pytest.mark.parametrize("kind", LACKS)
def test_what_is_not_here_costs_its_own_line_and_is_said(lacks: tuple[dict, Path], kind: str) -> None:
    words, (grades, out) = LACKS[kind][-1], lacks
    found = grades[kind]
    assert found.result.score == 7
    assert all(problem.cause for problem in found.result.problems), found.result.problems
    assert any(words in problem.cause for problem in found.result.problems)
    page = re.sub("<[^>]+>", "", (out / found.feedback).read_text())
    assert words in page
    assert re.search(r"Cell 1, (line \d+|a line): ", page)


def test_an_answer_that_needs_what_is_not_here_is_told_so(tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", "import seaborn_ as sns", "def total(x): return sns.total(x)", "half = sns.half")
    found = {g.question: g.diagnosis.message for g in grade(tmp_path / "in", tmp_path / "out")["ada"].result.groups}
    assert "seaborn_ is not installed here" in found["total"]


def test_errors_of_ones_own_still_end_a_cell(tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", "import seaborn_\n1 / 0\nhalf = 0.5", *FAIR[:3])
    result = grade(tmp_path / "in", tmp_path / "out")["ada"].result
    assert result.score == 5
    assert [bool(problem.cause) for problem in result.problems] == [False, True]
    assert "ZeroDivisionError" in result.problems[0].text


# ---- forbidden modules


@pytest.mark.parametrize("first", [
    "import torch\ntorch.manual_seed(0)\n" + FAIR[0],
    "import torch\nnet = torch.nn.Linear(2, 3)\nclass Net(torch.nn.Module):\n    pass\n" + FAIR[0],
    "import torch\nwith torch.no_grad():\n    y = torch.ones(3)\nz = y + 1\n" + FAIR[0],
    "from torch import nn\ndef helper(x: nn.Module | None) -> nn.Module: return nn.Linear(2, 2)\n" + FAIR[0],
])  # fmt: skip
def test_a_forbidden_module_at_the_top_is_let_be(tmp_path: Path, first: str) -> None:
    hand_in(tmp_path / "in", "ada", first, *REST)
    result = grade(tmp_path / "in", tmp_path / "out")["ada"].result
    assert (result.score, result.problems) == (7, ())


@pytest.mark.parametrize("cells", [
    ("import torch\nnet = torch.nn.Linear(2, 3)", "def product(a, b): return net(a)"),
    ("import torch\neye = torch.eye(3)", "def product(a, b): return a @ eye"),
    ("import torch\nproduct = torch.matmul",),
    ("import torch\nclass Net(torch.nn.Module): pass", "def product(a, b): return Net()(a)"),
    ("import torch\nfor _ in range(1):\n    found = torch.ones(1)", "def product(a, b): return found"),
])  # fmt: skip
def test_where_a_forbidden_module_is_the_cause_it_is_named(tmp_path: Path, cells: tuple[str, ...]) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR, *cells)
    result = grade(tmp_path / "in", tmp_path / "out")["ada"].result
    [product] = [group for group in result.groups if group.question == "product"]
    assert product.diagnosis.kind == "forbidden"
    assert "torch" in product.diagnosis.message


def test_what_is_imported_beforehand_is_nothing_that_the_question_forbids() -> None:
    """A sandbox without rnnlib cannot import its figures for a notebook that writes of them: it would not begin."""
    notebook = Notebook((Cell(1, "import matplotlib.pyplot as plt\nfrom rnnlib import figures", "drawn"),))
    zygotes = Zygotes(Conditions())
    try:
        assert zygotes(notebook, find("unroll", FOLDER)).recipe.preload == {"matplotlib.pyplot"}
    finally:
        zygotes.close()


# ---- the class


def test_the_summary_counts_what_many_lack(tmp_path: Path) -> None:
    for i in range(3):
        hand_in(tmp_path / "in", f"learner{i}", "import seaborn_\nimport seaborn_ as sns\n" + FAIR[0], *REST)
    hand_in(tmp_path / "in", "zoe", *FAIR)
    grades = list(grade(tmp_path / "in", tmp_path / "out").values())
    page = re.sub("<[^>]+>", " ", summary.page(grades, "x"))
    assert re.search(r"\s3\s+seaborn_ is not installed here", page)
