"""Questions of the notebook 10_parallel: cases, reference answers, oracles and the mistakes people make.

The references follow the chapter. The oracles multiply block matrices, step through time one state after the other,
solve differential equations by many short steps, differentiate with autograd, or solve all steps' equations as one
linear system.
"""

from functools import partial

import numpy as np
import torch

from rnngrade import Case, Group, Mistake, Question, Tolerance
from rnngrade.authoring.dealt import dealing, two_exchanged

FORBID = ("torch", "rnnlib", "scipy")
DOUBLE = torch.float64


def _turned(answer, name, message):
    return Mistake(answer, message, name=name)


# 1. two steps are one ------------------------------------------------------------------------------------------------


def pair_case(rng, n, m):
    (F1, F2), (v1, v2) = rng.standard_normal((2, n, n)), rng.standard_normal((2, n, m))
    return F1, v1, F2, v2


def pair_cases(rng):
    yield pair_case(rng, 3, 2)
    yield pair_case(rng, 4, 5)


def pair_edge_cases(rng):
    """Numbers; a factor of zero, which forgets; one column."""
    yield pair_case(rng, 1, 1)
    F1, v1, F2, v2 = pair_case(rng, 3, 4)
    yield Case((F1, v1, 0 * F2, v2), "the second step forgets the state")
    yield Case((0 * F1, v1, F2, v2), "the first step forgets the state")
    yield pair_case(rng, 2, 1)


def combine(F1, v1, F2, v2):
    return F2 @ F1, F2 @ v1 + v2


def combine_as_blocks(F1, v1, F2, v2):
    """Oracle: a step is the matrix [[F, v], [0, 1]], and two steps their product."""
    n, m = v1.shape

    def block(F, v):
        return np.block([[F, v], [np.zeros((m, n)), np.eye(m)]])

    both = block(F2, v2) @ block(F1, v1)
    return both[:n, :n], both[:n, n:]


pair_question = Question(
    "two-steps-are-one", points=2, answer="combine", parts=("F", "v"),
    cases=[Group("typical", 1, pair_cases), Group("edge", 1, pair_edge_cases)], reference=combine,
    oracle=combine_as_blocks, forbid=FORBID,
    axes={"F1": "n n", "F2": "n n", "v1": "n m", "v2": "n m", "F": "n n", "v": "n m"},
    mistakes=[
        _turned(lambda F1, v1, F2, v2: (F1 @ F2, F1 @ v2 + v1), "later_first",
                "You take the second step first. What stands on the right acts first: the state meets F1, then F2."),
        _turned(lambda F1, v1, F2, v2: (F1 @ F2, F2 @ v1 + v2), "factors_in_reading_order",
                "v is right. The factors stand in the order in which one reads; as maps they act from the right."),
        _turned(lambda F1, v1, F2, v2: (F2 @ F1, F1 @ v2 + v1), "inputs_exchanged",
                "F is right. The input that has a step still before it is the first one: F2 acts on v1."),
        _turned(lambda F1, v1, F2, v2: (F2 @ F1, v1 + v2), "inputs_added",
                "F is right. v1 does not reach the end as it is: the second step multiplies it."),
        _turned(lambda F1, v1, F2, v2: (F2 @ F1, F2 @ (v1 + v2)), "second_input_multiplied",
                "F is right. v2 is added after F2 has acted, not before."),
        _turned(lambda F1, v1, F2, v2: (F2 @ F1, F2 @ F1 @ v1 + v2), "first_input_multiplied_twice",
                "F is right. v1 comes in after F1 has acted; only F2 is still to come."),
        _turned(lambda F1, v1, F2, v2: (F2 * F1, F2 @ v1 + v2), "entry_by_entry",
                "v is right. Factors of matrices are multiplied as matrices, not entry by entry."),
        _turned(lambda F1, v1, F2, v2: (F2 + F1, F2 @ v1 + v2), "factors_added",
                "v is right. A state that goes through both steps is multiplied by both factors."),
        _turned(lambda F1, v1, F2, v2: (F2 @ F1, F2 @ v1), "second_input_missing",
                "v is what the first step contributes. The second has an input too."),
        _turned(lambda F1, v1, F2, v2: (F2 @ F1, v2), "first_input_missing",
                "v is what the second step contributes. What becomes of the first input?"),
    ],
    hints=(
        "Write the state after the first step, put it into the second, and sort by what multiplies h.",
        "F2 (F1 h + v1) + v2.",
        "The factor is F2 F1, the rest F2 v1 + v2: nothing needs h.",
    ),
)


# 2. round by round ---------------------------------------------------------------------------------------------------


def round_case(rng, T, n):
    return rng.uniform(-1.2, 1.2, (T, n)), rng.standard_normal((T, n))


def round_cases(rng):
    yield round_case(rng, 8, 2)
    yield round_case(rng, 16, 3)


def round_edge_cases(rng):
    """Lengths that are no power of two; one step; a factor of zero."""
    yield round_case(rng, 7, 2)
    yield round_case(rng, 9, 4)
    yield Case(round_case(rng, 1, 3), "one step: no round at all")
    yield round_case(rng, 2, 1)
    f, v = round_case(rng, 6, 2)
    f[2] = 0
    yield Case((f, v), "a factor of zero")


def rounds(f, v):
    reach, seen = 1, [v]
    while reach < len(f):
        v = np.concatenate([v[:reach], f[reach:] * v[:-reach] + v[reach:]])
        f = np.concatenate([f[:reach], f[reach:] * f[:-reach]])
        seen.append(v)
        reach *= 2
    return np.stack(seen)


