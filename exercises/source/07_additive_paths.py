"""Questions of the notebook 07_additive_paths: cases, reference answers, oracles and the mistakes people make.

The references follow the formulas of the chapter. The oracles let autograd differentiate a step that is placed, by its
biases, on the values that a case gives.
"""

from functools import partial

import numpy as np
import torch

from rnngrade import Case, Covers, Group, Maker, Mistake, Question, Tolerance
from rnngrade.authoring.dealt import dealing, two_exchanged
from rnngrade.slips import RIGHT
from rnnlib import GRUCell, Model, fit, unroll
from rnnlib.gradients import clip_norm
from rnnlib.optimisers import Adam
from rnnlib.readouts import LinearReadout
from rnnlib.tasks import AddingTask

DOUBLE = torch.float64
FORBID = ("torch", "rnnlib")


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def tensors(*arrays):
    return [torch.tensor(array, dtype=DOUBLE) for array in arrays]


# 1. back through a sum -----------------------------------------------------------------------------------------------


def residual_case(rng, T, B, n):
    phi = np.tanh(rng.standard_normal((T, B, n)))
    return rng.standard_normal((n, n)) / np.sqrt(n), phi, rng.standard_normal((T, B, n))


def residual_cases(rng):
    yield residual_case(rng, 6, 3, 4)
    yield residual_case(rng, 4, 2, 5)


def residual_edge_cases(rng):
    """One step; one unit; one sequence."""
    yield residual_case(rng, 1, 3, 2)
    yield residual_case(rng, 5, 2, 1)
    yield residual_case(rng, 2, 1, 3)


def residual_adjoints(W, phi, dh, *, do=RIGHT):
    delta = np.zeros((len(dh) + 1, *dh.shape[1:]))
    for t in range(len(dh), 0, -1):
        delta[t] = do.join(delta[t], do.local(dh, t))
        slope = do.slope(phi[t - 1], phi[max(t - 2, 0)])
        delta[t - 1] = delta[t] + do.back(W, delta[t], slope)
    return delta


def residual_by_autograd(W, phi, dh):
    """Oracle: autograd through a network whose biases give it the values of phi."""
    W, phi, dh = tensors(W, phi, dh)
    states = [torch.zeros_like(phi[0], requires_grad=True)]
    loss = torch.zeros((), dtype=DOUBLE)
    for value, local in zip(phi, dh):
        b = torch.atanh(value) - (states[-1] @ W.T).detach()
        states.append(states[-1] + torch.tanh(states[-1] @ W.T + b))
        loss = loss + (states[-1] * local).sum()
    return np.stack([grad.numpy() for grad in torch.autograd.grad(loss, states)])


def _sums(W, phi, dh, back):
    """Adjoints with the message ``back(delta, slope)``."""
    delta = np.zeros((len(dh) + 1, *dh.shape[1:]))
    for t in range(len(dh), 0, -1):
        delta[t] += dh[t - 1]
        delta[t - 1] = back(delta[t], 1 - phi[t - 1] ** 2)
    return delta


def initial_left_out(W, phi, dh):
    delta = residual_adjoints(W, phi, dh)
    delta[0] = 0
    return delta


def states_rebuilt(W, phi, dh):
    """The slope taken from the state, which is a sum of all phi so far, as in a plain cell."""
    h = np.cumsum(phi, axis=0)
    return _sums(W, h, dh, lambda delta, slope: delta + (slope * delta) @ W)


residual_question = Question(
    "sum-adjoints", points=3, answer="residual_adjoints",
    cases=[Group("typical", 2, residual_cases), Group("edge", 1, residual_edge_cases)],
    reference=residual_adjoints, oracle=residual_by_autograd, axes={"phi": "T B n"}, forbid=FORBID,
    mistakes=[
        Mistake(lambda W, phi, dh: _sums(W, phi, dh, lambda delta, slope: (slope * delta) @ W),
                "This is the plain cell's recursion. Here the state is also added unchanged, and so is the error.",
                name="identity_missing"),
        Mistake(lambda W, phi, dh: _sums(W, phi, dh, lambda delta, slope: slope * delta + (slope * delta) @ W),
                "The slope is on both paths. The state that is added passes no tanh.", name="slope_on_both"),
        Mistake(lambda W, phi, dh: _sums(W, phi, dh, lambda delta, slope: delta),
                "Only the straight path is there. The step's tanh has read the state, too.", name="straight_alone"),
        Mistake(lambda W, phi, dh: _sums(W, phi, dh, lambda delta, slope: (delta + (slope * delta) @ W) / 2),
                "This is a mean of the two paths. The cell adds, with no factor of one half.", name="averaged"),
        Mistake(lambda W, phi, dh: _sums(W, phi, dh, lambda delta, slope: delta - (slope * delta) @ W),
                "The two paths are subtracted. The cell adds what it computes, and gradients of a sum add.",
                name="subtracted"),
        Mistake(lambda W, phi, dh: _sums(W, phi, dh, lambda delta, slope: 2 * delta + (slope * delta) @ W),
                "The straight path is counted twice.", name="identity_twice"),
        Mistake(lambda W, phi, dh: _sums(W, phi, dh, lambda delta, slope: slope * (delta + delta @ W)),
                "The slope is on the whole message, and last. It belongs to the tanh alone, and an error on its way "
                "back meets the tanh before it meets W.", name="slope_on_the_sum"),
        Mistake(initial_left_out, "All but the adjoint of the initial state is right, which is zero in your answer: "
                "step 1 has read it and kept it."),
        Mistake(states_rebuilt, "You take the slope from the state. The state is a sum; the value of the tanh is phi, "
                "and the slope is written with that."),
    ],
    hints=(
        "Write the step as h_t = h_{t-1} + phi_t and ask by which two ways h_{t-1} acts.",
        "By the first, delta_t comes back as it is; by the second, through the slope 1 - phi_t^2 and W transposed.",
        "delta[t - 1] = dh[t - 2] + delta[t] + ((1 - phi[t - 1]**2) * delta[t]) @ W, with no dh for t = 1.",
    ),
)


# 2. which leak changes the Jacobian ----------------------------------------------------------------------------------


def leak_case(rng, reads, n, d):
    W, W_s = 1.2 * rng.standard_normal((2, n, n)) / np.sqrt(n)
    U, U_s = rng.standard_normal((2, n, d))
    b, s = 0.5 * rng.standard_normal((2, n))
    return reads, W, U, b, W_s, U_s, s, rng.standard_normal(n), rng.standard_normal(d)


def constant_cases(rng):
    """A factor that is a parameter, and one that the input drives."""
    yield leak_case(rng, "parameter", 4, 3)
    yield leak_case(rng, "input", 5, 2)


def state_cases(rng):
    yield leak_case(rng, "state", 4, 3)
    yield leak_case(rng, "state", 3, 5)


def leak_edge_cases(rng):
    """The same numbers read in three ways; one unit; one input; two of each."""
    _, *rest = leak_case(rng, "state", 3, 2)
    for reads in ("parameter", "input", "state"):
        yield reads, *rest
    yield leak_case(rng, "state", 1, 3)
    yield leak_case(rng, "input", 2, 1)
    yield leak_case(rng, "parameter", 1, 1)
    yield leak_case(rng, "state", 2, 2)


