import numpy as np


def right(parts, theta):
    """Both vectors to unit length, then 2 atan2(|u - v|, |u + v|)."""

    def unit(v):
        v = v / np.abs(v).max()
        return v / np.linalg.norm(v)

    def angle(u, v):
        if np.array_equal(u, v):
            return 0.0
        u, v = unit(u), unit(v)
        return float(np.degrees(2 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))))

    flat = [np.asarray(p, dtype=float).ravel() for p in parts]
    whole = np.concatenate(flat)
    by_value = np.clip(whole, -theta, theta)
    shortened = []
    for p in flat:
        top = np.abs(p).max()
        size = top * np.linalg.norm(p / top)
        shortened.append(p * (theta / size) if size > theta else p)
    return angle(whole, by_value), angle(whole, np.concatenate(shortened))


def _unit(v):
    v = v / np.abs(v).max()
    return v / np.linalg.norm(v)


def _angle(u, v):
    return float(np.degrees(np.arccos(np.clip(_unit(u) @ _unit(v), -1, 1))))


def _tensor(p, theta):
    top = np.abs(p).max()
    size = top * np.linalg.norm(p / top)
    return p * min(1.0, theta / size)


def wrong_1(parts, theta):
    """Angles in radians."""
    a, b = right(parts, theta)
    return float(np.radians(a)), float(np.radians(b))


def wrong_2(parts, theta):
    """Mean of the tensors' own angles; shortening a tensor does not turn it, so the second is 0."""
    flat = [np.ravel(p) for p in parts]
    value = np.mean([_angle(p, np.clip(p, -theta, theta)) for p in flat])
    return float(value), 0.0


def wrong_3(parts, theta):
    """By tensor with the norm of the whole: all are shortened alike, so nothing turns."""
    whole = np.concatenate([np.ravel(p) for p in parts])
    return right(parts, theta)[0], _angle(whole, _tensor(whole, theta))


def wrong_4(parts, theta):
    """Every tensor set to length theta, the short ones stretched too."""
    whole = np.concatenate([np.ravel(p) for p in parts])
    equal = np.concatenate([_unit(np.ravel(p)) for p in parts])
    return right(parts, theta)[0], _angle(whole, equal)


def wrong_5(parts, theta):
    """Two slips: positive entries alone are cut (np.minimum), and the results come in reverse order."""
    whole = np.concatenate([np.ravel(p) for p in parts])
    return right(parts, theta)[1], _angle(whole, np.minimum(whole, theta))
