"""Questions of the notebook 08_orthogonal: cases, reference answers, oracles and the mistakes people make.

The references map, normalise and go back in time as the equations say. The oracles differentiate by autograd, find the
nearest orthogonal matrix by Newton's iteration, run a network twice, or count in fractions.
"""

import math
from fractions import Fraction
from functools import partial
from itertools import permutations, product

import numpy as np
import torch

from rnngrade import Case, Covers, Group, Maker, Mistake, Question, Tolerance
from rnngrade.authoring.dealt import dealing, two_exchanged
from rnngrade.slips import RIGHT
from rnnlib import LinearReadout, PlainCell, bptt, unroll
from rnnlib.gradients import clip_norm
from rnnlib.initialisers import orthogonal
from rnnlib.optimisers import Adam

DOUBLE = torch.float64
FORBID = ("torch", "rnnlib")


# 1. the Cayley map ---------------------------------------------------------------------------------------------------


def rotate_case(rng, B, n, scale=0.6):
    return scale * rng.standard_normal((n, n)), rng.standard_normal((B, n)), rng.standard_normal((B, n))


def rotate_cases(rng):
    yield rotate_case(rng, 3, 4)
    yield rotate_case(rng, 5, 3, 1.0)


def rotate_edge_cases(rng):
    """A single unit, whose skew part is zero; a single row; a plane; larger; large angles."""
    yield Case(rotate_case(rng, 4, 1), "a single unit")
    yield Case(rotate_case(rng, 1, 3), "a single row")
    yield rotate_case(rng, 3, 2)
    yield rotate_case(rng, 2, 7, 0.4)
    yield Case(rotate_case(rng, 6, 4, 8.0), "angles near 180 degrees")


def _cayley(S):
    eye = np.eye(len(S))
    return np.linalg.solve(eye - S / 2, eye + S / 2)


def _at_S(S, dW, W=None):
    eye = np.eye(len(S))
    W = _cayley(S) if W is None else W
    return 0.5 * np.linalg.solve((eye - S / 2).T, dW) @ (eye + W).T


def rotate(A, v, dr):
    S = A - A.T
    W, dS = _cayley(S), _at_S(S, dr.T @ v)
    return v @ W.T, dS - dS.T, dr @ W


def rotate_by_autograd(A, v, dr):
    """Oracle: the inverse written out, and torch's derivative of it."""
    free, rows = (torch.tensor(array, requires_grad=True) for array in (A, v))
    S, eye = free - free.T, torch.eye(len(A), dtype=DOUBLE)
    r = rows @ (torch.linalg.inv(eye - S / 2) @ (eye + S / 2)).T
    (r * torch.tensor(dr)).sum().backward()
    return r.detach().numpy(), free.grad.numpy(), rows.grad.numpy()


def halves_forgotten(A, v, dr):
    S = A - A.T
    eye = np.eye(len(A))
    W = np.linalg.solve(eye - S, eye + S)
    dS = np.linalg.solve((eye - S).T, dr.T @ v) @ (eye + W).T
    return v @ W.T, dS - dS.T, dr @ W


def the_inverse_map(A, v, dr):
    S = A - A.T
    W, dS = _cayley(-S), -_at_S(-S, dr.T @ v)
    return v @ W.T, dS - dS.T, dr @ W


def symmetric_part(A, v, dr):
    S = A + A.T
    with np.errstate(all="ignore"):
        W, dS = _cayley(S), _at_S(S, dr.T @ v)
        return v @ W.T, dS + dS.T, dr @ W


def half_the_skew(A, v, dr):
    S = (A - A.T) / 2
    W, dS = _cayley(S), _at_S(S, dr.T @ v)
    return v @ W.T, (dS - dS.T) / 2, dr @ W


def no_skew(A, v, dr):
    W = _cayley(A)
    return v @ W.T, _at_S(A, dr.T @ v), dr @ W


def _with_gradient(function):
    """The right rotation and dv, with another gradient at A, made of S and dW."""

    def wrong(A, v, dr):
        r, _, dv = rotate(A, v, dr)
        return r, function(A - A.T, dr.T @ v), dv

    return wrong


def _skewed(function):
    def gradient(S, dW):
        dS = function(S, dW, np.eye(len(S)), _cayley(S))
        return dS - dS.T

    return _with_gradient(gradient)


def along_the_rotations(A, v, dr):
    """The gradient at W, projected on the tangent space there."""
    r, _, dv = rotate(A, v, dr)
    W, dW = _cayley(A - A.T), dr.T @ v
    inside = W.T @ dW
    return r, W @ (inside - inside.T) / 2, dv


def dv_turned(A, v, dr):
    r, dA, _ = rotate(A, v, dr)
    return r, dA, dr @ _cayley(A - A.T).T


