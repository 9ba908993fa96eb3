"""Questions of the notebook 02_bptt: cases, reference answers, oracles and the mistakes people make.

The references walk backward in numpy. The oracles do not: torch's autograd, a complex step, a closed form, a list of
all paths.
"""

from itertools import pairwise, product

import numpy as np
import torch

from rnngrade import Covers, Group, Mistake, Question, Tolerance
from rnngrade.slips import RIGHT

DOUBLE = torch.float64
FORBID = ("torch", "rnnlib")


def draw_network(rng, T, B, d, n):
    """Weights W, U, b of spectral norm about one, inputs x and a nonzero initial state h0."""
    W = rng.standard_normal((n, n)) / np.sqrt(2 * n)
    U, b = rng.standard_normal((n, d)) / np.sqrt(d), 0.3 * rng.standard_normal(n)
    return W, U, b, rng.standard_normal((T, B, d)), 0.6 * rng.standard_normal((B, n))


def states(W, U, b, x, h0):
    h = [h0]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
    return np.stack(h)


def as_tensor(array, leaf=False):
    return torch.tensor(np.ascontiguousarray(array), dtype=DOUBLE, requires_grad=leaf)


def gradients_by_autograd(W, U, b, x, h0, dh):
    """dW, dU, db, dx, dh0 of the loss sum_t <dh_t, h_t>, by torch's autograd."""
    leaves = [as_tensor(array, leaf=True) for array in (W, U, b, x, h0)]
    W, U, b, x, h = leaves
    loss = 0.0 * sum(leaf.sum() for leaf in leaves)
    for x_t, dh_t in zip(x, as_tensor(dh)):
        h = torch.tanh(h @ W.T + x_t @ U.T + b)
        loss = loss + (dh_t * h).sum()
    return tuple(gradient.numpy() for gradient in torch.autograd.grad(loss, leaves))


# 1. the message from the future --------------------------------------------------------------------------------------


def delta_case(rng, T, B, n):
    W, U, b, x, h0 = draw_network(rng, T, B, 2, n)
    return W, states(W, U, b, x, h0), rng.standard_normal((T, B, n))


def delta_cases(rng):
    yield delta_case(rng, 6, 3, 4)
    yield delta_case(rng, 9, 2, 3)


def delta_edge_cases(rng):
    """One step; one sequence; one unit; and a loss at the last step only, as in chapter 1's many-to-one network."""
    yield delta_case(rng, 1, 3, 2)
    yield delta_case(rng, 5, 1, 3)
    yield delta_case(rng, 2, 3, 1)
    W, h, dh = delta_case(rng, 5, 2, 4)
    yield W, h, np.concatenate([np.zeros_like(dh[:-1]), dh[-1:]])


def deltas(W, h, dh, *, do=RIGHT):
    delta = np.zeros_like(h)
    for t in range(len(dh), 0, -1):
        delta[t] = do.join(delta[t], do.local(dh, t))
        delta[t - 1] = do.back(W, delta[t], do.slope(h[t], h[t - 1]))
    return delta


def deltas_by_autograd(W, h, dh):
    """Oracle: rebuild the recurrence so that it passes through the given states, and ask torch for dL/dh_t."""
    W, h, dh = as_tensor(W), as_tensor(h), as_tensor(dh)
    drive = torch.atanh(h[1:]) - h[:-1] @ W.T
    chain = [h[0].clone().requires_grad_()]
    for c in drive:
        chain.append(torch.tanh(chain[-1] @ W.T + c))
    loss = sum((dh_t * h_t).sum() for dh_t, h_t in zip(dh, chain[1:]))
    return torch.stack(torch.autograd.grad(loss, chain)).numpy()


def one_step_of_future(W, h, dh):
    delta = np.concatenate([np.zeros_like(h[:1]), dh])
    delta[:-1] += (dh * (1 - h[1:] ** 2)) @ W
    return delta


def local_one_early(W, h, dh):
    delta = np.zeros_like(h)
    for t in range(len(dh), 0, -1):
        delta[t - 1] = dh[t - 1] + (delta[t] * (1 - h[t] ** 2)) @ W
    return delta


def initial_state_left_out(W, h, dh):
    delta = deltas(W, h, dh)
    delta[0] = 0
    return delta


delta_question = Question(
    "deltas", points=4, answer="deltas", cases=[Group("typical", 3, delta_cases), Group("edge", 1, delta_edge_cases)],
    reference=deltas, oracle=deltas_by_autograd, forbid=FORBID,
    mistakes=[
        Mistake(local_one_early, "The local gradients sit one step too early: dh has none for the initial state, so "
                "dh[0] is that of h[1]."),
        Mistake(lambda W, h, dh: deltas(W, h, dh) * (1 - h**2),
                "This is the gradient before tanh, dL/da_t. Asked is the one of the state itself, dL/dh_t.",
                name="before_tanh"),
        Mistake(initial_state_left_out, "delta[0] is missing: the first step sends a message back too."),
        Mistake(one_step_of_future, "Each step hears only the local gradient of the next one. Send on the whole delta, "
                "future included."),
    ],
    hints=(
        "Fill delta from the back: delta[T] is local only, and each delta[t - 1] needs delta[t] complete.",
        "For a column, J_t^T delta_t = W^T (phi'(a_t) * delta_t): slope first, then W^T. And phi'(a_t) = 1 - h_t^2.",
        "For rows, W^T v becomes v @ W. The loop's two lines: delta[t] += dh[t - 1]; delta[t - 1] = (...) @ W.",
    ),
)


# 2. one weight, many uses --------------------------------------------------------------------------------------------


def shared_case(rng, T, B, d, n):
    W, U, b, x, h0 = draw_network(rng, T, B, d, n)
    return rng.standard_normal((T + 1, B, n)), states(W, U, b, x, h0), x, U


def shared_cases(rng):
    yield shared_case(rng, 6, 3, 2, 4)
    yield shared_case(rng, 4, 5, 3, 2)


