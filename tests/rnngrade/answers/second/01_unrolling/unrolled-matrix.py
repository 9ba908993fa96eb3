import numpy as np


def right(W, U, T):
    """Column of kernel blocks U, WU, W^2U, ... moved down by one block each time."""
    n, d = U.shape
    column = np.zeros((T, n, d))
    block = np.array(U, dtype=float)
    for t in range(T):
        column[t] = block
        block = W @ block
    column = column.reshape(T * n, d)
    M = np.zeros((T * n, T * d))
    for s in range(T):
        M[s * n :, s * d : (s + 1) * d] = column[: (T - s) * n]
    return M


def wrong_1(W, U, T):
    """Block row and column exchanged: inputs act on the past (upper block triangle)."""
    n, d = U.shape
    M = np.zeros((T * n, T * d))
    for t in range(T):
        for s in range(t, T):
            block = np.linalg.matrix_power(W, s - t) @ U
            M[t * n : (t + 1) * n, s * d : (s + 1) * d] = block
    return M


def wrong_2(W, U, T):
    """Off by one: a fresh input already goes through W once (power t - s + 1)."""
    n, d = U.shape
    M = np.zeros((T * n, T * d))
    for t in range(T):
        for s in range(t + 1):
            block = np.linalg.matrix_power(W, t - s + 1) @ U
            M[t * n : (t + 1) * n, s * d : (s + 1) * d] = block
    return M


def wrong_3(W, U, T):
    """Power of a matrix taken entry by entry (W ** k): right only for one unit."""
    n, d = U.shape
    M = np.zeros((T * n, T * d))
    for t in range(T):
        for s in range(t + 1):
            block = U if s == t else (W ** (t - s)) @ U
            M[t * n : (t + 1) * n, s * d : (s + 1) * d] = block
    return M


def wrong_4(W, U, T):
    """Stacks by unit in place of by step: row i * T + t, column q * T + s."""
    n, d = U.shape
    M = np.zeros((n, T, d, T))
    for t in range(T):
        for s in range(t + 1):
            M[:, t, :, s] = np.linalg.matrix_power(W, t - s) @ U
    return M.reshape(n * T, d * T)


def wrong_5(W, U, T):
    """Two slips: row-vector convention (W transposed), and only one step of memory drawn."""
    n, d = U.shape
    M = np.zeros((T * n, T * d))
    for t in range(T):
        M[t * n : (t + 1) * n, t * d : (t + 1) * d] = U
        if t:
            M[t * n : (t + 1) * n, (t - 1) * d : t * d] = W.T @ U
    return M