rotate_question = Question(
    "cayley",
    points=4,
    answer="rotate",
    parts=("r", "dA", "dv"),
    axes={"A": "n n", "v": "B n", "dr": "B n", "r": "B n", "dA": "n n", "dv": "B n"},
    cases=[Group("typical", 3, rotate_cases), Group("edge", 1, rotate_edge_cases)],
    reference=rotate,
    oracle=rotate_by_autograd,
    forbid=FORBID,
    mistakes=[
        Mistake(
            halves_forgotten,
            "Both halves are missing. This W is orthogonal as well, so no test of orthogonality "
            "will tell you; it rotates further than asked.",
        ),
        Mistake(
            the_inverse_map,
            "You rotate the other way. Either the wrong factor is inverted, or the rows are "
            "multiplied by W: each row is a vector that W acts on from the left, so that all together are "
            "v @ W.T.",
        ),
        Mistake(symmetric_part, "A + A^T is symmetric, and W comes out far from orthogonal. Check W.T @ W."),
        Mistake(half_the_skew, "You took half of A - A^T for S; the map has its halves already."),
        Mistake(no_skew, "You put A itself in the place of S. Check W.T @ W."),
        Mistake(
            _with_gradient(_at_S),
            "dA is the gradient at S. Entry (i, j) of A is in two entries of S, once with each sign.",
            name="gradient_at_S",
        ),
        Mistake(
            _with_gradient(lambda S, dW: (_at_S(S, dW) - _at_S(S, dW).T) / 2),
            "dA is the skew part of the gradient at S, with a half. S = A - A^T has none: both entries count in full.",
            name="skew_halved",
        ),
        Mistake(
            _with_gradient(lambda S, dW: _at_S(S, dW) + _at_S(S, dW).T),
            "The two entries of S in which one of A stands have opposite signs.",
            name="symmetric_gradient",
        ),
        Mistake(
            _with_gradient(lambda S, dW: dW - dW.T),
            "dA is that of A = 0, where the map's derivative is the identity, and nowhere else.",
            name="at_the_identity",
        ),
        Mistake(
            _with_gradient(lambda S, dW: _at_S(S, dW.T) - _at_S(S, dW.T).T),
            "dW has its rows and columns exchanged: r = v W^T makes it dr^T v.",
            name="dW_turned",
        ),
        Mistake(
            _skewed(lambda S, dW, eye, W: 0.5 * np.linalg.solve(eye - S / 2, dW) @ (eye + W)),
            "Both factors of "
            "the gradient must be transposed: dW = M^-1 dS (I + W) / 2 goes forward, and you are on the way back.",
            name="not_transposed",
        ),
        Mistake(
            _skewed(lambda S, dW, eye, W: 0.5 * np.linalg.solve((eye - S / 2).T, dW) @ (eye + W)),
            "The factor I + W acts from the right on the way forward; on the way back its transpose does.",
            name="second_not_transposed",
        ),
        Mistake(
            _skewed(lambda S, dW, eye, W: 0.5 * np.linalg.solve(eye - S / 2, dW) @ (eye + W).T),
            "The inverse acts on the way forward; on the way back its transpose does.",
            name="first_not_transposed",
        ),
        Mistake(
            _skewed(lambda S, dW, eye, W: 0.5 * np.linalg.solve((eye - S / 2).T, dW)),
            "You differentiate the factor I + S/2 alone. The inverse depends on S as well.",
            name="numerator_only",
        ),
        Mistake(
            _skewed(lambda S, dW, eye, W: 0.5 * np.linalg.solve((eye - S / 2).T, dW) @ W.T),
            "You differentiate the inverse alone. The factor I + S/2 depends on S as well.",
            name="denominator_only",
        ),
        Mistake(
            along_the_rotations,
            "dA is the part of dW along the rotations at W: of use to whoever moves W itself. "
            "Asked is how the loss changes with A.",
        ),
        Mistake(dv_turned, "dv goes through W the way v did. On the way back acts the transpose."),
    ],
    hints=(
        "r = v W^T: dW is dr^T v and dv is dr W.",
        "Multiply by M = I - S/2: M W = I + S/2. Take the change of both sides: dW = M^-1 dS (I + W) / 2. What goes "
        "forward as L dS R goes back as L^T G R^T.",
        "And S = A - A^T: what a gradient G at S is at A is G - G^T.",
    ),
)


# 2. drift ------------------------------------------------------------------------------------------------------------


def _log(rng, K, n, sizes):
    """Orthogonal matrices whose singular values are moved by so much, up and down."""
    log = []
    for size in sizes:
        P, R = orthogonal(rng, (n, n)), orthogonal(rng, (n, n))
        log.append(P * (1 + size * rng.uniform(-1, 0.8, n)) @ R)
    return np.array(log)


def drift_cases(rng):
    yield _log(rng, 5, 4, (0.01, 0.02, 0.6, 0.03, 0.4)), 0.1
    yield _log(rng, 4, 3, (0.02, 0.5, 0.9, 0.7)), 0.2
    P = orthogonal(rng, (3, 3))
    yield np.array([P, P @ np.diag([1.0, 0.6, 0.9]), P @ np.diag([1.4, 0.9, 1.0]) @ orthogonal(rng, (3, 3))]), 0.3


def drift_edge_cases(rng):
    """None over; a single matrix; numbers; a plane; exactly at the tolerance; eigenvalues on the circle throughout."""
    yield Case((_log(rng, 3, 5, (0.02, 0.04, 0.03)), 0.2), "none exceeds the tolerance")
    yield _log(rng, 1, 2, (0.5,)), 0.01
    yield np.array([[[1.0]], [[-1.25]], [[0.5]]]), 0.25
    yield np.array([np.eye(2), [[1.0, 1.5], [0.0, 1.0]], [[1.0, -0.5], [0.0, 1.0]]]), 0.1
    yield _log(rng, 6, 3, (0.01, 0.01, 0.02, 0.5, 0.01, 0.4)), 0.1


def drifted(log, tol):
    P, sigma, R = np.linalg.svd(log)
    off = np.abs(sigma - 1).max(1)
    over = np.flatnonzero(off > tol)
    return off, over[0] if len(over) else len(log), P[-1] @ R[-1]


def drifted_by_newton(log, tol):
    """Oracle: singular values as roots of eigenvalues of W'W, and the polar factor by Newton's iteration."""
    off = [max(abs(math.sqrt(value) - 1) for value in np.linalg.eigvalsh(W.T @ W).tolist()) for W in log]
    if log.shape[1:] == (1, 1):
        off = [abs(abs(float(W[0, 0])) - 1) for W in log]
    X = log[-1]
    for _ in range(60):
        X = (X + np.linalg.inv(X).T) / 2
    return np.array(off), next((k for k, value in enumerate(off) if value > tol), len(log)), X


def _first(off, tol):
    over = np.flatnonzero(off > tol)
    return over[0] if len(over) else len(off)


def _drift(measure, nearest=None):
    def wrong(log, tol):
        off = np.array([measure(W) for W in log])
        return off, _first(off, tol), drifted(log, tol)[2] if nearest is None else nearest(log)

    return wrong


def _sigma(W):
    return np.linalg.svd(W, compute_uv=False)


def by_qr(log, tol):
    Q, R = np.linalg.qr(log[-1])
    return *drifted(log, tol)[:2], Q * np.sign(np.diag(R))


def by_qr_as_it_comes(log, tol):
    return *drifted(log, tol)[:2], np.linalg.qr(log[-1])[0]


def v_transposed_twice(log, tol):
    P, _, R = np.linalg.svd(log[-1])
    return *drifted(log, tol)[:2], P @ R.T


def factors_exchanged(log, tol):
    P, _, R = np.linalg.svd(log[-1])
    return *drifted(log, tol)[:2], P.T @ R.T


def of_the_first(log, tol):
    return *drifted(log, tol)[:2], drifted(log[:1], tol)[2]


def divided_by_norm(log, tol):
    return *drifted(log, tol)[:2], log[-1] / np.linalg.norm(log[-1], 2)


def never_is_zero(log, tol):
    off, first, nearest = drifted(log, tol)
    return off, first % len(log), nearest


def never_is_last(log, tol):
    off, first, nearest = drifted(log, tol)
    return off, min(first, len(log) - 1), nearest


def last_over(log, tol):
    off, _, nearest = drifted(log, tol)
    over = np.flatnonzero(off > tol)
    return off, over[-1] if len(over) else len(log), nearest


def counted_over(log, tol):
    off, _, nearest = drifted(log, tol)
    return off, np.sum(off > tol), nearest


def at_or_over(log, tol):
    off, _, nearest = drifted(log, tol)
    over = np.flatnonzero(off >= tol)
    return off, over[0] if len(over) else len(log), nearest


