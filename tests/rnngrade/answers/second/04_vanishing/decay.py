import numpy as np


def right(lengths, threshold):
    """Centred slope by hand; horizon with a tolerance for exactly the fraction."""
    y = np.log(lengths).mean(axis=1)
    k = np.arange(len(y)) - (len(y) - 1) / 2
    rate = float((k * y).sum() / (k**2).sum())
    below = np.flatnonzero(y - y[0] < np.log(threshold) - 1e-12 * (1 + abs(y[0])))
    return rate, int(below[0]) if len(below) else np.inf


def _horizon(y, threshold):
    below = np.flatnonzero(y - y[0] < np.log(threshold) - 1e-12)
    return int(below[0]) if len(below) else np.inf


def wrong_1(lengths, threshold):
    """Ordinary mean over the runs in place of the geometric one."""
    y = np.log(lengths.mean(axis=1))
    return float(np.polyfit(np.arange(len(y)), y, 1)[0]), _horizon(y, threshold)


def wrong_2(lengths, threshold):
    """Rate from the two ends only."""
    y = np.log(lengths).mean(axis=1)
    return float((y[-1] - y[0]) / (len(y) - 1)), _horizon(y, threshold)


def wrong_3(lengths, threshold):
    """Horizon calculated from the rate, ceil(ln threshold / rate), not counted in the data."""
    y = np.log(lengths).mean(axis=1)
    rate = float(np.polyfit(np.arange(len(y)), y, 1)[0])
    return rate, int(np.ceil(np.log(threshold) / rate)) if rate < 0 else np.inf


def wrong_4(lengths, threshold):
    """Threshold taken as absolute, not as a fraction of lag 0; T where no lag qualifies."""
    y = np.log(lengths).mean(axis=1)
    below = np.flatnonzero(y < np.log(threshold))
    rate = float(np.polyfit(np.arange(len(y)), y, 1)[0])
    return rate, int(below[0]) if len(below) else len(y)


def wrong_5(lengths, threshold):
    """Two slips: decimal logarithms in the rate, and the horizon is the last lag not below (one less)."""
    y = np.log(lengths).mean(axis=1)
    rate = float(np.polyfit(np.arange(len(y)), y / np.log(10), 1)[0])
    return rate, _horizon(y, threshold) - 1
