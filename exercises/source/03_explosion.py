"""Questions of the notebook 03_explosion: cases, reference answers, oracles and the mistakes people make.

The references use powers, singular values and closed forms. The oracles step through time, search, calculate with
exact integers or differentiate by autograd.
"""

import math

import numpy as np
import torch

from rnngrade import Case, Covers, Group, Mistake, Question, Tolerance
from rnngrade.slips import RIGHT

FORBID = ("torch", "rnnlib")


def draw_non_normal(rng, n, radius):
    """A matrix of the given spectral radius whose eigenvectors are far from right angles."""
    A = rng.standard_normal((n, n)) + 3 * np.triu(rng.standard_normal((n, n)), 1)
    return A * (radius / np.abs(np.linalg.eigvals(A)).max())


# 1. the linear network with a constant input -------------------------------------------------------------------------


def linear_case(rng, n, B, t, radius):
    return draw_non_normal(rng, n, radius), rng.standard_normal(n), rng.standard_normal((B, n)), t


def linear_cases(rng):
    yield linear_case(rng, 4, 3, 7, 0.8)
    yield linear_case(rng, 3, 2, 15, 1.1)


def linear_edge_cases(rng):
    """No step, one, two; a thousand; an eigenvalue of exactly one, where no fixed point exists; too few eigenvectors,
    with an eigenvalue that is one half, and zero.
    """
    for t in (0, 1, 2):
        yield linear_case(rng, 3, 2, t, 0.9)
    yield linear_case(rng, 2, 3, 1000, 0.95)
    yield linear_case(rng, 1, 1, 5, 0.9)
    cycle = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    yield Case((cycle, rng.standard_normal(3), rng.standard_normal((2, 3)), 10), "W has the eigenvalue 1")
    for eigenvalue, n, t in ((0.5, 3, 9), (0.0, 5, 3)):
        chain = eigenvalue * np.eye(n) + np.diag(rng.uniform(1, 2, n - 1), -1)
        args = chain, rng.standard_normal(n), rng.standard_normal((2, n)), t
        yield Case(args, "W has too few eigenvectors")


def linear_state(W, c, h0, t):
    n = len(c)
    A = np.eye(n + 1)
    A[:n, :n], A[:n, n] = W, c
    power = np.linalg.matrix_power(A, t)
    return h0 @ power[:n, :n].T + power[:n, n]


def linear_by_steps(W, c, h0, t):
    """Oracle: t steps, one after another."""
    h = h0.copy()
    for _ in range(t):
        h = np.stack([W.dot(row) + c for row in h])
    return h


def _series(W, c, h0, t, terms):
    """W^t h0 and as many terms of c + W c + W^2 c + .."""
    drive, term = np.zeros_like(c), c
    for _ in range(terms):
        drive, term = drive + term, W @ term
    return h0 @ np.linalg.matrix_power(W, t).T + drive


def one_step_fewer(W, c, h0, t):
    return linear_state(W, c, h0, max(t - 1, 0))


def by_the_fixed_point(W, c, h0, t):
    rest = np.linalg.solve(np.eye(len(c)) - W, c)
    return (h0 - rest) @ np.linalg.matrix_power(W, t).T + rest


linear_question = Question(
    "linear-state", points=3, answer="linear_state",
    cases=[Group("typical", 2, linear_cases), Group("edge", 1, linear_edge_cases)], reference=linear_state,
    oracle=linear_by_steps, covers=Covers(defective=("W",)), forbid=FORBID,
    mistakes=[
        Mistake(lambda W, c, h0, t: _series(W, c, h0, t, 0) + c,
                "c enters once only, at the end. It is added at every step.", name="drive_once"),
        Mistake(lambda W, c, h0, t: _series(W, c, h0, t, 0) + t * c,
                "You add c once for every step, but what entered at an earlier step is multiplied by W at each later "
                "one.", name="drive_not_multiplied"),
        Mistake(lambda W, c, h0, t: _series(W, c, h0 + c, t, 0),
                "You treat c as part of the start. It enters again at every step, not only at first.",
                name="drive_kept_with_start"),
        Mistake(lambda W, c, h0, t: _series(W, c, h0, t, t + 1),
                "The input has one term too many. Write out h_1 and h_2: which power of W stands before the oldest c?",
                name="series_one_long"),
        Mistake(lambda W, c, h0, t: _series(W, c, h0, t, t - 1),
                "The input has one term too few. Write out h_1 and h_2: how many times does c occur?",
                name="series_one_short"),
        Mistake(lambda W, c, h0, t: _series(W, W @ c, h0, t, t),
                "Each c is multiplied by W once too often: what enters at the last step is not multiplied at all.",
                name="every_input_one_step_older"),
        Mistake(one_step_fewer, "This is the state after t - 1 steps: t counts from the initial state, which is h_0."),
        Mistake(lambda W, c, h0, t: _series(W, c, np.zeros_like(h0), t, t) + h0 @ np.linalg.matrix_power(W, t),
                "The input's part is right, the start's is that of W transposed. A state of the batch is a row: what "
                "does W h become for a row?", name="start_alone_transposed"),
        Mistake(lambda W, c, h0, t: h0 @ (W**t).T + sum((W**s @ c for s in range(t)), np.zeros_like(c)),
                "W ** t raises each entry to the power t. A matrix power multiplies the matrix by itself.",
                name="entries_to_the_power"),
        Mistake(lambda W, c, h0, t: h0 @ (W**t).T + c**t,
                "** raises each entry to the power t. A matrix power multiplies the matrix by itself.",
                name="entries_of_the_larger_matrix"),
        Mistake(by_the_fixed_point, "Right while the network has a fixed point. Where W has the eigenvalue 1, I - W "
                "cannot be inverted, and yet h_t exists."),
    ],
    hints=(
        "Write out h_1, h_2 and h_3. What multiplies h_0, and what multiplies c?",
        "One step maps h to W h + c. Which matrix, with one row and one column more, does that to the column (h, 1)?",
        "A = [[W, c], [0, 1]]: the top of np.linalg.matrix_power(A, t) holds W^t, and beside it the sum of the powers "
        "times c.",
    ),
)


