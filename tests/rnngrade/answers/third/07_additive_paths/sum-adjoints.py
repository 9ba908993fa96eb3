import numpy as np


def _back(W, phi, dh, step):
    T, B, n = dh.shape
    delta = np.zeros((T + 1, B, n))
    delta[T] = dh[T - 1]
    for t in range(T, 0, -1):
        delta[t - 1] = step(t, delta) + (dh[t - 2] if t > 1 else 0)
    return delta


def right(W, phi, dh):
    return _back(W, phi, dh, lambda t, d: d[t] @ np.eye(len(W)) + ((1 - phi[t - 1] * phi[t - 1]) * d[t]) @ W)


def wrong_1(W, phi, dh):
    """Along the identity goes only the next step's own local gradient."""
    return _back(W, phi, dh, lambda t, d: dh[t - 1] + ((1 - phi[t - 1] ** 2) * d[t]) @ W)


def wrong_2(W, phi, dh):
    """The sum taken for a mean of both paths."""
    return _back(W, phi, dh, lambda t, d: (d[t] + ((1 - phi[t - 1] ** 2) * d[t]) @ W) / 2)


def wrong_3(W, phi, dh):
    """The slope acts on the sum: tanh taken around everything, the skip included."""
    return _back(W, phi, dh, lambda t, d: (1 - phi[t - 1] ** 2) * (d[t] + d[t] @ W))


def wrong_4(W, phi, dh):
    """The initial state 'has no loss of its own', so its adjoint is left at zero."""
    delta = right(W, phi, dh)
    delta[0] = 0
    return delta


def wrong_5(W, phi, dh):
    """Two slips: W not transposed back, and the state summed from phi used in the slope."""
    h = np.cumsum(phi, axis=0)
    return _back(W, phi, dh, lambda t, d: d[t] + ((1 - h[t - 1] ** 2) * d[t]) @ W.T)
