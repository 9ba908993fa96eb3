import numpy as np


def right(w, x):
    """Newton from above on the positive branch (concave there), sign put back at the end."""
    w, size = np.asarray(w, dtype=float), np.abs(np.asarray(x, dtype=float))
    h = np.ones(w.shape)
    for _ in range(200):
        a = w * h + size
        value = np.tanh(a) - h
        h = h - value / (w / np.cosh(a) ** 2 - 1)
    log_factor = np.log(w) - 2 * np.log(np.cosh(w * h + size))
    return np.sign(x) * h, -1.0 / log_factor


def wrong_1(w, x):
    """A thousand steps of the unit: not settled where the input is quiet."""
    h = np.zeros(len(w))
    for _ in range(1000):
        h = np.tanh(w * h + x)
    return h, -1 / np.log(w * (1 - h**2))


def wrong_2(w, x):
    """Factor of a step without w: 1 - h*^2 (right for w = 1)."""
    h, _ = right(w, x)
    return h, -1 / np.log(1 - h**2)


def wrong_3(w, x):
    """tau = 1 / (1 - factor), the long-memory approximation in place of -1 / ln factor."""
    h, _ = right(w, x)
    return h, 1 / (1 - w * (1 - h**2))


def wrong_4(w, x):
    """Steps rounded up to whole numbers."""
    h, memory = right(w, x)
    return h, np.ceil(memory)


def wrong_5(w, x):
    """Two slips: sign of the input lost, and half-life in place of 1/e."""
    h, memory = right(w, x)
    return np.abs(h), memory * np.log(2)
