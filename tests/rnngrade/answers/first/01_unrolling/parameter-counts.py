"""parameter_counts(T, d, n, m) -> int array (3,)."""
import numpy as np


def right(T, d, n, m):
    """Right: count each array by its shape; torch.nn.RNN has a second bias."""
    sizes = [np.prod(s) for s in ((n, n), (n, d), (n,), (m, n), (m,))]
    return np.array([sum(sizes[:3]), sum(sizes[3:]), sum(sizes[:3]) + n], dtype=int)


def wrong_1(T, d, n, m):
    """Weights are not shared in the drawing: multiplies the cell by T."""
    cell = n * n + n * d + n
    return np.array([T * cell, m * n + m, T * (cell + n)])


def wrong_2(T, d, n, m):
    """Forgets every bias (torch keeps its two)."""
    return np.array([n * n + n * d, m * n, n * n + n * d + 2 * n])


def wrong_3(T, d, n, m):
    """Third entry is the whole torch model, readout included."""
    cell = n * n + n * d + n
    return np.array([cell, m * n + m, cell + n + m * n + m])


def wrong_4(T, d, n, m):
    """Counts U as (d, d): right only where d == n."""
    cell = n * n + d * d + n
    return np.array([cell, m * n + m, cell + n])


def wrong_5(T, d, n, m):
    """Two slips: readout reads the input too, and torch's second bias is forgotten."""
    cell = n * n + n * d + n
    return np.array([cell, m * (n + d) + m, cell])


def wrong_6(T, d, n, m):
    """Readout bias counted once (1) rather than m: right only for m = 1."""
    cell = n * n + n * d + n
    return np.array([cell, m * n + 1, cell + n])


def wrong_7(T, d, n, m):
    """Wrong order: (cell, torch, readout)."""
    cell = n * n + n * d + n
    return np.array([cell, cell + n, m * n + m])
