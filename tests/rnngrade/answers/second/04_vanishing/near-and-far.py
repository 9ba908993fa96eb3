import numpy as np


def right(W, h, delta, lag, rate):
    """All uses as a stack by lag, then two sums."""
    T = len(h) - 1
    uses = np.zeros((T, *W.shape))
    d = np.array(delta, dtype=float)
    for back in range(T):
        g = d * (1 - h[T - back] ** 2)
        uses[back] = np.einsum("bi,bj->ij", g, h[T - back - 1])
        d = g @ W
    near = -rate * uses[:lag].sum(axis=0)
    far = -rate * uses[lag:].sum(axis=0)
    ratio = np.sqrt((far**2).sum() / (near**2).sum())
    return near, far, float(ratio)


def _uses(W, h, delta):
    T, uses, d = len(h) - 1, [], delta
    for t in range(T, 0, -1):
        g = d * (1 - h[t] ** 2)
        uses.append(g.T @ h[t - 1])
        d = g @ W
    return np.stack(uses)


def _ratio(far, near):
    return float(np.linalg.norm(far) / np.linalg.norm(near))


def wrong_1(W, h, delta, lag, rate):
    """Off by one: lag k itself counted as near."""
    uses = -rate * _uses(W, h, delta)
    near, far = uses[: lag + 1].sum(0), uses[lag + 1 :].sum(0)
    return near, far, _ratio(far, near)


def wrong_2(W, h, delta, lag, rate):
    """Gradients in place of the change: the minus sign is missing."""
    uses = rate * _uses(W, h, delta)
    near, far = uses[:lag].sum(0), uses[lag:].sum(0)
    return near, far, _ratio(far, near)


def wrong_3(W, h, delta, lag, rate):
    """Sum of the norms of the uses in place of the norm of their sum, in the ratio."""
    uses = -rate * _uses(W, h, delta)
    near, far = uses[:lag].sum(0), uses[lag:].sum(0)
    size = np.linalg.norm(uses, axis=(1, 2))
    return near, far, float(size[lag:].sum() / size[:lag].sum())


def wrong_4(W, h, delta, lag, rate):
    """Counts from the beginning: near are the first `lag` steps, the oldest."""
    uses = -rate * _uses(W, h, delta)[::-1]
    near, far = uses[:lag].sum(0), uses[lag:].sum(0)
    return near, far, _ratio(far, near)


def wrong_5(W, h, delta, lag, rate):
    """Two slips: mean over the batch, and the way back through W untransposed."""
    uses = -rate * _uses(W.T, h, delta) / h.shape[1]
    near, far = uses[:lag].sum(0), uses[lag:].sum(0)
    return near, far, _ratio(far, near)
