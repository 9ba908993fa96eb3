"""rest(data, theta) -> w."""
import numpy as np


def _f(w, a, theta):
    return np.clip(w - a, -theta, theta).mean()


def right(data, theta):
    """Right: between the breakpoints a -+ theta the function is linear: exact root."""
    a = np.asarray(data, float)
    p = np.sort(np.concatenate([a - theta, a + theta]))
    f = np.array([_f(q, a, theta) for q in p])
    i = int(np.searchsorted(f, 0.0))
    if i == 0:
        return float(p[0])
    if f[i] == 0:
        return float(p[i])
    return float(p[i - 1] - f[i - 1] * (p[i] - p[i - 1]) / (f[i] - f[i - 1]))


def wrong_1(data, theta):
    """The mean: right for a large theta."""
    return float(np.mean(data))


def wrong_2(data, theta):
    """The median: right for theta to zero."""
    return float(np.median(data))


def wrong_3(data, theta):
    """Clips the data to median -+ theta and takes the mean (one pass of the fixed point)."""
    m = np.median(data)
    return float(np.clip(data, m - theta, m + theta).mean())


def wrong_4(data, theta):
    """Bisection with too few halvings (20) on [min, max]: a few digits only with wide data."""
    lo, hi = float(np.min(data)), float(np.max(data))
    for _ in range(20):
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if _f(mid, data, theta) < 0 else (lo, mid)
    return (lo + hi) / 2


def wrong_5(data, theta):
    """Descent of 200 steps from the mean at the rate 0.1: not yet there for outliers."""
    w = float(np.mean(data))
    for _ in range(200):
        w -= 0.1 * _f(w, data, theta)
    return w


def wrong_6(data, theta):
    """Two slips: drops data farther than theta from the median (trimming, not clipping), and rounds to three digits."""
    m = np.median(data)
    kept = np.asarray(data)[np.abs(np.asarray(data) - m) <= theta]
    return round(float(kept.mean()), 3)


def wrong_7(data, theta):
    """Fixed brackets [-100, 100]: right for data inside."""
    lo, hi = -100.0, 100.0
    for _ in range(100):
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if _f(mid, data, theta) < 0 else (lo, mid)
    return (lo + hi) / 2


def wrong_8(data, theta):
    """Clips the mean of the gradients in place of each: always the mean."""
    w = 0.0
    for _ in range(1000):
        w -= 0.1 * float(np.clip(np.mean(w - np.asarray(data)), -theta, theta))
    return w