def _leak(reads, W, U, b, W_s, U_s, s, h, x):
    """phi, kappa."""
    logit = s + (U_s @ x if reads != "parameter" else 0) + (W_s @ h if reads == "state" else 0)
    return np.tanh(W @ h + U @ x + b), sigmoid(logit)


def leaky_jacobian(reads, W, U, b, W_s, U_s, s, h, x):
    phi, kappa = _leak(reads, W, U, b, W_s, U_s, s, h, x)
    J = np.diag(kappa) + ((1 - kappa) * (1 - phi**2))[:, None] * W
    if reads == "state":
        J = J + ((h - phi) * kappa * (1 - kappa))[:, None] * W_s
    return J


def leaky_by_autograd(reads, W, U, b, W_s, U_s, s, h, x):
    """Oracle: autograd of the step."""
    W, U, b, W_s, U_s, s, start, x = tensors(W, U, b, W_s, U_s, s, h, x)

    def step(h):
        logit = {"parameter": s, "input": U_s @ x + s, "state": W_s @ h + U_s @ x + s}[reads]
        kappa = torch.sigmoid(logit)
        return kappa * h + (1 - kappa) * torch.tanh(W @ h + U @ x + b)

    return torch.autograd.functional.jacobian(step, start).numpy()


def _leaked(form, gate=lambda phi, kappa, h: (h - phi) * kappa * (1 - kappa), when=("state",)):
    """A wrong Jacobian: ``form(phi, kappa, W, h)``, and the gate's rows ``gate`` for the factors ``when``."""

    def jacobian(reads, W, U, b, W_s, U_s, s, h, x):
        phi, kappa = _leak(reads, W, U, b, W_s, U_s, s, h, x)
        J = form(phi, kappa, W, h)
        return J + gate(phi, kappa, h)[:, None] * W_s if reads in when else J

    return jacobian


def _right(phi, kappa, W, h):
    return np.diag(kappa) + ((1 - kappa) * (1 - phi**2))[:, None] * W


def gate_without_the_state(reads, *rest):
    """A factor that reads the state is computed as if it did not; the term is there."""
    W, W_s, h = rest[0], rest[3], rest[6]
    phi, kappa = _leak("input" if reads == "state" else reads, *rest)
    J = _right(phi, kappa, W, h)
    return J + ((h - phi) * kappa * (1 - kappa))[:, None] * W_s if reads == "state" else J


def state_always_read(reads, *rest):
    """The factor is always that which reads the state; its term is there where asked for."""
    W, W_s, h = rest[0], rest[3], rest[6]
    phi, kappa = _leak("state", *rest)
    J = _right(phi, kappa, W, h)
    return J + ((h - phi) * kappa * (1 - kappa))[:, None] * W_s if reads == "state" else J


leak_question = Question(
    "leaky-jacobian", points=4, answer="leaky_jacobian",
    cases=[Group("driven", 1, constant_cases), Group("state", 2, state_cases), Group("edge", 1, leak_edge_cases)],
    reference=leaky_jacobian, oracle=leaky_by_autograd, forbid=FORBID,
    covers=Covers(waived={"matters: reads": "a word; three edge cases differ in it alone"}),
    axes={"leaky_jacobian": "n n"},
    mistakes=[
        Mistake(_leaked(_right, when=()), "The gate's own term is missing. Where kappa reads the state, a change of "
                "the state changes kappa.", name="gate_term_missing"),
        Mistake(_leaked(_right, when=("input", "state")), "You add the gate's term where the input alone drives "
                "kappa. There a change of the state leaves kappa as it is.", name="gate_term_for_inputs"),
        Mistake(_leaked(_right, when=("parameter", "input", "state")), "You add the gate's term whatever kappa reads. "
                "A parameter and an input do not change with the state.", name="gate_term_always"),
        Mistake(_leaked(_right, lambda phi, kappa, h: kappa * (1 - kappa)), "In the gate's term a factor is missing: "
                "what does the step's result change by when kappa changes?", name="difference_missing"),
        Mistake(_leaked(_right, lambda phi, kappa, h: (phi - h) * kappa * (1 - kappa)), "The gate's term has the wrong "
                "sign: a larger kappa moves the result towards h.", name="difference_turned"),
        Mistake(_leaked(_right, lambda phi, kappa, h: h * kappa * (1 - kappa)), "In the gate's term kappa multiplies "
                "h, and 1 - kappa multiplies phi: you have differentiated the first alone.", name="kept_part_alone"),
        Mistake(_leaked(_right, lambda phi, kappa, h: h - phi), "In the gate's term the slope of the sigmoid is "
                "missing.", name="sigmoid_slope_missing"),
        Mistake(_leaked(_right, lambda phi, kappa, h: (h - phi) * kappa), "In the gate's term a factor of the "
                "sigmoid's slope is missing.", name="kappa_alone"),
        Mistake(_leaked(_right, lambda phi, kappa, h: (h - phi) * (1 - kappa)), "In the gate's term a factor of the "
                "sigmoid's slope is missing.", name="one_minus_kappa_alone"),
        Mistake(state_always_read, "Your kappa reads the state whatever `reads` says: W_s h, and U_s x, stand inside "
                "the sigmoid in one or two of the three cases."),
        Mistake(_leaked(_right, lambda phi, kappa, h: (h - phi) * (1 - kappa**2)), "The gate is a sigmoid; its slope "
                "is not that of a tanh.", name="slope_of_tanh_in_the_gate"),
        Mistake(_leaked(lambda phi, kappa, W, h: np.diag(1 - kappa) + (kappa * (1 - phi**2))[:, None] * W),
                "kappa and 1 - kappa are exchanged: kappa is what is kept.", name="exchanged"),
        Mistake(_leaked(lambda phi, kappa, W, h: np.diag(kappa) + (1 - phi**2)[:, None] * W),
                "The new part is weighted by 1 - kappa as well.", name="weight_of_the_new_missing"),
        Mistake(_leaked(lambda phi, kappa, W, h: np.diag(kappa) + (1 - kappa)[:, None] * W),
                "The slope of tanh is missing in the new part.", name="slope_missing"),
        Mistake(_leaked(lambda phi, kappa, W, h: np.diag(kappa) + ((1 - kappa) * (1 - h**2))[:, None] * W),
                "The slope is taken at the old state. The value of this step's tanh is phi.", name="slope_at_h"),
        Mistake(_leaked(lambda phi, kappa, W, h: np.diag(kappa) + ((1 - kappa) * (1 - phi**2))[None, :] * W),
                "The slopes scale the columns of W. A unit's slope belongs to its row.", name="columns_scaled"),
        Mistake(_leaked(lambda phi, kappa, W, h: np.eye(len(h)) + ((1 - kappa) * (1 - phi**2))[:, None] * W),
                "What is kept is kappa h, not h: the diagonal is kappa.", name="identity_kept"),
        Mistake(_leaked(lambda phi, kappa, W, h: kappa[:, None] + ((1 - kappa) * (1 - phi**2))[:, None] * W),
                "kappa is added to every column of its row. What unit i keeps is its own state: a diagonal.",
                name="not_a_diagonal"),
        Mistake(gate_without_the_state, "Your kappa does not read the state where it should: W_s h is missing inside "
                "the sigmoid."),
    ],
    hints=(
        "Differentiate kappa * h + (1 - kappa) * phi by the product rule: three things may move, h, phi and kappa.",
        "kappa moves with h in one of the three cases alone; then the result moves by h - phi times what kappa does.",
        "The row of unit i of that term is (h_i - phi_i) kappa_i (1 - kappa_i) times row i of W_s.",
    ),
)


