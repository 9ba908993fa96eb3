import numpy as np


def right(T, k, every):
    """Formula by loss: its pass ends at the next multiple of every, and begins k - 1 before."""
    t, s = np.arange(1, T + 1)[:, None], np.arange(1, T + 1)[None, :]
    end = -(-t // every) * every
    return (s <= t) & (s > end - k)


def wrong_1(T, k, every):
    """A window of k steps for every loss of its own: s > t - k, whatever `every` is."""
    t, s = np.arange(T)[:, None], np.arange(T)[None, :]
    return (s <= t) & (s > t - k)


def wrong_2(T, k, every):
    """Order of time forgotten: every newest loss sees the whole window, steps after it included."""
    out = np.zeros((T, T), bool)
    for e in range(every, T + 1, every):
        out[e - every : e, max(e - k, 0) : e] = True
    return out


def wrong_3(T, k, every):
    """Off by one at the far end: the window holds k + 1 steps."""
    out = np.zeros((T, T), bool)
    for e in range(every, T + 1, every):
        for t in range(e - every, e):
            out[t, max(e - k - 1, 0) : t + 1] = True
    return out


def wrong_4(T, k, every):
    """k counted before the newest steps: the window holds k + every steps in all."""
    out = np.zeros((T, T), bool)
    for e in range(every, T + 1, every):
        for t in range(e - every, e):
            out[t, max(e - every - k, 0) : t + 1] = True
    return out


def wrong_5(T, k, every):
    """Two slips: chunks of k without overlap, and rows and columns exchanged."""
    t, s = np.arange(T)[:, None], np.arange(T)[None, :]
    return ((s <= t) & (s // k == t // k)).T