drift_question = Question(
    "drifted",
    points=3,
    answer="drifted",
    parts=("off", "first", "nearest"),
    axes={"log": "K n n", "off": "K", "nearest": "n n"},
    cases=[Group("typical", 2, drift_cases), Group("edge", 1, drift_edge_cases)],
    reference=drifted,
    oracle=drifted_by_newton,
    tolerance=Tolerance(rtol=1e-6, atol=1e-7),
    forbid=FORBID,
    covers=Covers(meets=lambda log, tol: (float(np.abs(_sigma(log[1]) - 1).max()) if len(log) > 1 else 0.0, tol)),
    mistakes=[
        Mistake(
            _drift(lambda W: np.abs(np.abs(np.linalg.eigvals(W)) - 1).max()),
            "You measure the moduli of eigenvalues. They may all be 1 while lengths change: the singular values "
            "say what the matrix does to a length.",
            name="eigenvalues",
        ),
        Mistake(
            _drift(lambda W: _sigma(W).max() - 1),
            "You look at the largest singular value alone. A direction may shrink as well.",
            name="largest_only",
        ),
        Mistake(
            _drift(lambda W: abs(_sigma(W).max() - 1)),
            "You look at the largest singular value alone, up or down. The smallest may be farther from 1.",
            name="largest_absolute",
        ),
        Mistake(
            _drift(lambda W: 1 - _sigma(W).min()),
            "You look at the smallest singular value alone. A direction may grow as well.",
            name="smallest_only",
        ),
        Mistake(
            _drift(lambda W: np.ptp(_sigma(W))),
            "This is the distance between the largest and the smallest "
            "singular value. Twice an orthogonal matrix has none.",
            name="spread",
        ),
        Mistake(
            _drift(lambda W: np.abs(_sigma(W) ** 2 - 1).max()),
            "This is how far the squares are from 1, as W^T W has them.",
            name="squares",
        ),
        Mistake(
            _drift(lambda W: np.abs(W.T @ W - np.eye(len(W))).max()),
            "This is the largest entry of W^T W - I. Asked is the distance of a singular value.",
            name="largest_entry",
        ),
        Mistake(
            _drift(lambda W: np.linalg.norm(W.T @ W - np.eye(len(W)))),
            "This is the length of all of W^T W - I. Asked is the distance of a singular value.",
            name="frobenius",
        ),
        Mistake(
            _drift(lambda W: abs(abs(np.linalg.det(W)) - 1)),
            "The determinant is the product of all singular values: one may be 2 and another a half.",
            name="determinant",
        ),
        Mistake(
            _drift(lambda W: np.abs(_sigma(W) - 1).mean()),
            "This is the mean distance. Asked is the largest.",
            name="mean_distance",
        ),
        Mistake(
            by_qr,
            "Q of a QR factorisation is orthogonal, but it is not the nearest: its first column is that of "
            "W, and the others make do.",
        ),
        Mistake(
            by_qr_as_it_comes,
            "Q of a QR factorisation is orthogonal, but it is not the nearest: its first column is that of W up to its "
            "sign, which np.linalg.qr chooses, and the others make do.",
        ),
        Mistake(v_transposed_twice, "np.linalg.svd returns the second factor transposed already."),
        Mistake(
            factors_exchanged,
            "Both factors are transposed: svd gives P and R^T, and their product as they come is the nearest.",
        ),
        Mistake(
            _drift(lambda W: np.abs(np.log(_sigma(W))).max()),
            "These are logarithms of singular values. Asked is how far they are from 1.",
            name="logarithms",
        ),
        Mistake(
            _drift(lambda W: np.linalg.norm(W - np.linalg.svd(W)[0] @ np.linalg.svd(W)[2])),
            "This is the distance "
            "of the whole matrix from the nearest orthogonal one. Asked is the largest distance of one singular "
            "value from 1.",
            name="distance_of_the_matrix",
        ),
        Mistake(of_the_first, "This is the matrix nearest to the first of the log. Asked is the last."),
        Mistake(divided_by_norm, "A matrix divided by its norm has the largest singular value 1. What of the others?"),
        Mistake(never_is_zero, "np.argmax of a mask that is False throughout is 0. If none exceeds tol, K is asked."),
        Mistake(never_is_last, "If none exceeds tol, K is asked: the last has the number K - 1."),
        Mistake(last_over, "This is the last matrix over the tolerance. Asked is the first."),
        Mistake(counted_over, "This counts the matrices over the tolerance. Asked is the number of the first."),
        Mistake(at_or_over, "Exceeds: at the tolerance itself it does not."),
    ],
    hints=(
        "np.linalg.svd(log) takes all matrices at once, and returns P, sigma and R^T.",
        "Distances of 1 in both directions count: np.abs(sigma - 1).max(axis=1).",
        "The nearest is P @ R^T, both as svd returns them.",
    ),
)


# 3. modReLU ----------------------------------------------------------------------------------------------------------


def modrelu_case(rng, T, B, n, d, low=-0.4, high=0.3):
    """No pre-activation within 1e-3 of a kink."""
    while True:
        W, U = 0.9 * orthogonal(rng, (n, n)) + 0.1 * rng.standard_normal((n, n)), rng.standard_normal((n, d))
        b, x = rng.uniform(low, high, n), rng.standard_normal((T, B, d))
        h = np.zeros((B, n))
        closest = 1.0
        for x_t in x:
            a = h @ W.T + x_t @ U.T
            closest = min(closest, np.abs(a).min(), np.abs(np.abs(a) + b).min())
            h = np.sign(a) * np.maximum(np.abs(a) + b, 0)
        if closest > 1e-3:
            return W, U, b, x, rng.standard_normal((T, B, n))


def modrelu_cases(rng):
    yield modrelu_case(rng, 6, 4, 3, 2)
    yield modrelu_case(rng, 4, 2, 5, 3)


def modrelu_edge_cases(rng):
    """One step; two; one sequence; one unit; one input; all thresholds below zero; above."""
    yield Case(modrelu_case(rng, 1, 3, 2, 4), "a single step")
    yield modrelu_case(rng, 2, 1, 4, 3)
    yield modrelu_case(rng, 5, 3, 1, 2)
    yield modrelu_case(rng, 7, 2, 2, 1)
    yield Case(modrelu_case(rng, 4, 2, 3, 2, -1.0, -0.5), "thresholds below zero")
    yield Case(modrelu_case(rng, 3, 2, 4, 2, 0.2, 0.6), "thresholds above zero")


def _modrelu_states(W, U, b, x):
    h = [np.zeros((x.shape[1], len(b)))]
    for x_t in x:
        a = h[-1] @ W.T + x_t @ U.T
        h.append(np.sign(a) * np.maximum(np.abs(a) + b, 0))
    return np.array(h)