# 3. where the gradient of the keep factor goes -----------------------------------------------------------------------


def keep_case(rng, T, B, n, d):
    h = np.tanh(rng.standard_normal((T + 1, B, n)))
    phi, kappa = np.tanh(rng.standard_normal((T, B, n))), sigmoid(1.5 * rng.standard_normal((T, B, n)))
    return rng.standard_normal((T + 1, B, n)), h, phi, kappa, rng.standard_normal((T, B, d))


def keep_cases(rng):
    yield keep_case(rng, 6, 3, 4, 2)
    yield keep_case(rng, 4, 2, 3, 5)


def keep_edge_cases(rng):
    """One step; two; one unit; one sequence, one input."""
    yield keep_case(rng, 1, 3, 4, 2)
    yield keep_case(rng, 2, 2, 3, 2)
    yield keep_case(rng, 5, 2, 1, 3)
    yield keep_case(rng, 3, 1, 2, 1)


KEEP = {"phi": "T B n", "kappa": "T B n"}


def _kept(delta, h, phi, kappa, x, at_gate, do=RIGHT):
    g = at_gate(delta, h, phi, kappa)
    return do.outer(g, do.before(h)), do.outer(g, x), do.total(g)


def keep_gradients(delta, h, phi, kappa, x, *, do=RIGHT):
    return _kept(delta, h, phi, kappa, x, lambda *of: of[0][1:] * (of[1][:-1] - of[2]) * of[3] * (1 - of[3]), do)


def keep_by_autograd(delta, h, phi, kappa, x):
    """Oracle: autograd, step by step, of delta_t . h_t in weights that start at zero around the given logits."""
    delta, h, phi, kappa, x = tensors(delta, h, phi, kappa, x)
    n, d = h.shape[2], x.shape[2]
    W_s, U_s, s = (torch.zeros(size, dtype=DOUBLE, requires_grad=True) for size in ((n, n), (n, d), (n,)))
    loss = torch.zeros((), dtype=DOUBLE)
    for t in range(len(x)):
        gate = torch.sigmoid(torch.logit(kappa[t]) + h[t] @ W_s.T + x[t] @ U_s.T + s)
        loss = loss + (delta[t + 1] * (gate * h[t] + (1 - gate) * phi[t])).sum()
    return tuple(grad.numpy() for grad in torch.autograd.grad(loss, (W_s, U_s, s)))


def _at_gate(form):
    return lambda delta, h, phi, kappa, x: _kept(delta, h, phi, kappa, x, form)


keep_question = Question(
    "keep-gradients", points=3, answer="keep_gradients", parts=("dW_s", "dU_s", "ds"),
    cases=[Group("typical", 2, keep_cases), Group("edge", 1, keep_edge_cases)], reference=keep_gradients,
    oracle=keep_by_autograd, axes=KEEP, forbid=FORBID,
    mistakes=[
        Mistake(_at_gate(lambda delta, h, phi, kappa: delta[1:] * (phi - h[:-1]) * kappa * (1 - kappa)),
                "The sign is turned: a larger kappa moves the state towards the old one, away from phi.",
                name="difference_turned"),
        Mistake(_at_gate(lambda delta, h, phi, kappa: delta[1:] * (h[:-1] - phi)),
                "This is the gradient of kappa itself. Between kappa and what is inside it lies the sigmoid.",
                name="sigmoid_slope_missing"),
        Mistake(_at_gate(lambda delta, h, phi, kappa: delta[1:] * (h[:-1] - phi) * (1 - kappa**2)),
                "The slope is that of a tanh. kappa is a sigmoid.", name="slope_of_tanh_for_sigmoid"),
        Mistake(_at_gate(lambda delta, h, phi, kappa: delta[1:] * (h[:-1] - phi) * kappa),
                "Of the sigmoid's slope one factor is missing.", name="kappa_alone"),
        Mistake(_at_gate(lambda delta, h, phi, kappa: delta[1:] * (h[:-1] - phi) * (1 - kappa)),
                "Of the sigmoid's slope one factor is missing.", name="one_minus_kappa_alone"),
        Mistake(_at_gate(lambda delta, h, phi, kappa: delta[1:] * h[:-1] * kappa * (1 - kappa)),
                "kappa weighs the old state, and 1 - kappa weighs phi: the second part is missing.",
                name="old_state_alone"),
        Mistake(_at_gate(lambda delta, h, phi, kappa: -delta[1:] * phi * kappa * (1 - kappa)),
                "kappa weighs the old state, and 1 - kappa weighs phi: the first part is missing.", name="phi_alone"),
        Mistake(_at_gate(lambda delta, h, phi, kappa: delta[1:] * (h[1:] - phi) * kappa * (1 - kappa)),
                "kappa weighs the state before the step, not the one that the step made.", name="new_state_weighed"),
        Mistake(_at_gate(lambda delta, h, phi, kappa: delta[:-1] * (h[:-1] - phi) * kappa * (1 - kappa)),
                "The adjoint is that of the state before the step. kappa of step t acts on h[t].",
                name="adjoint_a_step_early"),
        Mistake(_at_gate(lambda delta, h, phi, kappa: delta[1:] * (h[:-1] - phi) * kappa * (1 - kappa) * (1 - phi**2)),
                "The slope of phi's tanh has no place here: kappa acts outside it.", name="slope_of_phi"),
    ],
    hints=(
        "How does h[t] move with kappa of step t, all else held? And kappa with its logit?",
        "So at the logit arrives g = delta[1:] * (h[:-1] - phi) * kappa * (1 - kappa).",
        "The logit is W_s h[t - 1] + U_s x_t + s: pair g with what each weight multiplied, and add up.",
    ),
)


# 4. two GRUs ---------------------------------------------------------------------------------------------------------


def gru_case(rng, T, B, n):
    h = np.tanh(rng.standard_normal((T + 1, B, n)))
    r, z = sigmoid(rng.standard_normal((2, T, B, n)))
    return h, r, z, np.tanh(rng.standard_normal((T, B, n))), rng.standard_normal((T + 1, B, n))


def gru_cases(rng):
    yield gru_case(rng, 6, 3, 4)
    yield gru_case(rng, 4, 2, 5)


def gru_edge_cases(rng):
    """One step; one unit; one sequence."""
    yield gru_case(rng, 1, 3, 2)
    yield gru_case(rng, 5, 2, 1)
    yield gru_case(rng, 2, 1, 3)


def candidate_weights(h, r, z, new, delta, *, do=RIGHT):
    g = do.slope(new, h[:-1]) * delta[1:]
    return do.outer(g * z, r * do.before(h)), do.outer(g * (1 - z) * r, do.before(h))


