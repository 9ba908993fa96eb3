"""Questions of the notebook 04_vanishing: cases, reference answers, oracles and the mistakes people make.

The references multiply slopes and weights. The oracles differentiate by autograd, fit by Python's own statistics, find
a root by another road, or count in fractions.
"""

import math
from fractions import Fraction
from functools import cache, partial
from statistics import geometric_mean, linear_regression

import numpy as np
import torch

from rnngrade import Covers, Group, Mistake, Question, Tolerance
from rnngrade.authoring.dealt import dealing, two_exchanged
from rnngrade.slips import RIGHT

DOUBLE = torch.float64
FORBID = ("torch", "rnnlib")


def draw_orthogonal(rng, n):
    Q, R = np.linalg.qr(rng.standard_normal((n, n)))
    return Q * np.sign(np.diag(R))


# 1. slope and horizon ------------------------------------------------------------------------------------------------


def decay_case(rng, T, R, rate, threshold, wave=0.0):
    """R runs, of different sizes, rates and accidents; a wave makes them cross a threshold more than once."""
    lag = np.arange(T)[:, None]
    walk = 0.25 * rng.standard_normal((T, R)).cumsum(0)
    logs = 1.5 * rng.standard_normal(R) + rate * rng.uniform(0.7, 1.3, R) * lag + walk + wave * np.sin(1.3 * lag)
    return np.exp(logs), threshold


def decay_cases(rng):
    yield decay_case(rng, 60, 5, -0.25, 1e-3)
    yield decay_case(rng, 40, 3, -0.3, 1e-2, wave=1.5)
    yield decay_case(rng, 50, 4, -0.2, 1e-2, wave=1.5)


def decay_edge_cases(rng):
    """Never below, growing and slowly decaying; a single run; two lags; exactly the fraction, which is not below it;
    lengths whose product no double holds.
    """
    yield decay_case(rng, 12, 3, 0.3, 1e-3)
    yield decay_case(rng, 15, 4, -0.1, 1e-6)
    yield decay_case(rng, 30, 1, -0.5, math.exp(-1), wave=1.0)
    yield np.array([[4.0, 8.0, 2.0], [1.0, 0.5, 0.03]]), 0.2
    yield np.array([[1.0, 1.0], [0.75, 0.75], [0.5, 0.5], [0.25, 0.25]]), 0.5
    for size in (1e-153, 1e150):
        lengths, threshold = decay_case(rng, 9, 5, -0.6, 0.1)
        yield size * lengths, threshold


def decay(lengths, threshold):
    logs = np.log(lengths).mean(1)
    rate = np.polyfit(np.arange(len(logs)), logs, 1)[0]
    below = np.flatnonzero(logs - logs[0] < np.log(threshold))
    return rate, below[0] if below.size else np.inf


def decay_by_statistics(lengths, threshold):
    """Oracle: the standard library's geometric mean and regression, and a loop."""
    means = [geometric_mean(row) for row in lengths.tolist()]
    rate = linear_regression(range(len(means)), [math.log(mean) for mean in means]).slope
    return rate, next((float(lag) for lag, mean in enumerate(means) if mean < threshold * means[0]), math.inf)


def _first_below(means, threshold):
    below = np.flatnonzero(means < threshold * means[0])
    return below[0] if below.size else np.inf


def _of_means(means, threshold):
    return np.polyfit(np.arange(len(means)), np.log(means), 1)[0], _first_below(means, threshold)


def from_end_to_end(lengths, threshold):
    logs = np.log(lengths).mean(1)
    return (logs[-1] - logs[0]) / (len(logs) - 1), decay(lengths, threshold)[1]


def threshold_absolute(lengths, threshold):
    below = np.flatnonzero(np.log(lengths).mean(1) < np.log(threshold))
    return decay(lengths, threshold)[0], below[0] if below.size else np.inf


def last_crossing(lengths, threshold):
    logs = np.log(lengths).mean(1)
    above = np.flatnonzero(logs - logs[0] >= np.log(threshold))
    return decay(lengths, threshold)[0], above[-1] + 1 if above[-1] + 1 < len(logs) else np.inf


