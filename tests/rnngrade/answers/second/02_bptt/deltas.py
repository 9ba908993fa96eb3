import numpy as np


def right(W, h, dh):
    """Backward with explicit Jacobian-transposes, filled from the end."""
    T = len(dh)
    delta = np.zeros(h.shape)
    for t in range(T, 0, -1):
        delta[t] += dh[t - 1]
        delta[t - 1] = np.einsum("ij,bi->bj", W, (1 - h[t] ** 2) * delta[t])
    return delta


def wrong_1(W, h, dh):
    """Jacobian not transposed: the message goes forward through W."""
    delta = np.zeros(h.shape)
    for t in range(len(dh), 0, -1):
        delta[t] += dh[t - 1]
        delta[t - 1] = (delta[t] * (1 - h[t] ** 2)) @ W.T
    return delta


def wrong_2(W, h, dh):
    """Slope of the wrong state: 1 - h[t-1]^2 where J_t has 1 - h[t]^2."""
    delta = np.zeros(h.shape)
    for t in range(len(dh), 0, -1):
        delta[t] += dh[t - 1]
        delta[t - 1] = (delta[t] * (1 - h[t - 1] ** 2)) @ W
    return delta


def wrong_3(W, h, dh):
    """Slope applied after W^T: diag and W exchanged."""
    delta = np.zeros(h.shape)
    for t in range(len(dh), 0, -1):
        delta[t] += dh[t - 1]
        delta[t - 1] = (delta[t] @ W) * (1 - h[t] ** 2)
    return delta


def wrong_4(W, h, dh):
    """Index of dh taken as that of h: dh[t] goes to delta[t], so delta[0] gets a loss, delta[T] none."""
    T = len(dh)
    delta = np.zeros(h.shape)
    for t in range(T, 0, -1):
        if t < T:
            delta[t] += dh[t]
        delta[t - 1] = (delta[t] * (1 - h[t] ** 2)) @ W
    delta[0] += dh[0]
    return delta


def wrong_5(W, h, dh):
    """Two slips: no slopes at all, and the initial state is left at zero."""
    delta = np.zeros(h.shape)
    delta[-1] = dh[-1]
    for t in range(len(dh) - 1, 0, -1):
        delta[t] = dh[t - 1] + delta[t + 1] @ W
    return delta
