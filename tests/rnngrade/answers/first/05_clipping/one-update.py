"""update(w, b, T, target, rate, theta) -> (w, b, before, after)."""
import numpy as np


def _grad(w, b, T, y):
    h, sw, sb = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for _ in range(T):
        new = np.tanh(w * h + b)
        d = 1 - new ** 2
        sw, sb, h = d * (h + w * sw), d * (1 + w * sb), new
    return (h - y) * sw, (h - y) * sb


def right(w, b, T, target, rate, theta):
    """Right: forward sensitivities of one unit, clip by its own norm, again at the landing point."""
    gw, gb = _grad(w, b, T, target)
    n = np.hypot(gw, gb)
    s = np.minimum(1, theta / n)
    w2, b2 = w - rate * s * gw, b - rate * s * gb
    return w2, b2, n, np.hypot(*_grad(w2, b2, T, target))


def _with(w, b, T, target, rate, theta, sf, grad=_grad, n2=None):
    gw, gb = grad(w, b, T, target)
    n = np.hypot(gw, gb)
    s = sf(gw, gb, n)
    w2, b2 = w - rate * s * gw, b - rate * s * gb
    return w2, b2, n, np.hypot(*grad(w2, b2, T, target))


def wrong_1(w, b, T, target, rate, theta):
    """One norm for all units together (clips as one model): right for K = 1."""
    return _with(w, b, T, target, rate, theta, lambda gw, gb, n: np.minimum(1, theta / np.sqrt(np.sum(gw ** 2 + gb ** 2))))


def wrong_2(w, b, T, target, rate, theta):
    """Gradient at the old point returned twice: after = before clipped."""
    r = right(w, b, T, target, rate, theta)
    return r[0], r[1], r[2], np.minimum(r[2], theta)


def wrong_3(w, b, T, target, rate, theta):
    """Clips the step, not the gradient: theta bounds rate * |g|."""
    return _with(w, b, T, target, rate, theta, lambda gw, gb, n: np.minimum(1, theta / (rate * n)))


def wrong_4(w, b, T, target, rate, theta):
    """dL/dw counts the last step only (h_{T-1}): right for T <= 2 (h_0 = 0)."""
    def g(w, b, T, y):
        h = prev = np.zeros_like(w)
        for _ in range(T):
            prev, h = h, np.tanh(w * h + b)
        return (h - y) * (1 - h ** 2) * prev, (h - y) * (1 - h ** 2)
    return _with(w, b, T, target, rate, theta, lambda gw, gb, n: np.minimum(1, theta / n), grad=g)


def wrong_5(w, b, T, target, rate, theta):
    """Each of the two numbers clipped by itself (by value)."""
    gw, gb = _grad(w, b, T, target)
    cw, cb = np.clip(gw, -theta, theta), np.clip(gb, -theta, theta)
    w2, b2 = w - rate * cw, b - rate * cb
    return w2, b2, np.hypot(gw, gb), np.hypot(*_grad(w2, b2, T, target))


def wrong_6(w, b, T, target, rate, theta):
    """Two slips: gradient always scaled to theta, and ascends (plus)."""
    gw, gb = _grad(w, b, T, target)
    n = np.hypot(gw, gb)
    w2, b2 = w + rate * theta * gw / n, b + rate * theta * gb / n
    return w2, b2, n, np.hypot(*_grad(w2, b2, T, target))


def wrong_7(w, b, T, target, rate, theta):
    """before is the norm after clipping, all else right."""
    r = right(w, b, T, target, rate, theta)
    return r[0], r[1], np.minimum(r[2], theta), r[3]


def wrong_8(w, b, T, target, rate, theta):
    """Loss without the half: gradient twice as long."""
    def g(w, b, T, y):
        a, c = _grad(w, b, T, y)
        return 2 * a, 2 * c
    return _with(w, b, T, target, rate, theta, lambda gw, gb, n: np.minimum(1, theta / n), grad=g)