def _sent_back(W, slopes, dh, do=RIGHT):
    """The gradients g of all steps, for slopes (T, B, n)."""
    delta = np.zeros((len(dh) + 1, *dh.shape[1:]))
    for t in range(len(dh), 0, -1):
        delta[t] = do.join(delta[t], do.local(dh, t))
        delta[t - 1] = do.back(W, delta[t], slopes[t - 1])
    return slopes * delta[1:]


def modrelu_gradients(W, U, b, x, dh, *, do=RIGHT):
    h = _modrelu_states(W, U, b, x)
    g = _sent_back(W, 1.0 * (h[1:] != 0), dh, do)
    return do.outer(g, do.before(h)), do.outer(g, x), do.total(g * np.sign(h[1:]))


def modrelu_by_autograd(W, U, b, x, dh):
    """Oracle: torch's derivative of the recurrence."""
    W, U, b = (torch.tensor(array, requires_grad=True) for array in (W, U, b))
    h, loss = torch.zeros(x.shape[1], len(b), dtype=DOUBLE), 0.0
    for x_t, dh_t in zip(torch.tensor(x), torch.tensor(dh)):
        a = h @ W.T + x_t @ U.T
        h = torch.sign(a) * torch.relu(a.abs() + b)
        loss = loss + (h * dh_t).sum()
    loss.backward()
    return tuple(leaf.grad.numpy() for leaf in (W, U, b))


def _with_slopes(slopes, sign=np.sign):
    """The answer with other slopes, made of (h, a, b), and another sign for the threshold."""

    def wrong(W, U, b, x, dh):
        h = _modrelu_states(W, U, b, x)
        a = h[:-1] @ W.T + x @ U.T
        g = _sent_back(W, slopes(h[1:], a, b), dh)
        return np.einsum("tbi,tbj->ij", g, h[:-1]), np.einsum("tbi,tbj->ij", g, x), (g * sign(h[1:])).sum((0, 1))

    return wrong


def _alive(h, a, b):
    return 1.0 * (h != 0)


def bias_inside(W, U, b, x, dh):
    """The bias taken for one that is added to a, and the rest right for that network's slope."""
    h = [np.zeros((x.shape[1], len(b)))]
    for x_t in x:
        h.append(h[-1] @ W.T + x_t @ U.T + b)
    h = np.array(h)
    g = _sent_back(W, np.ones_like(h[1:]), dh)
    return np.einsum("tbi,tbj->ij", g, h[:-1]), np.einsum("tbi,tbj->ij", g, x), g.sum((0, 1))


def sign_forgotten(W, U, b, x, dh):
    """max(|a| + b, 0) alone."""
    h = [np.zeros((x.shape[1], len(b)))]
    a = []
    for x_t in x:
        a.append(h[-1] @ W.T + x_t @ U.T)
        h.append(np.maximum(np.abs(a[-1]) + b, 0))
    h, a = np.array(h), np.array(a)
    alive = 1.0 * (h[1:] > 0)
    g = _sent_back(W, alive * np.sign(a), dh)
    return np.einsum("tbi,tbj->ij", g, h[:-1]), np.einsum("tbi,tbj->ij", g, x), (g * np.sign(a)).sum((0, 1))


def not_cut(W, U, b, x, dh):
    """sign(a) (|a| + b): no maximum."""
    h, signs = [np.zeros((x.shape[1], len(b)))], []
    for x_t in x:
        a = h[-1] @ W.T + x_t @ U.T
        signs.append(np.sign(a))
        h.append(a + np.sign(a) * b)
    h = np.array(h)
    g = _sent_back(W, np.ones_like(h[1:]), dh)
    signed = (g * np.array(signs)).sum((0, 1))
    return np.einsum("tbi,tbj->ij", g, h[:-1]), np.einsum("tbi,tbj->ij", g, x), signed


modrelu_question = Question(
    "modrelu",
    points=4,
    answer="modrelu_gradients",
    parts=("dW", "dU", "db"),
    cases=[Group("typical", 3, modrelu_cases), Group("edge", 1, modrelu_edge_cases)],
    reference=modrelu_gradients,
    oracle=modrelu_by_autograd,
    forbid=FORBID,
    mistakes=[
        Mistake(
            _with_slopes(_alive, np.ones_like),
            "db has a sign for each unit and step: a larger b moves h away "
            "from zero, which is down where h is negative.",
            name="threshold_unsigned",
        ),
        Mistake(
            _with_slopes(lambda h, a, b: np.ones_like(h)),
            "Your slope is 1 everywhere. Inside the dead zone, where |a| + b is below zero, nothing comes through.",
            name="no_dead_zone",
        ),
        Mistake(
            _with_slopes(lambda h, a, b: 1.0 * (h > 0)),
            "You cut the gradient where h is negative, as ReLU does. modReLU lets both signs through.",
            name="as_relu",
        ),
        Mistake(
            _with_slopes(lambda h, a, b: np.sign(h)),
            "The slope in a is +1 on both sides: h grows with a also where both are negative. The sign belongs to db.",
            name="slope_signed",
        ),
        Mistake(
            _with_slopes(lambda h, a, b: np.abs(h) / np.abs(a)),
            "|h| / |a| is the stretch, not the slope: it is what a *complex* modReLU has across the radius.",
            name="stretch",
        ),
        Mistake(_with_slopes(lambda h, a, b: 1 - h**2), "1 - h^2 is the slope of tanh.", name="as_tanh"),
        Mistake(
            _with_slopes(lambda h, a, b: 1.0 * (np.abs(a) > b)),
            "The dead zone is |a| <= -b: compare |a| with -b.",
            name="zone_of_b",
        ),
        Mistake(bias_inside, "You add b to a. In modReLU it is a threshold for |a|."),
        Mistake(sign_forgotten, "Your states have lost their signs: sign(a) stands before the maximum."),
        Mistake(not_cut, "Your states go through zero and out on the other side. The maximum stops them at zero."),
    ],
    hints=(
        "Where h_t is zero nothing comes through; elsewhere the slope in a_t is 1.",
        "g_t = slope * (dh_t + W^T g_{t+1}); dW adds up g_t h_{t-1}^T, dU g_t x_t^T.",
        "db adds up g_t sign(h_t).",
    ),
)


# 4. layer normalisation ----------------------------------------------------------------------------------------------


def norm_case(rng, T, B, n, epsilon):
    a = rng.uniform(0.5, 2.0) * rng.standard_normal((T, B, n)) + rng.uniform(-2, 2)
    return a, rng.uniform(0.5, 2, n), rng.standard_normal(n), rng.standard_normal((T, B, n)), epsilon


