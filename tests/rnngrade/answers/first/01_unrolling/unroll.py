"""unroll(W, U, b, x, h0) -> (T + 1, B, n)."""
import numpy as np


def right(W, U, b, x, h0):
    """Right: preallocated, columns via einsum."""
    T, B, _ = x.shape
    h = np.zeros((T + 1, B, len(b)))
    h[0] = h0
    for t in range(T):
        h[t + 1] = np.tanh(np.einsum("ij,bj->bi", W, h[t]) + np.einsum("id,bd->bi", U, x[t]) + b)
    return h


def wrong_1(W, U, b, x, h0):
    """h @ W in place of h @ W.T: right for symmetric W only."""
    h = [h0]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W + x_t @ U.T + b))
    return np.stack(h)


def wrong_2(W, U, b, x, h0):
    """Ignores h0: starts from zeros (right on most tests)."""
    h = [np.zeros_like(h0)]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
    return np.stack(h)


def wrong_3(W, U, b, x, h0):
    """Shift slip: the step that makes h[t] reads x[t] (last input read twice)."""
    T = len(x)
    h = [np.asarray(h0, float)]
    for t in range(1, T + 1):
        h.append(np.tanh(h[-1] @ W.T + x[min(t, T - 1)] @ U.T + b))
    return np.stack(h)


def wrong_4(W, U, b, x, h0):
    """Forgets the bias: right where b = 0."""
    h = [h0]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T))
    return np.stack(h)


def wrong_5(W, U, b, x, h0):
    """Two slips: transposed W, and the initial state left out (shape (T, B, n))."""
    h, state = [], h0
    for x_t in x:
        state = np.tanh(state @ W + x_t @ U.T + b)
        h.append(state)
    return np.stack(h)


def wrong_6(W, U, b, x, h0):
    """Result buffer like x (dtype of x): integer inputs truncate every state to 0; right for float x."""
    T, B, _ = x.shape
    h = np.zeros((T + 1, B, len(b)), dtype=x.dtype)
    h[0] = h0
    for t in range(T):
        h[t + 1] = np.tanh(h[t] @ W.T + x[t] @ U.T + b)
    return h


def wrong_7(W, U, b, x, h0):
    """Aliases: one state array updated in place, so every entry is the last state and the caller's h0 is overwritten."""
    state = h0
    h = [state]
    for x_t in x:
        state[...] = np.tanh(state @ W.T + x_t @ U.T + b)
        h.append(state)
    return np.stack(h)
