"""spread: the number g with predicted_rate(g, 0.2) = ln(1e-3) / 190."""
import numpy as np


def _rate(g, s):
    z = np.linspace(-8, 8, 401)
    bell = np.exp(-(z ** 2) / 2) / np.exp(-(z ** 2) / 2).sum()
    q = 1.0
    for _ in range(300):
        q = g ** 2 * (bell @ np.tanh(np.sqrt(q) * z) ** 2) + s ** 2
    slope = 1 - np.tanh(np.sqrt(q) * z) ** 2
    return np.log(g) + 0.5 * np.log(bell @ slope ** 2)


def _solve(target, s=0.2, n=60):
    lo, hi = 0.5, 2.0
    for _ in range(n):
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if _rate(mid, s) < target else (lo, mid)
    return (lo + hi) / 2


# right: 190 Jacobians between the states of step 200 and step 10
right = _solve(np.log(1e-3) / 190)
# the linear network's answer: 0.001^(1/190)
wrong_1 = 1e-3 ** (1 / 190)
# 200 steps in place of 190
wrong_2 = _solve(np.log(1e-3) / 200)
# 191 steps (counts the inputs' step, off by one)
wrong_3 = _solve(np.log(1e-3) / 191)
# log10 in place of ln
wrong_4 = _solve(np.log10(1e-3) / 190)
# asks that all of it arrive: rate 0
wrong_5 = _solve(0.0)
# rounded to three digits from a plot, not six
wrong_6 = round(right, 3)
# two slips: 200 steps, and the input given as a variance (s = 0.04)
wrong_7 = _solve(np.log(1e-3) / 200, s=0.04)
# returns the rate, not the spread
wrong_8 = float(np.log(1e-3) / 190)
