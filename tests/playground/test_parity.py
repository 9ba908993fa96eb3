"""The Playground's engine against rnnlib: the same random numbers, the same losses, gradients, updates and batches."""

import numpy as np
import pytest

import rnnlib
from rnnlib import data, gradients, initialisers, optimisers, readouts, tasks
from rnnlib.figures.interactive.reach_log import needs_of
from rnnlib.jacobians import delta_norms
from rnnlib.losses import softmax_cross_entropy, squared_error
from rnnlib.models import Batch, Model, ModelParams
from rnnlib.trees import leaves, map_leaves

CLOSE = 1e-10
UPDATES = 3
CELLS = ("plain", "relu", "residual", "leaky", "lstm", "gru", "orthogonal", "mingru")
TASKS = ("adding", "copy", "order", "latch", "flipflop", "sine", "text", "numbers")
OPTIMISERS = {
    "sgd": optimisers.SGD, "momentum": optimisers.Momentum, "rmsprop": optimisers.RMSprop, "adam": optimisers.Adam,
}  # fmt: skip
CLIPPINGS = {"norm": gradients.clip_norm, "values": gradients.clip_values, "each": gradients.clip_each}
LOSSES = {"softmax_cross_entropy": softmax_cross_entropy, "squared_error": squared_error}


class Recorder(np.random.Generator):
    """A generator that writes down what it gives, and from which range, a call an entry."""

    def __init__(self, seed):
        super().__init__(np.random.PCG64(seed))
        self.drawn, self.inside = [], False

    def _record(self, draw, *args, low=None, high=None, **kwargs):
        outer, self.inside = self.inside, True  # numpy draws some of its numbers through others of these methods
        values = draw(*args, **kwargs)
        self.inside = outer
        if not outer:
            self.drawn.append({"values": np.ravel(values).astype(float).tolist(), "low": low, "high": high})
        return values

    def integers(self, low, high=None, **kwargs):
        low, high = (0, low) if high is None else (low, high)
        return self._record(lambda: super(Recorder, self).integers(low, high, **kwargs), low=low, high=high)

    def random(self, *args, **kwargs):
        return self._record(super().random, *args, **kwargs)

    def uniform(self, low, high, *args):
        return self._record(lambda: super(Recorder, self).uniform(low, high, *args), low=low, high=high)

    def standard_normal(self, *args, **kwargs):
        return self._record(super().standard_normal, *args, **kwargs)

    def choice(self, *args, **kwargs):
        return self._record(super().choice, *args, **kwargs)


