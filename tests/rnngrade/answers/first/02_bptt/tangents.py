"""tangents(W, U, b, x, h0, direction) -> (T + 1, B, n)."""
import numpy as np


def right(W, U, b, x, h0, direction):
    """Right: s_t = (1 - h_t^2) * (W s_{t-1} + P h_{t-1})."""
    h, s = h0, np.zeros((len(x) + 1, *h0.shape))
    for t, x_t in enumerate(x):
        new = np.tanh(np.einsum("ij,bj->bi", W, h) + np.einsum("id,bd->bi", U, x_t) + b)
        s[t + 1] = (1 - new ** 2) * (np.einsum("ij,bj->bi", W, s[t]) + np.einsum("ij,bj->bi", direction, h))
        h = new
    return s


def _core(W, U, b, x, h0, P, mode=""):
    h, s = h0, [np.zeros(h0.shape)]
    for x_t in x:
        new = np.tanh(h @ W.T + x_t @ U.T + b)
        direct = (new if mode == "after" else h) @ (P if "pt" in mode else P.T)
        through = s[-1] @ (W if "wt" in mode else W.T)
        if mode == "direct":
            through = 0
        if mode == "P":
            through = s[-1] @ P.T
        slope = 1 - (h if "slope" in mode else new) ** 2
        s.append(slope * direct + through if mode == "outside" else slope * (direct + through))
        h = new
    return np.stack(s)


def wrong_1(W, U, b, x, h0, direction):
    """Direct effect only: right for T = 1."""
    return _core(W, U, b, x, h0, direction, "direct")


def wrong_2(W, U, b, x, h0, direction):
    """Tangent passed on by W in rows without transpose (s @ W): the backward formula going forward."""
    return _core(W, U, b, x, h0, direction, "wt")


def wrong_3(W, U, b, x, h0, direction):
    """P acts on the state after the step."""
    return _core(W, U, b, x, h0, direction, "after")


def wrong_4(W, U, b, x, h0, direction):
    """Slope multiplies the direct effect only."""
    return _core(W, U, b, x, h0, direction, "outside")


def wrong_5(W, U, b, x, h0, direction):
    """Finite difference with epsilon 1e-3, one-sided: an approximation."""
    def run(M):
        h = [h0]
        for x_t in x:
            h.append(np.tanh(h[-1] @ M.T + x_t @ U.T + b))
        return np.stack(h)
    return (run(W + 1e-3 * direction) - run(W)) / 1e-3


def wrong_6(W, U, b, x, h0, direction):
    """Two slips: P without transpose and slope of the state before."""
    return _core(W, U, b, x, h0, direction, "pt slope")


def wrong_7(W, U, b, x, h0, direction):
    """Normalises the direction to length 1: right only for |P| = 1 (single-entry directions)."""
    return right(W, U, b, x, h0, direction / max(np.linalg.norm(direction), 1e-300))
