import numpy as np


def right(W, U, b, x, h0, dh):
    """States in one array with h0 in front, everything else from g by sums at the end."""
    T = len(x)
    h = np.zeros((T + 1, *h0.shape))
    h[0] = h0
    for t in range(T):
        h[t + 1] = np.tanh(h[t] @ W.T + x[t] @ U.T + b)
    g, message = np.zeros(dh.shape), np.zeros(h0.shape)
    for t in range(T)[::-1]:
        g[t] = (dh[t] + message) * (1 - h[t + 1] ** 2)
        message = g[t] @ W
    dW = sum(g[t].T @ h[t] for t in range(T))
    dU = sum(g[t].T @ x[t] for t in range(T))
    return dW, dU, g.sum(axis=(0, 1)), g @ U


def _run(W, U, b, x, h0):
    h = [np.array(h0, dtype=float)]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
    return h


def wrong_1(W, U, b, x, h0, dh):
    """The bug turned into a skipped term: step 0 adds nothing to dW (right only for h0 = 0)."""
    h = _run(W, U, b, x, h0)
    dW, dU, db, dx = map(np.zeros_like, (W, U, b, x))
    delta = np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        g = (delta + dh[t]) * (1 - h[t + 1] ** 2)
        if t > 0:
            dW += g.T @ h[t]
        dU += g.T @ x[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = g @ W
    return dW, dU, db, dx


def wrong_2(W, U, b, x, h0, dh):
    """h0 put in front but the backward indices left: slope and outer product one state too early."""
    h = _run(W, U, b, x, h0)
    dW, dU, db, dx = map(np.zeros_like, (W, U, b, x))
    delta = np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        g = (delta + dh[t]) * (1 - h[t] ** 2)
        dW += g.T @ h[max(t - 1, 0)]
        dU += g.T @ x[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = g @ W
    return dW, dU, db, dx


def wrong_3(W, U, b, x, h0, dh):
    """The draft as it was, taken for right because it raises nothing: last state in the first term."""
    h = _run(W, U, b, x, h0)
    dW, dU, db, dx = map(np.zeros_like, (W, U, b, x))
    delta = np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        g = (delta + dh[t]) * (1 - h[t + 1] ** 2)
        dW += g.T @ (h[t] if t else h[-1])
        dU += g.T @ x[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = g @ W
    return dW, dU, db, dx


def wrong_4(W, U, b, x, h0, dh):
    """Starts from zero instead of h0, forward and backward."""
    return right(W, U, b, x, np.zeros_like(h0), dh)


def wrong_5(W, U, b, x, h0, dh):
    """Two slips: W transposed on the way back, and x paired one step late in dU."""
    h = _run(W, U, b, x, h0)
    dW, dU, db, dx = map(np.zeros_like, (W, U, b, x))
    delta = np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        g = (delta + dh[t]) * (1 - h[t + 1] ** 2)
        dW += g.T @ h[t]
        dU += g.T @ x[t - 1]
        db += g.sum(0)
        dx[t] = g @ U
        delta = g @ W.T
    return dW, dU, db, dx
