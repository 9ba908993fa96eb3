"""Questions of 07_additive_paths that were replaced: notebooks that ask them still check and still grade."""

import numpy as np

from rnngrade import Mistake, Question, Tolerance


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def by_hand():
    """Powers of f and of f + i w; the w that makes up for what is lost; logits."""
    f = 2 ** (-1 / 50)
    return {
        "off": 0.99**50,
        "on": 1.04**50,
        "neutral": 0.1,
        "closed": 0.99**49 * 0.01,
        "horizon": np.log(1000) / np.log1p(np.exp(-2.0)),
        "half": np.log(f / (1 - f)),
    }


def by_machine():
    """Oracle: steps taken one by one, and places found by halving."""

    def product(factor, steps=50):
        total = 1.0
        for _ in range(steps):
            total *= factor
        return total

    def root(function, low, high):
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if function(middle) < 0 else (low, middle)
        return low

    return {
        "off": product(0.99),
        "on": product(0.99 + 0.1 * 0.5),
        "neutral": root(lambda w: product(0.99 + 0.1 * w) - 1, 0, 1),
        "closed": product(0.99, 49) / 100,
        "horizon": root(lambda lag: 1 / 1000 - sigmoid(2.0) ** lag, 0, 1000),
        "half": root(lambda b: product(sigmoid(b)) - 0.5, 0, 10),
    }


def _with(message, name, **wrong):
    return Mistake({**by_hand(), **wrong}, message, name=name)


hand_question = Question(
    "gates-by-hand", points=2, answer="by_hand", kind="value", reference=by_hand, oracle=by_machine,
    tolerance=Tolerance(rtol=5e-4, atol=0.0),
    mistakes=[
        _with("`off`: f acts at each of the fifty steps.", "one_step", off=0.99),
        _with("`off`: a loss of a hundredth fifty times is no loss of fifty hundredths.", "linear", off=0.5),
        _with("`off` has 49 steps: from h_0 to h_50 there are 50.", "forty_nine", off=0.99**49),
        _with("`on`: with f = 1. Here f is 0.99.", "on_with_one", on=1.05**50),
        _with("`on`: the paths of one step add, and then the steps multiply.", "paths_of_all_steps",
              on=0.99**50 + 0.05**50),
        _with("`on`: i and w are both factors of the second path.", "gate_left_out", on=1.49**50),
        _with("`on`: the weight is a factor of the second path.", "weight_left_out", on=1.09**50),
        _with("`on` is the other path alone added once.", "added_once", on=0.99**50 + 0.05),
        _with("`neutral`: the gate i stands before w: 0.99 + 0.1 w = 1.", "neutral_without_gate", neutral=0.01),
        _with("`neutral`: at this w the factor is 0.99 + 0.1 = 1.09.", "neutral_one", neutral=1.0),
        _with("`closed`: 49 steps keep 0.99, and one keeps 0.01.", "closed_fifty", closed=0.99**50 * 0.01),
        _with("`closed`: the factors multiply; you have taken their mean to the power 50.", "closed_mean",
              closed=((49 * 0.99 + 0.01) / 50) ** 50),
        _with("`horizon` is that of a bias of 1.", "horizon_one", horizon=np.log(1000) / np.log1p(np.exp(-1.0))),
        _with("`horizon` is the lag at which 1/e is left; asked is a thousandth.", "horizon_e",
              horizon=1 / np.log1p(np.exp(-2.0))),
        _with("`horizon`: 1/(1 - f) is a time-scale; a thousandth takes 6.9 of them and a little less.",
              "horizon_scale", horizon=1 + np.exp(2.0)),
        _with("`horizon` uses 6.9/(1 - f), the approximation for f near 1. At 0.88 it is a few per cent off.",
              "horizon_near_one", horizon=np.log(1000) * (1 + np.exp(2.0))),
        _with("`half` is the gate. Asked is its bias.", "half_gate", half=2 ** (-1 / 50)),
        _with("`half`: 1/(1 - f) = 50 leaves 1/e after about fifty steps, not one half.", "half_as_scale",
              half=np.log(49.0)),
    ],
    hints=(
        "One step's factor is f + i w at rest, and fifty steps are its power.",
        "The horizon is ln 1000 over -ln sigma(2), and -ln sigma(b) = ln(1 + e^-b).",
        "Which f has f^50 = 1/2? Its bias is ln(f/(1 - f)).",
    ),
)


QUESTIONS = [hand_question]
STANDS_FOR = {"gates-by-hand": "paths-by-hand"}
