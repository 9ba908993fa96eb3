"""largest_steps(A) -> (S,)."""
import numpy as np


def right(A):
    """Right: |1 + dt l|^2 <= 1 gives dt <= -2 Re l / |l|^2, 0 if any real part is >= 0."""
    l = np.linalg.eigvals(np.asarray(A, float))
    re = l.real
    lim = -2 * re / np.abs(l) ** 2
    out = lim.min(axis=1)
    bad = (re >= -1e-12 * np.abs(l)).any(axis=1)
    return np.where(bad, 0.0, out)


def wrong_1(A):
    """2 / |lambda|: right for real negative eigenvalues only."""
    l = np.linalg.eigvals(A)
    ok = (l.real < -1e-12 * np.abs(l)).all(1)
    return np.where(ok, (2 / np.abs(l)).min(1), 0.0)


def wrong_2(A):
    """Unstable systems get a negative step: no floor at 0."""
    l = np.linalg.eigvals(A)
    return (-2 * l.real / np.abs(l) ** 2).min(1)


def wrong_3(A):
    """Largest over the eigenvalues in place of the smallest limit."""
    l = np.linalg.eigvals(A)
    return np.maximum((-2 * l.real / np.abs(l) ** 2).max(1), 0.0)


def wrong_4(A):
    """Singular values: 2 / sigma, right for symmetric negative definite A."""
    l = np.linalg.eigvals(A)
    ok = (l.real < -1e-12 * np.abs(l)).all(1)
    return np.where(ok, 2 / np.linalg.norm(A, 2, axis=(1, 2)), 0.0)


def wrong_5(A):
    """Factor 2 lost: -Re / |lambda|^2, the step that shrinks most."""
    return right(A) / 2


def wrong_6(A):
    """Two slips: symmetric eigensolver, and the real parts averaged."""
    l = np.linalg.eigvalsh((A + np.swapaxes(A, 1, 2)) / 2)
    return np.maximum(-2 / l.mean(1), 0.0)


def wrong_7(A):
    """Grid of steps: 0.01 resolution up to 10."""
    l = np.linalg.eigvals(A)
    dt = np.arange(1, 1001) * 0.01
    ok = (np.abs(1 + dt[:, None, None] * l[None]) <= 1 + 1e-9).all(2)
    return np.where(ok.any(0), np.max(np.where(ok, dt[:, None], 0), 0), 0.0)


def wrong_8(A):
    """Only the eigenvalue of largest modulus: forgets that another, smaller one may bound (or be unstable)."""
    l = np.linalg.eigvals(A)
    k = np.argmax(np.abs(l), 1)
    b = l[np.arange(len(l)), k]
    return np.maximum(-2 * b.real / np.abs(b) ** 2, 0.0)
