"""decay(lengths, threshold) -> (rate, horizon)."""
import numpy as np


def right(lengths, threshold):
    """Right: covariance of lag and mean log over the variance of the lag; first lag below the log of the fraction."""
    y = np.log(lengths).mean(1)
    k = np.arange(len(y)) - (len(y) - 1) / 2
    rate = float(k @ y / (k @ k))
    below = np.flatnonzero(np.exp(y - y[0]) < threshold)
    return rate, int(below[0]) if len(below) else np.inf


def _hor(y, thr, strict=True):
    r = np.exp(y - y[0])
    i = np.flatnonzero(r < thr if strict else r <= thr)
    return int(i[0]) if len(i) else np.inf


def wrong_1(lengths, threshold):
    """Ordinary mean over runs (right where runs are proportional)."""
    y = np.log(lengths.mean(1))
    return float(np.polyfit(np.arange(len(y)), y, 1)[0]), _hor(y, threshold)


def wrong_2(lengths, threshold):
    """Rate from the end points only: (y_T - y_0)/(T-1); right on straight lines."""
    y = np.log(lengths).mean(1)
    return float((y[-1] - y[0]) / (len(y) - 1)), _hor(y, threshold)


def wrong_3(lengths, threshold):
    """Horizon computed from the rate: ceil(ln thr / rate)."""
    r, _ = right(lengths, threshold)
    return r, int(np.ceil(np.log(threshold) / r)) if r < 0 else np.inf


def wrong_4(lengths, threshold):
    """Absolute threshold: first lag at which the mean is below thr itself (right for lengths that start at 1)."""
    y = np.log(lengths).mean(1)
    i = np.flatnonzero(np.exp(y) < threshold)
    return right(lengths, threshold)[0], int(i[0]) if len(i) else np.inf


def wrong_5(lengths, threshold):
    """<= for <: differs when a lag is exactly the fraction."""
    r, _ = right(lengths, threshold)
    y = np.log(lengths).mean(1)
    g = np.exp(y)
    i = np.flatnonzero(g <= threshold * g[0] * (1 + 1e-12))
    return r, int(i[0]) if len(i) else np.inf


def wrong_6(lengths, threshold):
    """Two slips: log10 in the rate, and horizon counted from 1."""
    r, h = right(lengths, threshold)
    return r / np.log(10), h + 1


def wrong_7(lengths, threshold):
    """No lag qualifies: argmax of all-False gives 0 (right otherwise)."""
    y = np.log(lengths).mean(1)
    return right(lengths, threshold)[0], int(np.argmax(np.exp(y - y[0]) < threshold))


def wrong_8(lengths, threshold):
    """Line forced through the first point (through the origin of y - y_0)."""
    y = np.log(lengths).mean(1)
    k = np.arange(len(y))
    return float(k @ (y - y[0]) / (k @ k)), _hor(y, threshold)
