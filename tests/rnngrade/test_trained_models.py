"""Questions whose answer is a model: made by one function, asked by another, judged by its loss on fresh data."""

import re
import shutil
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from rnngrade import CheckFailed, Group, Maker, Question, check, keys, models
from rnngrade.authoring.audit import audit
from rnngrade.authoring.products import learner_notebook, same_keys
from rnngrade.authoring.source import read, stubbed
from rnngrade.course import load_assignment
from rnngrade.diagnosis import diagnose
from rnngrade.outcomes import Outcome
from tests.rnngrade.test_authoring import make

SOURCE = Path(__file__).parent / "fixtures" / "models" / "92_models.md"


@pytest.fixture(scope="session")
def course():
    return load_assignment(SOURCE.with_suffix(".py"))


@pytest.fixture(scope="session")
def drawn(course):
    return keys.build_assignment(course)


@pytest.fixture
def stored(course, drawn, tmp_path, monkeypatch):
    keys.save(course.name, drawn, "hash", tmp_path)
    monkeypatch.setattr(keys, "FOLDER", tmp_path)
    keys.find.cache_clear()
    yield tmp_path
    keys.find.cache_clear()


def cell(code):
    """Run ``code`` as a learner's cell."""
    exec(compile(code, "<cell>", "exec"), {"np": np, "check": check, "__name__": "__main__"})


GOOD = """
class Model:
    def __init__(self, x, y):
        self.asked = 0
        self.w, *_ = np.linalg.lstsq(x[:, :, 0].T, y, rcond=None)
def train(x, y):
    return Model(x, y)
def predict(model, x):
    model.asked += 1
    return x[:, :, 0].T @ model.w
"""


# ---- the learner's check


def test_a_trained_model_passes_and_is_told_how_good_it_is(stored, capsys):
    cell(GOOD + 'check("recall", group="solves")')
    out, err = capsys.readouterr()
    assert re.match(r"recall, solves: right, 2 points\n  The squared error of its predictions on fresh data is "
                    r"\S+e-\d\d; at most 0.01 is asked for.", out)
    assert err == ""


def test_the_model_is_made_once_and_the_same_object_every_time(stored, drawn):
    asked = []

    def train(x, y):
        asked.append(model := {"w": np.linalg.lstsq(x[:, :, 0].T, y, rcond=None)[0], "seen": []})
        return model

    def predict(model, x):
        model["seen"].append(x.shape[1])
        return x[:, :, 0].T @ model["w"]

    exec('check("recall", group="learns")', {"check": check, "train": train, "predict": predict})
    assert [model["seen"] for model in asked] == [[40, 70]]


@pytest.mark.parametrize(("old", "new", "words"), [
    ("def train(x, y)", "def trian(x, y)", "Nothing here is called `train`. There is a `trian`"),
    ("    return Model(x, y)", "    raise NotImplementedError", "`train` is not written yet"),
    ("    return Model(x, y)", "    Model(x, y)", "`train` returns nothing. Does it end in a return?"),
    ("    return Model(x, y)", "    return Model(x[0], y)", "`train` stops with IndexError"),
    ("    return Model(x, y)", "    import torch\n    return torch", "`train` uses torch"),
    ("def train(x, y):\n    return Model(x, y)", "train = ...", "`train` is not written yet"),
    ("def train(x, y):\n    return Model(x, y)", "train = 3", "`train` stops with TypeError: it is a int, not a fun"),
    ("    model.asked += 1", "    raise NotImplementedError", "`predict` is not written yet"),
    ("    model.asked += 1", "    return model", "`predict` gives a value of type Model"),
    ("    model.asked += 1", "    x[:] = 0 * model.asked", "predicts the mean target of its training set"),
    ("    return x[:, :, 0].T @ model.w", "    y = x[:, :, 0].T @ model.w\n    x[0] = 0\n    return y", "changes the"),
    ("x[:, :, 0].T @ model.w", "x[-1, :, 0] + 1e-3 * x[0, :, 0]", "This is the last input. The first is asked for."),
    ("x[:, :, 0].T @ model.w", "np.full(x.shape[1], 2.0)", "predicts the same whatever it is given"),
    ("x[:, :, 0].T @ model.w", "x[1, :, 0]", "; at most 0.01 is asked for. The best prediction that is the same"),
    ("x[:, :, 0].T @ model.w", "x @ model.w", "`predict` stops with ValueError"),
    ("x[:, :, 0].T @ model.w", "(x[:, :, 0].T @ model.w)[:, None]", "`predict` has shape (40, 1), expected (40,)"),
    ("x[:, :, 0].T @ model.w", "np.where(x[0, :, 0] > 1, np.nan, 0)", "entries are NaN or infinite"),
    ("x[:, :, 0].T @ model.w", "1j * x[0, :, 0]", "cannot be measured: complex numbers"),
    ("x[:, :, 0].T @ model.w", "(x[0, :, 0], x[1, :, 0], 'a')", "expected an array"),
])
def test_what_is_wrong_is_said(stored, old, new, words):
    assert old in GOOD
    with pytest.raises(CheckFailed, match=re.escape(words)):
        cell(GOOD.replace(old, new) + 'check("recall", group="solves")')


