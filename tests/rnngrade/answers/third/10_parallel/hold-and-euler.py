import numpy as np


def run(F, G, x):
    h = np.zeros(x.shape[1])
    out = []
    for t in range(len(x)):
        h = F[t] * h + G[t] * x[t]
        out.append(h)
    return np.array(out)


def parts(a, dt):
    A = np.outer(dt, a)
    with np.errstate(all="ignore"):
        g = np.where(a == 0, dt[:, None], np.expm1(A) / np.where(a == 0, 1, a))
    return A, np.exp(A), g, np.broadcast_to(dt[:, None], A.shape)


def right(a, dt, x):
    A, F, g, D = parts(a, dt)
    return run(F, g, x), run(1 + A, D, x)


def wrong_1(a, dt, x):
    "a = 0: gain 0"
    A, F, g, D = parts(a, dt)
    return run(F, np.where(a == 0, 0, g), x), run(1 + A, D, x)


def wrong_2(a, dt, x):
    "hold: a Euler's gain"
    A, F, _g, D = parts(a, dt)
    return run(F, D, x), run(1 + A, D, x)


def wrong_3(a, dt, x):
    "Euler without dt on the input"
    A, F, g, D = parts(a, dt)
    return run(F, g, x), run(1 + A, np.ones_like(D), x)


def wrong_4(a, dt, x):
    "backward Euler"
    A, F, g, D = parts(a, dt)
    return run(F, g, x), run(1 / (1 - A), D / (1 - A), x)


def wrong_5(a, dt, x):
    "bilinear in the place of the hold"
    A, _F, _g, D = parts(a, dt)
    return run((1 + A / 2) / (1 - A / 2), D / (1 - A / 2), x), run(1 + A, D, x)


def wrong_6(a, dt, x):
    "first step's length throughout"
    return right(a, np.full_like(dt, dt[0]), x)


def wrong_7(a, dt, x):
    "cumulative time as step"
    return right(a, np.cumsum(dt), x)


def wrong_8(a, dt, x):
    "input of the step before"
    return right(a, dt, np.vstack([0 * x[:1], x[:-1]]))


def wrong_9(a, dt, x):
    "exp - 1, and a small a replaced by 1e-8"
    a = np.where(a == 0, 1e-8, a)
    A, F, _g, D = parts(a, dt)
    return run(F, (F - 1) / a, x), run(1 + A, D, x)