def from_the_rate(lengths, threshold):
    rate, _ = decay(lengths, threshold)
    return rate, np.log(threshold) / rate


def from_the_rate_to_a_whole_lag(lengths, threshold):
    rate, horizon = from_the_rate(lengths, threshold)
    return rate, np.ceil(horizon)


def never_is_zero(lengths, threshold):
    """np.argmax of a mask that is False throughout."""
    logs = np.log(lengths).mean(1)
    return decay(lengths, threshold)[0], np.argmax(logs - logs[0] < np.log(threshold))


def never_is_T(lengths, threshold):
    rate, horizon = decay(lengths, threshold)
    return rate, min(horizon, len(lengths))


decay_question = Question(
    "decay", points=3, answer="decay", parts=("rate", "horizon"),
    cases=[Group("typical", 2, decay_cases), Group("edge", 1, decay_edge_cases)], reference=decay,
    oracle=decay_by_statistics,
    covers=Covers(
        scales=("lengths",), meets=lambda lengths, threshold: (lengths[min(2, len(lengths) - 1), 0], threshold)
    ),
    forbid=FORBID,
    mistakes=[
        Mistake(lambda lengths, threshold: _of_means(lengths.mean(1), threshold),
                "These are ordinary means over the runs, which the few longest lead. Gradients vary by factors.",
                name="arithmetic_mean"),
        Mistake(lambda lengths, threshold: _of_means(np.median(lengths, axis=1), threshold),
                "This is the median over the runs; asked is the geometric mean.", name="median"),
        Mistake(lambda lengths, threshold: _of_means(lengths[:, 0], threshold),
                "You read one run. The geometric mean is taken over all of them.", name="first_run_only"),
        Mistake(from_end_to_end, "The horizon is right. Your rate joins the first lag to the last and ignores all "
                "others; asked is the least-squares line through all."),
        Mistake(threshold_absolute, "The rate is right. The threshold is a fraction of the length at lag 0, not a "
                "length of its own."),
        Mistake(last_crossing, "The rate is right. The length falls below the threshold more than once: asked is the "
                "first time."),
        Mistake(from_the_rate, "The rate is right. You predict the horizon from the line; asked is the lag at which "
                "the data cross."),
        Mistake(from_the_rate_to_a_whole_lag, "The rate is right. You predict the horizon from the line; asked is the "
                "lag at which the data cross."),
        Mistake(never_is_zero, "Right where the threshold is reached. Where it is not, np.argmax of nothing but False "
                "is 0, the shortest horizon of all."),
        Mistake(never_is_T, "Right where the threshold is reached. Where it is not, the data do not know the horizon: "
                "it is infinite for them."),
    ],
    hints=(
        "The logarithm of a geometric mean is the mean of the logarithms.",
        "np.polyfit(lag, logs, 1) returns slope and intercept of the least-squares line.",
        "Below the threshold means logs - logs[0] < log(threshold); np.flatnonzero gives the lags at which that holds, "
        "perhaps none.",
    ),
)


# 2. where a unit settles --------------------------------------------------------------------------------------------


def settled_cases(rng):
    yield rng.uniform(0.3, 0.95, 3), rng.uniform(0.1, 1.5, 3) * rng.choice([-1, 1], 3)
    yield np.append(rng.uniform(1.1, 2.0, 3), 1.0), rng.uniform(0.05, 0.6, 4) * rng.choice([-1, 1], 4)


def settled_edge_cases(rng):
    """Quiet inputs, on which a unit settles slowly, or far away; one unit; loud ones, and the weakest and strongest."""
    yield np.array([1.0, 1.0, 1.0, 1.5]), np.array([1e-9, -3e-6, 1e-3, -1e-8])
    yield rng.uniform(0.5, 1.5, 1), rng.uniform(-2, -1, 1)
    yield rng.uniform(0.5, 1.5, 2), rng.uniform(0.01, 0.1, 2)
    yield np.array([0.1, 3.0, 0.999, 1.001, 2.5]), np.array([3.0, -0.01, 1e-7, 1e-7, 1e-9])