def rounds_from_windows(f, v):
    """Oracle: after r rounds a place holds the last 2^r steps, taken one after the other from a state of zero."""
    T, r, seen = len(f), 0, []
    while True:
        now = np.zeros_like(v)
        for t in range(T):
            h = np.zeros_like(v[0])
            for s in range(max(0, t + 1 - 2**r), t + 1):
                h = f[s] * h + v[s]
            now[t] = h
        seen.append(now)
        if 2**r >= T:
            return np.stack(seen)
        r += 1


def _doubling(f, v, join, grow=lambda reach: 2 * reach, factor=lambda early, late: late * early):
    reach, seen = 1, [v]
    while reach < len(f):
        v = np.concatenate([v[:reach], join(f[:-reach], v[:-reach], f[reach:], v[reach:])])
        f = np.concatenate([f[:reach], factor(f[:-reach], f[reach:])])
        seen.append(v)
        reach = grow(reach)
    return np.stack(seen)


def in_place(f, v):
    """Each place is overwritten while later ones still need what it held."""
    f, v, reach, seen = f.copy(), v.copy(), 1, [v.copy()]
    while reach < len(f):
        for t in range(reach, len(f)):
            v[t] = f[t] * v[t - reach] + v[t]
            f[t] = f[t] * f[t - reach]
        seen.append(v.copy())
        reach *= 2
    return np.stack(seen)


def factors_first(f, v):
    """The factors are combined before the inputs have used them."""
    reach, seen = 1, [v]
    while reach < len(f):
        f = np.concatenate([f[:reach], f[reach:] * f[:-reach]])
        v = np.concatenate([v[:reach], f[reach:] * v[:-reach] + v[reach:]])
        seen.append(v)
        reach *= 2
    return np.stack(seen)


def first_zeroed(f, v):
    """What has nothing before it is lost."""
    reach, seen = 1, [v]
    while reach < len(f):
        v = np.concatenate([np.zeros_like(v[:reach]), f[reach:] * v[:-reach] + v[reach:]])
        f = np.concatenate([f[:reach], f[reach:] * f[:-reach]])
        seen.append(v)
        reach *= 2
    return np.stack(seen)


def wrapped(f, v):
    """np.roll brings the end of the sequence to its beginning."""
    reach, seen = 1, [v]
    while reach < len(f):
        v, f = f * np.roll(v, reach, axis=0) + v, f * np.roll(f, reach, axis=0)
        seen.append(v)
        reach *= 2
    return np.stack(seen)


def finished_each_time(f, v):
    """Every row holds the finished states."""
    right = rounds(f, v)
    return np.broadcast_to(right[-1], right.shape).copy()


round_question = Question(
    "round-by-round", points=4, answer="rounds",
    cases=[Group("powers", 2, round_cases), Group("edge", 2, round_edge_cases)], reference=rounds,
    oracle=rounds_from_windows, forbid=FORBID, axes={"f": "T n", "v": "T n", "rounds": "R T n"},
    mistakes=[
        Mistake(in_place, "A place is overwritten while a later one still needs what it held: within a round all read "
                "what the round before has left. Make new arrays, or go from the end."),
        Mistake(factors_first, "The factors are combined before the inputs have used them: v needs the factor of its "
                "own part, not that of both."),
        Mistake(first_zeroed, "The first places, which have nothing that far before them, are finished and stay what "
                "they are. You set them to zero."),
        Mistake(wrapped, "np.roll brings the end of the sequence round to its beginning. The first places join with "
                "nothing."),
        Mistake(finished_each_time, "Every row of yours holds the finished states. Row r is what stands there after r "
                "rounds."),
        _turned(lambda f, v: _doubling(f, v, lambda f1, v1, f2, v2: f2 * v1 + v2, factor=lambda f1, f2: f2),
                "factors_not_combined", "The first round is right. From then on the factors must be those of two "
                "steps, then of four: combine them as well."),
        _turned(lambda f, v: _doubling(f, v, lambda f1, v1, f2, v2: f1 * v2 + v1), "earlier_factor",
                "The pairs are joined in the wrong order: the later factor multiplies the earlier input."),
        _turned(lambda f, v: _doubling(f, v, lambda f1, v1, f2, v2: f1 * v1 + v2), "own_factor",
                "The earlier input is multiplied by its own factor. It comes in after that one has acted; the later "
                "one is still to come."),
        _turned(lambda f, v: _doubling(f, v, lambda f1, v1, f2, v2: v1 + v2), "plain_sums",
                "These are running sums of v: the factors play no part."),
        _turned(lambda f, v: _doubling(f, v, lambda f1, v1, f2, v2: f2 * (v1 + v2)), "own_input_multiplied",
                "The later input is added after its step's factor has acted, not before."),
    ],
    hints=(
        "Row 0 is v. In the round with distance k, place t >= k becomes the combination of places t - k and t.",
        "Two slices do it for all places at once: f[k:] * v[:-k] + v[k:], behind v[:k], which stays.",
        "Combine the factors as well, after v: f[k:] * f[:-k], behind f[:k]. Then k doubles, as long as k < T.",
    ),
)


# 3. minGRU, there and back -------------------------------------------------------------------------------------------


def _sigmoid(a):
    return 0.5 + 0.5 * np.tanh(0.5 * a)


def mingru_case(rng, T, B, n):
    a, c, h0 = 1.5 * rng.standard_normal((T, B, n)), rng.standard_normal((T, B, n)), rng.standard_normal((B, n))
    return a, c, h0, rng.standard_normal((T, B, n))


def mingru_cases(rng):
    yield mingru_case(rng, 5, 2, 3)
    yield mingru_case(rng, 7, 3, 4)


