import numpy as np


def _s(a):
    return 1 / (1 + np.exp(-a))


def _parts(reads, W, U, b, W_s, U_s, s, h, x):
    phi = np.tanh(W @ h + U @ x + b)
    a = s + (U_s @ x if reads != "parameter" else 0) + (W_s @ h if reads == "state" else 0)
    return phi, _s(a)


def right(reads, W, U, b, W_s, U_s, s, h, x):
    phi, k = _parts(reads, W, U, b, W_s, U_s, s, h, x)
    J = np.diag(k) + np.diag((1 - k) * (1 - phi**2)) @ W
    if reads == "state":
        J = J + np.diag((h - phi) * k * (1 - k)) @ W_s
    return J


def wrong_1(reads, W, U, b, W_s, U_s, s, h, x):
    """The candidate's path without its weight 1 - kappa."""
    phi, k = _parts(reads, W, U, b, W_s, U_s, s, h, x)
    J = np.diag(k) + np.diag(1 - phi**2) @ W
    if reads == "state":
        J = J + np.diag((h - phi) * k * (1 - k)) @ W_s
    return J


def wrong_2(reads, W, U, b, W_s, U_s, s, h, x):
    """Broadcasting along the columns: vector * matrix."""
    phi, k = _parts(reads, W, U, b, W_s, U_s, s, h, x)
    J = np.diag(k) + ((1 - k) * (1 - phi**2)) * W
    if reads == "state":
        J = J + ((h - phi) * k * (1 - k)) * W_s
    return J


def wrong_3(reads, W, U, b, W_s, U_s, s, h, x):
    """The gate's slope taken for that of tanh, 1 - kappa^2."""
    phi, k = _parts(reads, W, U, b, W_s, U_s, s, h, x)
    J = np.diag(k) + np.diag((1 - k) * (1 - phi**2)) @ W
    if reads == "state":
        J = J + np.diag((h - phi) * (1 - k**2)) @ W_s
    return J


def wrong_4(reads, W, U, b, W_s, U_s, s, h, x):
    """A gate that reads the state is thought to read the state alone."""
    phi, k = _parts(reads, W, U, b, W_s, U_s, s, h, x)
    if reads == "state":
        k = _s(W_s @ h + s)
    J = np.diag(k) + np.diag((1 - k) * (1 - phi**2)) @ W
    if reads == "state":
        J = J + np.diag((h - phi) * k * (1 - k)) @ W_s
    return J


def wrong_5(reads, W, U, b, W_s, U_s, s, h, x):
    """Two slips: U_s x also in the parameter's kappa, and the new term with the new state in place of the old."""
    phi = np.tanh(W @ h + U @ x + b)
    k = _s(s + U_s @ x + (W_s @ h if reads == "state" else 0))
    new = k * h + (1 - k) * phi
    J = np.diag(k) + np.diag((1 - k) * (1 - phi**2)) @ W
    if reads == "state":
        J = J + np.diag((new - phi) * k * (1 - k)) @ W_s
    return J