# 2. the pulse that grows most ----------------------------------------------------------------------------------------


def pulse_case(rng, n, d, t):
    return draw_non_normal(rng, n, 0.9), rng.standard_normal((n, d)), t


def pulse_cases(rng):
    yield pulse_case(rng, 5, 3, 6)
    yield pulse_case(rng, 4, 2, 10)


def pulse_edge_cases(rng):
    """One step, which W has no part in; more inputs than units; one input; one unit; a nilpotent W, whose eigenvalues
    are all zero; weights far from one.
    """
    yield pulse_case(rng, 3, 4, 1)
    yield pulse_case(rng, 2, 5, 4)
    yield pulse_case(rng, 3, 1, 5)
    yield pulse_case(rng, 1, 4, 3)
    yield np.triu(rng.standard_normal((4, 4)), 1) + np.diag([2.0, 3.0, 2.0], 1), rng.standard_normal((4, 3)), 3
    for size in (1e-151, 2e150):
        W, U, t = pulse_case(rng, 4, 3, 5)
        yield Case((W, size * U, t), "weights far from one")


def upright(v):
    """The direction v with its largest entry positive."""
    return v * np.sign(v[np.argmax(np.abs(v))])


def worst_pulse(W, U, t):
    M = np.linalg.matrix_power(W, t - 1) @ U
    _, s, Vt = np.linalg.svd(M)
    return s[0], upright(Vt[0])


def pulse_by_gram_matrix(W, U, t):
    """Oracle: each unit pulse stepped through time; the largest eigenvalue of the products of what they leave."""
    states = []
    for pulse in np.eye(U.shape[1]):
        h = U.dot(pulse)
        for _ in range(t - 1):
            h = W.dot(h)
        states.append(h)
    size = max(abs(h).max() for h in states)
    states = [h / size for h in states]
    gram = torch.tensor(np.array([[float(a.dot(b)) for a in states] for b in states]))
    values, vectors = torch.linalg.eigh(gram)
    v = vectors[:, -1].numpy()
    return size * math.sqrt(float(values[-1])), v if max(v) > -min(v) else -v


def state_not_pulse(W, U, t):
    M = np.linalg.matrix_power(W, t - 1) @ U
    left, s, _ = np.linalg.svd(M)
    return s[0], upright(left[:, 0])


def column_of_Vt(W, U, t):
    _, s, Vt = np.linalg.svd(np.linalg.matrix_power(W, t - 1) @ U)
    return s[0], upright(Vt[:, 0])


def worst_at_once(W, U, t):
    pulse = worst_pulse(W, U, 1)[1]
    return np.linalg.norm(np.linalg.matrix_power(W, t - 1) @ U @ pulse), pulse


def radius_to_the_power(W, U, t):
    radius = np.abs(np.linalg.eigvals(W)).max()
    return radius ** (t - 1) * np.linalg.norm(U, 2), worst_pulse(W, U, t)[1]


def weakest_pulse(W, U, t):
    M = np.linalg.matrix_power(W, t - 1) @ U
    _, s, Vt = np.linalg.svd(M)
    return s[-1], upright(Vt[-1])


def W_entry_by_entry(W, U, t):
    _, s, Vt = np.linalg.svd(W ** (t - 1) @ U)
    return s[0], upright(Vt[0])


