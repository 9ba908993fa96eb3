import numpy as np


def right(delta, h, x, U):
    """Sums over steps and sequences by flattening both to one axis."""
    T, B, d = x.shape
    n = U.shape[0]
    g = delta[1:] * (1 - h[1:] * h[1:])
    flat = g.reshape(T * B, n)
    dW = flat.T @ h[:-1].reshape(T * B, n)
    dU = flat.T @ x.reshape(T * B, d)
    return dW, dU, flat.sum(axis=0), (flat @ U).reshape(T, B, d)


def wrong_1(delta, h, x, U):
    """Mean over the batch in place of the sum."""
    B = x.shape[1]
    g = delta[1:] * (1 - h[1:] ** 2)
    dW = np.einsum("tbi,tbj->ij", g, h[:-1]) / B
    dU = np.einsum("tbi,tbj->ij", g, x) / B
    return dW, dU, g.sum((0, 1)) / B, g @ U


def wrong_2(delta, h, x, U):
    """W taken to multiply the new state: g_t h_t^T in place of g_t h_{t-1}^T."""
    g = delta[1:] * (1 - h[1:] ** 2)
    dW = np.einsum("tbi,tbj->ij", g, h[1:])
    dU = np.einsum("tbi,tbj->ij", g, x)
    return dW, dU, g.sum((0, 1)), g @ U


def wrong_3(delta, h, x, U):
    """delta used where g belongs: the slope of tanh is missing."""
    g = delta[1:]
    dW = np.einsum("tbi,tbj->ij", g, h[:-1])
    dU = np.einsum("tbi,tbj->ij", g, x)
    return dW, dU, g.sum((0, 1)), g @ U


def wrong_4(delta, h, x, U):
    """Bias gradient includes delta_0, which no step has used."""
    g = delta * (1 - h**2)
    dW = np.einsum("tbi,tbj->ij", g[1:], h[:-1])
    dU = np.einsum("tbi,tbj->ij", g[1:], x)
    return dW, dU, g.sum((0, 1)), g[1:] @ U


def wrong_5(delta, h, x, U):
    """Two slips: dW transposed (h outer g), and dx summed over the batch as if it were shared."""
    g = delta[1:] * (1 - h[1:] ** 2)
    dW = np.einsum("tbi,tbj->ij", h[:-1], g)
    dU = np.einsum("tbi,tbj->ij", g, x)
    dx = (g @ U).sum(1, keepdims=True) + np.zeros_like(x)
    return dW, dU, g.sum((0, 1)), dx
