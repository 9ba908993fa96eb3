"""Questions of the notebook 06_truncation: cases, reference answers, oracles and the mistakes people make.

The references follow the index sets and the geometric sums of the chapter. The oracles cut the graph with ``detach``
and differentiate, sequence by sequence where states are carried, lag by lag where expectations are asked.
"""


import numpy as np
import torch

from rnngrade import Group, Maker, Mistake, Question, Tolerance
from rnngrade.slips import RIGHT
from rnnlib import PlainCell, unroll
from rnnlib.gradients import clip_norm
from rnnlib.optimisers import Adam
from rnnlib.readouts import LinearReadout
from rnnlib.truncation import truncated_bptt

DOUBLE = torch.float64
FORBID = ("torch", "rnnlib")


# 1. what is dropped --------------------------------------------------------------------------------------------------


def cut_case(rng, T, B, n, k):
    h = np.tanh(rng.standard_normal((T + 1, B, n)))
    return 1.3 * rng.standard_normal((n, n)) / np.sqrt(n), h, rng.standard_normal((T, B, n)), k


def cut_cases(rng):
    yield cut_case(rng, 16, 2, 4, 3)
    yield cut_case(rng, 10, 2, 5, 4)


def cut_edge_cases(rng):
    """Chunks of one step; a single chunk, exactly and more than long enough; a last chunk of one step."""
    yield cut_case(rng, 5, 2, 3, 1)
    yield cut_case(rng, 4, 3, 2, 4)
    yield cut_case(rng, 3, 2, 4, 9)
    yield cut_case(rng, 9, 4, 3, 4)
    yield cut_case(rng, 1, 3, 2, 2)
    yield cut_case(rng, 2, 1, 1, 1)


def _terms(W, h, dh, cut, do=RIGHT):
    """The gradient of W through a backward pass that stops at the steps t with ``cut(t)``: before t nothing is sent."""
    g, message = np.zeros_like(dh), np.zeros_like(h[0])
    for t in range(len(dh), 0, -1):
        delta, slope = do.join(message, do.local(dh, t)), do.slope(h[t], h[t - 1])
        g[t - 1] = delta * slope
        message = np.zeros_like(delta) if cut(t) else do.back(W, delta, slope)
    return do.outer(g, do.before(h))


def _split(W, h, dh, cut, do=RIGHT):
    kept = _terms(W, h, dh, cut, do)
    return kept, _terms(W, h, dh, lambda t: False, do) - kept


def kept_and_dropped(W, h, dh, k, *, do=RIGHT):
    return _split(W, h, dh, lambda t: (t - 1) % k == 0, do)


def cut_by_detach(W, h, dh, k):
    """Oracle: autograd through a network whose biases place it on the given states, with and without ``detach``."""
    steps = torch.tensor(h)

    def gradient(detached):
        weights = torch.tensor(W, requires_grad=True)
        state, loss = steps[0], torch.zeros((), dtype=DOUBLE)
        for t in range(1, len(h)):
            if detached and (t - 1) % k == 0:
                state = state.detach()
            b = torch.atanh(steps[t]) - steps[t - 1] @ torch.tensor(W).T
            state = torch.tanh(state @ weights.T + b)
            loss = loss + (state * torch.tensor(dh[t - 1])).sum()
        return torch.autograd.grad(loss, weights)[0].numpy()

    kept = gradient(True)
    return kept, gradient(False) - kept


def nothing_cut(W, h, dh, k):
    whole = _terms(W, h, dh, lambda t: False)
    return whole, np.zeros_like(whole)


def chunks_from_the_end(W, h, dh, k):
    T = len(dh)
    return _split(W, h, dh, lambda t: (T - t + 1) % k == 0)


def last_chunk_left_out(W, h, dh, k):
    T = len(dh) // k * k
    kept = _terms(W, h[: T + 1], dh[:T], lambda t: (t - 1) % k == 0)
    return kept, _terms(W, h, dh, lambda t: False) - kept


def state_not_carried(W, h, dh, k):
    """Every chunk's first step is paired with a state of zero."""
    zeroed = h.copy()
    zeroed[:-1:k] = 0
    total, delta = np.zeros_like(W), np.zeros_like(h[0])
    for t in range(len(dh), 0, -1):
        g = (delta + dh[t - 1]) * (1 - h[t] ** 2)
        total += g.T @ zeroed[t - 1]
        delta = np.zeros_like(delta) if (t - 1) % k == 0 else g @ W
    return total, _terms(W, h, dh, lambda t: False) - total