def candidate_by_autograd(h, r, z, new, delta):
    """Oracle: autograd of delta_t . h_t in a W_h that starts at zero, around the given candidates."""
    h, r, z, new, delta = tensors(h, r, z, new, delta)
    grads = []
    for torch_like in (False, True):
        W = torch.zeros(h.shape[2], h.shape[2], dtype=DOUBLE, requires_grad=True)
        loss = torch.zeros((), dtype=DOUBLE)
        for t in range(len(r)):
            seen = r[t] * (h[t] @ W.T) if torch_like else (r[t] * h[t]) @ W.T
            candidate, keep = torch.tanh(torch.atanh(new[t]) + seen), z[t] if torch_like else 1 - z[t]
            loss = loss + (delta[t + 1] * (keep * h[t] + (1 - keep) * candidate)).sum()
        grads.append(torch.autograd.grad(loss, W)[0].numpy())
    return tuple(grads)


def _grus(first, second, slope=lambda new: 1 - new**2):
    """Both gradients from ``(left, right)`` of each, functions of g without a gate, h before, r and z."""

    def answer(h, r, z, new, delta):
        g = slope(new) * delta[1:]
        pairs = (form(g, h[:-1], r, z) for form in (first, second))
        return tuple(left.reshape(-1, h.shape[2]).T @ right.reshape(-1, h.shape[2]) for left, right in pairs)

    return answer


def _before(g, h, r, z):
    return g * z, r * h


def _after(g, h, r, z):
    return g * (1 - z) * r, h


gru_question = Question(
    "two-grus", points=3, answer="candidate_weights", parts=("before", "after"),
    cases=[Group("typical", 2, gru_cases), Group("edge", 1, gru_edge_cases)], reference=candidate_weights,
    oracle=candidate_by_autograd, axes={"r": "T B n", "z": "T B n", "new": "T B n"}, forbid=FORBID,
    mistakes=[
        Mistake(_grus(_before, _before), "The second is the first over again: in torch's GRU both z and r have other "
                "places.", name="first_for_both"),
        Mistake(_grus(_after, _after), "The first is torch's: in the chapter's GRU both z and r have other places.",
                name="second_for_both"),
        Mistake(_grus(_after, _before), "The two are exchanged.", name="two_exchanged"),
        Mistake(_grus(lambda g, h, r, z: (g * (1 - z), r * h), _after), "`before`: there z weighs the candidate.",
                name="before_complement"),
        Mistake(_grus(_before, lambda g, h, r, z: (g * z * r, h)), "`after`: in torch z weighs the old state, and "
                "1 - z the candidate.", name="after_complement"),
        Mistake(_grus(lambda g, h, r, z: (g * (1 - z), r * h), lambda g, h, r, z: (g * z * r, h)),
                "z and 1 - z are exchanged in both.", name="complements_exchanged"),
        Mistake(_grus(lambda g, h, r, z: (g * z, h), _after), "`before`: what did W_h multiply? Not h alone.",
                name="before_without_reset"),
        Mistake(_grus(_before, lambda g, h, r, z: (g * (1 - z), h)), "`after`: between W_h h and the candidate's tanh "
                "stands the reset gate.", name="after_without_reset"),
        Mistake(_grus(lambda g, h, r, z: (g * z, h), lambda g, h, r, z: (g * (1 - z), h)),
                "The reset gate is in neither.", name="no_reset"),
        Mistake(_grus(lambda g, h, r, z: (g * z * r, h), _after), "`before`: r multiplied the units of h before W_h "
                "mixed them; so it stands on the side of h.", name="before_on_the_left"),
        Mistake(_grus(_before, lambda g, h, r, z: (g * (1 - z), r * h)), "`after`: r multiplied what W_h made; so it "
                "stands on the side of the error.", name="after_on_the_right"),
        Mistake(_grus(lambda g, h, r, z: (g * z * r, h), lambda g, h, r, z: (g * (1 - z), r * h)),
                "r is on the wrong side in both. Did it act before W_h or after it?", name="sides_exchanged"),
        Mistake(_grus(lambda g, h, r, z: (g * z * r, r * h), lambda g, h, r, z: (g * (1 - z) * r, r * h)),
                "r is there twice. It acts once a step.", name="reset_twice"),
        Mistake(_grus(lambda g, h, r, z: (g, r * h), lambda g, h, r, z: (g * r, h)),
                "The update gate is in neither: the candidate reaches the state through it.", name="no_update_gate"),
        Mistake(lambda h, r, z, new, delta: candidate_weights(h, r, z, new, np.concatenate([delta[:1], delta[:-1]])),
                "The adjoints are one step early: the gradient of step t begins with that of h[t], which the step "
                "made.", name="adjoints_a_step_early"),
        Mistake(_grus(_before, _after, lambda new: new * (1 - new)), "The candidate is a tanh. new (1 - new) is the "
                "slope of a sigmoid.", name="sigmoid_slope"),
    ],
    hints=(
        "Begin at delta[1:], the adjoints of the states that the steps made, and go back to the candidate's tanh.",
        "In the first the candidate is weighed by z, in torch's by 1 - z; then comes the slope of tanh.",
        "W_h multiplied r * h in the first. In torch's it multiplied h, and r came after: error times r, against h.",
    ),
)


# 5. four ways back ---------------------------------------------------------------------------------------------------


def message_case(rng, B, n):
    W_r, W_z, W_h = 1.2 * rng.standard_normal((3, n, n)) / np.sqrt(n)
    h, new = np.tanh(rng.standard_normal((2, B, n)))
    r, z = sigmoid(rng.standard_normal((2, B, n)))
    return W_r, W_z, W_h, h, r, z, new, rng.standard_normal((B, n))


def message_cases(rng):
    yield message_case(rng, 3, 4)
    yield message_case(rng, 2, 5)


def message_edge_cases(rng):
    """One unit; two; one sequence."""
    yield message_case(rng, 3, 1)
    yield message_case(rng, 3, 2)
    yield message_case(rng, 1, 2)


def gru_message(W_r, W_z, W_h, h, r, z, new, delta, *, do=RIGHT):
    q = do.back(W_h, z * delta, do.slope(new, h))
    g_r, g_z = q * h * r * (1 - r), delta * (new - h) * z * (1 - z)
    return (1 - z) * delta + r * q + g_z @ W_z + g_r @ W_r


def message_by_autograd(W_r, W_z, W_h, h, r, z, new, delta):
    """Oracle: autograd of one step whose biases give it these gates and this candidate."""
    W_r, W_z, W_h, h, r, z, new, delta = tensors(W_r, W_z, W_h, h, r, z, new, delta)
    moved = h.clone().requires_grad_()
    gates = (torch.sigmoid(torch.logit(gate) + (moved - h) @ W.T) for gate, W in ((r, W_r), (z, W_z)))
    reset, update = gates
    candidate = torch.tanh(torch.atanh(new) + (reset * moved - r * h) @ W_h.T)
    after = (1 - update) * moved + update * candidate
    return torch.autograd.grad((after * delta).sum(), moved)[0].numpy()


