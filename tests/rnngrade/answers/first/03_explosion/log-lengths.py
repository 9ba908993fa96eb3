"""log_lengths(W, slopes, delta) -> (T + 1, B)."""
import numpy as np


def right(W, slopes, delta):
    """Right: keeps unit directions and adds up logarithms; scales by the maximum first."""
    T = len(slopes)
    out = np.zeros((T + 1, len(delta)))
    log, v = np.zeros(len(delta)), np.array(delta, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        for t in range(T, -1, -1):
            if t < T:
                v = (v * slopes[t]) @ W
            m = np.abs(v).max(1)
            v = np.where(m[:, None] > 0, v / m[:, None], 0)
            n = np.linalg.norm(v, axis=1)
            log = log + np.log(m) + np.log(n)
            v = np.where(n[:, None] > 0, v / n[:, None], 0)
            out[t] = log
    return out


def _plain(W, slopes, delta, M=None, before=True, rev=False):
    v, out = np.array(delta, float), []
    seq = range(len(slopes)) if rev else range(len(slopes) - 1, -1, -1)
    with np.errstate(all="ignore"):
        out.append(np.log(np.linalg.norm(v, axis=1)))
        for t in seq:
            v = (v * slopes[t]) @ (W if M is None else M) if before else (v @ (W if M is None else M)) * slopes[t]
            out.append(np.log(np.linalg.norm(v, axis=1)))
    return np.stack(out[::-1])


def wrong_1(W, slopes, delta):
    """Logarithm at the end: inf or -inf beyond the range of a double."""
    return _plain(W, slopes, delta)


def wrong_2(W, slopes, delta):
    """Transposed: v @ W.T (right for symmetric W)."""
    return right(np.asarray(W).T, slopes, delta)


def wrong_3(W, slopes, delta):
    """Slope after the matrix product: diag(s) W^T."""
    return _plain(W, slopes, delta, before=False)


def wrong_4(W, slopes, delta):
    """Starts from a unit vector, drops ln|delta_T|: right for |delta| = 1."""
    return right(W, slopes, delta / np.linalg.norm(delta, axis=1, keepdims=True))


def wrong_5(W, slopes, delta):
    """One norm for the whole batch: rescales by the common norm; sequences of less growth underflow, and the log is of the batch (right for B = 1)."""
    o = np.zeros((len(slopes) + 1, len(delta)))
    v, log = np.array(delta, float), 0.0
    for t in range(len(slopes), -1, -1):
        if t < len(slopes):
            v = (v * slopes[t]) @ W
        n = np.linalg.norm(v)
        log += np.log(n) if n > 0 else -np.inf
        v = v / n if n > 0 else v
        o[t] = log
    return o


def wrong_6(W, slopes, delta):
    """Two slips: in the order of going back (entry 0 is step T), and slopes read forward in time."""
    return right(W, np.asarray(slopes)[::-1], delta)[::-1]


def wrong_7(W, slopes, delta):
    """Adds 1e-300 under the log to avoid -inf, and rescales never: caps what is small at -690."""
    v, out = np.array(delta, float), []
    with np.errstate(all="ignore"):
        for t in range(len(slopes), -1, -1):
            if t < len(slopes):
                v = (v * slopes[t]) @ W
            out.append(np.log(np.linalg.norm(v, axis=1) + 1e-300))
    return np.stack(out[::-1])


def wrong_8(W, slopes, delta):
    """Extrapolates: ln|delta_t| on a line through the first ten steps (right for constant rates)."""
    o = right(W, slopes, delta)
    T = len(slopes)
    k = min(10, T)
    rate = (o[T - k] - o[T]) / k
    return o[T] + rate * (T - np.arange(T + 1))[:, None]
