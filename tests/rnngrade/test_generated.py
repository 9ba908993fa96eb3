"""Mistakes that no author writes: kept where they fail clearly and look like no other."""

from dataclasses import replace

import numpy as np
import pytest

from rnngrade import Mistake, Question
from rnngrade.check import run
from rnngrade.diagnosis import diagnose
from rnngrade.generated import MOST, MOST_NUMBERS
from rnngrade.keys import build
from rnngrade.slips import MESSAGES, RIGHT, Doing
from rnngrade.values import excess


def network(W, x, mask, h0, lag, rate):
    h = [h0]
    for x_t, valid in zip(x, mask):
        h.append(np.where(valid[:, None], np.tanh(h[-1] @ W.T + x_t), h[-1]))
    return rate * h[-1 - lag]


def network_again(W, x, mask, h0, lag, rate):
    out = np.empty_like(h0)
    for b in range(len(h0)):
        h = h0[b]
        for t in range(len(x) - lag):
            h = np.tanh(W @ h + x[t, b]) if mask[t, b] else h
        out[b] = rate * h
    return out


def draw(rng, sizes=((7, 3, 4), (6, 2, 3))):
    for T, B, n in sizes:
        mask = rng.random((T, B)) < 0.8
        mask[0], mask[1] = False, True
        yield (rng.standard_normal((n, n)), rng.standard_normal((T, B, n)), mask, rng.standard_normal((B, n)), 2,
               float(rng.uniform(1.5, 3)))


QUESTION = Question("net", 1, "answer", draw, network, network_again)


def known(question):
    return build(question, np.random.default_rng(0))


def said(question, answer):
    key = known(question)
    return diagnose(key.info, key.group(), run(key.info, key.group(), answer))


@pytest.mark.parametrize(("answer", "words"), [
    (lambda W, x, mask, h0, lag, rate: network(W.T, x, mask, h0, lag, rate), "`W` transposed"),
    (lambda W, x, mask, h0, lag, rate: network(W, x, np.ones_like(mask), h0, lag, rate), "`mask` True everywhere"),
    (lambda W, x, mask, h0, lag, rate: network(W, x, mask, 0 * h0, lag, rate), "`h0` all zero"),
    (lambda W, x, mask, h0, lag, rate: network(W, x[::-1], mask, h0, lag, rate), "`x` reversed in time"),
    (lambda W, x, mask, h0, lag, rate: network(W, x, mask, h0, lag + 1, rate), "`lag` one larger"),
    (lambda W, x, mask, h0, lag, rate: network(W, x, mask, h0, lag, rate**2), "the square of `rate`"),
    (lambda W, x, mask, h0, lag, rate: network(W.T, x, ~mask, h0, lag, rate), "`W` transposed, and with True and"),
])
def test_one_argument_perturbed_is_known_by_its_name(answer, words):
    found = said(QUESTION, answer)
    assert found.kind == "mistake"
    assert words in found.message


def test_what_is_kept_fails_clearly_and_looks_like_no_other():
    key = known(QUESTION)
    names = list(key.info.messages)
    assert 10 < len(names) <= MOST
    for case in key.group().cases:
        assert max(excess(case.mistakes[name], case.expected, key.info.tolerance) for name in names) > 10
    for i, name in enumerate(names):
        for other in names[:i]:
            assert any(excess(case.mistakes[name], case.mistakes[other], key.info.tolerance) > 1
                       for case in key.group().cases), (name, other)


def test_a_written_mistake_goes_before_a_generated_one_and_a_struck_one_is_gone():
    def rows(W, x, mask, h0, lag, rate):
        return network(W.T, x, mask, h0, lag, rate)

    written = Mistake(rows, "Rows for columns.")
    assert "W_transposed" in known(QUESTION).info.messages
    assert "W_transposed" not in known(replace(QUESTION, mistakes=[written])).info.messages
    struck = replace(QUESTION, struck={"W_transposed": "it is the same question"})
    assert "W_transposed" not in known(struck).info.messages
    with pytest.raises(ValueError, match="struck without a reason"):
        replace(QUESTION, struck={"W_transposed": ""})


