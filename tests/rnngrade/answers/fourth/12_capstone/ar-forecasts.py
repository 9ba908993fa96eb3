import numpy as np


def _rows(y, p):
    return np.column_stack([np.ones(len(y) - p), *(y[p - k : len(y) - k] for k in range(1, p + 1))])


def right(y, p, split):
    X = _rows(y, p)
    w = np.linalg.pinv(X[: split - p]) @ y[p:split]
    return X[split - p :] @ w


def wrong_1(y, p, split):  # everything is forecast
    X = _rows(y, p)
    return X @ (np.linalg.pinv(X[: split - p]) @ y[p:split])


def wrong_2(y, p, split):  # refitted every day
    X, out = _rows(y, p), []
    for t in range(split, len(y)):
        out.append(X[t - p] @ (np.linalg.pinv(X[: t - p]) @ y[p:t]))
    return np.array(out)


def wrong_3(y, p, split):  # ridge
    X = _rows(y, p)
    A = X[: split - p]
    return X[split - p :] @ np.linalg.solve(A.T @ A + 0.1 * np.eye(p + 1), A.T @ y[p:split])


def wrong_4(y, p, split):  # the differences are fitted, their forecasts added
    d = np.diff(y)
    X = _rows(d, p)
    w = np.linalg.pinv(X[: split - 1 - p]) @ d[p : split - 1]
    return y[split - 1 : -1] + X[split - 1 - p :] @ w


def wrong_5(y, p, split):  # Yule-Walker
    m = y[:split].mean()
    z = y - m
    r = np.array([z[k:split] @ z[: split - k] for k in range(p + 1)])
    w = np.linalg.solve(r[np.abs(np.subtract.outer(np.arange(p), np.arange(p)))], r[1:])
    return np.array([m + w @ z[t - p : t][::-1] for t in range(split, len(y))])


def wrong_6(y, p, split):  # only the training part's first windows after the split
    return right(y, p, split)[p:]


def wrong_7(y, p, split):  # one day late
    return np.append(right(y, p, split)[1:], 0.0)