def _message(**changed):
    """A message some of whose terms are other functions of (q, and all arguments by name)."""

    def answer(W_r, W_z, W_h, h, r, z, new, delta):
        of = {"W_r": W_r, "W_z": W_z, "W_h": W_h, "h": h, "r": r, "z": z, "new": new, "delta": delta}
        g = delta * z * (1 - new**2)
        q = changed.get("q", lambda g, **_: g @ W_h)(g, **of)
        terms = {
            "kept": lambda q, **_: (1 - z) * delta,
            "reset": lambda q, **_: r * q,
            "by_z": lambda q, **_: (delta * (new - h) * z * (1 - z)) @ W_z,
            "by_r": lambda q, **_: (q * h * r * (1 - r)) @ W_r,
        } | {name: term for name, term in changed.items() if name != "q"}
        return sum(term(q, **of) for term in terms.values())

    return answer


def _nothing(q, **of):
    return 0 * q


message_question = Question(
    "gru-message", points=3, answer="gru_message",
    cases=[Group("typical", 2, message_cases), Group("edge", 1, message_edge_cases)], reference=gru_message,
    oracle=message_by_autograd, forbid=FORBID,
    axes=dict.fromkeys(("h", "r", "z", "new", "delta", "gru_message"), "B n"),
    mistakes=[
        Mistake(_message(kept=_nothing), "Of the four ways back one is missing: what is kept of the old state.",
                name="kept_missing"),
        Mistake(_message(reset=_nothing), "Of the four ways back one is missing: the candidate has read the old "
                "state.", name="candidate_missing"),
        Mistake(_message(by_z=_nothing), "Of the four ways back one is missing: the update gate has read the old "
                "state.", name="update_gate_missing"),
        Mistake(_message(by_r=_nothing), "Of the four ways back one is missing: the reset gate has read the old "
                "state.", name="reset_gate_missing"),
        Mistake(_message(by_z=_nothing, by_r=_nothing), "Both gates have read the old state; the ways through them "
                "are missing.", name="both_gates_missing"),
        Mistake(_message(kept=lambda q, z, delta, **_: z * delta), "What is kept is 1 - z of the old state.",
                name="kept_exchanged"),
        Mistake(_message(by_z=lambda q, W_z, h, z, new, delta, **_: (delta * (h - new) * z * (1 - z)) @ W_z),
                "In the way through z a sign is turned: a larger z moves the state towards the candidate.",
                name="update_gate_turned"),
        Mistake(_message(by_z=lambda q, W_z, h, z, new, delta, **_: (delta * new * z * (1 - z)) @ W_z),
                "z weighs the candidate, and 1 - z the old state: in the way through z the second is missing.",
                name="update_gate_candidate_alone"),
        Mistake(_message(by_z=lambda q, W_z, h, z, new, delta, **_: (delta * (new - h)) @ W_z),
                "In the way through z the slope of the sigmoid is missing.", name="update_slope_missing"),
        Mistake(_message(by_r=lambda q, W_r, h, r, **_: (q * h) @ W_r),
                "In the way through r the slope of the sigmoid is missing.", name="reset_slope_missing"),
        Mistake(_message(by_r=lambda q, W_r, h, r, **_: (q * r * (1 - r)) @ W_r),
                "In the way through r a factor is missing: r multiplied the old state.", name="reset_state_missing"),
        Mistake(_message(reset=lambda q, h, **_: h * q), "What arrives at the product r * h is passed on to h times r, "
                "and to r times h. You have them exchanged or twice.", name="product_exchanged"),
        Mistake(_message(reset=lambda q, **_: q), "Between W_h and the old state stands the reset gate: a factor r is "
                "missing.", name="reset_factor_missing"),
        Mistake(_message(q=lambda g, W_h, r, **_: (r * g) @ W_h, reset=lambda q, **_: q),
                "This resets after the product, as torch does. Here r acts on h before W_h.", name="reset_after"),
        Mistake(_message(q=lambda g, **_: g, reset=lambda q, W_h, r, **_: (r * q) @ W_h),
                "What arrives at the product r * h has passed W_h already, before it is divided between r and h.",
                name="divided_before_the_weights"),
        Mistake(_message(by_z=lambda q, W_z, h, z, new, delta, **_: (delta * (new + h) * z * (1 - z)) @ W_z),
                "In the way through z the two parts have opposite signs: z weighs the candidate, 1 - z the old state.",
                name="update_gate_added"),
        Mistake(_message(q=lambda g, W_h, delta, new, **_: (delta * (1 - new**2)) @ W_h),
                "The candidate reaches the state through z: that factor is missing on the way back.",
                name="update_factor_missing"),
        Mistake(_message(by_r=lambda q, W_r, h, r, z, new, delta, **_:
                         (delta * z * (1 - new**2) * h * r * (1 - r)) @ W_r),
                "On the way through r the error has not passed W_h: what reaches r is what arrives at the product "
                "r * h.",
                name="reset_gate_before_the_weights"),
        Mistake(_message(q=lambda g, W_h, r, **_: (r * g) @ W_h, reset=lambda q, **_: q,
                         by_r=lambda q, W_r, W_h, h, r, z, new, delta, **_:
                         (delta * z * (1 - new**2) * (h @ W_h.T) * r * (1 - r)) @ W_r),
                "This is the whole message of a GRU that resets after the product, as torch's does. Here r acts on h "
                "before W_h, on both ways through r * h.", name="reset_after_throughout"),
    ],
    hints=(
        "Count the places where h stands in the two equations: there are four.",
        "What arrives at the product r * h is q = W_h^T (delta * z * (1 - new^2)); pass it on to both factors.",
        "(1 - z) * delta + r * q + W_z^T g_z + W_r^T g_r, each g with the slope of its sigmoid.",
    ),
)


# 6. two time-scales --------------------------------------------------------------------------------------------------


def scale_case(rng, T, n):
    f = rng.uniform(0.05, 0.999, n) ** rng.uniform(0.2, 1.5, (T, n))
    return (np.clip(f, 0.01, 0.9995),)


def scale_cases(rng):
    yield scale_case(rng, 7, 4)
    yield scale_case(rng, 12, 3)


def scale_edge_cases(rng):
    """One step; two; one unit; a gate that closes once; two that close so far that their product underflows."""
    yield scale_case(rng, 1, 3)
    yield scale_case(rng, 2, 3)
    yield scale_case(rng, 5, 1)
    f = scale_case(rng, 30, 2)[0]
    f[:, 0] = 0.99
    f[11, 0] = 0.001
    yield (f,)
    f = scale_case(rng, 9, 2)[0]
    f[[2, 5], 0] = 1e-200  # their product is zero in double precision, the mean of their logarithms is not
    yield Case((f,), "two gates of 1e-200, whose product underflows to zero")


def time_scales(f):
    left = np.ones((len(f) + 1, f.shape[1]))
    for t in range(len(f) - 1, -1, -1):
        left[t] = left[t + 1] * f[t]
    return left, 1 / (1 - f.mean(axis=0)), -1 / np.log(f).mean(axis=0)