def test_the_judge_is_not_asked_for_a_model_nobody_would_use(stored):
    with pytest.raises(CheckFailed, match="Nothing here is called `predict`"):
        cell('def train(x, y): raise SystemExit\ncheck("recall", group="learns")')


def test_slow_training_is_told(stored, capsys, monkeypatch):
    clock = iter([0.0, 7.3])
    monkeypatch.setattr(time, "process_time", lambda: next(clock))
    cell(GOOD + 'check("recall", group="learns")')
    assert "`train` took 7.3 s of 0.5 s; the judge stops it after twice its time" in capsys.readouterr().out


SIGNS = """
def train_signs(seed, B): return 0
def predict_sign(model, x):
    return {0}
"""


@pytest.mark.parametrize(("labels", "words"), [
    ("np.broadcast_to(x[0, :, 0] > 0, x.shape[:2])", None),
    ("np.concatenate([np.full((1, x.shape[1]), np.nan), np.broadcast_to(x[0, :, 0] > 0, x[1:].shape[:2])])", None),
    ("x[:, :, 0]", "a label is a whole number: take the class with the largest score"),
    ("x[:, :, 0] > 0.01", "This is the sign of the input at the same step"),
    ("np.broadcast_to(x[0, :, 0] <= 0, x.shape[:2])", "The labels are exchanged"),
    ("np.arange(len(x))[:, None] % 2 + 0 * (x[:, :, 0] > 0)", "predicts the same whatever it is given"),
    ("np.broadcast_to(x[0, :, 0] + x[1, :, 0] > 0, x.shape[:2])", "The error rate of its predictions on fresh data"),
])
def test_labels(stored, labels, words):
    code = SIGNS.format(labels) + 'check("sign")'
    if words is None:
        cell(code)
    else:
        with pytest.raises(CheckFailed, match=re.escape(words)):
            cell(code)


@pytest.mark.parametrize(("rows", "words"), [
    ("np.stack([1 - p, p], -1)", None),
    ("np.stack([p, 1 - p], -1)", "The classes are exchanged"),
    ("np.stack([-s, s], -1)", "is not negative, and one here is -"),
    ("np.stack([0 * p + 1, 0 * p + 1], -1)", "add up to 1; these add up to 2"),
    ("np.stack([p > 2, p < 2], -1)", "is inf; at most 0.4"),
    ("np.full((len(p), 2), .5)", "predicts the same whatever it is given"),
    ("p", "has shape (40,), expected (40, 2)"),
])
def test_probabilities(stored, rows, words):
    code = f"def chances(x):\n    s = x[:, :, 0].sum(0)\n    p = 1 / (1 + np.exp(-4 * s))\n    return {rows}\n"
    code += 'check("chances")'
    if words is None:
        cell(code)
    else:
        with pytest.raises(CheckFailed, match=re.escape(words)):
            cell(code)


