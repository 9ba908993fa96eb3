import numpy as np


def right(W, U, b, x, mask, h0, dh):
    """Each sequence by itself, with its padding cut away."""
    T, B, d = x.shape
    n = len(b)
    dW, dU, db = np.zeros((n, n)), np.zeros((n, d)), np.zeros(n)
    dx, dh0 = np.zeros((T, B, d)), np.zeros((B, n))
    for j in range(B):
        steps = np.flatnonzero(mask[:, j])
        h = [np.array(h0[j], dtype=float)]
        for t in steps:
            h.append(np.tanh(W @ h[-1] + U @ x[t, j] + b))
        delta = np.zeros(n)
        for i in range(len(steps) - 1, -1, -1):
            t = steps[i]
            g = (delta + dh[t, j]) * (1 - h[i + 1] ** 2)
            dW += np.outer(g, h[i])
            dU += np.outer(g, x[t, j])
            db += g
            dx[t, j] = U.T @ g
            delta = W.T @ g
        dh0[j] = delta
    return dW, dU, db, dx, dh0


def _forward(W, U, b, x, mask, h0):
    """Shared by the answers below: clean inputs and states that a masked step keeps."""
    x = np.where(mask[..., None], x, 0.0)
    h = [np.array(h0, dtype=float)]
    for x_t, m in zip(x, mask):
        new = np.tanh(h[-1] @ W.T + x_t @ U.T + b)
        h.append(np.where(m[:, None], new, h[-1]))
    return x, np.stack(h)


def wrong_1(W, U, b, x, mask, h0, dh):
    """A masked step stops the message: J_t taken as zero where it is the identity."""
    x, h = _forward(W, U, b, x, mask, h0)
    dW, dU, db, dx = map(np.zeros_like, (W, U, b, x))
    delta = np.zeros_like(h[0])
    for t in range(len(x) - 1, -1, -1):
        m = mask[t][:, None]
        g = np.where(m, (delta + np.where(m, dh[t], 0)) * (1 - h[t + 1] ** 2), 0)
        dW += g.T @ h[t]
        dU += g.T @ x[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = g @ W
    return dW, dU, db, dx, delta


def wrong_2(W, U, b, x, mask, h0, dh):
    """Local gradients at masked steps are kept and added to the message."""
    x, h = _forward(W, U, b, x, mask, h0)
    dW, dU, db, dx = map(np.zeros_like, (W, U, b, x))
    delta = np.zeros_like(h[0])
    for t in range(len(x) - 1, -1, -1):
        m = mask[t][:, None]
        delta = delta + dh[t]
        g = np.where(m, delta * (1 - h[t + 1] ** 2), 0)
        dW += g.T @ h[t]
        dU += g.T @ x[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = np.where(m, g @ W, delta)
    return dW, dU, db, dx, delta


def wrong_3(W, U, b, x, mask, h0, dh):
    """Weights not used at masked steps, but the message still goes through W and the slope there."""
    x, h = _forward(W, U, b, x, mask, h0)
    dW, dU, db, dx = map(np.zeros_like, (W, U, b, x))
    delta = np.zeros_like(h[0])
    for t in range(len(x) - 1, -1, -1):
        m = mask[t][:, None]
        full = (delta + np.where(m, dh[t], 0)) * (1 - h[t + 1] ** 2)
        g = np.where(m, full, 0)
        dW += g.T @ h[t]
        dU += g.T @ x[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = full @ W
    return dW, dU, db, dx, delta


def wrong_4(W, U, b, x, mask, h0, dh):
    """Right sums, but 0 * x: raw inputs multiplied by a zero g, NaN where the padding is NaN."""
    raw = x
    x, h = _forward(W, U, b, x, mask, h0)
    dW, dU, db, dx = map(np.zeros_like, (W, U, b, x))
    delta = np.zeros_like(h[0])
    for t in range(len(x) - 1, -1, -1):
        m = mask[t][:, None].astype(float)
        g = m * (delta + m * dh[t]) * (1 - h[t + 1] ** 2)
        with np.errstate(invalid="ignore"):
            dU += g.T @ raw[t]
        dW += g.T @ h[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = g @ W + (1 - m) * delta
    return dW, dU, db, dx, delta


def wrong_5(W, U, b, x, mask, h0, dh):
    """Two slips: the padding is stepped through forward with zeros, and dh0 is left at zero."""
    x = np.where(mask[..., None], x, 0.0)
    h = [np.array(h0, dtype=float)]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
    dW, dU, db, dx = map(np.zeros_like, (W, U, b, x))
    delta = np.zeros_like(h[0])
    for t in range(len(x) - 1, -1, -1):
        m = mask[t][:, None]
        delta = delta + np.where(m, dh[t], 0)
        g = np.where(m, delta * (1 - h[t + 1] ** 2), 0)
        dW += g.T @ h[t]
        dU += g.T @ x[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = np.where(m, g @ W, delta)
    return dW, dU, db, dx, np.zeros_like(delta)
