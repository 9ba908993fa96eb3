import numpy as np


def go(K, V, Q, beta, write=lambda S, k, v, q, b: S + b * np.outer(v - S @ k, k), first=False):
    S = np.zeros((V.shape[1], K.shape[1]))
    o = []
    for k, v, q, b in zip(K, V, Q, beta):
        if first:
            o.append(S @ q)
        S = write(S, k, v, q, b)
        if not first:
            o.append(S @ q)
    return np.array(o)


def right(K, V, Q, beta):
    return go(K, V, Q, beta)


def wrong_1(K, V, Q, beta):
    return go(K / np.linalg.norm(K, axis=1, keepdims=True), V, Q, beta)


def wrong_2(K, V, Q, beta):
    return go(K, V, Q, beta, lambda S, k, v, q, b: S + b * np.outer(v, k) - np.outer(S @ k, k))


def wrong_3(K, V, Q, beta):
    return go(K, V, Q, beta, lambda S, k, v, q, b: S + b * np.outer(v - S @ q, k))


def wrong_4(K, V, Q, beta):
    return go(K, V, Q, beta, lambda S, k, v, q, b: (1 - b) * S + b * np.outer(v, k))


def wrong_5(K, V, Q, beta):
    return go(K, V, Q, beta, lambda S, k, v, q, b: S + b * np.outer(v - S @ k, k) / (k @ k))


def wrong_6(K, V, Q, beta):
    return go(K, V, Q, beta, lambda S, k, v, q, b: S + b * np.outer(v - S @ k, q))


def wrong_7(K, V, Q, beta):
    "all queries to the last memory"
    S = np.zeros((V.shape[1], K.shape[1]))
    for k, v, b in zip(K, V, beta):
        S = S + b * np.outer(v - S @ k, k)
    return Q @ S.T


def wrong_8(K, V, Q, beta):
    return go(K, V, Q, beta, lambda S, k, v, q, b: S @ (np.eye(len(k)) - b * np.outer(k, k)) + np.outer(v, k))


def wrong_9(K, V, Q, beta):
    return go(K, V, Q, np.minimum(beta, 1))