def settled(w, x):
    low, high = np.zeros_like(x), np.ones_like(x)
    for _ in range(100):
        middle = (low + high) / 2
        below = np.tanh(w * middle + np.abs(x)) > middle
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.sign(x) * middle, -1 / np.log(w * (1 - middle**2))


def settled_by_newton(w, x):
    """Oracle: Newton's method for the pre-activation, from above, with the derivative of a step by autograd."""
    states, memories = [], []
    for weight, size in zip(w.tolist(), np.abs(x).tolist()):
        a = weight + size
        for _ in range(200):
            a -= (a - weight * math.tanh(a) - size) / (1 - weight / math.cosh(a) ** 2)
        h = torch.tensor(math.tanh(a), dtype=DOUBLE, requires_grad=True)
        [slope] = torch.autograd.grad(torch.tanh(weight * h + size), h)
        states.append(h.item())
        memories.append(-1 / math.log(slope.item()))
    return np.copysign(states, x), np.array(memories)


def thousand_steps(w, x):
    h = np.zeros_like(x)
    for _ in range(1000):
        h = np.tanh(w * h + x)
    with np.errstate(divide="ignore"):
        return h, -1 / np.log(w * (1 - h**2))


def _with_factor(w, x, factor):
    h = settled(w, x)[0]
    with np.errstate(all="ignore"):
        return h, -1 / np.log(factor(h))


def linear_unit(w, x):
    with np.errstate(all="ignore"):
        return x / (1 - w), -1 / np.log(w)


def factor_itself(w, x):
    h, _ = settled(w, x)
    return h, w * (1 - h**2)


settled_question = Question(
    "settled-unit", points=3, answer="settled", parts=("state", "memory"),
    cases=[Group("typical", 2, settled_cases), Group("edge", 1, settled_edge_cases)], reference=settled,
    oracle=settled_by_newton, forbid=FORBID,
    mistakes=[
        Mistake(thousand_steps, "Right for loud inputs. On quiet ones the unit has not settled when your loop ends: it "
                "needs as many steps as it remembers, and many times that for six digits. Solve the equation instead."),
        Mistake(lambda w, x: _with_factor(w, x, lambda h: w * (1 - np.tanh(h) ** 2)),
                "The state is right. Your slope squashes it again: h is tanh of something already.",
                name="squashed_twice"),
        Mistake(lambda w, x: _with_factor(w, x, lambda h: 1 - h**2),
                "The state is right. A deviation crosses the weight as well as tanh.", name="weight_forgotten"),
        Mistake(lambda w, x: _with_factor(w, x, lambda h: w),
                "The state is right. This is the memory of a linear unit: the slope of tanh is missing.",
                name="weight_alone"),
        Mistake(lambda w, x: _with_factor(w, x, lambda h: w * (1 - np.tanh(x) ** 2)),
                "The state is right. The slope belongs to the whole pre-activation, w h + x, not to the input alone.",
                name="slope_of_the_input"),
        Mistake(linear_unit, "This is where a linear unit settles, if it does. Yours squashes."),
        Mistake(factor_itself, "The state is right. This is what one step leaves; asked is after how many steps it is "
                "1/e."),
    ],
    hints=(
        "In the settled state h = tanh(w h + |x|): one equation for one number between 0 and 1. The sign is that of x.",
        "tanh(w h + |x|) - h is positive at 0, negative at 1, and changes its sign once: halve the interval.",
        "After tau steps (w (1 - h^2))^tau = 1/e: tau = -1 / ln(w (1 - h^2)).",
    ),
)


# 3. near and far -----------------------------------------------------------------------------------------------------


def shares_case(rng, T, B, n, lag):
    W = rng.standard_normal((n, n)) / np.sqrt(n)
    h = np.tanh(rng.standard_normal((T + 1, B, n)))
    return W, h, rng.standard_normal((B, n)), lag, float(rng.uniform(0.05, 0.5))


def shares_cases(rng):
    yield shares_case(rng, 8, 3, 4, 3)
    yield shares_case(rng, 6, 2, 5, 2)


