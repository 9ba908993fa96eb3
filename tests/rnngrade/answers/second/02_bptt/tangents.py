import numpy as np


def right(W, U, b, x, h0, direction):
    """State and tangent side by side, both effects in one line."""
    T = len(x)
    h, s = np.array(h0, dtype=float), np.zeros((T + 1, *h0.shape))
    for t in range(T):
        new = np.tanh(h @ W.T + x[t] @ U.T + b)
        s[t + 1] = (1 - new**2) * (h @ direction.T + s[t] @ W.T)
        h = new
    return s


def wrong_1(W, U, b, x, h0, direction):
    """Direct effect only: forgets that the state W multiplies has moved as well."""
    h, s = h0, [np.zeros(h0.shape)]
    for x_t in x:
        new = np.tanh(h @ W.T + x_t @ U.T + b)
        s.append((1 - new**2) * (h @ direction.T))
        h = new
    return np.stack(s)


def wrong_2(W, U, b, x, h0, direction):
    """Transposes as in the backward pass: s @ W for the message."""
    h, s = h0, [np.zeros(h0.shape)]
    for x_t in x:
        new = np.tanh(h @ W.T + x_t @ U.T + b)
        s.append((1 - new**2) * (h @ direction.T + s[-1] @ W))
        h = new
    return np.stack(s)


def wrong_3(W, U, b, x, h0, direction):
    """One-sided finite difference with 1e-3 in place of the derivative."""
    runs = []
    for V in (W, W + 1e-3 * direction):
        h = [np.array(h0, dtype=float)]
        for x_t in x:
            h.append(np.tanh(h[-1] @ V.T + x_t @ U.T + b))
        runs.append(np.stack(h))
    return (runs[1] - runs[0]) / 1e-3


def wrong_4(W, U, b, x, h0, direction):
    """Slope on the direct effect only: the indirect one goes through W without it."""
    h, s = h0, [np.zeros(h0.shape)]
    for x_t in x:
        new = np.tanh(h @ W.T + x_t @ U.T + b)
        s.append((1 - new**2) * (h @ direction.T) + s[-1] @ W.T)
        h = new
    return np.stack(s)


def wrong_5(W, U, b, x, h0, direction):
    """Two slips: direction multiplies the new state, and is transposed."""
    h, s = h0, [np.zeros(h0.shape)]
    for x_t in x:
        h = np.tanh(h @ W.T + x_t @ U.T + b)
        s.append((1 - h**2) * (h @ direction + s[-1] @ W.T))
    return np.stack(s)
