"""expected(a, b, s, D, k) -> (window, chunk)."""
import numpy as np


def _term(j, a, b, s, D):
    v = (b * s) ** 2 / (1 - a * a)
    return a ** (2 * j + 1) * v - (b * s ** 2 * a ** (D - 1) if j < D else 0.0)


def right(a, b, s, D, k):
    """Right: term by term, chunk weighs term j by (k - j)/k."""
    terms = np.array([_term(j, a, b, s, D) for j in range(k)])
    return float(terms.sum()), float(terms @ ((k - np.arange(k)) / k))


def wrong_1(a, b, s, D, k):
    """Target pulls in every term, not only for j < D (right for k <= D)."""
    v = (b * s) ** 2 / (1 - a * a)
    t = np.array([a ** (2 * j + 1) * v - (b * s ** 2 * a ** (D - 1) if D >= 1 else 0) for j in range(k)])
    return float(t.sum()), float(t @ ((k - np.arange(k)) / k))


def wrong_2(a, b, s, D, k):
    """Threshold j <= D for j < D: an extra pull (also at D = 0)."""
    v = (b * s) ** 2 / (1 - a * a)
    t = np.array([a ** (2 * j + 1) * v - (b * s ** 2 * a ** (D - 1) if j <= D else 0) for j in range(k)])
    return float(t.sum()), float(t @ ((k - np.arange(k)) / k))


def wrong_3(a, b, s, D, k):
    """Chunk by the mean length: window at k/2, rounded up (not the mean of the values)."""
    return right(a, b, s, D, k)[0], right(a, b, s, D, (k + 1) // 2)[0]


def wrong_4(a, b, s, D, k):
    """Chunk is the sum over positions, not the mean."""
    w, c = right(a, b, s, D, k)
    return w, c * k


def wrong_5(a, b, s, D, k):
    """Forgets s^2 (right for s = 1): variance taken b^2/(1 - a^2)."""
    return right(a, b, 1.0, D, k)


def wrong_6(a, b, s, D, k):
    """Two slips: a^j instead of a^(2j) in the state's term, positions from 0."""
    v = (b * s) ** 2 / (1 - a * a)
    t = np.array([a ** (j + 1) * v - (b * s ** 2 * a ** (D - 1) if j < D else 0) for j in range(k)])
    return float(t.sum()), float(t @ ((k - 1 - np.arange(k)) / k))


def wrong_7(a, b, s, D, k):
    """Exchanged: (chunk, window)."""
    return right(a, b, s, D, k)[::-1]


def wrong_8(a, b, s, D, k):
    """Monte Carlo with 2000 samples: an approximation of two digits."""
    rng = np.random.default_rng(0)
    N = 2000 + 200 + D
    x = s * rng.standard_normal(N)
    h = np.zeros(N)
    for t in range(1, N):
        h[t] = a * h[t - 1] + b * x[t]
    t = np.arange(200 + D, N)
    e = h[t] - x[t - D]
    js = [float(np.mean(e * a ** j * np.where(t - 1 - j >= 0, h[np.maximum(t - 1 - j, 0)], 0))) for j in range(k)]
    return float(np.sum(js)), float(np.dot(js, (k - np.arange(k)) / k))