def shared_edge_cases(rng):
    yield shared_case(rng, 1, 2, 3, 4)
    yield shared_case(rng, 5, 1, 3, 2)
    yield shared_case(rng, 2, 3, 1, 1)


def weight_gradients(delta, h, x, U, *, do=RIGHT):
    g = delta[1:] * do.slope(h[1:], h[:-1])
    return do.outer(g, do.before(h)), do.outer(g, x), do.total(g), g @ U


def weight_gradients_by_autograd(delta, h, x, U):
    """Oracle: dL/dtheta = sum_t <delta_t, d h_t/d theta at h_{t-1} held fixed>, each step differentiated on its own."""
    delta, h = as_tensor(delta), as_tensor(h)
    n = h.shape[-1]
    W, U, b, x = (as_tensor(array, leaf=True) for array in (np.zeros((n, n)), U, np.zeros(n), x))
    rest = torch.atanh(h[1:]) - (x @ U.T).detach()
    after = torch.tanh(h[:-1] @ W.T + x @ U.T + b + rest)
    return tuple(g.numpy() for g in torch.autograd.grad((delta[1:] * after).sum(), (W, U, b, x)))


def _from_g(g, before, x, U):
    return np.einsum("tbi,tbj->ij", g, before), np.einsum("tbi,tbj->ij", g, x), g.sum((0, 1)), g @ U


def bias_after_tanh(delta, h, x, U):
    dW, dU, _, dx = weight_gradients(delta, h, x, U)
    return dW, dU, delta[1:].sum((0, 1)), dx


def inputs_after_tanh(delta, h, x, U):
    dW, dU, db, _ = weight_gradients(delta, h, x, U)
    return dW, dU, db, delta[1:] @ U


def bias_uses_initial_state(delta, h, x, U):
    dW, dU, _, dx = weight_gradients(delta, h, x, U)
    return dW, dU, (delta * (1 - h**2)).sum((0, 1)), dx


shared_question = Question(
    "shared-weights", points=4, answer="weight_gradients", parts=("dW", "dU", "db", "dx"),
    cases=[Group("typical", 3, shared_cases), Group("edge", 1, shared_edge_cases)], reference=weight_gradients,
    oracle=weight_gradients_by_autograd, forbid=FORBID,
    mistakes=[
        Mistake(bias_after_tanh, "The bias, too, acts before tanh: add up g, not delta."),
        Mistake(inputs_after_tanh, "x_t, too, acts before tanh: U^T meets g, not delta."),
        Mistake(bias_uses_initial_state, "db has T + 1 terms where b was used T times: it did not make h[0]."),
    ],
    hints=(
        "Go through tanh first: g_t = delta_t * (1 - h_t^2), for t = 1 .. T. Everything else follows from g.",
        "One use of W at one step of one sequence contributes the outer product g_t h_{t-1}^T.",
        'np.einsum("tbi,tbj->ij", g, h[:-1]) adds the outer products over t and b. dx adds up nothing: g @ U.',
    ),
)


# 3. masked, variable-length BPTT -------------------------------------------------------------------------------------


def masked_case(rng, mask, d, n):
    mask = np.array(mask, bool)
    T, B = mask.shape
    W, U, b, x, h0 = draw_network(rng, T, B, d, n)
    return W, U, b, x, mask, h0, rng.standard_normal((T, B, n))


def padded_at_end(T, lengths):
    return np.arange(T)[:, None] < np.array(lengths)


def masked_cases(rng):
    yield masked_case(rng, padded_at_end(6, (6, 2, 4)), 2, 4)
    yield masked_case(rng, padded_at_end(7, (3, 5)), 3, 4)


def masked_gap_cases(rng):
    """Holes and padding in front; a sequence without any valid step; one step; nothing masked; NaN in the padding."""
    yield masked_case(rng, [[0, 1, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [1, 0, 0]], 2, 4)
    yield masked_case(rng, [[1, 0]], 3, 4)
    yield masked_case(rng, np.ones((4, 1)), 3, 2)
    yield masked_case(rng, [[0], [1]], 1, 1)
    W, U, b, x, mask, h0, dh = masked_case(rng, [[1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 0]], 2, 5)
    valid = mask[..., None]
    yield W, U, b, np.where(valid, x, [np.nan, np.inf]), mask, h0, np.where(valid, dh, np.nan)


def masked_bptt(W, U, b, x, mask, h0, dh, *, do=RIGHT):
    x, dh = (np.where(mask[..., None], array, 0.0) for array in (x, dh))
    T = len(x)
    h = [h0]
    for x_t, valid in zip(x, mask):
        h.append(np.where(valid[:, None], np.tanh(h[-1] @ W.T + x_t @ U.T + b), h[-1]))
    h = np.stack(h)
    g = np.zeros_like(dh)
    delta = np.zeros_like(h0)
    for t in range(T, 0, -1):
        valid, slope = mask[t - 1][:, None], do.slope(h[t], h[t - 1])
        delta = do.join(delta, do.local(dh, t))
        g[t - 1] = delta * slope * valid
        delta = np.where(valid, do.back(W, delta, slope), delta)
    return do.outer(g, do.before(h)), do.outer(g, x), do.total(g), g @ U, delta


def trimmed_by_autograd(W, U, b, x, mask, h0, dh):
    """Oracle: cut each sequence down to its valid steps, differentiate it alone, add up."""
    dW, dU, db, dx, dh0 = (np.zeros_like(array) for array in (W, U, b, x, h0))
    for j in range(x.shape[1]):
        valid = mask[:, j]
        alone = gradients_by_autograd(W, U, b, x[valid, j][:, None], h0[j : j + 1], dh[valid, j][:, None])
        for total, part in zip((dW, dU, db), alone):
            total += part
        dx[valid, j], dh0[j] = alone[3][:, 0], alone[4][0]
    return dW, dU, db, dx, dh0


def padding_erases(W, U, b, x, mask, h0, dh):
    """A masked step sets the state to zero, and so cuts the message: each run of valid steps is a sequence alone."""
    h = [h0]
    for x_t, valid in zip(x, mask):
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b) * valid[:, None])
    h = np.stack(h)
    g, delta = np.zeros_like(dh), np.zeros_like(h0)
    for t in range(len(x), 0, -1):
        g[t - 1] = (delta + dh[t - 1]) * (1 - h[t] ** 2) * mask[t - 1][:, None]
        delta = g[t - 1] @ W
    return *_from_g(g, h[:-1], x, U), delta


