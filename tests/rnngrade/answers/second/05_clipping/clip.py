import numpy as np


def right(grads, theta):
    """Leaves collected, one scaled norm, then a new tree of scaled copies."""

    def leaves(tree):
        for value in tree.values():
            if isinstance(value, dict):
                yield from leaves(value)
            else:
                yield np.asarray(value, dtype=float)

    def scaled(tree, s):
        return {
            k: scaled(v, s) if isinstance(v, dict) else np.array(v, dtype=float) * s
            for k, v in tree.items()
        }

    arrays = list(leaves(grads))
    top = max((np.abs(a).max() for a in arrays if a.size), default=0.0)
    if top == 0:
        return scaled(grads, 1.0), 0.0
    norm = float(top * np.sqrt(sum(np.sum((a / top) ** 2) for a in arrays)))
    return scaled(grads, theta / norm if norm > theta else 1.0), norm


def _leaves(tree):
    out = []
    for v in tree.values():
        out += _leaves(v) if isinstance(v, dict) else [v]
    return out


def _scaled(tree, s):
    return {k: _scaled(v, s) if isinstance(v, dict) else v * s for k, v in tree.items()}


def wrong_1(grads, theta):
    """Each array shortened by its own norm, in place of all as one vector."""
    norm = np.sqrt(sum(np.sum(v**2) for v in _leaves(grads)))

    def each(tree):
        out = {}
        for k, v in tree.items():
            if isinstance(v, dict):
                out[k] = each(v)
            else:
                size = np.linalg.norm(v)
                out[k] = v * (theta / size) if size > theta else v.copy()
        return out

    return each(grads), float(norm)


def wrong_2(grads, theta):
    """Frameworks' habit theta / (norm + 1e-6): a little short, and nothing left of tiny gradients."""
    norm = float(np.sqrt(sum(np.sum(v**2) for v in _leaves(grads))))
    return _scaled(grads, min(1.0, theta / (norm + 1e-6))), norm


def wrong_3(grads, theta):
    """Always scaled to length theta: short gradients are made longer."""
    norm = float(np.sqrt(sum(np.sum(v**2) for v in _leaves(grads))))
    return _scaled(grads, theta / norm if norm > 0 else 1.0), norm


def wrong_4(grads, theta):
    """Norm of the inner dicts taken separately: each dict is clipped as a vector of its own."""
    flat = {k: v for k, v in grads.items() if not isinstance(v, dict)}
    own = np.sqrt(sum(np.sum(v**2) for v in flat.values()))
    s = theta / own if own > theta else 1.0
    out = {}
    for k, v in grads.items():
        out[k] = wrong_4(v, theta)[0] if isinstance(v, dict) else v * s
    norm = np.sqrt(sum(np.sum(v**2) for v in _leaves(grads)))
    return out, float(norm)


def wrong_5(grads, theta):
    """Two slips: works in place on the caller's arrays, and returns the norm after clipping."""
    arrays = _leaves(grads)
    norm = float(np.sqrt(sum(np.sum(v**2) for v in arrays)))
    if norm > theta:
        for v in arrays:
            v *= theta / norm
    return grads, min(norm, theta)
