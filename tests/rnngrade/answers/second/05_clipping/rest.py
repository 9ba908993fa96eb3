import numpy as np


def right(data, theta):
    """Halving between least and greatest datum, then the exact root of the linear piece."""
    a = np.asarray(data, dtype=float)
    lo, hi = a.min(), a.max()
    for _ in range(1500):
        mid = lo + (hi - lo) / 2
        if mid in (lo, hi):
            break
        if np.clip(mid - a, -theta, theta).sum() < 0:
            lo = mid
        else:
            hi = mid
    return float(lo + (hi - lo) / 2)


def wrong_1(data, theta):
    """Where unclipped descent rests: the mean."""
    return float(np.mean(data))


def wrong_2(data, theta):
    """The median: right only for a threshold below the gaps of the data."""
    return float(np.median(data))


def wrong_3(data, theta):
    """One step only: clips the data around their median and takes the mean of that."""
    m = np.median(data)
    return float(m + np.mean(np.clip(data - m, -theta, theta)))


def wrong_4(data, theta):
    """Five hundred steps of descent at the rate 0.01, from the mean: close, but not at rest."""
    w = float(np.mean(data))
    for _ in range(500):
        w -= 0.01 * np.mean(np.clip(w - data, -theta, theta))
    return float(w)


def wrong_5(data, theta):
    """Two slips: outliers thrown away in place of cut, and around the mean."""
    centre = np.mean(data)
    near = data[np.abs(data - centre) <= theta]
    return float(near.mean()) if len(near) else float(centre)
