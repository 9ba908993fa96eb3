"""The failing case in the learner's hands: what the panel offers runs, and nothing is given away."""

import numpy as np
import pytest

from rnngrade import Case, CheckFailed, Mistake, Question, cells, check, failing_case, keys
from rnngrade.check import Panel
from rnngrade.diagnosis import Diagnosis


@pytest.fixture(autouse=True)
def nothing_failed(monkeypatch):
    monkeypatch.setattr(cells, "_failed", {})


def right(delta, h):
    return np.einsum("tbi,tbj->ij", delta[1:] * (1 - h[1:] ** 2), h[:-1])


def wrong(delta, h):
    return right(delta, h) + np.arange(h.shape[2])


def run(code, **names):
    exec(code, names)
    return names


def test_the_panel_offers_the_smallest_failing_case_as_code_that_runs(key_folder, built, capsys):
    with pytest.raises(CheckFailed):
        check("weight-gradient", wrong, group="edges")
    shown = capsys.readouterr().out.split("for your next cell:\n")[1]
    code = "\n".join(line.strip() for line in shown.strip().split("\n"))
    names = run(code, weight_gradient=right)
    smallest = min(built["weight-gradient"].group("edges").cases, key=lambda case: case.args[0].size)
    np.testing.assert_array_equal(names["delta"], smallest.args[0])
    np.testing.assert_allclose(right(names["delta"], names["h"]), names["expected"])


def test_a_case_that_passes_is_never_offered(key_folder, built):
    def wrong_for_several(delta, h):
        return right(delta, h) + (h.shape[1] > 1)

    with pytest.raises(CheckFailed):
        check("weight-gradient", wrong_for_several, group="edges")
    assert failing_case("weight-gradient")[0].shape == (2, 3, 4)


def test_what_is_handed_out_is_a_copy(key_folder):
    with pytest.raises(CheckFailed):
        check("weight-gradient", wrong, group="edges")
    failing_case("weight-gradient")[0][:] = 0
    assert failing_case("weight-gradient")[0].any()


def test_numbers_and_labels_are_not_given_away(key_folder, capsys):
    for id, answer in [("decay", [1.0, 2.0]), ("ailments", {"a": "vanishing", "b": "vanishing"})]:
        with pytest.raises(CheckFailed):
            check(id, answer)
        with pytest.raises(ValueError, match="no case of"):
            failing_case(id)
    assert "next cell" not in capsys.readouterr().out


@pytest.mark.parametrize("answer", [..., None])
def test_an_answer_that_is_not_there_fails_no_case(key_folder, answer):
    with pytest.raises(CheckFailed):
        check("weight-gradient", answer, group="edges") if answer is ... else check("weight-gradient", group="edges")
    with pytest.raises(ValueError, match="none yet"):
        failing_case("weight-gradient")


def odd(expected, mask, tree, k, how):
    return {"sum": expected.sum() + k, "all": (mask, tree["b"])}


def odd_again(expected, mask, tree, k, how):
    return {"sum": np.add.reduce(expected, axis=None) + k, "all": (mask, 1 * tree["b"])}


def draw_odd(rng):
    yield Case((rng.standard_normal((2, 3)), np.array([True, False]), {"b": np.zeros((0, 2))}, 3, "mean"), "odd kinds")
    yield np.array([[np.nan, np.inf, 1e300]]), np.array([False]), {"b": np.ones((1, 2))}, 0, None


ODD = Question("odd", 1, "odd", draw_odd, odd, odd_again, mistakes=[Mistake(lambda *args: 0.0, "Nothing.", "none")])


def test_every_kind_of_argument_can_be_written_out_and_runs():
    key = cells.examples(keys.build(ODD, np.random.default_rng(0)), ODD, np.random.default_rng(1))
    for text in key.groups[0].examples:
        names = run(text, odd=odd)
        again = odd(names["expected"], names["mask"], names["tree"], names["k"], names["how"])
        np.testing.assert_allclose(again["sum"], names["wanted"]["sum"], rtol=1e-7)
        np.testing.assert_array_equal(again["all"][0], names["wanted"]["all"][0])


def test_an_example_holds_none_of_the_hidden_numbers(assignment):
    question = assignment.questions["weight-gradient"]
    hidden = keys.build(question, np.random.default_rng(5))
    shown = cells.examples(hidden, question, np.random.default_rng(6))
    for group in shown.groups:
        assert len(group.examples) == len(group.cases)
        for case, text in zip(group.cases, group.examples):
            names = run(text, weight_gradient=right)
            assert names["delta"].shape == case.args[0].shape
            assert not np.isclose(names["delta"], case.args[0], rtol=1e-3).any()
            np.testing.assert_allclose(right(names["delta"], names["h"]), names["expected"], rtol=1e-6)


def test_what_is_long_is_left_out():
    question = Question("long", 1, "f", lambda rng: [(rng.standard_normal(5000),)], lambda x: x + 1, lambda x: 1 + x)
    key = cells.examples(keys.build(question, np.random.default_rng(0)), question, np.random.default_rng(1))
    assert key.groups[0].examples == ("",)


def test_the_code_cannot_become_markup(built):
    key = built["decay"]
    panel = Panel(key, key.group(), Diagnosis(False, "differs", "no"), (), "<script>x</script>")
    assert "<script>" not in panel._repr_html_()
