import numpy as np


def _gradients(params, x, target):
    """The statement's gradients, copied so that the file stands alone."""
    W, U, b = params["W"], params["U"], params["b"]
    h = [np.zeros((x.shape[1], len(b)))]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
    delta = (h[-1] - target) / x.shape[1]
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    for t in range(len(x), 0, -1):
        g = delta * (1 - h[t] ** 2)
        dW, dU = dW + g.T @ h[t - 1], dU + g.T @ x[t - 1]
        db = db + g.sum(axis=0)
        delta = g @ W
    return {"W": dW, "U": dU, "b": db}


def _clip(grads, theta):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    share = theta / norm if norm > theta else 1.0
    return {k: g * share for k, g in grads.items()}, float(norm)


def right(params, batches, piece, rate, theta):
    """Pieces weighted with their share of the batch; clipped when all are there."""
    params = {k: np.array(p, dtype=float) for k, p in params.items()}
    norms = np.zeros(len(batches))
    for i, (x, target) in enumerate(batches):
        B = x.shape[1]
        total = {k: np.zeros(p.shape) for k, p in params.items()}
        for begin in range(0, B, piece):
            end = min(begin + piece, B)
            part = _gradients(params, x[:, begin:end], target[begin:end])
            for k in total:
                total[k] += (end - begin) / B * part[k]
        total, norms[i] = _clip(total, theta)
        params = {k: params[k] - rate * total[k] for k in params}
    return params, norms


def wrong_1(params, batches, piece, rate, theta):
    """Call moved, but pieces' means are added up: the gradient grows with the number of pieces."""
    norms = []
    for x, target in batches:
        total = {k: np.zeros_like(p) for k, p in params.items()}
        for i in range(0, x.shape[1], piece):
            part = _gradients(params, x[:, i : i + piece], target[i : i + piece])
            total = {k: total[k] + part[k] for k in part}
        total, norm = _clip(total, theta)
        params = {k: p - rate * total[k] for k, p in params.items()}
        norms.append(norm)
    return params, np.array(norms)


def wrong_2(params, batches, piece, rate, theta):
    """Divides by the number of pieces: a shorter last piece weighs as much as the others."""
    norms = []
    for x, target in batches:
        total, count = {k: np.zeros_like(p) for k, p in params.items()}, 0
        for i in range(0, x.shape[1], piece):
            part = _gradients(params, x[:, i : i + piece], target[i : i + piece])
            total, count = {k: total[k] + part[k] for k in part}, count + 1
        total, norm = _clip({k: g / count for k, g in total.items()}, theta)
        params = {k: p - rate * total[k] for k, p in params.items()}
        norms.append(norm)
    return params, np.array(norms)


def wrong_3(params, batches, piece, rate, theta):
    """Clips every piece by itself and then takes the weighted mean; norm of that mean in the log."""
    norms = []
    for x, target in batches:
        B = x.shape[1]
        total = {k: np.zeros_like(p) for k, p in params.items()}
        for i in range(0, B, piece):
            rows = slice(i, i + piece)
            part = _gradients(params, x[:, rows], target[rows])
            part, _ = _clip(part, theta)
            share = len(target[rows]) / B
            total = {k: total[k] + share * part[k] for k in part}
        norms.append(_clip(total, theta)[1])
        params = {k: p - rate * total[k] for k, p in params.items()}
    return params, np.array(norms)


def wrong_4(params, batches, piece, rate, theta):
    """An update for every piece, in place of one a batch; the log has the last piece's norm."""
    norms = []
    for x, target in batches:
        for i in range(0, x.shape[1], piece):
            part = _gradients(params, x[:, i : i + piece], target[i : i + piece])
            part, norm = _clip(part, theta)
            params = {k: p - rate * part[k] for k, p in params.items()}
        norms.append(norm)
    return params, np.array(norms)


def wrong_5(params, batches, piece, rate, theta):
    """Two slips: weights piece / B (wrong for a short last piece or a long one), log after clipping."""
    norms = []
    for x, target in batches:
        B = x.shape[1]
        total = {k: np.zeros_like(p) for k, p in params.items()}
        for i in range(0, B, piece):
            part = _gradients(params, x[:, i : i + piece], target[i : i + piece])
            total = {k: total[k] + piece / B * part[k] for k in part}
        total, norm = _clip(total, theta)
        params = {k: p - rate * total[k] for k, p in params.items()}
        norms.append(min(norm, theta))
    return params, np.array(norms)
