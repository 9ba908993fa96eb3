"""control_gradient(u, p0, v0, dt, r) -> (T,)."""
import numpy as np


def right(u, p0, v0, dt, r):
    """Right: closed form: u_t moves v_T by dt and p_T by dt^2 (T - t)."""
    u = np.asarray(u, float)
    T = len(u)
    t = np.arange(1, T + 1)
    vT = v0 + dt * u.sum()
    pT = p0 + dt * (T * v0 + dt * np.sum((T - t) * u))
    return vT * dt + pT * dt ** 2 * (T - t) + r * dt * u


def _final(u, p0, v0, dt):
    p, v = p0, v0
    for a in u:
        p, v = p + dt * v, v + dt * a
    return p, v


def wrong_1(u, p0, v0, dt, r):
    """Semi-implicit plant: p uses the new v; right shape, one dt too many for p."""
    p, v = p0, v0
    for a in u:
        v = v + dt * a
        p = p + dt * v
    lv, out = v, np.zeros(len(u))
    for t in range(len(u) - 1, -1, -1):
        lv = lv + dt * p
        out[t] = dt * lv + r * dt * u[t]
    return out


def wrong_2(u, p0, v0, dt, r):
    """Forgets the fuel term: right for r = 0."""
    return right(u, p0, v0, dt, 0.0)


def wrong_3(u, p0, v0, dt, r):
    """Fuel term r u without dt: right for dt = 1."""
    return right(u, p0, v0, dt, 0.0) + r * np.asarray(u)


def wrong_4(u, p0, v0, dt, r):
    """Costate off by one: uses lambda_{t-1}, already passed back once more."""
    p, lv = _final(u, p0, v0, dt)
    out = np.zeros(len(u))
    for t in range(len(u) - 1, -1, -1):
        lv = lv + dt * p
        out[t] = dt * lv + r * dt * u[t]
    return out


def wrong_5(u, p0, v0, dt, r):
    """Jacobian not transposed: lambda_p grows by dt * lambda_v, lambda_v stays."""
    _, lv = _final(u, p0, v0, dt)
    return dt * lv + r * dt * np.asarray(u, float)


def wrong_6(u, p0, v0, dt, r):
    """Two slips: returns dL/du without the factor dt of the control, and the fuel halved."""
    p, lv = _final(u, p0, v0, dt)
    out = np.zeros(len(u))
    for t in range(len(u) - 1, -1, -1):
        out[t] = lv + r * dt * u[t] / 2
        lv = lv + dt * p
    return out


def wrong_7(u, p0, v0, dt, r):
    """Time reversed: lambda_{T}'s entry first (list appended going back, not reversed); fuel in place. Right for T = 1."""
    g = right(u, p0, v0, dt, 0.0)[::-1]
    return g + r * dt * np.asarray(u, float)