def mingru_edge_cases(rng):
    """One step; one unit; gates shut and open to the last digit."""
    yield Case(mingru_case(rng, 1, 2, 3), "a single step")
    yield mingru_case(rng, 4, 1, 1)
    a, c, h0, dh = mingru_case(rng, 6, 2, 5)
    a[1], a[3] = -40, 40
    yield Case((a, c, h0, dh), "a gate that is shut at one step and open at another")
    yield mingru_case(rng, 2, 4, 2)


def _mingru(a, c, h0, dh, *, keep=lambda z: 1 - z, carried=lambda z: 1 - z, slope=lambda z: z * (1 - z),
            lever=lambda c, before, after: c - before, local=lambda dh, t: dh[t], write=lambda z: z, last=True):
    z, h, states = _sigmoid(a), h0, [h0]
    for z_t, c_t in zip(z, c):
        h = keep(z_t) * h + write(z_t) * c_t
        states.append(h)
    da, dc, message = np.zeros_like(a), np.zeros_like(c), np.zeros_like(h0)
    for t in range(len(a) - 1, -1, -1):
        delta = message + local(dh, t)
        dc[t] = write(z[t]) * delta
        da[t] = slope(z[t]) * lever(c[t], states[t], states[t + 1]) * delta
        message = carried(z[t]) * delta
    return np.stack(states), da, dc, message


def mingru(a, c, h0, dh):
    return _mingru(a, c, h0, dh)


def mingru_by_autograd(a, c, h0, dh):
    """Oracle: torch, step by step."""
    a_, c_, h0_ = (torch.tensor(part, requires_grad=True) for part in (a, c, h0))
    h, states = h0_, [h0_]
    for t in range(len(a)):
        z = torch.sigmoid(a_[t])
        h = torch.lerp(h, c_[t], z)
        states.append(h)
    loss = (torch.stack(states[1:]) * torch.tensor(dh)).sum()
    grads = torch.autograd.grad(loss, (a_, c_, h0_))
    return torch.stack(states).detach().numpy(), *(grad.numpy() for grad in grads)


def _last_only(dh, t):
    return dh[t] if t == len(dh) - 1 else np.zeros_like(dh[t])


mingru_question = Question(
    "mingru-there-and-back", points=4, answer="mingru", parts=("h", "da", "dc", "dh0"),
    cases=[Group("typical", 2, mingru_cases), Group("edge", 2, mingru_edge_cases)], reference=mingru,
    oracle=mingru_by_autograd, forbid=FORBID, tolerance=Tolerance(rtol=1e-6, atol=1e-9),
    axes={"a": "T B n", "c": "T B n", "h0": "B n", "dh": "T B n", "h": "T+1 B n", "da": "T B n", "dc": "T B n",
          "dh0": "B n"},
    mistakes=[
        _turned(lambda *args: _mingru(*args, keep=lambda z: z, write=lambda z: 1 - z, carried=lambda z: z,
                                      lever=lambda c, b, h: b - c), "gate_turned",
                "Your gate is the keep factor, as in torch's GRU. Here z lets the candidate in, and 1 - z keeps the "
                "state."),
        _turned(lambda *args: _mingru(*args, keep=lambda z: np.ones_like(z), carried=lambda z: np.ones_like(z),
                                      lever=lambda c, b, h: c), "nothing_forgotten",
                "Your state adds the candidate and forgets nothing: its factor is 1 - z."),
        _turned(lambda *args: _mingru(*args, carried=lambda z: z), "message_through_the_gate",
                "h is right. The message to the step before goes the way the state came: through 1 - z."),
        _turned(lambda *args: _mingru(*args, carried=lambda z: np.zeros_like(z)), "no_message",
                "h is right. Each step hears its own loss alone: later losses reach it through the states."),
        _turned(lambda *args: _mingru(*args, carried=lambda z: np.ones_like(z)), "message_undiminished",
                "h is right. On its way back the message is multiplied by 1 - z at every step."),
        _turned(lambda *args: _mingru(*args, slope=lambda z: np.ones_like(z)), "no_slope",
                "h and dc are right. `a` is what is inside the sigmoid: its slope, z (1 - z), is missing."),
        _turned(lambda *args: _mingru(*args, slope=lambda z: 1 - z**2), "slope_of_tanh",
                "h and dc are right. 1 - z^2 is the slope of tanh; the sigmoid's is z (1 - z)."),
        _turned(lambda *args: _mingru(*args, slope=lambda z: z), "half_of_the_slope",
                "h and dc are right. The sigmoid's slope is z (1 - z): one of its factors is missing."),
        _turned(lambda *args: _mingru(*args, lever=lambda c, b, h: c), "keeping_forgotten",
                "h and dc are right. The gate acts twice: it lets the candidate in, and pushes the old state out."),
        _turned(lambda *args: _mingru(*args, lever=lambda c, b, h: c + b), "plus_for_minus",
                "h and dc are right. Opening the gate adds c and takes away h_{t-1}: mind the sign."),
        _turned(lambda *args: _mingru(*args, lever=lambda c, b, h: b - c), "lever_turned",
                "da has the wrong sign: opening the gate moves the state towards c."),
        _turned(lambda *args: _mingru(*args, lever=lambda c, b, h: c - h), "state_after",
                "h and dc are right. The gate weighs c against the state *before* the step."),
        _turned(lambda *args: _mingru(*args, local=_last_only), "last_loss_only",
                "h is right. Every step has a local gradient dh; you hear that of the last alone."),
    ],
    hints=(
        "Going back: delta = dh[t] plus the message from the step after. Write h_t = (1 - z) h_{t-1} + z c and ask "
        "what each of the four symbols on the right gets.",
        "dc_t = z delta; the gate gets (c - h_{t-1}) delta, and a the slope z (1 - z) times that.",
        "The message to the step before is (1 - z) delta; what is left after step 1 is dh0.",
    ),
)


