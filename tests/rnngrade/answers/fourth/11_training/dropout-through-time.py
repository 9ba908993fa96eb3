import numpy as np


def _run(W, U, b, x, h0, mx, mh, dh, back=None, mask_t=None):
    h = [h0]
    for t in range(len(x)):
        h.append(np.tanh((mh * h[-1]) @ W.T + (mx * x[t]) @ U.T + b))
    g = np.zeros_like(h0)
    for t in range(len(x), 0, -1):
        d = (g + dh[t - 1]) * (1 - h[t] ** 2)
        g = back(d, t) if back else (d @ W) * mh
    return np.array(h), g


def right(W, U, b, x, h0, kept_x, kept_h, p, dh):
    return _run(W, U, b, x, h0, kept_x / (1 - p), kept_h / (1 - p), dh)


def wrong_1(W, U, b, x, h0, kept_x, kept_h, p, dh):  # the masks change places in kind: kept means dropped
    return _run(W, U, b, x, h0, (1 - kept_x) / (1 - p), (1 - kept_h) / (1 - p), dh)


def wrong_2(W, U, b, x, h0, kept_x, kept_h, p, dh):  # only kept columns are rescaled by the share that was kept
    return _run(W, U, b, x, h0, kept_x / kept_x.mean(), kept_h / max(kept_h.mean(), 1e-9), dh)


def wrong_3(W, U, b, x, h0, kept_x, kept_h, p, dh):  # masked, scaled twice
    return _run(W, U, b, x, h0, kept_x / (1 - p) ** 2, kept_h / (1 - p) ** 2, dh)


def wrong_4(W, U, b, x, h0, kept_x, kept_h, p, dh):  # masks before W on the way back
    mh = kept_h / (1 - p)
    return _run(W, U, b, x, h0, kept_x / (1 - p), mh, dh, back=lambda d, t: (d * mh) @ W)


def wrong_5(W, U, b, x, h0, kept_x, kept_h, p, dh):  # W not transposed back
    mh = kept_h / (1 - p)
    return _run(W, U, b, x, h0, kept_x / (1 - p), mh, dh, back=lambda d, t: (d @ W.T) * mh)


def wrong_6(W, U, b, x, h0, kept_x, kept_h, p, dh):  # dh one step late
    shifted = np.concatenate([np.zeros_like(dh[:1]), dh[:-1]])
    h, _ = right(W, U, b, x, h0, kept_x, kept_h, p, dh)
    return h, right(W, U, b, x, h0, kept_x, kept_h, p, shifted)[1]


def wrong_7(W, U, b, x, h0, kept_x, kept_h, p, dh):  # divides by 1 - p in the inputs alone
    return _run(W, U, b, x, h0, kept_x / (1 - p), kept_h * 1.0, dh)
