import numpy as np


def _q(v, s):
    return np.round(v / s)


def right(W, x):
    s = np.abs(W).max(1) / 127
    s[s == 0] = 1
    sx = np.abs(x).max() / 127
    sx = sx if sx else 1.0
    q, qx = _q(W, s[:, None]), _q(x, sx)
    return q.astype(np.int8), s, s * sx * (q @ qx)


def wrong_1(W, x):  # by the standard deviation
    s = 3 * W.std(1) / 127 + 1e-12
    sx = np.abs(x).max() / 127 or 1.0
    q = np.clip(_q(W, s[:, None]), -127, 127)
    return q.astype(np.int8), s, s * sx * (q @ _q(x, sx))


def wrong_2(W, x):  # zero rows divide by zero
    with np.errstate(all="ignore"):
        s = np.abs(W).max(1) / 127
        sx = np.abs(x).max() / 127
        q = _q(W, s[:, None])
        return np.nan_to_num(q).astype(np.int8), s, s * sx * (q @ _q(x, sx))


def wrong_3(W, x):  # the scale is the maximum
    q, s, y = right(W, x)
    return q, 127 * s, y


def wrong_4(W, x):  # uint8
    q, s, y = right(W, x)
    return (q.astype(int) + 128).astype(np.uint8), s, y


def wrong_5(W, x):  # W rounded, then multiplied with x rounded by the rows' scale
    q, s, _ = right(W, x)
    return q, s, np.array([s[i] * s[i] * (q[i].astype(float) @ np.round(x / s[i])) for i in range(len(W))])


def wrong_6(W, x):  # q already scaled back
    q, s, y = right(W, x)
    return q * s[:, None], s, y


def wrong_7(W, x):  # 7 bits
    s = np.abs(W).max(1) / 63
    s[s == 0] = 1
    sx = np.abs(x).max() / 63 or 1.0
    q, qx = _q(W, s[:, None]), _q(x, sx)
    return q.astype(np.int8), s, s * sx * (q @ qx)
