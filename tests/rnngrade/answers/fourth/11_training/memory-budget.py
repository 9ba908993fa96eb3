K = {"plain": 1, "gru": 3, "lstm": 4}


def _answer(cell, d, n, m, T, B, size, count=None, kept=None, state=None):
    k = K[cell]
    P = count(k) if count else k * (n * n + n * d + n) + m * n + m
    blocks = 0 if cell == "plain" else k
    A = kept(k, blocks) if kept else T * B * (d + m + blocks * n) + (1 + (cell == "lstm")) * (T + 1) * B * n
    return {"parameters": size * P, "gradients": size * P, "optimiser": 2 * size * P, "activations": size * A}


def right(cell, d, n, m, T, B, size):
    return _answer(cell, d, n, m, T, B, size)


def wrong_1(cell, d, n, m, T, B, size):  # torch's two biases
    return _answer(cell, d, n, m, T, B, size, count=lambda k: k * (n * n + n * d + 2 * n) + m * n + m)


def wrong_2(cell, d, n, m, T, B, size):  # the batch has parameters of its own
    out = _answer(cell, d, n, m, T, B, size)
    return {**out, "optimiser": 2 * B * out["gradients"]}


def wrong_3(cell, d, n, m, T, B, size):  # readout at the last step only
    return _answer(cell, d, n, m, T, B, size,
                   kept=lambda k, b: T * B * (d + b * n) + B * m + (1 + (cell == "lstm")) * (T + 1) * B * n)


def wrong_4(cell, d, n, m, T, B, size):  # kilobytes
    return {key: value / 1024 for key, value in _answer(cell, d, n, m, T, B, size).items()}


def wrong_5(cell, d, n, m, T, B, size):  # the GRU's third block is not kept
    return _answer(cell, d, n, m, T, B, size, kept=lambda k, b: T * B * (d + m + max(b - 1, 0) * n)
                   + (1 + (cell == "lstm")) * (T + 1) * B * n)


def wrong_6(cell, d, n, m, T, B, size):  # a list
    return list(_answer(cell, d, n, m, T, B, size).values())


def wrong_7(cell, d, n, m, T, B, size):  # n and d exchanged in U and b
    return _answer(cell, d, n, m, T, B, size, count=lambda k: k * (n * n + n * d + d) + m * n + m)