def shares_edge_cases(rng):
    """The last step alone is near; the first alone is far; nothing is far."""
    yield shares_case(rng, 5, 4, 3, 1)
    yield shares_case(rng, 5, 2, 3, 4)
    yield shares_case(rng, 4, 3, 2, 4)
    yield shares_case(rng, 1, 3, 2, 1)
    yield shares_case(rng, 2, 1, 1, 1)


def _parts(W, h, delta):
    """G_0, G_1, .. from the last step back."""
    parts = []
    for t in range(len(h) - 1, 0, -1):
        g = delta * (1 - h[t] ** 2)
        parts.append(g.T @ h[t - 1])
        delta = g @ W
    return np.array(parts)


def near_and_far(W, h, delta, lag, rate, *, do=RIGHT):
    parts = []
    for t in range(len(h) - 1, 0, -1):
        slope = do.slope(h[t], h[t - 1])
        parts.append((slope * delta).T @ do.before(h)[t - 1])
        delta = do.back(W, delta, slope)
    parts = np.array(parts)
    near, far = -rate * parts[:lag].sum(0), -rate * parts[lag:].sum(0)
    return near, far, np.linalg.norm(far) / np.linalg.norm(near)


def shares_by_autograd(W, h, delta, lag, rate):
    """Oracle: a copy of W for every step, each with a gradient of its own, through a network whose biases place it on
    the given states.
    """
    T = len(h) - 1
    copies = [torch.tensor(W, requires_grad=True) for _ in range(T)]
    state = torch.tensor(h[0])
    for t in range(1, T + 1):
        b = torch.atanh(torch.tensor(h[t])) - torch.tensor(h[t - 1]) @ torch.tensor(W).T
        state = torch.tanh(state @ copies[t - 1].T + b)
    gradients = torch.autograd.grad((state * torch.tensor(delta)).sum(), copies)
    steps = [-rate * gradient.numpy() for gradient in gradients]
    near = np.add.reduce([step for t, step in enumerate(steps, 1) if T - t < lag])
    far = np.add.reduce([np.zeros_like(W), *(step for t, step in enumerate(steps, 1) if T - t >= lag)])
    return near, far, math.sqrt(np.sum(far**2) / np.sum(near**2))


def _split(near, far):
    with np.errstate(all="ignore"):
        return near, far, np.linalg.norm(far) / np.linalg.norm(near)


def counted_from_the_start(W, h, delta, lag, rate):
    """The first steps of the sequence taken for the near ones."""
    parts = -rate * _parts(W, h, delta)[::-1]
    return _split(parts[:lag].sum(0), parts[lag:].sum(0))


def exchanged(W, h, delta, lag, rate):
    near, far, ratio = near_and_far(W, h, delta, lag, rate)
    with np.errstate(all="ignore"):
        return far, near, np.divide(1.0, ratio)


def ratio_upside_down(W, h, delta, lag, rate):
    near, far, ratio = near_and_far(W, h, delta, lag, rate)
    with np.errstate(all="ignore"):
        return near, far, np.divide(1.0, ratio)


def rate_in_the_ratio(W, h, delta, lag, rate):
    near, far, ratio = near_and_far(W, h, delta, lag, rate)
    return near, far, rate * ratio


def share_of_the_whole(W, h, delta, lag, rate):
    near, far, _ = near_and_far(W, h, delta, lag, rate)
    return near, far, np.linalg.norm(far) / np.linalg.norm(near + far)


def norms_added(W, h, delta, lag, rate):
    parts = -rate * _parts(W, h, delta)
    near, far, _ = near_and_far(W, h, delta, lag, rate)
    norms = np.linalg.norm(parts, axis=(1, 2))
    return near, far, norms[lag:].sum() / norms[:lag].sum()


def largest_stretch(W, h, delta, lag, rate):
    near, far, _ = near_and_far(W, h, delta, lag, rate)
    return near, far, np.linalg.norm(far, 2) / np.linalg.norm(near, 2)


def slope_left_out(W, h, delta, lag, rate):
    """g_t without the slope in the part, with it on the way back."""
    parts = []
    for t in range(len(h) - 1, 0, -1):
        parts.append(delta.T @ h[t - 1])
        delta = (delta * (1 - h[t] ** 2)) @ W
    parts = -rate * np.array(parts)
    return _split(parts[:lag].sum(0), parts[lag:].sum(0))


