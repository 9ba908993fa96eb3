"""weight_gradients(delta, h, x, U) -> (dW, dU, db, dx)."""
import numpy as np


def right(delta, h, x, U):
    """Right: sum of outer products by einsum over steps and batch."""
    g = delta[1:] * (1 - h[1:] ** 2)
    return (np.einsum("tbi,tbj->ij", g, h[:-1]), np.einsum("tbi,tbd->id", g, x),
            np.einsum("tbi->i", g), np.einsum("tbi,id->tbd", g, U))


def wrong_1(delta, h, x, U):
    """Outer product with h_t, not h_{t-1}."""
    g = delta[1:] * (1 - h[1:] ** 2)
    return (np.einsum("tbi,tbj->ij", g, h[1:]), np.einsum("tbi,tbd->id", g, x), g.sum((0, 1)), g @ U)


def wrong_2(delta, h, x, U):
    """Mean over the batch."""
    dW, dU, db, dx = right(delta, h, x, U)
    B = h.shape[1]
    return dW / B, dU / B, db / B, dx


def wrong_3(delta, h, x, U):
    """dW transposed: h g^T (right shape, wrong places)."""
    dW, dU, db, dx = right(delta, h, x, U)
    return dW.T, dU, db, dx


def wrong_4(delta, h, x, U):
    """Forgets the slope: g = delta (right where all states are zero, as in the example)."""
    g = delta[1:]
    return np.einsum("tbi,tbj->ij", g, h[:-1]), np.einsum("tbi,tbd->id", g, x), g.sum((0, 1)), g @ U


def wrong_5(delta, h, x, U):
    """db contains delta_0."""
    dW, dU, db, dx = right(delta, h, x, U)
    return dW, dU, db + (delta[0] * (1 - h[0] ** 2)).sum(0), dx


def wrong_6(delta, h, x, U):
    """Two slips: delta[:-1] in place of delta[1:] with the slope of h[t], and dx from it too."""
    g = delta[:-1] * (1 - h[1:] ** 2)
    return np.einsum("tbi,tbj->ij", g, h[:-1]), np.einsum("tbi,tbd->id", g, x), g.sum((0, 1)), g @ U


def wrong_7(delta, h, x, U):
    """Order slip: (dU, dW, db, dx)."""
    dW, dU, db, dx = right(delta, h, x, U)
    return dU, dW, db, dx


def wrong_8(delta, h, x, U):
    """One product of sums: (sum_t g)^T (sum_t h): cross terms; right for T = B = 1."""
    g = delta[1:] * (1 - h[1:] ** 2)
    gs = g.sum((0, 1))
    return np.outer(gs, h[:-1].sum((0, 1))), np.outer(gs, x.sum((0, 1))), gs, g @ U
