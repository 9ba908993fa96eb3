import numpy as np


def right(W, slopes):
    """All Jacobians as one stack; later steps multiply from the left."""
    J = slopes[:, :, None] * W
    sigma = np.linalg.svd(W, compute_uv=False)[0]
    steps = np.linalg.svd(J, compute_uv=False)[:, 0]
    product = np.eye(len(W))
    for J_t in J:
        product = J_t @ product
    truth = np.linalg.svd(product, compute_uv=False)[0]
    second = np.log(slopes.max(axis=1)).sum() + len(slopes) * np.log(sigma)
    return np.array(
        [len(slopes) * np.log(sigma), second, np.log(steps).sum(), np.log(truth)]
    )


def wrong_1(W, slopes):
    """Order reversed: J_1 J_2 ... J_T in place of J_T ... J_1."""
    out = right(W, slopes)
    P = np.eye(len(W))
    for s in slopes:
        P = P @ (s[:, None] * W)
    out[3] = np.log(np.linalg.norm(P, 2))
    return out


def wrong_2(W, slopes):
    """Slopes on the columns: W diag(s) in place of diag(s) W."""
    out = right(W, slopes)
    P, total = np.eye(len(W)), 0.0
    for s in slopes:
        J = W * s
        total += np.log(np.linalg.norm(J, 2))
        P = J @ P
    out[2:] = total, np.log(np.linalg.norm(P, 2))
    return out


def wrong_3(W, slopes):
    """np.linalg.norm without the 2: Frobenius norms throughout."""
    norm, T = np.linalg.norm, len(slopes)
    P, total = np.eye(len(W)), 0.0
    for s in slopes:
        J = s[:, None] * W
        total += np.log(norm(J))
        P = J @ P
    first = T * np.log(norm(W))
    second = first + np.log(slopes.max(1)).sum()
    return np.array([first, second, total, np.log(norm(P))])


def wrong_4(W, slopes):
    """One largest slope of all steps, T times, in place of each step's own largest."""
    out = right(W, slopes)
    out[1] = out[0] + len(slopes) * np.log(slopes.max())
    return out


def wrong_5(W, slopes):
    """Two slips: spectral radius for sigma, and decimal logarithms."""
    out = right(W, slopes)
    sigma = np.linalg.norm(W, 2)
    radius = max(np.abs(np.linalg.eigvals(W)).max(), 1e-300)
    out[:2] += len(slopes) * (np.log(radius) - np.log(sigma))
    return out / np.log(10)