def wanted(rng, i):
    """A random setting; cells and tasks come in every combination, the rest by chance."""

    def pick(*values):
        return values[int(rng.integers(len(values)))]

    # The last ones are as short as can be: of two steps, both scored.
    T, cell = int(rng.integers(10, 19)) if i < 224 else 2, CELLS[i % 8]
    # A residual cell whose state has run away is saturated: 1 - phi² is then all rounding, on both sides.
    gain, loud = (0.3, 0.3) if cell == "residual" else (pick(0.3, 0.9, 1.0, 1.2), pick(0.3, 1.0))
    letters = "".join("abcde"[int(j)] for j in rng.integers(5, size=90))
    numbers = " ".join(f"{x:.3f}" for x in rng.standard_normal(90))
    return {
        "cell": cell, "task": TASKS[i // 8 % 8], "T": T, "D": int(rng.integers(1, 8)),
        "length": int(rng.integers(1, 5)), "symbols": int(rng.integers(2, 6)), "noise": pick(0.1, 0.5),
        "pulses": pick(0.1, 0.4), "period": int(rng.integers(3, 20)), "ahead": int(rng.integers(1, 8)), "text": letters,
        "numbers": numbers, "n": int(rng.integers(1, 8)), "start": pick("normal", "orthogonal", "identity"),
        "gain": gain, "input": loud, "kappa": pick(0.5, 0.9), "chrono": pick("no", "yes"),
        "forget": pick(-1, 0, 1, 3), "optimiser": pick(*OPTIMISERS), "rate": pick(0.001, 0.003, 0.01),
        "clip": pick("none", *CLIPPINGS), "theta": pick(0.01, 0.1, 1.0), "cut": pick("no", "yes"),
        "k": int(rng.integers(1, T)), "carry": pick("yes", "no"), "B": int(rng.integers(1, 6)),
    }  # fmt: skip


def make_task(s):
    T = s["T"]
    if s["task"] == "text":
        text = data.text(s["text"], T)
        return text, (
            batch._replace(x=np.eye(text.inputs)[batch.x]) for _ in range(UPDATES) for batch in text.streams(s["B"])
            if len(batch.x) == T
        )  # fmt: skip
    if s["task"] == "numbers":
        return None, number_batches(np.array([float(x) for x in s["numbers"].split()]), T, s["B"])
    return {
        "adding": lambda: tasks.AddingTask(T), "copy": lambda: tasks.CopyTask(s["D"], s["symbols"], s["length"]),
        "order": lambda: tasks.TemporalOrderTask(T), "latch": lambda: tasks.LatchTask(T, 3, s["noise"]),
        "flipflop": lambda: tasks.FlipFlopTask(T, 3, s["pulses"]),
        "sine": lambda: tasks.SineTask(T, s["period"], s["noise"], s["ahead"]),
    }[s["task"]](), None  # fmt: skip


def number_batches(series, T, B):
    series = (series - series.mean()) / series.std()
    length = (len(series) - 1) // B
    x, targets = (series[start : start + B * length].reshape(B, length).T[..., np.newaxis] for start in (0, 1))
    while True:
        for start in range(0, length - T + 1, T):
            yield Batch(x[start : start + T], targets[start : start + T])


def make_cell(s, d):
    n = s["n"]
    return {
        "plain": lambda: rnnlib.PlainCell(d, n), "relu": lambda: rnnlib.PlainCell(d, n, "relu"),
        "residual": lambda: rnnlib.ResidualCell(d, n), "leaky": lambda: rnnlib.LeakyCell(d, n, s["kappa"]),
        "lstm": lambda: rnnlib.LSTMCell(d, n), "gru": lambda: rnnlib.GRUCell(d, n),
        "orthogonal": lambda: rnnlib.OrthogonalCell(d, n), "mingru": lambda: rnnlib.MinGRUCell(d, n),
    }[s["cell"]]()  # fmt: skip


def starts(model, rng, s):
    """Parameters of a setting: those of rnnlib's model, then what is asked for besides."""
    params = model.init(rng)
    cell = params.cell
    for name, shape in model.cell.shapes().items():
        weights = getattr(cell, name)
        if name.startswith("W"):
            if s["start"] != "normal":
                weights = getattr(initialisers, s["start"])(rng, shape)
            cell = cell._replace(**{name: s["gain"] * weights})
        if name.startswith("U"):
            cell = cell._replace(**{name: s["input"] * weights})
    if s["cell"] in ("lstm", "gru", "mingru"):
        if s["chrono"] == "yes":
            cell = initialisers.chrono(rng, cell, s["steps"])
        else:
            bias = np.full(s["n"], float(s["forget"]))
            cell = cell._replace(**({"b_f": bias} if s["cell"] == "lstm" else {"b_z": -bias}))
    return params._replace(cell=cell)


def truncated(model, params, batch, k, carry, state):
    """Loss, gradients and the last window's tape, the gradient cut after every ``k`` steps: the plain definition."""
    T = len(batch.x)
    h, states = [], []
    for start in range(0, T, k):
        states.append(state)
        tape = rnnlib.unroll(model.cell, params.cell, batch.x[start : start + k], state)
        h.append(tape.h[1:])
        state = tape.state if carry else None
    h = np.concatenate(h)
    rows = ... if batch.scored is None else batch.scored
    y = model.readout.forward(params.readout, h[rows])
    loss, dy = LOSSES[model.loss](y, np.asarray(batch.targets)[rows])
    dreadout, dseen = model.readout.backward(params.readout, h[rows], dy)
    dh = np.zeros_like(h)
    dh[rows] = dseen
    if carry:
        whole = rnnlib.truncated_bptt(model.cell, params.cell, batch.x, lambda _, span: dh[span], k, state=states[0])
        parts = [chunk.grads.params for chunk in whole]
    else:
        tapes = [
            (rnnlib.unroll(model.cell, params.cell, batch.x[start : start + k], states[i]), dh[start : start + k])
            for i, start in enumerate(range(0, T, k))
        ]
        parts = [rnnlib.bptt(window, local).params for window, local in tapes]
    dcell = parts[0]
    for part in parts[1:]:
        dcell = map_leaves(np.add, dcell, part)
    return loss, ModelParams((), dcell, dreadout), tape


def reach(model, params, batch, tape):
    """Norms of the adjoints for the loss of the last step alone, from lag 0 on, within the last window."""
    T, B = batch.x.shape[:2]
    y = model.readout.forward(params.readout, tape.h[-1])
    targets = np.asarray(batch.targets)[-1]
    dy = LOSSES[model.loss](y[np.newaxis], targets[np.newaxis])[1][0]
    dh = np.zeros((len(tape.x), B, model.cell.units))
    dh[-1] = model.readout.backward(params.readout, tape.h[-1], dy)[1]
    lags = np.zeros(T)
    norms = np.linalg.norm(delta_norms(rnnlib.bptt(tape, dh).delta), axis=1)[:0:-1]
    lags[: len(norms)] = norms
    return lags


def expected(s, seed):
    """Train with rnnlib, and return the numbers that were drawn and what came of them."""
    rng = Recorder(seed)
    task, batches = make_task(s)
    first = None
    if task is None:
        first = next(batches)
        d, outputs, loss_name = 1, 1, "squared_error"
    else:
        d, outputs, loss_name = task.inputs, task.outputs, task.loss
    cell = make_cell(s, d)
    model = Model(cell, readouts.LinearReadout(s["n"], outputs), loss_name)
    steps = task.steps if task is not None else s["T"]
    params = starts(model, rng, s | {"steps": steps})
    optimiser = OPTIMISERS[s["optimiser"]](s["rate"])
    memory, state, result = optimiser.init(params), None, {"start": params, "steps": []}
    k, carry = (s["k"] if s["cut"] == "yes" else steps), s["carry"] == "yes"
    stream, per_piece = batches is not None, 0
    if stream:
        length = len(s[s["task"]]) if s["task"] == "text" else len(s["numbers"].split())
        per_piece = (length - 1) // s["B"] // steps
    for update in range(UPDATES):
        batch = (first if update == 0 and first is not None else next(batches)) if stream else task.draw(rng, s["B"])
        if not (stream and carry and update % per_piece):
            state = None
        if k >= steps:
            loss, grads = model.loss_and_grads(params, batch, state)
            grads, tape = grads.params, rnnlib.unroll(cell, params.cell, batch.x, state)
        else:
            loss, grads, tape = truncated(model, params, batch, k, carry, state)
        state = tape.state
        lags = reach(model, params, batch, tape)
        norm = gradients.global_norm(grads)
        clipped, done = CLIPPINGS[s["clip"]](grads, s["theta"]) if s["clip"] != "none" else (grads, (norm, norm, 0.0))
        new, memory = optimiser.update(params, clipped, memory)
        rows = ... if batch.scored is None else batch.scored
        result["steps"].append({
            "loss": loss * (2 / outputs if loss_name == "squared_error" else 1), "grads": grads, "clipped": clipped,
            "before": done[0], "after": done[1], "fraction": done[2], "params": new, "x": batch.x, "reach": lags,
            "targets": np.asarray(batch.targets)[rows],
        })  # fmt: skip
        params = new
    return rng.drawn, result, tape


def relative(a, b):
    a, b = np.ravel(a).astype(float), np.ravel(b).astype(float)
    assert a.shape == b.shape
    size = max(np.linalg.norm(a), np.linalg.norm(b))
    return np.linalg.norm(a - b) / size if size else 0.0


def in_tree(params):
    return {part: getattr(params, part)._asdict() for part in ("cell", "readout")}


def compare(got, want, what):
    want = in_tree(want)
    assert {part: set(got[part]) for part in got} == {part: set(want[part]) for part in want}, what
    return max(relative(got[part][name], want[part][name]) for part in want for name in want[part])


@pytest.fixture(scope="module")
def runs(engine):
    """Every setting with what both sides made of it."""
    rng = np.random.default_rng(17)
    module = "import('/tests/playground/parity.js')"
    asked = [wanted(rng, i) for i in range(256)]
    settings = engine.evaluate(f"async (all) => {{ const m = await {module}; return all.map(m.possible); }}", asked)
    theirs = [expected(setting, seed) for seed, setting in enumerate(settings)]
    jobs = [{"setting": s, "draws": t[0], "updates": UPDATES} for s, t in zip(settings, theirs)]
    ours = engine.evaluate(f"async (jobs) => {{ const m = await {module}; return jobs.map(m.train); }}", jobs)
    return list(zip(settings, ours, theirs))


def test_the_settings_cover_everything(runs):
    """All cells on all tasks; all optimisers, clippings and cuts, with the state carried and not, on every cell."""
    seen = [setting for setting, *_ in runs]
    assert len(seen) >= 200
    assert {(s["cell"], s["task"]) for s in seen} == {(c, t) for c in CELLS for t in TASKS}
    for cell in CELLS:
        of_cell = [s for s in seen if s["cell"] == cell]
        assert {s["optimiser"] for s in of_cell} == set(OPTIMISERS)
        assert {s["clip"] for s in of_cell} == {"none", *CLIPPINGS}
        assert {(s["cut"], s["carry"]) for s in of_cell} >= {("yes", "yes"), ("yes", "no"), ("no", "yes")}
    assert {s["start"] for s in seen} == {"normal", "orthogonal", "identity"}
    assert any(s["chrono"] == "yes" for s in seen)


@pytest.mark.parametrize("what", ["x", "targets", "loss", "reach", "before", "after", "fraction"])
def test_numbers_agree(runs, what):
    worst = max(
        (relative(mine[what], theirs[what]), setting)
        for setting, ours, (_, want, *_) in runs
        for mine, theirs in zip(ours["steps"], want["steps"])
        for setting in [str(setting)]
    )
    assert worst[0] < CLOSE, worst


@pytest.mark.parametrize("what", ["grads", "clipped", "params"])
def test_every_array_agrees(runs, what):
    """Gradients before and after clipping, and the parameters after each of three updates."""
    worst = max(
        (compare(mine[what], theirs[what], what), str(setting))
        for setting, ours, (_, want, *_) in runs
        for mine, theirs in zip(ours["steps"], want["steps"])
    )
    assert worst[0] < CLOSE, worst


def test_training_starts_from_the_same_parameters(runs):
    worst = max((compare(ours["start"], want["start"], "start"), str(s)) for s, ours, (_, want, *_) in runs)
    assert worst[0] < CLOSE, worst


def test_all_that_was_drawn_is_used(runs):
    assert not [setting for setting, ours, _ in runs if ours["left"] or ours["diverged"]]


def test_clipping_is_at_work_in_half_of_the_settings(runs):
    clipped = [any(step["fraction"] for step in ours["steps"]) for s, ours, _ in runs if s["clip"] != "none"]
    assert 0.2 < np.mean(clipped) < 0.9


def test_baselines_agree(runs):
    pairs = [(ours["baseline"], baseline(s)) for s, ours, _ in runs]
    np.testing.assert_allclose(*zip(*pairs), rtol=1e-6)  # that of the sine is a quadrature, on another grid


def needs(s):
    """How many steps back a task has to look, at least and at most; None where no lag can be named."""
    if s["task"] == "flipflop":  # as far back as nine in ten of the pulses to remember lie
        within = np.cumsum(s["pulses"] * (1 - s["pulses"]) ** np.arange(1000))
        return [min(int(np.argmax(within >= 0.9 - 1e-12)), s["T"] - 1)] * 2
    if s["task"] == "sine":
        return [1, next((lag for lag in range(1, s["T"] - 1) if straight(s, lag) < 0.1 * baseline(s)), s["T"] - 1)]
    return list(needs_of(make_task(s)[0])) if s["task"] in ("adding", "copy", "order", "latch") else None


def straight(s, lag):
    """Mean squared error of the best straight line through the last values of a noisy sine, ``lag`` steps back."""
    turn, lags = 2 * np.pi / s["period"], np.arange(lag + 1)
    R = np.cos(turn * (lags - lags[:, np.newaxis])) / 2 + s["noise"] ** 2 * np.eye(lag + 1)
    r = np.cos(turn * (s["ahead"] + lags)) / 2
    return 0.5 - r @ np.linalg.solve(R, r)


def baseline(s):
    """The loss of the best predictor without memory."""
    if s["task"] == "numbers":
        series = np.array([float(x) for x in s["numbers"].split()])
        before, after = series[:-1], series[1:]
        residual = np.polynomial.Polynomial.fit(before, after, 1)(before) - after
        return np.mean(residual**2) / series.var()
    return make_task(s)[0].baseline


def test_how_far_a_task_has_to_look_agrees(runs):
    for s, ours, _ in runs:
        assert ours["needs"] == needs(s), s


def test_the_step_jacobian_and_its_eigenvalues_agree(runs):
    """Each eigenvalue is one of the matrix, to rounding, and together they are all of them."""
    for _, ours, (_, _, tape) in runs:
        J = rnnlib.jacobian(tape, len(tape.x))[0]
        assert relative(ours["J"], J) < CLOSE
        found = np.array([complex(*pair) for pair in ours["eigenvalues"]])
        size, eye = max(np.linalg.norm(J, 2), 1e-300), np.eye(len(J))
        assert max(np.linalg.svd(J - value * eye, compute_uv=False)[-1] for value in found) <= 1e-12 * size * len(J)
        assert abs(found.sum() - np.trace(J)) <= 1e-12 * size * len(J)
        assert abs((found**2).sum() - np.trace(J @ J)) <= 1e-12 * size**2 * len(J)


def keeps(s, tape):
    """What each unit keeps of its state a step, the mean over steps and sequences; None where no gate keeps it, and
    where the tape is that of the last window alone."""
    if s["cut"] == "yes" or s["cell"] not in ("leaky", "lstm", "gru", "mingru"):
        return None
    if s["cell"] == "leaky":
        return np.full(s["n"], s["kappa"])
    gate, p = ("_f" if s["cell"] == "lstm" else "_z"), tape.params._asdict()
    a = tape.x @ p["U" + gate].T + p["b" + gate]
    if "W" + gate in p:
        a += tape.h[:-1] @ p["W" + gate].T
    return (1 / (1 + np.exp(-a if gate == "_f" else a))).mean(axis=(0, 1))  # z lets in what is new


def test_what_gates_keep_agrees(runs):
    pairs = [(ours["kept"], keeps(s, tape)) for s, ours, (_, _, tape) in runs]
    checked = [relative(ours, want) for ours, want in pairs if want is not None]
    assert max(checked) < CLOSE
    assert len(checked) > 30


def test_no_parameter_is_left_out(runs):
    for _, ours, (_, want, *_) in runs:
        sizes = sum(len(array) for part in ours["start"].values() for array in part.values())
        assert sizes == sum(leaf.size for leaf in leaves(want["start"]))
