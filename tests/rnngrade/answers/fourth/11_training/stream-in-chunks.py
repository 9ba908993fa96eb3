import numpy as np


def _go(f, C, V, h, past, x, continues, conv=None, rec=None, keep=None):
    h = np.where(continues[:, None], h, 0)
    past = np.where(continues[:, None], past, 0)
    line, k, y = np.concatenate([past, x]), len(C), []
    for t in range(len(x)):
        u = conv(line, t) if conv else sum(line[t + k - 1 - j] @ C[j].T for j in range(k))
        h = rec(h, u) if rec else f * h + u
        y.append(h @ V.T)
    return np.array(y), h, keep(line) if keep else line[len(x):]


def right(f, C, V, h, past, x, continues):
    return _go(f, C, V, h, past, x, continues)


def wrong_1(f, C, V, h, past, x, continues):  # nan_to_num: finite leftovers stay
    h, past = np.nan_to_num(h), np.nan_to_num(past)
    return _go(f, C, V, h, past, x, np.ones_like(continues))


def wrong_2(f, C, V, h, past, x, continues):  # a product with the flag
    h, past = h * continues[:, None], past * continues[:, None]
    return _go(f, C, V, h, past, x, np.ones_like(continues))


def wrong_3(f, C, V, h, past, x, continues):  # f applied to the sum
    return _go(f, C, V, h, past, x, continues, rec=lambda h, u: f * (h + u))


def wrong_4(f, C, V, h, past, x, continues):  # line[-(k-1):], all of it for k = 1
    return _go(f, C, V, h, past, x, continues, keep=lambda line: line[-(len(C) - 1):])


def wrong_5(f, C, V, h, past, x, continues):  # the present input is left out
    k = len(C)
    return _go(f, C, V, h, past, x, continues, conv=lambda line, t: sum(line[t + k - 1 - j] @ C[j].T for j in range(1, k))
               + np.zeros(len(f)))


def wrong_6(f, C, V, h, past, x, continues):  # the past has one entry too many
    return _go(f, C, V, h, past, x, continues, keep=lambda line: line[-len(C):])


def wrong_7(f, C, V, h, past, x, continues):  # the last answer only
    y, h, past = right(f, C, V, h, past, x, continues)
    return y[-1], h, past
