"""Questions of 04_vanishing that were replaced: notebooks that ask them still check and still grade."""

import numpy as np
import torch

from rnngrade import Group, Mistake, Question, Tolerance

FORBID = ("torch", "rnnlib")


def unit_case(rng, T, B, w, size):
    return w, size * rng.standard_normal((T, B)), rng.uniform(-0.8, 0.8, B)


def unit_cases(rng):
    yield unit_case(rng, 6, 3, 0.9, 0.5)
    yield unit_case(rng, 9, 4, -1.4, 0.8)


def unit_edge_cases(rng):
    """One step; two; a weight of two, where the unit saturates."""
    yield unit_case(rng, 1, 3, 1.2, 0.7)
    yield unit_case(rng, 2, 4, -0.8, 0.7)
    yield unit_case(rng, 5, 2, 2.0, 1.0)


def run_unit(w, x, h0):
    h = [h0]
    for x_t in x:
        h.append(np.tanh(w * h[-1] + x_t))
    return np.stack(h)


def passed_on(w, x, h0):
    h = run_unit(w, x, h0)
    passed = np.ones_like(h)
    for t in range(len(x), 0, -1):
        passed[t - 1] = passed[t] * w * (1 - h[t] ** 2)
    return passed


def passed_by_autograd(w, x, h0):
    """Oracle: each state made a leaf, the rest of the sequence run from it."""
    states = run_unit(w, x, h0)
    result = []
    for t, state in enumerate(states):
        h = leaf = torch.tensor(state, requires_grad=True)
        for x_t in torch.tensor(x)[t:]:
            h = torch.tanh(w * h + x_t)
        result.append(torch.autograd.grad(h.sum(), leaf)[0].numpy())
    return np.stack(result)


def _passed(w, factors):
    """Products of the factors of steps t + 1 to T, for t = 0 .. T."""
    ones = np.ones_like(factors[:1])
    return np.concatenate([np.cumprod(factors[::-1], axis=0)[::-1], ones])


def squashed_twice(w, x, h0):
    return _passed(w, w * (1 - np.tanh(run_unit(w, x, h0)[1:]) ** 2))


def slope_of_the_state_before(w, x, h0):
    return _passed(w, w * (1 - run_unit(w, x, h0)[:-1] ** 2))


def pre_activation_in_the_slope(w, x, h0):
    h = run_unit(w, x, h0)
    return _passed(w, w * (1 - (w * h[:-1] + x) ** 2))


def slope_of_a_sigmoid(w, x, h0):
    h = run_unit(w, x, h0)[1:]
    return _passed(w, w * h * (1 - h))


def square_forgotten(w, x, h0):
    return _passed(w, w * (1 - run_unit(w, x, h0)[1:]))


def weight_forgotten(w, x, h0):
    return _passed(w, 1 - run_unit(w, x, h0)[1:] ** 2)


def slopes_forgotten(w, x, h0):
    return _passed(w, w * np.ones_like(x))


def size_of_the_weight(w, x, h0):
    return _passed(w, abs(w) * (1 - run_unit(w, x, h0)[1:] ** 2))


def own_step_included(w, x, h0):
    """From state t on, the factor of step t too: its own squashing, before it."""
    factors = w * (1 - run_unit(w, x, h0)[1:] ** 2)
    right = _passed(w, factors)
    return np.concatenate([right[:1], right[1:] * factors])


def from_the_start(w, x, h0):
    """dh_t/dh_0."""
    factors = w * (1 - run_unit(w, x, h0)[1:] ** 2)
    return np.concatenate([np.ones_like(h0)[None], np.cumprod(factors, axis=0)])


def factors_not_multiplied(w, x, h0):
    factors = w * (1 - run_unit(w, x, h0)[1:] ** 2)
    return np.concatenate([factors, np.ones_like(h0)[None]])


def last_entry_missing(w, x, h0):
    return passed_on(w, x, h0)[:-1]


def in_the_order_of_the_way_back(w, x, h0):
    return passed_on(w, x, h0)[::-1]