def _masked_bptt(W, U, b, x, mask, h0, dh, *, forward=True, local=True, slope=True, carry=True):
    """The reference with its four uses of the mask as switches, to leave one out at a time."""
    everyone = np.ones_like(mask)
    h = [h0]
    for x_t, valid in zip(x, mask if forward else everyone):
        h.append(np.where(valid[:, None], np.tanh(h[-1] @ W.T + x_t @ U.T + b), h[-1]))
    h = np.stack(h)
    g, delta = np.zeros_like(dh), np.zeros_like(h0)
    for t in range(len(x), 0, -1):
        valid = mask[t - 1][:, None]
        delta = delta + dh[t - 1] * (valid if local else 1)
        g[t - 1] = delta * (1 - h[t] ** 2) * (valid if slope else 1)
        delta = np.where(valid | (not carry), g[t - 1] @ W, delta)
    return *_from_g(g, h[:-1], x, U), delta


def both_ways(W, U, b, x, mask, h0, dh):
    """delta = g W + delta at every step: right where masked, since g is zero there, and too much elsewhere."""
    h = [h0]
    for x_t, valid in zip(x, mask):
        h.append(np.where(valid[:, None], np.tanh(h[-1] @ W.T + x_t @ U.T + b), h[-1]))
    h = np.stack(h)
    g, delta = np.zeros_like(dh), np.zeros_like(h0)
    for t in range(len(x), 0, -1):
        valid = mask[t - 1][:, None]
        delta = delta + dh[t - 1] * valid
        g[t - 1] = delta * (1 - h[t] ** 2) * valid
        delta = g[t - 1] @ W + delta
    return *_from_g(g, h[:-1], x, U), delta


def mask_forward_only(W, U, b, x, mask, h0, dh):
    return _masked_bptt(W, U, b, x, mask, h0, dh, local=False, slope=False, carry=False)


masked_question = Question(
    "masked-bptt", points=5, answer="masked_bptt", parts=("dW", "dU", "db", "dx", "dh0"),
    cases=[Group("padded", 2, masked_cases), Group("gaps", 3, masked_gap_cases)], reference=masked_bptt,
    oracle=trimmed_by_autograd, covers=Covers(ignored={"x": "mask", "dh": "mask"}), forbid=FORBID,
    mistakes=[
        Mistake(lambda W, U, b, x, mask, h0, dh: _masked_bptt(W, U, b, x, np.ones_like(mask), h0, dh),
                "The mask has no effect: these are the gradients with all padding counted as data.",
                name="mask_ignored"),
        Mistake(lambda W, U, b, x, mask, h0, dh: _masked_bptt(W, U, b, x, np.ones_like(mask), h0, dh * mask[..., None]),
                "You silence the loss on padding, and where all padding is at the end that is enough. Here some is in "
                "front or in between: the states still step through it, forward and backward.",
                name="local_gradients_masked_only"),
        Mistake(mask_forward_only, "The forward pass respects the mask, the backward pass does not. A masked step "
                "copies the state: what is the Jacobian of a copy, and which weights does it use?"),
        Mistake(lambda W, U, b, x, mask, h0, dh: _masked_bptt(W, U, b, x, mask, h0, dh, forward=False),
                "The backward pass respects the mask, but the states it works with have stepped through padding.",
                name="mask_backward_only"),
        Mistake(padding_erases, "Right where all padding is at the end. A masked step sets your state to zero, forward "
                "and backward; it should leave the state as it was."),
        Mistake(both_ways, "At a valid step the message goes back twice: through the Jacobian, and also unchanged, as "
                "if the state had been copied. It is the one or the other."),
        Mistake(lambda W, U, b, x, mask, h0, dh: _masked_bptt(W, U, b, x, mask, h0, dh, local=False),
                "dh at masked steps still enters. There is no loss at a step that is only padding.",
                name="padding_has_loss"),
        Mistake(lambda W, U, b, x, mask, h0, dh: _masked_bptt(W, U, b, x, mask, h0, dh, carry=False),
                "Right where all padding is at the end. At a masked step with valid ones after it, the message from "
                "the future is lost: the state was copied forward, and its gradient must come back through the copy.",
                name="message_lost"),
        Mistake(lambda W, U, b, x, mask, h0, dh: _masked_bptt(W, U, b, x, mask, h0, dh, slope=False),
                "Masked steps contribute to dW, dU, db and dx as if they had used the weights and their inputs.",
                name="padding_uses_weights"),
    ],
    hints=(
        "Write one masked step as h_t = h_{t-1}, and differentiate that: what is J_t? what is dL/dW from this step?",
        "Three things change on the way back: dh is ignored there, g_t is zero there, and delta passes unchanged.",
        "delta = np.where(valid, g_t @ W, delta), with valid = mask[t - 1][:, None], after dh and g are masked.",
    ),
)


# 4. a gradient check by hand -----------------------------------------------------------------------------------------


def check_case(rng, T, B, d, n, step):
    W, U, b, x, _ = draw_network(rng, T, B, d, n)
    return W, U, b, x, rng.standard_normal((T, B, n)), step


def check_cases(rng):
    yield check_case(rng, 5, 3, 2, 4, 1e-3)
    yield check_case(rng, 8, 2, 4, 3, 0.5)


