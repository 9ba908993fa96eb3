import numpy as np


def right(W, U, b, x, mask, h0):
    """Steps only the rows that are valid; padding is never touched."""
    state = np.array(h0, dtype=float)
    for x_t, m in zip(x, mask):
        if m.any():
            state[m] = np.tanh(state[m] @ W.T + x_t[m] @ U.T + b)
    return state


def wrong_1(W, U, b, x, mask, h0):
    """Blends with m * new + (1 - m) * old: 0 * NaN is NaN where the padding is NaN."""
    state = np.array(h0, dtype=float)
    for x_t, m in zip(x, mask):
        m = m[:, None].astype(float)
        new = np.tanh(state @ W.T + x_t @ U.T + b)
        state = m * new + (1 - m) * state
    return state


def wrong_2(W, U, b, x, mask, h0):
    """Takes the state at index 'number of valid steps': right for padding at the end only."""
    x = np.where(mask[..., None], x, 0.0)
    h = [np.array(h0, dtype=float)]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
    return np.stack(h)[mask.sum(0), np.arange(x.shape[1])]


def wrong_3(W, U, b, x, mask, h0):
    """Zeroes the padded inputs and steps on: the state moves at masked steps."""
    state = np.array(h0, dtype=float)
    for x_t, m in zip(x, mask):
        x_t = np.where(m[:, None], x_t, 0.0)
        state = np.tanh(state @ W.T + x_t @ U.T + b)
    return state


def wrong_4(W, U, b, x, mask, h0):
    """A masked step sets the state to zero in place of keeping it."""
    state = np.array(h0, dtype=float)
    for x_t, m in zip(x, mask):
        new = np.tanh(state @ W.T + np.where(m[:, None], x_t, 0.0) @ U.T + b)
        state = np.where(m[:, None], new, 0.0)
    return state


def wrong_5(W, U, b, x, mask, h0):
    """Two slips: falls back to h0 at a masked step, and W is not transposed."""
    state = np.array(h0, dtype=float)
    for x_t, m in zip(x, mask):
        new = np.tanh(state @ W + np.where(m[:, None], x_t, 0.0) @ U.T + b)
        state = np.where(m[:, None], new, h0)
    return state
