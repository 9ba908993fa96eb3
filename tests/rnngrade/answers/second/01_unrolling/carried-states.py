import numpy as np


def right(W, U, b, x, starts, k):
    """Steps through without chunks, keeps the state before each step, takes every k-th."""
    T, B = x.shape[:2]
    h, before = np.zeros((T, B, len(b))), np.zeros((T, B, len(b)))
    for t in range(T):
        if t:
            before[t] = np.where(starts[t][:, None], 0.0, h[t - 1])
        h[t] = np.tanh(before[t] @ W.T + x[t] @ U.T + b)
    return h, before[::k].copy()


def wrong_1(W, U, b, x, starts, k):
    """Only the raising line is mended: one new document still resets all rows."""
    state = np.zeros((x.shape[1], len(b)))
    h, carried = [], []
    for begin in range(0, len(x), k):
        carried.append(state)
        for x_t, new in zip(x[begin : begin + k], starts[begin : begin + k]):
            if new.any():
                state = np.zeros_like(state)
            state = np.tanh(state @ W.T + x_t @ U.T + b)
            h.append(state)
    return np.stack(h), np.stack(carried)


def wrong_2(W, U, b, x, starts, k):
    """Resets by row, but carries the state as it was before the reset at the chunk's start."""
    state = np.zeros((x.shape[1], len(b)))
    h, carried = [], []
    for begin in range(0, len(x), k):
        carried.append(state)
        for x_t, new in zip(x[begin : begin + k], starts[begin : begin + k]):
            state = np.where(new[:, None], 0.0, state)
            state = np.tanh(state @ W.T + x_t @ U.T + b)
            h.append(state)
    return np.stack(h), np.stack(carried)


def wrong_3(W, U, b, x, starts, k):
    """Resets at the beginning of chunks only: a document in mid-chunk inherits a state."""
    state = np.zeros((x.shape[1], len(b)))
    h, carried = [], []
    for begin in range(0, len(x), k):
        state = np.where(starts[begin][:, None], 0.0, state)
        carried.append(state)
        for x_t in x[begin : begin + k]:
            state = np.tanh(state @ W.T + x_t @ U.T + b)
            h.append(state)
    return np.stack(h), np.stack(carried)


def wrong_4(W, U, b, x, starts, k):
    """Every chunk starts from zero: nothing is carried, the states depend on k."""
    h, carried = [], []
    for begin in range(0, len(x), k):
        state = np.zeros((x.shape[1], len(b)))
        carried.append(state)
        for x_t, new in zip(x[begin : begin + k], starts[begin : begin + k]):
            state = np.where(new[:, None], 0.0, state)
            state = np.tanh(state @ W.T + x_t @ U.T + b)
            h.append(state)
    return np.stack(h), np.stack(carried)


def wrong_5(W, U, b, x, starts, k):
    """Two slips: a row is zeroed after the step that begins a document; carried is a chunk's end."""
    state = np.zeros((x.shape[1], len(b)))
    h, carried = [], []
    for begin in range(0, len(x), k):
        for x_t, new in zip(x[begin : begin + k], starts[begin : begin + k]):
            state = np.tanh(state @ W.T + x_t @ U.T + b)
            h.append(state)
            state = np.where(new[:, None], 0.0, state)
        carried.append(h[-1])
    return np.stack(h), np.stack(carried)
