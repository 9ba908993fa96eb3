"""chain_marginals(local, pair) -> (log_Z, marginals, moves)."""
import numpy as np


def _lse(a, axis):
    m = a.max(axis=axis, keepdims=True)
    return np.squeeze(m, axis) + np.log(np.exp(a - m).sum(axis))


def _messages(local, pair):
    T, K = local.shape
    f, g = np.zeros((T, K)), np.zeros((T, K))
    f[0] = local[0]
    for t in range(1, T):
        f[t] = local[t] + _lse(f[t - 1][:, None] + pair, 0)
    for t in range(T - 2, -1, -1):
        g[t] = _lse(pair + (local[t + 1] + g[t + 1])[None], 1)
    return f, g, _lse(f[-1], 0)


def right(local, pair):
    """Right: forward-backward with log-sum-exp."""
    local, pair = np.asarray(local, float), np.asarray(pair, float)
    f, g, Z = _messages(local, pair)
    moves = np.zeros(pair.shape)
    for t in range(1, len(local)):
        moves += np.exp(f[t - 1][:, None] + pair + (local[t] + g[t])[None] - Z)
    return float(Z), np.exp(f + g - Z), moves


def wrong_1(local, pair):
    """Plain exponentials: overflow for large potentials, underflow for long chains."""
    with np.errstate(all="ignore"):
        T, K = local.shape
        L, P = np.exp(np.asarray(local, float)), np.exp(np.asarray(pair, float))
        f, g = np.ones((T, K)), np.ones((T, K))
        f[0] = L[0]
        for t in range(1, T):
            f[t] = L[t] * (f[t - 1] @ P)
        for t in range(T - 2, -1, -1):
            g[t] = P @ (L[t + 1] * g[t + 1])
        Z = f[-1].sum()
        moves = sum((f[t - 1][:, None] * P * (L[t] * g[t]) / Z for t in range(1, T)), np.zeros((K, K)))
        return float(np.log(Z)), f * g / Z, moves


def wrong_2(local, pair):
    """Max in place of log-sum-exp (the best path's score): right Z only where one path dominates."""
    Z, m, mv = right(local, pair)
    f = np.asarray(local[0], float)
    for t in range(1, len(local)):
        f = local[t] + (f[:, None] + pair).max(0)
    return float(f.max()), m, mv


def wrong_3(local, pair):
    """Backward message with pair transposed: right for symmetric pair, marginals do not add up otherwise."""
    local, pair = np.asarray(local, float), np.asarray(pair, float)
    f, _, Z = _messages(local, pair)
    g = np.zeros(f.shape)
    for t in range(len(f) - 2, -1, -1):
        g[t] = _lse(pair.T + (local[t + 1] + g[t + 1])[None], 1)
    m = np.exp(np.minimum(f + g - Z, 700))
    m /= m.sum(1, keepdims=True)
    return float(Z), m, right(local, pair)[2]


def wrong_4(local, pair):
    """Moves as products of neighbouring marginals: right only for independent steps."""
    Z, m, _ = right(local, pair)
    return Z, m, m[:-1].T @ m[1:]


def wrong_5(local, pair):
    """Forward message normalised is taken for the marginal (no future): right at the last step only."""
    Z, m, mv = right(local, pair)
    f, _, _ = _messages(np.asarray(local, float), np.asarray(pair, float))
    p = np.exp(f - f.max(1, keepdims=True))
    return Z, p / p.sum(1, keepdims=True), mv


def wrong_6(local, pair):
    """Two slips: local[t] counted in both messages, and moves transposed."""
    local, pair = np.asarray(local, float), np.asarray(pair, float)
    f, g, Z = _messages(local, pair)
    a = f + g + local
    m = np.exp(a - a.max(1, keepdims=True))
    return float(Z), m / m.sum(1, keepdims=True), right(local, pair)[2].T


def wrong_7(local, pair):
    """Moves divided by T - 1: mean frequency in place of the expected number; 0/0 avoided at T = 1."""
    Z, m, mv = right(local, pair)
    return Z, m, mv / max(len(local) - 1, 1)


def wrong_8(local, pair):
    """One global shift by the largest potential, then exponentials: still underflows when steps differ by 2000."""
    with np.errstate(all="ignore"):
        local, pair = np.asarray(local, float), np.asarray(pair, float)
        s = local.max()
        Z, m, mv = wrong_1(local - s, pair)
        return Z + s * len(local), m, mv
