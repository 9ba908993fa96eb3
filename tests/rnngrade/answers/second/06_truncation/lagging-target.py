import numpy as np


def right(a, b, s, D, k):
    """Terms as an array; x_{t-D} is in h_{t-1-j} for j < D, and a^j times its rest is a^(D-1)."""
    j = np.arange(k)
    own = b**2 * s**2 / (1 - a**2) * a ** (2.0 * j + 1)
    pull = np.where(j < D, b * s**2 * float(a) ** max(D - 1, 0), 0.0)
    partial = np.cumsum(own - pull)
    return float(partial[-1]), float(partial.mean())


def _terms(a, b, s, D, k):
    j = np.arange(k)
    own = b**2 * s**2 / (1 - a**2) * a ** (2.0 * j + 1)
    pull = np.where(j < D, b * s**2 * float(a) ** max(D - 1, 0), 0.0)
    return own, pull


def wrong_1(a, b, s, D, k):
    """Target taken as white and apart from the state: the second expectation is zero for every D."""
    own, _ = _terms(a, b, s, D, k)
    partial = np.cumsum(own)
    return float(partial[-1]), float(partial.mean())


def wrong_2(a, b, s, D, k):
    """Off by one in time: x_{t-D} counted for j <= D too, so D + 1 pulls."""
    own, _ = _terms(a, b, s, D, k)
    pull = np.where(np.arange(k) <= D, b * s**2 * float(a) ** max(D - 1, 0), 0.0)
    partial = np.cumsum(own - pull)
    return float(partial[-1]), float(partial.mean())


def wrong_3(a, b, s, D, k):
    """a^j in front forgotten in the pull: a^(D-1-j) in place of a^(D-1)."""
    own, _ = _terms(a, b, s, D, k)
    pull = np.array([b * s**2 * float(a) ** (D - 1 - j) if j < D else 0.0 for j in range(k)])
    partial = np.cumsum(own - pull)
    return float(partial[-1]), float(partial.mean())


def wrong_4(a, b, s, D, k):
    """Chunk as the mean of single terms, not of their partial sums."""
    own, pull = _terms(a, b, s, D, k)
    return float(np.sum(own - pull)), float(np.mean(own - pull))


def wrong_5(a, b, s, D, k):
    """Two slips: positions 0 to k - 1 in the chunk (first loss keeps none), and s in place of s^2."""
    own, pull = _terms(a, b, 1.0, D, k)
    partial = s * np.cumsum(own - pull)
    return float(partial[-1]), float(partial[:-1].sum() / k)