pulse_question = Question(
    "worst-pulse", points=3, answer="worst_pulse", parts=("factor", "pulse"),
    cases=[Group("typical", 2, pulse_cases), Group("edge", 1, pulse_edge_cases)], reference=worst_pulse,
    oracle=pulse_by_gram_matrix, tolerance=Tolerance(rtol=1e-6, atol=1e-200),
    covers=Covers(scales=("U",), defective=("W",)), forbid=FORBID,
    struck={
        f"{name}_and_W_transposed": "hangs on the basis that a kernel chooses for a null space"
        for name in ("column_of_Vt", "weakest_pulse")
    },
    mistakes=[
        Mistake(state_not_pulse, "The factor is right. This vector is the state that the worst pulse leaves at step t; "
                "asked is the pulse."),
        Mistake(column_of_Vt, "The factor is right. np.linalg.svd returns V already transposed: think again whether "
                "its columns or its rows are the directions."),
        Mistake(worst_at_once, "This pulse leaves the largest state after one step. What W stretches later need not be "
                "what U stretches first: let t steps act, then ask for the worst."),
        Mistake(lambda W, U, t: (np.linalg.norm(W, 2) ** (t - 1) * np.linalg.norm(U, 2), worst_pulse(W, U, t)[1]),
                "The pulse is right. Your factor is the bound, the product of norms: it is reached only if the "
                "direction stretched most is stretched most again.", name="norms_multiplied"),
        Mistake(radius_to_the_power, "The pulse is right. Your factor grows with the eigenvalues: they rule the long "
                "run, not the first steps."),
        Mistake(weakest_pulse, "This is the pulse that grows least. In which order are the values returned?"),
        Mistake(lambda W, U, t: (np.linalg.norm(np.linalg.matrix_power(W, t - 1) @ U), worst_pulse(W, U, t)[1]),
                "The pulse is right. np.linalg.norm of a matrix adds up all its directions unless you say which norm.",
                name="all_directions_together"),
        Mistake(W_entry_by_entry, "** raises each entry of W to the power. A power of a matrix is a product."),
    ],
    hints=(
        "Write h_1, h_2 and h_3 with x_1 alone. Which matrix takes the pulse to h_t?",
        "Among all vectors of length one, a matrix stretches most its leading right singular vector, and by the "
        "largest singular value.",
        "U_, s, Vt = np.linalg.svd(M) gives M = U_ @ diag(s) @ Vt: the directions that M stretches are the rows of Vt.",
    ),
)


# 3. three bounds and the truth ---------------------------------------------------------------------------------------


def bounds_case(rng, T, n, spread=1.5):
    return spread * rng.standard_normal((n, n)) / np.sqrt(n), rng.uniform(0.05, 1.0, (T, n))


def bounds_cases(rng):
    yield bounds_case(rng, 12, 4)
    yield bounds_case(rng, 30, 5, 2.0)


def bounds_edge_cases(rng):
    """One step; two, with small weights; one unit; more units than steps."""
    yield bounds_case(rng, 1, 3)
    yield bounds_case(rng, 2, 4, 1e-100)
    yield bounds_case(rng, 4, 2)
    yield bounds_case(rng, 5, 1)
    yield bounds_case(rng, 3, 7, 0.5)


def log_bounds(W, slopes):
    sigma = np.linalg.norm(W, 2)
    J = slopes[:, :, None] * W
    product = np.eye(len(W))
    for J_t in J:
        product = J_t @ product
    norms = np.linalg.norm(J, 2, axis=(1, 2))
    each = np.log(slopes.max(1) * sigma)
    return np.array([len(J) * np.log(sigma), each.sum(), np.log(norms).sum(), np.log(np.linalg.norm(product, 2))])


def bounds_by_autograd(W, slopes):
    """Oracle: Jacobians by autograd, of one step and of all; norms by torch's singular values."""
    W, slopes = torch.tensor(W), torch.tensor(slopes)

    def run(h, steps):
        for s in steps:
            h = s * (W @ h)
        return h

    def log_norm(matrix):
        return math.log(float(torch.linalg.svdvals(matrix)[0]))

    def jacobian(steps):
        return torch.autograd.functional.jacobian(lambda h: run(h, steps), torch.zeros(len(W), dtype=W.dtype))

    sigma = log_norm(W)
    each = [math.log(float(max(s))) + sigma for s in slopes]
    stepwise = [log_norm(jacobian([s])) for s in slopes]
    return np.array([len(slopes) * sigma, math.fsum(each), math.fsum(stepwise), log_norm(jacobian(list(slopes)))])


def _with(W, slopes, **changes):
    """The right answer with some of its four entries changed."""
    places = {"second": 1, "fourth": 3}
    answer = log_bounds(W, slopes)
    for name, value in changes.items():
        answer[places[name]] = value
    return answer


