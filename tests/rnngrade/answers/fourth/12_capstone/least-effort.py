import numpy as np


def _G(A, B, T):
    return np.hstack([np.linalg.matrix_power(A, T - 1 - t) @ B for t in range(T)])


def _rest(A, h0, goal, T):
    return goal - np.linalg.matrix_power(A, T) @ h0


def right(A, B, h0, goal, beta, T):
    G = np.sqrt(beta) * _G(A, B, T)
    rows = np.vstack([np.eye(G.shape[1]), G])
    aim = np.concatenate([np.zeros(G.shape[1]), np.sqrt(beta) * _rest(A, h0, goal, T)])
    return np.linalg.lstsq(rows, aim, rcond=None)[0].reshape(T, -1)


def wrong_1(A, B, h0, goal, beta, T):  # 50 steps of descent
    G, r = _G(A, B, T), _rest(A, h0, goal, T)
    u = np.zeros(G.shape[1])
    rate = 1 / (1 + beta * np.linalg.norm(G, 2) ** 2)
    for _ in range(50):
        u = u - rate * (u - beta * G.T @ (r - G @ u))
    return u.reshape(T, -1)


def wrong_2(A, B, h0, goal, beta, T):  # (m, T)
    return right(A, B, h0, goal, beta, T).T


def wrong_3(A, B, h0, goal, beta, T):  # blocks reshaped the other way
    return right(A, B, h0, goal, beta, T).ravel().reshape(-1, T).T


def wrong_4(A, B, h0, goal, beta, T):  # flat
    return right(A, B, h0, goal, beta, T).ravel()


def wrong_5(A, B, h0, goal, beta, T):  # controls come in before A: T powers, and h0 with T - 1
    G = np.hstack([np.linalg.matrix_power(A, T - t) @ B for t in range(T)])
    r = goal - np.linalg.matrix_power(A, T - 1) @ h0
    return (G.T @ np.linalg.solve(np.eye(len(A)) / beta + G @ G.T, r)).reshape(T, -1)


def wrong_6(A, B, h0, goal, beta, T):  # beta squared
    return right(A, B, h0, goal, beta**2, T)


def wrong_7(A, B, h0, goal, beta, T):  # the same control at every step
    S = sum(np.linalg.matrix_power(A, t) @ B for t in range(T))
    u = np.linalg.solve(T * np.eye(B.shape[1]) + beta * S.T @ S, beta * S.T @ _rest(A, h0, goal, T))
    return np.tile(u, (T, 1))
