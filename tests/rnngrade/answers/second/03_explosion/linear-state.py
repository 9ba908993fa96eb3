import numpy as np


def right(W, c, h0, t):
    """One power of the (n + 1) x (n + 1) matrix that carries the constant as a further unit."""
    n = len(c)
    A = np.zeros((n + 1, n + 1))
    A[:n, :n], A[:n, n], A[n, n] = W, c, 1.0
    P = np.linalg.matrix_power(A, t)
    return h0 @ P[:n, :n].T + P[:n, n]


def wrong_1(W, c, h0, t):
    """Around the fixed point: (I - W)^-1 does not exist for an eigenvalue 1 (pinv hides the error)."""
    fixed = np.linalg.pinv(np.eye(len(c)) - W) @ c
    return (h0 - fixed) @ np.linalg.matrix_power(W, t).T + fixed


def wrong_2(W, c, h0, t):
    """Rows not transposed: h0 @ W^t and c @ W^k."""
    power = np.linalg.matrix_power
    total = sum((c @ power(W, k) for k in range(t)), np.zeros(len(c)))
    return h0 @ power(W, t) + total


def wrong_3(W, c, h0, t):
    """One term too many in the sum of the input: powers 0 to t."""
    power = np.linalg.matrix_power
    total = sum((power(W, k) @ c for k in range(t + 1)), np.zeros(len(c)))
    return h0 @ power(W, t).T + total


def wrong_4(W, c, h0, t):
    """Through eigenvectors, which a defective matrix does not have (least squares for the inverse)."""
    values, V = np.linalg.eig(W)
    inverse = np.linalg.pinv(V)
    powers = values**t
    sums = np.array([np.sum(v ** np.arange(t)) for v in values])
    moved = (V * powers) @ inverse @ h0.T
    return np.real(moved.T + (V * sums) @ inverse @ c)


def wrong_5(W, c, h0, t):
    """Two slips: the input comes in only once, and the power is taken entry by entry."""
    P = np.asarray(W, dtype=float) ** t if t else np.eye(len(c))
    return h0 @ P.T + (c if t else 0 * c)
