def _parts(cell, d, n, m, T, size):
    k = {"plain": 1, "gru": 3, "lstm": 4}[cell]
    P = k * (n * n + n * d + n) + m * n + m
    blocks, states = (0 if cell == "plain" else k), (2 if cell == "lstm" else 1)
    return 4 * P * size, size * (T * (d + m + blocks * n) + states * (T + 1) * n)


def right(cell, d, n, m, T, size, room):
    fixed, each = _parts(cell, d, n, m, T, size)
    return max(0, (room - fixed) // each)


def wrong_1(cell, d, n, m, T, size, room):  # a real number
    fixed, each = _parts(cell, d, n, m, T, size)
    return max(0, (room - fixed) / each)


def wrong_2(cell, d, n, m, T, size, room):  # strictly below
    fixed, each = _parts(cell, d, n, m, T, size)
    B = 0
    while fixed + (B + 1) * each < room:
        B += 1
    return B


def wrong_3(cell, d, n, m, T, size, room):  # tokens
    return right(cell, d, n, m, T, size, room) * T


def wrong_4(cell, d, n, m, T, size, room):  # the first state forgotten
    fixed, each = _parts(cell, d, n, m, T, size)
    return max(0, (room - fixed) // (each - size * n))


def wrong_5(cell, d, n, m, T, size, room):  # gradients for each sequence
    fixed, each = _parts(cell, d, n, m, T, size)
    return max(0, (room - 3 * fixed // 4) // (each + fixed // 4))


def wrong_6(cell, d, n, m, T, size, room):  # halves until it fits
    fixed, each = _parts(cell, d, n, m, T, size)
    B = 1024
    while B and fixed + B * each > room:
        B //= 2
    return B