# 4. a hold and Euler -------------------------------------------------------------------------------------------------


def hold_case(rng, T, n, longest=1.5):
    return -rng.uniform(0.2, 3, n), rng.uniform(0.05, longest, T), rng.standard_normal((T, n))


def hold_cases(rng):
    yield hold_case(rng, 6, 3)
    yield hold_case(rng, 9, 2)


def hold_edge_cases(rng):
    """A mode that does not decay; one that hardly does; one that grows; one step; steps that Euler does not survive."""
    a, dt, x = hold_case(rng, 5, 4)
    a[1], a[2], a[3] = 0.0, -1e-14, 0.7
    yield Case((a, dt, x), "a mode with a = 0, one with a = -1e-14, and one that grows")
    yield Case(hold_case(rng, 1, 2), "a single step")
    yield hold_case(rng, 2, 1)
    a, dt, x = hold_case(rng, 8, 2, 4.0)
    yield Case((a - 1, dt + 1, x), "steps that forward Euler does not survive")


def _held(a, dt, x, factor, gain):
    h, states = np.zeros(x.shape[1]), []
    for dt_t, x_t in zip(dt, x):
        h = factor(a * dt_t) * h + gain(a, dt_t) * x_t
        states.append(h)
    return np.array(states)


def _phi(a, dt):
    """(e^(a dt) - 1)/a, and its limit dt."""
    return np.where(a == 0, dt, np.expm1(a * dt) / np.where(a == 0, 1, a))


def _both(a, dt, x, factor=np.exp, gain=_phi, euler_factor=lambda s: 1 + s, euler_gain=lambda a, dt: dt + 0 * a):
    return _held(a, dt, x, factor, gain), _held(a, dt, x, euler_factor, euler_gain)


def hold_and_euler(a, dt, x):
    return _both(a, dt, x)


def hold_by_powers(a, dt, x):
    """Oracle: the exponential of [[a, 1], [0, 0]] dt by its series, halved 20 times and squared; Euler as one sum."""
    def power(a_i, step):
        A = np.array([[a_i, 1.0], [0.0, 0.0]]) * step / 2**20
        E = A + A @ A / 2 + A @ A @ A / 6          # e^A - 1, so that nothing is rounded away
        for _ in range(20):
            E = 2 * E + E @ E
        return E + np.eye(2)

    T, n = x.shape
    hold, euler = np.zeros((T, n)), np.zeros((T, n))
    for i in range(n):
        state = 0.0
        for t in range(T):
            E = power(a[i], dt[t])
            state = E[0, 0] * state + E[0, 1] * x[t, i]
            hold[t, i] = state
            euler[t, i] = sum(dt[s] * x[s, i] * np.prod(1 + a[i] * dt[s + 1 : t + 1]) for s in range(t + 1))
    return hold, euler


def _swapped(a, dt, x):
    hold, euler = hold_and_euler(a, dt, x)
    return euler, hold


def one_step_for_all(a, dt, x):
    return hold_and_euler(a, np.full_like(dt, dt[0]), x)


def mean_step(a, dt, x):
    return hold_and_euler(a, np.full_like(dt, dt.mean()), x)


def ones_subtracted(a, dt, x):
    """e^(a dt) - 1 as it stands, which leaves few digits of a small a dt."""
    def gain(a, dt):
        return np.where(a == 0, dt, (np.exp(a * dt) - 1) / np.where(a == 0, 1, a))

    return _both(a, dt, x, gain=gain)


def backward_euler(a, dt, x):
    return _both(a, dt, x, euler_factor=lambda s: 1 / (1 - s), euler_gain=lambda a, dt: dt / (1 - a * dt))


