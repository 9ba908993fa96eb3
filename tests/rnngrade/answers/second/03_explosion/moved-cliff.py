import numpy as np


def right(w, h0, T):
    """Geometric sum added term by term; the state stays at h0 and is never run."""
    s = 1.0 - np.asarray(h0, dtype=float) ** 2
    slope = np.zeros(s.shape)
    for _ in range(T):
        slope = s * (1.0 + w * slope)
    return np.arctanh(h0) - w * h0, slope


def wrong_1(w, h0, T):
    """Runs the unit at the cliff's bias: rounding takes it away, and the slope with it."""
    b = np.arctanh(h0) - w * h0
    h, slope = np.array(h0, dtype=float), np.zeros(len(h0))
    for _ in range(T):
        h = np.tanh(w * h + b)
        slope = (1 - h**2) * (1 + w * slope)
    return b, slope


def wrong_2(w, h0, T):
    """The chapter's slope (w^T - 1) / (w - 1), which is for h0 = 0."""
    return np.arctanh(h0) - w * h0, (w**T - 1) / (w - 1 + 1e-300)


def wrong_3(w, h0, T):
    """First use of b without its own slope: (f^T - 1) / (f - 1) lacks the factor 1 - h0^2."""
    f = w * (1 - h0**2)
    return np.arctanh(h0) - w * h0, (f**T - 1) / (f - 1)


def wrong_4(w, h0, T):
    """Only the oldest use of b: (1 - h0^2) f^(T-1), the derivative through the whole chain."""
    s = 1 - h0**2
    return np.arctanh(h0) - w * h0, s * (w * s) ** (T - 1)


def wrong_5(w, h0, T):
    """Two slips: b = h0 - w h0 (tanh not inverted), and one term too many in the sum."""
    s = 1 - h0**2
    slope = sum(s * (w * s) ** k for k in range(T + 1))
    return h0 - w * h0, slope
