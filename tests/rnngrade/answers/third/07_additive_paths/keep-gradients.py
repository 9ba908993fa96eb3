import numpy as np


def _sums(g, h, x):
    return np.einsum("tbi,tbj->ij", g, h), np.einsum("tbi,tbj->ij", g, x), g.sum((0, 1))


def right(delta, h, phi, kappa, x):
    return _sums(delta[1:] * (h[:-1] - phi) * kappa * (1 - kappa), h[:-1], x)


def wrong_1(delta, h, phi, kappa, x):
    """How far the new state is from phi, not the old."""
    return _sums(delta[1:] * (h[1:] - phi) * kappa * (1 - kappa), h[:-1], x)


def wrong_2(delta, h, phi, kappa, x):
    """Gate slope squared: kappa (1 - kappa) put in again because of both products."""
    return _sums(delta[1:] * (kappa * h[:-1] - (1 - kappa) * phi) * kappa * (1 - kappa), h[:-1], x)


def wrong_3(delta, h, phi, kappa, x):
    """W_s is paired with the candidate."""
    g = delta[1:] * (h[:-1] - phi) * kappa * (1 - kappa)
    return _sums(g, phi, x)


def wrong_4(delta, h, phi, kappa, x):
    """The adjoint of the state that the gate reads, delta_{t-1}."""
    return _sums(delta[:-1] * (h[:-1] - phi) * kappa * (1 - kappa), h[:-1], x)


def wrong_5(delta, h, phi, kappa, x):
    """Two slips: ds averaged over the batch, x of the step before."""
    g = delta[1:] * (h[:-1] - phi) * kappa * (1 - kappa)
    late = np.zeros_like(x)
    late[1:] = x[:-1]
    dW, dU, ds = _sums(g, h[:-1], late)
    return dW, dU, ds / g.shape[1]
