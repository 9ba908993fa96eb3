"""turned(parts, theta) -> (by_value, by_tensor) in degrees."""
import numpy as np


def _vec(parts):
    return np.concatenate([np.ravel(p).astype(float) for p in parts])


def _angle(a, b):
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))))


def _tensor(parts, theta):
    return [p * min(1.0, theta / np.linalg.norm(np.ravel(p))) for p in (np.asarray(q, float) for q in parts)]


def right(parts, theta):
    """Right: 2 atan2 of difference and sum of the unit vectors."""
    a = _vec(parts)
    return _angle(a, np.clip(a, -theta, theta)), _angle(a, _vec(_tensor(parts, theta)))


def _acos(a, b):
    with np.errstate(all="ignore"):
        return float(np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))


def wrong_1(parts, theta):
    """Radians, not degrees."""
    v, t = right(parts, theta)
    return float(np.radians(v)), float(np.radians(t))


def wrong_2(parts, theta):
    """arccos without a clamp: nan where rounding gives a cosine above 1 (edge: nothing cut)."""
    a = _vec(parts)
    return (float(np.degrees(_acos(a, np.clip(a, -theta, theta)))),
            float(np.degrees(_acos(a, _vec(_tensor(parts, theta))))))


def wrong_3(parts, theta):
    """Mean of the angles per tensor: right for one tensor (by tensor always 0)."""
    vs = [right([p], theta) for p in parts]
    return float(np.mean([v[0] for v in vs])), float(np.mean([v[1] for v in vs]))


def wrong_4(parts, theta):
    """Order exchanged: (by_tensor, by_value)."""
    return right(parts, theta)[::-1]


def wrong_5(parts, theta):
    """By tensor normalises short tensors to theta too: right where all are longer."""
    a = _vec(parts)
    t = np.concatenate([np.ravel(p) * theta / np.linalg.norm(np.ravel(p)) for p in parts])
    return right(parts, theta)[0], _angle(a, t)


def wrong_6(parts, theta):
    """Two slips: cosine in place of the angle, and clips only the upper side (large negative entries stay)."""
    a = _vec(parts)
    b = np.minimum(a, theta)
    cos = lambda u, v: float(u @ v / np.linalg.norm(u) / np.linalg.norm(v))
    return cos(a, b), cos(a, _vec(_tensor(parts, theta)))


def wrong_7(parts, theta):
    """arctan2 of first two components only: right for gradients in the plane."""
    def ang(u):
        return np.arctan2(u[1] if len(u) > 1 else 0, u[0])
    a = _vec(parts)
    d = lambda u: float(abs(np.degrees(ang(a) - ang(u))))
    return d(np.clip(a, -theta, theta)), d(_vec(_tensor(parts, theta)))


def wrong_8(parts, theta):
    """Matrix tensors by the spectral norm: np.linalg.norm(p, 2) for 2d arrays."""
    a = _vec(parts)
    t = []
    for p in parts:
        p = np.asarray(p, float)
        n = np.linalg.norm(p, 2) if p.ndim == 2 else np.linalg.norm(np.ravel(p))
        t.append(np.ravel(p) * min(1, theta / n))
    return right(parts, theta)[0], _angle(a, np.concatenate(t))