def scales_by_autograd(f):
    """Oracle: what autograd says of c_t = f_t c_{t-1}; the rates from sums over each unit's gates."""
    gates, T = torch.tensor(f), len(f)
    states = [torch.ones(f.shape[1], dtype=DOUBLE, requires_grad=True)]
    for gate in gates:
        states.append(gate * states[-1])
    left = np.stack([grad.numpy() for grad in torch.autograd.grad(states[-1].sum(), states)])
    says = np.array([T / sum(1 - gate for gate in unit) for unit in f.T.tolist()])
    return left, says, np.array([-T / sum(np.log(gate) for gate in unit) for unit in f.T.tolist()])


def _scaled(left=None, says=None, fades=None):
    def answer(f):
        right = time_scales(f)
        return tuple(right[k] if form is None else form(f) for k, form in enumerate((left, says, fades)))

    return answer


def _of_the_product(f):
    with np.errstate(divide="ignore"):
        return -len(f) / np.log(f.prod(axis=0))


scale_question = Question(
    "time-scales", points=3, answer="time_scales", parts=("left", "says", "fades"),
    cases=[Group("typical", 2, scale_cases), Group("edge", 1, scale_edge_cases)], reference=time_scales,
    oracle=scales_by_autograd, axes={"f": "T n", "left": "T+1 n", "says": "n", "fades": "n"}, forbid=FORBID,
    mistakes=[
        Mistake(_scaled(left=lambda f: np.concatenate([np.ones((1, f.shape[1])), np.cumprod(f, axis=0)])),
                "`left`: this is what is left of the first state at each step. Asked is what is left of each state "
                "at the last.", name="from_the_first"),
        Mistake(_scaled(left=lambda f: np.concatenate([np.cumprod(f[::-1], axis=0)[::-1], f[-1:]])),
                "`left`: the last state is still all there at the last step: the last row is 1.", name="last_row"),
        Mistake(_scaled(left=lambda f: np.concatenate([np.cumprod(f[::-1], axis=0)[::-1][:1],
                                                       np.cumprod(f[::-1], axis=0)[::-1]])),
                "`left`: off by one step. The gate of step t multiplies the state before it, c_{t-1}, not c_t.",
                name="own_gate_included"),
        Mistake(_scaled(left=lambda f: time_scales(np.repeat(f.prod(axis=1, keepdims=True), f.shape[1], axis=1))[0]),
                "`left`: the gates of different units do not multiply one another.", name="units_multiplied"),
        Mistake(_scaled(left=lambda f: time_scales(np.repeat(f.mean(axis=1, keepdims=True), f.shape[1], axis=1))[0]),
                "`left`: each unit has gates of its own; you give all of them the mean.", name="units_averaged"),
        Mistake(_scaled(left=lambda f: f.mean(axis=0) ** np.arange(len(f), -1, -1)[:, None]),
                "`left`: a power of the mean gate. What multiplies are the gates of the steps between.",
                name="power_of_the_mean"),
        Mistake(_scaled(says=lambda f: (1 / (1 - f)).mean(axis=0)),
                "`says`: this is the mean of 1/(1 - f); asked is 1/(1 - mean f).", name="mean_of_scales"),
        Mistake(_scaled(says=lambda f: 1 / f.mean(axis=0)), "`says`: 1/(1 - mean f), not 1/mean f.",
                name="one_minus_missing"),
        Mistake(_scaled(fades=lambda f: -1 / np.log(f.mean(axis=0))),
                "`fades`: the logarithm of the mean is not the mean of the logarithms; along the path it is these that "
                "add up.", name="log_of_the_mean"),
        Mistake(_scaled(fades=lambda f: -1 / np.log(f).sum(axis=0)),
                "`fades`: divide the sum of the logarithms by the number of steps.", name="sum_of_logs"),
        Mistake(_scaled(fades=lambda f: -1 / np.log10(f).mean(axis=0)), "`fades`: natural logarithms.",
                name="decimal_logarithm"),
        Mistake(_scaled(fades=lambda f: 1 / np.log(f).mean(axis=0)), "`fades`: a time-scale is positive.",
                name="negative_scale"),
        Mistake(_scaled(fades=lambda f: -np.log(f).mean(axis=0)), "`fades`: this is the rate; the time-scale is one "
                "over it.", name="rate"),
        Mistake(_scaled(fades=lambda f: 1 / (1 - np.exp(np.log(f).mean(axis=0)))),
                "`fades`: this is 1/(1 - f) at the geometric mean of the gates; asked is one over the mean of -ln f, "
                "which agrees with it for gates near 1 only.", name="of_the_geometric_mean"),
        Mistake(_scaled(fades=_of_the_product), "`fades`: the product of all gates underflows where they are nearly "
                "shut, and its logarithm is lost. Take the logarithms first, and then their mean.",
                name="logarithm_of_the_product"),
        Mistake(lambda f: tuple(time_scales(f)[k] for k in (0, 2, 1)), "`says` and `fades` are exchanged.",
                name="says_and_fades"),
    ],
    hints=(
        "c_T = f_T c_{T-1} = f_T f_{T-1} c_{T-2}: which gates stand between c_k and c_T?",
        "Fill `left` from its last row, which is 1, upwards: left[k] = left[k + 1] * f[k].",
        "left[0] is the exponential of the sum of ln f, so that the mean of ln f a step is what fades.",
    ),
)


# 7. chrono -----------------------------------------------------------------------------------------------------------


def chrono_case(rng, n, T):
    return rng.uniform(0.05, 0.95, n), T


def chrono_cases(rng):
    yield chrono_case(rng, 5, 150)
    yield chrono_case(rng, 4, 12)


def chrono_edge_cases(rng):
    """One unit; the shortest longest lag; the ends of the interval."""
    yield chrono_case(rng, 1, 40)
    yield chrono_case(rng, 2, 30)
    yield chrono_case(rng, 3, 3)
    yield np.array([0.0, 0.5, 0.999]), 100


def chrono_biases(u, T):
    b = np.log(1 + u * (T - 2))
    return b, -b, -b


def chrono_by_time_scales(u, T):
    """Oracle: the bias at which a gate keeps e^b : 1 is the time, uniform from 1 to T - 1, found from the gate."""
    times = np.interp(u, [0.0, 1.0], [1.0, T - 1.0])
    keep = times / (1 + times)
    b = np.log(keep) - np.log1p(-keep)
    return b, np.log1p(-keep) - np.log(keep), -b


def _chrono(b_f=None, b_i=None, b_z=None):
    def answer(u, T):
        b = np.log(1 + u * (T - 2)) if b_f is None else b_f(u, T)
        return b, -b if b_i is None else b_i(b), -b if b_z is None else b_z(b)

    return answer


