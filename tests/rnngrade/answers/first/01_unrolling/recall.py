"""recall(h, x, k) -> R^2."""
import numpy as np


def _r2(F, y):
    w = np.linalg.lstsq(F, y, rcond=None)[0]
    return 1 - np.sum((y - F @ w) ** 2) / np.sum((y - y.mean()) ** 2)


def right(h, x, k):
    """Right: centres features and targets, projects on the left singular vectors."""
    T, n = len(x), h.shape[-1]
    F, y = h[k + 1:].reshape(-1, n), x[:T - k].reshape(-1)
    F, y = F - F.mean(0), y - y.mean()
    u, s, _ = np.linalg.svd(F, full_matrices=False)
    u = u[:, s > s.max() * max(F.shape) * np.finfo(float).eps] if s.size and s.max() > 0 else u[:, :0]
    return float(np.sum((u.T @ y) ** 2) / np.sum(y ** 2))


def _pairs(h, x, k):
    F = h[k + 1:].reshape(-1, h.shape[-1])
    return F, x[:len(x) - k].reshape(-1)


def wrong_1(h, x, k):
    """Off by one: h[t] paired with x[t - k], so k = 0 asks for an input not yet read."""
    T = len(x)
    F, y = h[k:T].reshape(-1, h.shape[-1]), x[:T - k].reshape(-1)
    return _r2(np.c_[F, np.ones(len(F))], y)


def wrong_2(h, x, k):
    """No constant c in the probe: right only if means are zero."""
    F, y = _pairs(h, x, k)
    return _r2(F, y)


def wrong_3(h, x, k):
    """Denominator without the mean of the targets: sum of x squared."""
    F, y = _pairs(h, x, k)
    F = np.c_[F, np.ones(len(F))]
    w = np.linalg.lstsq(F, y, rcond=None)[0]
    return 1 - np.sum((y - F @ w) ** 2) / np.sum(y ** 2)


def wrong_4(h, x, k):
    """Normal equations solved with inv: singular for a dead or doubled unit (edge), right otherwise."""
    F, y = _pairs(h, x, k)
    F = np.c_[F, np.ones(len(F))]
    w = np.linalg.inv(F.T @ F) @ (F.T @ y)
    return 1 - np.sum((y - F @ w) ** 2) / np.sum((y - y.mean()) ** 2)


def wrong_5(h, x, k):
    """A probe per sequence, R^2 averaged: right for B = 1."""
    r = [_r2(np.c_[h[k + 1:, i], np.ones(len(x) - k)], x[:len(x) - k, i]) for i in range(x.shape[1])]
    return float(np.mean(r))


def wrong_6(h, x, k):
    """Two slips: future inputs in place of past ones, and no constant."""
    T = len(x)
    return _r2(h[1:T - k + 1].reshape(-1, h.shape[-1]), x[k:].reshape(-1))


def wrong_7(h, x, k):
    """np.roll wraps: the first k targets come from the end of the sequence (right at k = 0)."""
    F, y = h[1:].reshape(-1, h.shape[-1]), np.roll(x, k, axis=0).reshape(-1)
    return _r2(np.c_[F, np.ones(len(F))], y)


def wrong_8(h, x, k):
    """Correlation R in place of its square."""
    return float(np.sqrt(max(right(h, x, k), 0)))
