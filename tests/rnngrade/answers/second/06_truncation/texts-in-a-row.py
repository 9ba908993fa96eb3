import numpy as np


def right(W, U, b, x, new, dh, k):
    """States first, with the one before each step kept; then one backward pass with all cuts."""
    T, B = x.shape[:2]
    n = len(b)
    alive = ~np.asarray(new, dtype=bool)[..., None]
    h, before = np.zeros((T, B, n)), np.zeros((T, B, n))
    for t in range(T):
        if t:
            before[t] = h[t - 1] * alive[t]
        h[t] = np.tanh(before[t] @ W.T + x[t] @ U.T + b)
    dW, message = np.zeros((n, n)), np.zeros((B, n))
    for t in range(T - 1, -1, -1):
        g = (dh[t] + message) * (1 - h[t] ** 2)
        dW += g.T @ before[t]
        message = np.zeros((B, n)) if t % k == 0 else (g @ W) * alive[t]
    return h, dW


def _forward(W, U, b, x, new):
    h, state, before = [], np.zeros((x.shape[1], len(b))), []
    for x_t, n_t in zip(x, new):
        state = np.where(n_t[:, None], 0.0, state)
        before.append(state)
        state = np.tanh(state @ W.T + x_t @ U.T + b)
        h.append(state)
    return np.stack(h), np.stack(before)


def wrong_1(W, U, b, x, new, dh, k):
    """Forward right; backward the message still crosses the beginning of a text."""
    h, before = _forward(W, U, b, x, new)
    dW, message = np.zeros_like(W), np.zeros_like(h[0])
    for t in range(len(x) - 1, -1, -1):
        g = (dh[t] + message) * (1 - h[t] ** 2)
        dW += g.T @ before[t]
        message = g @ W if t % k else np.zeros_like(g)
    return h, dW


def wrong_2(W, U, b, x, new, dh, k):
    """Outer product with the state as it was before the reset, where a zero stood."""
    h, _ = _forward(W, U, b, x, new)
    old = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dW, message = np.zeros_like(W), np.zeros_like(h[0])
    for t in range(len(x) - 1, -1, -1):
        g = (dh[t] + message) * (1 - h[t] ** 2)
        dW += g.T @ old[t]
        keep = ~new[t][:, None]
        message = (g @ W) * keep if t % k else np.zeros_like(g)
    return h, dW


def wrong_3(W, U, b, x, new, dh, k):
    """Resets at every step, but all rows as soon as one of them begins a text."""
    whole = np.repeat(new.any(axis=1)[:, None], new.shape[1], axis=1)
    return right(W, U, b, x, whole, dh, k)


def wrong_4(W, U, b, x, new, dh, k):
    """Whole gradient: chunks are not cut, only texts are (right for k of T or more)."""
    return right(W, U, b, x, new, dh, len(x))


def wrong_5(W, U, b, x, new, dh, k):
    """Two slips: the state zeroed after the step that begins a text, and dW of the last chunk alone."""
    h, state, before = [], np.zeros((x.shape[1], len(b))), []
    for x_t, n_t in zip(x, new):
        before.append(state)
        made = np.tanh(state @ W.T + x_t @ U.T + b)
        h.append(made)
        state = np.where(n_t[:, None], 0.0, made)
    h, before = np.stack(h), np.stack(before)
    dW, message = np.zeros_like(W), np.zeros_like(h[0])
    for t in range(len(x) - 1, (len(x) - 1) // k * k - 1, -1):
        g = (dh[t] + message) * (1 - h[t] ** 2)
        dW += g.T @ before[t]
        message = (g @ W) * ~new[t][:, None]
    return h, dW