unit_question = Question(
    "saturation",
    points=3,
    answer="passed_on",
    cases=[Group("typical", 2, unit_cases), Group("edge", 1, unit_edge_cases)],
    reference=passed_on,
    oracle=passed_by_autograd,
    tolerance=Tolerance(rtol=1e-6),
    forbid=FORBID,
    mistakes=[
        Mistake(
            squashed_twice,
            "Your slope squashes the state again. h is tanh of something already: tanh'(a) written with a, and "
            "written with h, are two formulas.",
        ),
        Mistake(
            slope_of_the_state_before,
            "Your slopes are taken at the states before the steps. A step's slope is that of the state it makes.",
        ),
        Mistake(
            pre_activation_in_the_slope,
            "1 - a^2 is not the slope of tanh at a. Written with the state it makes, the slope is 1 - h^2.",
        ),
        Mistake(slope_of_a_sigmoid, "This is the slope of the logistic sigmoid. Here it is tanh."),
        Mistake(square_forgotten, "The slope of tanh, written with its value, holds the square of the value."),
        Mistake(weight_forgotten, "The slopes are right; a step back crosses a weight too."),
        Mistake(slopes_forgotten, "These are powers of w: a linear unit. Every step back crosses tanh as well."),
        Mistake(size_of_the_weight, "Right but for the signs: a negative weight turns what it passes on."),
        Mistake(
            own_step_included,
            "One factor too many: the squashing that made h_t lies before it, not between h_t and h_T.",
        ),
        Mistake(from_the_start, "This is dh_t/dh_0, from the start to t. Asked is from t to the end."),
        Mistake(
            factors_not_multiplied, "These are the factors of single steps. From t to T, all of those between act."
        ),
        Mistake(
            last_entry_missing, "One entry is missing: how much does h_T move with itself? The states count T + 1."
        ),
        Mistake(
            in_the_order_of_the_way_back, "The numbers are right, in the order of the way back: entry t belongs to t."
        ),
    ],
    hints=(
        "Run the unit forward first and keep the T + 1 states.",
        "One step: dh_t/dh_{t-1} = w (1 - h_t^2), with the state that the step has made.",
        "Start with dh_T/dh_T = 1 and go back: each entry is the one after it, times one factor.",
    ),
)
LABELS = ("healthy", "vanishing", "exploding", "rate too small", "converged")
DEAL = 12


def ailments():
    """Read from the numbers."""
    return {
        "A": "vanishing",
        "B": "exploding",
        "C": "rate too small",
        "D": "converged",
        "E": "healthy",
    }


def as_dealt():
    """Oracle: how the notebook's cell deals the letters."""
    return {letter: LABELS[k] for letter, k in zip("ABCDE", np.random.default_rng(DEAL).permutation(5))}


def _exchanged(first, second):
    other = {first: second, second: first}
    return {letter: other.get(label, label) for letter, label in ailments().items()}


logs_question = Question(
    "ailments",
    points=2,
    answer="diagnosis",
    kind="choice",
    reference=ailments,
    oracle=as_dealt,
    mistakes=[
        Mistake(
            _exchanged("vanishing", "converged"),
            "Two are exchanged: a small gradient can mean that nothing is heard, or that nothing is left to learn. "
            "The loss knows which.",
            name="vanishing_and_converged",
        ),
        Mistake(
            _exchanged("vanishing", "rate too small"),
            "Two are exchanged: neither loss moves. One of the two would move if only it took longer steps: which one "
            "hears the first input?",
            name="vanishing_and_rate",
        ),
        Mistake(
            _exchanged("vanishing", "exploding"),
            "Two are exchanged: both are no better than a network without memory at the end. Compare the largest "
            "gradient with the typical one, and the lengths over t.",
            name="vanishing_and_exploding",
        ),
        Mistake(
            _exchanged("healthy", "converged"),
            "Two are exchanged: one of them had something to learn when its log began.",
            name="healthy_and_converged",
        ),
        Mistake(
            _exchanged("healthy", "rate too small"),
            "Two are exchanged: their gradients look alike at the start. What has come of them?",
            name="healthy_and_rate",
        ),
        Mistake(
            _exchanged("exploding", "rate too small"),
            "Two are exchanged: large gradients that are alike all the time are no explosion. Compare the largest with "
            "the typical one.",
            name="exploding_and_rate",
        ),
    ],
    hints=(
        "Without memory the best loss is 1/6 = 0.167. Who ends below it, who at it, who above?",
        "|delta_1| / |delta_T| says whether the first input is heard at the loss. Near one is healthy; it says nothing "
        "of how far learning has come.",
        "An explosion is one gradient that is hundreds of times the typical one, and a loss that is worse afterwards.",
    ),
)


