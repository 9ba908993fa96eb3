"""Jacobians of the whole state, one step's and their products', measured without overflow.

Products are taken of ``J (T, .., s, s)``, the Jacobians of steps ``1 .. T`` in that order: of a tape,
``step_jacobians(tape)``; of steps ``k+1 .. t`` alone, ``step_jacobians(tape.span(k, t))``; of a linear network,
``[W] * T``. All is computed in float64, for each sequence of the batch, and logarithms are natural ones. What are no
finite square matrices, or is no tape, raises ``ValueError``.
"""

from collections import namedtuple
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from rnnlib._door import check_floats, check_matrices, check_number, check_size
from rnnlib.cells.protocol import Array, State
from rnnlib.gradients import check_gradients
from rnnlib.norms import LOG_2, log, norm, rescaled, unit_and_log
from rnnlib.through_time import Tape, check_tape, keep
from rnnlib.trees import at, join, leaves


def jacobian(tape: Tape, t: int) -> Array:
    r"""The step Jacobian :math:`J_t = \partial s_t/\partial s_{t-1}` of the whole state, ``(B, s, s)``, ``t = 1 .. T``.

    ``s`` counts all fields of the state, in their order: ``n`` for a plain cell, where
    :math:`J_t = \operatorname{diag}(\phi'(a_t)) W`. Row ``i`` is the ``i``-th unit vector pushed through the step
    backward. At a padded step it is the identity. Raises ``ValueError`` for a step that is not on the tape.

    >>> from rnnlib import PlainCell, unroll
    >>> cell = PlainCell(inputs=1, units=1)
    >>> tape = unroll(cell, cell.init(np.random.default_rng(0)), np.ones((5, 2, 1)))
    >>> jacobian(tape, 5).shape
    (2, 1, 1)
    """
    return push_units_back(tape, t)[0]


def push_units_back(tape: Tape, t: int) -> tuple[Array, Array]:
    """Push every unit vector through step ``t`` backward: the Jacobian ``(B, s, s)``, and each one's ``g``."""
    T, B, _ = check_tape(tape).x.shape
    check_size("t", t, 1, T, f"a step from 1 to {T}")
    size = sum(part.shape[-1] for part in leaves(tape.states))
    # Each sequence is repeated once a unit vector, so that one step back carries them all.
    rows = np.repeat(np.arange(B), size)
    before, after, saved = at(tape.states, (t - 1, rows)), at(tape.states, (t, rows)), at(tape.saved, (t - 1, rows))
    unit, row = (tape.cell.zeros((B * size,), tape.x.dtype) for _ in range(2))
    first = 0
    for part in leaves(unit):
        part.reshape(B, size, part.shape[1])[:, first : first + part.shape[1]] = np.eye(part.shape[1])
        first += part.shape[1]
    g = np.empty((B * size, tape.cell.width), tape.x.dtype)
    tape.cell.step_back(tape.w, saved, before, after, unit, row, g)
    if tape.mask is not None:
        padded = np.repeat(~tape.mask[t - 1], size)
        keep(padded, unit, row)
        g[padded] = 0
    return join(row).reshape(B, size, size), g.reshape(B, size, tape.cell.width)


def step_jacobians(tape: Tape) -> Array:
    """All step Jacobians of ``tape``, ``(T, B, s, s)``.

    >>> from rnnlib import PlainCell, unroll
    >>> cell = PlainCell(inputs=1, units=3)
    >>> step_jacobians(unroll(cell, cell.init(np.random.default_rng(0)), np.ones((5, 2, 1)))).shape
    (5, 2, 3, 3)
    """
    T, B, _ = check_tape(tape).x.shape
    size = sum(part.shape[-1] for part in leaves(tape.states))
    return np.reshape([jacobian(tape, t) for t in range(1, T + 1)], (T, B, size, size)).astype(tape.x.dtype)


