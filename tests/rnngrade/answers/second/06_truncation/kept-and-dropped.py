import numpy as np


def right(W, h, dh, k):
    """The same backward pass twice, with cuts and with none; the difference is dropped."""

    def backward(k):
        dW, message = np.zeros(W.shape), np.zeros(h[0].shape)
        for t in range(len(dh), 0, -1):
            g = (dh[t - 1] + message) * (1 - h[t] ** 2)
            dW = dW + g.T @ h[t - 1]
            first = (t - 1) % k == 0
            message = np.zeros(g.shape) if first else g @ W
        return dW

    kept = backward(k)
    if k >= len(dh):
        return kept, np.zeros(W.shape)
    return kept, backward(len(dh)) - kept


def _pass(W, h, dh, cut):
    dW, message = np.zeros(W.shape), np.zeros(h[0].shape)
    for t in range(len(dh), 0, -1):
        g = (dh[t - 1] + message) * (1 - h[t] ** 2)
        dW += g.T @ h[t - 1]
        message = np.zeros_like(g) if cut(t) else g @ W
    return dW


def wrong_1(W, h, dh, k):
    """Off by one: cuts between the last step of a chunk and the one before it (t % k == 0)."""
    kept = _pass(W, h, dh, lambda t: t % k == 0)
    return kept, _pass(W, h, dh, lambda t: False) - kept


def wrong_2(W, h, dh, k):
    """Chunks counted from the end: the short one comes first (right where k divides T)."""
    T = len(dh)
    kept = _pass(W, h, dh, lambda t: (T - t + 1) % k == 0)
    return kept, _pass(W, h, dh, lambda t: False) - kept


def wrong_3(W, h, dh, k):
    """The state cut as well as the gradient: the first use of a chunk sees a zero state."""
    whole = _pass(W, h, dh, lambda t: False)
    dW, message = np.zeros(W.shape), np.zeros(h[0].shape)
    for t in range(len(dh), 0, -1):
        g = (dh[t - 1] + message) * (1 - h[t] ** 2)
        first = (t - 1) % k == 0
        dW += 0 if first else g.T @ h[t - 1]
        message = np.zeros_like(g) if first else g @ W
    return dW, whole - dW


def wrong_4(W, h, dh, k):
    """Windows of k steps for every loss in place of chunks."""
    T, kept = len(dh), np.zeros(W.shape)
    for t in range(T, 0, -1):
        d = dh[t - 1]
        for s in range(t, max(t - k, 0), -1):
            g = d * (1 - h[s] ** 2)
            kept += g.T @ h[s - 1]
            d = g @ W
    return kept, _pass(W, h, dh, lambda t: False) - kept


def wrong_5(W, h, dh, k):
    """Two slips: the second part is the whole gradient, not what is lacking; means over the batch."""
    B = h.shape[1]
    kept = _pass(W, h, dh, lambda t: (t - 1) % k == 0)
    return kept / B, _pass(W, h, dh, lambda t: False) / B
