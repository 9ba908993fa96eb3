import numpy as np


def right(f, v):
    f, v = f.copy(), v.copy()
    out = [v.copy()]
    d = 1
    while d < len(v):
        nv, nf = v.copy(), f.copy()
        nv[d:] = f[d:] * v[:-d] + v[d:]
        nf[d:] = f[d:] * f[:-d]
        f, v = nf, nv
        out.append(v.copy())
        d *= 2
    return np.array(out)


def wrong_1(f, v):
    "in place, ascending"
    f, v = f.copy(), v.copy()
    out = [v.copy()]
    d = 1
    while d < len(v):
        for t in range(d, len(v)):
            v[t] += f[t] * v[t - d]
            f[t] = f[t] * f[t - d]
        out.append(v.copy())
        d *= 2
    return np.array(out)


def wrong_2(f, v):
    "factors combined first, then used"
    f, v = f.copy(), v.copy()
    out = [v.copy()]
    d = 1
    while d < len(v):
        nf = f.copy()
        nf[d:] = f[d:] * f[:-d]
        f = nf
        nv = v.copy()
        nv[d:] = f[d:] * v[:-d] + v[d:]
        v = nv
        out.append(v.copy())
        d *= 2
    return np.array(out)


def wrong_3(f, v):
    "floor(log2 T) rounds"
    return right(f, v)[: int(np.log2(len(v))) + 1]


def wrong_4(f, v):
    "distance grows by one, not doubled"
    f, v = f.copy(), v.copy()
    out = [v.copy()]
    R = int(np.ceil(np.log2(len(v))))
    for r in range(R):
        d = r + 1
        nv, nf = v.copy(), f.copy()
        nv[d:] = f[d:] * v[:-d] + v[d:]
        nf[d:] = f[d:] * f[:-d]
        f, v = nf, nv
        out.append(v.copy())
    return np.array(out)


def wrong_5(f, v):
    "f of the earlier place"
    f, v = f.copy(), v.copy()
    out = [v.copy()]
    d = 1
    while d < len(v):
        nv, nf = v.copy(), f.copy()
        nv[d:] = f[:-d] * v[:-d] + v[d:]
        nf[d:] = f[d:] * f[:-d]
        f, v = nf, nv
        out.append(v.copy())
        d *= 2
    return np.array(out)


def wrong_6(f, v):
    "the same array put into the list every time"
    f, v = f.copy(), v.copy()
    out = [v]
    d = 1
    while d < len(v):
        new = f[d:] * v[:-d] + v[d:]
        nf = f[d:] * f[:-d]
        v[d:] = new
        f[d:] = nf
        out.append(v)
        d *= 2
    return np.array(out)


def wrong_7(f, v):
    "combines by np.roll: the last wraps round to the first"
    out = [v]
    d = 1
    while d < len(v):
        v = f * np.roll(v, d, axis=0) + v
        f = f * np.roll(f, d, axis=0)
        out.append(v)
        d *= 2
    return np.array(out)


def wrong_8(f, v):
    "states by the loop, at first 2**r places"
    out = [v.copy()]
    d = 1
    h = v.copy()
    for t in range(1, len(v)):
        h[t] = f[t] * h[t - 1] + v[t]
    while d < len(v):
        w = v.copy()
        d *= 2
        w[:d] = h[:d]
        out.append(w)
    return np.array(out)