def products(J: ArrayLike) -> Iterator[tuple[Array, Array]]:
    r"""Yield for each ``t`` the product :math:`J_t \cdots J_1` as ``(P (.., s, s), log_scale (..))``.

    It is :math:`e^{\text{log\_scale}} P`, where :math:`P` has Frobenius norm 1, so that neither overflows or vanishes.

    >>> *_, (P, log_scale) = products([3 * np.eye(1)] * 2000)
    >>> P, (log_scale / np.log(3)).round(9)
    (array([[1.]]), np.float64(2000.0))
    """
    return _products(*_scaled(J))


def _products(J: Array, log_sizes: Array) -> Iterator[tuple[Array, Array]]:
    P, log_scale = np.broadcast_to(np.eye(J.shape[-1]), J.shape[1:]), np.zeros(())
    for J_t, log_size in zip(J, log_sizes):
        P, log_norm = unit_and_log(J_t @ P, (-2, -1))
        log_scale = log_scale + (log_norm + log_size)
        yield P, log_scale


def _scaled(J: ArrayLike) -> tuple[Array, Array]:
    """Return the Jacobians with entries of order one, and ``(T, ..)`` the logarithms of what they were divided by."""
    J, exponents = rescaled(check_matrices("J", J, least=3), (-2, -1))
    return J, LOG_2 * exponents[..., 0, 0]


def log_norms(J: ArrayLike) -> Array:
    r"""Logarithms of the spectral norms :math:`|J_t \cdots J_1|_2`, ``(T, ..)``: how much can have grown by ``t``.

    >>> log_norms([[[2.0]]] * 3).round(4)
    array([0.6931, 1.3863, 2.0794])
    """
    norms = [log_scale + log(np.linalg.norm(P, 2, axis=(-2, -1))) for P, log_scale in products(J)]
    return np.reshape(norms, np.shape(J)[:-2])


def transient_growth(J: ArrayLike) -> tuple[Array, Array]:
    r"""The largest :math:`|J_t \cdots J_1|_2`, and the ``t`` of it; ``1, 0`` if nothing ever exceeds the start.

    A normal matrix whose eigenvalues lie within the unit circle never grows; one that is not may, before it decays.
    The growth is infinite where it exceeds the largest float.
    Source: Trefethen and Embree, *Spectra and pseudospectra*, 2005, chapter 14.

    >>> growth, at = transient_growth([[[0.9, 10.0], [0.0, 0.9]]] * 100)
    >>> growth.round(2), at
    (np.float64(38.75), np.int64(9))
    """
    logs = log_norms(J)
    logs = np.concatenate([np.zeros((1, *logs.shape[1:])), logs])
    with np.errstate(over="ignore"):
        return np.exp(logs.max(axis=0)), logs.argmax(axis=0)


def effective_horizon(J: ArrayLike, threshold: float = np.exp(-1)) -> Array:
    r"""How many steps back from the last until :math:`|\partial s_T/\partial s_k|_2` first falls below ``threshold``.

    ``inf`` where it never does, one number a sequence. Raises ``ValueError`` unless ``threshold`` is positive.

    >>> effective_horizon([[[0.9]]] * 100), effective_horizon([[[0.9]]] * 100, 1e-3), effective_horizon([[[1.0]]])
    (np.float64(10.0), np.float64(66.0), np.float64(inf))
    """
    check_number("threshold", threshold, "a positive number", lambda threshold: threshold > 0)
    backward = np.swapaxes(check_matrices("J", J, least=3)[::-1], -1, -2)
    below = log_norms(backward) < np.log(threshold)
    lags = np.arange(1.0, len(below) + 1).reshape(-1, *[1] * (below.ndim - 1))
    return np.min(np.where(below, lags, np.inf), axis=0, initial=np.inf)