def windows(W, h, dh, k):
    """Each loss sent back by itself, through its own k steps."""
    kept = np.zeros_like(W)
    for t in range(1, len(dh) + 1):
        first = max(0, t - k)
        alone = np.zeros_like(dh[first:t])
        alone[-1] = dh[t - 1]
        kept += _terms(W, h[first : t + 1], alone, lambda s: False)
    return kept, _terms(W, h, dh, lambda t: False) - kept


def loss_lost_with_the_message(W, h, dh, k):
    """At a cut everything is set to zero, the local gradient of the last step before it included."""
    silent = dh.copy()
    silent[k - 1 : len(dh) - 1 : k] = 0
    kept = _terms(W, h, silent, lambda t: (t - 1) % k == 0)
    return kept, _terms(W, h, dh, lambda t: False) - kept


def one_cut_crossed(W, h, dh, k):
    """Dropped: what comes from the next chunk alone, not from those after it."""
    kept = kept_and_dropped(W, h, dh, k)[0]
    dropped, T = np.zeros_like(W), len(dh)
    for start in range(k, T, k):
        stop = min(start + k, T)
        later = dh[start - k : stop].copy()
        later[:k] = 0
        both = _terms(W, h[start - k : stop + 1], later, lambda t: False)
        dropped += both - _terms(W, h[start - k : stop + 1], later, lambda t: t == k + 1)
    return kept, dropped


cut_question = Question(
    "kept-and-dropped", points=4, answer="kept_and_dropped", parts=("kept", "dropped"),
    cases=[Group("typical", 2, cut_cases), Group("edge", 2, cut_edge_cases)], reference=kept_and_dropped,
    oracle=cut_by_detach, forbid=FORBID,
    mistakes=[
        Mistake(nothing_cut, "This is the whole gradient. The message goes back across the cuts."),
        Mistake(lambda W, h, dh, k: _split(W, h, dh, lambda t: t % k == 0),
                "You cut between steps k - 1 and k. The first chunk holds k steps, and the cut lies behind its last.",
                name="cut_one_step_early"),
        Mistake(chunks_from_the_end, "You count the chunks from the end. They begin at step 1; the last is shorter."),
        Mistake(last_chunk_left_out, "The last chunk is missing where T is no multiple of k."),
        Mistake(state_not_carried, "At the first step of a chunk W multiplied the last state of the chunk before, not "
                "zero: the gradient is cut, the state is carried."),
        Mistake(lambda W, h, dh, k: (kept_and_dropped(W, h, dh, k)[0], _terms(W, h, dh, lambda t: False)),
                "What is kept is right. Your second part is the whole gradient; asked is what the first lacks of it.",
                name="whole_for_dropped"),
        Mistake(windows, "You send every loss through k steps of its own. With chunks a loss at the beginning of a "
                "chunk reaches less far."),
        Mistake(loss_lost_with_the_message, "At a cut only the message from the future is zero. The last step of a "
                "chunk still has a loss of its own."),
        Mistake(one_cut_crossed, "What is kept is right. Dropped is also what would have crossed two cuts or more."),
    ],
    hints=(
        "One backward pass over all T steps makes the whole gradient. What changes at a cut?",
        "The message from step t to step t - 1 crosses a cut where (t - 1) % k == 0; there it becomes zero.",
        "The error is the sum of the dropped terms: the whole less what is kept.",
    ),
)


# 2. who sees whom ----------------------------------------------------------------------------------------------------


def reach_cases(rng):
    yield 12, 6, 2
    yield 12, 5, 3


def reach_edge_cases(rng):
    """Chunks; a window for every loss; a window longer than the sequence; both; one step."""
    yield 8, 4, 4
    yield 7, 3, 1
    yield 6, 10, 2
    yield 9, 4, 3
    yield 1, 2, 1
    yield 2, 2, 1


def sees(T, k, every):
    t, s = np.arange(1, T + 1)[:, None], np.arange(1, T + 1)
    last = every * np.ceil(t / every)
    return (s <= t) & (s > last - k)


def seen_by_detach(T, k, every):
    """Oracle: a unit of ones, run again through each window from a detached state; which inputs get a gradient?"""
    seen = np.zeros((T, T), bool)
    for stop in range(every, T + 1, every):
        x = torch.ones(T, dtype=DOUBLE, requires_grad=True)
        h, states = torch.zeros((), dtype=DOUBLE), {}
        for t in range(1, stop + 1):
            h = h.detach() if t <= stop - k + 1 else h
            h = states[t] = h + (x[t - 1] if t > stop - k else x[t - 1].detach())
        for t in range(stop - every + 1, stop + 1):
            seen[t - 1] = torch.autograd.grad(states[t], x, retain_graph=True)[0].numpy() != 0
    return seen


def _steps(T):
    return np.arange(1, T + 1)[:, None], np.arange(1, T + 1)