def radius_for_norm(W, slopes):
    change = np.log(np.abs(np.linalg.eigvals(W)).max()) - np.log(np.linalg.norm(W, 2))
    right = log_bounds(W, slopes)
    return right + np.array([len(slopes), len(slopes), 0, 0]) * change


def frobenius(W, slopes):
    J = slopes[:, :, None] * W
    product = np.eye(len(W))
    for J_t in J:
        product = J_t @ product
    log = np.log(np.linalg.norm(W))
    each = np.log(slopes.max(1)) + log
    return np.array(
        [len(J) * log, each.sum(), np.log(np.linalg.norm(J, axis=(1, 2))).sum(), np.log(np.linalg.norm(product))]
    )


def truth_by_radius(W, slopes):
    product = np.eye(len(W))
    for s in slopes:
        product = s[:, None] * W @ product
    return _with(W, slopes, fourth=np.log(np.abs(np.linalg.eigvals(product)).max()))


def slopes_forgotten(W, slopes):
    return _with(W, slopes, fourth=np.log(np.linalg.norm(np.linalg.matrix_power(W, len(slopes)), 2)))


bounds_question = Question(
    "log-bounds", points=3, answer="log_bounds",
    cases=[Group("typical", 2, bounds_cases), Group("edge", 1, bounds_edge_cases)], reference=log_bounds,
    oracle=bounds_by_autograd, forbid=FORBID,
    mistakes=[
        Mistake(radius_for_norm, "The spectral radius bounds no single step. The chapter's bound takes another measure "
                "of W."),
        Mistake(frobenius, "These are Frobenius norms, np.linalg.norm's choice for a matrix unless you ask for "
                "another. They bound too, and less closely; asked is the largest stretch."),
        Mistake(lambda W, slopes: _with(W, slopes, second=np.log(slopes.mean(1) * np.linalg.norm(W, 2)).sum()),
                "Only the second is wrong: a bound must hold for every direction, also for one that lies along the "
                "unit with the steepest slope. The mean promises less.", name="mean_slope"),
        Mistake(lambda W, slopes: _with(W, slopes, second=len(slopes) * np.log(slopes.max() * np.linalg.norm(W, 2))),
                "Only the second is wrong: you take one slope for all steps. Each step has a largest slope of its own.",
                name="one_slope_for_all"),
        Mistake(lambda W, slopes: _with(W, slopes, second=np.log(slopes.max(0) * np.linalg.norm(W, 2)).sum()),
                "Only the second is wrong: you take for each unit its largest slope over the steps. Asked is for each "
                "step the largest of its units.", name="largest_of_each_unit"),
        Mistake(truth_by_radius, "Only the fourth is wrong: this is the product's largest eigenvalue. How far can it "
                "stretch a vector?"),
        Mistake(slopes_forgotten, "Only the fourth is wrong: this is the product without the slopes, a power of W."),
    ],
    hints=(
        "Slope i of step t scales row i of W: in NumPy, slopes[t - 1][:, None] * W.",
        "The logarithm of a product is a sum: three of the four need no product of matrices at all.",
        "np.linalg.norm(A, 2) is the largest singular value; for the fourth, start from the identity and multiply "
        "each J_t from the left.",
    ),
)


# 4. the product of many transposed Jacobians -------------------------------------------------------------------------


def lengths_case(rng, T, B, n, size=1.0, low=0.2):
    W = size * rng.standard_normal((n, n)) / np.sqrt(n)
    return W, rng.uniform(low, 1.0, (T, B, n)), rng.standard_normal((B, n))


def lengths_cases(rng):
    """Lengths of an ordinary size; and of three sizes in one batch."""
    yield lengths_case(rng, 50, 2, 3, size=1.8)
    W, slopes, delta = lengths_case(rng, 9, 3, 4)
    yield W, slopes, delta * np.array([[1e-150], [1.0], [4e150]])


def lengths_far_cases(rng):
    """Beyond the largest double, and below the smallest; one step. Nothing is negative in the first, so that what
    overflows is infinite with every kernel: with signs it depends on the order of a sum where it is not a number.
    """
    W, slopes, delta = lengths_case(rng, 80, 2, 3, size=1e6)
    yield np.abs(W), slopes, np.abs(delta)
    yield lengths_case(rng, 70, 3, 2, size=1e-6)
    yield lengths_case(rng, 1, 2, 4)
    W, slopes, delta = lengths_case(rng, 2, 1, 1)
    yield W, slopes, 1e-151 * delta


def log_lengths(W, slopes, delta, *, do=RIGHT):
    T, B, _ = slopes.shape
    logs, total = np.empty((T + 1, B)), np.zeros(B)
    for t in range(T, -1, -1):
        length = np.linalg.norm(delta, axis=1)
        total = total + np.log(length)
        logs[t] = total
        delta = delta / length[:, None]
        if t:
            delta = do.back(W, delta, slopes[t - 1])
    return logs


