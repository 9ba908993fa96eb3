"""The questions of 01_moving_average: cases, the answer twice over, and the mistakes to recognise.

Run ``rnngrade build`` when you have changed something. It refuses a question whose two answers disagree, whose mistakes
pass or are taken for one another, or whose cases let a wrong answer through, and says which.
"""

import numpy as np

from rnngrade import Case, Covers, Group, Mistake, Question, Tolerance

# ---- 1. a function


def typical(rng):
    """Cases for most of the points: the arguments, as tuples; drawn anew for every grading."""
    for N, k in [(7, 3), (12, 5), (9, 2)]:
        yield rng.standard_normal(N), k


def edges(rng):
    """Cases at the edge of what is allowed; the words go to whoever fails there."""
    yield Case((rng.standard_normal(6), 1), "a window of one")
    yield Case((rng.standard_normal(4), 4), "a window as long as the series")
    yield Case((np.array([2.5]), 1), "a single number")


def moving_average(x, k):
    """The reference: what the solution in the notebook does."""
    total = np.cumsum(np.concatenate([[0.0], x]))
    return (total[k:] - total[:-k]) / k


def by_windows(x, k):
    """The oracle: the same by code that shares nothing with it. Keys are made from this one."""
    return np.array([np.mean(x[i : i + k]) for i in range(len(x) - k + 1)])


def same_length(x, k):
    """A mistake: what a learner who makes it would return."""
    return np.convolve(x, np.ones(k) / k, mode="same")


def last_window_missing(x, k):
    """Another."""
    return np.array([np.mean(x[i : i + k]) for i in range(len(x) - k)])


def sums(x, k):
    """A third."""
    return k * by_windows(x, k)


# ---- 2. a number


def count():
    """The reference."""
    return 100


def count_by_trial():
    """The oracle."""
    return next(k for k in range(1, 1000) if 1 / np.sqrt(k) <= 0.1 + 1e-12)


QUESTIONS = [
    Question(
        "moving-average", points=3, answer="moving_average",
        cases=[Group("typical", 2, typical), Group("edges", 1, edges)],
        reference=moving_average, oracle=by_windows,
        mistakes=[
            Mistake(same_length, "It is as long as x. Only windows that lie wholly inside x count: N - k + 1 of them."),
            Mistake(last_window_missing, "The last window is missing: the first begins at 0, the last at N - k."),
            Mistake(sums, "These are the sums over the windows, not yet their means."),
        ],
        hints=["How many windows of k numbers are there?", "`np.mean(x[i : i + k])` is the window that begins at i."],
        covers=Covers(),
    ),
    Question(
        "how-many", points=1, answer="how_many", kind="value", reference=count, oracle=count_by_trial,
        tolerance=Tolerance(rtol=1e-3),
        mistakes=[Mistake(10, "Ten numbers divide the variance by ten, not the standard deviation.", name="variance")],
        hints=["The variance of a mean of k independent numbers is 1/k of theirs."],
    ),
]
