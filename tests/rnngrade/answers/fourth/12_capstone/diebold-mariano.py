import numpy as np


def _dm(d, L, w=None):
    N, c = len(d), d - d.mean()
    S = sum((1 - abs(l) / (L + 1)) * (c[abs(l):] @ c[: N - abs(l)]) / N for l in range(-L, L + 1))
    return d.mean(), d.mean() / np.sqrt(S / N)


def right(e1, e2, lags):
    return _dm(e1**2 - e2**2, lags)


def wrong_1(e1, e2, lags):  # e2 less e1
    return _dm(e2**2 - e1**2, lags)


def wrong_2(e1, e2, lags):  # the square of the difference
    return _dm((e1 - e2) ** 2, lags)


def wrong_3(e1, e2, lags):  # lags of the errors counted from 0 to L - 1
    return _dm(e1**2 - e2**2, max(lags - 1, 0))


def wrong_4(e1, e2, lags):  # Harvey's correction
    d, s = right(e1, e2, lags)
    N, h = len(e1), lags + 1
    return d, s * np.sqrt((N + 1 - 2 * h + h * (h - 1) / N) / N)


def wrong_5(e1, e2, lags):  # the sum for the mean
    d, s = right(e1, e2, lags)
    return d * len(e1), s


def wrong_6(e1, e2, lags):  # a p-value
    from math import erf
    d, s = right(e1, e2, lags)
    return d, 1 - erf(abs(s) / np.sqrt(2))


def wrong_7(e1, e2, lags):  # correlations for covariances
    d = e1**2 - e2**2
    N, c = len(d), d - d.mean()
    S = 1 + 2 * sum((1 - l / (lags + 1)) * np.corrcoef(c[l:], c[: N - l])[0, 1] for l in range(1, lags + 1))
    return d.mean(), d.mean() / np.sqrt(S / N)
