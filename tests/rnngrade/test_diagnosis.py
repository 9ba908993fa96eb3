import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnngrade import Mistake, Question
from rnngrade.check import run
from rnngrade.diagnosis import diagnose
from rnngrade.keys import build
from rnngrade.outcomes import Failure, Outcome


def right(delta, h):
    return np.einsum("tbi,tbj->ij", delta[1:] * (1 - h[1:] ** 2), h[:-1])


def changes(delta, h):
    delta *= 2
    return right(delta / 2, h)


def raises(delta, h):
    rows = len(h)
    return right(delta, h) + np.zeros(rows + 99)


def verdict(built, id, answer, group=None):
    key = built[id]
    chosen = key.group(group)
    return diagnose(key.info, chosen, run(key.info, chosen, answer))


@pytest.mark.parametrize(("answer", "kind", "words"), [
    (right, "passed", "Right"),
    (lambda d, h: right(d, h).tolist(), "passed", "Right"),
    (lambda d, h: right(d, h) * (1 + 1e-8), "passed", "Right"),
    (..., "not-written", "not written yet"),
    (lambda d, h: None, "not-written", "returns nothing"),
    (3.0, "raises", "not a function"),
    (raises, "raises", "ValueError.*Line.*np.zeros"),
    (lambda d, h: object(), "wrong-type", "type object"),
    (lambda d, h: (right(d, h), 1), "wrong-type", "2 parts.*expected an array of shape"),
    (lambda d, h: "a", "wrong-type", "a string"),
    (lambda d, h: right(d, h).T, "transpose", "which index comes first"),
    (lambda d, h: right(d, h).ravel(), "wrong-shape", r"\(16,\), expected \(4, 4\).*numbers are right"),
    (lambda d, h: right(d, h)[:, :1], "wrong-shape", r"\(4, 1\), expected \(4, 4\)"),
    (lambda d, h: right(d, h).astype(int), "wrong-dtype", "int64.*cut to integers"),
    (lambda d, h: right(d, h).astype(np.float16), "wrong-dtype", "digits are lost"),
    (lambda d, h: right(d, h) * 1j, "wrong-dtype", "complex128"),
    (lambda d, h: np.where(right(d, h) > 0, np.nan, right(d, h)), "nan", "NaN or infinite, the first at"),
    (changes, "changes-inputs", "changes the arrays"),
    (lambda d, h: -right(d, h), "sign", "but for its sign"),
    (lambda d, h: 2 * right(d, h), "scale", "2 times"),
    (lambda d, h: right(d, h) / h.shape[1], "factor", "too small by the factor B"),
    (lambda d, h: right(d, h) * (len(h) - 1), "factor", "too large by the factor T"),
    (lambda d, h: right(d, h) / (h.shape[1] * len(h)), "factor", r"too small by the factor \(T \+ 1\) times B"),
    (lambda d, h: right(d, h) + np.eye(h.shape[2])[0], "place", r"differs most at \[\d, 0\]: .*only at index 0 of"),
])
def test_what_is_said_to_a_function(built, answer, kind, words):
    found = verdict(built, "weight-gradient", answer, "typical")
    assert found.kind == kind
    assert found.passed == (kind == "passed")
    assert re.search(words, found.message, re.DOTALL), found.message


@pytest.mark.parametrize("id", ["weight-gradient", "decay", "ailments"])
def test_each_mistake_is_called_by_its_name(assignment, built, id):
    for mistake in assignment.questions[id].mistakes:
        for group in built[id].groups:
            found = verdict(built, id, mistake.answer, group.name)
            assert (found.kind, found.mistake, found.message) == ("mistake", mistake.name, mistake.message)


def test_a_mistake_must_show_in_all_cases_together(assignment, built):
    """At T = 1 the last step is the only one: what differs from it elsewhere is not named so."""
    last_step_only = assignment.questions["weight-gradient"].mistakes[0].answer

    def right_but_for_one_sequence(delta, h):
        return right(delta, h) if h.shape[1] > 1 else right(delta, h) + 1

    assert verdict(built, "weight-gradient", last_step_only, "edges").mistake == "last_step_only"
    assert verdict(built, "weight-gradient", right_but_for_one_sequence, "edges").mistake is None


