"""cross_entropy(logits, targets, mask) -> (loss, dlogits)."""
import numpy as np


def right(logits, targets, mask):
    """Right: works on the valid rows only, logaddexp for the normaliser."""
    z = np.asarray(logits, float)[mask]
    c = np.asarray(targets)[mask]
    N, rows = len(c), np.arange(len(c))
    logp = z - np.logaddexp.reduce(z, axis=-1)[:, None]
    g = np.exp(logp)
    g[rows, c] -= 1
    d = np.zeros(np.shape(logits))
    d[mask] = g / N
    return -logp[rows, c].mean(), d


def wrong_1(logits, targets, mask):
    """Mean over all T*B steps, padding included (right without padding)."""
    loss, d = right(logits, targets, mask)
    s = mask.sum() / mask.size
    return loss * s, d * s


def wrong_2(logits, targets, mask):
    """Sum over the valid steps, not the mean."""
    loss, d = right(logits, targets, mask)
    return loss * mask.sum(), d * mask.sum()


def wrong_3(logits, targets, mask):
    """No shift: exp of large logits overflows to inf/inf = nan (right for small ones)."""
    with np.errstate(all="ignore"):
        e = np.exp(np.asarray(logits, float))
        p = e / e.sum(-1, keepdims=True)
        one = np.eye(p.shape[-1])[np.where(mask, targets, 0)]
        N = mask.sum()
        loss = -np.log((p * one).sum(-1))[mask].sum() / N
    return loss, (p - one) * mask[..., None] / N


def wrong_4(logits, targets, mask):
    """log(p + 1e-12): a confident error costs 27.6 and not 1500."""
    z = logits - logits.max(-1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(-1, keepdims=True)
    one = np.eye(p.shape[-1])[np.where(mask, targets, 0)]
    N = mask.sum()
    loss = -np.log((p * one).sum(-1) + 1e-12)[mask].sum() / N
    return loss, (p - one) * mask[..., None] / N


def wrong_5(logits, targets, mask):
    """Mean over steps of each sequence first, then over sequences: right where lengths are equal."""
    z = logits - logits.max(-1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(-1, keepdims=True))
    one = np.eye(z.shape[-1])[np.where(mask, targets, 0)]
    step = -(logp * one).sum(-1) * mask
    w = mask / np.maximum(mask.sum(0), 1) / mask.shape[1]
    return (step * w).sum(), (np.exp(logp) - one) * w[..., None]


def wrong_6(logits, targets, mask):
    """Two slips: gradient onehot - p (sign), and not divided by the number of valid steps."""
    loss, d = right(logits, targets, mask)
    return loss, -d * mask.sum()


def wrong_7(logits, targets, mask):
    """Loss masked, gradient not: target -1 picks the last class, and padding receives a gradient."""
    loss, _ = right(logits, targets, mask)
    z = logits - logits.max(-1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(-1, keepdims=True)
    one = np.eye(p.shape[-1])[targets]
    return loss, (p - one) / mask.sum()


def wrong_8(logits, targets, mask):
    """Shifts by the one maximum of the whole batch: rows far below underflow to 0/0 (edge)."""
    with np.errstate(all="ignore"):
        e = np.exp(logits - np.max(logits))
        p = e / e.sum(-1, keepdims=True)
        one = np.eye(p.shape[-1])[np.where(mask, targets, 0)]
        loss = -np.log((p * one).sum(-1))[mask].mean()
        d = np.where(mask[..., None], (p - one) / mask.sum(), 0)
    return loss, d