def by_hand():
    """0.92^99, 0.92^-98, ln(1000)/-ln(0.92) = 82.8, and a ratio in which the rate cancels."""
    return {"left": 0.92**99, "weaker": 0.92**-98, "horizon": 83, "changed": 1}


def by_counting():
    """Oracle: one multiplication a step."""
    delta = {100: 1.0}
    for t in range(100, 1, -1):
        delta[t - 1] = 0.92 * delta[t]
    horizon = next(k for k in range(100) if delta[100 - k] < 1e-3)
    far, near = 50 * 0.01 * delta[1], 50 * 0.01 * delta[99]
    before = (0.01 * delta[1]) / (0.01 * delta[99])
    return {"left": delta[1], "weaker": delta[99] / delta[1], "horizon": horizon, "changed": far / near / before}


hand_question = Question(
    "decay-by-hand",
    points=2,
    answer="by_hand",
    kind="value",
    reference=by_hand,
    oracle=by_counting,
    tolerance=Tolerance(rtol=1e-3, atol=0.0),
    mistakes=[
        Mistake(
            {**by_hand(), "left": 0.92**100, "weaker": 0.92**-99},
            "Horizon and change are right. Count the Jacobians between the states of steps 1 and 100, and between "
            "those of 1 and 99.",
            name="one_factor_too_many",
        ),
        Mistake(
            {**by_hand(), "left": 0.92**100},
            "One number is off by one factor. Count the Jacobians between the states of steps 1 and 100.",
            name="as_many_factors_as_steps",
        ),
        Mistake(
            {**by_hand(), "weaker": 0.92**-99},
            "One number is off by one factor: delta_1 is compared with delta_99, not with delta_100.",
            name="compared_with_the_last",
        ),
        Mistake(
            {**by_hand(), "weaker": 0.92**98},
            "`weaker` says how many times smaller: more than one.",
            name="upside_down",
        ),
        Mistake(
            {**by_hand(), "horizon": 82},
            "At this lag a little more than a thousandth is left: asked is the first at which less is.",
            name="last_lag_above",
        ),
        Mistake(
            {**by_hand(), "horizon": 36},
            "Two logarithms of different bases are mixed in the horizon.",
            name="bases_mixed",
        ),
        Mistake(
            {**by_hand(), "horizon": 12},
            "This horizon is 1/|ln 0.92|, for a threshold of 1/e.",
            name="another_threshold",
        ),
        Mistake(
            {**by_hand(), "changed": 50},
            "The rate multiplies the sum of all parts. What does that do to the ratio of two of them?",
            name="far_gains_by_the_rate",
        ),
        Mistake(
            {**by_hand(), "changed": 1 / 50},
            "The rate multiplies the sum of all parts. What does that do to the ratio of two of them?",
            name="far_loses_by_the_rate",
        ),
    ],
    hints=(
        "From step 100 to step 99 there is one Jacobian; how many from 100 to 1?",
        "0.92^k = exp(k ln 0.92), and ln 0.92 = -0.08338.",
        "The horizon is the first whole k above ln(1000)/0.08338. In `changed`, write the ratio before and after.",
    ),
)


QUESTIONS = [unit_question, logs_question, hand_question]
STANDS_FOR = {"saturation": "settled-unit", "ailments": "look-alikes", "decay-by-hand": "mean-and-typical"}
