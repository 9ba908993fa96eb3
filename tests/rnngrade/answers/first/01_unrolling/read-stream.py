"""read_stream(W, U, b, x, starts, k) -> (T, B, n)."""
import numpy as np


def right(W, U, b, x, starts, k):
    """Right: row by row with a reset; chunks change nothing, so k only cuts the loop."""
    T, B, _ = x.shape
    h, state = np.empty((T, B, len(b))), np.zeros((B, len(b)))
    for s in range(0, T, k):
        for t in range(s, min(s + k, T)):
            state = np.where(starts[t][:, None], 0.0, state)
            state = np.tanh(state @ W.T + x[t] @ U.T + b)
            h[t] = state
    return h


def wrong_1(W, U, b, x, starts, k):
    """Only the error repaired: any start resets all rows (right for B = 1)."""
    state, h = np.zeros((x.shape[1], len(b))), []
    for x_t, new in zip(x, starts):
        if new.any():
            state = np.zeros_like(state)
        state = np.tanh(state @ W.T + x_t @ U.T + b)
        h.append(state)
    return np.stack(h)


def wrong_2(W, U, b, x, starts, k):
    """Begins each chunk from zero: depends on k (right for k >= T)."""
    h = []
    for s in range(0, len(x), k):
        state = np.zeros((x.shape[1], len(b)))
        for x_t, new in zip(x[s:s + k], starts[s:s + k]):
            state = np.where(new[:, None], 0, state)
            state = np.tanh(state @ W.T + x_t @ U.T + b)
            h.append(state)
    return np.stack(h)


def wrong_3(W, U, b, x, starts, k):
    """Repairs the error with state = state[-1]: the last row's state is carried to all rows."""
    state, h = np.zeros((x.shape[1], len(b))), []
    for s in range(0, len(x), k):
        for x_t, new in zip(x[s:s + k], starts[s:s + k]):
            state = np.where(new[:, None], 0, state)
            state = np.tanh(state @ W.T + x_t @ U.T + b)
            h.append(state)
        state = state[-1]
    return np.stack(h)


def wrong_4(W, U, b, x, starts, k):
    """Resets after the step: the start's own state is zeroed and stored as zero."""
    state, h = np.zeros((x.shape[1], len(b))), []
    for x_t, new in zip(x, starts):
        state = np.tanh(state @ W.T + x_t @ U.T + b)
        state[new] = 0
        h.append(state)
    return np.stack(h)


def wrong_5(W, U, b, x, starts, k):
    """Drops the incomplete last chunk: right where k divides T."""
    return right(W, U, b, x, starts, k)[: len(x) // k * k]


def wrong_6(W, U, b, x, starts, k):
    """Two slips: resets only at chunk beginnings, and all rows at once there."""
    state, h = np.zeros((x.shape[1], len(b))), []
    for s in range(0, len(x), k):
        if starts[s].any():
            state = np.zeros_like(state)
        for x_t in x[s:s + k]:
            state = np.tanh(state @ W.T + x_t @ U.T + b)
            h.append(state)
    return np.stack(h)


def wrong_7(W, U, b, x, starts, k):
    """Resets a row in place in the array already stored: the state before the start becomes zero too."""
    state, h = np.zeros((x.shape[1], len(b))), []
    for x_t, new in zip(x, starts):
        state[new] = 0
        state = np.tanh(state @ W.T + x_t @ U.T + b)
        h.append(state)
    return np.stack(h)
