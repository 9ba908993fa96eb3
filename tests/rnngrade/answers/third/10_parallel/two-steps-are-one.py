def right(F1, v1, F2, v2):
    return F2 @ F1, F2 @ v1 + v2


def wrong_1(F1, v1, F2, v2):
    return F2 * F1, F2 @ v1 + v2


def wrong_2(F1, v1, F2, v2):
    return F2 @ F1, F2 @ F1 @ v1 + v2


def wrong_3(F1, v1, F2, v2):
    return F2 @ F1, F2 @ (v1 + v2)


def wrong_4(F1, v1, F2, v2):
    return (F2 @ F1).T, F2.T @ v1 + v2


def wrong_5(F1, v1, F2, v2):
    return F2 @ F1, (F1 @ v1) + v2


def wrong_6(F1, v1, F2, v2):
    return F1 @ F2, F2 @ v1 + v2
