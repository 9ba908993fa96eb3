"""deltas(W, h, dh) -> (T + 1, B, n)."""
import numpy as np


def right(W, h, dh):
    """Right: the message is W^T diag(slope) delta, in rows (slope * delta) @ W."""
    T = len(dh)
    out = np.zeros(h.shape)
    for t in range(T, -1, -1):
        if t:
            out[t] += dh[t - 1]
        if t < T:
            out[t] += np.einsum("ij,bi->bj", W, out[t + 1] * (1 - h[t + 1] ** 2))
    return out


def wrong_1(W, h, dh):
    """Transposed message: g @ W.T (right for symmetric W)."""
    out = np.zeros(h.shape)
    out[1:] = dh
    for t in range(len(dh) - 1, -1, -1):
        out[t] += (out[t + 1] * (1 - h[t + 1] ** 2)) @ W.T
    return out


def wrong_2(W, h, dh):
    """Slope on the wrong side: delta @ W times the slope of h[t+1]."""
    out = np.zeros(h.shape)
    out[1:] = dh
    for t in range(len(dh) - 1, -1, -1):
        out[t] += (out[t + 1] @ W) * (1 - h[t + 1] ** 2)
    return out


def wrong_3(W, h, dh):
    """Slope of the wrong step: 1 - h[t]^2 in place of 1 - h[t+1]^2."""
    out = np.zeros(h.shape)
    out[1:] = dh
    for t in range(len(dh) - 1, -1, -1):
        out[t] += (out[t + 1] * (1 - h[t] ** 2)) @ W
    return out


def wrong_4(W, h, dh):
    """tanh applied again: slope 1 - tanh(h)^2."""
    out = np.zeros(h.shape)
    out[1:] = dh
    for t in range(len(dh) - 1, -1, -1):
        out[t] += (out[t + 1] * (1 - np.tanh(h[t + 1]) ** 2)) @ W
    return out


def wrong_5(W, h, dh):
    """Forgets delta[0]'s message: zero there, all others right."""
    out = right(W, h, dh)
    out[0] = 0
    return out


def wrong_6(W, h, dh):
    """Two slips: dh[t] taken as that of h[t] (shift), and no message to the last state but a local one to the initial."""
    out = np.zeros(h.shape)
    out[:-1] = dh
    for t in range(len(dh) - 1, -1, -1):
        out[t] = out[t] + (out[t + 1] * (1 - h[t + 1] ** 2)) @ W
    return out


def wrong_7(W, h, dh):
    """Truncated to the next step: message from dh[t+1] only, not from the whole delta (right for T <= 2 with loss at the end)."""
    out = np.zeros(h.shape)
    out[1:] = dh
    for t in range(len(dh)):
        out[t] += (dh[t] * (1 - h[t + 1] ** 2)) @ W
    return out
