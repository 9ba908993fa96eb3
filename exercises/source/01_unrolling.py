"""Questions of the notebook 01_unrolling: cases, reference answers, oracles and the mistakes people make.

The oracles run `torch.nn.RNN` on one trimmed sequence at a time, or go and fit by another road: they share no code
with the reference answers, which work on whole batches in numpy.
"""

from functools import partial
from itertools import pairwise

import numpy as np
import torch

from rnngrade import Covers, Group, Mistake, Question
from rnngrade.authoring.dealt import dealing, two_exchanged

FORBID = ("torch", "rnnlib")


def draw_weights(rng, d, n):
    """Recurrent weights of spectral norm about one, so that states neither saturate nor die."""
    W = rng.standard_normal((n, n)) / np.sqrt(2 * n)
    return W, rng.standard_normal((n, d)) / np.sqrt(d), 0.3 * rng.standard_normal(n)


def torch_states(W, U, b, x, h0):
    """States 1..T of one sequence x (T, d) from h0 (n,), by torch's own recurrent layer."""
    if len(x) == 0:
        return np.empty((0, len(b)))
    layer = torch.nn.RNN(x.shape[1], len(b)).double()
    weights = (U, W, b, np.zeros_like(b))
    with torch.no_grad():
        for parameter, value in zip(layer.parameters(), weights, strict=True):
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))
        h, _ = layer(torch.from_numpy(np.ascontiguousarray(x))[:, None], torch.from_numpy(h0.copy())[None, None])
    return h[:, 0].numpy()


# 1. a run as one matrix ----------------------------------------------------------------------------------------------


def matrix_case(rng, d, n, T):
    return rng.standard_normal((n, n)) / np.sqrt(n), rng.standard_normal((n, d)), T


def matrix_cases(rng):
    yield matrix_case(rng, 2, 3, 5)
    yield matrix_case(rng, 4, 2, 6)


def matrix_edge_cases(rng):
    """One step, which W has no part in; two; one unit with one input; integers."""
    yield matrix_case(rng, 3, 2, 1)
    yield matrix_case(rng, 3, 4, 2)
    yield matrix_case(rng, 1, 1, 4)
    yield np.array([[0, 2, 0], [1, 0, 3], [0, -1, 1]]), rng.integers(-3, 4, (3, 2)), 4


def unrolled_matrix(W, U, T):
    n, d = U.shape
    M = np.zeros((T, n, T, d))
    block = U
    for lag in range(T):
        for s in range(T - lag):
            M[s + lag, :, s] = block
        block = W @ block
    return M.reshape(T * n, T * d)


def pulse_by_pulse(W, U, T):
    """Oracle: the states that each single input leaves, by torch, a column at a time."""
    n, d = U.shape
    W, U = torch.from_numpy(W).double(), torch.from_numpy(U).double()
    columns = []
    for pulse in torch.eye(T * d, dtype=torch.float64):
        h, run = torch.zeros(n, dtype=torch.float64), []
        for x in pulse.reshape(T, d):
            h = torch.mv(W, h) + torch.mv(U, x)
            run.append(h)
        columns.append(torch.cat(run))
    return torch.stack(columns, dim=1).numpy()


def _blocks(U, T, block):
    """The matrix whose block (t, s), counted from 0, is ``block(t - s)``; zeros where that is None."""
    blocks = [[block(t - s) for s in range(T)] for t in range(T)]
    return np.block([[np.zeros(U.shape) if b is None else b for b in row] for row in blocks])


matrix_question = Question(
    "unrolled-matrix", points=2, answer="unrolled_matrix",
    cases=[Group("typical", 1, matrix_cases), Group("edge", 1, matrix_edge_cases)], reference=unrolled_matrix,
    oracle=pulse_by_pulse, forbid=FORBID,
    mistakes=[
        Mistake(lambda W, U, T: _blocks(U, T, lambda lag: np.linalg.matrix_power(W, lag + 1) @ U if lag >= 0 else None),
                "Every block holds W once too often: x_t reaches h_t through U alone, in its own step.",
                name="power_one_too_many"),
        Mistake(lambda W, U, T: _blocks(U, T, lambda lag: np.linalg.matrix_power(W, lag - 1) @ U if lag > 0 else None),
                "Every block holds W once too seldom, and the blocks on the diagonal are zero: an input acts in its "
                "own step already.", name="power_one_too_few"),
        Mistake(lambda W, U, T: _blocks(U, T, lambda lag: np.linalg.matrix_power(W, lag) @ U if lag > 0 else None),
                "On the diagonal your blocks are zero: an input acts in its own step.", name="own_step_missing"),
        Mistake(lambda W, U, T: _blocks(U, T, lambda lag: np.linalg.matrix_power(W, abs(lag)) @ U),
                "Above the diagonal stands what inputs would do to states that came before them.", name="future_too"),
        Mistake(lambda W, U, T: _blocks(U, T, lambda lag: W**lag @ U if lag >= 0 else None),
                "W ** k raises each entry to the power. A power of a matrix is a product.",
                name="entries_to_the_power"),
        Mistake(lambda W, U, T: _blocks(U, T, lambda lag: {0: U, 1: W @ U}.get(lag)),
                "Your states hold the last two inputs alone. h_{t-1} holds all inputs before it, and W hands them on.",
                name="one_step_of_memory"),
    ],
    hints=(
        "Write out h_1, h_2 and h_3 in terms of x_1, x_2, x_3. What multiplies x_1 in h_3?",
        "The block in row t and column s is W^(t-s) U for s <= t, and zero for s > t.",
        "Rows i = t n to (t + 1) n - 1, counted from 0, are block row t: fill M[t*n:(t+1)*n, s*d:(s+1)*d].",
    ),
)