hold_question = Question(
    "hold-and-euler", points=3, answer="hold_and_euler", parts=("hold", "euler"),
    cases=[Group("typical", 2, hold_cases), Group("edge", 1, hold_edge_cases)], reference=hold_and_euler,
    oracle=hold_by_powers, forbid=FORBID, tolerance=Tolerance(rtol=1e-6, atol=1e-9),
    axes={"a": "n", "dt": "T", "x": "T n", "hold": "T n", "euler": "T n"},
    mistakes=[
        Mistake(_swapped, "The two are exchanged: first the hold, then Euler.", name="exchanged"),
        Mistake(one_step_for_all, "You take the first step's length for all of them."),
        Mistake(mean_step, "You take one length for all steps. Each has its own."),
        Mistake(ones_subtracted, "Right but where a is tiny and not 0: e^(a dt) is rounded near 1, and 1 taken away "
                "leaves what the rounding made. NumPy has a function for e^x - 1."),
        Mistake(backward_euler, "`hold` is right. Your Euler is the backward one, which takes the slope at the end of "
                "the step."),
        _turned(lambda a, dt, x: _both(a, dt, x, gain=lambda a, dt: dt + 0 * a), "euler_gain_in_the_hold",
                "`euler` is right. In `hold` the factor is right and the input is multiplied by the whole step, as if "
                "none of it had decayed by the end."),
        _turned(lambda a, dt, x: _both(a, dt, x, gain=lambda a, dt: a * _phi(a, dt)), "not_divided_by_a",
                "`euler` is right. In `hold` the input's factor lacks its division by a. Its dimension is a time."),
        _turned(lambda a, dt, x: _both(a, dt, x, gain=lambda a, dt: -_phi(a, dt)), "sign_of_the_gain",
                "`euler` is right. In `hold` the input pushes the wrong way: for a < 0 both e^(a dt) - 1 and a are "
                "negative, and their quotient is positive."),
        _turned(lambda a, dt, x: _both(a, dt, x, gain=lambda a, dt: -a * _phi(a, dt)), "gain_that_sums_to_one",
                "`euler` is right. Factors that add up to one make an average, which is the solution of h' = a (h - "
                "x). Here the input is not multiplied by -a."),
        _turned(lambda a, dt, x: _both(a, dt, x, gain=lambda a, dt: np.exp(a * dt) * dt), "input_at_the_beginning",
                "`euler` is right. In `hold` all of a step's input comes in at its beginning. It comes in all along "
                "the step."),
        _turned(lambda a, dt, x: _both(a, dt, x, factor=lambda s: np.exp(-s)), "decay_turned",
                "`euler` is right. In `hold` the sign of the exponent is wrong: a is negative for what decays."),
        _turned(lambda a, dt, x: _both(a, dt, x, euler_gain=lambda a, dt: 1 + 0 * a), "euler_input_not_scaled",
                "`hold` is right. In `euler` the input, too, acts for the length of the step."),
        _turned(lambda a, dt, x: _both(a, dt, x, euler_factor=lambda s: 1 - s), "euler_sign",
                "`hold` is right. In `euler` the state's factor is 1 + dt a."),
        _turned(lambda a, dt, x: _both(a, dt, x, euler_factor=lambda s: s), "euler_forgets",
                "`hold` is right. Euler adds dt times the slope to the *old state*: a one is missing in its factor."),
        _turned(lambda a, dt, x: _both(a, dt, x, gain=lambda a, dt: np.where(a == 0, 0, _phi(a, dt))),
        "zero_for_a_limit",
                "Right but for a = 0, where (e^(a dt) - 1)/a has a limit, and it is not zero."),
    ],
    hints=(
        "Over one step x is a number. Solve h' = a h + x from h_{t-1}, and read off what multiplies h_{t-1} and "
        "what x.",
        "The input's factor is the integral of e^(a s) over s from 0 to dt.",
        "np.expm1(a * dt) / a, and dt where a is 0; np.where evaluates both, so divide by something that is not 0.",
    ),
)


# 5. one sweep --------------------------------------------------------------------------------------------------------


def sweep_case(rng, T, n, gain=1.2):
    W = gain * rng.standard_normal((n, n)) / np.sqrt(n)
    return W, rng.standard_normal((T, n)), 0.7 * rng.standard_normal((T, n))


def sweep_cases(rng):
    yield sweep_case(rng, 6, 3)
    yield sweep_case(rng, 8, 4)


def sweep_edge_cases(rng):
    """One step; one unit; a guess of zeros; a guess that is right already."""
    yield Case(sweep_case(rng, 1, 3), "a single step")
    yield sweep_case(rng, 5, 1)
    W, a, h = sweep_case(rng, 7, 2)
    yield Case((W, a, 0 * h), "a guess of zeros")
    W, a, h = sweep_case(rng, 2, 3)
    state = np.zeros(3)
    for t in range(2):
        state = h[t] = np.tanh(W @ state + a[t])
    yield Case((W, a, h), "a guess that is right already")


def _swept(W, a, h, *, slope=lambda f, h, before: 1 - f**2, matrix=lambda W: W, sign=1.0, first=None, carry=True,
           from_new=False):
    before = np.vstack([np.zeros_like(h[:1]) if first is None else first, h[:-1]])
    f = np.tanh(before @ W.T + a)
    d, new = np.zeros(len(W)), []
    for t in range(len(h)):
        carried = slope(f[t], h[t], before[t]) * (matrix(W) @ d) if carry else 0.0
        d = sign * (f[t] - h[t]) + carried
        new.append(h[t] + d)
    return np.array(new)


def sweep(W, a, h):
    return _swept(W, a, h)


def sweep_by_solving(W, a, h):
    """Oracle: Newton's equations for all steps as one linear system, its matrix by autograd."""
    T, n = h.shape

    def residual(flat):
        states = flat.reshape(T, n)
        before = torch.cat([torch.zeros(1, n, dtype=DOUBLE), states[:-1]])
        return (states - torch.tanh(before @ torch.tensor(W).T + torch.tensor(a))).reshape(-1)

    flat = torch.tensor(h.reshape(-1))
    jacobian = torch.autograd.functional.jacobian(residual, flat)
    return h - torch.linalg.solve(jacobian, residual(flat)).numpy().reshape(T, n)


def stepped_through(W, a, h):
    """The solution itself, one step after the other."""
    state, new = np.zeros(len(W)), []
    for a_t in a:
        state = np.tanh(W @ state + a_t)
        new.append(state)
    return np.array(new)


def added_to_f(W, a, h):
    before = np.vstack([np.zeros_like(h[:1]), h[:-1]])
    return sweep(W, a, h) - h + np.tanh(before @ W.T + a)


def weights_outside(W, a, h):
    """The slope first, then W."""
    before = np.vstack([np.zeros_like(h[:1]), h[:-1]])
    f, d, new = np.tanh(before @ W.T + a), np.zeros(len(W)), []
    for t in range(len(h)):
        d = W @ ((1 - f[t] ** 2) * d) + f[t] - h[t]
        new.append(h[t] + d)
    return np.array(new)


def corrections_alone(W, a, h):
    return sweep(W, a, h) - h


def two_sweeps(W, a, h):
    return sweep(W, a, sweep(W, a, h))


