"""log_bounds(W, slopes) -> (4,)."""
import numpy as np


def _J(W, slopes):
    return [s[:, None] * W for s in slopes]


def right(W, slopes):
    """Right: norms by SVD, product with the latest Jacobian on the left."""
    sig = np.linalg.svd(W, compute_uv=False)[0]
    P = np.eye(len(W))
    c = 0.0
    for J in _J(W, slopes):
        P, c = J @ P, c + np.log(np.linalg.norm(J, 2))
    return np.array([len(slopes) * np.log(sig), np.log(slopes.max(1) * sig).sum(), c, np.log(np.linalg.norm(P, 2))])


def wrong_1(W, slopes):
    """Product in the wrong order: J_1 ... J_T."""
    out, P = right(W, slopes), np.eye(len(W))
    for J in _J(W, slopes):
        P = P @ J
    return np.r_[out[:3], np.log(np.linalg.norm(P, 2))]


def wrong_2(W, slopes):
    """Slopes on the columns: W * s, that is W diag(s)."""
    out, P, c = right(W, slopes), np.eye(len(W)), 0.0
    for s in slopes:
        J = W * s
        P, c = J @ P, c + np.log(np.linalg.norm(J, 2))
    return np.r_[out[:2], c, np.log(np.linalg.norm(P, 2))]


def wrong_3(W, slopes):
    """Frobenius norms (numpy's default) in place of spectral ones."""
    P, c, sig = np.eye(len(W)), 0.0, np.linalg.norm(W)
    for J in _J(W, slopes):
        P, c = J @ P, c + np.log(np.linalg.norm(J))
    return np.array([len(slopes) * np.log(sig), np.log(slopes.max(1) * sig).sum(), c, np.log(np.linalg.norm(P))])


def wrong_4(W, slopes):
    """Spectral radius in place of the singular value in the first two: right for normal W."""
    out, rho = right(W, slopes), np.abs(np.linalg.eigvals(W)).max()
    d = len(slopes) * (np.log(rho) if rho > 0 else -np.inf) - out[0]
    return np.r_[out[:2] + d, out[2:]]


def wrong_5(W, slopes):
    """log10 in place of ln."""
    return right(W, slopes) / np.log(10)


def wrong_6(W, slopes):
    """Two slips: one largest slope for all steps, and the order reversed (truth first)."""
    out = right(W, slopes)
    out[1] = len(slopes) * np.log(slopes.max()) + out[0]
    return out[::-1]


def wrong_7(W, slopes):
    """Multiplies norms before the logarithm of sigma is added once: sum ln max s + ln sigma (right for T = 1)."""
    out = right(W, slopes)
    sig = np.linalg.norm(W, 2)
    return np.r_[out[0], np.log(slopes.max(1)).sum() + np.log(sig), out[2:]]


def wrong_8(W, slopes):
    """Mean log slope in place of the maximum: not a bound."""
    out = right(W, slopes)
    return np.r_[out[0], np.log(slopes.mean(1) * np.linalg.norm(W, 2)).sum(), out[2:]]
