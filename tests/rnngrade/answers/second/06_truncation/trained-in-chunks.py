"""Each answer is a pair (train, predict): train(seed, k=10) -> model, predict(model, x) -> (T, B).

The pairs share the trainer `_fit` below, whose arguments are the learner's choices.
"""

import numpy as np


def _draw(rng, T, B, share):
    """Streams and targets, as in the statement; share is a number or one for each stream."""
    x = np.where(rng.random((T, B)) < share, rng.choice([-1.0, 1.0], (T, B)), 0.0)
    x[0] = rng.choice([-1.0, 1.0], B)
    y = x.copy()
    for t in range(1, T):
        y[t] = np.where(x[t] == 0, y[t - 1], x[t])
    return x, y


def _fit(seed, k, n=12, B=32, updates=1500, rate=0.01, gain=0.9, share=None, T=100,
         tanh=True, targets="last", learn_W=True, carry=True, sign=1.0):
    """Adam on chunks of k steps; the state is carried, the gradient cut."""
    rng = np.random.default_rng(seed)
    if share is None:
        share = np.where(np.arange(B) % 2, 0.2, 0.03)
    W = gain * np.linalg.qr(rng.standard_normal((n, n)))[0]
    p = [W, rng.standard_normal(n), np.zeros(n), rng.standard_normal(n) / np.sqrt(n), np.zeros(1)]
    m, v = [np.zeros_like(a) for a in p], [np.zeros_like(a) for a in p]
    T, at = max(T // k, 1) * k, None
    for update in range(1, updates + 1):
        if at is None or at >= T:
            x, y = _draw(rng, T, B, share)
            if targets == "input":
                y = x
            at, state = 0, np.zeros((B, n))
        W, U, b, c, d = p
        h = [state]
        for t in range(at, at + k):
            a = h[-1] @ W.T + np.outer(x[t], U) + b
            h.append(np.tanh(a) if tanh else a)
        H = np.stack(h)
        e = sign * (H[1:] @ c + d - y[at : at + k]) / (k * B)
        grads = [np.zeros_like(a) for a in p]
        message = np.zeros((B, n))
        for i in range(k, 0, -1):
            g = message + e[i - 1][:, None] * c
            if tanh:
                g = g * (1 - H[i] ** 2)
            if learn_W:
                grads[0] += g.T @ H[i - 1]
            grads[1] += g.T @ x[at + i - 1]
            grads[2] += g.sum(0)
            message = g @ W
        grads[3], grads[4] = np.einsum("tb,tbn->n", e, H[1:]), np.array([e.sum()])
        slow = rate * min(1.0, 2 * (1 - update / (updates + 1)))
        for i, g in enumerate(grads):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.999 * v[i] + 0.001 * g * g
            step = m[i] / (1 - 0.9**update) / (np.sqrt(v[i] / (1 - 0.999**update)) + 1e-8)
            p[i] = p[i] - slow * step
        state = H[-1] if carry else np.zeros((B, n))
        at += k
    return p, tanh


def _answers(model, x, reset=None):
    (W, U, b, c, d), tanh = model
    h, out = np.zeros((x.shape[1], len(b))), []
    for t, x_t in enumerate(x[..., 0]):
        if reset and t % reset == 0:
            h = np.zeros_like(h)
        h = h @ W.T + np.outer(x_t, U) + b
        h = np.tanh(h) if tanh else h
        out.append(h @ c + d[0])
    return np.stack(out)


def _right_train(seed, k=10):
    """Tanh network, Adam, chunks of k, streams with many and with few symbols."""
    return _fit(seed, k)


right = (_right_train, _answers)


def _train_1(seed, k=10):
    """A linear network: it averages over the past symbols, but cannot overwrite the last one."""
    return _fit(seed, k, tanh=False, updates=400, gain=0.5, rate=0.005)


wrong_1 = (_train_1, _answers)


def _train_2(seed, k=10):
    """Targets slipped: trained to say the input of the step, zeros included."""
    return _fit(seed, k, updates=400, targets="input")


wrong_2 = (_train_2, _answers)


def _train_3(seed, k=10):
    """Training sound, but predict (below) begins every chunk of ten with a zero state."""
    return _fit(seed, k, updates=800)


def _predict_3(model, x):
    """Resets the state at every tenth step, as if the gradient's cut were one of the state."""
    return _answers(model, x, reset=10)


wrong_3 = (_train_3, _predict_3)


def _train_4(seed, k=10):
    """A hundred small updates: better than no memory, but far from solved (error about 0.15)."""
    return _fit(seed, k, updates=100, rate=0.003)


wrong_4 = (_train_4, _answers)


def _train_5(seed, k=10):
    """Two slips: small weights W that are never updated, and a rate of 1 for the rest."""
    return _fit(seed, k, updates=300, gain=0.3, learn_W=False, rate=1.0)


wrong_5 = (_train_5, _answers)