sweep_question = Question(
    "one-sweep", points=4, answer="sweep",
    cases=[Group("typical", 2, sweep_cases), Group("edge", 2, sweep_edge_cases)], reference=sweep,
    oracle=sweep_by_solving, forbid=FORBID, axes={"a": "T n", "h": "T n", "sweep": "T n"},
    tolerance=Tolerance(rtol=1e-6, atol=1e-9),
    mistakes=[
        _turned(lambda W, a, h: _swept(W, a, h, carry=False), "picard",
                "This is Picard's iteration, the step applied to the guess before. Newton's correction of a step also "
                "moves all later ones, through the Jacobians."),
        Mistake(stepped_through, "These are the states themselves, one step after the other: no guess is corrected. "
                "Where does `h` come in?"),
        Mistake(corrections_alone, "These are the corrections. Add them to the guess."),
        Mistake(two_sweeps, "These are two sweeps."),
        Mistake(added_to_f, "The corrections are right, and you add them to f. They are what the *guess* lacks."),
        Mistake(weights_outside, "Slope and weights act in the wrong order: a correction of h_{t-1} meets W first, "
                "tanh second. The Jacobian is diag(1 - f^2) W."),
        _turned(lambda W, a, h: _swept(W, a, h, slope=lambda f, h, b: np.ones_like(f)), "no_slope",
                "The slope of tanh is missing in the Jacobian, which is diag(1 - f^2) W."),
        _turned(lambda W, a, h: _swept(W, a, h, slope=lambda f, h, b: 1 - h**2), "slope_at_the_guess",
                "The slope is taken at the guess h_t. It belongs to the step from h_{t-1}: tanh of *its* "
                "pre-activation. The two agree only once the guess is right."),
        _turned(lambda W, a, h: _swept(W, a, h, slope=lambda f, h, b: 1 - b**2), "slope_before",
                "The slope is taken at the guess of the step before. Inside the tanh stands W h_{t-1} + a_t."),
        _turned(lambda W, a, h: _swept(W, a, h, slope=lambda f, h, b: 1 - f), "slope_not_squared",
                "The slope of tanh in terms of its value f is 1 - f^2."),
        _turned(lambda W, a, h: _swept(W, a, h, slope=lambda f, h, b: 1 - np.tanh(f) ** 2), "slope_of_tanh",
                "f is already the value of tanh: its slope is 1 - f^2."),
        _turned(lambda W, a, h: _swept(W, a, h, sign=-1.0), "sign_of_the_residual",
                "The residual has the wrong sign: a correction leads from the guess h_t towards f."),
        _turned(lambda W, a, h: _swept(W, a, h, first=h[:1]), "first_state_guessed",
                "The state before the first step is zero, and known. You take the guess h_1 for it."),
    ],
    hints=(
        "Evaluate f_t = tanh(W h_{t-1} + a_t) at all steps of the *guess*; the residual is f_t - h_t.",
        "The corrections are a linear recurrence: d_t = (1 - f_t^2) * (W d_{t-1}) + f_t - h_t, from d_0 = 0.",
        "A loop over t for d is allowed here. The answer is h + d.",
    ),
)


# 6. a memory that is written to --------------------------------------------------------------------------------------


def memory_case(rng, T, k, m):
    K, V = rng.standard_normal((T, k)), rng.standard_normal((T, m))
    K /= np.linalg.norm(K, axis=1, keepdims=True)
    return K, V, rng.standard_normal((T, k)), rng.uniform(0.2, 1, T)


def memory_cases(rng):
    K, V, Q, beta = memory_case(rng, 6, 3, 4)
    yield Case((1.3 * K, V, Q, beta / 2), "keys of length 1.3")
    yield memory_case(rng, 8, 4, 2)


def memory_edge_cases(rng):
    """One write; nothing written at a step; keys not of length one; a key that is written twice; beta above 1."""
    yield Case(memory_case(rng, 1, 3, 2), "a single write")
    K, V, Q, beta = memory_case(rng, 5, 2, 3)
    beta[2] = 0
    yield Case((K, V, Q, beta), "beta = 0 at a step: nothing is written")
    K, V, Q, beta = memory_case(rng, 4, 3, 3)
    yield Case((2 * K, V, Q, beta / 4), "keys of length two")
    K, V, Q, beta = memory_case(rng, 5, 4, 1)
    K[3] = K[0]
    yield Case((K, V, Q, np.ones(5)), "one key written twice, beta = 1")
    yield memory_case(rng, 2, 1, 2)
    K, V, Q, beta = memory_case(rng, 6, 3, 2)
    beta[1], beta[3] = 1.6, 1.3
    yield Case((K, V, Q, beta), "beta above 1 at two steps")


def _memory(K, V, Q, beta, write, read_first=False):
    S, reads = np.zeros((V.shape[1], K.shape[1])), []
    for k, v, q, b in zip(K, V, Q, beta):
        if read_first:
            reads.append(S @ q)
        S = write(S, k, v, b)
        if not read_first:
            reads.append(S @ q)
    return np.array(reads)


def delta_write(S, k, v, b):
    return S + b * np.outer(v - S @ k, k)


def delta_reads(K, V, Q, beta):
    return _memory(K, V, Q, beta, delta_write)


def delta_as_products(K, V, Q, beta):
    """Oracle: every write followed through the products of (I - beta k k^T) after it."""
    T, reads = len(K), np.zeros((len(K), V.shape[1]))
    for t in range(T):
        for s in range(t + 1):
            key = beta[s] * K[s]
            for later in range(s + 1, t + 1):
                key = key - beta[later] * K[later] * (K[later] @ key)
            reads[t] += V[s] * (key @ Q[t])
    return reads


def softmax_reads(K, V, Q, beta):
    reads = []
    for t in range(len(K)):
        score = np.exp(K[: t + 1] @ Q[t] - np.max(K[: t + 1] @ Q[t]))
        reads.append(score @ V[: t + 1] / score.sum())
    return np.array(reads)


