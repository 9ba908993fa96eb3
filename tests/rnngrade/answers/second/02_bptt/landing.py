import numpy as np


def right(u, p0, v0, dt, r):
    """Closed form of the costate: lambda_v = v_T + dt (T - t) p_T."""
    T = len(u)
    p, v = float(p0), float(v0)
    for thrust in u:
        p, v = p + dt * v, v + dt * thrust
    later = np.arange(T - 1, -1, -1)  # T - t
    return dt * (v + dt * later * p) + r * dt * np.asarray(u, dtype=float)


def wrong_1(u, p0, v0, dt, r):
    """Fuel term without dt: r u_t."""
    p, v = p0, v0
    for thrust in u:
        p, v = p + dt * v, v + dt * thrust
    grad, lp, lv = np.zeros(len(u)), p, v
    for t in range(len(u) - 1, -1, -1):
        grad[t] = dt * lv + r * u[t]
        lv = lv + dt * lp
    return grad


def wrong_2(u, p0, v0, dt, r):
    """Position moved with the new velocity (semi-implicit): a thrust acts on p one step early."""
    p, v = p0, v0
    for thrust in u:
        v = v + dt * thrust
        p = p + dt * v
    grad, lp, lv = np.zeros(len(u)), p, v
    for t in range(len(u) - 1, -1, -1):
        lv = lv + dt * lp
        grad[t] = dt * lv + r * dt * u[t]
    return grad


def wrong_3(u, p0, v0, dt, r):
    """Jacobian not transposed: lambda_p changes by dt lambda_v and lambda_v stays."""
    p, v = p0, v0
    for thrust in u:
        p, v = p + dt * v, v + dt * thrust
    grad, lp, lv = np.zeros(len(u)), p, v
    for t in range(len(u) - 1, -1, -1):
        grad[t] = dt * lv + r * dt * u[t]
        lp = lp + dt * lv
    return grad


def wrong_4(u, p0, v0, dt, r):
    """Off by one: the costate of the state before the thrust, lambda_{t-1}, with the right plant."""
    p, v = p0, v0
    for thrust in u:
        p, v = p + dt * v, v + dt * thrust
    grad, lp, lv = np.zeros(len(u)), p, v
    for t in range(len(u) - 1, -1, -1):
        lv = lv + dt * lp
        grad[t] = dt * lv + r * dt * u[t]
    return grad


def wrong_5(u, p0, v0, dt, r):
    """Two slips: the result in the order of the way back, and lambda_T = (2 p_T, 2 v_T)."""
    p, v = p0, v0
    for thrust in u:
        p, v = p + dt * v, v + dt * thrust
    grad, lp, lv = [], 2 * p, 2 * v
    for thrust in u[::-1]:
        grad.append(dt * lv + r * dt * thrust)
        lv = lv + dt * lp
    return np.array(grad)
