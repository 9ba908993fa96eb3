"""Questions of the notebook 12_capstone: cases, reference answers, oracles and the mistakes people make.

The references follow the chapters. The oracles differentiate with autograd, solve normal equations, count in
dictionaries, push unit vectors through a step one at a time, or sum a series' covariances pair by pair.
"""

from collections import Counter

import numpy as np
import torch

import rnnlib
from rnngrade import Case, Group, Maker, Mistake, Question, Tolerance

FORBID = ("torch", "rnnlib", "scipy", "sklearn", "statsmodels", "pandas")
DOUBLE = torch.float64


def _named(answer, name, message):
    return Mistake(answer, message, name=name)


# 1. a plant's gradient -----------------------------------------------------------------------------------------------


def plant_case(rng, T, beta=3.0, dt=0.1):
    u = rng.standard_normal(T)
    return u, float(rng.normal()), float(rng.normal()), float(rng.normal() + 2), beta, float(rng.uniform(0.1, 0.6)), dt


def plant_cases(rng):
    yield plant_case(rng, 12)
    yield plant_case(rng, 30, 8.0, 0.2)


def plant_edge_cases(rng):
    yield Case(plant_case(rng, 1), "a single step")
    yield Case(plant_case(rng, 2, 5.0, 0.5), "two long steps")
    u, q0, v0, goal, beta, c, dt = plant_case(rng, 20, 2.0, 0.3)
    yield Case((u, q0 + 9.0, v0, goal, beta, c, dt), "an angle beyond a full turn")


def _plant(u, q0, v0, goal, beta, c, dt, *, new_speed=False, gravity=True, damping=True, at=0, speed=True,
           wrapped=False, effort=lambda dt: dt, effort_slope=lambda dt: dt, final=1.0, sign=1.0, through=True,
           weight=None, gain=lambda dt: dt, arm=lambda q: np.cos(q), coupled=True):
    q, v = [q0], [v0]
    for force in u:
        faster = v[-1] + dt * (force - np.sin(q[-1]) - c * v[-1])
        q.append(q[-1] + dt * (faster if new_speed else v[-1]))
        v.append(faster)
    miss = q[-1] - goal
    if wrapped:
        miss = (miss + np.pi) % (2 * np.pi) - np.pi
    fast = beta if weight is None else weight
    cost = effort(dt) / 2 * np.sum(u**2) + beta / 2 * miss**2 + fast / 2 * speed * v[-1] ** 2
    a, b = beta * final * miss, fast * final * v[-1] * speed  # the adjoints of q and v
    du = np.zeros_like(u)
    for t in range(len(u) - 1, -1, -1):
        du[t] = effort_slope(dt) * u[t] + sign * gain(dt) * b
        if not through:
            continue
        angle = q[t + at]
        a, b = a - dt * arm(angle) * gravity * b, coupled * dt * a + (1 - dt * c * damping) * b
    return cost, du


def cost_and_gradient(u, q0, v0, goal, beta, c, dt):
    return _plant(u, q0, v0, goal, beta, c, dt)


def cost_by_autograd(u, q0, v0, goal, beta, c, dt):
    """Oracle: torch through all steps."""
    force = torch.tensor(u, requires_grad=True)
    state = torch.tensor([q0, v0], dtype=DOUBLE)
    for step in force:
        state = state + dt * torch.stack([state[1], step - torch.sin(state[0]) - c * state[1]])
    cost = dt / 2 * (force**2).sum() + beta / 2 * ((state - torch.tensor([goal, 0.0], dtype=DOUBLE)) ** 2).sum()
    return cost.item(), torch.autograd.grad(cost, force)[0].numpy()


def _right_cost(*args, **changed):
    """The cost is right, only the way back is not."""
    return _plant(*args)[0], _plant(*args, **changed)[1]


def goal_forgotten(u, q0, v0, goal, beta, c, dt):
    return _plant(u, q0, v0, goal, beta, c, dt)[0], _plant(u, q0, v0, 0.0, beta, c, dt)[1]


def not_transposed(u, q0, v0, goal, beta, c, dt):
    """The Jacobian itself on the way back, not its transpose."""
    q, v = [q0], [v0]
    for force in u:
        q, v = [*q, q[-1] + dt * v[-1]], [*v, v[-1] + dt * (force - np.sin(q[-1]) - c * v[-1])]
    a, b, du = beta * (q[-1] - goal), beta * v[-1], np.zeros_like(u)
    for t in range(len(u) - 1, -1, -1):
        du[t] = dt * (u[t] + b)
        a, b = a + dt * b, (1 - dt * c) * b - dt * np.cos(q[t]) * a
    return _plant(u, q0, v0, goal, beta, c, dt)[0], du


def reversed_controls(*args):
    cost, du = _plant(*args)
    return cost, du[::-1].copy()


plant_question = Question(
    "plant-gradient", points=4, answer="cost_and_gradient", parts=("cost", "du"),
    cases=[Group("typical", 2, plant_cases), Group("edge", 2, plant_edge_cases)], reference=cost_and_gradient,
    oracle=cost_by_autograd, forbid=FORBID, axes={"u": "T", "du": "T"}, tolerance=Tolerance(rtol=1e-7, atol=1e-10),
    mistakes=[
        _named(lambda *args: _plant(*args, new_speed=True), "new_speed_first",
               "The angle moves with the new speed here. In this plant both read the old state."),
        _named(lambda *args: _plant(*args, speed=False), "speed_left_out",
               "The cost forgets the speed: the pendulum is to arrive and to be at rest."),
        _named(lambda *args: _plant(*args, weight=1.0), "angle_weighed_alone",
               "beta weighs the angle alone here. It stands before both squares, the speed's too."),
        Mistake(goal_forgotten, "The goal plays no part in the gradient: the angle's adjoint at the end is beta times "
                "what is missing to it."),
        Mistake(not_transposed, "The Jacobian is not transposed on the way back: the angle's adjoint hears of gravity, "
                "the speed's of the angle's."),
        _named(lambda *args: _plant(*args, wrapped=True), "turns_forgotten",
               "You take the angle modulo a full turn. Here a turn too many is a turn too many."),
        _named(lambda *args: _plant(*args, effort=lambda dt: 1.0, effort_slope=lambda dt: 1.0), "effort_without_dt",
               "The effort is a sum over time: each step's square is multiplied by dt."),
        _named(lambda *args: _right_cost(*args, effort_slope=lambda dt: 0.0), "effort_not_derived",
               "The effort's own gradient, dt u_t, is missing."),
        _named(lambda *args: _right_cost(*args, effort_slope=lambda dt: 2 * dt), "effort_twice",
               "The effort's own gradient is dt u_t: the half before the square cancels the two."),
        _named(lambda *args: _right_cost(*args, gain=lambda dt: 1.0), "gain_without_dt",
               "The force moves the speed by dt u_t: the costate, too, comes in times dt."),
        _named(lambda *args: _right_cost(*args, gravity=False), "gravity_not_derived",
               "On the way back the angle's adjoint hears of gravity: -dt cos(q) times the speed's adjoint is "
               "missing."),
        _named(lambda *args: _right_cost(*args, arm=np.sin), "sine_for_cosine",
               "The slope of sin q is cos q."),
        _named(lambda *args: _right_cost(*args, arm=lambda q: -np.cos(q)), "gravity_turned",
               "Gravity's term on the way back has the other sign: the speed loses dt sin q."),
        _named(lambda *args: _right_cost(*args, arm=lambda q: 1.0), "small_angles",
               "sin q is taken for q on the way back. Its slope is cos q."),
        _named(lambda *args: _right_cost(*args, at=1), "angle_after",
               "The Jacobian of a step is taken at the angle it starts from, q_{t-1}, not at the one it leads to."),
        _named(lambda *args: _right_cost(*args, damping=False), "damping_not_derived",
               "The damping is missing on the way back: the speed's adjoint keeps 1 - c dt of itself."),
        _named(lambda *args: _right_cost(*args, coupled=False), "no_coupling",
               "The angle moves with the speed, so the speed's adjoint gets dt times the angle's."),
        _named(lambda *args: _right_cost(*args, through=False), "nothing_carried",
               "Every step uses the adjoint of the last state. It must be carried back through the steps in between."),
        _named(lambda *args: _right_cost(*args, sign=-1.0), "costate_subtracted",
               "The costate comes in with the other sign: du is the gradient, not the way down."),
        _named(lambda *args: _right_cost(*args, final=2.0), "half_of_the_end",
               "The adjoint at the end is beta (q_T - goal) and beta v_T: the half before the square cancels the two."),
        _named(reversed_controls, "backwards", "du stands in reverse: du[t] belongs to u[t]."),
    ],
    hints=(
        "Run forward and keep all q. The adjoints at the end: a = beta (q_T - goal) for the angle, b = beta v_T for "
        "the speed.",
        "At step t, from the last: du[t] = dt u[t] + dt b.",
        "Then one step back, both at once: a, b = a - dt cos(q[t]) b, dt a + (1 - c dt) b, with q[t] the angle before "
        "the step.",
    ),
)