def lyapunov_exponents(J: ArrayLike, skip: int = 0) -> Array:
    r"""Lyapunov exponents, the average logarithmic growth a step in each direction, ``(.., s)``, largest first.

    A frame is pushed through the Jacobians and made orthonormal again at every step, :math:`J_t Q_{t-1} = Q_t R_t`; the
    exponents are the means of :math:`\log |R_{ii}|`, over all steps but the first ``skip``, in which the frame turns
    into place. Raises ``ValueError`` unless a step is left. Source: Benettin et al., *Lyapunov characteristic exponents
    for smooth dynamical systems*, 1980; Engelken, Wolf and Abbott, *Lyapunov spectra of chaotic recurrent neural
    networks*, 2023.

    >>> np.exp(lyapunov_exponents([np.diag([0.5, 2.0])] * 50)).round(6)
    array([2. , 0.5])
    """
    J, log_sizes = _scaled(J)
    check_size("skip", skip, 0, len(J) - 1, f"0 to {len(J) - 1} steps, for a tape of {len(J)};")
    Q, total = np.broadcast_to(np.eye(J.shape[-1]), J.shape[1:]), np.zeros(J.shape[1:-1])
    for t, (J_t, log_size) in enumerate(zip(J, log_sizes)):
        Q, R = np.linalg.qr(J_t @ Q)
        if t >= skip:
            total += log(np.abs(np.diagonal(R, axis1=-2, axis2=-1))) + log_size[..., np.newaxis]
    return np.sort(total / (len(J) - skip))[..., ::-1]


def log_singular_values(J: ArrayLike) -> Array:
    r"""Logarithms of the singular values of :math:`J_t \cdots J_1` for every ``t``, ``(T, .., s)``, largest first.

    They stay accurate when they lie hundreds of orders of magnitude apart, where a product that is multiplied out keeps
    its largest alone: the product is kept as :math:`Q_t` times a triangle whose rows carry their own logarithmic scale,
    and its rows are turned to be orthogonal, two at a time. A singular value of ``0`` has logarithm ``-inf``, but what
    is below the rounding of a single Jacobian, about ``1e-16`` of its norm, is noise.
    Source: Stewart, *On graded QR decompositions of products of matrices*, 1995; one-sided rotations: Demmel and
    Veselić, *Jacobi's method is more accurate than QR*, 1992.

    >>> (log_singular_values([np.diag([1e-3, 1.0, 1e3])] * 500)[-1] / np.log(10)).round(6)
    array([ 1500.,     0., -1500.])
    """
    J, log_sizes = _scaled(J)
    Q = M = np.broadcast_to(np.eye(J.shape[-1]), J.shape[1:])
    # From the frame that the product's transpose makes of the unit vectors, the triangle's rows come out in order.
    for J_t in J[::-1]:
        Q = np.linalg.qr(np.swapaxes(J_t, -1, -2) @ Q)[0]
    rows, log_scales, log_scale = np.empty(J.shape), np.empty(J.shape[:-1]), np.zeros(J.shape[1:-1])
    for t, (J_t, log_size) in enumerate(zip(J, log_sizes)):
        Q, R = np.linalg.qr(J_t @ Q)
        M, log_scale = _scaled_rows(R, M, log_scale, log_size[..., np.newaxis])
        rows[t], log_scales[t] = M, log_scale
    return _orthogonalise(rows, log_scales)


def _scaled_rows(R: Array, M: Array, log_scale: Array, log_size: Array) -> tuple[Array, Array]:
    r"""Multiply :math:`e^\text{log_size} R \operatorname{diag}(e^\text{log_scale}) M` and split it, rows of norm 1."""
    exponent = np.where(R != 0, log_scale[..., np.newaxis, :], -np.inf)
    top = exponent.max(axis=-1)
    top = np.where(np.isfinite(top), top, 0)
    M, log_norm = unit_and_log((R * np.exp(exponent - top[..., np.newaxis])) @ M, -1)
    return M, top + (log_norm + log_size)


