r"""An inverted pendulum, seen through its noisy angle alone, held by a net that is trained through the plant.

The state is angle and angular speed, :math:`\ddot\theta = 4 \theta + u` (or :math:`4 \sin \theta + u`), in steps of
0.1 s over which the torque is held; the controller reads :math:`\theta_t` and noise, and says :math:`u_t`. The cost of
a flight is :math:`\sum_t \theta_t^2 + \dot\theta_t^2/10 + u_t^2/20`. For the linear plant Kalman's filter and Riccati's
recursion together are optimal, and what they cost is known without a simulation.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy.linalg import expm
from scipy.optimize import minimize_scalar

from reproduce.cases.choosing import SEEDS, Record, chosen, few, kept, train
from rnnlib import GRUCell, PlainCell, bptt, unroll
from rnnlib.readouts import LinearReadout
from rnnlib.trees import map_leaves

NAME = "plant"
STEPS, BATCH, UPDATES, EVERY, UNITS, DT, PULL = 40, 64, 200, 25, 16, 0.1, 4.0
_both = expm(DT * np.array([[0, 1, 0], [PULL, 0, 1], [0, 0, 0]]))
A, B, C = _both[:2, :2], _both[:2, 2:], np.array([[1.0, 0.0]])
Q, R = np.diag([1.0, 0.1]), np.array([[0.05]])
START, PUSH, SEEN = np.diag([0.3**2, 0.3**2]), np.diag([0.0, 0.05**2]), np.array([[0.05**2]])
FAR = 2.5
"""The widest angle, in rad, at which the large flights begin."""
CELLS = {"memoryless": PlainCell, "GRU": GRUCell}


def riccati(steps: int = STEPS) -> tuple[Any, Any, Any]:
    """Return the best gains ``K (steps, 1, 2)``, the filter's ``L (steps, 2, 1)``, and the cost of both together."""
    P, K, costs = np.zeros((2, 2)), [], []
    for _ in range(steps):
        M = B.T @ P @ B + R
        gain = np.linalg.solve(M, B.T @ P @ A)
        K.append(gain)
        costs.append((P, gain.T @ M @ gain))
        P = Q + A.T @ P @ A - gain.T @ M @ gain
    K, costs = K[::-1], costs[::-1]
    S, L, total = START, [], np.trace(P @ START)
    for later, error in costs:
        L.append(S @ C.T @ np.linalg.inv(C @ S @ C.T + SEEN))
        S = S - L[-1] @ C @ S
        total += np.trace(error @ S) + np.trace(later @ PUSH)
        S = A @ S @ A.T + PUSH
    return np.array(K), np.array(L), float(total)


def gain_cost(k: float, steps: int = STEPS) -> float:
    """Return the cost of ``u = -k y``, which has no memory, from covariances."""
    S, closed, total = START, A - k * B @ C, 0.0
    for _ in range(steps):
        total += np.trace(Q @ S) + R[0, 0] * k**2 * (C @ S @ C.T + SEEN)[0, 0]
        S = closed @ S @ closed.T + PUSH + k**2 * B @ SEEN @ B.T
    return float(total)


def best_gain() -> tuple[float, float]:
    """Return the best gain without memory, and its cost."""
    found = minimize_scalar(gain_cost, bounds=(0, 40), method="bounded")
    return float(found.x), float(found.fun)


class Plant:
    """The pendulum; ``large`` has the sine and begins anywhere up to ``FAR``, else linear and near zero."""

    def __init__(self, large: bool = False) -> None:
        self.large = large

    def draw(self, rng: Any, flights: int, steps: int = STEPS) -> tuple[Any, Any, Any]:
        """Return first states ``(B, 2)``, pushes ``(T, B, 2)`` and noises of the angle ``(T, B, 1)``."""
        start = rng.standard_normal((flights, 2)) * np.sqrt(np.diag(START))
        if self.large:
            start[:, 0] = rng.uniform(-FAR, FAR, flights)
        return (start, rng.standard_normal((steps, flights, 2)) * np.sqrt(np.diag(PUSH)),
                rng.standard_normal((steps, flights, 1)) * np.sqrt(SEEN[0, 0]))  # fmt: skip

    def move(self, s: Any, u: Any) -> Any:
        """Return the next states, without a push."""
        pull = PULL * (np.sin(s[:, :1]) - s[:, :1]) if self.large else 0.0
        return s @ A.T + (u + pull) @ B.T

    def back(self, s: Any, ds: Any) -> tuple[Any, Any]:
        """Return the gradients of state and torque from that of the next state."""
        du = ds @ B
        before = ds @ A
        if self.large:
            before = before + du * PULL * (np.cos(s[:, :1]) - 1) @ C
        return before, du


def cost_of(s: Any, u: Any) -> Any:
    """Return the cost of each state and torque."""
    return ((s @ Q) * s).sum(-1) + R[0, 0] * u[..., 0] ** 2


def fly_by(controller: Any, plant: Plant, drawn: tuple[Any, Any, Any]) -> Any:
    """Return the cost of each flight; ``controller(t, y)`` says the torques."""
    s, pushes, noises = drawn
    total = np.zeros(len(s))
    for t, (push, noise) in enumerate(zip(pushes, noises)):
        u = controller(t, s @ C.T + noise)
        total += cost_of(s, u)
        s = plant.move(s, u) + push
    return total