# 2. least effort -----------------------------------------------------------------------------------------------------


def steer_case(rng, n, m, T, beta, size=0.9):
    A = rng.standard_normal((n, n))
    A *= size / np.abs(np.linalg.eigvals(A)).max()
    return A, rng.standard_normal((n, m)), rng.standard_normal(n), rng.standard_normal(n), beta, T


def steer_cases(rng):
    yield steer_case(rng, 3, 2, 12, 4.0)
    yield steer_case(rng, 5, 2, 9, 0.7, 1.05)


def steer_edge_cases(rng):
    yield Case(steer_case(rng, 3, 2, 1, 2.0), "a single step")
    yield Case(steer_case(rng, 4, 1, 2, 5.0), "fewer controls than numbers in the state")
    yield Case(steer_case(rng, 1, 3, 6, 0.3), "a state of one number")
    yield Case(steer_case(rng, 2, 1, 10, 50.0, 1.3), "an unstable plant")


def _reach(A, B, T, power=0, turned=False):
    """The last state's matrix over all controls, T blocks (n, m) side by side."""
    blocks = [np.linalg.matrix_power(A, T - 1 - t + power) @ B for t in range(T)]
    return np.hstack(blocks[::-1] if turned else blocks)


def _steer(A, B, h0, goal, beta, T, *, free=1.0, ridge=lambda beta: 1 / beta, **reach):
    G = _reach(A, B, T, **reach)
    rest = goal - free * np.linalg.matrix_power(A, T) @ h0
    return (G.T @ np.linalg.solve(ridge(beta) * np.eye(len(A)) + G @ G.T, rest)).reshape(T, -1)


def steer(A, B, h0, goal, beta, T):
    return _steer(A, B, h0, goal, beta, T)


def steer_by_normal_equations(A, B, h0, goal, beta, T):
    """Oracle: the end for each unit control, found by running the plant; and the equations of all controls."""
    def end(u):
        h = h0.copy()
        for force in u:
            h = A @ h + B @ force
        return h

    m = B.shape[1]
    rest = end(np.zeros((T, m)))
    G = np.array([end(unit.reshape(T, m)) - rest for unit in np.eye(T * m)]).T
    return np.linalg.solve(np.eye(T * m) + beta * G.T @ G, beta * G.T @ (goal - rest)).reshape(T, m)


def exactly_there(A, B, h0, goal, beta, T):
    return (np.linalg.pinv(_reach(A, B, T)) @ (goal - np.linalg.matrix_power(A, T) @ h0)).reshape(T, -1)


def step_by_step(A, B, h0, goal, beta, T):
    """Each control as if the next state were the last."""
    h, u = h0, []
    for _ in range(T):
        u.append(np.linalg.solve(np.eye(B.shape[1]) + beta * B.T @ B, beta * B.T @ (goal - A @ h)))
        h = A @ h + B @ u[-1]
    return np.array(u)


def one_descent(A, B, h0, goal, beta, T):
    return (beta * _reach(A, B, T).T @ (goal - np.linalg.matrix_power(A, T) @ h0)).reshape(T, -1)


steer_question = Question(
    "least-effort", points=3, answer="steer",
    cases=[Group("typical", 2, steer_cases), Group("edge", 1, steer_edge_cases)], reference=steer,
    oracle=steer_by_normal_equations, forbid=FORBID,
    axes={"A": "n n", "B": "n m", "h0": "n", "goal": "n", "steer": "T m"}, tolerance=Tolerance(rtol=1e-6, atol=1e-10),
    mistakes=[
        Mistake(exactly_there, "These controls arrive exactly, or as nearly as can be, whatever it costs. beta weighs "
                "the miss against the effort."),
        Mistake(step_by_step, "Each control is chosen as if the next state were the last. The steps after it also act "
                "on what it does."),
        Mistake(one_descent, "This is one step of descent from u = 0, the costate without any control. At the optimum "
                "it is that of the controls themselves."),
        _named(lambda *args: _steer(*args, free=0.0), "free_motion_forgotten",
               "You steer as if the plant stood at 0. Where would it be after T steps without any control?"),
        _named(lambda *args: _steer(*args, free=-1.0), "free_motion_added",
               "The free motion is to be taken off the goal, not added to it."),
        _named(lambda *args: _steer(*args, turned=True), "order_turned",
               "The first control acts longest: T - 1 powers of A stand before it, and none before the last."),
        _named(lambda *args: _steer(*args, power=1), "one_power_more",
               "Each control comes in after A has acted in its step: the last one is not multiplied by A at all."),
        _named(lambda *args: _steer(*args, ridge=lambda beta: beta), "beta_on_the_effort",
               "beta multiplies the miss, not the effort."),
        _named(lambda *args: _steer(*args, ridge=lambda beta: 2 / beta), "one_half_missing",
               "Both terms of the cost have the half: you have left one out."),
        _named(lambda *args: _steer(*args, ridge=lambda beta: 1.0), "beta_left_out", "beta plays no part."),
    ],
    hints=(
        "The last state is A^T h0 + G u, with a block of G a control: A^(T-1-t) B for u[t].",
        "1/2 |u|^2 + beta/2 |G u - r|^2 with r = goal - A^T h0 is least squares with a ridge.",
        "(I + beta G^T G) u = beta G^T r. Or run your adjoint and conjugate gradients until they stand still.",
    ),
)


# 3. an autoregression ------------------------------------------------------------------------------------------------