def check_edge_cases(rng):
    """One sequence; one unit; weights that are integers, some of them zero; a step of one."""
    yield check_case(rng, 4, 1, 2, 3, 1e-3)
    yield check_case(rng, 6, 2, 3, 1, 1e-2)
    _, U, b, x, target, step = check_case(rng, 3, 2, 4, 3, 1e-3)
    yield np.array([[0, 1, 0], [-1, 0, 2], [0, 0, 1]]), U, b, x, target, step
    yield check_case(rng, 2, 4, 3, 5, 1.0)
    yield check_case(rng, 1, 3, 1, 2, 1e-3)


def loss(W, U, b, x, target):
    h = np.zeros((x.shape[1], len(b)))
    total = 0.0
    for x_t, target_t in zip(x, target):
        h = np.tanh(h @ W.T + x_t @ U.T + b)
        total += 0.5 * np.sum((h - target_t) ** 2)
    return total


def numerical_gradient(W, U, b, x, target, step):
    gradient = np.empty(W.shape)
    for i, j in np.ndindex(W.shape):
        up, down = W.astype(float), W.astype(float)
        up[i, j] += step
        down[i, j] -= step
        gradient[i, j] = (loss(up, U, b, x, target) - loss(down, U, b, x, target)) / (2 * step)
    return gradient


def mean_of_gradients(W, U, b, x, target, step):
    """Oracle: (L(W + e) - L(W - e)) / 2e is the mean of dL/dW between the two, here by autograd and Gauss's rule.

    A copy of W for every node and entry, all in one batch; forty nodes are exact to rounding for steps up to one.
    """
    nodes, weights = np.polynomial.legendre.leggauss(40)
    W, U, b, x, target = map(as_tensor, (W, U, b, x, target))
    n = len(W)
    units = torch.eye(n * n, dtype=DOUBLE).reshape(-1, 1, n, n)
    moved = (W + step * as_tensor(nodes)[:, None, None] * units).requires_grad_()
    h, total = torch.zeros(*moved.shape[:2], x.shape[1], n, dtype=DOUBLE), 0.0
    for x_t, target_t in zip(x, target):
        h = torch.tanh(h @ moved.mT + x_t @ U.T + b)
        total = total + 0.5 * ((h - target_t) ** 2).sum()
    [gradients] = torch.autograd.grad(total, moved)
    along = (gradients * units).sum((2, 3)) @ as_tensor(weights / 2)
    return along.reshape(n, n).numpy()


def _differences(W, rest, step, above, below, shift):
    """(L(W + above) - L(W - below)) / shift for the entries in turn; ``above`` and ``below`` in steps."""
    gradient = np.empty(W.shape)
    for i, j in np.ndindex(W.shape):
        unit = np.zeros(W.shape)
        unit[i, j] = step
        gradient[i, j] = (loss(W + above * unit, *rest) - loss(W - below * unit, *rest)) / (shift * step)
    return gradient


def copied_once(W, U, b, x, target, step):
    """The two copies are made before the loops, so every entry probed stays moved: up in one, down in the other."""
    up, down, gradient = W.astype(float), W.astype(float), np.empty(W.shape)
    for i, j in np.ndindex(W.shape):
        up[i, j] += step
        down[i, j] -= step
        gradient[i, j] = (loss(up, U, b, x, target) - loss(down, U, b, x, target)) / (2 * step)
    return gradient


def never_restored(W, U, b, x, target, step):
    """W[i, j] goes up one step, down two, and stays there when the next entry is probed."""
    W = W.astype(float)
    gradient = np.empty_like(W)
    for i, j in np.ndindex(W.shape):
        W[i, j] += step
        up = loss(W, U, b, x, target)
        W[i, j] -= 2 * step
        gradient[i, j] = (up - loss(W, U, b, x, target)) / (2 * step)
    return gradient


def whole_row(W, U, b, x, target, step):
    gradient = np.empty(W.shape)
    for i in range(len(W)):
        up, down = W.astype(float), W.astype(float)
        up[i] += step
        down[i] -= step
        gradient[i] = (loss(up, U, b, x, target) - loss(down, U, b, x, target)) / (2 * step)
    return gradient


check_question = Question(
    "numerical-gradient", points=3, answer="numerical_gradient",
    cases=[Group("typical", 2, check_cases), Group("edge", 1, check_edge_cases)], reference=numerical_gradient,
    oracle=mean_of_gradients, tolerance=Tolerance(rtol=3e-8), forbid=FORBID,
    mistakes=[
        Mistake(lambda W, U, b, x, target, step: _differences(W, (U, b, x, target), step, 1, 0, 1),
                "Close, but only to the order of the step: you compare with the loss at W itself. Look to both sides "
                "and the error falls to the order of the step squared.", name="forward_difference"),
        Mistake(lambda W, U, b, x, target, step: _differences(W, (U, b, x, target), step, 0, 1, 1),
                "Close, but only to the order of the step: you compare with the loss at W itself, from below. Look to "
                "both sides and the error falls to the order of the step squared.", name="backward_difference"),
        Mistake(copied_once, "The copies are made once, so an entry you have probed stays moved while the next ones "
                "are probed: your differences add up. Copy anew for each entry."),
        Mistake(lambda W, U, b, x, target, step: _differences(W, (U, b, x, target), step, 1, 0, 2),
                "Half of a one-sided difference: you compare W + step with W itself, and divide by two steps. If you "
                "meant W - step: is what you call a copy of W one?", name="halved_forward"),
        Mistake(never_restored, "Close, but it drifts: an entry you have probed is not put back before the next one is "
                "probed."),
        Mistake(whole_row, "Each step moves a whole row of W. W[i] is a row; one entry is W[i, j]."),
    ],
    hints=(
        "Two loops, over i and j (or np.ndindex(W.shape)). Each pass moves one entry and calls loss twice.",
        "Copy W before you move an entry, or put the entry back afterwards; W also belongs to whoever called you.",
        "(L(w + step) - L(w - step)) / (2 step).",
    ),
)


