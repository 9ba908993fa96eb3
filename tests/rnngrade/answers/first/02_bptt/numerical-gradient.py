"""numerical_gradient(W, U, b, x, target, step) -> (n, n)."""
import numpy as np


def _loss(W, U, b, x, target):
    h, total = np.zeros((x.shape[1], len(b))), 0.0
    for x_t, y in zip(x, target):
        h = np.tanh(h @ W.T + x_t @ U.T + b)
        total += 0.5 * np.sum((h - y) ** 2)
    return total


def right(W, U, b, x, target, step):
    """Right: a moved copy for each entry, central difference."""
    out = np.zeros(np.shape(W))
    for k in range(out.size):
        E = np.zeros(out.size)
        E[k] = step
        E = E.reshape(out.shape)
        out.flat[k] = (_loss(W + E, U, b, x, target) - _loss(W - E, U, b, x, target)) / (2 * step)
    return out


def _loop(W, f):
    out = np.zeros(np.shape(W))
    for i, j in np.ndindex(*out.shape):
        E = np.zeros(out.shape)
        E[i, j] = 1.0
        out[i, j] = f(E)
    return out


def wrong_1(W, U, b, x, target, step):
    """One-sided difference."""
    base = _loss(W, U, b, x, target)
    return _loop(W, lambda E: (_loss(W + step * E, U, b, x, target) - base) / step)


def wrong_2(W, U, b, x, target, step):
    """Divides by step, not 2 * step."""
    return 2 * right(W, U, b, x, target, step)


def wrong_3(W, U, b, x, target, step):
    """Ignores step: always 1e-6."""
    return right(W, U, b, x, target, 1e-6)


def wrong_4(W, U, b, x, target, step):
    """Forgets to move the entry back: the caller's W changes, later entries are at another point."""
    out = np.zeros(np.shape(W))
    for i, j in np.ndindex(*out.shape):
        W[i, j] += step
        up = _loss(W, U, b, x, target)
        W[i, j] -= 2 * step
        out[i, j] = (up - _loss(W, U, b, x, target)) / (2 * step)
    return out


def wrong_5(W, U, b, x, target, step):
    """Moves a row at once: the derivative along a row, in every entry of it."""
    out = np.zeros(np.shape(W))
    for i in range(len(W)):
        E = np.zeros(out.shape)
        E[i] = step
        out[i] = (_loss(W + E, U, b, x, target) - _loss(W - E, U, b, x, target)) / (2 * step)
    return out


def wrong_6(W, U, b, x, target, step):
    """Two slips: indices exchanged in the result, and down minus up."""
    return -right(W, U, b, x, target, step).T


def wrong_7(W, U, b, x, target, step):
    """Copies keep the dtype of W: an integer W does not move and gives zero (right for floats)."""
    out = np.zeros(np.shape(W))
    for i, j in np.ndindex(*out.shape):
        up, down = W.copy(), W.copy()
        up[i, j] = up[i, j] + step
        down[i, j] = down[i, j] - step
        out[i, j] = (_loss(up, U, b, x, target) - _loss(down, U, b, x, target)) / (2 * step)
    return out


def wrong_8(W, U, b, x, target, step):
    """Relative step: moves by step * W[i, j]; right within truncation for |W| near 1, 0/0 for a zero weight."""
    out = np.zeros(np.shape(W))
    with np.errstate(all="ignore"):
        for i, j in np.ndindex(*out.shape):
            E = np.zeros(out.shape)
            E[i, j] = step * W[i, j]
            out[i, j] = np.float64(_loss(W + E, U, b, x, target) - _loss(W - E, U, b, x, target)) / (2 * step * W[i, j])
    return out