def lengths_by_integers(W, slopes, delta):
    """Oracle: every sequence on its own in exact integers over a power of two, which neither overflow nor round."""
    T, B, n = slopes.shape
    weights, k = as_integers(W)
    logs = np.empty((T + 1, B))
    for b in range(B):
        d, exponent = as_integers(delta[b])
        logs[T, b] = _log_length(d, exponent)
        for t in range(T, 0, -1):
            s, j = as_integers(slopes[t - 1, b])
            d = [sum(weights[i * n + j] * s[i] * d[i] for i in range(n)) for j in range(n)]
            exponent += j + k
            logs[t - 1, b] = _log_length(d, exponent)
    return logs


def as_integers(values):
    """Integers m and an exponent k: the values are m / 2^k, exactly."""
    ratios = [float(value).as_integer_ratio() for value in values.ravel()]
    k = max(denominator.bit_length() - 1 for _, denominator in ratios)
    return [numerator * 2**k // denominator for numerator, denominator in ratios], k


def _log_length(d, k):
    return math.log(sum(v * v for v in d)) / 2 - k * math.log(2)


def _scaled_walk(slopes, delta, back, start=True, order=-1):
    """ln of the lengths, from the last to the first, where ``back(t, delta)`` goes one step back."""
    T, B, _ = slopes.shape
    logs = np.empty((T + 1, B))
    length = np.linalg.norm(delta, axis=1)
    total = np.log(length) * start
    logs[T] = total
    for t in range(T, 0, -1):
        delta = back(t, delta / length[:, None])
        length = np.linalg.norm(delta, axis=1)
        total = total + np.log(length)
        logs[t - 1] = total
    return logs if order == -1 else logs[::-1]


def multiplied_out(W, slopes, delta):
    T = len(slopes)
    deltas = np.empty((T + 1, *delta.shape))
    deltas[T] = delta
    with np.errstate(all="ignore"):
        for t in range(T, 0, -1):
            deltas[t - 1] = (deltas[t] * slopes[t - 1]) @ W
        return np.log(np.linalg.norm(deltas, axis=2))


def one_length_for_the_batch(W, slopes, delta):
    """np.linalg.norm without an axis: of all sequences together, at each step."""
    T, B, _ = slopes.shape
    logs, total = np.empty((T + 1, B)), 0.0
    for t in range(T, -1, -1):
        total += np.log(np.linalg.norm(delta))
        logs[t] = total
        delta = delta / np.linalg.norm(delta)
        if t:
            delta = (delta * slopes[t - 1]) @ W
    return logs


def lengths_themselves(W, slopes, delta):
    with np.errstate(all="ignore"):
        return np.exp(log_lengths(W, slopes, delta))


lengths_question = Question(
    "log-lengths", points=4, answer="log_lengths",
    cases=[Group("typical", 2, lengths_cases), Group("far", 2, lengths_far_cases)], reference=log_lengths,
    oracle=lengths_by_integers, tolerance=Tolerance(rtol=1e-8), covers=Covers(scales=("delta",)), forbid=FORBID,
    mistakes=[
        Mistake(multiplied_out, "Right until the product leaves the range of a double, here after some fifty steps. "
                "Its logarithm is an ordinary number: keep delta at an ordinary size, and keep account of what you "
                "divided by."),
        Mistake(lambda W, slopes, delta: _scaled_walk(slopes, delta, lambda t, d: d @ W),
                "The slopes are missing: this is the linear network.", name="no_slopes"),
        Mistake(lambda W, slopes, delta: _scaled_walk(slopes, delta, lambda t, d: (d * slopes[t - 1]) @ W, start=False),
                "All lengths are off by the same factor in each sequence: delta_T need not have length one.",
                name="start_taken_as_one"),
        Mistake(one_length_for_the_batch, "All sequences share one length: np.linalg.norm needs an axis, or it runs "
                "over the whole batch."),
        Mistake(lengths_themselves, "These are the lengths; asked are their natural logarithms."),
    ],
    hints=(
        "One step back, for rows: delta = (delta * slopes[t - 1]) @ W.",
        "ln |c v| = ln c + ln |v|: after each step, divide delta by its length and add the logarithm of that length to "
        "a running total.",
        "One length a sequence: np.linalg.norm(delta, axis=1), and delta / length[:, None].",
    ),
)


# 5. Euler's largest step ---------------------------------------------------------------------------------------------


def stable_system(rng, n):
    """A matrix with all eigenvalues to the left of the imaginary axis, most of them complex, at various distances."""
    A = rng.standard_normal((n, n))
    eigenvalues = np.linalg.eigvals(A)
    return A - (eigenvalues.real.max() + rng.uniform(0.2, 1.0)) * np.eye(n)


def euler_cases(rng):
    for S, n in ((2, 3), (3, 5)):
        yield (np.stack([stable_system(rng, n) for _ in range(S)]),)


def euler_edge_cases(rng):
    """A pure rotation, one growing direction, a growing rotation; one system; one unit; too few eigenvectors; slow and
    fast systems.
    """
    rotation = np.array([[0.0, -2.0], [2.0, 0.0]])
    yield (np.stack([rotation, np.diag([-1.0, 0.5]), rotation + 0.3 * np.eye(2), np.diag([-1.0, -4.0])]),)
    yield (stable_system(rng, 4)[None],)
    yield (-rng.uniform(0.5, 3.0, (3, 1, 1)),)
    turning = np.array([[-0.5, -3.0], [3.0, -0.5]])
    yield (np.stack([rng.uniform(0.5, 2.0) * turning, np.diag([-3.0, -0.2]), np.array([[-1.0, 6.0], [0.0, -1.0]])]),)
    for size in (1e-5, 1e5):
        yield (size * np.stack([stable_system(rng, 3) for _ in range(2)]),)


def largest_steps(A):
    eigenvalues = np.linalg.eigvals(A)
    limits = -2 * eigenvalues.real / np.abs(eigenvalues) ** 2
    return np.maximum(limits.min(1), 0)


def steps_by_search(A):
    """Oracle: halve the interval between a step at which the recurrence's spectral radius is at most one and another
    at which it is not; a system that is not stable at 1e-4 of its own time counts as never.
    """

    def stable(matrix, dt):
        return float(torch.linalg.eigvals(torch.eye(len(matrix)) + dt * torch.tensor(matrix)).abs().max()) <= 1

    limits = []
    for matrix in A:
        low, high = (dt / np.abs(matrix).max() for dt in (1e-4, 1e4))
        if not stable(matrix, low):
            limits.append(0.0)
            continue
        for _ in range(70):
            middle = (low + high) / 2
            low, high = (middle, high) if stable(matrix, middle) else (low, middle)
        limits.append(low)
    return np.array(limits)


def _limits(A, rule):
    with np.errstate(all="ignore"):
        limits = rule(np.linalg.eigvals(A))
    return np.maximum(limits.min(1), 0)


def real_parts_only(A):
    with np.errstate(divide="ignore"):
        return _limits(A, lambda z: np.where(z.real < 0, 2 / np.abs(z.real), 0))


def kindest_eigenvalue(A):
    z = np.linalg.eigvals(A)
    return np.maximum((-2 * z.real / np.abs(z) ** 2).max(1), 0)


def fastest_eigenvalue_decides(A):
    z = np.linalg.eigvals(A)
    fastest = np.take_along_axis(z, np.abs(z).argmax(1)[:, None], 1)
    return np.maximum((-2 * fastest.real / np.abs(fastest) ** 2)[:, 0], 0)


def slowest_eigenvalue_decides(A):
    z = np.linalg.eigvals(A)
    slowest = np.take_along_axis(z, z.real.argmax(1)[:, None], 1)
    return np.maximum((-2 * slowest.real / np.abs(slowest) ** 2)[:, 0], 0)


def negative_steps(A):
    z = np.linalg.eigvals(A)
    return (-2 * z.real / np.abs(z) ** 2).min(1)


def symmetric_part(A):
    z = np.linalg.eigvalsh((A + A.swapaxes(1, 2)) / 2)
    with np.errstate(divide="ignore"):
        return np.maximum((-2 / z).min(1), 0)


def lower_triangle_only(A):
    """np.linalg.eigvalsh on a matrix that is not symmetric: it reads half of it."""
    z = np.linalg.eigvalsh(A)
    with np.errstate(divide="ignore"):
        return np.maximum((-2 / z).min(1), 0)


euler_question = Question(
    "euler-steps", points=3, answer="largest_steps",
    cases=[Group("typical", 2, euler_cases), Group("edge", 1, euler_edge_cases)], reference=largest_steps,
    oracle=steps_by_search, covers=Covers(defective=("A",)), forbid=FORBID,
    mistakes=[
        Mistake(real_parts_only, "Right for real eigenvalues. A complex one lies off the axis, where the disc is "
                "narrower: its imaginary part costs as well."),
        Mistake(lambda A: _limits(A, lambda z: 2 / np.abs(z)),
                "Right for real, negative eigenvalues. The disc is not centred at zero, so the size of an eigenvalue "
                "does not tell whether it lies inside: its direction counts.", name="size_only"),
        Mistake(lambda A: _limits(A, lambda z: -2 * z.real / np.abs(z)),
                "Test a single unit with lambda = -4. The step has the unit of a time, one over that of lambda: yours "
                "has not.", name="square_forgotten"),
        Mistake(kindest_eigenvalue, "One eigenvalue is still inside. All of them must be."),
        Mistake(fastest_eigenvalue_decides, "You ask the eigenvalue of the largest size alone. A smaller one near the "
                "imaginary axis may leave first."),
        Mistake(slowest_eigenvalue_decides, "You ask the eigenvalue nearest to instability alone. Of the recurrence, "
                "another may leave first."),
        Mistake(negative_steps, "Right where a stable step exists. Where none does, the answer is 0, not a negative "
                "time."),
        Mistake(lambda A: 2 / np.linalg.norm(A, 2, axis=(1, 2)),
                "This asks the largest singular value. What grows in the end, eigenvalues decide.",
                name="step_of_the_norm"),
        Mistake(symmetric_part, "These are the eigenvalues of the symmetric part. A has others, and where it rotates "
                "they are complex."),
        Mistake(lower_triangle_only, "np.linalg.eigvalsh takes the matrix to be symmetric and reads one half of it. A "
                "need not be."),
    ],
    hints=(
        "For one eigenvalue lambda = p + iq, write out |1 + dt lambda|^2 <= 1.",
        "(1 + dt p)^2 + (dt q)^2 <= 1 is 2 p + dt (p^2 + q^2) <= 0, once a factor dt > 0 is divided out.",
        "So each eigenvalue allows dt <= -2 p / |lambda|^2, nothing if p >= 0; the system allows the smallest of "
        "these. np.linalg.eigvals takes the whole stack.",
    ),
)


# 6. the cliff, moved -------------------------------------------------------------------------------------------------


def cliff_case(rng, K, T, least=1.25):
    """Weights and starts on the repelling point, where a step multiplies by 1.25 to 1.6."""
    h0 = rng.uniform(0.15, 0.6, K) * rng.choice([-1, 1], K)
    return rng.uniform(least, 1.6, K) / (1 - h0**2), h0, T


def cliff_cases(rng):
    yield cliff_case(rng, 4, 12)
    yield cliff_case(rng, 3, 20)


def cliff_edge_cases(rng):
    """One step; two; the chapter's cliff, with the start at zero; starts far out; so many steps that rounding grows to
    the size of the state.
    """
    yield cliff_case(rng, 3, 1)
    yield cliff_case(rng, 2, 2)
    yield np.array([1.3, 1.5, 1.1]), np.zeros(3), 14
    w, h0, T = cliff_case(rng, 2, 16)
    yield np.append(w, 6.0), np.append(h0, -0.88), T
    yield cliff_case(rng, 3, 100, least=1.4)
    yield cliff_case(rng, 1, 5)


def cliff(w, h0, T):
    s = 1 - h0**2
    r = w * s
    return np.arctanh(h0) - w * h0, s * (r**T - 1) / (r - 1)


def cliff_by_search(w, h0, T):
    """Oracle: halve the interval of biases between one that ends below and one that ends above, where after 400 steps
    the start itself is the divide; there, the slope step by step, each step's own two derivatives by autograd.
    """
    positions, slopes = [], []
    for weight, start in zip(w.tolist(), h0.tolist()):
        low, high = -5.0, 5.0
        for _ in range(60):
            middle, h = (low + high) / 2, start
            for _ in range(400):
                h = math.tanh(weight * h + middle)
            low, high = (low, middle) if h > start else (middle, high)
        h, b = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (start, (low + high) / 2))
        by_state, by_bias = (d.item() for d in torch.autograd.grad(torch.tanh(weight * h + b), (h, b)))
        moved = 0.0
        for _ in range(T):
            moved = by_state * moved + by_bias
        positions.append(b.item())
        slopes.append(moved)
    return np.array(positions), np.array(slopes)


