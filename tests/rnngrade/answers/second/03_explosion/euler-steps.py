import numpy as np


def right(A):
    """-2 Re / |lambda|^2 for each eigenvalue; the smallest decides; rounding on the axis is zero."""
    values = np.linalg.eigvals(A)
    size = np.abs(values)
    unit = -values.real / size
    unit = np.where(unit < 1e-13, 0.0, unit)
    return (2 * unit / size).min(axis=1)


def wrong_1(A):
    """2 / |lambda|: right for real negative eigenvalues only."""
    v = np.linalg.eigvals(A)
    steps = np.where(v.real < -1e-13 * np.abs(v), 2 / np.abs(v), 0.0)
    return steps.min(1)


def wrong_2(A):
    """2 / |Re lambda|: the imaginary part does not count."""
    v = np.linalg.eigvals(A)
    stable = v.real < -1e-13 * np.abs(v)
    return np.where(stable, 2 / np.where(stable, -v.real, 1.0), 0.0).min(1)


def wrong_3(A):
    """Largest over the eigenvalues in place of the smallest: the slowest mode decides."""
    v = np.linalg.eigvals(A)
    return np.maximum(-2 * v.real / np.abs(v) ** 2, 0).max(1)


def wrong_4(A):
    """No case for growing systems: negative steps where an eigenvalue has a positive real part."""
    v = np.linalg.eigvals(A)
    return (-2 * v.real / np.abs(v) ** 2).min(1)


def wrong_5(A):
    """Two slips: the factor 2 lost, and |Re| hides instability."""
    v = np.linalg.eigvals(A)
    return (np.abs(v.real) / np.abs(v) ** 2).min(1)