def _orthogonalise(M: Array, log_scale: Array, sweeps: int = 30) -> Array:
    """One-sided Jacobi on the rows ``e^log_scale M``: their logarithmic lengths once all are orthogonal."""
    s = M.shape[-1]
    for _ in range(sweeps):
        cosine = 0.0
        for p in range(s):
            # The longest of the rows that are left comes first, so that no ratio of lengths below exceeds 1.
            order = np.argsort(-log_scale, axis=-1)
            M, log_scale = np.take_along_axis(M, order[..., np.newaxis], -2), np.take_along_axis(log_scale, order, -1)
            for q in range(p + 1, s):
                cosine = max(cosine, _rotate(M, log_scale, p, q))
        if cosine < 1e-15 * s:
            break
    return np.sort(log_scale)[..., ::-1]


def _rotate(M: Array, log_scale: Array, p: int, q: int) -> float:
    """Turn rows ``p`` and ``q`` orthogonal within their plane; return the largest cosine there was between them."""
    u, v = M[..., p, :], M[..., q, :]
    c = (u * v).sum(axis=-1)
    finite = np.isfinite(log_scale[..., q])
    ratio = np.exp(np.where(finite, log_scale[..., q], -np.inf) - np.where(finite, log_scale[..., p], 0)) ** 2
    # The tangent of the angle is sqrt(ratio) kappa, which may underflow; kappa does not.
    root = 1 - ratio + np.sqrt((1 - ratio) ** 2 + 4 * ratio * c**2)
    kappa = 2 * c / np.where(root > 0, root, 1)
    log_cos = -np.log1p(ratio * kappa**2) / 2
    for i, turned in ((p, u + (ratio * kappa)[..., np.newaxis] * v), (q, v - kappa[..., np.newaxis] * u)):
        M[..., i, :], log_norm = unit_and_log(turned, -1)
        log_scale[..., i] += log_norm + log_cos
    return np.abs(c).max(initial=0)


class Spectrum(namedtuple("Spectrum", "rho sigma departure")):
    r"""Of a matrix :math:`A`, or each of a stack: the spectral radius ``rho`` :math:`= \max |\lambda_i|`; ``sigma``
    :math:`= |A|_2`; and the ``departure`` from normality :math:`\sqrt{|A|_F^2 - \sum |\lambda_i|^2}`.
    """


def spectrum(A: ArrayLike) -> Spectrum:
    r"""Three numbers that together say how powers of ``A (.., s, s)`` behave: at last, at once, and how far apart.

    Powers go as :math:`\rho^t` in the end and are at most :math:`\sigma^t`. A departure of 0 means that :math:`A` is
    normal; then :math:`\rho = \sigma`, and there is no growth but that of the eigenvalues. Source: Henrici, *Bounds for
    iterates, inverses, spectral variation and fields of values of non-normal matrices*, 1962.

    >>> [float(number.round(4)) for number in spectrum([[0.9, 10.0], [0.0, 0.9]])]
    [0.9, 10.0804, 10.0]
    """
    A, exponent = rescaled(check_matrices("A", A), (-2, -1))
    moduli, exponent = np.abs(np.linalg.eigvals(A)), exponent[..., 0, 0]
    excess = np.sum(np.square(A), axis=(-2, -1)) - np.sum(moduli**2, axis=-1)
    numbers = moduli.max(axis=-1), np.linalg.norm(A, 2, axis=(-2, -1)), np.sqrt(np.maximum(excess, 0))
    return Spectrum(*(np.ldexp(number, exponent) for number in numbers))


def delta_norms(delta: State) -> Array:
    r"""Norms of the adjoints of the whole state, :math:`|\partial L/\partial s_t|`, ``(T+1, B)``, of ``grads.delta``.

    >>> delta_norms((np.full((3, 1, 4), 0.5),))
    array([[1.],
           [1.],
           [1.]])
    """
    return norm(join(check_gradients("delta", delta)), axis=-1)


def saturation(h: Array, above: float = 0.9) -> Array:
    """The fraction of units with ``|h| > above``, where a tanh has little slope left: ``(T+1, B)`` of ``tape.h``.

    >>> saturation(np.array([0.1, -0.95, 0.99, 0.5]))
    np.float64(0.5)
    """
    check_number("above", above, "a number", lambda above: above == above)
    return np.mean(np.abs(check_floats("h", h, "n")) > above, axis=-1)
