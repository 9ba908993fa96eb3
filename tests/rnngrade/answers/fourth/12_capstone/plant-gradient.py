import numpy as np


def _forward(u, q0, v0, c, dt):
    q, v = [q0], [v0]
    for f in u:
        q_, v_ = q[-1] + dt * v[-1], v[-1] + dt * (f - np.sin(q[-1]) - c * v[-1])
        q.append(q_)
        v.append(v_)
    return np.array(q), np.array(v)


def _cost(u, q0, v0, goal, beta, c, dt):
    q, v = _forward(u, q0, v0, c, dt)
    return dt / 2 * u @ u + beta / 2 * ((q[-1] - goal) ** 2 + v[-1] ** 2)


def right(u, q0, v0, goal, beta, c, dt):  # by forward mode
    q, v = _forward(u, q0, v0, c, dt)
    T = len(u)
    g = np.zeros(T)
    for k in range(T):
        a, b = 0.0, dt
        for t in range(k + 1, T):
            a, b = a + dt * b, b + dt * (-np.cos(q[t]) * a - c * b)
        g[k] = dt * u[k] + beta * ((q[-1] - goal) * a + v[-1] * b)
    return _cost(u, q0, v0, goal, beta, c, dt), g


def wrong_1(u, q0, v0, goal, beta, c, dt):  # rough differences
    base = _cost(u, q0, v0, goal, beta, c, dt)
    g = np.array([(_cost(u + 1e-3 * e, q0, v0, goal, beta, c, dt) - base) / 1e-3 for e in np.eye(len(u))])
    return base, g


def wrong_2(u, q0, v0, goal, beta, c, dt):  # adjoints updated one after the other
    q, v = _forward(u, q0, v0, c, dt)
    a, b = beta * (q[-1] - goal), beta * v[-1]
    g = np.zeros(len(u))
    for t in range(len(u) - 1, -1, -1):
        g[t] = dt * u[t] + dt * b
        a = a - dt * np.cos(q[t]) * b
        b = dt * a + (1 - dt * c) * b
    return _cost(u, q0, v0, goal, beta, c, dt), g


def wrong_3(u, q0, v0, goal, beta, c, dt):  # the costate of the step before
    cost, g = right(u, q0, v0, goal, beta, c, dt)
    costate = g - dt * u
    return cost, dt * u + np.append(costate[1:], 0)


def wrong_4(u, q0, v0, goal, beta, c, dt):  # beta counts for the angle alone
    q, v = _forward(u, q0, v0, c, dt)
    a, b = beta * (q[-1] - goal), v[-1]
    g = np.zeros(len(u))
    for t in range(len(u) - 1, -1, -1):
        g[t] = dt * u[t] + dt * b
        a, b = a - dt * np.cos(q[t]) * b, dt * a + (1 - dt * c) * b
    return dt / 2 * u @ u + beta / 2 * (q[-1] - goal) ** 2 + v[-1] ** 2 / 2, g


def wrong_5(u, q0, v0, goal, beta, c, dt):  # Jacobian not transposed
    q, v = _forward(u, q0, v0, c, dt)
    a, b = beta * (q[-1] - goal), beta * v[-1]
    g = np.zeros(len(u))
    for t in range(len(u) - 1, -1, -1):
        g[t] = dt * u[t] + dt * b
        a, b = a + dt * b, -dt * np.cos(q[t]) * a + (1 - dt * c) * b
    return _cost(u, q0, v0, goal, beta, c, dt), g


def wrong_6(u, q0, v0, goal, beta, c, dt):  # the gradient without effort's half, and cost as a mean
    cost, g = right(u, q0, v0, goal, beta, c, dt)
    return cost / len(u), g / len(u)


def wrong_7(u, q0, v0, goal, beta, c, dt):  # the goal is forgotten in the gradient
    cost, _ = right(u, q0, v0, goal, beta, c, dt)
    return cost, right(u, q0, v0, 0.0, beta, c, dt)[1]
