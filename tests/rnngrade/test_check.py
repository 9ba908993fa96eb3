import re
import sys
import warnings

import numpy as np
import pytest

from rnngrade import CheckFailed, check
from rnngrade.check import Panel, _late, forbidden_modules, run
from rnngrade.diagnosis import Diagnosis
from rnngrade.surroundings import HERE


def weight_gradient(delta, h):
    return np.einsum("tbi,tbj->ij", delta[1:] * (1 - h[1:] ** 2), h[:-1])


def in_notebook(code, **names):
    """Run ``code`` as a cell of a notebook whose names are ``names``."""
    exec(compile(code, "<cell>", "exec"), {"check": check, "__name__": "__main__", **names})


def test_a_right_answer_is_looked_up_and_says_what_was_checked(key_folder, capsys):
    in_notebook('check("weight-gradient", group="typical")', weight_gradient=weight_gradient)
    out, err = capsys.readouterr()
    assert out.startswith("weight-gradient, typical: right, 2 points\n  2 cases agree")
    assert "\n  Case 1: delta (7, 3, 4), h (7, 3, 4)\n" in out
    assert err == ""


def test_a_wrong_answer_raises_one_line(key_folder, capsys):
    with pytest.raises(CheckFailed, match=r"weight-gradient: .*but for its sign") as raised:
        check("weight-gradient", lambda delta, h: -weight_gradient(delta, h), group="edges")
    assert isinstance(raised.value, AssertionError)
    assert raised.value._render_traceback_() == ["CheckFailed: not yet. What to look at stands above."]
    assert "edges: not yet" in capsys.readouterr().out


@pytest.mark.parametrize(("names", "words"), [
    ({}, "Nothing here is called `weight_gradient`. Run the cell"),
    ({"weigth_gradient": weight_gradient}, "There is a `weigth_gradient`"),
    ({"weight_gradient": ...}, "not written yet"),
    ({"weight_gradient": 3.0}, "it is a float, not a function"),
])
def test_a_name_that_is_missing_is_explained(key_folder, names, words):
    with pytest.raises(CheckFailed, match=re.escape(words)):
        in_notebook('check("weight-gradient", group="typical")', **names)


def test_an_unsolved_notebook_is_answered_kindly(key_folder):
    def unsolved(delta, h):
        raise NotImplementedError

    for id, answer, group in [("weight-gradient", unsolved, "typical"), ("decay", ..., None), ("ailments", ..., None)]:
        with pytest.raises(CheckFailed, match="not written yet"):
            check(id, answer, group=group)


def test_each_case_gets_its_own_copy(key_folder, built):
    def destructive(delta, h):
        right = weight_gradient(delta, h)
        delta[:], h[:] = 0, 0
        return right

    key = built["weight-gradient"]
    for _ in range(2):
        outcomes = run(key.info, key.group("typical"), destructive)
        assert all(outcome.changed_inputs for outcome in outcomes)
        np.testing.assert_allclose(outcomes[0].value, key.group("typical").cases[0].expected)


def test_nothing_reaches_stderr_and_warnings_are_shown(key_folder, capsys):
    def noisy(delta, h):
        print("careless", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        np.log(np.zeros(1))
        return weight_gradient(delta, h)

    check("weight-gradient", noisy, group="typical")
    out, err = capsys.readouterr()
    assert err == ""
    assert "While it ran: UserWarning: careful" in out
    assert "divide by zero" in out
    assert out.count("careful") == 1


def test_the_line_named_is_the_learners(key_folder):
    code = "def weight_gradient(delta, h):\n    g = delta\n    return np.reshape(g, (-1, 999))\n"
    names = {"np": np}
    exec(compile(code, "<cell 7>", "exec"), names)
    with pytest.raises(CheckFailed, match="stops with ValueError"):
        check("weight-gradient", names["weight_gradient"], group="typical")
    outcome = run(*_key("weight-gradient", "typical"), names["weight_gradient"])[0]
    assert outcome.error.line == 3


def _key(id, group):
    from rnngrade import keys

    key = keys.find(id, keys.FOLDER)
    return key.info, key.group(group)


def imports_inside(x):
    import torch.nn

    return torch.nn.Linear


def uses_global(x):
    return sys.getsizeof(x)


def helper(x):
    return [sys.getsizeof(y) for y in x]


def through_helper(x):
    return (lambda: helper(x))()


def innocent(sys):
    return sys + 1


@pytest.mark.parametrize(("function", "forbid", "used"), [
    (imports_inside, ("torch",), ["torch"]), (uses_global, ("sys",), ["sys"]), (through_helper, ("sys",), ["sys"]),
    (innocent, ("sys",), []), (uses_global, ("torch",), []), (np.sum, ("numpy",), []),
])
def test_a_forbidden_module_is_seen_in_the_code(function, forbid, used):
    assert list(dict.fromkeys(forbidden_modules(function, forbid))) == used


def test_using_one_is_said(key_folder):
    def with_torch(delta, h):
        import torch

        return torch.zeros(3)

    with pytest.raises(CheckFailed, match="uses torch"):
        check("weight-gradient", with_torch, group="typical")


def test_what_a_learner_wrote_cannot_become_markup(built):
    hostile = "<img src=x onerror=alert(1)>`<script>`"
    panel = Panel(built["decay"], built["decay"].group(), Diagnosis(False, "raises", hostile), (hostile,))
    assert "<img" not in panel._repr_html_()
    assert "<script" not in panel._repr_html_()
    assert "&lt;script&gt;</code>" in panel._repr_html_()


def test_in_jupyter_the_panel_is_displayed_not_returned(key_folder, monkeypatch):
    """nbgrader reads a cell's result as a partial score; a display is left alone."""
    import IPython
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: type("Shell", (), {"kernel": True})())
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: shown.append((data, raw)))
    assert check("decay", [0.9**99, 0.99**99]) is None
    [(data, raw)] = shown
    assert raw
    assert set(data) == {"text/html", "text/plain"}
    assert data["text/plain"].split("\n  ") == [
        "decay: right, 1 point", "It agrees with an independent computation to 0.0001 of the largest entry."]


def test_an_unknown_question_or_group_is_no_failed_answer(key_folder):
    with pytest.raises(ValueError, match="no question 'nothing'"):
        check("nothing", 1)
    with pytest.raises(ValueError, match="has no group"):
        check("decay", 1, group="typical")


def test_other_surroundings_show_the_panel_and_advise(key_folder, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(HERE, "display", lambda html, text: shown.append((html, text)))
    monkeypatch.setattr(HERE, "advice", lambda failure: f"About {failure.type} & co.")
    with pytest.raises(CheckFailed):
        check("weight-gradient", lambda delta, h: nowhere, group="typical")  # noqa: F821
    [(html, text)] = shown
    assert "About NameError &amp; co." in html
    assert text.count("\n  About NameError & co.\n") == 1
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("seconds", "slower", "words"), [
    (4, 1, ""), (9, 3, ""), (7.3, 1, "took 7.3 s of 5 s; the judge"), (21.6, 3, "took 7.2 s of 5 s (21.6 s here"),
])
def test_seconds_are_those_of_where_it_is_judged(monkeypatch, seconds, slower, words):
    monkeypatch.setattr(HERE, "slower", lambda: slower)
    assert words in _late("train", seconds, 5) if words else _late("train", seconds, 5) == ""
