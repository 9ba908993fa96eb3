"""The rules that need no author: each says what is so, and keeps silent where chance or symmetry would explain it."""

import re

import numpy as np
import pytest

from rnngrade import Case, Group, Mistake, Question, Tolerance
from rnngrade.check import run
from rnngrade.diagnosis import diagnose
from rnngrade.keys import build

SIZES = ((6, 3, 4, 2), (5, 2, 3, 4), (9, 4, 2, 5))


def question(reference, oracle, draw, **more):
    return Question("a-question", 1, "answer", draw, reference, oracle, **more)


def said(asked, answer, group=None, seed=0):
    key = build(asked, np.random.default_rng(seed))
    chosen = key.group(group)
    return diagnose(key.info, chosen, run(key.info, chosen, answer))


def draw_steps(rng, sizes=SIZES):
    for T, B, n, _ in sizes:
        yield rng.standard_normal((T, B, n)), np.arange(T)[:, None] < rng.integers(1, T, B)


def total(dh, mask):
    return np.where(mask[..., None], 3 * np.tanh(dh), 0.0)


def total_again(dh, mask):
    out = np.zeros_like(dh)
    out[mask] = 3 * np.tanh(dh[mask])
    return out


STEPS = question(total, total_again, draw_steps, axes={"answer": "T B n"})


def at(index, change=1.0):
    def answer(dh, mask):
        out = total(dh, mask)
        out[index] += change * np.arange(1, out[index].size + 1).reshape(out[index].shape)
        return out
    return answer


def beyond_mask(dh, mask):
    return np.where(mask[..., None], total(dh, mask), dh)


@pytest.mark.parametrize(("answer", "words"), [
    (at(0), r"differs only at t = 1 \(index 0\)"),
    (at(-1), "differs only at the last step"),
    (at(np.s_[1:]), r"right at t = 1 \(index 0\), and wrong from t = 2 \(index 1\) on"),
    (at(np.s_[3:]), r"right up to t = 3 \(index 2\), and wrong from t = 4 \(index 3\) on"),
    (at(np.s_[:-1]), "right at the last step, and wrong at all before"),
    (at(np.s_[:, 0]), "differs only at sequence 0"),
    (beyond_mask, "differs only where `mask` is False; where it is True, all is right"),
])
def test_where_along_an_axis_it_is_right_in_the_axis_own_words(answer, words):
    assert re.search(words, said(STEPS, answer).message)


def test_no_place_is_named_that_is_not_the_same_in_all_cases():
    def elsewhere(dh, mask):
        return at(0 if dh.shape[1] == 3 else -1)(dh, mask)

    assert "differs only" not in said(STEPS, elsewhere).message


@pytest.mark.parametrize(("change", "kind", "words"), [
    (lambda v: v[::-1], "order", "reverse order along time"),
    (lambda v: v.cumsum(0), "order", "running sums along time"),
    (lambda v: np.concatenate([v[1:], v[:1] * 0]), "order", "one place too early along time"),
    (lambda v: np.concatenate([v[:1] * 0 + 7, v[:-1]]), "order", "one place too late along time"),
    (lambda v: v * v, "function", "the square of the right value"),
    (lambda v: 1 - v, "function", "1 minus the right value"),
    (np.abs, "function", "the absolute value"),
    (lambda v: v / np.log(2), "function", "base 2"),
    (np.degrees, "function", "in degrees"),
    (lambda v: v + 0.25, "function", "0.25 too large"),
    (lambda v: np.round(v, 3), "digits", "rounded to 3 decimals"),
    (lambda v: v * (1 + 2e-4 * np.cos(np.arange(v.size).reshape(v.shape))), "digits", "about four digits; six digits"),
    (lambda v: v * 0, "constant", "0 everywhere"),
    (lambda v: v.mean(1), "wrong-shape", "the mean of the right numbers along axis 1, which is B"),
    (lambda v: v[1:], "wrong-shape", "The first entry along axis 0 is missing"),
    (lambda v: v.astype(np.float32) + np.float32(1e-4), "wrong-dtype", "float32"),
])
def test_how_wrong_numbers_relate_to_the_right_ones(change, kind, words):
    found = said(STEPS, lambda dh, mask: change(total(dh, mask)))
    assert (found.kind, bool(re.search(words, found.message))) == (kind, True), found.message


