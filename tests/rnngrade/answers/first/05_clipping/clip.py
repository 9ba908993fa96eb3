"""clip(grads, theta) -> (clipped, norm)."""
import numpy as np


def _leaves(g):
    if isinstance(g, dict):
        for v in g.values():
            yield from _leaves(v)
    else:
        yield np.asarray(g, float)


def _map(g, f):
    return {k: _map(v, f) for k, v in g.items()} if isinstance(g, dict) else f(g)


def right(grads, theta):
    """Right: hypot over leaf norms, one factor for all leaves."""
    norm = 0.0
    for a in _leaves(grads):
        norm = float(np.hypot(norm, np.linalg.norm(a.ravel())))
    s = theta / norm if norm > theta else 1.0
    return _map(grads, lambda a: np.asarray(a, float) * s), norm


def wrong_1(grads, theta):
    """Each array by its own norm (by tensor): right for one array or when nothing is cut."""
    _, n = right(grads, theta)
    return _map(grads, lambda a: a * min(1, theta / max(np.linalg.norm(np.ravel(a)), 1e-300))), n


def wrong_2(grads, theta):
    """By value: entries cut to [-theta, theta]."""
    return _map(grads, lambda a: np.clip(a, -theta, theta)), right(grads, theta)[1]


def wrong_3(grads, theta):
    """Always scales to theta, short gradients are lengthened (0/0 for zero gradients)."""
    n = right(grads, theta)[1]
    with np.errstate(all="ignore"):
        return _map(grads, lambda a: a * np.float64(theta) / n), n


def wrong_4(grads, theta):
    """Norm after clipping is returned: min(norm, theta)."""
    c, n = right(grads, theta)
    return c, min(n, theta)


def wrong_5(grads, theta):
    """Only two levels deep: flattens one level of dicts; deeper ones are not scaled."""
    n2 = 0.0
    for v in grads.values():
        for a in (v.values() if isinstance(v, dict) else [v]):
            n2 += 0.0 if isinstance(a, dict) else float(np.sum(np.asarray(a) ** 2))
    n = np.sqrt(n2)
    s = theta / n if n > theta else 1.0
    return {k: ({q: (a if isinstance(a, dict) else a * s) for q, a in v.items()} if isinstance(v, dict) else v * s)
            for k, v in grads.items()}, n


def wrong_6(grads, theta):
    """Two slips: sum of the norms as the norm, and a squared comparison (theta not squared)."""
    ls = [np.linalg.norm(a.ravel()) for a in _leaves(grads)]
    n = float(sum(ls))
    s = theta / n if n ** 2 > theta else 1.0
    return _map(grads, lambda a: a * s), n


def wrong_7(grads, theta):
    """In place: scales the caller's arrays (float ones), values right."""
    n = right(grads, theta)[1]
    s = theta / n if n > theta else 1.0

    def scale(a):
        a *= s
        return a
    return _map(grads, scale), n


def wrong_8(grads, theta):
    """theta / (norm + 0.01) as a guard against 0: what is cut comes out a little short (right where nothing is cut)."""
    n = right(grads, theta)[1]
    s = min(1.0, theta / (n + 1e-2))
    return _map(grads, lambda a: a * s), n
