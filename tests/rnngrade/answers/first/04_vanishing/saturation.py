"""passed_on(w, x, h0) -> (T + 1, B)."""
import numpy as np


def right(w, x, h0):
    """Right: reversed cumulative product of w (1 - h_t^2)."""
    h, fac = np.asarray(h0, float), []
    for v in x:
        h = np.tanh(w * h + v)
        fac.append(w * (1 - h ** 2))
    out = np.ones((len(x) + 1, len(h0)))
    for t in range(len(x) - 1, -1, -1):
        out[t] = out[t + 1] * fac[t]
    return out


def _states(w, x, h0):
    h = [np.asarray(h0, float)]
    for v in x:
        h.append(np.tanh(w * h[-1] + v))
    return np.stack(h)


def _back(f):
    return np.concatenate([np.cumprod(f[::-1], axis=0)[::-1], np.ones((1, f.shape[1]))])


def wrong_1(w, x, h0):
    """Forgets w: slopes only (right for w = 1)."""
    h = _states(w, x, h0)
    return _back(1 - h[1:] ** 2)


def wrong_2(w, x, h0):
    """Slope of the state before: 1 - h_{t-1}^2."""
    h = _states(w, x, h0)
    return _back(w * (1 - h[:-1] ** 2))


def wrong_3(w, x, h0):
    """Forward cumulative product: dh_t/dh_0 in place of dh_T/dh_t."""
    h = _states(w, x, h0)
    return np.concatenate([np.ones((1, x.shape[1])), np.cumprod(w * (1 - h[1:] ** 2), axis=0)])


def wrong_4(w, x, h0):
    """|w|: right for positive w."""
    h = _states(w, x, h0)
    return _back(abs(w) * (1 - h[1:] ** 2))


def wrong_5(w, x, h0):
    """Linear unit: w^(T-t), the slope forgotten."""
    T = len(x)
    return np.tile((float(w) ** np.arange(T, -1, -1))[:, None], (1, x.shape[1]))


def wrong_6(w, x, h0):
    """Two slips: tanh' taken as 1 - tanh(h)^2, and start at zero not h0."""
    h = _states(w, x, np.zeros_like(h0, dtype=float))
    return _back(w * (1 - np.tanh(h[1:]) ** 2))


def wrong_7(w, x, h0):
    """Last entry left out: (T, B), dh_T/dh_T = 1 missing."""
    return right(w, x, h0)[:-1]


def wrong_8(w, x, h0):
    """One common factor for the batch: mean state over sequences (right for B = 1)."""
    h = _states(w, x, h0).mean(1, keepdims=True)
    return np.tile(_back(w * (1 - h[1:] ** 2)), (1, x.shape[1]))