def slope_left_out_on_the_way_back(W, h, delta, lag, rate):
    """g_t with the slope in the part, delta_{t-1} = W^T delta_t."""
    parts = []
    for t in range(len(h) - 1, 0, -1):
        parts.append((delta * (1 - h[t] ** 2)).T @ h[t - 1])
        delta = delta @ W
    parts = -rate * np.array(parts)
    return _split(parts[:lag].sum(0), parts[lag:].sum(0))


def never_sent_back(W, h, delta, lag, rate):
    """delta_T at every step."""
    parts = -rate * np.array([(delta * (1 - h[t] ** 2)).T @ h[t - 1] for t in range(len(h) - 1, 0, -1)])
    return _split(parts[:lag].sum(0), parts[lag:].sum(0))


shares_question = Question(
    "near-and-far", points=4, answer="near_and_far", parts=("near", "far", "ratio"),
    cases=[Group("typical", 2, shares_cases), Group("edge", 2, shares_edge_cases)], reference=near_and_far,
    oracle=shares_by_autograd, forbid=FORBID,
    mistakes=[
        Mistake(counted_from_the_start, "You count from the start of the sequence. The lag is the distance from the "
                "loss, at the last step."),
        Mistake(exchanged, "Near and far are exchanged: lag 0 is the step next to the loss."),
        Mistake(ratio_upside_down, "Both changes are right. The ratio is far over near."),
        Mistake(rate_in_the_ratio, "Both changes are right. Your ratio holds the rate: which of the two changes "
                "contains it, one or both?"),
        Mistake(share_of_the_whole, "Both changes are right. The ratio compares far with near, not with the whole "
                "gradient."),
        Mistake(norms_added, "Both changes are right. The parts are added as matrices and may cancel; you add their "
                "norms."),
        Mistake(largest_stretch, "Both changes are right. Your norm is the largest singular value; asked is "
                "Frobenius's."),
        Mistake(slope_left_out, "The way back is right. In each part, delta must pass through tanh before it meets W."),
        Mistake(slope_left_out_on_the_way_back, "Lag 0 is right. On the way back, too, delta passes through tanh "
                "before it meets W: it takes J_t^T."),
        Mistake(never_sent_back, "Lag 0 is right. You use delta_T at every step: it must be sent back, one transposed "
                "Jacobian a step."),
    ],
    hints=(
        "With g = delta * (1 - h[t]**2), the use of W at step t contributes g.T @ h[t - 1], summed over the batch.",
        "Then one step back: delta = g @ W. Start at t = T, which is lag 0.",
        "near is -rate times the sum of the first `lag` parts. np.linalg.norm of a matrix is the Frobenius norm.",
    ),
)


# 4. distant contact --------------------------------------------------------------------------------------------------


def contact_case(rng, T, d, n, i, j, gain=1.0):
    W = gain * draw_orthogonal(rng, n)
    x = 0.15 * rng.standard_normal((T, d))
    return W, rng.standard_normal((n, d)), 0.05 * rng.standard_normal(n), x, i, j


def contact_cases(rng):
    yield contact_case(rng, 12, 2, 4, 3, 9)
    yield contact_case(rng, 20, 4, 3, 5, 18, gain=1.1)


def contact_edge_cases(rng):
    """A place with itself; the next; the first with the last; the future with the past; 190 steps apart."""
    yield contact_case(rng, 6, 3, 4, 4, 4)
    yield contact_case(rng, 5, 2, 3, 1, 2)
    yield contact_case(rng, 7, 2, 5, 7, 3)
    yield contact_case(rng, 1, 1, 3, 1, 1)
    yield contact_case(rng, 2, 3, 1, 1, 2)
    yield contact_case(rng, 200, 3, 2, 10, 200, gain=1.05)


def contact(W, U, b, x, i, j, *, do=RIGHT):
    h, J = np.zeros(len(b)), np.zeros(U.T.shape)
    for t in range(1, j + 1):
        before, h = h, np.tanh(W @ h + U @ x[t - 1] + b)
        slope = do.slope(h, before)
        J = slope * U.T if t == i else do.forth(W, J, slope)
    return J.T