def ar_case(rng, N, split, level=5.0):
    y, noise = np.zeros(N), rng.standard_normal(N)
    for t in range(2, N):
        y[t] = 1.3 * y[t - 1] - 0.7 * y[t - 2] + noise[t]
    return y + level, split


def ar_cases(rng):
    y, split = ar_case(rng, 70, 50)
    yield y, 2, split
    y, split = ar_case(rng, 90, 60, -8.0)
    yield y, 5, split


def ar_edge_cases(rng):
    y, split = ar_case(rng, 40, 39)
    yield Case((y, 1, split), "a single day of test, one lag")
    y, split = ar_case(rng, 30, 10, 2.0)
    yield Case((y, 3, split), "little to fit, much to forecast")


def _ar(y, p, split, *, bias=True, end=None, turned=False, recursive=False, residuals=False, centre=None, gap=0,
        padded=False, lags=0):
    p = p + lags
    z = y - (0.0 if centre is None else centre(y, split))
    if padded:
        z = np.concatenate([np.zeros(p), z])
    off = p if padded else 0

    def row(values, t):
        seen = values[t - p - gap : t - gap][::-1]
        return np.append(seen, 1.0) if bias else np.array(seen)

    stop = (split if end is None else end(y, split)) + off
    days = range(p + gap, stop)
    w = np.linalg.lstsq(np.array([row(z, t) for t in days]), z[p + gap : stop], rcond=None)[0]
    if turned:
        w = np.append(w[:p][::-1], w[p:])
    known, out = z.copy(), []
    for t in range(split + off, len(z)):
        out.append(row(known, t) @ w)
        if recursive:
            known[t] = out[-1]
    out = np.array(out) + (0.0 if centre is None else centre(y, split))
    return y[split:] - out if residuals else out


def ar_forecasts(y, p, split):
    return _ar(y, p, split)


def ar_by_normal_equations(y, p, split):
    """Oracle: centred columns and their covariances, the constant from the means."""
    lagged = np.array([y[p - k : split - k] for k in range(1, p + 1)])
    target = y[p:split]
    means, mean = lagged.mean(axis=1), target.mean()
    spread = lagged - means[:, None]
    w = np.linalg.solve(spread @ spread.T, spread @ (target - mean))
    return np.array([mean + sum(w[k] * (y[t - 1 - k] - means[k]) for k in range(p)) for t in range(split, len(y))])


def persistence(y, p, split):
    return y[split - 1 : -1].copy()


def on_differences(y, p, split):
    d = np.diff(y)
    return y[split - 1 : -1] + _ar(d, p, split - 1)


def yule_walker(y, p, split):
    mean = y[:split].mean()
    z = y - mean
    r = np.array([z[k:split] @ z[: split - k] for k in range(p + 1)])
    w = np.linalg.solve(r[np.abs(np.subtract.outer(np.arange(p), np.arange(p)))], r[1:])
    return np.array([mean + w @ z[t - p : t][::-1] for t in range(split, len(y))])


def moving_mean(y, p, split):
    return np.array([y[t - p : t].mean() for t in range(split, len(y))])


ar_question = Question(
    "ar-forecasts", points=3, answer="ar_forecasts",
    cases=[Group("typical", 2, ar_cases), Group("edge", 1, ar_edge_cases)], reference=ar_forecasts,
    oracle=ar_by_normal_equations, forbid=FORBID, axes={"y": "N", "ar_forecasts": "M"},
    tolerance=Tolerance(rtol=1e-6, atol=1e-9),
    mistakes=[
        Mistake(persistence, "This is persistence: yesterday's value. It is the baseline."),
        Mistake(on_differences, "You fit the changes and add what they say to yesterday's value. Asked are weights for "
                "the values themselves."),
        Mistake(yule_walker, "These weights solve the equations of Yule and Walker, from covariances in which the ends "
                "count as zeros. Asked is least squares over the targets."),
        Mistake(moving_mean, "This is the mean of the last p values. The p weights are to be fitted."),
        _named(lambda *args: _ar(*args, bias=False), "no_constant", "The constant is missing: a column of ones."),
        _named(lambda *args: _ar(*args, bias=False, centre=lambda y, split: y[:split].mean()), "centred",
               "You take off the training mean and fit without a constant. The least squares asked for have a constant "
               "of their own, which differs a little."),
        _named(lambda *args: _ar(*args, bias=False, centre=lambda y, split: y.mean()), "centred_by_all",
               "You take off the mean of the whole series, the test included: a leak."),
        _named(lambda *args: _ar(*args, end=lambda y, split: len(y)), "fitted_on_all",
               "It is fitted on the test as well: targets before the split only."),
        _named(lambda *args: _ar(*args, end=lambda y, split: split + 1), "one_target_more",
               "The day of the split belongs to the test: the last target of the fit is the day before."),
        _named(lambda *args: _ar(*args, end=lambda y, split: split - 1), "one_target_less",
               "The last day before the split is a target of the fit too."),
        _named(lambda *args: _ar(*args, turned=True), "lags_turned",
               "Fit and forecast see the lags in different orders."),
        _named(lambda *args: _ar(*args, recursive=True), "own_forecasts",
               "You go on from your own forecasts. Each is for one step ahead, from the true values before it."),
        _named(lambda *args: _ar(*args, residuals=True), "errors_returned", "These are the errors. Asked are the "
               "forecasts."),
        _named(lambda *args: _ar(*args, gap=1), "day_before_left_out",
               "Yesterday's value is not used: the lags are 1 to p."),
        _named(lambda *args: _ar(*args, lags=1), "one_lag_more", "There is one lag too many: 1 to p."),
        _named(lambda *args: _ar(*args, lags=-1) if args[1] > 1 else np.full(len(args[0]) - args[2],
                                                                            args[0][1 : args[2]].mean()),
               "one_lag_less", "There is one lag too few: 1 to p."),
        _named(lambda *args: _ar(*args, padded=True), "zeros_before",
               "The first p days have no p days before them. You put zeros there; they are no targets."),
    ],
    hints=(
        "A row a target day t = p .. split - 1: y[t-1], .., y[t-p] and a 1. The target is y[t].",
        "np.linalg.lstsq gives the p weights and the constant.",
        "For t = split .. N - 1 the same row, of the true values before t, times the weights.",
    ),
)


# 4. sunspots ---------------------------------------------------------------------------------------------------------

