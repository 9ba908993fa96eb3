"""train(params, batches, piece, rate, theta) -> (params, norms)."""
import numpy as np


def _g(params, x, target):
    W, U, b = params["W"], params["U"], params["b"]
    h = [np.zeros((x.shape[1], len(b)))]
    for v in x:
        h.append(np.tanh(h[-1] @ W.T + v @ U.T + b))
    d = (h[-1] - target) / x.shape[1]
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    for t in range(len(x), 0, -1):
        g = d * (1 - h[t] ** 2)
        dW, dU, db = dW + g.T @ h[t - 1], dU + g.T @ x[t - 1], db + g.sum(0)
        d = g @ W
    return {"W": dW, "U": dU, "b": db}


def _clip(g, theta):
    n = float(np.sqrt(sum(np.sum(v ** 2) for v in g.values())))
    s = theta / n if n > theta else 1.0
    return {k: v * s for k, v in g.items()}, n


def right(params, batches, piece, rate, theta):
    """Right: weighted sum of pieces' means, clipped once, after the loop."""
    norms = []
    for x, y in batches:
        B, total = x.shape[1], {k: np.zeros_like(p) for k, p in params.items()}
        for i in range(0, B, piece):
            g = _g(params, x[:, i:i + piece], y[i:i + piece])
            n = len(y[i:i + piece])
            total = {k: total[k] + g[k] * n / B for k in total}
        total, norm = _clip(total, theta)
        params = {k: p - rate * total[k] for k, p in params.items()}
        norms.append(norm)
    return params, np.array(norms)


def _run(params, batches, piece, rate, theta, weight, each=False, log="before"):
    """Loop with the weight of a piece, and clipping of each piece if asked."""
    norms = []
    for x, y in batches:
        B, total = x.shape[1], {k: np.zeros_like(p) for k, p in params.items()}
        for i in range(0, B, piece):
            rows = slice(i, i + piece)
            g = _g(params, x[:, rows], y[rows])
            if each:
                g, _ = _clip(g, theta)
            w = weight(len(y[rows]), B, piece)
            total = {k: total[k] + w * g[k] for k in total}
        used, norm = _clip(total, theta)
        params = {k: p - rate * used[k] for k, p in params.items()}
        norms.append(norm if log == "before" else min(norm, theta))
    return params, np.array(norms)


def wrong_1(params, batches, piece, rate, theta):
    """Clips after the loop but adds up the pieces' means unweighted (a sum): right for piece >= B."""
    return _run(params, batches, piece, rate, theta, lambda n, B, p: 1.0)


def wrong_2(params, batches, piece, rate, theta):
    """Divides by the number of pieces: right where piece divides B."""
    return _run(params, batches, piece, rate, theta, lambda n, B, p: 1 / -(-B // p))


def wrong_3(params, batches, piece, rate, theta):
    """Clips each piece before it is added (and the total again)."""
    return _run(params, batches, piece, rate, theta, lambda n, B, p: n / B, each=True)


def wrong_4(params, batches, piece, rate, theta):
    """Norm in the log after clipping."""
    return _run(params, batches, piece, rate, theta, lambda n, B, p: n / B, log="after")


def wrong_5(params, batches, piece, rate, theta):
    """Weights by piece / B also for the short last piece: piece > B gives too much."""
    return _run(params, batches, piece, rate, theta, lambda n, B, p: p / B)


def wrong_6(params, batches, piece, rate, theta):
    """Two slips: a step after every piece, and its clipped gradient unweighted; the log holds the last piece's norm."""
    norms = []
    for x, y in batches:
        for i in range(0, x.shape[1], piece):
            g, n = _clip(_g(params, x[:, i:i + piece], y[i:i + piece]), theta)
            params = {k: p - rate * g[k] for k, p in params.items()}
        norms.append(n)
    return params, np.array(norms)


def wrong_7(params, batches, piece, rate, theta):
    """Total not reset between batches: sums on (right for one batch)."""
    norms, total = [], {k: np.zeros_like(p) for k, p in params.items()}
    for x, y in batches:
        B = x.shape[1]
        for i in range(0, B, piece):
            g = _g(params, x[:, i:i + piece], y[i:i + piece])
            total = {k: total[k] + g[k] * len(y[i:i + piece]) / B for k in total}
        used, n = _clip(total, theta)
        params = {k: p - rate * used[k] for k, p in params.items()}
        norms.append(n)
    return params, np.array(norms)


def wrong_8(params, batches, piece, rate, theta):
    """The draft repaired in clipping only, last piece dropped when short: range(0, B - piece + 1, piece)."""
    norms = []
    for x, y in batches:
        B, total = x.shape[1], {k: np.zeros_like(p) for k, p in params.items()}
        for i in range(0, B - piece + 1, piece):
            g = _g(params, x[:, i:i + piece], y[i:i + piece])
            total = {k: total[k] + g[k] * piece / B for k in total}
        used, n = _clip(total, theta)
        params = {k: p - rate * used[k] for k, p in params.items()}
        norms.append(n)
    return params, np.array(norms)
