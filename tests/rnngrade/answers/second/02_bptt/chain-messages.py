import numpy as np


def _lse(a, axis):
    top = a.max(axis=axis, keepdims=True)
    return np.log(np.exp(a - top).sum(axis=axis)) + top.squeeze(axis)


def right(local, pair):
    """Messages with local left out of the backward one; a move is four logs added."""
    T, K = local.shape
    alpha, beta = np.zeros((T, K)), np.zeros((T, K))
    alpha[0] = local[0]
    for t in range(1, T):
        alpha[t] = local[t] + _lse(alpha[t - 1][:, None] + pair, 0)
        s = T - 1 - t
        beta[s] = _lse(pair + (local[s + 1] + beta[s + 1])[None, :], 1)
    log_Z = float(_lse(alpha[-1], 0))
    moves = np.zeros((K, K))
    for t in range(1, T):
        ends = (local[t] + beta[t])[None, :]
        moves += np.exp(alpha[t - 1][:, None] + pair + ends - log_Z)
    return log_Z, np.exp(alpha + beta - log_Z), moves


def wrong_1(local, pair):
    """Plain exponentials, no logarithms: overflow and underflow at large potentials."""
    T, K = local.shape
    with np.errstate(all="ignore"):
        e, P = np.exp(local), np.exp(pair)
        a, b = np.zeros((T, K)), np.ones((T, K))
        a[0] = e[0]
        for t in range(1, T):
            a[t] = e[t] * (a[t - 1] @ P)
        for t in range(T - 2, -1, -1):
            b[t] = P @ (e[t + 1] * b[t + 1])
        Z = a[-1].sum()
        moves = np.zeros((K, K))
        for t in range(1, T):
            moves += a[t - 1][:, None] * P * (e[t] * b[t])[None, :] / Z
        return np.log(Z), a * b / Z, moves


def wrong_2(local, pair):
    """Forward message only: P(s_t | the steps up to t) for marginals, the future is ignored."""
    log_Z, _, moves = right(local, pair)
    alpha = [local[0]]
    for t in range(1, len(local)):
        alpha.append(local[t] + _lse(alpha[-1][:, None] + pair, 0))
    alpha = np.stack(alpha)
    return log_Z, np.exp(alpha - _lse(alpha, 1)[:, None]), moves


def wrong_3(local, pair):
    """Moves from the product of neighbouring marginals, as if steps were independent."""
    log_Z, marginals, _ = right(local, pair)
    return log_Z, marginals, marginals[:-1].T @ marginals[1:]


def wrong_4(local, pair):
    """Max for log-sum-exp: the best path in place of all of them (Viterbi), in log_Z."""
    _, marginals, moves = right(local, pair)
    best = local[0]
    for t in range(1, len(local)):
        best = local[t] + (best[:, None] + pair).max(0)
    return float(best.max()), marginals, moves


def wrong_5(local, pair):
    """Two slips: pair read as [to, from], and moves averaged over the steps."""
    log_Z, marginals, moves = right(local, pair.T)
    return log_Z, marginals, moves.T / max(len(local) - 1, 1)