# 2. unroll -----------------------------------------------------------------------------------------------------------


def unroll_case(rng, T, B, d, n):
    W, U, b = draw_weights(rng, d, n)
    return W, U, b, rng.standard_normal((T, B, d)), 0.5 * rng.standard_normal((B, n))


def unroll_cases(rng):
    for T, B, d, n in [(6, 3, 2, 4), (9, 2, 5, 3)]:
        yield unroll_case(rng, T, B, d, n)


def unroll_edge_cases(rng):
    """One step; one sequence; one unit; inputs and initial state of integers."""
    for T, B, d, n in [(1, 3, 2, 4), (5, 1, 3, 2), (2, 3, 1, 1)]:
        yield unroll_case(rng, T, B, d, n)
    W, U, b, x, h0 = unroll_case(rng, 3, 2, 4, 5)
    yield W, U, b, rng.integers(-1, 3, x.shape), rng.integers(0, 2, h0.shape)


def unroll(W, U, b, x, h0):
    T, B, _ = x.shape
    h = np.empty((T + 1, B, len(b)))
    h[0] = h0
    for t in range(1, T + 1):
        h[t] = np.tanh(h[t - 1] @ W.T + x[t - 1] @ U.T + b)
    return h


def unroll_by_torch(W, U, b, x, h0):
    """Oracle: torch's layer, one sequence at a time."""
    x, h0 = x.astype(float), h0.astype(float)
    each = [np.vstack([h0[None, j], torch_states(W, U, b, x[:, j], h0[j])]) for j in range(x.shape[1])]
    return np.stack(each, axis=1)


def never_recurs(W, U, b, x, h0):
    T = len(x)
    return np.stack([h0, *(np.tanh(h0 @ W.T + x[t] @ U.T + b) for t in range(T))])


def reads_next_input(W, U, b, x, h0):
    """x[t] in place of x[t - 1], in a loop that ends at T - 1 because x[T] does not exist."""
    h = unroll(W, U, b, x[1:], h0)
    return np.concatenate([h, np.zeros_like(h[:1])])


def no_tanh(W, U, b, x, h0):
    h = [h0]
    for x_t in x:
        h.append(h[-1] @ W.T + x_t @ U.T + b)
    return np.stack(h)


unroll_question = Question(
    "unroll", points=3, answer="unroll", cases=[Group("typical", 2, unroll_cases), Group("edge", 1, unroll_edge_cases)],
    reference=unroll, oracle=unroll_by_torch, forbid=FORBID,
    mistakes=[
        Mistake(lambda W, U, b, x, h0: unroll(W, U, b, x, np.zeros_like(h0)),
                "You start from zeros. The first state is an argument.", name="starts_from_zero"),
        Mistake(lambda W, U, b, x, h0: unroll(W, U, b, x, h0)[1:],
                "The T new states are right, but the state before the first step is missing.",
                name="without_initial_state"),
        Mistake(never_recurs, "Every step starts from h0 again: nothing is carried from one step to the next."),
        Mistake(reads_next_input, "The inputs arrive one step early: h[1] is made from x[1], so x[0] is never read, "
                "and for h[T] no input is left."),
        Mistake(no_tanh, "The states are not squashed: the activation is missing."),
    ],
    hints=(
        "Allocate h with T + 1 entries, put h0 in h[0], then fill h[1] to h[T] in a loop.",
        "For row vectors, W h + U x + b reads h @ W.T + x @ U.T + b: shapes (B, n) @ (n, n) + (B, d) @ (d, n) + (n,).",
        "The input that makes h[t] is x[t - 1], because x has no entry for time zero.",
    ),
)


