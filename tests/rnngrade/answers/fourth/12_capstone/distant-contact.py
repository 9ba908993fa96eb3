import numpy as np


def _nothing(seed):
    return np.random.default_rng(seed)


def _marked(x):
    return np.array([x[:, i, 0][x[:, i, 1] == 1] for i in range(x.shape[1])])


right = (_nothing, lambda m, x: (_marked(x).prod(axis=1) < 0).astype(int))
wrong_1 = (_nothing, lambda m, x: (_marked(x).prod(axis=1) > 0).astype(int))
wrong_2 = (_nothing, lambda m, x: _marked(x).prod(axis=1))  # the product itself
wrong_3 = (_nothing, lambda m, x: np.random.default_rng(0).integers(2, size=x.shape[1]))
wrong_4 = (_nothing, lambda m, x: np.zeros(x.shape[1], dtype=int))
wrong_5 = (_nothing, lambda m, x: np.eye(2)[(_marked(x).prod(axis=1) < 0).astype(int)])  # scores
wrong_6 = (_nothing, lambda m, x: (x[-100:, :, 0] * x[-100:, :, 1]).sum(0).clip(0, 1).astype(int))  # a window
wrong_7 = (_nothing, lambda m, x: np.full(x.shape[1], 0.5))
