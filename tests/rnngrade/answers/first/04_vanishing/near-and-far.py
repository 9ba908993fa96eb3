"""near_and_far(W, h, delta, lag, rate) -> (near, far, ratio)."""
import numpy as np


def _uses(W, h, delta):
    """Yields (lag, sum_b g_t h_{t-1}^T) going back."""
    T, d = len(h) - 1, delta
    for t in range(T, 0, -1):
        g = d * (1 - h[t] ** 2)
        yield T - t, g.T @ h[t - 1]
        d = g @ W


def right(W, h, delta, lag, rate):
    """Right: two sums of outer products, split at T - t < lag."""
    s = [np.zeros(W.shape), np.zeros(W.shape)]
    for l, u in _uses(W, h, delta):
        s[l >= lag] -= rate * u
    n = np.linalg.norm(s[0])
    return s[0], s[1], float(np.linalg.norm(s[1]) / n) if n else 0.0


def wrong_1(W, h, delta, lag, rate):
    """Sign lost: adds the gradient."""
    n, f, r = right(W, h, delta, lag, rate)
    return -n, -f, r


def wrong_2(W, h, delta, lag, rate):
    """Off by one: lag k counted as near (T - t <= lag)."""
    return right(W, h, delta, lag + 1, rate)


def wrong_3(W, h, delta, lag, rate):
    """Ratio near over far."""
    n, f, r = right(W, h, delta, lag, rate)
    return n, f, 1 / r if r else np.inf


def wrong_4(W, h, delta, lag, rate):
    """Outer product with h_t, not h_{t-1}."""
    s, T, d = [np.zeros(W.shape), np.zeros(W.shape)], len(h) - 1, delta
    for t in range(T, 0, -1):
        g = d * (1 - h[t] ** 2)
        s[T - t >= lag] -= rate * g.T @ h[t]
        d = g @ W
    n = np.linalg.norm(s[0])
    return s[0], s[1], float(np.linalg.norm(s[1]) / n) if n else 0.0


def wrong_5(W, h, delta, lag, rate):
    """Ratio of sums of norms of the single uses, not of the norms of the sums (right for one use each)."""
    n, f, _ = right(W, h, delta, lag, rate)
    a = [0.0, 0.0]
    for l, u in _uses(W, h, delta):
        a[l >= lag] += np.linalg.norm(u)
    return n, f, a[1] / a[0]


def wrong_6(W, h, delta, lag, rate):
    """Two slips: time counted from the start (t <= lag is near), and the mean over the batch."""
    T, B = len(h) - 1, len(delta)
    s = [np.zeros(W.shape), np.zeros(W.shape)]
    for l, u in _uses(W, h, delta):
        s[(T - l) > lag] -= rate * u / B
    n = np.linalg.norm(s[0])
    return s[0], s[1], float(np.linalg.norm(s[1]) / n) if n else 0.0


def wrong_7(W, h, delta, lag, rate):
    """Spectral norms in the ratio: np.linalg.norm(x, 2); right for n = 1 and rank-one sums."""
    n, f, _ = right(W, h, delta, lag, rate)
    return n, f, float(np.linalg.norm(f, 2) / np.linalg.norm(n, 2))


def wrong_8(W, h, delta, lag, rate):
    """Transposed message: g @ W.T."""
    return right(np.asarray(W).T, h, delta, lag, rate)