def norm_cases(rng):
    yield norm_case(rng, 3, 2, 5, 0.3)
    yield norm_case(rng, 4, 3, 6, 0.1)


def norm_edge_cases(rng):
    """One step and sequence; two units; a single one, which is its own mean; epsilon far below the variance."""
    yield Case(norm_case(rng, 1, 1, 4, 0.5), "one step of one sequence")
    yield norm_case(rng, 2, 4, 2, 0.2)
    yield Case(norm_case(rng, 3, 2, 1, 0.7), "a single unit")
    yield norm_case(rng, 5, 1, 3, 1e-6)


def _normal(a, epsilon, axis=-1):
    centred = a - a.mean(axis, keepdims=True)
    deviation = np.sqrt(np.mean(centred**2, axis, keepdims=True) + epsilon)
    return centred / deviation, deviation


def _norm(a, gain, bias, dz, epsilon, *, back=None, normal=None, sums=None, do=RIGHT):
    """The answer, of which one piece may be another."""
    hat, deviation = _normal(a, epsilon) if normal is None else normal
    d = gain * dz
    if back is None:
        da = (d - d.mean(-1, keepdims=True) - hat * (d * hat).mean(-1, keepdims=True)) / deviation
    else:
        da = back(d, hat, deviation)
    dgain, dbias = (do.total(dz * hat), do.total(dz)) if sums is None else sums(dz, hat)
    return gain * hat + bias, da, dgain, dbias


def layer_norm(a, gain, bias, dz, epsilon, *, do=RIGHT):
    return _norm(a, gain, bias, dz, epsilon, do=do)


def norm_by_autograd(a, gain, bias, dz, epsilon):
    """Oracle: torch's own layer normalisation."""
    leaves = [torch.tensor(array, requires_grad=True) for array in (a, gain, bias)]
    z = torch.nn.functional.layer_norm(leaves[0], (a.shape[-1],), leaves[1], leaves[2], eps=epsilon)
    z.backward(torch.tensor(dz))
    return z.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)


def _back(function):
    return lambda a, gain, bias, dz, epsilon: _norm(a, gain, bias, dz, epsilon, back=function)


def _mean(v):
    return v.mean(-1, keepdims=True)


def over_the_batch(a, gain, bias, dz, epsilon):
    hat, deviation = _normal(a, epsilon, axis=1)
    d = gain * dz
    da = (d - d.mean(1, keepdims=True) - hat * (d * hat).mean(1, keepdims=True)) / deviation
    return gain * hat + bias, da, (dz * hat).sum((0, 1)), dz.sum((0, 1))


def over_everything(a, gain, bias, dz, epsilon):
    hat, deviation = _normal(a, epsilon, axis=(0, 1, 2))
    d = gain * dz
    da = (d - d.mean() - hat * (d * hat).mean()) / deviation
    return gain * hat + bias, da, (dz * hat).sum((0, 1)), dz.sum((0, 1))


def sample_variance(a, gain, bias, dz, epsilon):
    n = a.shape[-1]
    if n == 1:
        return _norm(a, gain, bias, dz, epsilon)
    centred = a - _mean(a)
    deviation = np.sqrt(a.var(-1, ddof=1, keepdims=True) + epsilon)
    hat, d = centred / deviation, gain * dz
    da = (d - _mean(d) - hat * (d * hat).sum(-1, keepdims=True) / (n - 1)) / deviation
    return gain * hat + bias, da, (dz * hat).sum((0, 1)), dz.sum((0, 1))


def epsilon_outside(a, gain, bias, dz, epsilon):
    centred = a - _mean(a)
    root = np.sqrt(np.mean(centred**2, -1, keepdims=True))
    deviation = root + epsilon
    hat, d = centred / deviation, gain * dz
    with np.errstate(all="ignore"):
        along = np.nan_to_num(centred / root)
    da = (d - _mean(d) - along * _mean(d * hat)) / deviation
    return gain * hat + bias, da, (dz * hat).sum((0, 1)), dz.sum((0, 1))


def no_epsilon(a, gain, bias, dz, epsilon):
    with np.errstate(all="ignore"):
        return _norm(a, gain, bias, dz, 0.0)


def not_centred(a, gain, bias, dz, epsilon):
    """A division by the root mean square."""
    deviation = np.sqrt(_mean(a**2) + epsilon)
    hat, d = a / deviation, gain * dz
    da = (d - hat * _mean(d * hat)) / deviation
    return gain * hat + bias, da, (dz * hat).sum((0, 1)), dz.sum((0, 1))


def variance_for_deviation(a, gain, bias, dz, epsilon):
    centred = a - _mean(a)
    deviation = np.mean(centred**2, -1, keepdims=True) + epsilon
    hat, d = centred / deviation, gain * dz
    da = (d - _mean(d) - 2 * centred * _mean(d * hat) / 1) / deviation
    return gain * hat + bias, da, (dz * hat).sum((0, 1)), dz.sum((0, 1))


