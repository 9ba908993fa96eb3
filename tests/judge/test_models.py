"""What a submission keeps between calls: models of its own making, of which the judge holds handles."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from rnngrade.judge import grade_class
from rnngrade.judge.handed_in.notebook import Cell
from rnngrade.judge.isolation.limits import Ended, Recipe
from rnngrade.judge.isolation.sandbox import Zygote
from rnngrade.judge.running import scoring
from rnngrade.judge.running.scoring import Run
from rnngrade.keys import CaseKey, Key
from rnngrade.models import Made
from rnngrade.questions import QuestionInfo
from rnngrade.values import Tolerance
from tests.judge.conftest import QUICK, hand_in

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("isolation")]
COURSE = Path(__file__).parents[1] / "rnngrade" / "fixtures" / "models"

MODEL = """
class Model:
    def __init__(self, rate):
        self.rate, self.seen = rate, 0.0
made = 0
def make(rate):
    global made
    made += 1
    return Model(rate)
def predict(model, x):
    model.seen += 1
    return model.rate * x + model.seen + 100 * made
"""


@pytest.fixture
def asked(zygote_for):
    """What ``predict`` gives, call by call, on two models of rates 2 and 3."""

    def outcomes(source: str, *which: int) -> list:
        run = Run(zygote_for, read_cells(source), QUICK)
        info = QuestionInfo("predict", 1, "predict", "function", Tolerance(), maker="make", seconds=0.2)
        keys = [Key(info, (), Made("make", (rate,))) for rate in (2.0, 3.0)]
        found = []
        try:
            for i in which:
                try:
                    found.append(run.ask(keys[i], CaseKey((np.array([1.0]),), None, {})))
                except Ended as error:
                    found.append(str(error))
        finally:
            run.close()
        return found

    return outcomes


@pytest.fixture(scope="module")
def zygote_for(isolation):
    zygote = Zygote(Recipe(frozenset(), frozenset()))
    yield zygote
    zygote.close()


def read_cells(source: str) -> tuple[Cell, ...]:
    return (Cell(1, source, "a"),)


def test_an_object_is_kept_between_calls(asked) -> None:
    """Each is made once, whatever it is, keeps its state, and may change it without being said to change arguments."""
    found = asked(MODEL, 0, 0, 1, 0)
    assert [float(one.value[0]) for one in found] == [103, 104, 204, 205]
    assert not any(one.changed_inputs for one in found)


def test_an_object_is_made_again_in_a_new_process(asked) -> None:
    ending = MODEL.replace("model.seen += 1", "model.seen += 1\n    if model.rate == 3: import os; os._exit(0)")
    found = asked(ending, 0, 1, 0)
    assert (float(found[0].value[0]), found[1], float(found[2].value[0])) == (103, "ended", 103)


def test_what_cannot_be_made_is_an_error_of_its_maker(asked) -> None:
    found = asked(MODEL.replace("made += 1", "raise KeyError('no')"), 0, 0)
    assert [(one.error.type, one.error.name) for one in found] == [("KeyError", "make")] * 2
    assert asked("def predict(model, x): return x", 0)[0].error.type == "Missing"
    assert asked(MODEL.replace("return Model", "Model"), 0)[0].error.type == "Nothing"


def test_making_that_does_not_end_is_tried_once(asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own questions are lost, not those of another model; each attempt would cost a process."""
    spawned = []
    spawn = Zygote.spawn
    monkeypatch.setattr(Zygote, "spawn", lambda *given: spawned.append(spawn(*given)) or spawned[-1])
    found = asked(MODEL.replace("made += 1", "made += 1\n    while rate == 2: pass"), 0, 0, 0, 1)
    assert [one.error and one.error.name for one in found] == ["make", "make", "make", None]
    assert len(spawned) == 2


def test_what_the_judge_does_between_two_questions_is_not_charged(zygote_for, monkeypatch) -> None:
    """It starts a sandbox for a question that forbids something, say, and a busy machine is slow in that."""
    key, case = Key(QuestionInfo("half", 1, "half", "value", Tolerance()), ()), CaseKey((), None, {})
    run = Run(zygote_for, read_cells("half = 0.5"), QUICK)
    try:
        assert run.ask(key, case).value == 0.5
        monkeypatch.setattr(scoring, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + 3600))
        assert run.ask(key, case).value == 0.5
    finally:
        run.close()