def contact_by_autograd(W, U, b, x, i, j):
    """Oracle: torch's Jacobian of the state h_j in all inputs."""
    W, U, b = (torch.tensor(a) for a in (W, U, b))

    def state(inputs):
        h = torch.zeros(len(b), dtype=DOUBLE)
        for x_t in inputs[:j]:
            h = torch.tanh(W @ h + U @ x_t + b)
        return h

    return torch.autograd.functional.jacobian(state, torch.tensor(x))[:, i - 1].numpy()


def _slopes(W, U, b, x):
    h, slopes = np.zeros(len(b)), []
    for x_t in x:
        h = np.tanh(W @ h + U @ x_t + b)
        slopes.append(1 - h**2)
    return np.array(slopes)


def _chain(W, start, slopes):
    for slope in slopes:
        start = slope[:, None] * (W @ start)
    return start


def product_reversed(W, U, b, x, i, j):
    if i > j:
        return np.zeros(U.shape)
    s = _slopes(W, U, b, x)
    product = np.eye(len(b))
    for slope in s[i:j]:
        product = product @ (slope[:, None] * W)
    return product @ (s[i - 1][:, None] * U)


def future_reaches_back(W, U, b, x, i, j):
    """A loop that does not run leaves the product at its start."""
    s = _slopes(W, U, b, x)
    return _chain(W, s[i - 1][:, None] * U, s[i:j])


def one_step_too_many(W, U, b, x, i, j):
    """From J_i on, in front of what x_i did to h_i."""
    s = _slopes(W, U, b, x)
    return np.zeros(U.shape) if i > j else _chain(W, s[i - 1][:, None] * U, s[i - 1 : j])


def state_of_the_step_before(W, U, b, x, i, j):
    """dh_j/dh_{i-1} U: the input treated as if it came in with the state before."""
    s = _slopes(W, U, b, x)
    return np.zeros(U.shape) if i > j else _chain(W, U, s[i - 1 : j])


def last_step_missing(W, U, b, x, i, j):
    s = _slopes(W, U, b, x)
    return np.zeros(U.shape) if i > j else _chain(W, s[i - 1][:, None] * U, s[i : max(i, j - 1)])


def places_from_zero(W, U, b, x, i, j):
    """i and j taken as indices into x; the last one, beyond the end, taken as the end."""
    T = len(x)
    return contact(W, U, b, x, min(i + 1, T), min(j + 1, T))


contact_question = Question(
    "contact", points=4, answer="contact",
    cases=[Group("typical", 2, contact_cases), Group("edge", 2, contact_edge_cases)], reference=contact,
    oracle=contact_by_autograd, tolerance=Tolerance(rtol=1e-6, atol=1e-30), forbid=FORBID,
    mistakes=[
        Mistake(product_reversed, "The Jacobians are multiplied in the wrong order: which one acts on a change first?"),
        Mistake(future_reaches_back, "Right where i is at most j. Where it is not, your loop does not run, and what is "
                "left is what the input did to its own step. Can a state depend on an input that has not been read?"),
        Mistake(lambda W, U, b, x, i, j: contact(W, U, b, x, min(i, j), max(i, j)),
                "Right where i is at most j. The net reads in one direction: can a state depend on a later input?",
                name="both_ways"),
        Mistake(lambda W, U, b, x, i, j: np.zeros(U.shape) if i > j else _chain(W, U, _slopes(W, U, b, x)[i:j]),
                "One slope is missing: on its way into h_i, what x_i brings passes through tanh as well.",
                name="first_slope_missing"),
        Mistake(one_step_too_many, "One Jacobian too many: between h_i and h_j lie those of the steps i + 1 to j."),
        Mistake(state_of_the_step_before, "x_i enters at step i with U; you send it through W in that step too."),
        Mistake(last_step_missing, "The last Jacobian is missing: the step that makes h_j counts."),
        Mistake(places_from_zero, "i and j count from 1, like the steps: x_i is x[i - 1]."),
    ],
    hints=(
        "At step i itself, dh_i/dx_i = diag(1 - h_i^2) U. Each later step multiplies by its Jacobian from the left.",
        "Run the network from h_0 = 0 and carry the matrix along: J = (1 - h**2)[:, None] * (W @ J).",
        "h_j has read x_1 to x_j and nothing else.",
    ),
)