# 5. spot the bug: index minus one ------------------------------------------------------------------------------------


def list_case(rng, T, B, d, n):
    W, U, b, x, h0 = draw_network(rng, T, B, d, n)
    return W, U, b, x, h0, rng.standard_normal((T, B, n))


def list_cases(rng):
    yield list_case(rng, 6, 3, 2, 4)
    yield list_case(rng, 4, 2, 5, 3)


def list_edge_cases(rng):
    yield list_case(rng, 1, 3, 2, 4)
    yield list_case(rng, 2, 1, 3, 2)
    yield list_case(rng, 5, 2, 1, 1)


def gradients(W, U, b, x, h0, dh, *, do=RIGHT):
    h = states(W, U, b, x, h0)
    g, delta = np.zeros_like(dh), np.zeros_like(h0)
    for t in range(len(x), 0, -1):
        delta, slope = do.join(delta, do.local(dh, t)), do.slope(h[t], h[t - 1])
        g[t - 1] = delta * slope
        delta = do.back(W, delta, slope)
    return do.outer(g, do.before(h)), do.outer(g, x), do.total(g), g @ U


def four_by_autograd(W, U, b, x, h0, dh):
    """Oracle: torch's autograd."""
    return gradients_by_autograd(W, U, b, x, h0, dh)[:4]


def _before_tanh(W, U, b, x, h0, dh):
    """The states, and g_t = dL/da_t for t = 1 .. T."""
    h = states(W, U, b, x, h0)
    return h, deltas(W, h, dh)[1:] * (1 - h[1:] ** 2)


def the_draft(W, U, b, x, h0, dh):
    h, g = _before_tanh(W, U, b, x, h0, dh)
    return _from_g(g, np.concatenate([h[-1:], h[1:-1]]), x, U)


def first_state_zero(W, U, b, x, h0, dh):
    h, g = _before_tanh(W, U, b, x, h0, dh)
    return _from_g(g, np.concatenate([np.zeros_like(h[:1]), h[1:-1]]), x, U)


def first_step_skipped(W, U, b, x, h0, dh):
    """The backward loop stops before t = 0, so that index -1 is never read."""
    h, g = _before_tanh(W, U, b, x, h0, dh)
    return _from_g(np.concatenate([np.zeros_like(g[:1]), g[1:]]), h[:-1], x, U)


list_question = Question(
    "list-of-states", points=3, answer="gradients", parts=("dW", "dU", "db", "dx"),
    cases=[Group("typical", 2, list_cases), Group("edge", 1, list_edge_cases)], reference=gradients,
    oracle=four_by_autograd, forbid=FORBID,
    mistakes=[
        Mistake(the_draft, "This is what the draft gives: dU, db and dx are right, dW is not. Print the state that the "
                "last pass of the backward loop, t = 0, pairs with g. Which one is it?"),
        Mistake(first_state_zero, "dW lacks a term: at the first step W multiplied h0, and h0 need not be zero."),
        Mistake(first_step_skipped, "The first step no longer contributes at all. It used W, U, b and x[0] like every "
                "other step."),
    ],
    hints=(
        "A gradient check on each of the four shows which one is wrong. Only one formula mentions hs[t - 1].",
        "hs[-1] is the *last* entry of a list. Who writes to it after h0 was stored there?",
        "Give h0 a place of its own: T + 1 entries, hs[0] = h0, and shift every index into hs by one.",
    ),
)


# 6. forward mode -----------------------------------------------------------------------------------------------------


def tangent_case(rng, T, B, d, n):
    W, U, b, x, h0 = draw_network(rng, T, B, d, n)
    return W, U, b, x, h0, rng.standard_normal((n, n))


def tangent_cases(rng):
    yield tangent_case(rng, 6, 3, 2, 4)
    yield tangent_case(rng, 5, 2, 4, 3)


def tangent_edge_cases(rng):
    yield tangent_case(rng, 1, 2, 3, 4)
    yield tangent_case(rng, 4, 1, 2, 3)
    yield tangent_case(rng, 5, 3, 2, 1)
    yield tangent_case(rng, 2, 3, 1, 2)


def tangents(W, U, b, x, h0, direction, *, do=RIGHT):
    h = states(W, U, b, x, h0)
    s = np.zeros_like(h)
    for t in range(1, len(h)):
        slope = do.slope(h[t], h[t - 1])
        s[t] = do.join(do.forth(W, s[t - 1], slope), do.forth(direction, h[t - 1], slope))
    return s


def tangents_by_complex_step(W, U, b, x, h0, direction):
    """Oracle: the imaginary part of the states at W + i eps direction, divided by eps: no subtraction, no round-off."""
    eps = 1e-30
    return states(W + 1j * eps * direction, U, b, x, h0.astype(complex)).imag / eps


def _tangents(W, U, b, x, h0, direction, rule):
    h = states(W, U, b, x, h0)
    s = np.zeros_like(h)
    for t in range(1, len(h)):
        s[t] = rule(s[t - 1], h[t - 1], h[t])
    return s


def moved_at_first_step_only(W, U, b, x, h0, direction):
    h = states(W, U, b, x, h0)
    s = np.zeros_like(h)
    s[1] = (1 - h[1] ** 2) * (h0 @ direction.T)
    for t in range(2, len(h)):
        s[t] = (1 - h[t] ** 2) * (s[t - 1] @ W.T)
    return s


def slope_on_one_term(W, U, b, x, h0, direction):
    def rule(s, before, after):
        return s @ W.T + (1 - after**2) * (before @ direction.T)

    return _tangents(W, U, b, x, h0, direction, rule)


def backward_matrix(W, U, b, x, h0, direction):
    def rule(s, before, after):
        return (1 - after**2) * (s @ W + before @ direction.T)

    return _tangents(W, U, b, x, h0, direction, rule)