# ---- measures


def test_cross_entropy_is_torchs():
    rng = np.random.default_rng(0)
    scores, labels = rng.standard_normal((7, 5, 4)), rng.integers(0, 4, (7, 5))
    got, target = torch.softmax(torch.tensor(scores), -1).numpy(), np.eye(4)[labels]
    theirs = torch.nn.functional.cross_entropy(torch.tensor(scores).reshape(-1, 4), torch.tensor(labels).reshape(-1))
    assert models.loss("cross-entropy", [(got[:3], target[:3]), (got[3:], target[3:])]) == pytest.approx(float(theirs))


def test_what_does_not_count_is_left_out():
    got = np.array([1.0, 2.0, 50.0])
    assert models.loss("squared error", [(got, np.array([1.0, 4.0, np.nan]))]) == 2.0
    assert models.loss("error rate", [(np.array([1, 0, 7]), np.array([1, 1, -1]))]) == 0.5
    rows, target = np.array([[0.5, 0.5], [0.0, 0.0]]), np.array([[1.0, 0.0], [np.nan, np.nan]])
    assert models.loss("cross-entropy", [(rows, target)]) == pytest.approx(np.log(2))


@pytest.mark.parametrize(("measure", "target"), [
    ("squared error", np.array([1.0, 2.0, 6.0])), ("error rate", np.array([0, 1, 1, 2, 1])),
    ("cross-entropy", np.eye(3)[[0, 1, 1, 2]]),
])
def test_no_constant_prediction_is_better_than_the_blind_one(measure, target):
    floor = models.blind(measure, [target])
    constants = {"squared error": np.linspace(0, 7, 71), "error rate": np.arange(3),
                 "cross-entropy": np.random.default_rng(0).dirichlet(np.ones(3), 2000)}[measure]
    losses = [models.loss(measure, [(np.broadcast_to(c, target.shape), target)]) for c in constants]
    assert floor <= min(losses) <= floor + 0.02


# ---- what an author writes


def test_every_question_of_the_fixture_holds_to_the_rules(course):
    assert [audit(question) for question in course.questions.values()] == [[], [], []]


@pytest.mark.parametrize(("plant", "words"), [
    (lambda q: {"mistakes": q.mistakes[:1]}, "1 mistakes, at least 2"),
    (lambda q: {"reference": lambda model, x: x[1, :, 0]}, "does not pass group learns: not-enough"),
    (lambda q: {"reference": lambda model, x: x[0]}, "does not pass group learns: wrong-shape"),
    (lambda q: {"reference": lambda model, x: x[0, :, 0] + 0.099}, "the reference has a squared error of 0.0098 in"),
    (lambda q: {"mistakes": [*q.mistakes, replace(q.mistakes[0], name="near", answer=lambda m, x: x[0, :, 0] + 0.101)]},
     "mistake near has a squared error of 0.0102 in group solves: too near to 0.01"),
    (lambda q: {"mistakes": [*q.mistakes, replace(q.mistakes[0], name="again")]}, "again is taken for last"),
    (lambda q: {"mistakes": [*q.mistakes, replace(q.mistakes[0], name="none", answer=q.oracle)]}, "none passes"),
])
def test_a_planted_defect_is_found(course, plant, words):
    question = course.questions["recall"]
    assert any(words in problem for problem in audit(replace(question, **plant(question))))


@pytest.mark.parametrize(("changes", "words"), [
    ({"measure": ""}, "needs a measure"), ({"measure": "distance"}, "measure is one of"),
    ({"kind": "function"}, "a model, and nothing else, needs a measure"),
    ({"cases": [Group("a", 3, lambda rng: [])]}, "says within which loss"), ({"maker": print}, "maker is a Maker"),
])
def test_a_question_that_does_not_fit_is_refused(course, changes, words):
    with pytest.raises(ValueError, match=words):
        replace(course.questions["recall"], **changes)