chrono_question = Question(
    "chrono", points=2, answer="chrono_biases", parts=("b_f", "b_i", "b_z"),
    cases=[Group("typical", 1, chrono_cases), Group("edge", 1, chrono_edge_cases)], reference=chrono_biases,
    oracle=chrono_by_time_scales, covers=Covers(waived={"sizes: T": "a longest lag, of at least three steps"}),
    axes={"u": "n", "b_f": "n", "b_i": "n", "b_z": "n"}, forbid=FORBID,
    mistakes=[
        Mistake(_chrono(lambda u, T: 1 + u * (T - 2)), "These are the times themselves; the bias is the logarithm.",
                name="log_missing"),
        Mistake(_chrono(lambda u, T: np.log(1 + u * (T - 1))), "The times run from 1 to T - 1, an interval of length "
                "T - 2.", name="up_to_T"),
        Mistake(_chrono(lambda u, T: np.log(np.maximum(u * (T - 1), 1e-300))), "The times run from 1 on: yours from 0, "
                "whose logarithm is minus infinity.", name="from_zero"),
        Mistake(_chrono(lambda u, T: np.log10(1 + u * (T - 2))), "Natural logarithms: the gate is 1/(1 + e^-b).",
                name="decimal"),
        Mistake(_chrono(lambda u, T: u * np.log(T - 1)), "You are uniform in the logarithm. What is uniform is the "
                "time, and the bias its logarithm.", name="log_uniform"),
        Mistake(_chrono(lambda u, T: -np.log(1 + u * (T - 2))), "The signs are turned: a forget gate that keeps has a "
                "positive bias.", name="signs_turned"),
        Mistake(_chrono(lambda u, T: np.log(np.maximum(u * (T - 2), 1e-300))), "ln(time - 1) makes 1/(1 - f) the time, "
                "where chrono has e^b; and at the time 1 it is minus infinity.", name="one_less"),
        Mistake(_chrono(lambda u, T: np.log(T - 1 - u * (T - 2))), "Your time is longest for u = 0 and shortest "
                "for u = 1: the other way about.", name="reversed_times"),
        Mistake(_chrono(lambda u, T: 1 / (1 + u * (T - 2))), "This is one over the time, how much the gate should let "
                "go. Asked is the bias that makes it do so.", name="one_over_the_time"),
        Mistake(_chrono(lambda u, T: np.log(2 + u * (T - 2))), "Your times are 1 too long.", name="one_more"),
        Mistake(_chrono(lambda u, T: -np.log(np.expm1(1 / (1 + u * (T - 2))))), "At your biases sigma(b)^time is 1/e; "
                "chrono's are plainly the logarithms of the times.", name="one_over_e_after_the_time"),
        Mistake(_chrono(b_i=lambda b: -np.log1p(np.exp(b)), b_z=lambda b: -np.log1p(np.exp(b))),
                "`b_i` and `b_z`: this is the logarithm of 1 - f, of a gate. Asked is the bias of a gate, and 1 - f is "
                "the gate of the opposite bias.", name="logarithm_of_the_complement"),
        Mistake(_chrono(b_i=lambda b: b), "`b_i`: what is kept for long must be written slowly, with the opposite "
                "sign.", name="writes_as_it_keeps"),
        Mistake(_chrono(b_z=lambda b: b), "`b_z`: in the chapter's GRU z is what is written, 1 - z what is kept.",
                name="update_as_forget"),
        Mistake(_chrono(b_i=lambda b: 1 - b), "`b_i`: 1 - f is the gate of the opposite bias, not of one less the "
                "bias.", name="complement_of_the_bias"),
        Mistake(_chrono(b_i=np.zeros_like), "`b_i`: the input gate gets a bias as well.", name="input_gate_left"),
        Mistake(_chrono(b_i=lambda b: b, b_z=lambda b: b), "Input and update gates write: they get the opposite "
                "sign.", name="all_alike"),
    ],
    hints=(
        "First a time for each unit: 1 for u = 0, T - 1 for u = 1, and a straight line between.",
        "A gate with the bias ln(time) keeps time : 1.",
        "The gates that write, i and the GRU's z, get the same bias with the other sign.",
    ),
)


# 8. five starts, five gradients --------------------------------------------------------------------------------------

LABELS = ("bias 0", "bias 1", "bias 5", "bias 5, nothing written", "one step closes")
DEAL = 4


def as_read():
    """From the plot."""
    return {
        "A": "bias 5",
        "B": "one step closes",
        "C": "bias 0",
        "D": "bias 1",
        "E": "bias 5, nothing written",
    }


_exchanged = partial(two_exchanged, as_read())

starts_question = Question(
    "five-starts", points=2, answer="diagnosis", kind="choice", reference=as_read, oracle=dealing(LABELS, DEAL),
    mistakes=[
        _exchanged("bias 0", "bias 1", "Sigma(0) is 0.5, sigma(1) 0.73. Which fades faster?", name="zero_and_one"),
        _exchanged("bias 5", "bias 5, nothing written", "Both keep nearly all along the carousel. By which other path "
                   "can a gradient grow, and which of the two has it?", name="written"),
        _exchanged("bias 5, nothing written", "one step closes", "Both are straight and nearly level. One of them "
                   "jumps.", name="straight_or_jump"),
        _exchanged("bias 5", "one step closes", "One grows on its way back, one falls at a single step.",
                   name="grows_or_jumps"),
        _exchanged("bias 1", "one step closes", "Both lose a great deal. One does so at every step, the other at one.",
                   name="slope_or_jump"),
        _exchanged("bias 0", "one step closes", "Both lose a great deal. One does so at every step, the other at one.",
                   name="steep_or_jump"),
        _exchanged("bias 1", "bias 5", "With a bias of 1 a quarter is lost a step, with 5 less than a hundredth.",
                   name="one_and_five"),
        _exchanged("bias 1", "bias 5, nothing written", "With a bias of 1 a quarter is lost a step, with 5 less than a "
                   "hundredth.", name="one_and_five_closed"),
        _exchanged("bias 0", "bias 5", "With a bias of 0 half is lost a step, with 5 less than a hundredth.",
                   name="zero_and_five"),
    ],
    hints=(
        "sigma(0) = 0.5, sigma(1) = 0.73, sigma(5) = 0.993: what is left of each after ten steps?",
        "A line that jumps has one small factor; a line that falls has many.",
        "Growth needs a path beside the carousel, and that one leads through what is written.",
    ),
)


# 9. by hand ----------------------------------------------------------------------------------------------------------


def by_hand():
    """Powers of f and of f + i w; the w that makes up for what is lost; logits."""
    f = 2 ** (-1 / 50)
    return {
        "one_off": 1.0,
        "one_on": 1.05**50,
        "off": 0.99**50,
        "on": 1.04**50,
        "neutral": 0.1,
        "closed": 0.99**49 * 0.01,
        "horizon": np.log(1000) / np.log1p(np.exp(-2.0)),
        "half": np.log(f / (1 - f)),
    }


def by_machine():
    """Oracle: steps taken one by one, and places found by halving."""

    def product(factor, steps=50):
        total = 1.0
        for _ in range(steps):
            total *= factor
        return total

    def root(function, low, high):
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if function(middle) < 0 else (low, middle)
        return low

    return {
        "one_off": product(1.0),
        "one_on": product(1.0 + 0.1 * 0.5),
        "off": product(0.99),
        "on": product(0.99 + 0.1 * 0.5),
        "neutral": root(lambda w: product(0.99 + 0.1 * w) - 1, 0, 1),
        "closed": product(0.99, 49) / 100,
        "horizon": root(lambda lag: 1 / 1000 - sigmoid(2.0) ** lag, 0, 1000),
        "half": root(lambda b: product(sigmoid(b)) - 0.5, 0, 10),
    }


