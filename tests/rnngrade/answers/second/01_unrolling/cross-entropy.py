import numpy as np


def right(logits, targets, mask):
    """Works on the list of valid steps alone, with a shifted log-softmax."""
    z = np.asarray(logits, dtype=float)[mask]
    c = targets[mask]
    row = np.arange(len(c))
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    grad = np.exp(log_p)
    grad[row, c] -= 1.0
    dlogits = np.zeros(logits.shape)
    dlogits[mask] = grad / len(c)
    return -log_p[row, c].mean(), dlogits


def wrong_1(logits, targets, mask):
    """Divides by T * B, the padding included, in place of the number of valid steps."""
    z = np.where(mask[..., None], logits, 0.0)
    z = z - z.max(-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(-1, keepdims=True))
    onehot = np.eye(z.shape[-1])[targets]
    loss = -(log_p * onehot).sum(-1) * mask
    return loss.mean(), (np.exp(log_p) - onehot) * mask[..., None] / mask.size


def wrong_2(logits, targets, mask):
    """log(p + 1e-12): a confident error costs 27.6 at most."""
    z = np.where(mask[..., None], logits, 0.0)
    e = np.exp(z - z.max(-1, keepdims=True))
    p = e / e.sum(-1, keepdims=True)
    onehot = np.eye(z.shape[-1])[targets]
    count = mask.sum()
    loss = -np.log((p * onehot).sum(-1) + 1e-12)
    return loss[mask].sum() / count, (p - onehot) * mask[..., None] / count


def wrong_3(logits, targets, mask):
    """Gradient not divided by the number of valid steps (loss is right)."""
    z = np.where(mask[..., None], logits, 0.0)
    z = z - z.max(-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(-1, keepdims=True))
    onehot = np.eye(z.shape[-1])[targets]
    loss = -(log_p * onehot).sum(-1)
    return loss[mask].mean(), (np.exp(log_p) - onehot) * mask[..., None]


def wrong_4(logits, targets, mask):
    """Mean over each sequence first and then over sequences: short ones weigh too much."""
    z = np.where(mask[..., None], logits, 0.0)
    z = z - z.max(-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(-1, keepdims=True))
    onehot = np.eye(z.shape[-1])[targets]
    weight = mask / np.maximum(mask.sum(0), 1)
    weight = weight / mask.any(0).sum()
    loss = -((log_p * onehot).sum(-1) * weight).sum()
    return loss, (np.exp(log_p) - onehot) * weight[..., None]


def wrong_5(logits, targets, mask):
    """Two slips: e^z without a shift, and the gradient with its sign reversed."""
    z = np.where(mask[..., None], logits, 0.0)
    with np.errstate(all="ignore"):
        e = np.exp(z)
        p = e / e.sum(-1, keepdims=True)
        onehot = np.eye(z.shape[-1])[targets]
        loss = -np.log(np.where(onehot > 0, p, 1.0)).sum(-1)
    count = mask.sum()
    return loss[mask].sum() / count, (onehot - p) * mask[..., None] / count