@pytest.mark.parametrize(("changes", "words"), [
    ({"oracle": lambda made_from, x: "a"}, "the oracle of a model gives one array"),
    ({"oracle": lambda made_from, x: np.full(x.shape[1], np.nan)}, "some that count"),
    ({"oracle": lambda made_from, x: x}, "mistake last should predict"),
    ({"maker": Maker(print, lambda rng: (object(),))}, "arguments must be plain data"),
])
def test_a_key_that_cannot_be_built_says_why(course, changes, words):
    with pytest.raises(ValueError, match=words):
        keys.build(replace(course.questions["recall"], **changes), np.random.default_rng(0))


@pytest.mark.parametrize("build", [lambda: Maker(3, tuple), lambda: Maker(print, tuple, seconds=0)])
def test_a_maker_that_does_not_fit_is_refused(build):
    with pytest.raises(ValueError, match="maker"):
        build()


def test_a_function_may_have_a_maker_too():
    """State of any kind between calls, compared number by number."""
    question = Question(
        "step", points=1, answer="step",
        maker=Maker(lambda h: {"h": h}, lambda rng: (rng.standard_normal(3),), name="start"),
        cases=lambda rng: [(rng.standard_normal(3),)], reference=lambda state, x: np.tanh(state["h"] + x),
        oracle=lambda start, x: 2 / (1 + np.exp(-2 * (start[0] + x))) - 1)
    key = keys.build(question, np.random.default_rng(0))
    assert (key.info.arguments, key.info.maker, key.made.name) == (("x",), "start", "start")
    [case] = key.groups[0].cases
    right = np.tanh(key.made.args[0] + case.args[0])
    assert diagnose(key.info, key.groups[0], [Outcome(right)]).passed
    assert not diagnose(key.info, key.groups[0], [Outcome(right + 1e-3)]).passed


# ---- from text to notebooks


def test_keys_keep_the_model_and_the_bounds(stored, course, drawn):
    loaded = keys.load(course.name, stored)
    assert same_keys(loaded, drawn)
    assert [group.within for group in loaded["recall"].groups] == [0.5, 0.01]
    assert loaded["chances"].made is None
    for change in ({"made": None}, {"made": models.Made("train", (0,))}, {"groups": ()}):
        assert not same_keys(loaded, {**drawn, "recall": replace(drawn["recall"], **change)})


def test_a_notebook_is_made(tmp_path):
    """The solved notebook runs, and both functions lose their solutions."""
    shutil.copytree(SOURCE.parent, tmp_path / "source")
    done = make(tmp_path)
    assert done.returncode == 0, done.stderr
    assignment, notebook = read(tmp_path / "source" / SOURCE.name)
    learner = {cell.id: cell.source for cell in learner_notebook(assignment, notebook).cells}
    solved = {cell.id: cell.source for cell in notebook.cells}
    assert learner["recall"].count("raise NotImplementedError") == 2
    assert "lstsq" not in str(learner)
    assert "SOLUTION" not in str(learner)
    assert all(learner[id] == stubbed(solved[id], question) for id, question in assignment.questions.items())
    executed = nbformat.read(tmp_path / "solved" / "92_models.ipynb", 4)
    panels = [cell.outputs[0].data["text/plain"] for cell in executed.cells if cell.id.startswith("check-")]
    assert [panel.split("\n")[0] for panel in panels] == [
        "recall, learns: right, 1 point", "recall, solves: right, 2 points", "sign: right, 1 point",
        "chances: right, 1 point"]


@pytest.mark.parametrize(("old", "new", "words"), [
    ("def train(x, y):", "def fit(x, y):", r"should hold def train\(\.\.\)"),
    ("    return model(x)\n    ### END SOLUTION", "    return model(x)", "needs 2, in `train` and in `predict`"),
])
def test_a_cell_that_does_not_fit_is_refused(tmp_path, old, new, words):
    shutil.copytree(SOURCE.parent, tmp_path / "source")
    path = tmp_path / "source" / SOURCE.name
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match=words):
        read(path)