norm_question = Question(
    "layer-norm",
    points=4,
    answer="layer_norm",
    parts=("z", "da", "dgain", "dbias"),
    axes={
        "a": "T B n",
        "dz": "T B n",
        "gain": "n",
        "bias": "n",
        "z": "T B n",
        "da": "T B n",
        "dgain": "n",
        "dbias": "n",
    },
    cases=[Group("typical", 3, norm_cases), Group("edge", 1, norm_edge_cases)],
    reference=layer_norm,
    oracle=norm_by_autograd,
    forbid=FORBID,
    mistakes=[
        Mistake(
            _back(lambda d, hat, s: d / s),
            "Mean and deviation depend on a as well. Two terms are missing from "
            "da: what is lost along the vector of ones, and along the normalised vector.",
            name="as_constants",
        ),
        Mistake(
            _back(lambda d, hat, s: (d - _mean(d)) / s),
            "The deviation depends on a: the part along the normalised vector is missing from da.",
            name="deviation_constant",
        ),
        Mistake(
            _back(lambda d, hat, s: (d - hat * _mean(d * hat)) / s),
            "The mean depends on a: the mean of the gradient is still in da.",
            name="mean_constant",
        ),
        Mistake(
            _back(lambda d, hat, s: d - _mean(d) - hat * _mean(d * hat)),
            "da is not divided by the deviation.",
            name="not_divided",
        ),
        Mistake(
            _back(lambda d, hat, s: (d - _mean(d) - hat * _mean(d * hat)) / s**2),
            "da is divided by the deviation twice.",
            name="divided_twice",
        ),
        Mistake(
            _back(lambda d, hat, s: (d - _mean(d) + hat * _mean(d * hat)) / s),
            "The part along the normalised vector is taken away, not added.",
            name="sign_of_the_second",
        ),
        Mistake(
            _back(lambda d, hat, s: (d - _mean(d) - hat * (d * hat).sum(-1, keepdims=True)) / s),
            "The part along the normalised vector takes the mean of d * normal over the units, not the sum.",
            name="sum_for_the_second_mean",
        ),
        Mistake(
            _back(lambda d, hat, s: (d - _mean(d) - s * hat * _mean(d * s * hat)) / s),
            "The part to take away lies along the *normalised* vector, not along the centred one.",
            name="centred_for_normal",
        ),
        Mistake(
            _back(lambda d, hat, s: (d - _mean(d) - hat * _mean(d)) / s),
            "The second mean is that of d * normal, not of d.",
            name="second_mean_of_d",
        ),
        Mistake(
            lambda a, gain, bias, dz, epsilon: (_normal(a, epsilon)[0], *layer_norm(a, gain, bias, dz, epsilon)[1:]),
            "z is the normalised vector before gain and bias.",
            name="z_before_the_gain",
        ),
        Mistake(
            _back(lambda d, hat, s: (d - d.sum(-1, keepdims=True) - hat * (d * hat).sum(-1, keepdims=True)) / s),
            "Means over the units, not sums: the mean is 1/n of each.",
            name="sums_for_means",
        ),
        Mistake(
            lambda a, gain, bias, dz, epsilon: _norm(
                a, gain, bias, dz, epsilon, back=lambda d, hat, s: (dz - _mean(dz) - hat * _mean(dz * hat)) / s
            ),
            "dz comes after the gain: multiply by it first.",
            name="gain_missing",
        ),
        Mistake(
            lambda a, gain, bias, dz, epsilon: _norm(
                a, gain, bias, dz, epsilon, back=lambda d, hat, s: gain * (dz - _mean(dz) - hat * _mean(dz * hat)) / s
            ),
            "The gain multiplies before the way back "
            "through the normalisation begins, not after: what it weighs is then averaged.",
            name="gain_last",
        ),
        Mistake(
            lambda a, gain, bias, dz, epsilon: _norm(
                a, gain, bias, dz, epsilon, sums=lambda dz, hat: ((dz * a).sum((0, 1)), dz.sum((0, 1)))
            ),
            "dgain pairs dz with a. What the gain multiplied is the normalised vector.",
            name="gain_with_a",
        ),
        Mistake(
            lambda a, gain, bias, dz, epsilon: _norm(
                a,
                gain,
                bias,
                dz,
                epsilon,
                sums=lambda dz, hat: ((gain * dz * hat).sum((0, 1)), (gain * dz).sum((0, 1))),
            ),
            "The gain itself is no factor of dgain and dbias.",
            name="gain_in_the_sums",
        ),
        Mistake(
            over_the_batch,
            "You normalise over the sequences, as batch normalisation does. Each n-vector is normalised by itself.",
        ),
        Mistake(over_everything, "One mean and one deviation for all. Each n-vector is normalised by itself."),
        Mistake(sample_variance, "You divide by n - 1. The variance here is a mean of squares, over n."),
        Mistake(epsilon_outside, "epsilon is added to the variance, under the root."),
        Mistake(no_epsilon, "epsilon is missing."),
        Mistake(not_centred, "You do not take the mean away first: this is a division by the root mean square."),
        Mistake(variance_for_deviation, "You divide by the variance. The root is missing."),
    ],
    hints=(
        "d = gain * dz is the gradient at the normalised vector.",
        "Its mean is lost, and its part along the normalised vector: subtract normal * mean(d * normal).",
        "Divide what is left by the deviation, the root of variance + epsilon.",
    ),
)


# 5. what it does not see ---------------------------------------------------------------------------------------------

CHANGES = ("both", "inputs", "column", "row", "gain", "sign", "unit", "shift")


def as_reasoned():
    return {key: "same" if key in ("both", "column", "shift") else "different" for key in CHANGES}


def as_run():
    """Oracle: a network, run before and after each change."""
    rng = np.random.default_rng(0)
    W, U, gain, b = (rng.standard_normal(shape) for shape in ((5, 5), (5, 3), 5, 5))
    x = rng.standard_normal((6, 2, 3))

    def states(W=W, U=U, gain=gain, x=x, shift=0.0):
        h, all_h = np.zeros((2, 5)), []
        for x_t in x:
            a = h @ W.T + x_t @ U.T + shift
            h = np.tanh(gain * (a - a.mean(1, keepdims=True)) / a.std(1, keepdims=True) + b)
            all_h.append(h)
        return np.array(all_h)

    first, column, row = np.array([3.0, 1, 1, 1, 1])[:, None], np.zeros((5, 3)), np.zeros((5, 3))
    column[:, 0], row[0] = 3, 3
    changed = {
        "both": {"W": 3 * W, "U": 3 * U}, "inputs": {"x": 3 * x}, "column": {"U": U + column}, "row": {"U": U + row},
        "gain": {"gain": 3 * gain}, "sign": {"W": -W, "U": -U}, "unit": {"W": first * W, "U": first * U},
        "shift": {"shift": 3.0},
    }  # fmt: skip
    same = {key: np.allclose(states(**arguments), states(), atol=1e-10) for key, arguments in changed.items()}
    return {key: "same" if same[key] else "different" for key in CHANGES}


def _turned(*keys):
    other = {"same": "different", "different": "same"}
    return {key: other[label] if key in keys else label for key, label in as_reasoned().items()}


