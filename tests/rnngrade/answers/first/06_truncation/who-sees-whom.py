"""sees(T, k, every) -> bool (T, T)."""
import numpy as np


def right(T, k, every):
    """Right: pass after step p = ceil(t / every) * every reaches back to p - k + 1."""
    t, s = np.arange(1, T + 1)[:, None], np.arange(1, T + 1)[None]
    p = (t + every - 1) // every * every
    return (s <= t) & (s > p - k)


def wrong_1(T, k, every):
    """Window per loss: last k steps of t (right for every = 1)."""
    t, s = np.arange(T)[:, None], np.arange(T)[None]
    return (s <= t) & (s > t - k)


def wrong_2(T, k, every):
    """Order of time forgotten: newer inputs seen within the window."""
    t, s = np.arange(1, T + 1)[:, None], np.arange(1, T + 1)[None]
    p = (t + every - 1) // every * every
    return (s > p - k) & (s <= p)


def wrong_3(T, k, every):
    """Off by one: reaches back k + 1 steps (>= p - k)."""
    t, s = np.arange(1, T + 1)[:, None], np.arange(1, T + 1)[None]
    p = (t + every - 1) // every * every
    return (s <= t) & (s >= p - k)


def wrong_4(T, k, every):
    """Chunks of length k only, every ignored (right for every = k)."""
    t, s = np.arange(T)[:, None], np.arange(T)[None]
    return (s <= t) & (s // k == t // k)


def wrong_5(T, k, every):
    """Transposed: [s, t]."""
    return right(T, k, every).T


def wrong_6(T, k, every):
    """Two slips: window before the pass starts with p = floor, and counts as integers 0/1."""
    t, s = np.arange(1, T + 1)[:, None], np.arange(1, T + 1)[None]
    p = t // every * every
    return ((s <= t) & (s > p - k)).astype(int)


def wrong_7(T, k, every):
    """A pass is made only once k steps have been read: the losses before are never handled (right for every = k <= T)."""
    t, s = np.arange(1, T + 1)[:, None], np.arange(1, T + 1)[None]
    p = (t + every - 1) // every * every
    return (s <= t) & (s > p - k) & (p >= k)


def wrong_8(T, k, every):
    """Loops to k with negative slices: p - k < 0 wraps to the end (right for k <= every)."""
    out = np.zeros((T, T), bool)
    for p in range(every, T + 1, every):
        for t in range(p - every, p):
            out[t, p - k:t + 1] = True
    return out
