import numpy as np

import rnnlib  # the published series stands in for the notebook's cell
from rnnlib.data import sunspots

SUNSPOTS = np.array(sunspots()[1])
SPLIT = 221


def _linear(seed, p=9, root=True):
    z = np.sqrt(SUNSPOTS[:SPLIT]) if root else SUNSPOTS[:SPLIT]
    X = np.array([np.append(z[t - p : t], 1) for t in range(p, SPLIT)])
    return np.linalg.lstsq(X, z[p:], rcond=None)[0]


def _say(w, x):
    return (w[:-1] @ np.sqrt(x[-(len(w) - 1) :]) + w[-1]) ** 2


right = (_linear, _say)
wrong_1 = (_linear, lambda w, x: _say(w, x)[None])  # a row
wrong_2 = (_linear, lambda w, x: _say(w, x[::-1]))  # time reversed
wrong_3 = (_linear, lambda w, x: w[:-1] @ np.sqrt(x[-9:]) + w[-1])  # roots
wrong_4 = (_linear, lambda w, x: x[-1] + 0 * w[0])  # persistence, a little over nothing
wrong_5 = (_linear, lambda w, x: _say(w, x[:, :1]) * np.ones(x.shape[1]))  # the first column for all
wrong_6 = (_linear, lambda w, x: np.full(x.shape[1], np.nan))
wrong_7 = (_linear, lambda w, x: _say(w, x.T))  # wrong axis
