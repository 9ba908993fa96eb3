import numpy as np


def _pools(lengths, size, pool):
    return [np.argsort(lengths[s : s + pool], kind="stable") + s for s in range(0, len(lengths), pool)]


def right(lengths, size, pool):
    order, total = [], 0
    for inside in _pools(lengths, size, pool):
        for k in range(0, len(inside), size):
            batch = inside[k : k + size]
            total += lengths[batch].max() * len(batch)
        order.extend(inside)
    return np.array(order), 1 - lengths.sum() / total


def wrong_1(lengths, size, pool):  # start forgotten
    order = np.concatenate([p - p.min() for p in _pools(lengths, size, pool)])
    return order, right(lengths, size, pool)[1]


def wrong_2(lengths, size, pool):  # padded to `size` sequences too
    places = sum(lengths[p[k : k + size]].max() * size for p in _pools(lengths, size, pool) for k in range(0, len(p), size))
    return right(lengths, size, pool)[0], 1 - lengths.sum() / places


def wrong_3(lengths, size, pool):  # the last, smaller batch is dropped
    places = words = 0
    for p in _pools(lengths, size, pool):
        for k in range(0, len(p) - size + 1, size):
            batch = p[k : k + size]
            places += lengths[batch].max() * size
            words += lengths[batch].sum()
    return right(lengths, size, pool)[0], 1 - words / max(places, 1)


def wrong_4(lengths, size, pool):  # per cent
    order, share = right(lengths, size, pool)
    return order, 100 * share


def wrong_5(lengths, size, pool):  # pads to the pool's longest
    places = sum(lengths[p].max() * len(p) for p in _pools(lengths, size, pool))
    return right(lengths, size, pool)[0], 1 - lengths.sum() / places


def wrong_6(lengths, size, pool):  # pools of batches: pool counts batches
    return right(lengths, size, pool * size)


def wrong_7(lengths, size, pool):  # from 1
    order, share = right(lengths, size, pool)
    return order + 1, share
