"""linear_state(W, c, h0, t) -> (B, n)."""
import numpy as np


def right(W, c, h0, t):
    """Right: augmented matrix [[W, c], [0, 1]] to the power t."""
    n = len(c)
    A = np.zeros((n + 1, n + 1))
    A[:n, :n], A[:n, n], A[n, n] = W, c, 1.0
    P = np.linalg.matrix_power(A, t)
    return h0 @ P[:n, :n].T + P[:n, n]


def wrong_1(W, c, h0, t):
    """Assumes a fixed point: raises or blows up where I - W is singular (W = 1)."""
    fixed = np.linalg.solve(np.eye(len(c)) - W, c)
    return (h0 - fixed) @ np.linalg.matrix_power(W, t).T + fixed


def wrong_2(W, c, h0, t):
    """Pseudo-inverse for the fixed point: no error at W = I, but the constant is lost there."""
    fixed = np.linalg.pinv(np.eye(len(c)) - W) @ c
    return (h0 - fixed) @ np.linalg.matrix_power(W, t).T + fixed


def wrong_3(W, c, h0, t):
    """h0 @ W^t without transpose; the constant's part right. Right for symmetric W or h0 = 0."""
    out = right(W, c, np.zeros_like(h0), t)
    return out + h0 @ np.linalg.matrix_power(W, t)


def wrong_4(W, c, h0, t):
    """Elementwise power W**t: right for one unit and diagonal W."""
    out = h0 @ (np.asarray(W, float) ** t).T
    for k in range(t):
        out = out + (np.eye(len(c)) if k == 0 else np.asarray(W, float) ** k) @ c
    return out


def wrong_5(W, c, h0, t):
    """Eigendecomposition: defective W (a Jordan block, a chain) gives garbage; W with eigenvalue 1 handled by t."""
    lam, V = np.linalg.eig(np.asarray(W, float))
    with np.errstate(all="ignore"):
        geo = np.where(np.abs(lam - 1) < 1e-12, t, (1 - lam ** t) / (1 - lam))
    try:
        Vi = np.linalg.inv(V)
    except np.linalg.LinAlgError:
        Vi = np.linalg.pinv(V)
    return ((V * lam ** t) @ Vi @ h0.T).T.real + ((V * geo) @ Vi @ c).real


def wrong_6(W, c, h0, t):
    """Two slips: one step too many, and the constant added once only."""
    return h0 @ np.linalg.matrix_power(W, t + 1).T + c


def wrong_7(W, c, h0, t):
    """Constant summed to t inclusive: one c too many (I + .. + W^t)."""
    out = right(W, c, h0, t)
    return out + np.linalg.matrix_power(W, t) @ c


def wrong_8(W, c, h0, t):
    """Limit: the fixed point alone, h0 forgotten (right for large t and a stable W)."""
    return np.tile(np.linalg.lstsq(np.eye(len(c)) - W, c, rcond=None)[0], (len(h0), 1))
