"""masked_bptt(W, U, b, x, mask, h0, dh) -> (dW, dU, db, dx, dh0)."""
import numpy as np


def right(W, U, b, x, mask, h0, dh):
    """Right: one sequence at a time on its valid steps."""
    dW, dU, db = np.zeros(W.shape), np.zeros(U.shape), np.zeros(b.shape)
    dx, dh0 = np.zeros(x.shape), np.zeros(h0.shape)
    for i in range(x.shape[1]):
        steps = np.flatnonzero(mask[:, i])
        h = [h0[i]]
        for t in steps:
            h.append(np.tanh(W @ h[-1] + U @ x[t, i] + b))
        d = np.zeros(len(b))
        for j in range(len(steps) - 1, -1, -1):
            g = (d + dh[steps[j], i]) * (1 - h[j + 1] ** 2)
            dW += np.outer(g, h[j])
            dU += np.outer(g, x[steps[j], i])
            db += g
            dx[steps[j], i] = U.T @ g
            d = W.T @ g
        dh0[i] = d
    return dW, dU, db, dx, dh0


def _core(W, U, b, x, mask, h0, dh, fmask=True, local=True, keep=True, use=True, trans=False, zero_x=True):
    """Vectorised pass with switches: forward mask, ignore dh at pads, J = I at pads, weights unused at pads."""
    h = [h0]
    X = np.where(mask[..., None], x, 0) if zero_x else x
    for x_t, m in zip(X, mask):
        new = np.tanh(h[-1] @ W.T + x_t @ U.T + b)
        h.append(np.where(m[:, None], new, h[-1]) if fmask else new)
    dW, dU, db, dx = np.zeros(W.shape), np.zeros(U.shape), np.zeros(b.shape), np.zeros(x.shape)
    d = np.zeros(h0.shape)
    for t in range(len(x) - 1, -1, -1):
        m = mask[t][:, None]
        d = d + (np.where(m, dh[t], 0) if local else dh[t])
        g = d * (1 - h[t + 1] ** 2)
        if use:
            g = np.where(m, g, 0)
        dW += g.T @ h[t]
        dU += g.T @ X[t]
        db += g.sum(0)
        dx[t] = g @ U
        back = g @ (W.T if trans else W)
        d = np.where(m, back, d) if keep else back
    return dW, dU, db, dx, d


def wrong_1(W, U, b, x, mask, h0, dh):
    """Mask forgotten altogether."""
    return _core(W, U, b, x, np.ones_like(mask), h0, dh)


def wrong_2(W, U, b, x, mask, h0, dh):
    """Counts dh at masked steps: passes it on to the last valid step."""
    return _core(W, U, b, x, mask, h0, dh, local=False)


def wrong_3(W, U, b, x, mask, h0, dh):
    """Stops the message at a masked step (g = 0, so delta = 0): gaps and end padding cut the gradient."""
    return _core(W, U, b, x, mask, h0, dh, keep=False)


def wrong_4(W, U, b, x, mask, h0, dh):
    """Weights counted as used at masked steps, J = I otherwise right."""
    return _core(W, U, b, x, mask, h0, dh, use=False)


def wrong_5(W, U, b, x, mask, h0, dh):
    """Forward pass without the mask, backward with it: right unless a valid step follows padding (gaps)."""
    return _core(W, U, b, x, mask, h0, dh, fmask=False)


def wrong_6(W, U, b, x, mask, h0, dh):
    """Two slips: W.T in the message, and dh of masked steps counted."""
    return _core(W, U, b, x, mask, h0, dh, local=False, trans=True)


def wrong_7(W, U, b, x, mask, h0, dh):
    """dh0 returned as the last g @ W only for rows valid at step 0: zero elsewhere (padding in front)."""
    *rest, d = _core(W, U, b, x, mask, h0, dh)
    return (*rest, d * mask[0][:, None])


def wrong_8(W, U, b, x, mask, h0, dh):
    """Mask multiplies x and dh: nan at padding spreads (right for finite padding)."""
    m = mask[..., None].astype(float)
    return _core(W, U, b, x * m, mask, h0, dh * m, zero_x=False)