def _with(message, name, **wrong):
    return Mistake({**by_hand(), **wrong}, message, name=name)


hand_question = Question(
    "paths-by-hand", points=2, answer="by_hand", kind="value", reference=by_hand, oracle=by_machine,
    tolerance=Tolerance(rtol=5e-4, atol=0.0),
    mistakes=[
        _with("`off`: f acts at each of the fifty steps.", "one_step", off=0.99),
        _with("`off`: a loss of a hundredth fifty times is no loss of fifty hundredths.", "linear", off=0.5),
        _with("`off` has 49 steps: from h_0 to h_50 there are 50.", "forty_nine", off=0.99**49),
        _with("`on`: with f = 1. Here f is 0.99.", "on_with_one", on=1.05**50),
        _with("`one_off`, `one_on`: with f = 0.99. Here f is 1.", "one_with_less", one_off=0.99**50, one_on=1.04**50),
        _with("`one_on`: f = 1 keeps the error on its own path. The other path adds to it, at each step.", "kept_alone",
              one_on=1.0),
        _with("`one_on`: the second path adds at each of the fifty steps, also to what it added before: the steps "
              "multiply.", "interest_not_compounded", one_on=3.5),
        _with("`on`, `one_on`: the paths of one step add, and then the steps multiply.", "paths_of_all_steps",
              on=0.99**50 + 0.05**50, one_on=1 + 0.05**50),
        _with("`on`, `one_on`: i and w are both factors of the second path.", "gate_left_out", on=1.49**50,
              one_on=1.5**50),
        _with("`on`, `one_on`: the weight is a factor of the second path.", "weight_left_out", on=1.09**50,
              one_on=1.1**50),
        _with("`on`, `one_on`: this is the other path alone added once.", "added_once", on=0.99**50 + 0.05,
              one_on=1.05),
        _with("`neutral`: the gate i stands before w: 0.99 + 0.1 w = 1.", "neutral_without_gate", neutral=0.01),
        _with("`neutral`: at this w the factor is 0.99 + 0.1 = 1.09.", "neutral_one", neutral=1.0),
        _with("`closed`: 49 steps keep 0.99, and one keeps 0.01.", "closed_fifty", closed=0.99**50 * 0.01),
        _with("`closed`: the factors multiply; you have taken their mean to the power 50.", "closed_mean",
              closed=((49 * 0.99 + 0.01) / 50) ** 50),
        _with("`horizon` is that of a bias of 1.", "horizon_one", horizon=np.log(1000) / np.log1p(np.exp(-1.0))),
        _with("`horizon` is the lag at which 1/e is left; asked is a thousandth.", "horizon_e",
              horizon=1 / np.log1p(np.exp(-2.0))),
        _with("`horizon`: 1/(1 - f) is a time-scale; a thousandth takes 6.9 of them and a little less.",
              "horizon_scale", horizon=1 + np.exp(2.0)),
        _with("`horizon` uses 6.9/(1 - f), the approximation for f near 1. At 0.88 it is a few per cent off.",
              "horizon_near_one", horizon=np.log(1000) * (1 + np.exp(2.0))),
        _with("`half` is the gate. Asked is its bias.", "half_gate", half=2 ** (-1 / 50)),
        _with("`half`: 1/(1 - f) = 50 leaves 1/e after about fifty steps, not one half.", "half_as_scale",
              half=np.log(49.0)),
    ],
    hints=(
        "One step's factor is f + i w at rest, and fifty steps are its power.",
        "The horizon is ln 1000 over -ln sigma(2), and -ln sigma(b) = ln(1 + e^-b).",
        "Which f has f^50 = 1/2? Its bias is ln(f/(1 - f)).",
    ),
)


# 10. a network that adds ---------------------------------------------------------------------------------------------


def train(seed):
    rng = np.random.default_rng(seed)
    model = Model.of(AddingTask(40), GRUCell(2, 32))
    batches = [AddingTask(int(T)).draw(rng, 32) for T in rng.choice([20, 40, 80], 400)]
    return fit(model, batches, rng, Adam(1e-2), lambda grads: clip_norm(grads, 1.0), updates=400).params


def predict(model, x):
    h = unroll(GRUCell(2, 32), model.cell, x).h[-1]
    return LinearReadout(32, 1).forward(model.readout, h)[:, 0]


def of_length(T):
    def draw(rng):
        yield (AddingTask(T).draw(rng, 200).x,)

    return draw


def sums(made_from, x):
    """Oracle: the two numbers looked up by their marks."""
    where = x[..., 1] > 0
    return np.array([x[where[:, b], b, 0].sum() for b in range(x.shape[1])])


def always_one(made_from, x):
    return np.ones(x.shape[1])


def second_alone(made_from, x):
    """The later of the two, and the mean of the other."""
    where = x[..., 1] > 0
    return np.array([x[where[:, b], b, 0][-1] + 0.5 for b in range(x.shape[1])])


def first_alone(made_from, x):
    where = x[..., 1] > 0
    return np.array([x[where[:, b], b, 0][0] + 0.5 for b in range(x.shape[1])])


def their_mean(made_from, x):
    return sums(made_from, x) / 2


def last_input(made_from, x):
    return x[-1, :, 0]


def all_numbers(made_from, x):
    return x[..., 0].mean(axis=0) * 2


model_question = Question(
    "trained-to-add", points=4, answer="predict", kind="model",
    maker=Maker(train, lambda rng: (int(rng.integers(1000)),), seconds=10), measure="squared error",
    cases=[
        Group("learns", 1, of_length(40), within=0.05),
        Group("solves", 2, of_length(40), within=0.01),
        Group("longer", 1, of_length(80), within=0.02),
    ],
    reference=predict, oracle=sums,
    mistakes=[
        Mistake(always_one, "Your model answers 1 whatever it reads: the mean of all sums. Does an error reach its "
                "recurrent weights, and is the loss asked for at the last step?"),
        Mistake(second_alone, "Your model knows the second of the two numbers and takes the mean for the first: it "
                "remembers half a sequence, not a whole one. Train longer, or with another rate or start of the "
                "gates."),
        Mistake(first_alone, "Your model knows the first of the two numbers and forgets the second."),
        Mistake(their_mean, "Your model gives the mean of the two numbers; asked is their sum."),
        Mistake(last_input, "Your model repeats the last number that it reads."),
        Mistake(all_numbers, "Your model answers with an average of all numbers: it does not look at the marks."),
    ],
    hints=(
        "rnnlib.Model.of(rnnlib.tasks.AddingTask(40), cell) is the model, rnnlib.fit the loop.",
        "A GRU of 32 units, Adam at a rate of 0.01, gradients clipped to 1, 400 updates of 32 sequences: two seconds. "
        "fit takes a list of batches too, and these may be of several lengths.",
        "predict unrolls the cell over x, and reads the last state alone.",
    ),
)

QUESTIONS = [
    residual_question, leak_question, keep_question, gru_question, message_question, scale_question, chrono_question,
    starts_question, hand_question, model_question,
]  # fmt: skip
