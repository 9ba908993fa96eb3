"""chunked(W, U, b, x, new, dh, k) -> (states (T, B, n), dW (n, n))."""
import numpy as np


def _core(W, U, b, x, new, dh, k, any_row=False, at=None, cut=True, reset_h=True, trans=False, local=True):
    """Chunked pass; switches: all rows together, resets only at chunk starts, gradient cut at a text, state reset."""
    T, B, n = len(x), x.shape[1], len(b)
    h, hs, before = np.zeros((B, n)), [], []
    for t in range(T):
        keep = ~new[t] if not any_row else np.full(B, not new[t].any())
        if at == "chunk" and t % k:
            keep = np.ones(B, bool)
        if reset_h:
            h = h * keep[:, None]
        before.append(h)
        h = np.tanh(h @ W.T + x[t] @ U.T + b)
        hs.append(h)
    dW, m = np.zeros(W.shape), np.zeros((B, n))
    for t in range(T - 1, -1, -1):
        if (t + 1) % k == 0:
            m = np.zeros((B, n))
        g = (m + dh[t]) * (1 - hs[t] ** 2)
        dW += g.T @ before[t]
        m = g @ (W.T if trans else W)
        if cut:
            m = m * ~new[t][:, None] if not any_row else m * (not new[t].any())
    return np.stack(hs), dW


def right(W, U, b, x, new, dh, k):
    """Right: every row cut into pieces that end at chunk ends and before new texts; gradient of each piece alone."""
    T, B, _ = x.shape
    n = len(b)
    out, dW = np.zeros((T, B, n)), np.zeros(W.shape)
    for i in range(B):
        h = np.zeros(n)
        befores = []
        for t in range(T):
            if t == 0 or new[t, i]:
                h = np.zeros(n)
            befores.append(h)
            h = np.tanh(W @ h + U @ x[t, i] + b)
            out[t, i] = h
        m = np.zeros(n)
        for t in range(T - 1, -1, -1):
            if (t + 1) % k == 0 or (t + 1 < T and new[t + 1, i]):
                m = np.zeros(n)
            g = (m + dh[t, i]) * (1 - out[t, i] ** 2)
            dW += np.outer(g, befores[t])
            m = W.T @ g
    return out, dW


def wrong_1(W, U, b, x, new, dh, k):
    """Only at chunk starts, but row by row: a text that begins inside a chunk is missed."""
    h, s = _core(W, U, b, x, new, dh, k, at="chunk", cut=False)
    return h, s


def wrong_2(W, U, b, x, new, dh, k):
    """Any row's mark resets all rows (right for B = 1)."""
    return _core(W, U, b, x, new, dh, k, any_row=True)


def wrong_3(W, U, b, x, new, dh, k):
    """Forward repaired, backward not: the gradient crosses the beginning of a text."""
    return _core(W, U, b, x, new, dh, k, cut=False)


def wrong_4(W, U, b, x, new, dh, k):
    """Forward not repaired (state flows on), only gradient cut."""
    return _core(W, U, b, x, new, dh, k, reset_h=False)


def wrong_5(W, U, b, x, new, dh, k):
    """Chunks restart at each text of row 0: assumes the marks of all rows are those of row 0."""
    return _core(W, U, b, x, np.repeat(new[:, :1], x.shape[1], 1), dh, k)


def wrong_6(W, U, b, x, new, dh, k):
    """Two slips: state reset at every chunk too, and dW with the state after the step."""
    T, B = len(x), x.shape[1]
    hs, dW, h = [], np.zeros(W.shape), None
    for t in range(T):
        if t % k == 0:
            h = np.zeros((B, len(b)))
        h = np.where(new[t][:, None], 0, h)
        h = np.tanh(h @ W.T + x[t] @ U.T + b)
        hs.append(h)
    m = np.zeros((B, len(b)))
    for t in range(T - 1, -1, -1):
        if (t + 1) % k == 0:
            m = 0 * m
        g = (m + dh[t]) * (1 - hs[t] ** 2)
        dW += g.T @ hs[t]
        m = np.where(new[t][:, None], 0, g @ W)
    return np.stack(hs), dW


def wrong_7(W, U, b, x, new, dh, k):
    """Cuts one step late: the message is stopped at the step after the first of a text (new[t+1] read as new[t])."""
    h, _ = right(W, U, b, x, new, dh, k)
    T, B, n = h.shape
    m, dW = np.zeros((B, n)), np.zeros(W.shape)
    for t in range(T - 1, -1, -1):
        if (t + 1) % k == 0:
            m = np.zeros((B, n))
        m = m * ~new[t][:, None]
        g = (m + dh[t]) * (1 - h[t] ** 2)
        p = np.zeros((B, n)) if t == 0 else np.where(new[t][:, None], 0, h[t - 1])
        dW += g.T @ p
        m = g @ W
    return h, dW


def wrong_8(W, U, b, x, new, dh, k):
    """Gradient never cut at chunks: full backpropagation (right for k >= T)."""
    return _core(W, U, b, x, new, dh, 10 ** 9)