FIRST, SPLIT_YEAR, HISTORY = 1700, 1921, 30
TENTHS = """
50 110 160 230 360 580 290 200 100 80 30 0 0 20 110 270 470 630 600 390 280 260 220 110 210 400 780 1220 1030 730 470
350 110 50 160 340 700 810 1110 1010 730 400 200 160 50 110 220 400 600 809 834 477 478 307 122 96 102 324 476 540 629
859 612 451 364 209 114 378 698 1061 1008 816 665 348 306 70 198 925 1544 1259 848 681 385 228 102 241 829 1320 1309
1181 899 666 600 469 410 213 160 64 41 68 145 340 450 431 475 422 281 101 81 25 0 14 50 122 139 354 458 411 301 239
156 66 40 18 85 166 363 496 642 670 709 478 275 85 132 569 1215 1383 1032 857 646 367 242 107 150 401 615 985 1247 963
666 645 541 390 206 67 43 227 548 938 958 772 591 440 470 305 163 73 376 740 1390 1112 1016 662 447 170 113 124 34 60
323 543 597 637 635 522 254 131 68 63 71 356 730 851 780 640 418 262 267 121 95 27 50 244 420 635 538 620 485 439 186
57 36 14 96 474 571 1039 806 636 376 261 142 58 167 443 639 690 778 649 357 212 111 57 87 361 797 1144 1096 888 678
475 306 163 96 332 926 1516 1363 1347 839 694 315 139 44 380 1417 1902 1848 1590 1123 539 376 279 102 151 470 938 1059
1055 1045 666 689 380 345 155 126 275 925 1554 1546 1404 1159 666 459 179 134 294 1002 1576 1426 1457 943 546 299 175
86 215 643 933 1196 1110 1040 637 404 298 152 75 29
"""
SUNSPOTS = np.array(TENTHS.split(), dtype=float) / 10
SPLIT = SPLIT_YEAR - FIRST
NEXT = {SUNSPOTS[t - HISTORY : t].tobytes(): SUNSPOTS[t] for t in range(SPLIT, len(SUNSPOTS))}


def histories(rng):
    """All held-out years, shuffled, with the thirty years before each."""
    days = rng.permutation(np.arange(SPLIT, len(SUNSPOTS)))
    yield (np.array([SUNSPOTS[t - HISTORY : t] for t in days]).T.copy(),)


def next_year(made_from, x):
    """Oracle: what the astronomers saw."""
    return np.array([NEXT[column.tobytes()] for column in np.ascontiguousarray(x.T)])


def train_sunspots(seed):
    """Eight small nets on the roots of the numbers, each told to predict the change; and an autoregression."""
    rng, z = np.random.default_rng(seed), np.sqrt(SUNSPOTS[:SPLIT]) / 5
    X = np.array([z[t - HISTORY - 1 : t] for t in range(HISTORY + 1, SPLIT + 1)]).T[..., None]
    cell = rnnlib.PlainCell(inputs=1, units=8)
    readout = rnnlib.readouts.LinearReadout(units=8, outputs=1)
    nets = []
    for _ in range(8):
        params = cell.init(rng), readout.init(rng)
        adam = rnnlib.optimisers.Adam(rate=5e-3)
        memory = adam.init(params)
        for _ in range(250):
            x = X[:, rng.integers(X.shape[1], size=32)]
            tape = rnnlib.unroll(cell, params[0], x[:-1])
            error = readout.forward(params[1], tape.h[1:]) + x[:-1] - x[1:]
            error[:10] = 0
            dreadout, dh = readout.backward(params[1], tape.h[1:], error / (20 * 32))
            grads, _ = rnnlib.gradients.clip_norm((rnnlib.bptt(tape, dh).params, dreadout), 1.0)
            params, memory = adam.update(params, grads, memory)
        nets.append(params)
    rows = np.array([np.append(z[t - 9 : t], 1) for t in range(9, SPLIT)])
    return cell, readout, nets, np.linalg.lstsq(rows, z[9:], rcond=None)[0]


def predict_sunspots(model, x):
    cell, readout, nets, w = model
    z = np.sqrt(x)[..., None] / 5
    said = [readout.forward(V, rnnlib.unroll(cell, W, z).h[-1:])[0, :, 0] + z[-1, :, 0] for W, V in nets]
    linear = w[:9] @ z[-9:, :, 0] + w[9]
    return (5 * (0.5 * np.mean(said, axis=0) + 0.5 * linear)) ** 2


def _mse(predicted):
    return float(np.mean((predicted - SUNSPOTS[SPLIT:]) ** 2))


BOUNDS = {
    "baseline": _mse(SUNSPOTS[SPLIT - 1 : -1]),
    "yule": _mse(ar_by_normal_equations(SUNSPOTS, 2, SPLIT)),
    "opponent": _mse(ar_by_normal_equations(SUNSPOTS, 9, SPLIT)),
}

sunspots_question = Question(
    "sunspots", points=4, answer="predict", kind="model", measure="squared error",
    maker=Maker(train_sunspots, lambda rng: (int(rng.integers(1000)),), seconds=20, name="train"),
    cases=[
        Group("baseline", 1, histories, within=round(BOUNDS["baseline"])),
        Group("yule", 1, histories, within=round(BOUNDS["yule"])),
        Group("opponent", 2, histories, within=round(BOUNDS["opponent"])),
    ],
    reference=predict_sunspots, oracle=next_year,
    mistakes=[
        _named(lambda made_from, x: np.full(x.shape[1], SUNSPOTS[:SPLIT].mean()), "the_mean",
               "Your model gives one number whatever it reads: the mean. Does it see its inputs?"),
        _named(lambda made_from, x: x[-11].copy(), "one_cycle_ago", "Your model repeats the year eleven years ago."),
        _named(lambda made_from, x: 1.6 * x[-1], "grown", "Your model gives last year's number, scaled up."),
        _named(lambda made_from, x: next_year(made_from, x) / 100, "scaled_inputs",
               "Your predictions are a hundredth of what they should be: undo the scaling that you trained with."),
        _named(lambda made_from, x: np.sqrt(next_year(made_from, x)), "roots_returned",
               "You return the roots of the numbers: square them."),
    ],
    hints=(
        "Train on roots, np.sqrt(SUNSPOTS) / 5: the spread of these hardly depends on the level. Square in the end.",
        "Let the net say the change, and add last year: with a readout of zero that is persistence already.",
        "Eight units, Adam at 0.005, windows of thirty years, a loss at each of the last twenty, 250 updates of 32 "
        "windows. Train three, and take the mean. Half of an autoregression over nine roots makes the mean steadier.",
    ),
)


# 5. a table of contexts ----------------------------------------------------------------------------------------------


def text_case(rng, N, M, symbols, order, alpha):
    chain = rng.dirichlet(0.4 * np.ones(symbols), size=symbols)

    def draw(length):
        out = [int(rng.integers(symbols))]
        while len(out) < length:
            out.append(int(rng.choice(symbols, p=chain[out[-1]])))
        return np.array(out)

    return draw(N), draw(M), order, symbols, alpha


def text_cases(rng):
    yield text_case(rng, 80, 50, 4, 2, 0.5)
    yield text_case(rng, 120, 60, 6, 1, 0.1)


def text_edge_cases(rng):
    yield Case(text_case(rng, 60, 30, 3, 0, 1.0), "no context: single symbols are counted")
    yield Case(text_case(rng, 40, 40, 5, 4, 0.3), "contexts that training has never seen")
    train, test, order, symbols, alpha = text_case(rng, 30, 25, 3, 1, 0.2)
    train[-1], train[:-1] = 2, train[:-1] % 2
    yield Case((train, test, order, symbols, alpha), "a context that occurs at the very end of training alone")


