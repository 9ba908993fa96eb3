import numpy as np


def _left(f):
    return np.vstack([np.cumprod(f[::-1], axis=0)[::-1], np.ones((1, f.shape[1]))])


def right(f):
    return _left(f), 1 / (1 - f.mean(axis=0)), -1 / np.log(f).mean(axis=0)


def wrong_1(f):
    """From the beginning: how much of c_0 is in c_k."""
    left = np.vstack([np.ones((1, f.shape[1])), np.cumprod(f, axis=0)])
    return left, 1 / (1 - f.mean(axis=0)), -1 / np.log(f).mean(axis=0)


def wrong_2(f):
    """fades by the geometric mean: 1/(1 - exp(mean ln f))."""
    return _left(f), 1 / (1 - f.mean(axis=0)), 1 / (1 - np.exp(np.log(f).mean(axis=0)))


def wrong_3(f):
    """says averages the time-scales of the steps."""
    return _left(f), (1 / (1 - f)).mean(axis=0), -1 / np.log(f).mean(axis=0)


def wrong_4(f):
    """fades from the logarithm of the whole product, which underflows."""
    left = _left(f)
    with np.errstate(divide="ignore"):
        return left, 1 / (1 - f.mean(axis=0)), -len(f) / np.log(left[0])


def wrong_5(f):
    """Two slips: k counted from 1, so that the last row repeats; the mean over all units."""
    left = _left(f)
    left[:-1] = left[1:]
    return left, 1 / (1 - f.mean()) * np.ones(f.shape[1]), -1 / np.log(f).mean(axis=0)
