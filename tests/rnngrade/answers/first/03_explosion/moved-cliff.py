"""cliff(w, h0, T) -> (b, slope), (K,) each."""
import numpy as np


def right(w, h0, T):
    """Right: b = artanh(h0) - w h0, sensitivity by the recursion s <- f (1 + w s)."""
    f, s = 1 - h0 ** 2, np.zeros(np.shape(h0))
    for _ in range(T):
        s = f * (1 + w * s)
    return np.arctanh(h0) - w * h0, s


def wrong_1(w, h0, T):
    """Slope with the plain w in the series: f (w^T - 1)/(w - 1); right for h0 = 0 or T = 1."""
    b = np.arctanh(h0) - w * h0
    return b, (1 - h0 ** 2) * sum(w ** i for i in range(T))


def wrong_2(w, h0, T):
    """Forgets the slope of the last step: series of powers of q without the factor f."""
    q = w * (1 - h0 ** 2)
    return np.arctanh(h0) - w * h0, sum(q ** i for i in range(T))


def wrong_3(w, h0, T):
    """dh_T/dh_0 in place of dh_T/db: q^T."""
    return np.arctanh(h0) - w * h0, (w * (1 - h0 ** 2)) ** T


def wrong_4(w, h0, T):
    """tanh for its inverse: b = tanh(h0) - w h0; right for h0 = 0."""
    return np.tanh(h0) - w * h0, right(w, h0, T)[1]


def wrong_5(w, h0, T):
    """Finite difference of the final state at b: step 1e-3 across a steep cliff."""
    b = np.arctanh(h0) - w * h0
    hs = []
    for d in (-1e-3, 1e-3):
        h = h0
        for _ in range(T):
            h = np.tanh(w * h + b + d)
        hs.append(h)
    return b, (hs[1] - hs[0]) / 2e-3


def wrong_6(w, h0, T):
    """Two slips: sign of b, and one term too many."""
    q, f = w * (1 - h0 ** 2), 1 - h0 ** 2
    return w * h0 - np.arctanh(h0), f * sum(q ** i for i in range(T + 1))


def wrong_7(w, h0, T):
    """Runs the unit forward and multiplies the slopes of what it finds: round-off is thrown off the repelling point for large T."""
    b = np.arctanh(h0) - w * h0
    h, s = np.array(h0, float), np.zeros(np.shape(h0))
    for _ in range(T):
        h = np.tanh(w * h + b)
        s = (1 - h ** 2) * (1 + w * s)
    return b, s


def wrong_8(w, h0, T):
    """Cliff always at b = 0 as in the chapter."""
    return np.zeros(np.shape(h0)), right(w, h0, T)[1]
