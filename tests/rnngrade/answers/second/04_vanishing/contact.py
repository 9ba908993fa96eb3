import numpy as np


def right(W, U, b, x, i, j):
    """Forward mode: the Jacobian starts at step i and goes along to step j."""
    h, D = np.zeros(len(b)), np.zeros(U.shape)
    for t in range(1, j + 1):
        h = np.tanh(W @ h + U @ x[t - 1] + b)
        inner = W @ D + (U if t == i else 0.0)
        D = (1 - h**2)[:, None] * inner
    return D


def _slopes(W, U, b, x):
    h, slopes = np.zeros(len(b)), []
    for x_t in x:
        h = np.tanh(W @ h + U @ x_t + b)
        slopes.append(1 - h**2)
    return np.array(slopes)  # slopes[t - 1] of step t


def wrong_1(W, U, b, x, i, j):
    """Off by one: J_i is in the product too, so the input goes through W once too often."""
    s = _slopes(W, U, b, x)
    if i > j:
        return np.zeros(U.shape)
    D = s[i - 1][:, None] * U
    for t in range(i, j + 1):
        D = s[t - 1][:, None] * (W @ D)
    return D


def wrong_2(W, U, b, x, i, j):
    """Slope of the step that reads the input forgotten: starts with U."""
    s = _slopes(W, U, b, x)
    if i > j:
        return np.zeros(U.shape)
    D = np.array(U, dtype=float)
    for t in range(i + 1, j + 1):
        D = s[t - 1][:, None] * (W @ D)
    return D


def wrong_3(W, U, b, x, i, j):
    """Looks from both sides: for i > j swaps the two and returns a derivative that is not zero."""
    i, j = min(i, j), max(i, j)
    s = _slopes(W, U, b, x)
    D = s[i - 1][:, None] * U
    for t in range(i + 1, j + 1):
        D = s[t - 1][:, None] * (W @ D)
    return D


def wrong_4(W, U, b, x, i, j):
    """Product in the wrong order: J_{i+1} ... J_j."""
    s = _slopes(W, U, b, x)
    if i > j:
        return np.zeros(U.shape)
    P = np.eye(len(b))
    for t in range(i + 1, j + 1):
        P = P @ (s[t - 1][:, None] * W)
    return P @ (s[i - 1][:, None] * U)


def wrong_5(W, U, b, x, i, j):
    """Two slips: transposed Jacobians, and at i = j a zero (the input taken to act a step later)."""
    s = _slopes(W, U, b, x)
    if i >= j:
        return np.zeros(U.shape)
    D = s[i - 1][:, None] * U
    for t in range(i + 1, j + 1):
        D = W.T @ (s[t - 1][:, None] * D)
    return D