def test_a_failure_can_be_a_known_mistake():
    def no_transpose(x):
        return x @ x

    question = Question("gram", 1, "gram", lambda rng: [(rng.standard_normal((3, 2)),)], lambda x: x @ x.T,
                        lambda x: np.einsum("ik,jk->ij", x, x), mistakes=[Mistake(no_transpose, "Transpose one.")])
    key = build(question, np.random.default_rng(0))
    group = key.group()
    assert diagnose(key.info, group, [Outcome(error=Failure("ValueError"))]).mistake == "no_transpose"
    assert diagnose(key.info, group, [Outcome(error=Failure("KeyError"))]).kind == "raises"


@pytest.mark.parametrize(("failure", "kind", "words"), [
    (Failure("NotImplementedError"), "not-written", "not written"),
    (Failure("Missing", "weigth_gradient"), "wrong-name", "weigth_gradient"),
    (Failure("Missing"), "wrong-name", "Nothing here is called"),
    (Failure("Forbidden", "torch"), "forbidden", "uses torch"),
    (Failure("Timeout", "no answer in 5 s"), "raises", "no answer in 5 s"),
])
def test_failures_are_told_apart(built, failure, kind, words):
    key = built["weight-gradient"]
    group = key.group("typical")
    found = diagnose(key.info, group, [Outcome(error=failure)] * len(group.cases))
    assert found.kind == kind
    assert words in found.message


def test_a_long_exception_is_cut(built):
    key = built["weight-gradient"]
    failure = Outcome(error=Failure("ValueError", "x" * 10**6))
    assert len(diagnose(key.info, key.group("typical"), [failure] * 2).message) < 500


def key_of_several():
    def reference(x):
        return x.sum(0), x.T, {"mean": x.mean()}

    def oracle(x):
        return np.add.reduce(x), np.swapaxes(x, 0, 1), {"mean": np.average(x)}

    question = Question("several", 1, "several", lambda rng: [(rng.standard_normal((3, 2)),)], reference, oracle,
                        parts=("total", "flipped", "statistics"))
    return build(question, np.random.default_rng(0))


def several(answer):
    key = key_of_several()
    return diagnose(key.info, key.group(), run(key.info, key.group(), answer))


@pytest.mark.parametrize(("answer", "kind", "words"), [
    (lambda x: (x.sum(0), x.T, {"mean": x.mean()}), "passed", ""),
    (lambda x: [x.sum(0), x.T, {"mean": x.mean()}], "passed", ""),
    (lambda x: (x.sum(0), x, {"mean": x.mean()}), "transpose", "`flipped`"),
    (lambda x: (x.sum(0), x.T, {"mean": 0.0}), "differs", "`statistics"),
    (lambda x: (x.sum(0), x.T, {"mean": np.inf}), "nan", r"`statistics\[\"mean\"\]` is inf, expected a finite number"),
    (lambda x: (x.sum(0), None, {"mean": x.mean()}), "wrong-type", "`flipped` is nothing"),
    (lambda x: (x.sum(0), x.T), "wrong-type", "2 parts"),
    (lambda x: (x.sum(0), x.T, {"median": 0.0}), "wrong-type", "statistics|keys"),
    (lambda x: (x.sum(1), x.T, {"mean": x.mean()}), "wrong-shape", "`total`"),
])
def test_several_arrays_say_which_is_wrong(answer, kind, words):
    found = several(answer)
    assert found.kind == kind, found
    assert re.search(words, found.message), found.message


@pytest.mark.parametrize(("id", "answer", "kind", "words"), [
    ("decay", [0.9**99, 0.99**99], "passed", "Right"),
    ("decay", ..., "not-written", "not written yet"),
    ("decay", [1.0, 2.0], "differs", "not what an independent"),
    ("decay", [0.9**99], "wrong-shape", r"\(1,\)"),
    ("ailments", {"a": "vanishing", "b": "exploding"}, "passed", "Right"),
    ("ailments", {"a": "vanishing"}, "differs", "1 of 2.*should be a dict with the keys a, b"),
    ("ailments", {"a": "vanishing", "b": "explodes"}, "differs", "1 of 2.*'explodes' is none of the labels"),
    ("ailments", {"a": "vanishing", "b": None}, "differs", "1 of 2.*None.* is none of the labels"),
    ("ailments", 7, "differs", "0 of 2.*it is a number"),
    ("ailments", ..., "not-written", "not written yet"),
])
def test_values_and_choices_are_judged_without_giving_the_answer_away(built, id, answer, kind, words):
    found = verdict(built, id, answer)
    assert found.kind == kind
    assert re.search(words, found.message)
    assert "0.36" not in f"{found.message} {found.expected}"
    if not found.passed:
        assert "exploding" not in found.message