# 5. the spread that reaches far enough -------------------------------------------------------------------------------


def rate_by_hermite(g, s, order=60):
    """Growth of the gradient a step in nats, by Gauss-Hermite quadrature."""
    z, weight = np.polynomial.hermite_e.hermegauss(order)
    weight = weight / weight.sum()
    q = 1.0
    for _ in range(400):
        q = g**2 * (weight @ np.tanh(np.sqrt(q) * z) ** 2) + s**2
    return math.log(g) + 0.5 * math.log(weight @ (1 - np.tanh(np.sqrt(q) * z) ** 2) ** 2)


def rate_by_sum(g, s):
    """The same, as the notebook computes it."""
    z = np.linspace(-8, 8, 401)
    bell = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
    q = 1.0
    for _ in range(300):
        q = g**2 * (bell @ np.tanh(np.sqrt(q) * z) ** 2) + s**2
    slope = 1 - np.tanh(np.sqrt(q) * z) ** 2
    return np.log(g) + 0.5 * np.log(bell @ slope**2)


@cache
def spread_for(rate, s=0.2):
    """Halve the interval of spreads between one that decays too fast and one that does not."""
    low, high = 0.5, 2.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if rate_by_sum(middle, s) < rate else (low, middle)
    return (low + high) / 2


def needed_spread():
    return spread_for(-math.log(1000) / 190)


@cache
def needed_by_secants():
    """Oracle: another quadrature and another root finder."""
    target, a, b = -math.log(1000) / 190, 1.0, 1.1
    fa, fb = rate_by_hermite(a, 0.2) - target, rate_by_hermite(b, 0.2) - target
    while abs(b - a) > 1e-10:
        a, fa, b = b, fb, b - fb * (b - a) / (fb - fa)
        fb = rate_by_hermite(b, 0.2) - target
    return b


spread_question = Question(
    "needed-spread", points=2, answer="spread", kind="value", reference=needed_spread, oracle=needed_by_secants,
    tolerance=Tolerance(rtol=1e-4, atol=0.0),
    mistakes=[
        Mistake(lambda: math.exp(-math.log(1000) / 190),
                "This is the answer for a linear network, or for a silent input: squashing a signal costs something at "
                "every step, and g must pay for it.", name="linear_network"),
        Mistake(lambda: spread_for(-math.log(1000) / 200),
                "How many Jacobians lie between the states of steps 10 and 200?", name="two_hundred_factors"),
        Mistake(lambda: spread_for(-3 / 190),
                "The rate is in nats: a thousandth is not three of them.", name="decades_for_nats"),
        Mistake(lambda: spread_for(-1 / 190),
                "This horizon is for a threshold of 1/e; asked is a thousandth.", name="another_threshold"),
        Mistake(lambda: spread_for(0.0),
                "With this spread the gradient neither grows nor shrinks. Less is asked: a thousandth may be left.",
                name="no_decay_at_all"),
        Mistake(lambda: needed_spread() / 16,
                "You give the weights' standard deviation for 256 units; asked is g, which is sqrt(n) times that.",
                name="standard_deviation"),
    ],
    hints=(
        "190 steps multiply by exp(190 rate). Which rate makes that a thousandth?",
        "Plot predicted_rate(g, 0.2) over g from 0.9 to 1.2, and read off roughly where it takes that value.",
        "It rises with g, so halve an interval: forty halvings are plenty.",
    ),
)


# 6. look-alikes -----------------------------------------------------------------------------------------------------

LABELS = ("healthy", "short cut", "vanishing", "rate too small", "wrong targets")
DEAL = 3


def as_read():
    """From the numbers."""
    return {
        "A": "wrong targets",
        "B": "vanishing",
        "C": "short cut",
        "D": "rate too small",
        "E": "healthy",
    }


_exchanged = partial(two_exchanged, as_read())

