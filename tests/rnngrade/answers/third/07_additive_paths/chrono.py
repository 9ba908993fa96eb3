import numpy as np


def right(u, T):
    t = (1 - u) + u * (T - 1)
    return np.log(t), np.log(1 / t), -np.log(t)


def wrong_1(u, T):
    """Whole times only."""
    b = np.log(np.floor(1 + u * (T - 2)))
    return b, -b, -b


def wrong_2(u, T):
    """The bias at which sigma(b)^time = 1/e."""
    t = 1 + u * (T - 2)
    b = -np.log(np.expm1(1 / t))
    return b, -b, -b


def wrong_3(u, T):
    """Input gate: the logarithm of 1 - f, not the bias that gives 1 - f."""
    b = np.log(1 + u * (T - 2))
    closed = np.log(1 - 1 / (1 + np.exp(-b)))
    return b, closed, closed


def wrong_4(u, T):
    """Brackets: the logarithm of 1 + u, stretched."""
    b = np.log(1 + u) * (T - 2)
    return b, -b, -b


def wrong_5(u, T):
    """Two slips: u spread anew between its own extremes, and the update gate left at zero."""
    spread = (u - u.min()) / (u.max() - u.min()) if len(u) > 1 else u
    b = np.log(1 + spread * (T - 2))
    return b, -b, 0 * b
