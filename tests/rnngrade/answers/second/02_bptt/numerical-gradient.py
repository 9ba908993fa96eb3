import numpy as np


def _loss(W, U, b, x, target):
    """The statement's loss, in full so that the file stands alone."""
    h, total = np.zeros((x.shape[1], len(b))), 0.0
    for x_t, y in zip(x, target):
        h = np.tanh(h @ W.T + x_t @ U.T + b)
        total += 0.5 * np.sum((h - y) ** 2)
    return total


def right(W, U, b, x, target, step):
    """A fresh float matrix for each of the two losses of an entry."""
    out = np.zeros(W.shape)
    for index in np.ndindex(*W.shape):
        E = np.zeros(W.shape)
        E[index] = step
        up = _loss(W + E, U, b, x, target)
        down = _loss(W - E, U, b, x, target)
        out[index] = (up - down) / (2 * step)
    return out


def wrong_1(W, U, b, x, target, step):
    """One-sided difference (L(W + eps) - L) / eps."""
    base, out = _loss(W, U, b, x, target), np.zeros(W.shape)
    for index in np.ndindex(*W.shape):
        V = np.array(W, dtype=float)
        V[index] += step
        out[index] = (_loss(V, U, b, x, target) - base) / step
    return out


def wrong_2(W, U, b, x, target, step):
    """A copy that keeps W's type: with integer weights the step is cut to zero (or to one)."""
    out = np.zeros(W.shape)
    for index in np.ndindex(*W.shape):
        up, down = W.copy(), W.copy()
        up[index] = W[index] + step
        down[index] = W[index] - step
        change = _loss(up, U, b, x, target) - _loss(down, U, b, x, target)
        out[index] = change / (2 * step)
    return out


def wrong_3(W, U, b, x, target, step):
    """Analytic gradient in place of the difference: not the same where the step is long."""
    h = [np.zeros((x.shape[1], len(b)))]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
    dW, delta = np.zeros(W.shape), np.zeros_like(h[0])
    for t in range(len(x), 0, -1):
        g = (delta + h[t] - target[t - 1]) * (1 - h[t] ** 2)
        dW += g.T @ h[t - 1]
        delta = g @ W
    return dW


def wrong_4(W, U, b, x, target, step):
    """A relative step, step * |W_ij|, divided by twice itself: zero entries are never moved."""
    out = np.zeros(W.shape)
    for index in np.ndindex(*W.shape):
        move = step * abs(W[index])
        if move == 0:
            continue
        E = np.zeros(W.shape)
        E[index] = move
        up = _loss(W + E, U, b, x, target)
        out[index] = (up - _loss(W - E, U, b, x, target)) / (2 * move)
    return out


def wrong_5(W, U, b, x, target, step):
    """Two slips: entries moved are not moved back (steps pile up), and divided by step alone."""
    V, out = np.array(W, dtype=float), np.zeros(W.shape)
    for index in np.ndindex(*W.shape):
        V[index] += step
        up = _loss(V, U, b, x, target)
        V[index] -= 2 * step
        out[index] = (up - _loss(V, U, b, x, target)) / step
    return out