def last_memory(K, V, Q, beta):
    """Every query is asked of the memory after all writes."""
    reads = [delta_reads(K, V, np.broadcast_to(q, Q.shape), beta)[-1] for q in Q]
    return np.array(reads)


def written_under_queries(K, V, Q, beta):
    S, reads = np.zeros((V.shape[1], K.shape[1])), []
    for k, v, q, b in zip(K, V, Q, beta):
        S = S + b * np.outer(v - S @ k, q)
        reads.append(S @ q)
    return np.array(reads)


memory_question = Question(
    "written-memory", points=4, answer="delta_reads",
    cases=[Group("typical", 2, memory_cases), Group("edge", 2, memory_edge_cases)], reference=delta_reads,
    oracle=delta_as_products, forbid=FORBID,
    axes={"K": "T k", "V": "T m", "Q": "T k", "beta": "T", "delta_reads": "T m"},
    mistakes=[
        _turned(lambda *args: _memory(*args, lambda S, k, v, b: S + np.outer(v, k)), "plain_sum",
                "These are plain sums, linear attention. The delta rule writes what is missing, times beta."),
        _turned(lambda *args: _memory(*args, lambda S, k, v, b: S + b * np.outer(v, k)), "nothing_taken_away",
                "You write beta v k^T and take nothing away: what the memory says for this key already is left out of "
                "account."),
        _turned(lambda *args: _memory(*args, lambda S, k, v, b: S + np.outer(v - S @ k, k)), "beta_left_out",
                "The difference is written whole: beta says which part of it."),
        _turned(lambda *args: _memory(*args, lambda S, k, v, b: S + np.outer(b * v - S @ k, k)), "beta_on_the_value",
                "beta multiplies the value alone. It is the share of the *difference* that is written."),
        _turned(lambda *args: _memory(*args, lambda S, k, v, b: S + np.outer(v - b * (S @ k), k)),
        "beta_on_the_reading",
                "beta multiplies what is taken away alone. It is the share of the *difference* that is written."),
        _turned(lambda *args: _memory(*args, lambda S, k, v, b: (1 - b) * S + b * np.outer(v, k)), "all_keys_fade",
                "You let the whole memory fade. The delta rule takes away what stands under *this* key, and leaves "
                "keys at right angles to it as they are."),
        _turned(lambda *args: _memory(*args, lambda S, k, v, b: S + b * np.outer(v + S @ k, k)), "reading_added",
                "What the memory says already is added a second time. It is taken away: v - S k."),
        _turned(lambda *args: _memory(*args, delta_write, read_first=True), "read_before_writing",
                "You read before the step has written. q_t is asked of S_t."),
        _turned(lambda *args: _memory(*args, lambda S, k, v, b: S + np.outer(v - S @ k, k) / (k @ k)),
        "always_replaced",
                "You replace what stands under the key entirely, whatever beta is."),
        Mistake(last_memory, "Every query is asked of the last memory. q_t is asked of S_t, which later writes have "
                "not touched."),
        Mistake(written_under_queries, "You write under the query. What is written stands under the key, and the "
                "query reads."),
        Mistake(softmax_reads, "This is softmax attention, which keeps every key. Asked is a memory of one matrix."),
        _turned(lambda K, V, Q, beta: _memory(K, V, K, beta, delta_write), "asked_with_keys",
                "You read with the keys. What is asked of the memory are the queries Q."),
    ],
    hints=(
        "S is (m, k), zero at the start. What does it say for the key k_t before it is told?",
        "Write a share beta_t of v_t - S k_t under the key: an outer product, the value's side first.",
        "Then read S q_t. np.outer(v - S @ k, k).",
    ),
)


# 7. by hand ----------------------------------------------------------------------------------------------------------


def by_hand():
    """2 * 256 - 2 - 8; 7 up and 7 down; ln(ln 2 / 50); 2/4; ln 10; 8 ln 10 / 0.2; 100/50; 1 - 1/50 to the 25."""
    return {
        "work": 502,
        "depth": 14,
        "nu": np.log(np.log(2) / 50),
        "longest": 0.5,
        "step": np.log(10),
        "picard": 8 * np.log(10) / 0.2,
        "sum": 2.0,
        "delta": 2 * (1 - 0.98**25),
    }


def by_other_means():
    """Oracle: the tree built and counted, equations solved by bisection."""
    def root(function, low, high):
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if function(middle) < 0 else (low, middle)
        return low

    def tree(chains):
        """Combinations made, and the chain behind each place, from the chains behind the steps."""
        if len(chains) == 1:
            return 0, chains
        work, even = tree([1 + max(pair) for pair in zip(chains[::2], chains[1::2])])
        odd = [1 + max(pair) for pair in zip(even, chains[2::2])]
        solved = chains[:1] * len(chains)
        solved[1::2], solved[2::2] = even, odd
        return work + len(chains) // 2 + len(odd), solved

    work, chains = tree([0] * 256)
    left = 1.0
    for _ in range(25):
        left -= left / 50
    return {
        "work": work,
        "depth": max(chains),
        "nu": root(lambda nu: np.prod([np.exp(-np.exp(nu))] * 50) * -1 + 0.5, -20.0, 0.0),
        "longest": root(lambda dt: abs(1 - 4 * dt) - 1, 0.3, 3.0),
        "step": root(lambda dt: 0.1 - np.exp(-dt), 0.0, 9.0),
        "picard": root(lambda k: 1e-8 - np.exp(-0.2 * k), 0.0, 900.0),
        "sum": np.full(100, 1 / 50).sum(),
        "delta": 2 - 2 * left,
    }