unseen_question = Question(
    "unseen",
    points=2,
    answer="unseen",
    kind="choice",
    reference=as_reasoned,
    oracle=as_run,
    mistakes=[
        Mistake(
            _turned("inputs"),
            "Inputs three times as loud, and W h as loud as it was: is that a common factor of "
            "all of a? (At the first step it is.)",
            name="inputs_unseen",
        ),
        Mistake(
            _turned("column"),
            "The first column of U meets x_1 and adds 3 x_1 to which entries of a?",
            name="column_seen",
        ),
        Mistake(
            _turned("row"),
            "The first row of U makes the first entry of a. Is a change of one entry a shift of all?",
            name="row_unseen",
        ),
        Mistake(
            _turned("column", "row"),
            "Rows and columns are exchanged: row i of U makes entry i of a, column j meets input j.",
            name="rows_for_columns",
        ),
        Mistake(_turned("gain"), "The gain acts after the normalisation. Who would take it out?", name="gain_unseen"),
        Mistake(
            _turned("sign"),
            "A factor of -1 is no *positive* factor: the deviation stays as it was, and the "
            "normalised vector turns round.",
            name="sign_unseen",
        ),
        Mistake(
            _turned("unit"),
            "Three times the first rows change one entry of a. Is that a common factor?",
            name="unit_unseen",
        ),
        Mistake(
            _turned("both"),
            "W and U times 3, so all of a times 3 (if h is what it was): what is left of a common factor?",
            name="both_seen",
        ),
        Mistake(_turned("shift"), "The same number added to all entries: what is taken away first?", name="shift_seen"),
        Mistake(
            _turned("inputs", "gain"),
            "You count every factor of 3 as unseen. Which of them multiply *all* of a, and before it is normalised?",
            name="every_factor_unseen",
        ),
        Mistake(
            _turned("inputs", "sign"),
            "Two are wrong: a factor is unseen if it is common to all of a, and positive.",
            name="inputs_and_sign_unseen",
        ),
        Mistake(
            _turned("gain", "sign"),
            "Two are wrong: the gain acts after the normalisation, and a factor of -1 "
            "turns the normalised vector round.",
            name="gain_and_sign_unseen",
        ),
        Mistake(
            _turned("both", "unit"),
            "Exchanged: a factor common to all of a is unseen, one of a single unit is not.",
            name="all_for_one",
        ),
        Mistake(
            _turned("both", "inputs"),
            "Exchanged: times 3 in W and U is a factor of all of a; times 3 in the inputs leaves W h as it was.",
            name="weights_for_inputs",
        ),
        Mistake(
            _turned("row", "unit"),
            "What changes one unit alone is seen: the normalisation compares it with the others.",
            name="one_unit_unseen",
        ),
        Mistake(
            dict.fromkeys(CHANGES, "same"),
            "Not everything is unseen: what changes one entry of a, or comes after the normalisation, is seen.",
            name="all_same",
        ),
        Mistake(
            dict.fromkeys(CHANGES, "different"),
            "Something is unseen, or there would be no invariance: a common shift, and a common positive factor.",
            name="all_different",
        ),
    ],
    hints=(
        "For each: what happens to the vector a of the first step, where h_0 = 0? A shift of all, a factor of all?",
        "Then, at the second step: is W h changed by the same factor?",
        "Gains and biases act on what is normalised already.",
    ),
)


# 6. five networks ----------------------------------------------------------------------------------------------------

LABELS = ("orthogonal modReLU", "started modReLU", "orthogonal tanh", "orthogonal ReLU", "normal tanh")
DEAL = 8


def networks_as_read():
    return {
        "A": "orthogonal ReLU",
        "B": "orthogonal modReLU",
        "C": "started modReLU",
        "D": "orthogonal tanh",
        "E": "normal tanh",
    }


_exchanged = partial(two_exchanged, networks_as_read())

EXCHANGES = {
    (0, 1): "One of them has singular values of 1 to the last digit shown, the other has not: which was kept there?",
    (0, 2): "Both have singular values of 1. With modReLU near b = 0 slopes are 1, with tanh they are not.",
    (0, 3): "Both have singular values of 1. A ReLU network has a zero in about every second place.",
    (0, 4): "Singular values: normal weights have some near 0 and some near 2.",
    (1, 2): "Only one of the two was kept orthogonal. Look at the singular values.",
    (1, 3): "Only one of the two was kept orthogonal, and only one has zeros in half of its places.",
    (1, 4): "A matrix that started orthogonal is off by tenths after 80 updates; normal weights begin with singular "
            "values near 0 and near 2.",
    (2, 3): "tanh is never exactly zero; ReLU often is.",
    (2, 4): "Both are tanh networks, and lose much of the gradient. One has all its singular values at 1.",
    (3, 4): "tanh is never exactly zero; ReLU often is.",
}  # fmt: skip

networks_question = Question(
    "five-networks",
    points=2,
    answer="networks",
    kind="choice",
    reference=networks_as_read,
    oracle=dealing(LABELS, DEAL),
    mistakes=[
        _exchanged(LABELS[i], LABELS[j], message, name=f"exchanged_{i}_{j}")
        for (i, j), message in EXCHANGES.items()
    ],
    hints=(
        "A constrained matrix has singular values of 1 whatever the training did.",
        "Exact zeros come from ReLU, and now and then from a modReLU with a negative threshold, never from tanh.",
        "What is left of the gradient: slopes of 1 leave it, tanh takes some, ReLU takes the root of a half a step.",
    ),
)


# 7. an echo ----------------------------------------------------------------------------------------------------------

LAG = 5


def draw(rng, T, B):
    x = rng.standard_normal((T, B, 1))
    y = np.full((T, B), np.nan)
    y[LAG:] = x[:-LAG, :, 0]
    return x, y


def train(seed):
    rng = np.random.default_rng(seed)
    cell, readout = PlainCell(1, 32, activation="linear"), LinearReadout(32, 1)
    params = cell.init(rng)._replace(W=0.8 * orthogonal(rng, (32, 32))), readout.init(rng)
    adam = Adam(rate=3e-3)
    memory = adam.init(params)
    for _ in range(500):
        x, y = draw(rng, 60, 16)
        tape = unroll(cell, params[0], x)
        error = readout.forward(params[1], tape.h[1:]) - y[..., None]
        dy = np.where(np.isnan(error), 0, error) / (55 * 16)
        dreadout, dh = readout.backward(params[1], tape.h[1:], dy)
        grads, _ = clip_norm((bptt(tape, dh).params, dreadout), 1.0)
        params, memory = adam.update(params, grads, memory)
    return cell, readout, params


def predict(model, x):
    cell, readout, (W, V) = model
    return readout.forward(V, unroll(cell, W, x).h[1:])[..., 0]


def echo(made_from, x):
    """The input of five steps ago; NaN before there is one."""
    y = np.full(x.shape[:2], np.nan)
    y[LAG:] = x[:-LAG, :, 0]
    return y


def _late_by(lag):
    def shifted(made_from, x):
        y = np.zeros(x.shape[:2])
        y[lag:] = x[: len(x) - lag, :, 0]
        return y

    return shifted


def halved(made_from, x):
    return 0.5 * np.nan_to_num(echo(made_from, x))


def streams(T, B):
    def fresh(rng):
        yield (rng.standard_normal((T, B, 1)),)

    return fresh