def state_just_made(W, U, b, x, h0, direction):
    def rule(s, before, after):
        return (1 - after**2) * (s @ W.T + after @ direction.T)

    return _tangents(W, U, b, x, h0, direction, rule)


tangent_question = Question(
    "tangents", points=3, answer="tangents",
    cases=[Group("typical", 2, tangent_cases), Group("edge", 1, tangent_edge_cases)], reference=tangents,
    oracle=tangents_by_complex_step, forbid=FORBID,
    mistakes=[
        Mistake(moved_at_first_step_only, "You count the change of W at the first step only. The same W acts, changed, "
                "at every later step too."),
        Mistake(slope_on_one_term, "Both effects go through tanh. In your sum only one of them is multiplied by the "
                "slope."),
        Mistake(backward_matrix, "Here you go forward in time: the change of the state goes through W the way the "
                "state itself does."),
        Mistake(state_just_made, "The change of W multiplies the wrong state: W acted on the one before the step."),
        Mistake(lambda W, U, b, x, h0, direction: tangents(W, U, b, x, h0, direction)[1:],
                "The T tangents are right; the one of the initial state, before the first step, is missing.",
                name="without_first"),
    ],
    hints=(
        "a_t = W h_{t-1} + U x_t + b is a product in which both factors change with W: use the product rule.",
        "da_t = W s_{t-1} + (direction) h_{t-1}, and s_t = phi'(a_t) * da_t.",
        "In rows: da = s[t - 1] @ W.T + h[t - 1] @ direction.T, from s[0] = 0.",
    ),
)


# 7. the adjoint of a plant -------------------------------------------------------------------------------------------


def landing_case(rng, T, dt):
    p0, v0, r = (round(float(value), 2) for value in rng.uniform((2, -2, 0.2), (5, -0.5, 2)))
    return rng.standard_normal(T), p0, v0, dt, r


def landing_cases(rng):
    yield landing_case(rng, 8, 0.25)
    yield landing_case(rng, 5, 0.5)


def landing_edge_cases(rng):
    yield landing_case(rng, 1, 0.5)
    yield landing_case(rng, 2, 0.4)
    yield landing_case(rng, 30, 0.1)


def control_gradient(u, p0, v0, dt, r):
    T = len(u)
    p, v = p0, v0
    for u_t in u:
        p, v = p + dt * v, v + dt * u_t
    lambda_p, lambda_v = p, v
    gradient = np.empty(T)
    for t in range(T - 1, -1, -1):
        gradient[t] = dt * lambda_v + r * dt * u[t]
        lambda_v = lambda_v + dt * lambda_p
    return gradient


def control_gradient_in_closed_form(u, p0, v0, dt, r):
    """Oracle: the final state is linear in the controls; write it out and differentiate the quadratic cost."""
    T = len(u)
    steps_left = T - np.arange(1, T + 1)
    v_end = v0 + dt * u.sum()
    p_end = p0 + T * dt * v0 + dt**2 * steps_left @ u
    return p_end * dt**2 * steps_left + v_end * dt + r * dt * u


def _costates(u, p0, v0, dt, transposed=True):
    """lambda_0 .. lambda_T, (T + 1, 2)."""
    A = np.array([[1.0, dt], [0.0, 1.0]])
    z = np.array([p0, v0])
    for u_t in u:
        z = A @ z + np.array([0.0, dt * u_t])
    costates = [z]
    for _ in u:
        costates.append((A.T if transposed else A) @ costates[-1])
    return np.stack(costates[::-1])


def velocity_first(u, p0, v0, dt, r):
    """The position moves with the new velocity: another plant, and costates that start elsewhere."""
    v = v0 + dt * np.cumsum(u)
    steps_left = len(u) - np.arange(1, len(u) + 1)
    return dt * (v[-1] + dt * steps_left * (p0 + dt * v.sum())) + r * dt * u


def costate_downhill(u, p0, v0, dt, r):
    """The sign of the continuous costate equation, d lambda/dt = -A^T lambda, kept while walking back in time."""
    lambda_p, lambda_v = _costates(u, p0, v0, dt)[-1]
    steps_left = len(u) - np.arange(1, len(u) + 1)
    return dt * (lambda_v - dt * steps_left * lambda_p) + r * dt * u


landing_question = Question(
    "landing", points=4, answer="control_gradient",
    cases=[Group("typical", 3, landing_cases), Group("edge", 1, landing_edge_cases)], reference=control_gradient,
    oracle=control_gradient_in_closed_form, forbid=FORBID,
    mistakes=[
        Mistake(lambda u, p0, v0, dt, r: dt * _costates(u, p0, v0, dt, transposed=False)[1:, 1] + r * dt * u,
                "All controls get the same costate. An early push also moves the mass for all the steps that are left: "
                "check which matrix takes the costate one step back, and which way round.", name="plant_untransposed"),
        Mistake(lambda u, p0, v0, dt, r: dt * _costates(u, p0, v0, dt)[:-1, 1] + r * dt * u,
                "Each control is paired with the costate before its step. u_t acts on the state *after* step t.",
                name="costate_one_early"),
        Mistake(lambda u, p0, v0, dt, r: dt * _costates(u, p0, v0, dt)[1:, 1],
                "The controls act on the cost twice: through the final state, and by what they cost.",
                name="effort_forgotten"),
        Mistake(lambda u, p0, v0, dt, r: _costates(u, p0, v0, dt)[1:, 1] + r * dt * u,
                "How much does v_t change for a unit of u_t? Your costate term counts it as one.",
                name="control_without_dt"),
        Mistake(velocity_first, "Your position moves with the velocity after the push. In the plant, p_t follows from "
                "v_{t-1}."),
        Mistake(lambda u, p0, v0, dt, r: dt * _costates(u, p0, v0, dt)[1:, 1] + r * u,
                "The term of the controls' own cost lacks a factor: differentiate r dt u^2 / 2.",
                name="effort_without_dt"),
        Mistake(costate_downhill, "lambda_v moves the wrong way. That sign belongs to the equation in continuous time, "
                "read forward; here you go back, and the transpose of the step is all there is."),
        Mistake(lambda u, p0, v0, dt, r: dt * _costates(u, p0, v0, dt)[1:, 0] + r * dt * u,
                "You use the position's costate. The control enters the velocity's equation.", name="position_costate"),
    ],
    hints=(
        "Run the plant first: lambda_T = (p_T, v_T) needs the final state.",
        "With z = (p, v), z_t = A z_{t-1} + (0, dt u_t), A = [[1, dt], [0, 1]]: lambda_{t-1} = A^T lambda_t.",
        "Written out: lambda_p never changes, and lambda_v grows by dt * lambda_p with each step back.",
    ),
)

