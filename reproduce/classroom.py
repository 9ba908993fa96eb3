"""Experiments of a second for classes 9 to 12, to be run before a class, with what to expect and how often it comes.

``python -m reproduce.classroom 11 --seed 4`` runs one. *For instructors* runs all of them from twenty seeds, and lists
in which seeds they came out as announced. The numbers are made: nothing is trained.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

SEEDS = 20


@dataclass(frozen=True)
class Experiment:
    """What a class is shown, what it should see, and two numbers for a seed: the surprise, and what it is beside."""

    number: int
    shows: str
    expect: str
    run: Callable[[int], tuple[float, float]]
    holds: Callable[[float, float], bool]

    def agreeing(self) -> list[bool]:
        """Of each of the seeds, whether it came out as expected."""
        return [self.holds(*self.run(seed)) for seed in range(SEEDS)]


def largest_weights(seed: int, steps: int = 100, s: int = 64) -> tuple[float, float]:
    """The largest of the weights of normal keys and query, scores as they are and divided by the root of s."""
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((steps, s)) @ rng.standard_normal(s)
    plain, divided = (float(1 / np.exp(z - z.max()).sum()) for z in (scores, scores / np.sqrt(s)))
    return plain, divided


def sweeps(seed: int, gain: float, steps: int = 100, n: int = 16) -> int:
    """Sweeps of Newton's iteration from zeros until no residual of a plain net of normal weights exceeds 1e-8."""
    rng = np.random.default_rng(seed)
    W, x = gain * rng.standard_normal((n, n)) / np.sqrt(n), rng.standard_normal((steps, n)) / 2
    h, done = np.zeros((steps, n)), 0
    while True:
        next_ = np.tanh(np.vstack([np.zeros(n), h[:-1]]) @ W.T + x)
        residual, d = next_ - h, np.zeros(n)
        if np.abs(residual).max() <= 1e-8:
            return done
        for t in range(steps):  # d_t = J_t d_{t-1} + r_t, which a scan would do at once
            d = (1 - next_[t] ** 2) * (W @ d) + residual[t]
            h[t] += d
        done += 1


def foreseen(seed: int, days: int = 200, columns: int = 500) -> tuple[float, float]:
    """Share of the second half's signs that 20 columns get together, chosen of all by covariance and weighted by it.

    All days decide on them, or the first half alone. Columns and what is to be foreseen are noise.
    """
    rng = np.random.default_rng(seed)
    X, y, half = rng.standard_normal((days, columns)), rng.standard_normal(days), days // 2

    def right(seen: int) -> float:
        fit = X[:seen].T @ y[:seen]
        best = np.abs(fit).argsort()[-20:]
        return float(np.mean(np.sign(X[half:, best] @ fit[best]) == np.sign(y[half:])))

    return right(days), right(half)


def five_nets(seed: int, days: int = 1500) -> tuple[float, float]:
    """The least and the most of five nets' mean lead over an opponent as good as they are, in thousandths of a nat.

    A day's lead is what the nets share, of standard deviation 0.1, and what each has for itself, of 0.03.
    """
    rng = np.random.default_rng(seed)
    leads = 1000 * (0.1 * rng.standard_normal(days) + 0.03 * rng.standard_normal((5, days))).mean(1)
    return float(leads.min()), float(leads.max())


EXPERIMENTS = (
    Experiment(
        9, "The largest of a hundred weights: scores of 64 numbers as they are, and divided by 8",
        "more than half, and less than a fifth", largest_weights, lambda plain, divided: plain > 0.5 and divided < 0.2,
    ),
    Experiment(
        10, "Newton's sweeps for 100 steps: weights of gain 1, and of gain 4", "fewer than 15, and more than 60",
        lambda seed: (sweeps(seed, 1), sweeps(seed, 4)), lambda calm, wild: calm < 15 and wild > 60,
    ),
    Experiment(
        11, "Noise foretold by the best 20 of 500 columns of noise, chosen on all days, and on the training half",
        "more than 0.65 of the test days' signs, and less than 0.6", foreseen, lambda a, b: a > 0.65 and b < 0.6,
    ),
    Experiment(
        12, "Five nets exactly as good as their opponent, over the same 1,500 days: the least lead, and the most",
        "all five on the same side", five_nets, lambda least, most: least * most > 0,
    ),
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one and say what came out."""
    parser = argparse.ArgumentParser(prog="python -m reproduce.classroom", description="An experiment for a class.")
    parser.add_argument("number", type=int, choices=[one.number for one in EXPERIMENTS], help="the class")
    parser.add_argument("--seed", type=int, default=0, help="of its random numbers (default 0)")
    asked = parser.parse_args(arguments)
    (one,) = (one for one in EXPERIMENTS if one.number == asked.number)
    first, second = one.run(asked.seed)
    print(f"{one.shows}:\n  {first:.3g} and {second:.3g}")
    print(f"{'As' if one.holds(first, second) else 'Not as'} expected: {one.expect}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