def test_a_forged_handle_is_no_reply(asked) -> None:
    forged = MODEL + "\nfrom inside import protocol\ndef predict(model, x): return protocol.Handle(0)"
    assert "not a node" in asked(forged, 0)[0] or "node of no known kind" in asked(forged, 0)[0]


# ---- whole notebooks

GOOD = """
import numpy as np
class Model:
    def __init__(self, x, y):
        self.w, *_ = np.linalg.lstsq(x[:, :, 0].T, y, rcond=None)
def train(x, y):
    return Model(x, y)
def predict(model, x):
    return x[:, :, 0].T @ model.w
"""
SIGN = """
def train_signs(seed, B):
    rng = np.random.default_rng(seed)
    return iter([rng])
def predict_sign(model, x):
    return np.broadcast_to(x[0, :, 0] > 0, x.shape[:2])
"""
CLASS = {
    "ada": (GOOD, SIGN),
    "bob": (GOOD.replace("return x[:, :, 0].T @ model.w", "return x[-1, :, 0]"), SIGN),
    "cleo": (GOOD.replace("return Model(x, y)", "return Model(x, 0.8 * y)"), SIGN),
    "dora": (GOOD.replace("return Model(x, y)", "while True: pass"), SIGN),
    "emil": (GOOD.replace("return Model(x, y)", "import os\n    os._exit(0)"), SIGN),
    "fay": (GOOD.replace("(model, x):", "(model, x):\n    return np.full(x.shape[1], 2.0)"), SIGN),
    "gus": (GOOD.replace("def train", "def fit"), SIGN.replace("return iter", "iter")),
    "hal": (GOOD + "class Right:\n    def __le__(self, o): return True\ndef predict(model, x): return Right()",),
}
DESERVED = {
    "ada": "recall 1/1 passed, 2/2 passed; sign 1/1 passed",
    "bob": "recall 0/1 last, 0/2 last; sign 1/1 passed",
    "cleo": "recall 1/1 passed, 0/2 not-enough; sign 1/1 passed",
    "dora": "recall 0/1 raises, 0/2 raises; sign 1/1 passed",
    "emil": "recall 0/1 raises, 0/2 raises; sign 1/1 passed",
    "fay": "recall 0/1 same-for-all, 0/2 same-for-all; sign 1/1 passed",
    "gus": "recall 0/1 wrong-name, 0/2 wrong-name; sign 0/1 not-written",
    "hal": "recall 0/1 wrong-type, 0/2 wrong-type; sign 0/1 wrong-name",
}


@pytest.fixture(scope="module", params=["bubblewrap", "process"])
def graded(request, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, Path]:
    root, results = tmp_path_factory.mktemp("in"), tmp_path_factory.mktemp("out")
    for learner, cells in CLASS.items():
        hand_in(root, learner, *cells, assignment="92_models")
    grades = grade_class(root, results, COURSE, seed=3, jobs=2, limits=QUICK, isolation=request.param)
    return {grade.submission.learner: grade for grade in grades}, results


@pytest.mark.parametrize("learner", CLASS)
def test_a_model_is_judged_by_its_predictions(graded, learner: str) -> None:
    found: dict[str, list[str]] = {}
    for group in graded[0][learner].result.groups:
        what = group.diagnosis.mistake or group.diagnosis.kind
        found.setdefault(group.question, []).append(f"{group.earned:g}/{group.points:g} {what}")
    assert "; ".join(f"{id} {', '.join(found[id])}" for id in ("recall", "sign")) == DESERVED[learner]


def test_the_page_says_how_good_it_is_and_whose_fault_it_was(graded) -> None:
    pages = {learner: (graded[1] / grade.feedback).read_text() for learner, grade in graded[0].items()}
    assert "The squared error of its predictions on fresh data is" in pages["ada"]
    assert "at most 0.01 is asked for" in pages["ada"]
    assert "This is the last input" in pages["bob"]
    assert pages["bob"].count("<polyline") == 4
    assert "<code>train</code> had to be stopped: its process did not finish in 1 s." in pages["dora"]
    assert "Not good enough yet" in pages["cleo"]
    assert "The same for every input" in pages["fay"]