# 8. messages on a chain ----------------------------------------------------------------------------------------------


def chain_case(rng, T, K, size=1.0):
    return size * rng.standard_normal((T, K)), size * rng.standard_normal((K, K))


def chain_apart_cases(rng):
    """Steps that nothing connects, and a single step."""
    local, pair = chain_case(rng, 3, 4)
    yield local, 0 * pair
    yield chain_case(rng, 1, 3)


def chain_cases(rng):
    yield chain_case(rng, 5, 3)
    yield chain_case(rng, 3, 4)


def chain_edge_cases(rng):
    """Two steps; log-potentials whose exponentials overflow, or are zero, by turns, or in one place only; a step all of
    whose states lie far below another's.
    """
    yield chain_case(rng, 2, 4)
    local, pair = chain_case(rng, 4, 3)
    yield local + np.array([900.0, 0.0, -900.0, 300.0])[:, None], pair + 300.0
    local, pair = chain_case(rng, 4, 3)
    local[1, 2], pair[0, 1] = 1000.0, -1000.0
    yield local, pair
    local, pair = chain_case(rng, 3, 4)
    yield local + np.array([1000.0, -1000.0, 0.0])[:, None], pair


def log_sum_exp(a, axis):
    """log sum exp over an axis, kept with size one."""
    largest = a.max(axis, keepdims=True)
    return largest + np.log(np.exp(a - largest).sum(axis, keepdims=True))


def chain_marginals(local, pair):
    T, _ = local.shape
    forward, backward = local.copy(), np.zeros_like(local)
    for t in range(1, T):
        forward[t] += log_sum_exp(forward[t - 1][:, None] + pair, axis=0)[0]
    for t in range(T - 2, -1, -1):
        backward[t] = log_sum_exp(pair + local[t + 1] + backward[t + 1], axis=1)[:, 0]
    log_Z = log_sum_exp(forward[-1], axis=0)[0]
    uses = np.zeros_like(pair)
    for t in range(1, T):
        uses += np.exp(forward[t - 1][:, None] + pair + local[t] + backward[t] - log_Z)
    return log_Z, np.exp(forward + backward - log_Z), uses


def list_all_paths(local, pair):
    """Oracle: every path with its weight; no messages, no gradients."""
    T, K = local.shape
    paths = list(product(range(K), repeat=T))
    scores = np.array([
        sum(local[t, s] for t, s in enumerate(path)) + sum(pair[i, j] for i, j in pairwise(path)) for path in paths
    ])
    largest = scores.max()
    log_Z = largest + np.log(sum(np.exp(scores - largest)))
    states, uses = np.zeros((T, K)), np.zeros((K, K))
    for path, probability in zip(paths, np.exp(scores - log_Z)):
        states[np.arange(T), path] += probability
        np.add.at(uses, (path[:-1], path[1:]), probability)
    return log_Z, states, uses


def _messages(local, pair):
    """log of the forward messages, with the local term of t, and of the backward ones, without; and log Z."""
    forward = [local[0]]
    for local_t in local[1:]:
        forward.append(local_t + log_sum_exp(forward[-1][:, None] + pair, 0)[0])
    backward = _backward(local, lambda t, later: log_sum_exp(pair + local[t + 1] + later, 1)[:, 0])
    return np.stack(forward), backward, log_sum_exp(forward[-1], 0)[0]


def _backward(local, message):
    """Messages from the end: ``message(t, later)`` makes that of t from that of t + 1."""
    backward = np.zeros_like(local)
    for t in range(len(local) - 2, -1, -1):
        backward[t] = message(t, backward[t + 1])
    return backward


def _joined(local, pair, backward):
    """The answer where the backward messages are ``backward``; log Z comes from the forward ones."""
    forward, _, log_Z = _messages(local, pair)
    with np.errstate(over="ignore"):
        return log_Z, np.exp(forward + backward - log_Z), _moves(pair, forward, local + backward, log_Z)


def _moves(pair, before, after, log_Z):
    """pair's expected uses, where ``before`` and ``after`` are the logs of all that lies on its two sides."""
    moves = np.zeros(pair.shape)
    for b, a in zip(before[:-1], after[1:]):
        moves += np.exp(b[:, None] + pair + a - log_Z)
    return moves


def local_counted_twice(local, pair):
    log_Z, marginals, moves = chain_marginals(local, pair)
    with np.errstate(over="ignore"):
        return log_Z, marginals * np.exp(local), moves


def pair_transposed_on_the_way_back(local, pair):
    return _joined(local, pair, _backward(local, lambda t, c: log_sum_exp(pair.T + local[t + 1] + c, 1)[:, 0]))


def summed_over_the_wrong_state(local, pair):
    """axis=0 on the way back, as on the way forward."""
    return _joined(local, pair, _backward(local, lambda t, c: log_sum_exp(pair + local[t + 1] + c, 0)[0]))


def local_one_early_on_the_way_back(local, pair):
    return _joined(local, pair, _backward(local, lambda t, c: log_sum_exp(pair + local[t] + c, 1)[:, 0]))


