import numpy as np


def _fill(y):
    y = y.copy()
    for t in range(1, len(y)):
        y[t] = y[t - 1] if np.isnan(y[t]) else y[t]
    return y


def _cut(z, width, split, first=None):
    X = np.lib.stride_tricks.sliding_window_view(z, width)[:-1].copy()
    y, k = z[width:], split - width
    return X[:k], y[:k], X[k:], y[k:]


def right(series, width, split):
    z = _fill(series)
    return _cut((z - z[:split].mean()) / z[:split].std(), width, split)


def wrong_1(series, width, split):  # scaled before filling
    z = (series - np.nanmean(series[:split])) / np.nanstd(series[:split])
    return _cut(_fill(z), width, split)


def wrong_2(series, width, split):  # to the range 0..1
    z = _fill(series)
    low, high = z[:split].min(), z[:split].max()
    return _cut((z - low) / (high - low), width, split)


def wrong_3(series, width, split):  # the target is not scaled
    z = _fill(series)
    X, _, Xt, _ = right(series, width, split)
    return X, z[width:split], Xt, z[split:]


def wrong_4(series, width, split):  # variance for deviation
    z = _fill(series)
    return _cut((z - z[:split].mean()) / z[:split].var(), width, split)


def wrong_5(series, width, split):  # each window scaled by itself
    z = _fill(series)
    X, y, Xt, yt = _cut(z, width, split)
    def own(X, y):
        mu, sd = X.mean(1), X.std(1) + 1e-8
        return (X - mu[:, None]) / sd[:, None], (y - mu) / sd
    return (*own(X, y), *own(Xt, yt))


def wrong_6(series, width, split):  # columns are windows
    X, y, Xt, yt = right(series, width, split)
    return X.T, y, Xt.T, yt


def wrong_7(series, width, split):  # gaps after the split filled with the training mean
    z = series.copy()
    z[:split] = _fill(z[:split])
    z[np.isnan(z)] = z[:split].mean()
    return _cut((z - z[:split].mean()) / z[:split].std(), width, split)
