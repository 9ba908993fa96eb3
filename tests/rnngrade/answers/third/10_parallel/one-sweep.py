import numpy as np


def sw(W, a, h, J, out="h+d"):
    p = np.vstack([0 * h[:1], h[:-1]])
    f = np.tanh(p @ W.T + a)
    r = f - h
    d = np.zeros(len(W))
    D = []
    for t in range(len(h)):
        d = J(W, f, h, p, t) @ d + r[t]
        D.append(d)
    D = np.array(D)
    return {"h+d": h + D, "d": D, "h-d": h - D, "f+d": f + D}[out]


def J0(W, f, h, p, t):
    return (1 - f[t] ** 2)[:, None] * W


def right(W, a, h):
    return sw(W, a, h, J0)


def wrong_1(W, a, h):
    return sw(W, a, h, lambda W, f, h, p, t: (1 - h[t] ** 2)[:, None] * W)


def wrong_2(W, a, h):
    return sw(W, a, h, J0, "f+d")


def wrong_3(W, a, h):
    return sw(W, a, h, lambda W, f, h, p, t: (1 - f[t] ** 2)[None, :] * W)


def wrong_4(W, a, h):
    return sw(W, a, h, lambda W, f, h, p, t: (1 - f[t - 1] ** 2)[:, None] * W)


def wrong_5(W, a, h):
    "a loop: the exact states"
    s = np.zeros(len(W))
    o = []
    for t in range(len(h)):
        s = np.tanh(W @ s + a[t])
        o.append(s)
    return np.array(o)


def wrong_6(W, a, h):
    "Newton step by step: f at the corrected h_{t-1}, J too"
    o = h.copy()
    p = np.zeros(len(W))
    q = np.zeros(len(W))
    for t in range(len(h)):
        f = np.tanh(W @ q + a[t])
        np.tanh(W @ p + a[t])
        o[t] = f + (1 - f**2) * (W @ (q - p))
        p = h[t]
        q = o[t]
    return o


def wrong_7(W, a, h):
    "one diagonal Jacobian only: quasi-Newton"
    return sw(W, a, h, lambda W, f, h, p, t: np.diag((1 - f[t] ** 2) * np.diag(W)))


def wrong_8(W, a, h):
    "h_{t-1} is h[t-1] for t=0 too: wraps"
    p = np.roll(h, 1, axis=0)
    f = np.tanh(p @ W.T + a)
    r = f - h
    d = np.zeros(len(W))
    D = []
    for t in range(len(h)):
        d = J0(W, f, h, p, t) @ d + r[t]
        D.append(d)
    return h + np.array(D)


def wrong_9(W, a, h):
    "one correction: d = r + J r_before (no accumulation)"
    p = np.vstack([0 * h[:1], h[:-1]])
    f = np.tanh(p @ W.T + a)
    r = f - h
    rb = np.vstack([0 * r[:1], r[:-1]])
    return h + r + (1 - f**2) * (rb @ W.T)