# 3. variable length --------------------------------------------------------------------------------------------------


def padded_case(rng, lengths, T, d, n):
    W, U, b, x, h0 = unroll_case(rng, T, len(lengths), d, n)
    mask = np.arange(T)[:, None] < np.array(lengths)
    return W, U, b, x, mask, h0


def padded_cases(rng):
    """Padding at the end: once with zeros, as loaders pad, once with whatever was in memory."""
    W, U, b, x, mask, h0 = padded_case(rng, (7, 3, 5), 7, 2, 4)
    yield W, U, b, np.where(mask[..., None], x, 0.0), mask, h0
    yield padded_case(rng, (2, 6, 4, 1), 8, 3, 5)


def gap_cases(rng):
    """Padding in front, holes, a sequence and a step without anything valid; what lies under the mask is not zero, and
    in one case no number.
    """
    W, U, b, x, h0 = unroll_case(rng, 6, 4, 3, 2)
    mask = np.array([[0, 1, 0, 1], [0, 0, 0, 1], [1, 1, 0, 1], [0, 0, 0, 0], [1, 1, 0, 1], [1, 0, 0, 1]], bool)
    yield W, U, b, x, mask, h0
    W, U, b, x, h0 = unroll_case(rng, 1, 2, 1, 3)
    yield W, U, b, x, np.array([[False, True]]), h0
    W, U, b, x, h0 = unroll_case(rng, 4, 3, 2, 5)
    mask = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 0]], bool)
    yield W, U, b, np.where(mask[..., None], x, [np.nan, np.inf]), mask, h0
    W, U, b, x, h0 = unroll_case(rng, 2, 1, 3, 1)
    yield W, U, b, x, np.array([[True], [False]]), h0


def final_state(W, U, b, x, mask, h0):
    h = h0
    for x_t, valid in zip(x, mask):
        h = np.where(valid[:, None], np.tanh(h @ W.T + x_t @ U.T + b), h)
    return h


def final_state_of_trimmed(W, U, b, x, mask, h0):
    """Oracle: cut the padding away, run each sequence alone, take its last state."""
    each = [np.vstack([h0[j], torch_states(W, U, b, x[mask[:, j], j], h0[j])])[-1] for j in range(x.shape[1])]
    return np.stack(each)


def padding_erases(W, U, b, x, mask, h0):
    h = h0
    for x_t, valid in zip(x, mask):
        h = np.tanh(h @ W.T + x_t @ U.T + b) * valid[:, None]
    return h


def one_step_early(W, U, b, x, mask, h0):
    return unroll(W, U, b, x, h0)[np.maximum(mask.sum(0) - 1, 0), np.arange(x.shape[1])]


def back_to_start(W, U, b, x, mask, h0):
    h = h0
    for x_t, valid in zip(x, mask):
        h = np.where(valid[:, None], np.tanh(h @ W.T + x_t @ U.T + b), h0)
    return h


def one_flag_for_all(W, U, b, x, mask, h0):
    everyone = np.broadcast_to(mask.any(1, keepdims=True), mask.shape)
    return final_state(W, U, b, x, everyone, h0)


final_state_question = Question(
    "final-state", points=3, answer="final_state",
    cases=[Group("padded", 2, padded_cases), Group("gaps", 1, gap_cases)], reference=final_state,
    oracle=final_state_of_trimmed, covers=Covers(ignored={"x": "mask"}), forbid=FORBID,
    mistakes=[
        Mistake(lambda W, U, b, x, mask, h0: unroll(W, U, b, x, h0)[-1],
                "This is the state after all T steps, padding included. A short sequence must not move once it has "
                "ended.", name="padding_read"),
        Mistake(lambda W, U, b, x, mask, h0: unroll(W, U, b, x * mask[..., None], h0)[-1],
                "You silenced the inputs of the padding, but the state still steps: W and b move it without any input.",
                name="inputs_masked_only"),
        Mistake(padding_erases, "A step without input sets your state to zero. It should leave the state as it was."),
        Mistake(lambda W, U, b, x, mask, h0: unroll(W, U, b, x, h0)[mask.sum(0), np.arange(x.shape[1])],
                "Right when all padding is at the end. Here some is in front or in between, so counting valid steps "
                "does not tell where the last one is, and the steps before it must not have moved the state either.",
                name="state_at_length"),
        Mistake(lambda W, U, b, x, mask, h0: unroll(W, U, b, x, h0)[1:][mask.sum(0) - 1, np.arange(x.shape[1])],
                "Right when all padding is at the end and everyone has a valid step. Here some padding is in front or "
                "in between, and one sequence has no valid step: its index, 0 - 1, is the last entry of the list.",
                name="last_of_the_new_states"),
        Mistake(back_to_start, "A masked step sends your state back to h0. It should leave the state as it was."),
        Mistake(one_flag_for_all, "You ask the mask one question for the whole batch: while anyone reads data, all "
                "states step. It has one answer a sequence."),
        Mistake(one_step_early, "One step early: h has T + 1 entries, and h[0] is the state before any input."),
        Mistake(lambda W, U, b, x, mask, h0: final_state(W, U, b, x, ~mask, h0),
                "The mask is read upside down: True marks a valid step.", name="mask_inverted"),
    ],
    hints=(
        "Say in words what one step does to a sequence that has already ended: its state after is its state before.",
        "Compute the new state for everybody, then choose row by row between it and the old one.",
        "np.where(valid[:, None], new, old) chooses rows: valid is (B,), the states are (B, n).",
    ),
)