def _with(message, name, **wrong):
    return Mistake({**by_hand(), **wrong}, message, name=name)


hand_question = Question(
    "parallel-by-hand", points=3, answer="by_hand", kind="value", reference=by_hand, oracle=by_other_means,
    tolerance=Tolerance(rtol=5e-4, atol=0.0),
    mistakes=[
        _with("`work` is the loop's. Halving makes nearly twice as many.", "work_of_the_loop", work=255),
        _with("`work`: doubling makes that many. Halving joins neighbours first.", "work_of_doubling", work=1793),
        _with("`work`: the bound 2T is not reached. Count 128 + 64 + .. up, and what is filled in on the way down.",
              "work_as_the_bound", work=512),
        _with("`work`: going down, the last place of each level is finished already. Count 1 + 3 + 7 + .. there.",
              "work_both_ways_alike", work=510),
        _with("`depth`: up the tree the chain has eight links. Then the other states are filled in, level by level.",
              "up_only", depth=8),
        _with("`depth`: the whole way up finishes the last state, and no other waits for it. Start the way down from "
              "where it is needed.", "down_as_up", depth=16),
        _with("`depth`: one too many. The topmost combination finishes the last state, and nothing waits for that.",
              "one_link_more", depth=15),
        _with("`depth` is the loop's.", "depth_of_the_loop", depth=255),
        _with("`nu` is the rate itself, e^nu. Asked is its logarithm.", "rate_for_nu", nu=np.log(2) / 50),
        _with("`nu`: this is |lambda|. Go on: |lambda| = exp(-exp(nu)).", "modulus_for_nu", nu=0.5 ** (1 / 50)),
        _with("`nu`: a rate of 1/50 leaves 1/e after 50 steps, not one half.", "time_constant_for_half_life",
              nu=np.log(1 / 50)),
        _with("`longest`: 1/|a| is where the factor is zero and the state forgotten in one step. It may still "
              "change sign.",
              "longest_without_a_sign", longest=0.25),
        _with("`longest`: you have the limit for a = -1. With a = -4 the product of step and a is what counts.",
              "longest_for_one", longest=2.0),
        _with("`step`: this is ln(1/0.9): the gate z is what is let in, and e^(-step) = 1 - z.",
        "step_of_the_keep_factor",
              step=-np.log(0.9)),
        _with("`step`: this is the u with sigmoid(u) = 0.9. The step is its softplus.", "u_for_the_step",
        step=np.log(9)),
        _with("`picard`: divide by the exponent's size, do not multiply.", "picard_multiplied",
        picard=8 * np.log(10) * 0.2),
        _with("`picard`: the exponent is in nats, so take the natural logarithm of 1e8, which is 18.4, not 8.",
              "picard_in_decades", picard=40.0),
        _with("`sum`: the pair that is read does not disturb itself: of 101 pairs 100 do.", "itself_counted",
        sum=101 / 50),
        _with("`sum`: the *squared* error is asked.", "root_of_the_sum", sum=np.sqrt(2)),
        _with("`delta`: this is what is left of the reading. The squared distance of two unit vectors with that "
              "product is 2 (1 - product).", "what_is_left", delta=0.98**25),
        _with("`delta` is the part that is lost of the product. Two unit vectors, one read and one unrelated, both "
              "count: there is a factor of 2.", "delta_without_the_two", delta=1 - 0.98**25),
    ],
    hints=(
        "T = 256 is a power of two: up the tree 128 + 64 + .. + 1 combinations. On the way down 1 + 3 + .. + 127 fill "
        "in, each level after the one above it.",
        "Half is left: |lambda|^50 = 1/2 with |lambda| = exp(-exp(nu)): take logarithms twice.",
        "Formulas: |1 + dt a| < 1; e^(-step) = 1 - z; e^(mu k) = 1e-8; (N - 1)/d; 2 (1 - (1 - 1/d)^j).",
    ),
)


# 8. four logs --------------------------------------------------------------------------------------------------------

LABELS = ("Newton, stable", "Newton, chaotic", "Newton, linear network", "Picard, stable")
DEAL = 7


def as_read():
    """From the numbers."""
    return {"A": LABELS[0], "B": LABELS[2], "C": LABELS[1], "D": LABELS[3]}


_exchanged = partial(two_exchanged, as_read())

logs_question = Question(
    "four-logs", points=2, answer="logs", kind="choice", reference=as_read, oracle=dealing(LABELS, DEAL),
    mistakes=[
        _exchanged(LABELS[0], LABELS[3], "Both residuals fall. In one the digits double, in the other each sweep "
                   "brings the same number of them."),
        _exchanged(LABELS[0], LABELS[2], "Both are done soon. Where there is no curvature, the tangent is the "
                   "function."),
        _exchanged(LABELS[0], LABELS[1], "In one the residual falls everywhere at once; in the other it stays of order "
                   "one beyond a front."),
        _exchanged(LABELS[1], LABELS[3], "Both take long. In one the residual falls by the same factor sweep after "
                   "sweep, in the other it does not fall until the front has arrived."),
        _exchanged(LABELS[1], LABELS[2], "One of them is done after a single sweep."),
        _exchanged(LABELS[2], LABELS[3], "One of them is done after a single sweep."),
    ],
    hints=(
        "Look at how the exponent of the residual changes from row to row, then at the front.",
        "A linear network has no curvature: its tangent is exact, and one sweep lands.",
        "Picard: a constant factor a row. Newton, once near: the exponent doubles. Chaos: a front that creeps.",
    ),
)

QUESTIONS = [
    pair_question, round_question, mingru_question, hold_question, sweep_question, memory_question, hand_question,
    logs_question,
]  # fmt: skip
