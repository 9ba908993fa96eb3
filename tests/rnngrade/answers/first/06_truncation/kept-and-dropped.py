"""kept_and_dropped(W, h, dh, k) -> (kept, dropped)."""
import numpy as np


def _grad(W, h, dh, cut):
    T, G, m = len(dh), np.zeros(W.shape), np.zeros(h.shape[1:])
    for t in range(T, 0, -1):
        g = (dh[t - 1] + m) * (1 - h[t] ** 2)
        G += g.T @ h[t - 1]
        m = np.zeros_like(m) if cut(t) else g @ W
    return G


def right(W, h, dh, k):
    """Right: per-chunk gradients, whole minus their sum."""
    kept = np.zeros(W.shape)
    for s in range(0, len(dh), k):
        kept += _grad(W, h[s:s + k + 1], dh[s:s + k], lambda t: False)
    return kept, _grad(W, h, dh, lambda t: False) - kept


def wrong_1(W, h, dh, k):
    """Cut one step off: between k-1 and k (t % k == 0)."""
    kept = _grad(W, h, dh, lambda t: t % k == 0)
    return kept, _grad(W, h, dh, lambda t: False) - kept


def wrong_2(W, h, dh, k):
    """Chunks counted from the end: right where k divides T."""
    T = len(dh)
    kept = _grad(W, h, dh, lambda t: (T - t + 1) % k == 0)
    return kept, _grad(W, h, dh, lambda t: False) - kept


def wrong_3(W, h, dh, k):
    """Window: the message of each loss goes back k steps exactly (overlapping, not chunks)."""
    T, kept = len(dh), np.zeros(W.shape)
    for t in range(T, 0, -1):
        d = dh[t - 1]
        for s in range(t, max(t - k, 0), -1):
            g = d * (1 - h[s] ** 2)
            kept += g.T @ h[s - 1]
            d = g @ W
    return kept, _grad(W, h, dh, lambda t: False) - kept


def wrong_4(W, h, dh, k):
    """Returns (kept, whole), not what has to be added."""
    return right(W, h, dh, k)[0], _grad(W, h, dh, lambda t: False)


def wrong_5(W, h, dh, k):
    """Drops the shorter last chunk: only full chunks are kept (right where k divides T)."""
    kept, full = np.zeros(W.shape), len(dh) // k * k
    for s in range(0, full, k):
        kept += _grad(W, h[s:s + k + 1], dh[s:s + k], lambda t: False)
    return kept, _grad(W, h, dh, lambda t: False) - kept


def wrong_6(W, h, dh, k):
    """Two slips: message transposed (g @ W.T), and the state reset to zero at a cut."""
    kept, m = np.zeros(W.shape), np.zeros(h.shape[1:])
    for t in range(len(dh), 0, -1):
        g = (dh[t - 1] + m) * (1 - h[t] ** 2)
        kept += g.T @ (0 * h[t - 1] if (t - 1) % k == 0 else h[t - 1])
        m = 0 * m if (t - 1) % k == 0 else g @ W.T
    return kept, _grad(W, h, dh, lambda t: False) - kept


def wrong_7(W, h, dh, k):
    """Mean over chunks for the sum: right for a single chunk."""
    kept, dropped = right(W, h, dh, k)
    c = -(-len(dh) // k)
    return kept / c, dropped + kept - kept / c


def wrong_8(W, h, dh, k):
    """Sign: kept minus whole."""
    a, b = right(W, h, dh, k)
    return a, -b