def last_slope_missing(w, h0, T):
    b, slope = cliff(w, h0, T)
    return b, slope / (1 - h0**2)


def power_alone(w, h0, T):
    r = w * (1 - h0**2)
    return cliff(w, h0, T)[0], r**T


def start_moved(w, h0, T):
    """The derivative by the start, not by the bias: the same, without the term that each step adds."""
    s = 1 - h0**2
    return cliff(w, h0, T)[0], s * (w * s) ** (T - 1)


def one_step_fewer(w, h0, T):
    return cliff(w, h0, T)[0], cliff(w, h0, T - 1)[1]


def slope_of_the_tanh_of_the_state(w, h0, T):
    """1 - tanh(h0)^2, as if h0 were a pre-activation."""
    s = 1 - np.tanh(h0) ** 2
    r = w * s
    return cliff(w, h0, T)[0], s * (r**T - 1) / (r - 1)


cliff_question = Question(
    "moved-cliff", points=3, answer="cliff", parts=("b", "slope"),
    cases=[Group("typical", 2, cliff_cases), Group("edge", 1, cliff_edge_cases)], reference=cliff,
    oracle=cliff_by_search, tolerance=Tolerance(rtol=1e-6, atol=1e-9), forbid=FORBID,
    mistakes=[
        Mistake(lambda w, h0, T: (h0 - w * h0, cliff(w, h0, T)[1]),
                "The slope is right. This b is what a linear unit needs to stay at h_0; yours squashes: what must its "
                "pre-activation be?", name="linearised"),
        Mistake(lambda w, h0, T: (-w * h0, cliff(w, h0, T)[1]),
                "The slope is right. With this b the unit goes to zero in one step, since its pre-activation vanishes; "
                "it should stay where it is.", name="squashing_forgotten"),
        Mistake(lambda w, h0, T: (np.tanh(h0) - w * h0, cliff(w, h0, T)[1]),
                "The slope is right. h_0 = tanh(a) asks for the pre-activation a: which function undoes tanh?",
                name="squashed_twice"),
        Mistake(last_slope_missing, "The position is right. Your slope is off by one factor: at the last step too, "
                "what arrives passes through tanh."),
        Mistake(power_alone, "The position is right. This is dh_T/dh_0. The bias acts at every step, so there is one "
                "term for each."),
        Mistake(start_moved, "The position is right. Your slope has the bias act at the first step alone. It acts at "
                "every one."),
        Mistake(slope_of_the_tanh_of_the_state, "The position is right. In the slope you squash h_0 again: a state is "
                "tanh of something already."),
    ],
    hints=(
        "The unit stays at h_0 for ever if one step leaves it there: h_0 = tanh(w h_0 + b). Solve for b.",
        "With v_t = dh_t/db, every step has the same slope s = 1 - h_0^2: v_t = s (w v_{t-1} + 1), v_0 = 0.",
        "With r = w s this is v_T = s (1 + r + .. + r^{T-1}), a geometric series.",
    ),
)