@pytest.mark.parametrize("size", ["T", "B", "n"])
def test_a_factor_is_named_by_the_size_it_follows(size):
    k = "TBn".index(size)
    found = said(STEPS, lambda dh, mask: total(dh, mask) / dh.shape[k])
    assert found.kind == "factor"
    assert f"too small by the factor {size}," in found.message


def test_no_size_is_named_where_two_would_do_or_one_case_alone_shows_it():
    same = question(total, total_again, lambda rng: draw_steps(rng, [(4, 4, 4, 1), (5, 5, 5, 1)]))
    assert "factor T" not in said(same, lambda dh, mask: total(dh, mask) / len(dh)).message
    one = question(total, total_again, lambda rng: draw_steps(rng, SIZES[:1]))
    found = said(one, lambda dh, mask: total(dh, mask) / len(dh))
    assert found.kind == "scale"
    assert "T" not in found.message.split("Case")[0]


def draw_numbers(rng):
    for _ in range(3):
        yield (rng.standard_normal(5),)


def energy(x):
    return float(np.sum(x**2) + 0.5)


def energy_again(x):
    return sum(float(v) * float(v) for v in x) + 0.5


NUMBER = question(energy, energy_again, draw_numbers)


@pytest.mark.parametrize(("change", "kind", "words"), [
    (lambda v: -v, "sign", "but for its sign"), (np.sqrt, "function", "square root"),
    (lambda v: 1 / v, "function", "reciprocal"), (lambda v: 100 * v, "function|scale", "per cent|100 times"),
    (lambda v: 2 * v, "scale", "2 times"), (np.log, "function", "the logarithm of the right value"),
    (lambda v: 1.0, "constant", "the same number in every case"),
])
def test_a_function_that_returns_one_number_gets_all_the_rules(change, kind, words):
    found = said(NUMBER, lambda x: change(energy(x)))
    assert re.fullmatch(kind, found.kind), found
    assert re.search(words, found.message)


def test_numbers_that_many_functions_share_are_not_called_one_of_them():
    """From the value 1 the square, the root and the reciprocal are 1; from 2 its double is its square."""
    fixed = question(lambda x: 2.0 + 0 * x, lambda x: 4.0 / (2.0 + 0 * x), lambda rng: [(1.0,), (3.0,)])
    assert said(fixed, lambda x: 4.0).kind != "function"


def squared(x):
    return x**2


def reversed_sign(x):
    return -x


@pytest.mark.parametrize("nothing", [lambda x: 0 * x, lambda x: 1e-8 * x])
def test_what_vanishes_is_called_no_square_and_no_mistake(nothing):
    """The square of 1e-150 is nothing beside it, and so is much else."""
    asked = question(
        lambda x: 2 * x, lambda x: x + x, lambda rng: [(1e-150 * rng.uniform(1, 2, n),) for n in (3, 4)],
        mistakes=[Mistake(squared, "You square."), Mistake(reversed_sign, "You change the sign.")],
    )  # fmt: skip
    found = said(asked, nothing)
    assert found.kind not in ("mistake", "function")
    assert "square" not in found.message


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_called_nothing(seed):
    noise = np.random.default_rng(seed)
    for asked, shape in ((STEPS, None), (NUMBER, ())):
        found = said(asked, lambda *args, shape=shape: noise.standard_normal(args[0].shape if shape is None else shape))
        assert found.kind == "differs", found.message
        assert not re.search(r"(is|are) right|differs only|slips", found.message)


def several(x, y):
    return x.sum(0), x.T @ y, np.cumsum(y, 0), float(np.sum(x) * y.sum())


def several_again(x, y):
    return np.add.reduce(x), np.einsum("ti,tj->ij", x, y), np.stack([y[: t + 1].sum(0) for t in range(len(y))]), \
        float(sum(map(float, x.ravel())) * sum(map(float, y.ravel())))