# 4. cross-entropy over valid steps -----------------------------------------------------------------------------------


def loss_case(rng, T, B, m, scale=2.0):
    mask = rng.random((T, B)) < 0.6
    mask[0, 0], mask[-1, -1] = True, False
    targets = np.where(mask, rng.integers(0, m, (T, B)), -1)
    return scale * rng.standard_normal((T, B, m)), targets, mask


def loss_cases(rng):
    yield loss_case(rng, 5, 3, 4)
    yield loss_case(rng, 4, 2, 6)


def loss_edge_cases(rng):
    """Logits far beyond where exp overflows, nothing masked; one valid step only; a certain error; padding that is no
    number; an ordinary case.
    """
    far_apart = 2000.0 * np.array([1, 0, -1])[:, None, None]
    yield rng.standard_normal((3, 4, 2)) + far_apart, rng.integers(0, 2, (3, 4)), np.ones((3, 4), bool)
    targets = np.array([[-1, -1], [2, -1], [-1, -1]])
    yield rng.standard_normal((3, 2, 3)), targets, targets >= 0
    confident = rng.standard_normal((2, 2, 3)) + np.array([1500.0, 0, 0])
    targets = np.array([[0, 2], [1, -1]])
    yield confident, targets, targets >= 0
    logits, targets, mask = loss_case(rng, 3, 2, 4)
    yield np.where(mask[..., None], logits, np.nan), targets, mask
    yield rng.standard_normal((1, 1, 3)), np.array([[1]]), np.array([[True]])
    yield loss_case(rng, 2, 3, 5)


