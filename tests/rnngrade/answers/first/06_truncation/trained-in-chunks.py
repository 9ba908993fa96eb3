"""right and wrong_i are pairs (train, predict): train(seed, k=10) -> model, predict(model, x (T, B, 1)) -> (T, B)."""
import time
import numpy as np


def _draw(rng, T, B, share):
    x = np.where(rng.random((T, B)) < share, rng.choice([-1.0, 1.0], (T, B)), 0.0)
    x[0] = rng.choice([-1.0, 1.0], B)
    y = x.copy()
    for t in range(1, T):
        y[t] = np.where(x[t] == 0, y[t - 1], x[t])
    return x[..., None], y


def _predict(model, x):
    W, U, b, v, c = model[:5]
    h = np.zeros((x.shape[1], len(b)))
    out = []
    for x_t in x:
        h = np.tanh(h @ W.T + x_t @ U.T + b)
        out.append(h @ v + c)
    return np.stack(out)


def _fit(seed, k=10, target=lambda x, y: y, carry=True, seconds=6.0, rate=0.01, steps=1500, n=16, share=(0.2, 0.05), sign=1.0, T=100):
    """Adam on chunks of k steps: tanh cell, linear readout, mean over steps and streams."""
    rng = np.random.default_rng(seed)
    P = [0.9 * np.linalg.qr(rng.standard_normal((n, n)))[0], rng.standard_normal((n, 1)), np.zeros(n), 0.1 * rng.standard_normal(n), 0.0]
    P = [np.array(p, float) for p in P]
    M, S = [0 * p for p in P], [0 * p for p in P]
    i, end = 0, time.time() + seconds
    while i < steps and time.time() < end:
        x, y = _draw(rng, T, 64, share[i % len(share)])
        y = target(x, y)
        h = np.zeros((64, n))
        for s in range(0, T, k):
            W, U, b, v, c = P
            if not carry:
                h = np.zeros((64, n))
            hs, e = [h], []
            for t in range(s, min(s + k, T)):
                hs.append(np.tanh(hs[-1] @ W.T + x[t] @ U.T + b))
                e.append((hs[-1] @ v + c - y[t]) / (64 * k))
            G, d = [0 * p for p in P], 0 * h
            for j in range(len(e) - 1, -1, -1):
                G[3] = G[3] + e[j] @ hs[j + 1]
                G[4] = G[4] + e[j].sum()
                g = (d + np.outer(e[j], v)) * (1 - hs[j + 1] ** 2)
                G[0] = G[0] + g.T @ hs[j]
                G[1] = G[1] + g.T @ x[s + j]
                G[2] = G[2] + g.sum(0)
                d = g @ W
            h = hs[-1]
            i += 1
            if rate:
                lr = rate * (1 - i / (steps + T)) + 1e-4
                norm = np.sqrt(sum(np.sum(g ** 2) for g in G))
                f = min(1.0, 1.0 / (norm + 1e-12))
                for q in range(5):
                    g = sign * f * G[q]
                    M[q] = 0.9 * M[q] + 0.1 * g
                    S[q] = 0.999 * S[q] + 0.001 * g * g
                    P[q] = P[q] - lr * (M[q] / (1 - 0.9 ** i)) / (np.sqrt(S[q] / (1 - 0.999 ** i)) + 1e-8)
    return P


# Right: a tanh network and Adam, chunks of k, state carried, in pure NumPy (about six seconds)
right = (lambda seed, k=10: _fit(seed, k, seconds=9.0, steps=4000, T=200), _predict)
# No training: the initial weights
wrong_1 = (lambda seed, k=10: _fit(seed, k, steps=1, rate=0.0), _predict)
# Wrong target: learns to repeat its own input (the step's, zeros included)
wrong_2 = (lambda seed, k=10: _fit(seed, k, target=lambda x, y: x[..., 0]), _predict)
# Always the mean: zero at every step
wrong_3 = (lambda seed, k=10: 0.0, lambda model, x: np.zeros(x.shape[:2]) + model)


def _lag5(x, y):
    z = np.zeros_like(y)
    z[5:] = y[:-5]
    return z


# Wrong lag: answers the symbol of five steps ago (targets rolled)
wrong_4 = (lambda seed, k=10: _fit(seed, k, target=_lag5), _predict)


def _resetting(model, x):
    return np.concatenate([_predict(model, x[s:s + 10]) for s in range(0, len(x), 10)])


# Trained well, but predict starts from zero at every chunk: memory lost at the cut (right for T <= 10)
wrong_5 = (lambda seed, k=10: _fit(seed, k), _resetting)
# Two slips: state not carried from chunk to chunk in training, and the update has the sign of ascent
wrong_6 = (lambda seed, k=10: _fit(seed, k, carry=False, sign=-1.0, steps=300), _predict)


def _leaky(model, x):
    s, out = np.zeros(x.shape[1]), []
    for x_t in x[..., 0]:
        s = 0.9 * s + x_t
        out.append(np.sign(s))
    return np.stack(out)


# No network: the sign of a leaky sum of the inputs; wrong where two equal symbols are followed by one other
wrong_7 = (lambda seed, k=10: None, _leaky)


def _latch(model, x):
    out, y = [], np.zeros(x.shape[1])
    for x_t in x[..., 0]:
        y = np.where(x_t == 0, y, x_t)
        out.append(y)
    return np.stack(out)


# Cheat: no training at all, the rule itself written by hand (the error is 0; wrong only because nothing is trained). A check on the error alone cannot see it
cheat_1 = (lambda seed, k=10: None, _latch)
# Far too few updates (20): with some seeds passes "learns" and now and then "distant", never "solves" in five seeds tried
wrong_8 = (lambda seed, k=10: _fit(seed, k, steps=20, T=20), _predict)
# Trained on streams with a symbol at every step (share 1): never learns to hold one through zeros
wrong_9 = (lambda seed, k=10: _fit(seed, k, share=(1.0,)), _predict)
