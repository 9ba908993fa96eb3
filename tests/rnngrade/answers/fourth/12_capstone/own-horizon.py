import numpy as np


def _sigma(a):
    return 1 / (1 + np.exp(-a))


def _step(W, U, b, h, x):
    r, z = (_sigma(W[k] @ h + U[k] @ x + b[k]) for k in (0, 1))
    return (1 - z) * h + z * np.tanh(W[2] @ (r * h) + U[2] @ x + b[2])


def _sizes(W, U, b, x, h0, eps=1e-6, measure=None, transposed=False):
    T, (B, n) = len(x), h0.shape
    out = np.zeros((T + 1, B))
    for i in range(B):
        J, h = [], h0[i]
        for t in range(T):
            J.append(np.array([(_step(W, U, b, h + eps * e, x[t, i]) - _step(W, U, b, h - eps * e, x[t, i])) / (2 * eps)
                               for e in np.eye(n)]).T)
            h = _step(W, U, b, h, x[t, i])
        P = np.eye(n)
        for k in range(T + 1):
            out[k, i] = measure(P) if measure else np.linalg.norm(P) / np.sqrt(n)
            if k < T:
                P = P @ (J[T - 1 - k].T if transposed else J[T - 1 - k])
    return out


def _first(sizes, left):
    T = len(sizes) - 1
    return np.array([next((k for k in range(T + 1) if s[k] < left), T + 1) for s in sizes.T])


def right(W, U, b, x, h0, left):
    s = _sizes(W, U, b, x, h0)
    return s, _first(s, left)


def wrong_1(W, U, b, x, h0, left):  # one-sided rough differences
    s = _sizes(W, U, b, x, h0, eps=3e-2)
    return s, _first(s, left)


def wrong_2(W, U, b, x, h0, left):  # divided by n
    s = _sizes(W, U, b, x, h0, measure=lambda P: np.linalg.norm(P) / len(P))
    return s, _first(s, left)


def wrong_3(W, U, b, x, h0, left):  # each Jacobian transposed
    s = _sizes(W, U, b, x, h0, transposed=True)
    return s, _first(s, left)


def wrong_4(W, U, b, x, h0, left):  # sizes from the first step to the last
    s = _sizes(W, U, b, x, h0)
    return s[::-1], _first(s, left)


def wrong_5(W, U, b, x, h0, left):  # the last lag at which it is still above
    s = _sizes(W, U, b, x, h0)
    return s, (s >= left).sum(0) - 1


def wrong_6(W, U, b, x, h0, left):  # trace
    s = _sizes(W, U, b, x, h0, measure=lambda P: abs(np.trace(P)) / len(P))
    return s, _first(s, left)


def wrong_7(W, U, b, x, h0, left):  # z and r exchanged
    return right(W[[1, 0, 2]], U[[1, 0, 2]], b[[1, 0, 2]], x, h0, left)


def wrong_8(W, U, b, x, h0, left):  # batch and time exchanged
    s, first = right(W, U, b, x, h0, left)
    return s.T, first