def cross_entropy(logits, targets, mask):
    shifted = logits - logits.max(-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    onehot = np.arange(logits.shape[-1]) == targets[..., None]
    count = mask.sum()
    loss = -log_p[onehot & mask[..., None]].sum() / count
    return loss, np.where(mask[..., None], np.exp(log_p) - onehot, 0.0) / count


def cross_entropy_by_autograd(logits, targets, mask):
    """Oracle: torch's loss on the valid rows alone, and its gradient."""
    leaf = torch.from_numpy(np.where(mask[..., None], logits, 0.0)).requires_grad_()
    valid = torch.from_numpy(mask.copy())
    loss = torch.nn.functional.cross_entropy(leaf[valid], torch.from_numpy(targets.copy())[valid])
    loss.backward()
    return loss.item(), leaf.grad.numpy()


def mean_over_padding(logits, targets, mask):
    loss, gradient = cross_entropy(logits, targets, mask)
    return loss * mask.mean(), gradient * mask.mean()


def summed(logits, targets, mask):
    loss, gradient = cross_entropy(logits, targets, mask)
    return loss * mask.sum(), gradient * mask.sum()


def padding_has_gradient(logits, targets, mask):
    loss, _ = cross_entropy(logits, targets, mask)
    _, gradient = cross_entropy(logits, targets % logits.shape[-1], np.ones_like(mask))
    return loss, gradient * mask.size / mask.sum()


def log_of_zero(logits, targets, mask):
    """The softmax is safe, its logarithm is not: p of a class far below the largest is exactly zero."""
    return _log_after_softmax(logits, targets, mask, lambda p, onehot: np.log((p * onehot).sum(-1)))


def log_of_zero_times_zero(logits, targets, mask):
    """The same with log p of all classes: minus infinity, times a zero of the one-hot array."""
    return _log_after_softmax(logits, targets, mask, lambda p, onehot: (np.log(p) * onehot).sum(-1))


def _log_after_softmax(logits, targets, mask, right_log_p):
    _, gradient = cross_entropy(logits, targets, mask)
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    p = shifted / shifted.sum(-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_p = right_log_p(p, np.arange(logits.shape[-1]) == targets[..., None])
    return -log_p[mask].mean(), gradient


def mean_of_means(logits, targets, mask):
    """Every sequence counts the same, however short: and one without a valid step divides zero by zero."""
    losses = [cross_entropy(logits[:, [j]], targets[:, [j]], mask[:, [j]]) for j in range(mask.shape[1])]
    with np.errstate(invalid="ignore"):
        return np.mean([loss for loss, _ in losses]), np.concatenate([g for _, g in losses], axis=1) / len(losses)


def softmax_twice(logits, targets, mask):
    """What happens when probabilities are handed to a loss that expects logits."""
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return cross_entropy(shifted / shifted.sum(-1, keepdims=True), targets, mask)


def _without_care(logits, targets, mask):
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
        onehot = np.arange(logits.shape[-1]) == targets[..., None]
        loss = -np.log(p[onehot & mask[..., None]]).sum() / mask.sum()
        return loss, (p - onehot) * mask[..., None] / mask.sum()


cross_entropy_question = Question(
    "cross-entropy", points=4, answer="cross_entropy", parts=("loss", "dlogits"),
    cases=[Group("typical", 3, loss_cases), Group("edge", 1, loss_edge_cases)], reference=cross_entropy,
    oracle=cross_entropy_by_autograd, covers=Covers(ignored={"logits": "mask"}, apart=("logits",)), forbid=FORBID,
    mistakes=[
        Mistake(mean_over_padding, "Padding contributes nothing to the sum, yet you still divide by T times B. Divide "
                "by what you added up."),
        Mistake(summed, "This is the sum over valid steps. The statement asks for their mean, gradient included."),
        Mistake(padding_has_gradient, "The loss is right, but steps that are only padding receive a gradient too."),
        Mistake(lambda logits, targets, mask: cross_entropy(logits, targets % logits.shape[-1], np.ones_like(mask)),
                "Padding is counted as if it were data: -1 silently indexes the last class.", name="padding_counted"),
        Mistake(lambda logits, targets, mask: _without_care(logits, targets, mask),
                "Right for logits of ordinary size, and not a number for large ones: exp(2000) is infinite. A softmax "
                "does not change when the same number is taken from all logits of a step.", name="overflows"),
        Mistake(lambda logits, targets, mask: _without_care(logits - logits.max(), targets, mask),
                "You take the largest logit of the whole batch from every step. Where a step's own logits lie far "
                "below, all its exponentials are zero, and zero over zero is not a number.", name="largest_of_all"),
        Mistake(log_of_zero, "Your p is safe, its logarithm is not: a class far below the largest has p = 0 in "
                "floating point, and the loss is infinite where it should be large. log p has a formula without p."),
        Mistake(log_of_zero_times_zero, "Your p is safe, its logarithm is not: where p = 0, log p is minus infinity, "
                "and times the zeros of a one-hot array that is not a number. log p has a formula without p."),
        Mistake(mean_of_means, "You average each sequence first and then the averages, so that a step of a short "
                "sequence weighs more. Asked is one mean over all valid steps."),
        Mistake(softmax_twice, "This is the loss of probabilities taken for logits: the softmax is applied twice. Its "
                "input is z."),
    ],
    hints=(
        "log p_i = z_i - log sum_j exp(z_j). Take the largest logit of each step from all of them first.",
        "(np.arange(m) == targets[..., None]) is the one-hot array, all False where the target is -1.",
        "The gradient of one step's loss is p - onehot. Multiply by the mask and divide by the number of valid steps.",
    ),
)


# 5. spot the bug: a stream of documents ------------------------------------------------------------------------------


def stream_case(rng, T, B, d, n, k, rows):
    """A stream in whose row b documents begin at the times ``rows[b]``."""
    W, U, b = draw_weights(rng, d, n)
    starts = np.array([np.isin(np.arange(T), times) for times in rows]).T
    return W, U, b, rng.standard_normal((T, B, d)), starts, k


def stream_cases(rng):
    """Documents begin in mid-chunk and with a chunk, in some rows and not in others."""
    yield stream_case(rng, 8, 3, 2, 4, 3, [[1, 6], [3], [0, 7]])
    yield stream_case(rng, 7, 2, 3, 5, 2, [[4], [1, 5]])
    yield stream_case(rng, 5, 1, 3, 2, 2, [[2]])


def stream_edge_cases(rng):
    """One sequence; one step a chunk; a chunk longer than the stream; as long; a document of one step."""
    yield stream_case(rng, 7, 1, 2, 3, 4, [[2, 3, 4]])
    yield stream_case(rng, 4, 2, 1, 3, 1, [[0, 3], [2]])
    yield stream_case(rng, 3, 2, 4, 1, 9, [[1], [0, 2]])
    yield stream_case(rng, 4, 3, 2, 5, 4, [[1], [], [3]])
    yield stream_case(rng, 1, 3, 4, 2, 2, [[], [0], []])
    yield stream_case(rng, 2, 3, 4, 5, 1, [[1], [], [0]])


def read_stream(W, U, b, x, starts, k):
    return _read(W, U, b, x, starts, k)


def _read(W, U, b, x, starts, k, noted=lambda before, after: after, onward=lambda state: state):
    """``noted`` makes what is kept of a chunk of its first state before and after the reset; ``onward`` what the next
    chunk goes on from.
    """
    state = np.zeros((x.shape[1], len(b)))
    h, carried = [], []
    for t, (x_t, new) in enumerate(zip(x, starts)):
        before = onward(state) if t and t % k == 0 else state
        state = np.where(new[:, None], 0.0, before)
        if t % k == 0:
            carried.append(noted(before, state))
        state = np.tanh(state @ W.T + x_t @ U.T + b)
        h.append(state)
    return np.stack(h), np.stack(carried)


def read_documents(W, U, b, x, starts, k):
    """Oracle: cut every row of the stream into its documents and run each from a zero state."""
    T, B, _ = x.shape
    h, before = np.empty((T, B, len(b))), np.zeros((T, B, len(b)))
    for j in range(B):
        edges = [0, *np.flatnonzero(starts[1:, j]) + 1, T]
        for first, last in pairwise(edges):
            h[first:last, j] = torch_states(W, U, b, x[first:last, j], np.zeros(len(b)))
            before[first + 1 : last, j] = h[first : last - 1, j]
    return h, before[::k]


def _anyone(starts):
    return np.broadcast_to(starts.any(1, keepdims=True), starts.shape)


def the_draft(W, U, b, x, starts, k):
    if x.shape[1] > 1:
        raise ValueError("too many values to unpack (expected 1)")
    return _read(W, U, b, x, starts, k, noted=lambda before, after: before)


def first_row_for_all(W, U, b, x, starts, k):
    """The tempting repair of the unpacking error: state[0] fits every shape, by broadcasting."""
    return _read(W, U, b, x, starts, k, onward=lambda state: np.broadcast_to(state[0], state.shape))


def last_row_for_all(W, U, b, x, starts, k):
    """The draft's comment taken at its word: state[-1] is the last row, not the last step."""
    return _read(W, U, b, x, starts, k, onward=lambda state: np.broadcast_to(state[-1], state.shape))


def last_states_of_chunks(W, U, b, x, starts, k):
    """The state at the end of each chunk in place of that at its beginning."""
    h, carried = _read(W, U, b, x, starts, k)
    return h, h[np.minimum(np.arange(1, len(carried) + 1) * k, len(x)) - 1]


def reset_at_chunks(W, U, b, x, starts, k):
    at_chunk = (np.arange(len(x)) % k == 0)[:, None]
    return _read(W, U, b, x, starts | at_chunk, k)


def reset_after_the_step(W, U, b, x, starts, k):
    state = np.zeros((x.shape[1], len(b)))
    h, carried = [], []
    for t, (x_t, new) in enumerate(zip(x, starts)):
        if t % k == 0:
            carried.append(state)
        state = np.where(new[:, None], 0.0, np.tanh(state @ W.T + x_t @ U.T + b))
        h.append(state)
    return np.stack(h), np.stack(carried)


def stored_states_reset(W, U, b, x, starts, k):
    """state[new] = 0 in place, which also changes the state stored one step before."""
    h, carried = read_stream(W, U, b, x, starts, k)
    h[:-1][starts[1:]] = 0
    return h, carried


def last_chunk_dropped(W, U, b, x, starts, k):
    h, carried = read_stream(W, U, b, x, starts, k)
    whole = len(x) // k
    return h[: whole * k], carried[:whole]


stream_question = Question(
    "carried-states", points=3, answer="read_stream", parts=("h", "carried"),
    cases=[Group("typical", 2, stream_cases), Group("edge", 1, stream_edge_cases)], reference=read_stream,
    oracle=read_documents, forbid=FORBID,
    mistakes=[
        Mistake(the_draft, "This behaves like the draft: it works for one sequence only. Read the error it raises for "
                "three; along which axis does `(state,) = state` unpack? Then look for what else is true for one row "
                "only."),
        Mistake(lambda W, U, b, x, starts, k: _read(W, U, b, x, starts, k, noted=lambda before, after: before),
                "The states are right. A chunk whose first step begins a document starts from zero in that row; you "
                "note the state before it is reset, and a chunk run again from there would go on with the old "
                "document.", name="noted_before_the_reset"),
        Mistake(lambda W, U, b, x, starts, k: _read(W, U, b, x, _anyone(starts), k),
                "A document that begins in one row resets the others too.", name="everyone_reset"),
        Mistake(lambda W, U, b, x, starts, k: _read(W, U, b, x, _anyone(starts), k, noted=lambda before, after: before),
                "The error is gone; two faults are left. A document that begins in one row resets the others too, and "
                "the state a chunk starts from is noted before it is reset.", name="everyone_reset_and_noted_before"),
        Mistake(first_row_for_all, "The error is gone, the bug is not: after each chunk every sequence goes on from "
                "the state of the first."),
        Mistake(last_row_for_all, "The error is gone, the bug is not: state[-1] is the last *row*, and after each "
                "chunk every sequence goes on from it. What is the state at the end of a chunk?"),
        Mistake(last_states_of_chunks, "The states are right. You keep the state at the end of each chunk; asked is "
                "the one it starts from."),
        Mistake(reset_after_the_step, "You set the state to zero after the step, so the first input of each document "
                "leaves no trace."),
        Mistake(reset_at_chunks, "Every chunk begins from zeros. Chunks are the reader's business: documents go on."),
        Mistake(stored_states_reset, "The states you go on from are right, but resetting in place also changes the one "
                "you have just stored: two names for one array."),
        Mistake(last_chunk_dropped, "The last steps are missing when k does not divide T: a short chunk is a chunk "
                "too."),
    ],
    hints=(
        "Run the draft with B = 1, then with B = 3, and read the last line of the traceback.",
        "With B = 1 an array of shape (1, n) unpacks into one row of shape (n,), and broadcasting hides the lost axis. "
        "And `new` is (B,), one flag a row: the draft asks it one question for all rows.",
        "At each step: first np.where(new[:, None], 0, state), then note the state if t % k == 0, then step.",
    ),
)


# 6. five programs, four mistakes -------------------------------------------------------------------------------------

LABELS = ("none", "padding counted", "state carried over", "softmax twice", "targets not shifted")


def diagnosis():
    """Read from the logs."""
    return {
        "A": "state carried over",
        "B": "none",
        "C": "softmax twice",
        "D": "targets not shifted",
        "E": "padding counted",
    }


_exchanged = partial(two_exchanged, diagnosis())

logs_question = Question(
    "five-logs", points=2, answer="diagnosis", kind="choice", reference=diagnosis, oracle=dealing(LABELS, 15),
    mistakes=[
        _exchanged("none", "softmax twice", "Two programs are right equally often, and one of them has a loss far "
                   "above the floor. Which mistake leaves the order of the scores alone, but not their size?",
                   name="none_and_softmax_twice"),
        _exchanged("none", "state carried over", "A loss that moves a little when the same batch is read again is no "
                   "rounding. The same computation gives the same digits.", name="none_and_state_carried_over"),
        _exchanged("padding counted", "targets not shifted", "Both losses lie below the floor, but only one of them "
                   "depends on the padding.", name="padding_and_targets"),
        _exchanged("padding counted", "state carried over", "Both losses move when the batch is padded, but one of "
                   "them moves as well when the batch is read again as it was.", name="padding_and_state"),
        _exchanged("softmax twice", "targets not shifted", "One of them is never wrong about something random, and the "
                   "other is right as often as can be. Who has seen the answer?", name="softmax_and_targets"),
    ],
    hints=(
        "First find the programs whose loss depends on something that it should not depend on.",
        "No reader of this chain can be right more often than 80 %, or have a loss clearly below 0.72, "
        "on symbols that it must predict.",
        "The largest probability that a softmax gives one of four numbers between 0 and 1 is e / (e + 3).",
    ),
)


# 7. what the state remembers -----------------------------------------------------------------------------------------


def probe_case(rng, T, B, n, k):
    """States of a network that reads one number a step, with the numbers it read."""
    W, U, b = draw_weights(rng, 1, n)
    x = rng.standard_normal((T, B, 1)) + 0.5
    return unroll(W, 0.5 * U, b, x, np.zeros((B, n))), x[..., 0], k


def probe_cases(rng):
    yield probe_case(rng, 30, 3, 4, 2)
    yield probe_case(rng, 12, 8, 3, 1)


def probe_edge_cases(rng):
    """No lag; more sequences than steps; one unit; a dead unit; fewer pairs than unknowns."""
    yield probe_case(rng, 40, 1, 2, 0)
    yield probe_case(rng, 7, 20, 3, 4)
    yield probe_case(rng, 15, 4, 1, 3)
    h, x, k = probe_case(rng, 25, 2, 3, 5)
    yield h * [1.0, 1.0, 0.0], x, k
    yield probe_case(rng, 6, 1, 7, 2)
    yield probe_case(rng, 1, 9, 2, 0)
    yield probe_case(rng, 2, 8, 3, 1)


def recall(h, x, k):
    T, B = x.shape
    states = h[k + 1 :].reshape((T - k) * B, -1)
    features = np.column_stack([states, np.ones(len(states))])
    target = x[: T - k].ravel()
    weights, *_ = np.linalg.lstsq(features, target, rcond=None)
    return 1 - np.sum((target - features @ weights) ** 2) / np.sum((target - target.mean()) ** 2)


def recall_by_covariance(h, x, k):
    """Oracle: R^2 = c^T C^+ c / var(x), from the covariances of state and target; no fit, no residuals."""
    pairs = [(h[t, j], x[t - 1 - k, j]) for t in range(k + 1, len(h)) for j in range(x.shape[1])]
    table = np.array([[target, *state] for state, target in pairs])
    covariance = np.cov(table, rowvar=False)
    c, C = covariance[0, 1:], covariance[1:, 1:]
    return float(c @ np.linalg.pinv(C, rcond=1e-11, hermitian=True) @ c / covariance[0, 0])


def _fit(states, target, constant=True, total=lambda target: np.sum((target - target.mean()) ** 2)):
    """R^2 of a fit of the targets, in the order of the states; ``total`` is what its residuals are compared with."""
    features = states.reshape(-1, states.shape[-1])
    if constant:
        features = np.column_stack([features, np.ones(len(features))])
    weights, *_ = np.linalg.lstsq(features, target.ravel(), rcond=None)
    return 1 - np.sum((target.ravel() - features @ weights) ** 2) / total(target)


recall_question = Question(
    "recall", points=3, answer="recall", cases=[Group("typical", 2, probe_cases), Group("edge", 1, probe_edge_cases)],
    reference=recall, oracle=recall_by_covariance, axes={"x": "T B"}, forbid=FORBID,
    mistakes=[
        Mistake(lambda h, x, k: _fit(h[k + 1 :], x[: len(x) - k], constant=False),
                "The fit has no constant term, so it cannot even match the mean of the inputs.", name="no_intercept"),
        Mistake(lambda h, x, k: _fit(h[k + 1 :], x[: len(x) - k], total=lambda y: np.sum(y**2)),
                "The residual is measured against the inputs' sum of squares, not their spread about the mean.",
                name="not_centred"),
        Mistake(lambda h, x, k: _fit(h[1 : len(x) - k + 1], x[k:]),
                "For k > 0 you ask the state about inputs it has not read yet: the target lies k steps before the "
                "state.", name="looks_into_the_future"),
        Mistake(lambda h, x, k: _fit(h[k + 1 :].swapaxes(0, 1), x[: len(x) - k]),
                "States and inputs are flattened in different orders, one by steps, one by sequences: the pairs are "
                "mixed.", name="pairs_out_of_order"),
        Mistake(lambda h, x, k: _fit(h[k + 1 :], x[: len(x) - k].T),
                "States and inputs are flattened in different orders, one by steps, one by sequences: the pairs are "
                "mixed.", name="inputs_out_of_order"),
        Mistake(lambda h, x, k: _fit(h[k + 1 :], x[:-k]),
                "Right for k > 0. At k = 0 there are states but no inputs: x[:-0] is x[:0], and empty. Count from the "
                "front.", name="slice_to_minus_zero"),
        Mistake(lambda h, x, k: _fit(h[k + 1 :], x[: len(x) - k], total=lambda _: np.sum((x - x.mean()) ** 2)),
                "You divide by the spread of all inputs. The last k of each sequence are nobody's target.",
                name="spread_of_all_inputs"),
        Mistake(lambda h, x, k: np.mean([recall(h[:, [j]], x[:, [j]], k) for j in range(x.shape[1])]),
                "You fit each sequence on its own. Asked is one probe, the same for all of them.",
                name="one_probe_a_sequence"),
        Mistake(lambda h, x, k: 1 - recall(h, x, k),
                "This is the share of the variance that is lost; asked is the share that is recovered.",
                name="share_lost"),
    ],
    hints=(
        "Which input did the step that made h[t] read? x[t - 1]. So which one came k steps before?",
        "The pairs are h[k + 1:] and x[: T - k], both flattened over steps and sequences, in the same order.",
        "Append a column of ones to the states, call np.linalg.lstsq, and compare residuals with x - mean(x).",
    ),
)

QUESTIONS = [
    matrix_question, unroll_question, final_state_question, cross_entropy_question,
    stream_question, logs_question, recall_question,
]
