import numpy as np


def right(W, U, b, x, h0):
    """Preallocated float states; einsum with the equation's indices."""
    T, B = x.shape[:2]
    h = np.empty((T + 1, B, len(b)), dtype=float)
    h[0] = h0
    for t in range(1, T + 1):
        recurrent = np.einsum("ij,bj->bi", W, h[t - 1])
        h[t] = np.tanh(recurrent + np.einsum("ij,bj->bi", U, x[t - 1]) + b)
    return h


def wrong_1(W, U, b, x, h0):
    """W not transposed for row states: h @ W in place of h @ W.T."""
    h = [np.array(h0, dtype=float)]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W + x_t @ U.T + b))
    return np.stack(h)


def wrong_2(W, U, b, x, h0):
    """Shift forgotten: the step that makes h[t] reads x[t], the last one reads x[T - 1] again."""
    T = len(x)
    h = np.zeros((T + 1, x.shape[1], len(b)))
    h[0] = h0
    for t in range(1, T + 1):
        h[t] = np.tanh(h[t - 1] @ W.T + x[min(t, T - 1)] @ U.T + b)
    return h


def wrong_3(W, U, b, x, h0):
    """Allocates with the type of h0: integer initial states cut all states to integers."""
    h = np.zeros((len(x) + 1, *h0.shape), dtype=h0.dtype)
    h[0] = h0
    for t in range(len(x)):
        h[t + 1] = np.tanh(h[t] @ W.T + x[t] @ U.T + b)
    return h


def wrong_4(W, U, b, x, h0):
    """Ignores h0: always starts from zero."""
    h = np.zeros((len(x) + 1, x.shape[1], len(b)))
    for t in range(len(x)):
        h[t + 1] = np.tanh(h[t] @ W.T + x[t] @ U.T + b)
    return h


def wrong_5(W, U, b, x, h0):
    """Two slips: the bias added outside tanh, and h0 squashed into h[0] as well."""
    h = [np.tanh(h0)]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T) + b)
    return np.stack(h)