logs_question = Question(
    "look-alikes", points=2, answer="diagnosis", kind="choice", reference=as_read, oracle=dealing(LABELS, DEAL),
    mistakes=[
        _exchanged("healthy", "short cut", "Both losses fall. One of the two networks cannot have heard the first "
                   "input."),
        _exchanged("short cut", "vanishing", "Neither hears the first input. One of them answers rightly all the "
                   "same."),
        _exchanged("vanishing", "rate too small", "Neither loss moves. One of the two would move if only it took "
                   "longer steps: which one hears the first input?"),
        _exchanged("vanishing", "wrong targets", "Neither learns. In one the first input is heard at the loss, and is "
                   "of no use there."),
        _exchanged("rate too small", "wrong targets", "Both hear the first input, and neither learns. One of the two "
                   "gradients would become smaller if it were followed; whose has been followed already?"),
        _exchanged("healthy", "wrong targets", "A gradient that reaches the first input is no proof of learning. The "
                   "loss is."),
    ],
    hints=(
        "Make a table: does the loss fall or stay, does |delta| fade or not? Four boxes for five programs.",
        "A network that does not hear the first input, and yet answers rightly, has seen the number elsewhere.",
        "Two hear and do not learn. If nothing can be learnt, the gradient is soon small: what is left is noise. If "
        "the steps are too small, it stays what it was.",
    ),
)


# 7. the mean and the typical -----------------------------------------------------------------------------------------


def by_hand():
    """1.05^100, 0.9^50, and two whole numbers just above 55.7 and 131.1."""
    return {"mean": 1.05**100, "typical": 0.9**50, "needed": 56, "horizon": 132}


def by_counting():
    """Oracle: all numbers of long steps there can be, each with its probability, in exact fractions."""
    short, long = Fraction(3, 5), Fraction(3, 2)
    lengths = [long**k * short ** (100 - k) for k in range(101)]
    mean = sum(math.comb(100, k) * length for k, length in enumerate(lengths)) / 2**100
    horizon = next(lag for lag in range(1, 1000) if (short * long) ** lag < Fraction(1, 1000) ** 2)
    needed = next(k for k, length in enumerate(lengths) if length >= 1)
    return {"mean": float(mean), "typical": float(lengths[50]), "needed": needed, "horizon": horizon}


def _with(message, name, **wrong):
    return Mistake({**by_hand(), **wrong}, message, name=name)


hand_question = Question(
    "mean-and-typical", points=2, answer="by_hand", kind="value", reference=by_hand, oracle=by_counting,
    tolerance=Tolerance(rtol=5e-4, atol=0.0),
    mistakes=[
        _with("`mean` is that of a typical network. The mean of a product of independent factors is the product of "
              "the factors' means.", "mean_of_logarithms", mean=0.9**50),
        _with("`mean` is for networks that keep one factor at all steps. Each step draws anew.",
              "one_draw_for_all_steps", mean=(0.6**100 + 1.5**100) / 2),
        _with("`typical` is the mean over the networks. With fifty factors of each kind, multiply them.",
              "mean_for_typical", typical=1.05**100),
        _with("`typical`: a hundred factors are fifty pairs, not a hundred.", "a_hundred_pairs", typical=0.9**100),
        _with("`needed`: with this many the length is a little smaller still.", "rounded_down", needed=55),
        _with("`needed`: one half of each makes 0.9^50, which is far below one.", "half_and_half", needed=50),
        _with("`horizon`: at this lag a little more than a thousandth is left.", "last_lag_above", horizon=131),
        _with("`horizon` is counted in pairs of steps: 0.9 is what two steps make.", "in_pairs", horizon=66),
        _with("`horizon`: two logarithms of different bases are mixed.", "bases_mixed", horizon=57),
    ],
    hints=(
        "The mean of one factor is 1.05, and factors of different steps are independent.",
        "One long and one short step together multiply by 0.9. With k long ones the logarithm is k ln 1.5 + (100 - k) "
        "ln 0.6.",
        "The rate is (ln 0.6 + ln 1.5) / 2 = -0.05268: the horizon is the first whole number above ln(1000) / 0.05268.",
    ),
)

QUESTIONS = [
    decay_question, settled_question, shares_question, contact_question,
    spread_question, logs_question, hand_question,
]