class Classical:
    """Kalman's filter and Riccati's gains."""

    def __init__(self, flights: int, steps: int = STEPS) -> None:
        self.K, self.L, _ = riccati(steps)
        self.guess = np.zeros((flights, 2))

    def __call__(self, t: int, y: Any) -> Any:
        """Return the torques, and guess the next states."""
        known = self.guess + (y - self.guess @ C.T) @ self.L[t].T
        u = -known @ self.K[t].T
        self.guess = known @ A.T + u @ B.T
        return u


class Controller:
    """A net from angles to torques, and its gradient through the plant: each step of one is a step of the other."""

    def __init__(self, name: str) -> None:
        self.cell, self.forgets = CELLS[name](1, UNITS), name == "memoryless"
        self.readout = LinearReadout(UNITS, 1)

    def init(self, rng: Any, dtype: Any = np.float32) -> Any:
        """Draw the parameters; W is zero, and stays so, where there is to be no memory."""
        return self.without_memory((self.cell.init(rng, dtype), self.readout.init(rng, dtype)))

    def without_memory(self, tree: Any) -> Any:
        """Return ``tree`` with W at zero if there is to be no memory, else as it is."""
        return (tree[0]._replace(W=0 * tree[0].W), tree[1]) if self.forgets else tree

    def loss_and_grads(self, params: Any, plant: Plant, drawn: tuple[Any, Any, Any]) -> tuple[float, Any]:
        """Return the mean cost of the flights, and its gradient by the adjoint of plant and net together."""
        cell, readout = params
        dtype = readout.V.dtype
        s, pushes, noises = drawn
        kept, state, total = [], None, 0.0
        for push, noise in zip(pushes, noises):
            tape = unroll(self.cell, cell, (s @ C.T + noise).astype(dtype)[None], state)
            state = tape.state
            u = self.readout.forward(readout, state.h).astype(float)
            kept.append((s, u, tape))
            total += cost_of(s, u).mean()
            s = plant.move(s, u) + push
        ds, dstate, grads = np.zeros_like(s), None, None
        for s, u, tape in reversed(kept):
            before, du = plant.back(s, ds)
            du = du + 2 * R[0, 0] * u / len(s)
            dreadout, dh = self.readout.backward(readout, tape.state.h, du.astype(dtype))
            back = bptt(tape, dh[None], dstate)
            dstate = back.state
            ds = before + 2 * s @ Q / len(s) + back.x[0].astype(float) @ C
            here = (back.params, dreadout)
            grads = here if grads is None else map_leaves(np.add, grads, here)
        return float(total), self.without_memory(grads)

    def steering(self, params: Any, flights: int) -> Any:
        """Return the controller with these parameters, for ``fly_by``."""
        state: list[Any] = [None]

        def says(t: int, y: Any) -> Any:
            state[0] = unroll(self.cell, params[0], y.astype(params[1].V.dtype)[None], state[0]).state
            return self.readout.forward(params[1], state[0].h).astype(float)

        return says


def learn(
    name: str, large: bool, rate: float, seed: int, updates: int = UPDATES
) -> tuple[Controller, Any, list[float]]:
    """Train one controller; what is looked at is its mean cost on 500 flights that choose."""
    rng, net, plant = np.random.default_rng(seed), Controller(name), Plant(large)
    held = plant.draw(np.random.default_rng(1), 500)

    def look(params: Any) -> float:
        return float(fly_by(net.steering(params, 500), plant, held).mean())

    def step(params: Any) -> tuple[float, Any]:
        return net.loss_and_grads(params, plant, plant.draw(rng, BATCH))

    params, seen = train(net.init(rng), step, rate, updates, EVERY, look)
    return net, params, seen


def pilot(name: str, large: bool, rate: float, seed: int) -> Record:
    """Return the curve of one net."""
    return {"validation": few(learn(name, large, rate, seed)[2])}


def report(name: str, large: bool, rate: float, seed: int) -> Record:
    """Return what 5,000 flights of one net cost, less what the classical controller's cost, flight by flight."""
    net, params, seen = learn(name, large, rate, seed)
    plant = Plant(large)
    drawn = plant.draw(np.random.default_rng(2), 5000)
    own = fly_by(net.steering(params, 5000), plant, drawn)
    theirs = fly_by(Classical(5000), plant, drawn)
    return {
        "curve": few(seen),
        "cost": float(own.mean()),
        "classical": float(theirs.mean()),
        "error": float((own - theirs).std() / np.sqrt(5000)),
    }


def gather() -> Record:
    """Train what is missing, and return what the chapter reads."""
    k, static = best_gain()
    found: Record = {"optimal": riccati()[2], "best gain": [k, static], "far": FAR,
                     "budget": {"updates": UPDATES, "batch": BATCH, "units": UNITS, "steps": STEPS}}  # fmt: skip
    for large, names in ((False, tuple(CELLS)), (True, ("GRU",))):
        found["large" if large else "small"] = {}
        for name in names:
            stem = f"{NAME}-{name}-{'large' if large else 'small'}"
            rate, _, curves = chosen(stem, partial(pilot, name, large), EVERY)
            runs = [kept(f"{stem}-{seed}", partial(report, name, large, rate, seed)) for seed in SEEDS]
            keys = ("curve", "cost", "classical", "error")
            found["large" if large else "small"][name] = {"rate": rate, "pilots": curves} | {
                key: [run[key] for run in runs] for key in keys
            }
    return found
