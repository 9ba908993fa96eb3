"""Where training starts: weight matrices drawn or set, ``(rows, columns)``, and gate biases made for long delays."""

from typing import Any

import numpy as np

from rnnlib._door import Array, Rng, check_drawing, check_floats, check_matrices, check_number, check_size, described
from rnnlib.norms import times_ratio


def by_columns(rng: Rng, shape: tuple[int, ...], dtype: Any = np.float64) -> Array:
    """Normal weights of variance one over the number of columns, so that a product keeps the size of its input; zeros
    for a vector, which is a bias.
    """
    _check(rng, shape, dtype)
    return (rng.standard_normal(shape) / np.sqrt(shape[1]) if len(shape) == 2 else np.zeros(shape)).astype(dtype)


def small(rng: Rng, shape: tuple[int, ...], scale: float = 0.01, dtype: Any = np.float64) -> Array:
    """Normal numbers of standard deviation ``scale``.

    >>> small(np.random.default_rng(0), (2, 3)).shape
    (2, 3)
    """
    _check(rng, shape, dtype)
    check_number("scale", scale, "a standard deviation, 0 or more", lambda scale: scale >= 0)
    return (scale * rng.standard_normal(shape)).astype(dtype)


def xavier(rng: Rng, shape: tuple[int, int], dtype: Any = np.float64) -> Array:
    r"""Uniform numbers of variance :math:`2/(\text{rows} + \text{columns})`, between the two that keep the forward and
    the backward signal's. Source: Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural
    networks*, 2010, eq. 16.

    >>> bool(np.abs(xavier(np.random.default_rng(0), (2, 4))).max() < 1)
    True
    """
    _check(rng, shape, dtype, 2)
    bound = np.sqrt(6 / sum(shape))
    return rng.uniform(-bound, bound, shape).astype(dtype)


def identity(rng: Rng, shape: tuple[int, int], dtype: Any = np.float64) -> Array:
    """Ones on the diagonal, which start a ReLU cell as a memory; ``rng`` is not used. Source: Le, Jaitly and Hinton, *A
    simple way to initialize recurrent networks of rectified linear units*, 2015.

    >>> identity(np.random.default_rng(0), (2, 3))
    array([[1., 0., 0.],
           [0., 1., 0.]])
    """
    _check(rng, shape, dtype, 2)
    return np.eye(*shape, dtype=dtype)


def orthogonal(rng: Rng, shape: tuple[int, int], dtype: Any = np.float64) -> Array:
    r"""A matrix with orthonormal columns, or rows if there are fewer of these, every such matrix equally likely.

    It is Q of a normal matrix's QR factorisation with R's diagonal made positive; without that step the signs, and so
    the distribution, would be the routine's choice. Sources: Saxe, McClelland and Ganguli, *Exact solutions to the
    nonlinear dynamics of learning in deep linear neural networks*, 2013; for the signs Mezzadri, *How to generate
    random matrices from the classical compact groups*, 2007.

    >>> W = orthogonal(np.random.default_rng(0), (3, 5))
    >>> np.allclose(W @ W.T, np.eye(3))
    True
    """
    _check(rng, shape, dtype, 2)
    Q, R = np.linalg.qr(rng.standard_normal((max(shape), min(shape))))
    Q *= np.copysign(1, np.diag(R))
    return (Q if shape[0] >= shape[1] else Q.T).astype(dtype)


def with_spectral_radius(W: Array, rho: float) -> Array:
    r"""Scale ``W (n, n)`` so that its largest eigenvalue, in modulus, is ``rho``; its dtype stays.

    Raises ``ValueError`` if ``W`` is not square, ``rho`` is negative, or all eigenvalues of ``W`` are zero. The radius
    says how a linear recurrence ends; the largest singular value, which is never smaller, how it may begin.
    Source: Jaeger, *The "echo state" approach to analysing and training recurrent neural networks*, 2001.

    >>> with_spectral_radius(np.array([[0.0, 4.0], [1.0, 0.0]]), 0.5)
    array([[0.  , 1.  ],
           [0.25, 0.  ]])
    """
    check_matrices("W", check_floats("W", W, "n", "n"))
    radius = np.abs(np.linalg.eigvals(W)).max()
    expected = f"at least 0, and a W that is not nilpotent, its radius is {radius};"
    check_number("rho", rho, expected, lambda rho: rho >= 0 and radius > 0)
    return times_ratio(W, rho, radius)


def chrono(rng: Rng, params: Any, longest: int) -> Any:
    r"""Set the biases of gates so that units keep what they hold for 1 to ``longest`` - 1 steps.

    A forget gate that stays at :math:`f = \sigma(b)` keeps a memory for about :math:`1/(1 - f) = 1 + e^b` steps. Hence

    .. math:: b_f = \log \mathcal{U}(1, \text{longest} - 1), \qquad b_i = -b_f,

    for an LSTM (or a gated cell); for a GRU, where :math:`z = 1 - f` writes, :math:`b_z = -b_f`. A stack's layers are
    set one by one. Raises ``ValueError`` if ``longest`` is not above 2, or ``params`` have no such gate.
    Source: Tallec and Ollivier, *Can recurrent neural networks warp time?*, 2018.

    >>> from rnnlib import LSTMCell
    >>> rng = np.random.default_rng(0)
    >>> params = chrono(rng, LSTMCell(inputs=2, units=3).init(rng), longest=100)
    >>> np.array_equal(params.b_i, -params.b_f), bool((params.b_f <= np.log(99)).all())
    (True, True)
    """
    gates = [name for name in ("b_f", "b_i", "b_z") if hasattr(params, name)]
    check_drawing(rng)
    check_number("longest", longest, "a number of steps above 2", lambda longest: longest > 2)
    if not gates:
        raise ValueError(f"params: expected those of a cell with gates, b_f or b_z, got {described(params)}")
    like = getattr(params, gates[0])
    b = np.log(rng.uniform(1, longest - 1, like.shape)).astype(like.dtype)
    return params._replace(**{name: b if name == "b_f" else -b for name in gates})


def _check(rng: Any, shape: Any, dtype: Any, axes: int | None = None) -> None:
    """Raise ``ValueError`` unless an array of this ``shape``, of so many ``axes``, can be drawn."""
    check_drawing(rng, dtype)
    if not isinstance(shape, tuple) or axes not in (None, len(shape)):
        raise ValueError(f"shape: expected a tuple of {axes or 'some'} sizes, got {shape!r}")
    for size in shape:
        check_size("shape", size, 0)