def _overwritten(forward, local, pair):
    backward = _backward(local, lambda t, c: log_sum_exp(pair + forward[t + 1] + c, 1)[:, 0])
    log_Z = log_sum_exp(forward[-1], 0)[0]
    with np.errstate(over="ignore"):
        return log_Z, np.exp(forward + backward - log_Z), _moves(pair, forward, forward + backward, log_Z)


def local_left_out_of_moves(local, pair):
    log_Z, marginals, _ = chain_marginals(local, pair)
    forward, backward, _ = _messages(local, pair)
    return log_Z, marginals, _moves(pair, forward, backward, log_Z)


def logarithms_left(local, pair):
    forward, backward, log_Z = _messages(local, pair)
    return log_Z, forward + backward - log_Z, chain_marginals(local, pair)[2]


def last_pair_only(local, pair):
    log_Z, marginals, _ = chain_marginals(local, pair)
    forward, backward, _ = _messages(local, pair)
    return log_Z, marginals, _moves(pair, forward[-2:], (local + backward)[-2:], log_Z)


def pair_left_out(local, pair):
    """The messages of both sides meet without the log-potential of the pair between them."""
    log_Z, marginals, _ = chain_marginals(local, pair)
    forward, backward, _ = _messages(local, pair)
    return log_Z, marginals, _moves(np.zeros_like(pair), forward, local + backward, log_Z)


def neighbours_independent(local, pair):
    log_Z, marginals, _ = chain_marginals(local, pair)
    return log_Z, marginals, marginals[:-1].T @ marginals[1:]


def _without_logarithms(local, pair, most_local, most_pair):
    with np.errstate(all="ignore"):
        factors, weights = np.exp(local - most_local), np.exp(pair - most_pair)
        forward, backward = [factors[0]], [np.ones_like(factors[0])]
        for factor in factors[1:]:
            forward.append(factor * (forward[-1] @ weights))
        for factor in factors[:0:-1]:
            backward.append(weights @ (factor * backward[-1]))
        forward, backward = np.stack(forward), np.stack(backward[::-1])
        Z, T = forward[-1].sum(), len(local)
        moves = sum((np.outer(forward[t - 1], factors[t] * backward[t]) * weights / Z for t in range(1, T)), 0 * pair)
        return np.log(Z) + T * most_local + (T - 1) * most_pair, forward * backward / Z, moves


chain_question = Question(
    "chain-messages", points=4, answer="chain_marginals", parts=("log_Z", "marginals", "moves"),
    cases=[Group("apart", 1, chain_apart_cases), Group("typical", 2, chain_cases), Group("edge", 1, chain_edge_cases)],
    reference=chain_marginals, oracle=list_all_paths, forbid=FORBID,
    mistakes=[
        Mistake(local_counted_twice, "The local term of step t is counted twice: once in the message from the past, "
                "once in the one from the future. Only one of the two may hold it."),
        Mistake(pair_transposed_on_the_way_back, "log_Z is right, the way back is not: pair[i, j] leads from i to j, "
                "so a message to i collects over j."),
        Mistake(summed_over_the_wrong_state, "log_Z is right, the way back is not. Forward you sum over the state "
                "before, backward over the state after: not the same axis."),
        Mistake(local_one_early_on_the_way_back, "log_Z is right, the way back is not: the message from t + 1 brings "
                "that step's local term, not that of t."),
        Mistake(lambda local, pair: _joined(local, pair, _backward(local, lambda t, c: log_sum_exp(pair + c, 1)[:, 0])),
                "log_Z is right. The messages from the future hold the pairs of all later steps, but not their local "
                "terms.", name="local_missing_on_the_way_back"),
        Mistake(lambda local, pair: _overwritten(_messages(local, pair)[0], local, pair),
                "Your forward messages are written into local itself, which the way back still needs: `a = local` "
                "copies nothing, local.copy() does.", name="local_overwritten_by_messages"),
        Mistake(last_pair_only, "moves holds the last step's move only. pair is shared by all steps: its gradient adds "
                "up T - 1 uses."),
        Mistake(pair_left_out, "log_Z and marginals are right. In moves, the two messages meet without pair[i, j] "
                "between them."),
        Mistake(local_left_out_of_moves, "log_Z and marginals are right. In moves, the local term of the state moved "
                "to belongs to neither message yet."),
        Mistake(logarithms_left, "log_Z and moves are right. Your marginals are the logarithms of what is asked."),
        Mistake(neighbours_independent, "log_Z and marginals are right. In moves you multiply the marginals of "
                "neighbours as if these were independent."),
        Mistake(lambda local, pair: _without_logarithms(local, pair, 0.0, 0.0),
                "Right for log-potentials of ordinary size, and not a number for large ones: exp(900) is infinite. "
                "Keep the messages as logarithms, and take out the largest before you exponentiate.",
                name="exponentials_overflow"),
        Mistake(lambda local, pair: _without_logarithms(local, pair, local.max(), pair.max()),
                "Right while all log-potentials are of one size. You take one number out of all steps alike: where a "
                "step's own lie far below, all its factors are zero. Keep the messages as logarithms.",
                name="largest_of_all_steps"),
    ],
    hints=(
        "Forward: a_t(j) = local[t, j] + log sum_i exp(a_{t-1}(i) + pair[i, j]), from a_0 = local[0]; log Z closes it.",
        "Backward, from c_{T-1} = 0: c_t(i) = log sum_j exp(pair[i, j] + local[t + 1, j] + c_{t+1}(j)). "
        "Then log P(s_t = i) = a_t(i) + c_t(i) - log Z.",
        "A move from i at t - 1 to j at t has the log-probability a_{t-1}(i) + pair[i, j] + local[t, j] + c_t(j) - log "
        "Z; moves adds up its exponential over t.",
    ),
)

QUESTIONS = [
    delta_question, shared_question, masked_question, check_question,
    list_question, tangent_question, landing_question, chain_question,
]
