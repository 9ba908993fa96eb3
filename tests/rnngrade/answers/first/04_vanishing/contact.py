"""contact(W, U, b, x, i, j) -> (n, d)."""
import numpy as np


def _h(W, U, b, x):
    h = [np.zeros(len(b))]
    for v in x:
        h.append(np.tanh(W @ h[-1] + U @ v + b))
    return h


def right(W, U, b, x, i, j):
    """Right: forward tangent of the input columns from step i on."""
    h = _h(W, U, b, x)
    if i > j:
        return np.zeros(U.shape)
    M = (1 - h[i] ** 2)[:, None] * U
    for t in range(i + 1, j + 1):
        M = (1 - h[t] ** 2)[:, None] * (W @ M)
    return M


def wrong_1(W, U, b, x, i, j):
    """Ignores causality: uses i and j sorted (nonzero for i > j)."""
    return right(W, U, b, x, min(i, j), max(i, j))


def wrong_2(W, U, b, x, i, j):
    """Steps as array indices (0-based): off by one in the states."""
    h = _h(W, U, b, x)[1:] + [np.zeros(len(b))]
    if i > j:
        return np.zeros(U.shape)
    M = (1 - h[i] ** 2)[:, None] * U
    for t in range(i + 1, j + 1):
        M = (1 - h[t] ** 2)[:, None] * (W @ M)
    return M


def wrong_3(W, U, b, x, i, j):
    """Transposed result (d, n)."""
    return right(W, U, b, x, i, j).T


def wrong_4(W, U, b, x, i, j):
    """Forgets the slope at step i: W acts on U directly (right for states near zero)."""
    h = _h(W, U, b, x)
    if i > j:
        return np.zeros(U.shape)
    M = np.array(U, float)
    for t in range(i + 1, j + 1):
        M = (1 - h[t] ** 2)[:, None] * (W @ M)
    return M


def wrong_5(W, U, b, x, i, j):
    """Jacobians multiplied in the wrong order: J_{i+1} ... J_j."""
    h = _h(W, U, b, x)
    if i > j:
        return np.zeros(U.shape)
    P = np.eye(len(b))
    for t in range(i + 1, j + 1):
        P = P @ ((1 - h[t] ** 2)[:, None] * W)
    return P @ ((1 - h[i] ** 2)[:, None] * U)


def wrong_6(W, U, b, x, i, j):
    """Two slips: one Jacobian too many, and slopes on the columns."""
    h = _h(W, U, b, x)
    if i > j:
        return np.zeros(U.shape)
    M = (1 - h[i] ** 2)[:, None] * U
    for t in range(i, j + 1):
        M = (W * (1 - h[t] ** 2)) @ M
    return M


def wrong_7(W, U, b, x, i, j):
    """Finite differences with step 1e-3, one-sided: too coarse; and x is rounded to integers if its dtype is int."""
    base, out = _h(W, U, b, x)[j], np.zeros(U.shape)
    for q in range(U.shape[1]):
        y = np.array(x, float)
        y[i - 1, q] += 1e-3
        out[:, q] = (_h(W, U, b, y)[j] - base) / 1e-3
    return out


def wrong_8(W, U, b, x, i, j):
    """i == j treated as no way: returns U without slope, or zero for i >= j."""
    if i >= j:
        return np.zeros(U.shape)
    return right(W, U, b, x, i, j)