def draw_pairs(rng):
    for T, n in ((5, 3), (4, 2), (7, 6)):
        yield rng.standard_normal((T, n)), rng.standard_normal((T, n))


def mean_of_x(x, y):
    return x.mean(0), *several(x, y)[1:]


def not_summed(x, y):
    return (*several(x, y)[:2], y, several(x, y)[3])


PARTS = question(several, several_again, draw_pairs, parts=("total", "product", "running", "whole"),
                 mistakes=[Mistake(mean_of_x, "Total, product and the rest are right. You take a mean of x."),
                           Mistake(not_summed, "All but running is fine. y itself is no running sum.")])


@pytest.mark.parametrize(("answer", "words", "never"), [
    (lambda x, y: (*several(x, y)[:3], 0.1), "^`total`, `product` and `running` are right. `whole`", ""),
    (lambda x, y: (mean_of_x(x, y)[0], several(x, y)[1].T, *several(x, y)[2:]),
     "`running` and `whole` are right. `total`: You take a mean of x. `product`", "product and the rest"),
    (lambda x, y: (mean_of_x(x, y)[0], several(x, y)[1], y, several(x, y)[3]),
     "`total`: You take a mean of x. `running`: All but running is fine. y itself is no", "the rest are right"),
    (lambda x, y: (several(x, y)[1], several(x, y)[0], *several(x, y)[2:]), "in the order `product`, `total`, ", ""),
    (mean_of_x, "^`product`, `running` and `whole` are right. You take a mean of x.$", "the rest"),
])
def test_parts_are_judged_one_by_one_and_claims_are_checked(answer, words, never):
    found = said(PARTS, answer)
    assert re.search(words, found.message), found.message
    assert not never or never not in found.message


def test_a_part_that_two_mistakes_share_is_called_neither():
    def first_only(x, y):
        return x[0], *several(x, y)[1:]

    def first_besides_more(x, y):
        return x[0], several(x, y)[1] + 1, *several(x, y)[2:]

    asked = question(several, several_again, draw_pairs, mistakes=[Mistake(first_only, "Only the first."),
                                                                   Mistake(first_besides_more, "Only one, and one.")])
    found = said(asked, lambda x, y: (x[0], np.sin(several(x, y)[1]), *several(x, y)[2:]))
    assert "Only" not in found.message


def test_numbers_handed_in_are_told_their_shape_and_that_they_are_no_numbers():
    asked = Question("number", 1, "answer", None, lambda: np.array([0.3, 0.7]), lambda: np.array([3.0, 7.0]) / 10,
                     kind="value")
    assert said(asked, [0.3]).kind == "wrong-shape"
    assert said(asked, [0.3, np.nan]).kind == "nan"
    assert "Entry 1 of `answer` is right, the other is not" in said(asked, [0.3, 0.1]).message


def special(W, k):
    return (W + np.eye(len(W))) @ W.T * k


def special_again(W, k):
    return k * np.einsum("ik,jk->ij", W, W) + k * W.T


def draw_special(rng):
    yield rng.standard_normal((3, 3)), 2
    yield Case((rng.standard_normal((4, 4)), 1), "a count of one")
    yield rng.standard_normal((2, 2)), 5
    W = rng.standard_normal((3, 3))
    yield W + W.T, 4


SPECIAL = question(special, special_again, draw_special)


@pytest.mark.parametrize(("wrong", "words"), [
    (lambda W, k: k == 1, "case 2 is not: a count of one"),
    (lambda W, k: k > 1, "in each of these, and only there, k is larger than 1"),
    (lambda W, k: not np.allclose(W, W.T), "only there, `W` is not symmetric"),
])
def test_what_the_wrong_cases_share(wrong, words):
    found = said(SPECIAL, lambda W, k: special(W, k) + wrong(W, k) * np.cos(np.arange(W.size)).reshape(W.shape))
    assert words in found.message, found.message