def _bits(train, test, order, symbols, alpha, *, log=np.log2, ends=False, below=True, mean=True, start=None, both=False,
          top=True, once=False, joint=False, turned=False, unseen=None, power=False):
    joined, context = Counter(), Counter()
    seen = np.concatenate([train, test]) if both else train
    for t in range(order, len(seen)):
        before = tuple(seen[t - order : t][:: -1 if turned else 1])
        joined[(*before, seen[t])] += 1
        context[before] += 1
    if ends:
        context[tuple(train[len(train) - order:])] += 1
    total = []
    for t in range(order if start is None else start, len(test)):
        before = tuple(test[max(0, t - order) : t])
        above = joined[(*before, test[t])] + alpha * top
        below_it = (sum(context.values()) if joint else context[before]) + alpha * (1 if once else symbols) * below
        p = above / below_it if below_it else np.nan
        if unseen is not None and context[before] == 0:
            p = unseen(symbols)
        with np.errstate(divide="ignore"):
            total.append(-log(p))
    out = float(np.mean(total) if mean else np.sum(total))
    return float(2**out) if power else out


def _forecasts(train, test, order, symbols, alpha):
    """All probabilities at each place, and the symbol that stands there."""
    table = Counter(tuple(train[t - order : t + 1]) for t in range(order, len(train)))
    for t in range(order, len(test)):
        seen = np.array([table[(*test[t - order : t], s)] for s in range(symbols)]) + alpha
        yield seen / seen.sum(), test[t]


def entropy_of_forecasts(*args):
    return float(np.mean([-(p * np.log2(p)).sum() for p, _ in _forecasts(*args)]))


def logarithm_of_the_mean(*args):
    return float(-np.log2(np.mean([p[s] for p, s in _forecasts(*args)])))


def ngram_bits(train, test, order, symbols, alpha):
    return _bits(train, test, order, symbols, alpha)


def ngram_bits_by_table(train, test, order, symbols, alpha):
    """Oracle: contexts as numbers to the base of the alphabet, a table of all of them."""
    table = np.full((symbols**order, symbols), float(alpha))

    def places(text):
        number = np.zeros(len(text) - order, dtype=int)
        for k in range(order):
            number = number * symbols + text[k : len(text) - order + k]
        return number

    np.add.at(table, (places(train), train[order:]), 1.0)
    p = table / table.sum(axis=1, keepdims=True)
    return float(-np.log2(p[places(test), test[order:]]).mean())


bits_question = Question(
    "ngram-bits", points=3, answer="ngram_bits",
    cases=[Group("typical", 2, text_cases), Group("edge", 1, text_edge_cases)], reference=ngram_bits,
    oracle=ngram_bits_by_table, forbid=FORBID, axes={"train": "N", "test": "M"},
    tolerance=Tolerance(rtol=1e-7, atol=1e-10),
    mistakes=[
        _named(lambda *args: _bits(*args, log=np.log), "nats", "These are nats; bits have the logarithm to base 2."),
        Mistake(entropy_of_forecasts, "This is the entropy of the forecasts: how unsure they are, not how surprised by "
                "what stands there."),
        Mistake(logarithm_of_the_mean, "You take the logarithm of the mean probability. Asked is the mean of the "
                "logarithms."),
        _named(lambda *args: _bits(*args, mean=False), "not_a_mean", "This is the sum over the text. Asked is the mean "
               "over the symbols that have a whole context."),
        _named(lambda *args: _bits(*args, power=True), "perplexity", "This is the perplexity, 2 to the power of the "
               "bits."),
        _named(lambda *args: _bits(*args, below=False), "alpha_above_alone", "alpha is added to each count, so "
               "`symbols` times to the sum below: your probabilities add up to more than 1."),
        _named(lambda *args: _bits(*args, once=True), "alpha_below_once", "alpha is added to the count of every "
               "symbol, so `symbols` times to the sum below, not once."),
        _named(lambda *args: _bits(*args, ends=True), "last_context_counted", "The context at the very end of training "
               "has no symbol after it: count the contexts that are followed by one."),
        _named(lambda *args: _bits(*args, start=0), "from_the_first", "The first `order` symbols of the test have no "
               "whole context, and do not count."),
        _named(lambda *args: _bits(*args, both=True), "test_counted", "The test has been counted as well: it is asked "
               "about itself."),
        _named(lambda *args: _bits(*args, joint=True), "joint", "You divide by the number of all contexts: that is the "
               "probability of context and symbol together. Divide by the count of this context."),
        _named(lambda train, test, order, symbols, alpha: _bits(train, train, order, symbols, alpha), "own_text",
               "This is how well training is told by itself. Asked is the test."),
        _named(lambda *args: _bits(*args, turned=True), "context_turned", "The contexts of training are read in the "
               "other direction than those of the test."),
    ],
    hints=(
        "Count, over training, every context of `order` symbols that is followed by one, and every context with the "
        "symbol that follows. A Counter with tuples as keys will do.",
        "p = (count of context and symbol + alpha) / (count of context + alpha * symbols): unseen contexts give "
        "1 / symbols by themselves.",
        "The mean of -log2 p over t = order .. len(test) - 1.",
    ),
)


# 6. a distant contact ------------------------------------------------------------------------------------------------


