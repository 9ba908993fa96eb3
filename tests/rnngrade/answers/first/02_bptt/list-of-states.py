"""gradients(W, U, b, x, h0, dh) -> (dW, dU, db, dx)."""
import numpy as np


def right(W, U, b, x, h0, dh):
    """Right: list with the initial state in front, index t is the state before x[t]."""
    hs = [h0]
    for x_t in x:
        hs.append(np.tanh(hs[-1] @ W.T + x_t @ U.T + b))
    delta, g = np.zeros(h0.shape), [None] * len(x)
    for t in range(len(x) - 1, -1, -1):
        g[t] = (delta + dh[t]) * (1 - hs[t + 1] ** 2)
        delta = g[t] @ W
    g, before = np.stack(g), np.stack(hs[:-1])
    return (np.tensordot(g, before, ((0, 1), (0, 1))), np.tensordot(g, x, ((0, 1), (0, 1))),
            g.sum((0, 1)), g @ U)


def _core(W, U, b, x, h0, dh, first="h0", start=None, delta_scale=1.0):
    T = len(x)
    hs = [h0 if start is None else start]
    for x_t in x:
        hs.append(np.tanh(hs[-1] @ W.T + x_t @ U.T + b))
    dW, dU, db, dx = np.zeros(W.shape), np.zeros(U.shape), np.zeros(b.shape), np.zeros(x.shape)
    delta = np.zeros(h0.shape)
    for t in reversed(range(T)):
        g = (delta + dh[t]) * (1 - hs[t + 1] ** 2)
        before = hs[t]
        if t == 0 and first == "last":
            before = hs[-1]
        if t == 0 and first == "zero":
            before = np.zeros_like(h0)
        dW += g.T @ before
        dU += g.T @ x[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = g @ W
    return dW, dU, db, dx


def wrong_1(W, U, b, x, h0, dh):
    """The draft as it stands: at t = 0 hs[-1] is the last state."""
    return _core(W, U, b, x, h0, dh, first="last")


def wrong_2(W, U, b, x, h0, dh):
    """Skips the term of t = 0 of dW: right only for h0 = 0."""
    return _core(W, U, b, x, h0, dh, first="zero")


def wrong_3(W, U, b, x, h0, dh):
    """Repairs the list by starting from zeros: ignores h0."""
    return _core(W, U, b, x, np.zeros_like(h0), dh)


def wrong_4(W, U, b, x, h0, dh):
    """Overcorrects: shifts the list, so dW uses the state after the step."""
    T = len(x)
    hs = [h0]
    for x_t in x:
        hs.append(np.tanh(hs[-1] @ W.T + x_t @ U.T + b))
    dW, dU, db, dx = right(W, U, b, x, h0, dh)
    delta, dW = np.zeros(h0.shape), np.zeros(W.shape)
    for t in reversed(range(T)):
        g = (delta + dh[t]) * (1 - hs[t + 1] ** 2)
        dW += g.T @ hs[t + 1]
        delta = g @ W
    return dW, dU, db, dx


def wrong_5(W, U, b, x, h0, dh):
    """Leaves out step 0 of the backward loop altogether (range(T-1, 0, -1)): no crash, all four lack a step."""
    T = len(x)
    hs = [h0]
    for x_t in x:
        hs.append(np.tanh(hs[-1] @ W.T + x_t @ U.T + b))
    dW, dU, db, dx = np.zeros(W.shape), np.zeros(U.shape), np.zeros(b.shape), np.zeros(x.shape)
    delta = np.zeros(h0.shape)
    for t in range(T - 1, 0, -1):
        g = (delta + dh[t]) * (1 - hs[t + 1] ** 2)
        dW += g.T @ hs[t]
        dU += g.T @ x[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = g @ W
    return dW, dU, db, dx


def wrong_6(W, U, b, x, h0, dh):
    """Two slips: draft's index at t = 0 kept, and slope of the state before."""
    T = len(x)
    hs = [h0]
    for x_t in x:
        hs.append(np.tanh(hs[-1] @ W.T + x_t @ U.T + b))
    dW, dU, db, dx = np.zeros(W.shape), np.zeros(U.shape), np.zeros(b.shape), np.zeros(x.shape)
    delta = np.zeros(h0.shape)
    for t in reversed(range(T)):
        g = (delta + dh[t]) * (1 - hs[t] ** 2)
        dW += g.T @ (hs[t] if t else hs[-1])
        dU += g.T @ x[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = g @ W
    return dW, dU, db, dx


def wrong_7(W, U, b, x, h0, dh):
    """hs[0] = h0 put over the first state: T states only, h0 counts as the state that x[0] made."""
    T = len(x)
    hs = [h0]
    for t in range(1, T):
        hs.append(np.tanh(hs[t - 1] @ W.T + x[t] @ U.T + b))
    dW, dU, db, dx = np.zeros(W.shape), np.zeros(U.shape), np.zeros(b.shape), np.zeros(x.shape)
    delta = np.zeros(h0.shape)
    for t in reversed(range(T)):
        g = (delta + dh[t]) * (1 - hs[t] ** 2)
        dW += g.T @ hs[max(t - 1, 0)]
        dU += g.T @ x[t]
        db += g.sum(0)
        dx[t] = g @ U
        delta = g @ W
    return dW, dU, db, dx
