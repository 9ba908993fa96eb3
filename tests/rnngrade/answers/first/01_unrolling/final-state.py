"""final_state(W, U, b, x, mask, h0) -> (B, n)."""
import numpy as np


def right(W, U, b, x, mask, h0):
    """Right: each sequence alone, on its valid inputs only."""
    out = np.array(h0, float)
    for i in range(x.shape[1]):
        s = out[i].copy()
        for v in x[mask[:, i], i]:
            s = np.tanh(W @ s + U @ v + b)
        out[i] = s
    return out


def wrong_1(W, U, b, x, mask, h0):
    """Ignores the mask altogether."""
    h = h0
    for x_t in x:
        h = np.tanh(h @ W.T + x_t @ U.T + b)
    return h


def wrong_2(W, U, b, x, mask, h0):
    """Mask by multiplication with the new state: a masked step resets to zero instead of keeping."""
    h = h0
    for x_t, m in zip(x, mask):
        h = np.tanh(h @ W.T + x_t @ U.T + b) * m[:, None]
    return h


def wrong_3(W, U, b, x, mask, h0):
    """Padding only at the end: takes h[length] of the naive run; wrong for gaps and padding in front."""
    h = [np.asarray(h0)]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
    h = np.stack(h)
    return h[mask.sum(0), np.arange(x.shape[1])]


def wrong_4(W, U, b, x, mask, h0):
    """Zeroes the masked inputs and steps on: the state still drifts."""
    h = h0
    for x_t, m in zip(x, mask):
        h = np.tanh(h @ W.T + np.where(m[:, None], x_t, 0) @ U.T + b)
    return h


def wrong_5(W, U, b, x, mask, h0):
    """Keep by arithmetic m*new + (1-m)*old: nan in the padding of x poisons the state (right otherwise)."""
    h = h0
    for x_t, m in zip(x, mask):
        m = m[:, None].astype(float)
        h = m * np.tanh(h @ W.T + x_t @ U.T + b) + (1 - m) * h
    return h


def wrong_6(W, U, b, x, mask, h0):
    """Two slips: transposed W, and the mask inverted in the where."""
    h = h0
    for x_t, m in zip(x, mask):
        h = np.where(m[:, None], h, np.tanh(h @ W + x_t @ U.T + b))
    return h


def wrong_7(W, U, b, x, mask, h0):
    """State at the last valid step of a naive run (argmax of reversed mask): gaps are stepped through; empty rows not kept."""
    T, B, _ = x.shape
    last = T - 1 - np.argmax(mask[::-1], axis=0)
    h, out = h0, np.zeros((B, len(b)))
    for t in range(T):
        h = np.tanh(h @ W.T + x[t] @ U.T + b)
        out[last == t] = h[last == t]
    return out


def wrong_8(W, U, b, x, mask, h0):
    """A step counts only if the whole batch is valid: right for B = 1."""
    h = h0
    for x_t, m in zip(x, mask):
        if m.all():
            h = np.tanh(h @ W.T + x_t @ U.T + b)
    return h