def all_of_the_past(T, k, every):
    t, s = _steps(T)
    return s <= t


def k_steps_each(T, k, every):
    t, s = _steps(T)
    return (s <= t) & (s > t - k)


def chunks_of_k(T, k, every):
    t, s = _steps(T)
    return (s <= t) & (s > (t - 1) // k * k)


def chunks_of_every(T, k, every):
    t, s = _steps(T)
    return (s <= t) & (s > (t - 1) // every * every)


def from_the_first_new_step(T, k, every):
    """The window counted back from the first of the new steps."""
    t, s = _steps(T)
    return (s <= t) & (s > (t - 1) // every * every + 1 - k)


def added_to_the_new_steps(T, k, every):
    """k steps before the new ones."""
    t, s = _steps(T)
    return (s <= t) & (s > (t - 1) // every * every - k)


def whole_window(T, k, every):
    """Every loss of a window sees all its inputs, the later ones too."""
    t, s = _steps(T)
    last = every * np.ceil(t / every)
    return (s <= last) & (s > last - k)


reach_question = Question(
    "who-sees-whom", points=3, answer="sees",
    cases=[Group("typical", 2, reach_cases), Group("edge", 1, reach_edge_cases)], reference=sees, oracle=seen_by_detach,
    forbid=FORBID,
    mistakes=[
        Mistake(all_of_the_past, "This is the whole past of every step: nothing is cut."),
        Mistake(k_steps_each, "You give every loss k steps of its own. The losses of several steps are sent back "
                "together, through the window of the last of them."),
        Mistake(chunks_of_k, "These are chunks of k that do not overlap: a window is opened every `every` steps."),
        Mistake(chunks_of_every, "You go back through the new steps alone. The window holds k, old ones too."),
        Mistake(from_the_first_new_step, "You count the window back from the first of the new steps. It is the last k "
                "steps at the time of the backward pass."),
        Mistake(added_to_the_new_steps, "You open the window k steps before the new ones. The new ones are among the "
                "k."),
        Mistake(lambda T, k, every: sees(T, k, every) & ~np.eye(T, dtype=bool),
                "Every loss sees the input of its own step, which made the state that it judges.",
                name="own_input_forgotten"),
        Mistake(whole_window, "A loss in the middle of a window cannot depend on inputs that come after it."),
    ],
    hints=(
        "The backward pass that handles loss t takes place after step `last`: the first multiple of `every` from t on.",
        "Its window holds the steps last - k + 1 to last.",
        "So s is seen if last - k < s <= t; with t as a column and s as a row NumPy compares all at once.",
    ),
)


# 3. a target that lags -----------------------------------------------------------------------------------------------


def lag_case(rng, D, k, sign=1):
    a = sign * float(rng.uniform(0.6, 0.9))
    return a, float(rng.uniform(0.5, 1.5)), float(rng.uniform(1.3, 2.0)), D, k


def lag_cases(rng):
    yield lag_case(rng, 5, 3)
    yield lag_case(rng, 4, 7)
    yield lag_case(rng, 3, 2, sign=-1)


def no_lag_cases(rng):
    """Targets without a lag, for one term and for several."""
    yield lag_case(rng, 0, 4)
    yield lag_case(rng, 0, 1)
    yield lag_case(rng, 0, 3, sign=-1)


def lag_edge_cases(rng):
    """One term; a lag of one; as many terms as lags."""
    yield lag_case(rng, 4, 1)
    yield lag_case(rng, 1, 3, sign=-1)
    yield lag_case(rng, 3, 3)


def _expected(kept, k):
    """A window of k and the mean over a chunk's positions, from a function of the number of terms."""
    return kept(k), sum(kept(p) for p in range(1, k + 1)) / k


def expected(a, b, s, D, k):
    v = b**2 * s**2 / (1 - a**2)

    def kept(terms):
        own = a * v * (1 - a ** (2 * terms)) / (1 - a**2)
        return own - (min(terms, D) * b * s**2 * a ** (D - 1) if D else 0.0)

    return _expected(kept, k)


def expected_lag_by_lag(a, b, s, D, k):
    """Oracle: the unit's answers to a pulse at every lag, cut by ``detach``: white input adds them up as squares do."""
    N = 200
    pulses = torch.eye(N, dtype=DOUBLE).flip(0)

    def kept(terms):
        weight = torch.tensor(a, dtype=DOUBLE, requires_grad=True)
        h = torch.zeros(N, dtype=DOUBLE)
        for t in range(N):
            h = weight * (h.detach() if t <= N - terms else h) + b * pulses[t]
        error = h.detach().clone()
        error[D] -= 1.0
        return s**2 * torch.autograd.grad((error * h).sum(), weight)[0].item()

    return _expected(kept, k)


def _met(a, b, s, D, k, power, met, own=2):
    """The answer where the target contributes b s^2 a^power(j) to the terms j with ``met(j)``, and the state a power
    of a that grows by ``own`` with j.
    """
    v, pull = b**2 * s**2 / (1 - a**2), b * s**2

    def kept(terms):
        return sum(a ** (own * j + 1) * v - (pull * a ** power(j) if met(j) else 0.0) for j in range(terms))

    return _expected(kept, k)


def positions_from_zero(a, b, s, D, k):
    """The mean over losses that keep 0 to k - 1 terms."""
    window, chunk = expected(a, b, s, D, k)
    return window, chunk - window / k


lag_question = Question(
    "lagging-target", points=4, answer="expected", parts=("window", "chunk"),
    cases=[Group("no-lag", 1, no_lag_cases), Group("typical", 2, lag_cases), Group("edge", 1, lag_edge_cases)],
    reference=expected, oracle=expected_lag_by_lag, tolerance=Tolerance(rtol=1e-6, atol=1e-9), forbid=FORBID,
    mistakes=[
        Mistake(lambda a, b, s, D, k: _met(a, b, s, D, k, int, lambda j: False),
                "This is the chapter's loss, which compares h_t with zero. Here it has a target.",
                name="target_forgotten"),
        Mistake(lambda a, b, s, D, k: _met(a, b, s, D, k, lambda j: D - 1, lambda j: True),
                "In your terms the target is met k times. A state older than the input x_{t-D} cannot know it.",
                name="as_many_as_k"),
        Mistake(lambda a, b, s, D, k: 2 * expected(a, b, s, D, 400)[:1],
                "This is the whole gradient. Kept are the terms j = 0 to k - 1.", name="not_cut"),
        Mistake(lambda a, b, s, D, k: _met(a, b, s, D, k, lambda j: D - 1, lambda j: j == 0 < D),
                "Your target is met once. Every state between step t - D and step t - 1 has kept something of x_{t-D}.",
                name="last_term_only"),
        Mistake(lambda a, b, s, D, k: _met(a, b, s, D, k, lambda j: D, lambda j: j < D),
                "Your target's terms are off by one factor of a. From step t - D to step t - 1 - j it is D - 1 - j "
                "steps.", name="lag_of_the_state"),
        Mistake(lambda a, b, s, D, k: _met(a, b, s, D, k, lambda j: D - 1 - j, lambda j: j < D, own=1),
                "These are the covariances alone. The gradient has come back j steps, and lost a factor a at each.",
                name="decay_left_out"),
        Mistake(lambda a, b, s, D, k: _met(a, b, s, D, k, lambda j: D - 1 + j, lambda j: j < D),
                "In your target's terms one power of a is turned around: an older state is nearer to the input it is "
                "asked for.", name="target_decays_twice"),
        Mistake(lambda a, b, s, D, k: _met(a, b, s, D, k, lambda j: j + abs(D - 1 - j), lambda j: True),
                "For terms beyond the lag you take a covariance of |D - 1 - j| steps. A state older than x_{t-D} knows "
                "nothing of it: there it is zero.", name="older_states_know_it"),
        Mistake(lambda a, b, s, D, k: tuple(np.array(expected(a, b, s, D, k)) - expected(a, b, s, D, 400)[0]),
                "This is the bias, truncated less whole. Asked is the expectation of the truncated gradient itself.",
                name="bias_for_expectation"),
        Mistake(lambda a, b, s, D, k: (expected(a, b, s, D, k)[0], expected(a, b, s, D, k)[0] / k),
                "The window is right. The losses of a chunk keep 1, 2, .. k terms; their mean is not the window's over "
                "k.", name="window_over_k"),
        Mistake(lambda a, b, s, D, k: 2 * expected(a, b, s, D, k)[:1],
                "The window is right. In a chunk the loss at position p keeps p terms, not k.",
                name="chunk_like_a_window"),
        Mistake(positions_from_zero, "The window is right. The first loss of a chunk keeps one term, not none: its own "
                "step used a."),
    ],
    hints=(
        "The term j is a^j E[(h_t - x_{t-D}) h_{t-1-j}]: two expectations, of which the chapter has the first.",
        "h_{t-1-j} = b (x_{t-1-j} + a x_{t-2-j} + ..): is x_{t-D} among these inputs, and with which power of a?",
        "For j < D the second is a^j b s^2 a^(D-1-j) = b s^2 a^(D-1), the same for all; for j >= D it is zero.",
    ),
)


# 4. texts in a row ---------------------------------------------------------------------------------------------------


def stream_case(rng, T, B, d, n, k, share=0.25):
    """Streams in which texts begin anywhere, at other steps in every row; the first row has one in mid-chunk."""
    W = 1.2 * rng.standard_normal((n, n)) / np.sqrt(n)
    new = rng.random((T, B)) < share
    if share and T > k > 1:
        new[k + 1, 0], new[k, :] = True, rng.permutation(np.arange(B) % 2 == 0)
    x, dh = rng.standard_normal((T, B, d)), rng.standard_normal((T, B, n))
    return W, rng.standard_normal((n, d)), 0.3 * rng.standard_normal(n), x, new, dh, k


def stream_forward_cases(rng):
    """No loss, so no gradient: the states alone."""
    for sizes in ((13, 4, 2, 3, 5), (9, 3, 2, 5, 4)):
        *rest, dh, k = stream_case(rng, *sizes)
        yield *rest, 0 * dh, k


def stream_cases(rng):
    yield stream_case(rng, 16, 4, 2, 5, 3)
    yield stream_case(rng, 11, 3, 4, 5, 2)


def stream_edge_cases(rng):
    """One text throughout; chunks of one step; a single chunk; a text that begins with every step."""
    yield stream_case(rng, 8, 3, 2, 4, 3, share=0)
    yield stream_case(rng, 6, 4, 2, 3, 1)
    yield stream_case(rng, 7, 3, 2, 4, 9, share=0.4)
    yield stream_case(rng, 4, 2, 3, 4, 2, share=1.0)
    yield stream_case(rng, 9, 4, 2, 3, 4)
    yield stream_case(rng, 2, 3, 1, 2, 2)
    yield stream_case(rng, 1, 1, 2, 1, 1)


def _stream(W, U, b, x, new, dh, k, *, enter, leave, paired=None, do=RIGHT):
    """States, and the gradient of W cut at chunks.

    ``enter(t, h)`` is the state that step t starts from, ``leave(t, message)`` what is sent back across its beginning,
    ``paired(t, h)``, by default ``enter``, the state that W's gradient is paired with.
    """
    T, B, _ = x.shape
    h = [np.zeros((B, len(b)))]
    for t in range(T):
        h.append(np.tanh(enter(t, h[t]) @ W.T + x[t] @ U.T + b))
    g, message = np.zeros_like(dh), np.zeros_like(h[0])
    for t in reversed(range(T)):
        delta, slope = do.join(message, do.local(dh, t + 1)), do.slope(h[t + 1], enter(t, h[t]))
        g[t] = delta * slope
        message = leave(t, do.back(W, delta, slope))
    used = np.stack([(paired or enter)(t, h[t]) for t in range(T)])
    return np.stack(h[1:]), do.outer(g, do.before(np.concatenate([used, h[-1][None]])))


def _reset(new):
    return lambda t, h: np.where(new[t][:, None], 0.0, h)


def _cut(k, then=lambda t, message: message):
    return lambda t, message: np.zeros_like(message) if t % k == 0 else then(t, message)


def chunked(W, U, b, x, new, dh, k, *, do=RIGHT):
    return _stream(W, U, b, x, new, dh, k, enter=_reset(new), leave=_cut(k, _reset(new)), do=do)


def chunked_text_by_text(W, U, b, x, new, dh, k):
    """Oracle: autograd; every text of every row by itself, from zero, detached where a chunk begins."""
    weights, U, b = torch.tensor(W, requires_grad=True), torch.tensor(U), torch.tensor(b)
    T, B, n = dh.shape
    h, loss = torch.zeros(T, B, n, dtype=DOUBLE), torch.zeros((), dtype=DOUBLE)
    for row in range(B):
        begins = [0, *(t for t in range(1, T) if new[t, row]), T]
        for i, begin in enumerate(begins[:-1]):
            state = torch.zeros(n, dtype=DOUBLE)
            for t in range(begin, begins[i + 1]):
                state = torch.tanh(
                    weights @ (state.detach() if t % k == 0 else state) + U @ torch.tensor(x[t, row]) + b
                )
                h[t, row] = state.detach()
                loss = loss + state @ torch.tensor(dh[t, row])
    return h.numpy(), torch.autograd.grad(loss, weights)[0].numpy()


def _at_chunks(k, rule):
    """A rule that is followed where a chunk begins, and nowhere else."""
    return lambda t, h: rule(t, h) if t % k == 0 else h


def _all_rows(new):
    return lambda t, h: np.zeros_like(h) if new[t].any() else h


def draft(W, U, b, x, new, dh, k):
    return _stream(W, U, b, x, new, dh, k, enter=_at_chunks(k, _all_rows(new)), leave=_cut(k))


def rows_at_chunks(W, U, b, x, new, dh, k):
    """The draft with its rows told apart."""
    return _stream(W, U, b, x, new, dh, k, enter=_at_chunks(k, _reset(new)), leave=_cut(k))


def all_rows_reset(W, U, b, x, new, dh, k):
    return _stream(W, U, b, x, new, dh, k, enter=_all_rows(new), leave=_cut(k, _all_rows(new)))


def state_after_the_step_reset(W, U, b, x, new, dh, k):
    """The new text's first state itself is set to zero."""
    T, B, _ = x.shape
    h = [np.zeros((B, len(b)))]
    for t in range(T):
        h.append(_reset(new)(t, np.tanh(h[t] @ W.T + x[t] @ U.T + b)))
    dW, message = np.zeros_like(W), np.zeros_like(h[0])
    for t in reversed(range(T)):
        g = (message + dh[t]) * (1 - h[t + 1] ** 2)
        dW += g.T @ h[t]
        message = _cut(k, _reset(new))(t, g @ W)
    return np.stack(h[1:]), dW


def paired_with_the_old_state(W, U, b, x, new, dh, k):
    leave = _cut(k, _reset(new))
    return _stream(W, U, b, x, new, dh, k, enter=_reset(new), leave=leave, paired=lambda t, h: h)


def old_state_and_message(W, U, b, x, new, dh, k):
    """Forward right, backward as if there were one text."""
    return _stream(W, U, b, x, new, dh, k, enter=_reset(new), leave=_cut(k), paired=lambda t, h: h)


def reset_one_step_late(W, U, b, x, new, dh, k):
    late = np.concatenate([np.zeros_like(new[:1]), new[:-1]])
    return _stream(W, U, b, x, new, dh, k, enter=_reset(late), leave=_cut(k, _reset(late)))


def zero_at_every_chunk(W, U, b, x, new, dh, k):
    begins = new.copy()
    begins[::k] = True
    return _stream(W, U, b, x, new, dh, k, enter=_reset(begins), leave=_cut(k, _reset(begins)))


def last_chunk_counts(W, U, b, x, new, dh, k):
    """dW started again with every chunk."""
    h, _ = chunked(W, U, b, x, new, dh, k)
    silent = dh.copy()
    silent[: (len(x) - 1) // k * k] = 0
    return h, chunked(W, U, b, x, new, silent, k)[1]


stream_question = Question(
    "texts-in-a-row", points=4, answer="chunked", parts=("h", "dW"),
    cases=[
        Group("forward", 1, stream_forward_cases),
        Group("typical", 2, stream_cases),
        Group("edge", 1, stream_edge_cases),
    ],
    reference=chunked, oracle=chunked_text_by_text, forbid=FORBID,
    mistakes=[
        Mistake(draft, "This is the draft as it stands. At which steps does it look at `new`, and for which rows?"),
        Mistake(rows_at_chunks, "Rows are told apart now. A text may begin in the middle of a chunk as well."),
        Mistake(all_rows_reset, "Every step is looked at now. Where one row begins a text, you reset the others too."),
        Mistake(state_after_the_step_reset, "You set the state to zero after the first step of a text, and lose its "
                "first input. Zero is the state before that step."),
        Mistake(lambda W, U, b, x, new, dh, k: _stream(W, U, b, x, new, dh, k, enter=lambda t, h: h, leave=_cut(k)),
                "No state is reset: every text is read with the end of another in mind.", name="never_reset"),
        Mistake(lambda W, U, b, x, new, dh, k: _stream(W, U, b, x, new, dh, k, enter=_reset(new), leave=_cut(k)),
                "The states are right. On the way back a message crosses the beginning of a text: h_t does not depend "
                "on the state before it there.", name="message_crosses"),
        Mistake(paired_with_the_old_state, "The states are right. Where a text begins W multiplied zero, not the last "
                "state of the text before."),
        Mistake(old_state_and_message, "The states are right. Your backward pass takes all texts of a row for one: "
                "what W multiplied, and what a state depends on, are different where a text begins."),
        Mistake(reset_one_step_late, "You reset one step too late: the step that is marked is the first of the new "
                "text, and starts from zero."),
        Mistake(zero_at_every_chunk, "You set the state to zero at every chunk. Chunks are cut for the gradient's "
                "sake; the text goes on."),
        Mistake(lambda W, U, b, x, new, dh, k: _stream(W, U, b, x, new, dh, k, enter=_reset(new), leave=_reset(new)),
                "The states are right. The gradient is not cut: it goes back through all chunks.", name="not_detached"),
        Mistake(last_chunk_counts, "The states are right. dW holds the last chunk alone; all are added."),
    ],
    hints=(
        "In the draft find the one place where `new` is read. How often is it reached, and what does `any` do?",
        "The state that step t starts from is np.where(new[t][:, None], 0, h), in every step.",
        "Keep these starting states: dW pairs g with them, and where one is zero by decree nothing is sent back.",
    ),
)


# 5. by hand ----------------------------------------------------------------------------------------------------------


def by_hand():
    """15 of 60; the newest 6 to 20 of 20; 60/20; the first k of which steps 10 and 200 share a chunk; two fractions."""
    return {
        "chunks": 0.25,
        "windows": 0.75,
        "price": 3,
        "contact": 200,
        "window_bias": 0.8**10,
        "chunk_bias": 0.64 * (1 - 0.8**10) / (5 * 0.36),
    }


def by_counting():
    """Oracle: steps and terms counted one by one."""

    def share(every, lag=45, k=60):
        steps = range(601, 661)
        last = {t: -(-t // every) * every for t in steps}
        return sum(t - lag > last[t] - k for t in steps) / len(steps)

    def missed(terms):
        return 1 - sum(0.8 ** (2 * j) for j in range(terms)) / sum(0.8 ** (2 * j) for j in range(400))

    return {
        "chunks": share(60),
        "windows": share(20),
        "price": sum(last - 60 < 1000 <= last for last in range(20, 2000, 20)),
        "contact": next(k for k in range(1, 1000) if 9 // k == 199 // k),
        "window_bias": missed(5),
        "chunk_bias": sum(missed(p) for p in range(1, 6)) / 5,
    }


def _with(message, name, **wrong):
    return Mistake({**by_hand(), **wrong}, message, name=name)


hand_question = Question(
    "truncation-by-hand", points=2, answer="by_hand", kind="value", reference=by_hand, oracle=by_counting,
    tolerance=Tolerance(rtol=5e-4, atol=0.0),
    mistakes=[
        _with("`chunks`: 45 is less than 60, but a loss early in its chunk reaches less far.", "all_see", chunks=1.0),
        _with("`chunks` is the share of the positions that do not see it.", "the_others", chunks=0.75),
        _with("`chunks`: the loss at position p sees the lags 0 to p - 1. Is 45 among those of position 45?",
              "own_step_counted_as_lag_one", chunks=16 / 60),
        _with("`windows`: the oldest of the 20 new losses has 41 steps in the window. Which lags does it see, and "
              "which the next?", "all_windows_see", windows=1.0),
        _with("`windows`: none of the old steps in a window has its loss sent back again, but the window holds them.",
              "windows_like_chunks", windows=0.25),
        _with("`windows` is off by one of the twenty: the loss at place p of the new ones sees the lags 0 to 39 + p.",
              "windows_off_by_one", windows=0.8),
        _with("`price` is upside down: with more overlap it rises.", "price_upside_down", price=1 / 3),
        _with("`price`: a window of 60 is run for 20 new steps, not for 40.", "price_of_the_old", price=1.5),
        _with("`contact`: with this k step 200 has enough steps behind it only if a chunk begins at step 10. Where "
              "do they begin?", "distance_only", contact=191),
        _with("`contact`: from step 10 to step 200, both included, it is 191 steps; and chunks begin where they "
              "begin.", "distance", contact=190),
        _with("`window_bias`: both the gradient and the state it meets have decayed.", "one_rate", window_bias=0.8**5),
        _with("`window_bias` is the power of the bias itself; asked is the fraction of the whole gradient.",
              "absolute_power", window_bias=0.8**11),
        _with("`chunk_bias` is the window's. In a chunk most losses keep fewer than five terms.",
              "chunk_as_window", chunk_bias=0.8**10),
        _with("`chunk_bias` is the approximation for long chunks; five steps are not long.",
              "long_chunks", chunk_bias=0.64 / (5 * 0.36)),
        _with("`chunk_bias` averages over losses that keep 0 to 4 terms; the first of a chunk keeps one.",
              "positions_from_zero", chunk_bias=(1 - 0.8**10) / (5 * 0.36)),
    ],
    hints=(
        "The loss at position p of a chunk has p steps to go back through, its own included: the lags 0 to p - 1.",
        "With overlap the new losses stand at the positions 41 to 60 of their window.",
        "Steps s and t are in one chunk if (s - 1) // k == (t - 1) // k. Try k = 190, 191, .. for steps 10 and 200.",
    ),
)


# 6. a network trained in chunks --------------------------------------------------------------------------------------


def draw(rng, T, B, share):
    """As the notebook gives it: streams of zeros and symbols, and the last symbol so far."""
    x = np.where(rng.random((T, B)) < share, rng.choice([-1.0, 1.0], (T, B)), 0.0)
    x[0] = rng.choice([-1.0, 1.0], B)
    y = x.copy()
    for t in range(1, T):
        y[t] = np.where(x[t] == 0, y[t - 1], x[t])
    return x[..., None], y


def train(seed, k=10):
    rng = np.random.default_rng(seed)
    x, y = draw(rng, 6000, 16, 0.15)
    cell, readout, adam = PlainCell(1, 16), LinearReadout(16, 1), Adam(0.01)
    params = cell.init(rng), readout.init(rng)
    memory, dreadout = adam.init(params), None

    def local(h, span):
        nonlocal dreadout
        error = readout.forward(params[1], h) - y[span][..., None]
        dreadout, dh = readout.backward(params[1], h, 2 * error / error.size)
        return dh

    def weights():
        return params[0]

    for chunk in truncated_bptt(cell, weights, x, local, k):
        grads, _ = clip_norm((chunk.grads.params, dreadout), 1.0)
        params, memory = adam.update(params, grads, memory)
    return params


def predict(model, x):
    W, V = model
    h = unroll(PlainCell(1, 16), W, x).h[1:]
    return LinearReadout(16, 1).forward(V, h)[..., 0]


def fresh(rng):
    """Streams like those of training."""
    yield (draw(rng, 80, 40, 0.2)[0],)


def distant(rng):
    """One symbol in the first ten steps, and nothing after it."""
    x = np.zeros((200, 40, 1))
    x[rng.integers(0, 9, 40), np.arange(40), 0] = rng.choice([-1.0, 1.0], 40)
    yield (x,)


def last_symbol(made_from, x):
    """Oracle: the symbol at the largest index up to t at which there is one; NaN, which does not count, before it."""
    return _latest(x[..., 0], np.where(x[..., 0] != 0, np.arange(len(x))[:, None], -1))


def _latest(symbols, index):
    index = np.maximum.accumulate(index)
    latest = np.take_along_axis(symbols, np.maximum(index, 0), axis=0)
    return np.where(index < 0, np.nan, latest)


def one_step_late(made_from, x):
    late = np.nan_to_num(last_symbol(made_from, x))
    return np.concatenate([np.zeros_like(late[:1]), late[:-1]])


def zero_at_each_chunk(made_from, x):
    """What can be known from the chunk alone; 0 where that is nothing."""
    chunks = [last_symbol(made_from, x[start : start + 10]) for start in range(0, len(x), 10)]
    return np.nan_to_num(np.concatenate(chunks))


def faded(made_from, x):
    """A memory that leaks: a tenth of it at each step."""
    right = last_symbol(made_from, x)
    steps = np.arange(len(x))[:, None]
    since = steps - np.maximum.accumulate(np.where(x[..., 0] != 0, steps, 0))
    return np.nan_to_num(right * 0.9**since)


model_question = Question(
    "trained-in-chunks", points=4, answer="predict", kind="model",
    maker=Maker(train, lambda rng: (int(rng.integers(1000)),), seconds=10), measure="squared error",
    cases=[
        Group("learns", 1, fresh, within=0.25),
        Group("solves", 1, fresh, within=0.03),
        Group("distant", 2, distant, within=0.05),
    ],
    reference=predict, oracle=last_symbol,
    mistakes=[
        Mistake(lambda made_from, x: x[..., 0],
                "Your model repeats the symbol at the step that brings it, and predicts nothing in between. Does an "
                "error reach the recurrent weights, and is the state used?", name="input_of_the_step"),
        Mistake(one_step_late, "Your predictions come one step late: read the state that a step has made, not the one "
                "it began with."),
        Mistake(zero_at_each_chunk, "Your model knows what has come in the present ten steps, and nothing of those "
                "before. Is the state carried, in training and in predicting?"),
        Mistake(faded, "Your model remembers, and what it remembers fades. A symbol that has to be held longer than "
                "any in training needs a state that stays where it is: train longer, or with other initial weights, on "
                "streams with longer gaps."),
    ],
    hints=(
        "rnnlib.truncation.truncated_bptt yields the chunks' gradients; params may be a function that returns the "
        "current ones, so that an optimiser can move them in between.",
        "Sixteen tanh units, a linear readout, Adam at a rate of 0.01, gradients clipped at 1, and one stream of 6000 "
        "steps in 16 rows are enough: half a second.",
        "`local(h, span)` is where the readout's gradient is made: keep it, and let the optimiser move cell and "
        "readout together.",
    ),
)

QUESTIONS = [cut_question, reach_question, lag_question, stream_question, hand_question, model_question]