# 7. by hand ----------------------------------------------------------------------------------------------------------


def by_hand():
    """t a^(t-1) c is largest at the first t with (t + 1) a < t; the last power of 1.7 below 2^128 is the 167th."""
    return {"peak": 3, "corner": 7.35, "overflow": 168}


def by_computer():
    """Oracle: the powers themselves, and single precision."""
    A = np.array([[0.7, 5.0], [0.0, 0.7]])
    corners = [np.linalg.matrix_power(A, t)[0, 1] for t in range(1, 40)]
    value, step = np.float32(1), 0
    with np.errstate(over="ignore"):
        while np.isfinite(value):
            value, step = value * np.float32(1.7), step + 1
    return {"peak": int(np.argmax(corners)) + 1, "corner": float(max(corners)), "overflow": step}


hand_question = Question(
    "growth-by-hand", points=2, answer="growth", kind="value", reference=by_hand, oracle=by_computer,
    tolerance=Tolerance(rtol=1e-4, atol=0.0),
    mistakes=[
        Mistake({**by_hand(), "peak": 1, "corner": 5.0}, "The overflow is right. The corner does not fall from the "
                "start although a < 1: compute it for t = 2.", name="falls_from_the_start"),
        Mistake({**by_hand(), "peak": 2, "corner": 7.0}, "The overflow is right. You are one step early: -1/ln a is "
                "2.8, and the steps are whole numbers. Compare the two nearest.", name="peak_rounded_down"),
        Mistake({**by_hand(), "corner": 5.145}, "Peak and overflow are right. The corner has one factor of a too many: "
                "in A^1 it is c itself.", name="one_factor_too_many"),
        Mistake({**by_hand(), "corner": 2.45}, "Peak and overflow are right. The corner is a sum of as many equal "
                "terms as there are steps: where in the product can c stand?", name="one_path_only"),
        Mistake({**by_hand(), "overflow": 167}, "Peak and corner are right. At this step the value is still finite: "
                "asked is the first at which it is not.", name="last_finite"),
        Mistake({**by_hand(), "overflow": math.log(3.4028e38) / math.log(1.7)}, "Peak and corner are right. Steps are "
                "whole numbers: which is the first one after this moment?", name="not_whole"),
        Mistake({**by_hand(), "overflow": 73}, "Peak and corner are right. Two logarithms of different bases are "
                "mixed.", name="bases_mixed"),
        Mistake({**by_hand(), "overflow": 1338}, "Peak and corner are right. That is where double precision ends; "
                "asked is single precision.", name="double_precision"),
    ],
    hints=(
        "The chapter gives the power of such a matrix: the corner is t c a^(t-1). Tabulate it for t = 1, 2, 3, 4.",
        "1.7^t > 3.4028e38 means t > ln(3.4028e38)/ln 1.7, and t is a whole number.",
        "ln(3.4028e38) = 88.72 and ln 1.7 = 0.5306.",
    ),
)

QUESTIONS = [
    linear_question, pulse_question, bounds_question, lengths_question,
    euler_question, cliff_question, hand_question,
]