def test_keys_stay_small():
    large = replace(QUESTION, cases=lambda rng: draw(rng, ((60, 20, 9), (50, 30, 8))))
    key = known(large)
    sizes = [case.expected.size for case in key.group().cases]
    made = len(key.info.messages)
    assert made * sum(sizes) <= MOST_NUMBERS


def chaotic(W, x):
    for _ in range(200):
        x = 3.9 * x * (1 - x)
    return W @ x


def test_what_hangs_on_the_last_digits_is_left_out():
    question = Question("chaos", 1, "answer", lambda rng: [(rng.standard_normal((2, 3)), rng.random(3))], chaotic,
                        lambda W, x: np.einsum("ij,j->i", W, chaotic(np.eye(3), x)))
    assert not [name for name in known(question).info.messages if name.startswith("x_")]


def gradient(W, h, dh, *, do=RIGHT):
    g, message = np.zeros_like(dh), np.zeros_like(h[0])
    for t in range(len(dh), 0, -1):
        delta = do.join(message, do.local(dh, t))
        slope = do.slope(h[t], h[t - 1])
        g[t - 1], message = slope * delta, do.back(W, delta, slope)
    return do.outer(g, do.before(h)), do.total(g), message


def gradient_by_steps(W, h, dh):
    dW, db, delta = np.zeros_like(W), np.zeros(len(W)), np.zeros_like(h[0])
    for t in range(len(dh), 0, -1):
        delta = delta + dh[t - 1]
        for b in range(h.shape[1]):
            g = np.diag(1 - h[t, b] ** 2) @ delta[b]
            dW, db = dW + np.outer(g, h[t - 1, b]), db + g
            delta[b] = W.T @ g
    return dW, db, delta


def draw_states(rng):
    for T, B, n in ((5, 3, 4), (4, 2, 3)):
        yield rng.standard_normal((n, n)), np.tanh(rng.standard_normal((T + 1, B, n))), rng.standard_normal((T, B, n))


GRADIENT = Question("gradient", 1, "answer", draw_states, gradient, gradient_by_steps, parts=("dW", "db", "dh0"))


def test_a_reference_with_operations_is_right_and_its_arguments_are_the_questions():
    assert GRADIENT.info.arguments == ("W", "h", "dh")
    assert said(GRADIENT, gradient).passed


@pytest.mark.parametrize("slip", sorted(MESSAGES.keys() - {"local_twice"}))  # here twice all: said as such
def test_each_slip_is_known_or_is_another_that_looks_like_it(slip):
    def answer(W, h, dh):
        return gradient(W, h, dh, do=Doing((slip,)))

    found = said(GRADIENT, answer)
    assert found.kind == "mistake", found
    assert found.mistake == slip or MESSAGES[slip] in found.message


@pytest.mark.parametrize("slips", [("no_slope", "W_turned"), ("slope_before", "state_after"),
                                   ("state_after", "local_late")])
def test_two_slips_at_once_are_told_as_two(slips):
    found = said(GRADIENT, lambda W, h, dh: gradient(W, h, dh, do=Doing(slips)))
    assert all(MESSAGES[slip] in found.message for slip in slips), found.message


def test_only_the_slips_named_are_taken():
    some = replace(GRADIENT, slips=("no_slope",))
    assert [name for name in known(some).info.messages if name in MESSAGES] == ["no_slope"]
    with pytest.raises(ValueError, match="no slip is called 'no_slop'"):
        replace(GRADIENT, slips=("no_slop",))
    with pytest.raises(ValueError, match="slips need a reference"):
        replace(QUESTION, slips=("no_slope",))


def test_tangents_have_the_same_slips_forward():
    W, u, s = np.random.default_rng(0).standard_normal((3, 3, 3))
    np.testing.assert_allclose(RIGHT.forth(W, u, s), s * (u @ W.T))
    np.testing.assert_allclose(Doing(("slope_outside",)).forth(W, u, s), (s * u) @ W.T)
    np.testing.assert_allclose(Doing(("W_turned",)).forth(W, u, s), s * (u @ W))
    np.testing.assert_allclose(Doing(("W_turned_slope_outside",)).forth(W, u, s), RIGHT.back(W, u, s))