def test_a_judge_must_give_an_outcome_a_case(built):
    key = built["weight-gradient"]
    with pytest.raises(ValueError, match="2 cases, got 1"):
        diagnose(key.info, key.group("typical"), [Outcome(value=1.0)])


ARRAYS = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.float16, np.int64, np.uint8, np.bool_, np.complex128, "U2"]),
    st.sampled_from([(), (2,), (4, 4), (2, 3), (3, 2), (4, 1), (0,), (2, 3, 4)]))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | ARRAYS | st.just(...),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner, inner)
    | st.dictionaries(st.sampled_from(["a", "b", "mean"]), inner, max_size=3), max_leaves=6)


@given(first=ANYTHING, second=ANYTHING)
def test_whatever_comes_back_there_is_a_verdict_and_no_warning(built, first, second):
    """Every value that a submission can return, in the learner's process or through the judge's channel."""
    for key in (*built.values(), key_of_several()):
        for group in key.groups:
            values = [first, second, first, second][:len(group.cases)]
            found = diagnose(key.info, group, [Outcome(value=value) for value in values])
            assert found.message
            assert not found.passed


def test_masks_and_counts_are_compared_too():
    question = Question("mask", 1, "mask", lambda rng: [(rng.integers(1, 5, 6),)], lambda n: n > 2,
                        lambda n: np.array([k > 2 for k in n]))
    key = build(question, np.random.default_rng(0))
    answers = [lambda n: n > 2, lambda n: (n > 2) * 1.0, lambda n: n > 1]
    found = [diagnose(key.info, key.group(), run(key.info, key.group(), answer)).kind for answer in answers]
    assert found == ["passed", "passed", "place"]


def test_a_difference_of_a_few_tolerances_in_one_place_is_no_offset():
    def reference(x):
        return 2 * x

    question = Question("twice", 1, "twice", lambda rng: [(1 + rng.random((5, 4)),)], reference, lambda x: x + x)
    key = build(question, np.random.default_rng(0))

    def nearly(x):
        y = reference(x)
        y[2, 1] += 3 * key.info.tolerance.rtol * y.max()
        return y

    found = diagnose(key.info, key.group(), run(key.info, key.group(), nearly))
    assert not found.passed
    assert "Every entry" not in found.message, found


def test_one_slip_is_named_before_two_of_which_one_lies_in_another_part():
    """With F2 transposed, v is what it is as well if the factors' order is wrong besides: that is F's affair."""
    def reference(F1, v1, F2, v2):
        return F2 @ F1, F2 @ v1 + v2

    def oracle(F1, v1, F2, v2):
        return np.einsum("ij,jk->ik", F2, F1), np.einsum("ij,jk->ik", F2, v1) + v2

    def cases(rng):
        return [(*rng.standard_normal((1, 3, 3)), rng.standard_normal((3, 2)), rng.standard_normal((3, 3)),
                 rng.standard_normal((3, 2)))]

    def reading_order(F1, v1, F2, v2):
        return F1 @ F2, F2 @ v1 + v2

    mistakes = [Mistake(reading_order, "v is right. The factors stand in reading order.")]
    question = Question("combine", 1, "combine", cases, reference, oracle, parts=("F", "v"), mistakes=mistakes)
    key = build(question, np.random.default_rng(0))

    def answer(F1, v1, F2, v2):
        return (F2 @ F1).T, F2.T @ v1 + v2

    found = diagnose(key.info, key.group(), run(key.info, key.group(), answer))
    assert "with `F2` transposed" in found.message, found
    assert "Two slips" not in found.message, found
    both = key.info.messages["reading_order_and_F2_transposed"]
    assert "is right" in both

    def two(F1, v1, F2, v2):
        return F1 @ F2.T, F2.T @ v1 + v2

    assert "is right" not in diagnose(key.info, key.group(), run(key.info, key.group(), two)).message