def contacts(rng, T, B):
    """Charges +-1 and marks (T, B, 2), one mark in the first third and one in the last; are they opposite?"""
    x = np.zeros((T, B, 2))
    x[..., 0] = rng.choice([-1.0, 1.0], size=(T, B))
    first, second = rng.integers(0, T // 3, B), rng.integers(2 * T // 3, T, B)
    pairs = np.arange(B)
    x[first, pairs, 1] = x[second, pairs, 1] = 1
    return x, (x[first, pairs, 0] != x[second, pairs, 0]).astype(int)


STAGES = ((6, 12, 500, 1e-2), (6, 50, 200, 5e-3), (6, 200, 150, 3e-3))  # lengths from, to, updates, rate


def train_contacts(seed):
    """Short chains first, then longer ones, then those that are asked for; begun anew where that fails."""
    rng = np.random.default_rng(seed)
    best, least = None, np.inf
    for _ in range(5):
        model = begin_and_train(rng)
        x, label = contacts(rng, 200, 200)  # the last loss is one of all lengths, and says too little of the longest
        wrong = np.mean(predict_contacts(model, x) != label)
        if wrong < least:
            best, least = model, wrong
        if least < 0.02:
            break
    return best


def begin_and_train(rng):
    """A model."""
    cell = rnnlib.GRUCell(inputs=2, units=12)
    readout = rnnlib.readouts.LinearReadout(units=12, outputs=2)
    params = cell.init(rng), readout.init(rng)
    memory = rnnlib.optimisers.Adam(rate=1e-2).init(params)
    for low, high, most, rate in STAGES:
        adam, losses = rnnlib.optimisers.Adam(rate=rate), []
        while len(losses) < most and not (len(losses) >= 30 and np.mean(losses[-30:]) < 0.01):
            x, label = contacts(rng, int(rng.integers(low, high)), 32)
            tape = rnnlib.unroll(cell, params[0], x)
            logits = readout.forward(params[1], tape.h[-1:])
            loss, dlogits = rnnlib.losses.softmax_cross_entropy(logits, label[None])
            dreadout, dlast = readout.backward(params[1], tape.h[-1:], dlogits)
            dh = np.zeros_like(tape.h[1:])
            dh[-1] = dlast[0]
            grads, _ = rnnlib.gradients.clip_norm((rnnlib.bptt(tape, dh).params, dreadout), 1.0)
            params, memory = adam.update(params, grads, memory)
            losses.append(loss)
        if np.mean(losses[-30:]) > 0.3:
            break  # what fails on short chains will not do on long ones
    return cell, readout, params


def predict_contacts(model, x):
    cell, readout, (W, V) = model
    return readout.forward(V, rnnlib.unroll(cell, W, x).h[-1:])[0].argmax(axis=-1)


def opposite(made_from, x):
    """Oracle: looked up at the marks."""
    marked = [x[:, i, 0][x[:, i, 1] == 1] for i in range(x.shape[1])]
    return np.array([int(a * b < 0) for a, b in marked])


def of_length(T):
    def draw(rng):
        yield (contacts(rng, T, 200)[0],)
    return draw


contact_question = Question(
    "distant-contact", points=4, answer="predict_contact", kind="model", measure="error rate",
    maker=Maker(train_contacts, lambda rng: (int(rng.integers(1000)),), seconds=20, name="train_contact"),
    cases=[
        Group("near", 1, of_length(20), within=0.1),
        Group("middle", 1, of_length(60), within=0.1),
        Group("far", 2, of_length(200), within=0.1),
    ],
    reference=predict_contacts, oracle=opposite,
    mistakes=[
        _named(lambda made_from, x: 1 - opposite(made_from, x), "alike_for_opposite",
               "Your model says 1 where the charges are alike. Asked is whether they are opposite."),
        _named(lambda made_from, x: (x[:, :, 0] * x[:, :, 1]).sum(0).clip(0, 1).astype(int), "both_positive",
               "Your model says 1 where both charges are positive: it adds them up. Opposite charges add up to 0."),
        _named(lambda made_from, x: (x[-1, :, 0] > 0).astype(int), "last_charge",
               "Your model goes by the charge at the last place, marked or not: it remembers nothing."),
        _named(lambda made_from, x: np.array([int(x[:, i, 0][x[:, i, 1] == 1][-1] > 0) for i in range(x.shape[1])]),
               "second_alone", "Your model goes by the second of the marked charges; of the first nothing is left. "
               "Begin with short chains."),
        _named(lambda made_from, x: np.array([int(x[:, i, 0][x[:, i, 1] == 1][0] > 0) for i in range(x.shape[1])]),
               "first_alone", "Your model goes by the first of the marked charges, and not by the second."),
    ],
    hints=(
        "At 200 steps nothing arrives at first: begin with chains of 6 to 12, then of 6 to 50, and only then of 6 to "
        "200.",
        "A GRU of twelve units, Adam at 0.01, 32 chains a batch, gradients clipped to 1, the loss at the last step.",
        "500 updates of short chains, 200 of middle ones at half the rate, 150 of all lengths at a third; begin anew "
        "if the loss of the last ones is not small. Predict with the last state's argmax.",
    ),
)


# 7. one's own horizon ------------------------------------------------------------------------------------------------


def gru_case(rng, T, B, d, n, left, bias=0.0):
    W, U = 0.9 * rng.standard_normal((3, n, n)) / np.sqrt(n), rng.standard_normal((3, n, d)) / np.sqrt(d)
    b = 0.3 * rng.standard_normal((3, n))
    b[1] += bias
    return W, U, b, rng.standard_normal((T, B, d)), rng.standard_normal((B, n)), left


def gru_cases(rng):
    yield gru_case(rng, 20, 5, 2, 4, 0.01, -0.5)
    yield gru_case(rng, 16, 6, 3, 5, 0.05, -1.0)


def gru_edge_cases(rng):
    yield Case(gru_case(rng, 1, 2, 3, 4, 0.5), "a single step")
    yield Case(gru_case(rng, 2, 3, 1, 2, 1e-9), "nothing falls below the threshold")
    yield gru_case(rng, 6, 1, 2, 1, 0.3)


def _logistic(a):
    return 0.5 + 0.5 * np.tanh(a / 2)


def _horizon(W, U, b, x, h0, left, *, terms=("keep", "gate", "candidate", "reset"), norm=None, order="back",
             root=True, past=1, which=None, multiplied=False, worst=False):
    (Wr, Wz, Wh), (Ur, Uz, Uh), (br, bz, bh) = W, U, b
    T, B, n = len(x), *h0.shape
    norm = norm or (lambda J: np.sqrt((J**2).sum((-2, -1))))
    h, jacobians = h0, []
    for x_t in x:
        r, z = (_logistic(h @ V.T + x_t @ A.T + c) for V, A, c in ((Wr, Ur, br), (Wz, Uz, bz)))
        c = np.tanh((r * h) @ Wh.T + x_t @ Uh.T + bh)
        J = np.zeros((B, n, n))
        if "keep" in terms:
            J += np.eye(n) * (1 - z)[:, :, None]
        if "gate" in terms:
            J += ((c - h) * z * (1 - z))[:, :, None] * Wz
        outer = (z * (1 - c**2))[:, :, None] * Wh
        if "candidate" in terms:
            J += outer * (r[:, None, :] if "reset_gate" not in terms else 1.0)
        if "reset" in terms:
            J += np.einsum("bij,bj,jk->bik", outer, h * r * (1 - r), Wr)
        jacobians.append(J)
        h = (1 - z) * h + z * c
    scale = np.sqrt(n) if root else 1.0
    product = np.broadcast_to(np.eye(n), (B, n, n))
    sizes = [norm(product) / scale]
    for J in jacobians[::-1] if order == "back" else jacobians:
        if multiplied:
            sizes.append(sizes[-1] * norm(J) / scale)
            continue
        product = product @ J if order == "back" else J @ product
        sizes.append(norm(product) / scale)
    sizes = np.array(sizes)
    below = sizes < left
    if which is not None:
        return sizes, which(below, T)
    first = np.where(below.any(0), below.argmax(0), T + past)
    return sizes, np.broadcast_to(first.max(), first.shape).copy() if worst else first


def horizon(W, U, b, x, h0, left):
    return _horizon(W, U, b, x, h0, left)


def horizon_by_unit_vectors(W, U, b, x, h0, left):
    """Oracle: autograd of the last state in each earlier one, sequence by sequence."""
    W, U, b = map(torch.tensor, (W, U, b))

    def step(h, x_t):
        r, z = (torch.sigmoid(W[k] @ h + U[k] @ x_t + b[k]) for k in (0, 1))
        return torch.lerp(h, torch.tanh(W[2] @ (r * h) + U[2] @ x_t + b[2]), z)

    T, sizes = len(x), np.zeros((len(x) + 1, len(h0)))
    for i in range(len(h0)):
        states = [torch.tensor(h0[i], requires_grad=True)]
        for x_t in torch.tensor(x[:, i]):
            states.append(step(states[-1], x_t))
        for k in range(T + 1):
            rows = [torch.autograd.grad(unit, states[T - k], retain_graph=True)[0] if k else torch.eye(len(h0[i]))[j]
                    for j, unit in enumerate(states[T])]
            sizes[k, i] = torch.stack(rows).pow(2).sum().sqrt() / len(h0[i]) ** 0.5
    return sizes, np.array([next((k for k in range(T + 1) if sizes[k, i] < left), T + 1) for i in range(len(h0))])


def _spectral(J):
    return np.linalg.norm(J, 2, axis=(-2, -1))


def _last_above(below, T):
    return np.where(below.any(0), below.argmax(0) - 1, T)


horizon_question = Question(
    "own-horizon", points=4, answer="horizon", parts=("sizes", "horizon"),
    cases=[Group("typical", 2, gru_cases), Group("edge", 2, gru_edge_cases)], reference=horizon,
    oracle=horizon_by_unit_vectors, forbid=FORBID, tolerance=Tolerance(rtol=1e-6, atol=1e-9),
    axes={"W": "3 n n", "U": "3 n d", "b": "3 n", "x": "T B d", "h0": "B n", "sizes": "lags B", "horizon": "B"},
    mistakes=[
        _named(lambda *args: _horizon(*args, order="forth"), "from_the_start",
               "These are the derivatives of h_k in h_0. Asked are those of the last state in the ones before it: the "
               "product begins at the end."),
        _named(lambda *args: _horizon(*args, root=False), "not_divided",
               "`sizes`: divide by the root of n, so that lag 0 is 1."),
        _named(lambda *args: _horizon(*args, norm=lambda J: np.sqrt((J**2).mean((-2, -1))), root=False), "divided_by_n",
               "`sizes`: you divide by n, not by its root: lag 0 should be 1."),
        _named(lambda *args: _horizon(*args, norm=_spectral, root=False), "spectral_norm",
               "`sizes`: this is the largest singular value. Asked is the root of the sum of squares, over root n."),
        _named(lambda *args: _horizon(*args, multiplied=True), "sizes_multiplied",
               "The sizes of the steps are multiplied. The size of a product is not the product of sizes: multiply the "
               "matrices."),
        _named(lambda *args: _horizon(*args, terms=("keep",)), "carousel_alone",
               "Only 1 - z is in your Jacobian. The state also moves the gates and the candidate."),
        _named(lambda *args: _horizon(*args, terms=("keep", "candidate", "reset")), "update_gate_fixed",
               "The update gate reads the state: z moves too, by z (1 - z) W_z, and lets c - h in."),
        _named(lambda *args: _horizon(*args, terms=("keep", "gate", "candidate")), "reset_gate_fixed",
               "The reset gate reads the state: r moves too, inside the candidate."),
        _named(lambda *args: _horizon(*args, terms=("keep", "candidate")), "gates_fixed",
               "Both gates are constants in your Jacobian. They read the state: z moves and lets c - h in, and r moves "
               "inside the candidate."),
        _named(lambda *args: _horizon(*args, terms=("keep", "gate")), "candidate_fixed",
               "The candidate reads the state, through r and W_h."),
        _named(lambda *args: _horizon(*args, terms=("gate", "candidate", "reset")), "keep_missing",
               "The state's direct way, times 1 - z, is missing."),
        _named(lambda *args: _horizon(*args, past=0), "T_where_none", "`horizon`: where no size falls below, it is "
               "T + 1: T would say that the first state is below."),
        _named(lambda *args: _horizon(*args, which=_last_above), "last_lag_above",
               "`horizon`: this is the last lag before the fall. Asked is the first one below."),
        _named(lambda *args: _horizon(*args, worst=True), "largest_of_all",
               "`horizon`: each sequence has one of its own; yours is the largest of the batch for all."),
    ],
    hints=(
        "The whole Jacobian of a step has four terms: 1 - z on the diagonal, z moving, the candidate moving through r "
        "h, and r moving inside it. Or let unit vectors run: central differences of 1e-6 are good enough here.",
        "J = diag(1 - z) + diag((c - h) z (1 - z)) W_z + diag(z (1 - c^2)) W_h (diag(r) + diag(h r (1 - r)) W_r).",
        "Start with P = I at lag 0 and multiply from the right with J_T, J_{T-1}, ..: P = P @ J. Size after each.",
    ),
)


# 8. is it better? ----------------------------------------------------------------------------------------------------


def error_case(rng, N, lags, worse=1.3):
    shared = np.convolve(rng.standard_normal(N + 4), np.ones(5) / 2, mode="valid")
    return worse * (shared + 0.5 * rng.standard_normal(N)), shared + 0.7 * rng.standard_normal(N), lags


def error_cases(rng):
    yield error_case(rng, 60, 4)
    yield error_case(rng, 90, 8, 0.8)


def error_edge_cases(rng):
    yield Case(error_case(rng, 40, 0), "no lags")
    yield Case(error_case(rng, 12, 1), "one lag, twelve years")
    e1, e2, lags = error_case(rng, 50, 5, 1.0)
    yield Case((e1 + 20.0, e2 + 20.0, lags), "forecasts that are both far off")


def _dm(e1, e2, lags, *, loss=np.square, weight=lambda l, lags: 1 - l / (lags + 1), over=lambda N, l: N, both=2.0,
        mean=True, centre=True, root=True, pairs=True, use=True):
    d = loss(e1) - loss(e2)
    N, mu = len(d), d.mean()
    c = d - (mu if centre else 0.0)
    gamma = [c[l:] @ c[: N - l] / over(N, l) for l in range(lags + 1)]
    spread = gamma[0] + use * both * sum(weight(l, lags) * gamma[l] for l in range(1, lags + 1))
    bottom = spread / N if mean else spread
    return mu, mu / (np.sqrt(bottom) if root else bottom)


def diebold_mariano(e1, e2, lags):
    return _dm(e1, e2, lags)


def dm_by_windows(e1, e2, lags):
    """Oracle: Bartlett's weights as the variance of sums over windows of lags + 1, with zeros beyond the ends."""
    d = (e1 - e2) * (e1 + e2)
    N = len(d)
    c = np.concatenate([np.zeros(lags), d - d.sum() / N, np.zeros(lags)])
    sums = np.array([c[k : k + lags + 1].sum() for k in range(N + lags)])
    spread = (sums**2).sum() / (N * (lags + 1))
    return d.sum() / N, d.sum() / N / (spread / N) ** 0.5


def unpaired(e1, e2, lags):
    a, b = e1**2, e2**2
    return (a - b).mean(), (a - b).mean() / np.sqrt(a.var() / len(a) + b.var() / len(b))


dm_question = Question(
    "diebold-mariano", points=3, answer="diebold_mariano", parts=("difference", "statistic"),
    cases=[Group("typical", 2, error_cases), Group("edge", 1, error_edge_cases)], reference=diebold_mariano,
    oracle=dm_by_windows, forbid=FORBID, axes={"e1": "N", "e2": "N"}, tolerance=Tolerance(rtol=1e-7, atol=1e-10),
    mistakes=[
        Mistake(unpaired, "`statistic`: you compare two samples. The errors of one year belong together: take the "
                "difference first."),
        _named(lambda e1, e2, lags: _dm(e1 - e2, 0 * e1, lags), "square_of_the_difference",
               "You square the difference of the errors. Asked is the difference of their squares."),
        _named(lambda *args: _dm(*args, loss=np.abs), "absolute_errors", "You compare absolute errors. Asked are "
               "squared ones."),
        _named(lambda *args: _dm(*args, loss=lambda e: e), "errors_themselves", "You compare the errors themselves. "
               "Asked are their squares."),
        _named(lambda *args: _dm(*args, use=False), "no_covariances", "`statistic`: neighbouring years are not "
               "independent; the covariances at lags 1 to `lags` are missing."),
        _named(lambda *args: _dm(*args, weight=lambda l, lags: 1.0), "not_weighted", "`statistic`: the covariances are "
               "not weighted: by 1 - l/(lags + 1)."),
        _named(lambda *args: _dm(*args, weight=lambda l, lags: 1 - l / max(lags, 1)), "weights_of_one_less",
               "`statistic`: the weights end too early: 1 - l/(lags + 1) is not yet 0 at the last lag."),
        _named(lambda *args: _dm(*args, both=1.0), "covariances_once", "`statistic`: each covariance counts twice, for "
               "l and for -l."),
        _named(lambda *args: _dm(*args, over=lambda N, l: N - l), "over_the_pairs", "`statistic`: every covariance is "
               "divided by N, also those with fewer pairs. Divided by N - l the sum may become negative."),
        _named(lambda *args: _dm(*args, over=lambda N, l: N - 1), "one_less", "`statistic`: divide by N, not by N - "
               "1."),
        _named(lambda *args: _dm(*args, centre=False), "not_centred", "`statistic`: take the mean off the differences "
               "before you multiply them."),
        _named(lambda *args: _dm(*args, mean=False), "spread_of_one", "`statistic`: this is measured by the spread of "
               "one year. That of a mean is smaller by the root of N."),
        _named(lambda *args: _dm(*args, root=False), "variance_below", "`statistic`: you divide by the variance. A "
               "statistic has no unit: take its root."),
    ],
    hints=(
        "d = e1**2 - e2**2, its mean, and c = d - mean.",
        "gamma_l = sum of c[l:] * c[:N - l], over N. S = gamma_0 + 2 sum (1 - l/(lags + 1)) gamma_l.",
        "statistic = mean / sqrt(S / N).",
    ),
)


# 9. a report ---------------------------------------------------------------------------------------------------------


def report():
    """With the references of questions 3 and 8."""
    truth = SUNSPOTS[SPLIT:]
    last, cycle = SUNSPOTS[SPLIT - 1 : -1], SUNSPOTS[SPLIT - 11 : -11]
    two, nine = (ar_forecasts(SUNSPOTS, p, SPLIT) for p in (2, 9))
    return {
        "years": len(truth),
        "persistence": float(np.mean((last - truth) ** 2)),
        "cycle": float(np.mean((cycle - truth) ** 2)),
        "ar2": float(np.mean((two - truth) ** 2)),
        "ar9": float(np.mean((nine - truth) ** 2)),
        "skill": float(1 - np.mean((nine - truth) ** 2) / np.mean((last - truth) ** 2)),
        "nearer": float(np.mean(np.abs(nine - truth) < np.abs(last - truth))),
        "statistic": float(diebold_mariano(last - truth, nine - truth, 10)[1]),
    }


def report_year_by_year():
    """Oracle: year by year, with the oracles of questions 3 and 8."""
    two, nine = (ar_by_normal_equations(SUNSPOTS, p, SPLIT) for p in (2, 9))
    sums, nearer, e1, e2 = np.zeros(4), 0, [], []
    for k, t in enumerate(range(SPLIT, len(SUNSPOTS))):
        errors = np.array([SUNSPOTS[t - 1], SUNSPOTS[t - 11], two[k], nine[k]]) - SUNSPOTS[t]
        sums += errors**2
        nearer += abs(errors[3]) < abs(errors[0])
        e1.append(errors[0])
        e2.append(errors[3])
    years = 2008 - 1921 + 1
    return {
        "years": years, "persistence": sums[0] / years, "cycle": sums[1] / years, "ar2": sums[2] / years,
        "ar9": sums[3] / years, "skill": (sums[0] - sums[3]) / sums[0], "nearer": nearer / years,
        "statistic": dm_by_windows(np.array(e1), np.array(e2), 10)[1],
    }


def _with(message, name, **wrong):
    return Mistake({**report(), **wrong}, message, name=name)


def _report_mistakes():
    right, truth = report(), SUNSPOTS[SPLIT:]
    last, nine = SUNSPOTS[SPLIT - 1 : -1], ar_forecasts(SUNSPOTS, 9, SPLIT)
    yield _with("`years`: both ends count, 1921 and 2008.", "one_year_less", years=87)
    yield _with("`years`: these are the years of training.", "years_of_training", years=SPLIT)
    for key in ("persistence", "cycle", "ar2", "ar9"):
        yield _with(f"`{key}`: this is the root of the mean square. Asked is the mean square itself.", f"root_of_{key}",
                    **{key: np.sqrt(right[key])})
        yield _with(f"`{key}`: the half of the squared error belongs to the training loss. Here it is the mean square.",
                    f"half_of_{key}", **{key: right[key] / 2})
    yield _with("`cycle`: this is twelve years ago, not eleven.", "twelve_years",
                cycle=float(np.mean((SUNSPOTS[SPLIT - 12 : -12] - truth) ** 2)))
    yield _with("`cycle`: this is ten years ago, not eleven.", "ten_years",
                cycle=float(np.mean((SUNSPOTS[SPLIT - 10 : -10] - truth) ** 2)))
    for p in (2, 9):
        yield _with(f"`ar{p}`: the autoregression is fitted on all years, the test included. Training ends in 1920.",
                    f"ar{p}_on_all", **{f"ar{p}": _mse(_ar(SUNSPOTS, p, SPLIT, end=lambda y, split: len(y)))})
        yield _with(f"`ar{p}`: it has no constant.", f"ar{p}_without_constant",
                    **{f"ar{p}": _mse(_ar(SUNSPOTS, p, SPLIT, bias=False))})
    yield _with("`skill`: this is the quotient of the losses. Asked is what it saves, 1 less that.", "quotient",
                skill=1 - right["skill"])
    yield _with("`skill` is measured against the variance. Asked is against persistence.", "against_the_variance",
                skill=float(1 - right["ar9"] / truth.var()))
    yield _with("`skill`: you divide by the loss of the autoregression. Divide by that of persistence.",
                "against_itself", skill=right["persistence"] / right["ar9"] - 1)
    yield _with("`nearer` is a number of years. Asked is the share.", "years_counted", nearer=88 * right["nearer"])
    yield _with("`nearer`: these are the years in which persistence is nearer.", "persistence_nearer",
                nearer=1 - right["nearer"])
    yield _with("`statistic` has no lags in it: ten are asked.", "no_lags",
                statistic=float(diebold_mariano(last - truth, nine - truth, 0)[1]))
    yield _with("`statistic` compares with the second order. The ninth is asked.", "ar2_for_ar9",
                statistic=float(diebold_mariano(last - truth, ar_forecasts(SUNSPOTS, 2, SPLIT) - truth, 10)[1]))


report_question = Question(
    "a-report", points=3, answer="report", kind="value", reference=report, oracle=report_year_by_year,
    tolerance=Tolerance(rtol=5e-4, atol=0.0), mistakes=list(_report_mistakes()),
    hints=(
        "The held-out years are SUNSPOTS[221:]; a year ago is SUNSPOTS[220:-1], eleven years ago SUNSPOTS[210:-11].",
        "Your answer to question 3 gives ar2 and ar9 with split = 221, your answer to question 8 the statistic, with "
        "errors of persistence first.",
        "skill = 1 - ar9 / persistence; nearer = np.mean(np.abs(e9) < np.abs(e1)).",
    ),
)

QUESTIONS = [
    plant_question, steer_question, ar_question, sunspots_question, bits_question, contact_question, horizon_question,
    dm_question, report_question,
]  # fmt: skip
