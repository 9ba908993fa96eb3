import numpy as np


def go(a, c, h0, dh, slope=None, prev=True, local=False, dh0f=True, dcf="z", cand=True, hswap=False, clip=None):
    if clip:
        a = np.clip(a, -clip, clip)
    z = 1 / (1 + np.exp(-a))
    q = 1 / (1 + np.exp(a))
    T = len(a)
    h = np.empty((T + 1, *h0.shape))
    h[0] = h0
    for t in range(T):
        h[t + 1] = q[t] * h[t] + z[t] * c[t]
    da, dc = np.empty_like(a), np.empty_like(c)
    D = np.zeros_like(h0)
    for t in range(T - 1, -1, -1):
        D = dh[t] + (0 if local else D)
        hh = h[t] if prev else h[t + 1]
        s = {None: z * q, "none": 1, "naive": z * (1 - z)}[slope]
        s = s[t] if not np.isscalar(s) else s
        da[t] = D * ((c[t] - hh) if cand else c[t]) * s
        dc[t] = D * (z[t] if dcf == "z" else q[t])
        last = D
        D = D * q[t]
    return h, da, dc, (D if dh0f else last)


def right(a, c, h0, dh):
    return go(a, c, h0, dh)


def wrong_1(a, c, h0, dh):
    return go(a, c, h0, dh, prev=False)


def wrong_2(a, c, h0, dh):
    return go(a, c, h0, dh, dh0f=False)


def wrong_3(a, c, h0, dh):
    return go(a, c, h0, dh, local=True)


def wrong_4(a, c, h0, dh):
    return go(a, c, h0, dh, cand=False)


def wrong_6(a, c, h0, dh):
    h, da, dc, d0 = go(a, c, h0, dh)
    return h[1:], da, dc, d0


def wrong_7(a, c, h0, dh):
    h, da, dc, _d0 = go(a, c, h0, dh)
    return h, da, dc, dh[0] * 1 / (1 + np.exp(a[0]))


def wrong_5(a, c, h0, dh):
    "softmax-like: the delta passes with z instead of 1-z"
    z = 1 / (1 + np.exp(-a))
    q = 1 / (1 + np.exp(a))
    h, _, _, _ = go(a, c, h0, dh)
    da, dc = np.empty_like(a), np.empty_like(c)
    D = np.zeros_like(h0)
    for t in range(len(a) - 1, -1, -1):
        D = D + dh[t]
        da[t] = D * (c[t] - h[t]) * z[t] * q[t]
        dc[t] = D * z[t]
        D = D * z[t]
    return h, da, dc, D
