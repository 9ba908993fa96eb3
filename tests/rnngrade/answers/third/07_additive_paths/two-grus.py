import numpy as np


def _pair(a, b):
    return np.einsum("tbi,tbj->ij", a, b)


def right(h, r, z, new, delta):
    slope = 1 - new**2
    return _pair(delta[1:] * z * slope, r * h[:-1]), _pair(delta[1:] * (1 - z) * slope * r, h[:-1])


def wrong_1(h, r, z, new, delta):
    """The reset on both sides in the second."""
    slope = 1 - new**2
    return right(h, r, z, new, delta)[0], _pair(delta[1:] * (1 - z) * slope * r, r * h[:-1])


def wrong_2(h, r, z, new, delta):
    """The reset inside the slope: 1 - (r new)^2."""
    return right(h, r, z, new, delta)[0], _pair(delta[1:] * (1 - z) * (1 - (r * new) ** 2), h[:-1])


def wrong_3(h, r, z, new, delta):
    """(before, after) mixed up: the pair returned in the wrong order."""
    return right(h, r, z, new, delta)[::-1]


def wrong_4(h, r, z, new, delta):
    """One step's gates against the next step's adjoint: delta of the state before."""
    slope = 1 - new**2
    return _pair(delta[:-1] * z * slope, r * h[:-1]), _pair(delta[:-1] * (1 - z) * slope * r, h[:-1])


def wrong_5(h, r, z, new, delta):
    """Two slips: the slope of a sigmoid, and the reset of the second GRU left out."""
    slope = new * (1 - new)
    return _pair(delta[1:] * z * slope, r * h[:-1]), _pair(delta[1:] * (1 - z) * slope, h[:-1])
