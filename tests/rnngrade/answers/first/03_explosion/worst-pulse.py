"""worst_pulse(W, U, t) -> (factor, pulse (d,))."""
import numpy as np


def _signed(v):
    return v if v[np.argmax(np.abs(v))] > 0 else -v


def right(W, U, t):
    """Right: SVD of W^(t-1) U, first right singular vector."""
    _, s, Vt = np.linalg.svd(np.linalg.matrix_power(W, t - 1) @ U)
    return float(s[0]), _signed(Vt[0])


def wrong_1(W, U, t):
    """W^t U: one step too many."""
    return right(W, U, t + 1)


def wrong_2(W, U, t):
    """Left singular vector: the state, not the pulse (and of length n)."""
    u, s, _ = np.linalg.svd(np.linalg.matrix_power(W, t - 1) @ U)
    return float(s[0]), _signed(u[:, 0])


def wrong_3(W, U, t):
    """sigma(W)^(t-1) sigma(U): the bound in place of the largest gain; right for normal W."""
    s = np.linalg.norm(W, 2) ** (t - 1) * np.linalg.norm(U, 2)
    return float(s), right(W, U, t)[1]


def wrong_4(W, U, t):
    """Eigenvector of largest |eigenvalue|, growth rho^(t-1): misses transient growth; pulse by least squares."""
    lam, V = np.linalg.eig(W)
    v = V[:, np.argmax(np.abs(lam))].real
    p = np.linalg.lstsq(U, v, rcond=None)[0]
    p = p / (np.linalg.norm(p) or 1)
    return float(np.linalg.norm(np.linalg.matrix_power(W, t - 1) @ U @ p)), _signed(p)


def wrong_5(W, U, t):
    """Sign not fixed: flips so that the first entry is positive (right where the first is the largest)."""
    f, p = right(W, U, t)
    return f, p if p[0] > 0 else -p


def wrong_6(W, U, t):
    """Two slips: eigenvalue of the Gram matrix not rooted (factor squared), and W not raised to a power for t >= 2 but t times."""
    M = (t - 1) * W @ U if t > 1 else U
    lam, V = np.linalg.eigh(M.T @ M)
    return float(lam[-1]), _signed(V[:, -1])


def wrong_7(W, U, t):
    """Best unit vector only: the column with the largest norm; right where the worst pulse is an axis."""
    M = np.linalg.matrix_power(W, t - 1) @ U
    n = np.linalg.norm(M, axis=0)
    k = int(np.argmax(n))
    return float(n[k]), np.eye(U.shape[1])[k]


def wrong_8(W, U, t):
    """Frobenius norm as the factor."""
    return float(np.linalg.norm(np.linalg.matrix_power(W, t - 1) @ U)), right(W, U, t)[1]
