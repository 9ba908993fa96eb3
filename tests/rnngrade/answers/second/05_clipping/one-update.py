import numpy as np


def right(w, b, T, target, rate, theta):
    """Forward tangents of h_T in w and in b; hypot for the length."""

    def gradient(w, b):
        h, hw, hb = np.zeros(len(w)), np.zeros(len(w)), np.zeros(len(w))
        for _ in range(T):
            new = np.tanh(w * h + b)
            s = 1 - new**2
            hw, hb, h = s * (h + w * hw), s * (1 + w * hb), new
        return (h - target) * hw, (h - target) * hb

    gw, gb = gradient(w, b)
    before = np.hypot(gw, gb)
    share = np.minimum(1.0, theta / before)
    w_new, b_new = w - rate * share * gw, b - rate * share * gb
    return w_new, b_new, before, np.hypot(*gradient(w_new, b_new))


def _gradient(w, b, T, target):
    h = [np.zeros(len(w))]
    for _ in range(T):
        h.append(np.tanh(w * h[-1] + b))
    delta, gw, gb = h[-1] - target, np.zeros(len(w)), np.zeros(len(w))
    for t in range(T, 0, -1):
        g = delta * (1 - h[t] ** 2)
        gw, gb, delta = gw + g * h[t - 1], gb + g, g * w
    return gw, gb


def wrong_1(w, b, T, target, rate, theta):
    """One norm for all units: the batch of units is clipped as a single gradient."""
    gw, gb = _gradient(w, b, T, target)
    before = np.hypot(gw, gb)
    share = np.minimum(1, theta / np.sqrt(np.sum(before**2)))
    w2, b2 = w - rate * share * gw, b - rate * share * gb
    return w2, b2, before, np.hypot(*_gradient(w2, b2, T, target))


def wrong_2(w, b, T, target, rate, theta):
    """Clips w's and b's gradients by value, each to [-theta, theta]."""
    gw, gb = _gradient(w, b, T, target)
    w2 = w - rate * np.clip(gw, -theta, theta)
    b2 = b - rate * np.clip(gb, -theta, theta)
    return w2, b2, np.hypot(gw, gb), np.hypot(*_gradient(w2, b2, T, target))


def wrong_3(w, b, T, target, rate, theta):
    """'After' read as after clipping: the clipped norm at the old parameters."""
    gw, gb = _gradient(w, b, T, target)
    before = np.hypot(gw, gb)
    share = np.minimum(1, theta / before)
    after = np.minimum(before, theta)
    return w - rate * share * gw, b - rate * share * gb, before, after


def wrong_4(w, b, T, target, rate, theta):
    """Clips the step, rate times gradient, to theta: an update may be as long as theta itself."""
    gw, gb = _gradient(w, b, T, target)
    before = np.hypot(gw, gb)
    share = np.minimum(1, theta / (rate * before))
    w2, b2 = w - rate * share * gw, b - rate * share * gb
    return w2, b2, before, np.hypot(*_gradient(w2, b2, T, target))


def wrong_5(w, b, T, target, rate, theta):
    """Two slips: the use of w at step t paired with h_t, and only the last step's use of b."""

    def gradient(w, b):
        h = [np.zeros(len(w))]
        for _ in range(T):
            h.append(np.tanh(w * h[-1] + b))
        delta, gw = h[-1] - target, np.zeros(len(w))
        gb = delta * (1 - h[-1] ** 2)
        for t in range(T, 0, -1):
            g = delta * (1 - h[t] ** 2)
            gw, delta = gw + g * h[t], g * w
        return gw, gb

    gw, gb = gradient(w, b)
    before = np.hypot(gw, gb)
    share = np.minimum(1, theta / np.maximum(before, 1e-300))
    w2, b2 = w - rate * share * gw, b - rate * share * gb
    return w2, b2, before, np.hypot(*gradient(w2, b2))