def linear(a, b, c):
    return 2 * a + 3 * np.tanh(b) + c**2


def linear_again(a, b, c):
    return a + a + np.tanh(b) + 2 * np.tanh(b) + c * c


def draw_three(rng):
    for n in (4, 7):
        yield tuple(rng.standard_normal((3, n)))


TERMS = [Mistake(lambda a, b, c: a + 3 * np.tanh(b) + c**2, "Half of a is missing.", "half"),
         Mistake(lambda a, b, c: 2 * a + 3 * b + c**2, "b is not squashed.", "unsquashed")]


def test_two_slips_that_add_up_are_told_as_two():
    asked = question(linear, linear_again, draw_three, mistakes=TERMS)
    found = said(asked, lambda a, b, c: a + 3 * b + c**2)
    assert found.kind == "several"
    assert "Half of a is missing. And: b is not squashed." in found.message


def test_a_known_mistake_with_a_mean_on_top_is_told_as_two():
    asked = question(linear, linear_again, draw_three, mistakes=TERMS, axes={"a": "n"})
    found = said(asked, lambda a, b, c: (2 * a + 3 * b + c**2) / len(a))
    assert re.search(r"b is not squashed\. And what is left is too small by the factor n", found.message)


def test_labels_as_keys_and_labels_given_twice_are_seen():
    asked = Question("labels", 1, "answer", None, lambda: {"A": "up", "B": "down"}, lambda: {"B": "down", "A": "up"},
                     kind="choice", mistakes=[Mistake({"A": "down", "B": "up"}, "Exchanged.", "exchanged")])
    assert "labels as its keys" in said(asked, {"up": "A", "down": "B"}).message
    found = said(asked, {"A": "up", "B": "up"})
    assert "'up' 2 times and 'down' never" in found.message


@pytest.mark.parametrize("rtol", [1e-6, 1e-3])
def test_a_numeric_key_cannot_be_worked_out_from_what_is_said(rtol):
    """No number, no factor and no direction: only what a band of digits tells."""
    right = {"a": 0.0374, "b": 12}
    asked = Question("number", 1, "answer", None, lambda: right, lambda: {**right}, kind="value",
                     tolerance=Tolerance(rtol=rtol))
    for a in (0.1, 0.04, 0.0375, 0.0747, 3.7, 7.0):
        for b in (11, 12, 24):
            found = said(asked, {"a": a, "b": b})
            assert found.got is None
            assert found.expected is None
            assert not re.search(r"\d", re.sub("`.*?`", "", found.message)), found.message


@pytest.mark.parametrize(("change", "words"), [
    (lambda v: -v, "sign"), (lambda v: 100 * v, "per cent"), (lambda v: v / 100, "per cent"),
    (np.degrees, "in degrees"), (lambda v: v / np.log(10), "base 10"),
    (lambda v: v * 1.0004, "three digits; six digits"),
    (lambda v: 2 * v, "not what an independent computation gives"),
    (lambda v: v * v, "not what an independent computation gives"),
])
def test_what_a_numeric_question_may_say(change, words):
    asked = Question("number", 1, "answer", None, lambda: 0.0374, lambda: 0.0187 * 2, kind="value")
    assert words in said(asked, change(0.0374)).message


def test_a_true_for_a_false_is_said_as_such():
    asked = question(lambda n: n > 2, lambda n: np.array([k > 2 for k in n]), lambda rng: [(rng.integers(1, 5, 6),)])
    found = said(asked, lambda n: (n > 1) * 1)
    assert re.search(r"differs in \d of 6 entries, the first at \[\d\]: True, expected False", found.message)
    assert "largest" not in found.message


def test_a_group_counts_its_own_cases():
    groups = [Group("one", 0.5, lambda rng: draw_special(rng)), Group("two", 0.5, lambda rng: draw_special(rng))]
    asked = Question("groups", 1, "answer", groups, special, special_again)
    found = said(asked, lambda W, k: special(W, k) + (k == 5), group="two")
    assert "Cases 1, 2 and 4 are right, case 3 is not" in found.message
