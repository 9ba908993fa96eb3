import numpy as np


def right(h, x, k):
    """Least squares on centred data (centring takes care of c); dead units do no harm."""
    T = len(x)
    features = h[k + 1 :].reshape(-1, h.shape[-1])
    target = x[: T - k].reshape(-1).astype(float)
    features = features - features.mean(0)
    target = target - target.mean()
    w = np.linalg.lstsq(features, target, rcond=None)[0]
    return 1.0 - np.sum((target - features @ w) ** 2) / np.sum(target**2)


def wrong_1(h, x, k):
    """Shift forgotten: pairs h[t] with x[t - k], so the newest input is not in the state."""
    T = len(x)
    H = h[k:T].reshape(-1, h.shape[-1])
    y = x[: T - k].reshape(-1)
    A = np.column_stack([H, np.ones(len(H))])
    w = np.linalg.lstsq(A, y, rcond=None)[0]
    return 1 - np.sum((y - A @ w) ** 2) / np.sum((y - y.mean()) ** 2)


def wrong_2(h, x, k):
    """No constant c in the probe."""
    T = len(x)
    H = h[k + 1 :].reshape(-1, h.shape[-1])
    y = x[: T - k].reshape(-1)
    w = np.linalg.lstsq(H, y, rcond=None)[0]
    return 1 - np.sum((y - H @ w) ** 2) / np.sum((y - y.mean()) ** 2)


def wrong_3(h, x, k):
    """Denominator without the mean: sum of squared targets (right only for mean zero)."""
    T = len(x)
    H = h[k + 1 :].reshape(-1, h.shape[-1])
    y = x[: T - k].reshape(-1)
    A = np.column_stack([H, np.ones(len(H))])
    w = np.linalg.lstsq(A, y, rcond=None)[0]
    return 1 - np.sum((y - A @ w) ** 2) / np.sum(y**2)


def wrong_4(h, x, k):
    """Best single unit: the largest squared correlation in place of a probe of all units."""
    T = len(x)
    H = h[k + 1 :].reshape(-1, h.shape[-1])
    y = x[: T - k].reshape(-1)
    H, y = H - H.mean(0), y - y.mean()
    power = np.sum(H**2, axis=0)
    r2 = (H.T @ y) ** 2 / np.where(power > 0, power, 1.0) / np.sum(y**2)
    return float(r2.max())


def wrong_5(h, x, k):
    """Two slips: looks k steps ahead (h[t] for x of t + k), and reports the correlation R."""
    T = len(x)
    H = h[1 : T + 1 - k].reshape(-1, h.shape[-1])
    y = x[k:].reshape(-1)
    A = np.column_stack([H, np.ones(len(H))])
    w = np.linalg.lstsq(A, y, rcond=None)[0]
    r2 = 1 - np.sum((y - A @ w) ** 2) / np.sum((y - y.mean()) ** 2)
    return float(np.sqrt(max(r2, 0.0)))