echo_question = Question(
    "echo",
    points=4,
    answer="predict",
    kind="model",
    measure="squared error",
    maker=Maker(train, lambda rng: (int(rng.integers(1000)),), seconds=5),
    cases=[
        Group("short", 1, streams(20, 100), within=0.2),
        Group("long", 2, streams(300, 20), within=0.2),
        Group("longer", 1, streams(1000, 8), within=0.1),
    ],
    reference=predict,
    oracle=echo,
    mistakes=[
        Mistake(
            lambda made_from, x: np.zeros(x.shape[:2]),
            "Your model answers zero, the mean, or little more. So does a readout that has learnt nothing, "
            "and so does one whose state holds too much besides.",
            name="zero",
        ),
        Mistake(
            _late_by(LAG - 1),
            "Your model gives the input of four steps ago. Does the answer at step t stand at index t of x?",
            name="one_step_early",
        ),
        Mistake(
            _late_by(LAG + 1),
            "Your model gives the input of six steps ago: its answers come one step late. Read "
            "the state that a step has made, h[1:].",
            name="one_step_late",
        ),
        Mistake(_late_by(0), "Your model repeats the present input.", name="present_input"),
        Mistake(
            halved,
            "Your model finds the right input and gives half of it: it plays safe. Train longer, or at another rate.",
        ),
        Mistake(lambda made_from, x: -np.nan_to_num(echo(made_from, x)), "Right up to the sign.", name="negative"),
    ],
    hints=(
        "A linear cell and a linear readout are enough; 32 units, Adam at 0.003, a few hundred updates.",
        "Start W at a number below 1 times an orthogonal matrix: then old inputs leave by themselves.",
        "Train on streams that are longer than the memory is: 60 steps will do.",
    ),
)


# 8. by hand ----------------------------------------------------------------------------------------------------------


def by_hand():
    """tan(angle / 2) = s / 2; 2n/T; ten halvings; C(8, 4) / 4^4; 10 ln 8 / (D + 20)."""
    return {
        "angle": 2 * math.degrees(math.atan(0.5)),
        "known": 2 * 24 / 600,
        "left": 0.5**10,
        "whole": math.comb(8, 4) / 4**4,
        "baseline": 10 * math.log(8) / 100,
    }


def by_machine():
    """Oracle: torch's solve, the rate step by step, all orders of signs of four steps, entropy of ten symbols."""
    S = torch.tensor([[0.0, -1.0], [1.0, 0.0]], dtype=DOUBLE)
    eye = torch.eye(2, dtype=DOUBLE)
    W = torch.linalg.solve(eye - S / 2, eye + S / 2)
    # Steps of sizes so different that the larger decides: every order and every sign is equally likely.
    whole, walks = 0, 0
    for sizes in permutations((1, 2, 4, 8)):
        for signs in product((-1, 1), repeat=4):
            walks += 1
            whole += bool(np.all(np.cumsum(np.multiply(sizes, signs)) > 0))
    squared, left = Fraction(1, 2), 1.0
    for _ in range(20):
        left *= math.exp(0.5 * math.log(squared))
    entropy = -8 * (1 / 8) * math.log(1 / 8)
    steps = 10 + 80 + 10
    return {
        "angle": math.degrees(math.atan2(W[1, 0].item(), W[0, 0].item())),
        "known": float(Fraction(24, 1) / Fraction(600, 2)),
        "left": left,
        "whole": whole / walks,
        "baseline": 10 * entropy / steps,
    }


hand_question = Question(
    "orthogonal-by-hand",
    points=2,
    answer="by_hand",
    kind="value",
    reference=by_hand,
    oracle=by_machine,
    tolerance=Tolerance(rtol=5e-4, atol=1e-7),
    mistakes=[
        Mistake(
            {**by_hand(), "angle": 45.0},
            "`angle` is not proportional to s: the tangent of half the angle is.",
            name="proportional",
        ),
        Mistake(
            {**by_hand(), "angle": math.degrees(math.atan(0.5))},
            "`angle` is half of it: the tangent of *half* the angle is s / 2.",
            name="half_the_angle",
        ),
        Mistake({**by_hand(), "angle": 90.0}, "`angle` is that of s = 2, or of tan(angle / 2) = s.", name="as_for_two"),
        Mistake(
            {**by_hand(), "angle": math.degrees(1)},
            "`angle` is what the *exponential* of S turns by, one radian.",
            name="exponential",
        ),
        Mistake({**by_hand(), "angle": 2 * math.atan(0.5)}, "`angle` is in radians.", name="radians"),
        Mistake(
            {**by_hand(), "known": 0.04},
            "`known`: lag j is there in T - j of T steps, half of the time on average. So it is not n / T.",
            name="n_over_T",
        ),
        Mistake({**by_hand(), "known": 0.92}, "`known` is the share that is missed.", name="missed"),
        Mistake(
            {**by_hand(), "known": 1.0},
            "`known`: five steps ago is recent, but an orthogonal state holds all steps equally.",
            name="recent_is_known",
        ),
        Mistake(
            {**by_hand(), "left": 0.5**20},
            "`left` takes a half a step. That is what happens to the *square* of the length.",
            name="squared_length",
        ),
        Mistake(
            {**by_hand(), "left": 1.0},
            "`left`: orthogonal, but ReLU cuts half of the units off at each step.",
            name="isometry",
        ),
        Mistake(
            {**by_hand(), "left": 20 * 0.5 * math.log(0.5)},
            "`left` is the logarithm of what is asked.",
            name="logarithm",
        ),
        Mistake(
            {**by_hand(), "whole": 0.5**4},
            "`whole`: a walk that has risen is not pushed below zero with probability one half at its next step.",
            name="halves",
        ),
        Mistake({**by_hand(), "whole": 0.5}, "`whole` is that of one step.", name="one_step"),
        Mistake(
            {**by_hand(), "whole": math.comb(4, 2) / 4**2},
            "`whole` is that of two steps: with t = 4 the binomial is C(8, 4).",
            name="two_steps",
        ),
        Mistake(
            {**by_hand(), "whole": 1 / math.sqrt(4 * math.pi)},
            "`whole` is the approximation for long walks. Four steps are short: count.",
            name="asymptotic",
        ),
        Mistake(
            {**by_hand(), "baseline": 10 * math.log(8) / 80},
            "`baseline`: the mean is over all D + 20 steps.",
            name="over_the_delay",
        ),
        Mistake(
            {**by_hand(), "baseline": 10 * math.log(9) / 100},
            "`baseline`: the blank is never asked for among the ten, so there are eight to guess from.",
            name="nine_symbols",
        ),
        Mistake({**by_hand(), "baseline": 10 * math.log2(8) / 100}, "`baseline` is in bits.", name="bits"),
        Mistake(
            {**by_hand(), "baseline": math.log(8)},
            "`baseline` is the loss of one symbol. Most steps are blanks, which cost nothing.",
            name="one_symbol",
        ),
        Mistake(
            {**by_hand(), "baseline": math.log(8) / 100}, "`baseline` counts one of the ten symbols.", name="one_of_ten"
        ),
    ],
    hints=(
        "A rotation by an angle has S = 2 tan(angle / 2) times the quarter turn under the Cayley map.",
        "The rate of ReLU is half the logarithm of a half, a step.",
        "C(2t, t) / 4^t with t = 4; and 10 ln 8 nats over D + 20 steps.",
    ),
)

QUESTIONS = [
    rotate_question, drift_question, modrelu_question, norm_question, unseen_question, networks_question, echo_question,
    hand_question,
]  # fmt: skip
