import numpy as np


def right(W, U, t):
    """Product step by step with a scale of its own, then the top right singular vector."""
    A, log2 = np.array(U, dtype=float), 0
    for step in range(t):
        if step:
            _, e = np.frexp(np.abs(W).max())
            A, log2 = np.ldexp(W, -int(e)) @ A, log2 + int(e)
        _, e = np.frexp(np.abs(A).max())
        A, log2 = np.ldexp(A, -int(e)), log2 + int(e)
    _, values, rows = np.linalg.svd(A)
    pulse = rows[0]
    pulse = pulse * np.sign(pulse[np.argmax(np.abs(pulse))])
    return float(np.ldexp(values[0], log2)), pulse


def _sign(v):
    return v * np.sign(v[np.argmax(np.abs(v))])


def wrong_1(W, U, t):
    """W^t U: the first step already counted as a use of W."""
    with np.errstate(all="ignore"):
        A = np.nan_to_num(np.linalg.matrix_power(W, t) @ U)
    _, s, rows = np.linalg.svd(A)
    return float(s[0]), _sign(rows[0])


def wrong_2(W, U, t):
    """Factor from norms: |W|^(t-1) |U|, an upper bound; the pulse is that of U alone."""
    _, s, rows = np.linalg.svd(U)
    with np.errstate(all="ignore"):
        return float(np.linalg.norm(W, 2) ** (t - 1) * s[0]), _sign(rows[0])


def wrong_3(W, U, t):
    """Sign by the first entry in place of the largest one."""
    factor, pulse = right(W, U, t)
    return factor, pulse if pulse[0] > 0 else -pulse


def wrong_4(W, U, t):
    """Largest eigenvalue of A^T A without the root: the square of the factor."""
    factor, pulse = right(W, U, t)
    with np.errstate(all="ignore"):
        return float(np.float64(factor) ** 2), pulse


def wrong_5(W, U, t):
    """Two slips: spectral radius for growth, and the best single input (a unit vector) as pulse."""
    with np.errstate(all="ignore"):
        radius = np.abs(np.linalg.eigvals(W)).max()
        lengths = np.linalg.norm(U, axis=0)
        pulse = np.eye(U.shape[1])[lengths.argmax()]
        return float(radius ** (t - 1) * lengths.max()), pulse
