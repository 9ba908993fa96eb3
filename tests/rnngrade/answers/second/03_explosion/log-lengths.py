import numpy as np


def right(W, slopes, delta):
    """Every sequence keeps a unit vector and the running sum of the logarithms."""
    T, B, _ = slopes.shape
    out = np.zeros((T + 1, B))
    d = np.array(delta, dtype=float)
    total = np.zeros(B)
    for t in range(T, -1, -1):
        top = np.abs(d).max(axis=1)
        d = d / top[:, None]
        length = np.sqrt((d**2).sum(axis=1))
        d = d / length[:, None]
        total = total + np.log(top) + np.log(length)
        out[t] = total
        if t:
            d = (d * slopes[t - 1]) @ W
    return out


def wrong_1(W, slopes, delta):
    """Plain recursion and a logarithm at the end: infinite or -inf far away."""
    out, d = [], np.array(delta, dtype=float)
    with np.errstate(all="ignore"):
        out.append(np.log(np.linalg.norm(d, axis=1)))
        for s in slopes[::-1]:
            d = (d * s) @ W
            out.append(np.log(np.linalg.norm(d, axis=1)))
    return np.stack(out[::-1])


def wrong_2(W, slopes, delta):
    """Jacobian not transposed: slopes after W, and W.T for the rows."""
    T, B, _ = slopes.shape
    out, total = np.zeros((T + 1, B)), np.zeros(B)
    d = np.array(delta, dtype=float)
    for t in range(T, -1, -1):
        length = np.maximum(np.linalg.norm(d, axis=1), 1e-300)
        d, total = d / length[:, None], total + np.log(length)
        out[t] = total
        if t:
            d = (d @ W.T) * slopes[t - 1]
    return out


def wrong_3(W, slopes, delta):
    """Slopes read in forward order on the way back."""
    return right(W, slopes[::-1], delta)


def wrong_4(W, slopes, delta):
    """One scale for the whole batch: sequences that are far shorter underflow to nothing."""
    T, B, _ = slopes.shape
    out, total = np.zeros((T + 1, B)), 0.0
    d = np.array(delta, dtype=float)
    with np.errstate(all="ignore"):
        for t in range(T, -1, -1):
            scale = np.linalg.norm(d)
            d, total = d / scale, total + np.log(scale)
            out[t] = total + np.log(np.linalg.norm(d, axis=1))
            if t:
                d = (d * slopes[t - 1]) @ W
    return out


def wrong_5(W, slopes, delta):
    """Two slips: delta normalised first and its own length forgotten; rows in the order of the way back."""
    out = right(W, slopes, delta)
    return (out - out[-1])[::-1].copy()
