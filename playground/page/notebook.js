// A notebook that trains a setting of the Playground with rnnlib: the same task, cell, start, optimiser, clipping and cut.
// Only the random numbers are others, for NumPy draws them otherwise.
import { numbersIn, stepsOf } from "../engine/settings.js";

const TASKS = {
  adding: (s) => `tasks.AddingTask(${s.T})`,
  copy: (s) => `tasks.CopyTask(${s.D}, symbols=${s.symbols}, length=${s.length})`,
  order: (s) => `tasks.TemporalOrderTask(${s.T})`,
  latch: (s) => `tasks.LatchTask(${s.T}, noise=${s.noise})`,
  flipflop: (s) => `tasks.FlipFlopTask(${s.T}, rate=${s.pulses})`,
  sine: (s) => `tasks.SineTask(${s.T}, period=${s.period}, noise=${s.noise}, ahead=${s.ahead})`,
};
const CELLS = {
  plain: (s) => `PlainCell(task.inputs, ${s.n})`,
  relu: (s) => `PlainCell(task.inputs, ${s.n}, activation="relu")`,
  residual: (s) => `ResidualCell(task.inputs, ${s.n})`,
  leaky: (s) => `LeakyCell(task.inputs, ${s.n}, kappa=${s.kappa})`,
  lstm: (s) => `LSTMCell(task.inputs, ${s.n})`,
  gru: (s) => `GRUCell(task.inputs, ${s.n})`,
  orthogonal: (s) => `OrthogonalCell(task.inputs, ${s.n})`,
  mingru: (s) => `MinGRUCell(task.inputs, ${s.n})`,
};
const OPTIMISERS = { sgd: "SGD", momentum: "Momentum", rmsprop: "RMSprop", adam: "Adam" };
const CLIPPINGS = { norm: "clip_norm", values: "clip_values", each: "clip_each" };
const python = JSON.stringify; // a JSON string is a Python string

function taskCode(s) {
  if (s.task === "text") {
    return [`text = ${python(s.text)}`, `task = data.text(text, steps=${s.T})`, "", "", "def one_reading():", '    """Batches side by side, each the continuation of the last; characters one-hot."""',
      `    for batch in task.streams(${s.B}):`, "        if len(batch.x) == task.steps:", "            yield batch._replace(x=np.eye(task.inputs)[batch.x])"];
  }
  if (s.task === "numbers") {
    return [`series = np.array(${python(numbersIn(s.numbers))}, float)`, "series = (series - series.mean()) / series.std()", `T, B = ${s.T}, ${s.B}`, "", "",
      "class task:", '    """The next number from those before it; the baseline is the best straight line through pairs."""', "",
      '    inputs = outputs = 1', '    steps, loss = T, "squared_error"', "    baseline = (1 - np.corrcoef(series[:-1], series[1:])[0, 1] ** 2) * series[1:].var()", "", "",
      "def one_reading():", "    length = (len(series) - 1) // B", "    x, y = (series[i : i + B * length].reshape(B, length).T[..., None] for i in (0, 1))", "    for t in range(0, length - T + 1, T):", "        yield Batch(x[t : t + T], y[t : t + T])"];
  }
  return [`task = ${TASKS[s.task](s)}`];
}

const TRUNCATED = `@dataclass(frozen=True)
class TruncatedModel(Model):
    """A model whose gradient is cut after every k steps; the state is carried across a cut, or is set to zero."""

    k: int = 10
    carried: bool = True

    def loss_and_grads(self, params, batch, state=None, rng=None):
        tapes, deltas, dcell = [], [], None
        for t in range(0, len(batch.x), self.k):
            tapes.append(rnnlib.unroll(self.cell, params.cell, batch.x[t : t + self.k], state))
            state = tapes[-1].state if self.carried else None
        h = np.concatenate([tape.h[1:] for tape in tapes])
        rows = ... if batch.scored is None else batch.scored
        y = self.readout.forward(params.readout, h[rows])
        loss, dy = LOSSES[self.loss](y, np.asarray(batch.targets)[rows])
        dreadout, dseen = self.readout.backward(params.readout, h[rows], dy)
        dh = np.zeros_like(h)
        dh[rows] = dseen
        for i, tape in enumerate(tapes):
            grads = rnnlib.bptt(tape, dh[i * self.k : i * self.k + len(tape.x)])
            dcell = grads.params if dcell is None else map_leaves(np.add, dcell, grads.params)
            deltas.append([part[i > 0 :] for part in grads.delta])  # a window begins in the state that ends the last
        delta = grads.delta._make(map(np.concatenate, zip(*deltas)))
        return loss, ModelGradients(ModelParams((), dcell, dreadout), delta, tapes[-1].state)`;

function startCode(s) {
  const lines = ["def start(rng):", "    params = model.init(rng)", "    cell = params.cell"], own = s.start === "normal" ? null : `initialisers.${s.start}(rng, shape)`;
  const value = s.gain === 1 ? own : `${s.gain} * ${own ?? "getattr(cell, name)"}`; // null: as init draws it
  if (value && ["plain", "relu", "residual", "leaky", "lstm", "gru"].includes(s.cell)) {
    lines.push(own ? "    for name, shape in model.cell.shapes().items():" : "    for name in cell._fields:", "        if name.startswith(\"W\"):", `            cell = cell._replace(**{name: ${value}})`);
  }
  if (s.input !== 1) lines.push("    inputs = {name: " + s.input + " * getattr(cell, name) for name in cell._fields if name.startswith(\"U\")}", "    cell = cell._replace(**inputs)");
  if (["lstm", "gru", "mingru"].includes(s.cell)) {
    if (s.chrono === "yes") lines.push(`    cell = initialisers.chrono(rng, cell, longest=${stepsOf(s)})`);
    else lines.push(s.cell === "lstm" ? `    cell = cell._replace(b_f=np.full(${s.n}, ${s.forget}.0))`.replace(/(\.\d+)\.0/, "$1") : `    cell = cell._replace(b_z=-np.full(${s.n}, ${s.forget}.0))  # z = 1 - f`.replace(/(\.\d+)\.0/, "$1"));
  }
  return lines.length > 3 ? [...lines, "    return params._replace(cell=cell)"] : [lines[0], "    return model.init(rng)"];
}

const MODULES = {
  dataclasses: ["dataclass"], rnnlib: ["data", "initialisers", "tasks"], "rnnlib.gradients": ["clip_each", "clip_norm", "clip_values"],
  "rnnlib.models": ["LOSSES", "Batch", "Model", "ModelGradients", "ModelParams"], "rnnlib.optimisers": ["SGD", "Adam", "Momentum", "RMSprop"],
  "rnnlib.readouts": ["LinearReadout"], "rnnlib.training": ["fit"], "rnnlib.trees": ["map_leaves"],
};

/** The imports of what these lines use; a pasted text is no code. */
function importsOf(lines) {
  const words = new Set(lines.filter((line) => !line.startsWith("text = ")).join("\n").match(/(?<![.\w])\w+/g));
  const froms = Object.entries(MODULES).map(([module, names]) => [module, names.filter((name) => words.has(name))]).filter(([, names]) => names.length);
  const [own, others] = [true, false].map((is) => froms.filter(([module]) => module.startsWith("rnnlib") === is).map(([module, names]) => `from ${module} import ${names.join(", ")}`));
  return [...others, ...(others.length ? [""] : []), "import numpy as np", "", "import rnnlib", ...own];
}

/** The cells of code, each an array of lines. */
export function code(s, updates) {
  const cut = s.cut === "yes", stream = s.task === "text" || s.task === "numbers";
  const model = `${cut ? "TruncatedModel" : "Model"}(rnnlib.${CELLS[s.cell](s)}, LinearReadout(${s.n}, task.outputs), task.loss${cut ? `, k=${s.k}, carried=${s.carry === "yes" ? "True" : "False"}` : ""})`;
  const clip = s.clip === "none" ? ["clip = None"] : ["", "", "def clip(grads):", `    return ${CLIPPINGS[s.clip]}(grads, ${s.theta})`];
  const setting = [...taskCode(s), ...(cut ? ["", "", ...TRUNCATED.split("\n"), ""] : []), "", `model = ${model}`, `optimiser = ${OPTIMISERS[s.optimiser]}(rate=${s.rate})`, ...clip, "", "", ...startCode(s)];
  const carried = stream && s.carry === "yes";
  const train = stream
    ? [`rng, updates = np.random.default_rng(${s.seed}), ${updates}`, "run = fit(model, [], rng, optimiser, clip, params=start(rng), updates=0, dtype=np.float64)", "while len(run.log.loss) < updates:", "    left = updates - len(run.log.loss)",
      `    run = fit(model, one_reading(), rng, optimiser, clip, updates=left, every=10, resume=run, dtype=np.float64, carry=${carried ? "True" : "False"})`, "    run = run._replace(carried=())  # a new reading starts from zeros"]
    : [`rng = np.random.default_rng(${s.seed})`, `run = fit(model, task, rng, optimiser, clip, batch=${s.B}, updates=${updates}, every=10, params=start(rng), dtype=np.float64)`];
  const unit = ["# The squared error here is half of what the baseline is given in, and a sum over outputs.", 'unit = 2 / task.outputs if task.loss == "squared_error" else 1', "share = unit * run.log.loss[-50:].mean() / task.baseline", 'print(f"{len(run.log.loss)} updates: the loss is {share:.3g} of the memoryless baseline")'];
  const look = ["from rnnlib.figures.interactive.reach_log import ReachLog", "", `ReachLog.of(run.log, task${cut ? `, cut=True, carried=${s.carry === "yes" ? "True" : "False"}` : ""})`];
  return [importsOf([...setting, ...train]), setting, train, unit, look];
}

export function notebook(setting, updates) {
  const cell = (kind, source, more) => ({ cell_type: kind, id: `${kind}-${counter++}`, metadata: {}, source, ...more });
  let counter = 0;
  const cells = code(setting, updates).map((lines) => cell("code", lines.join("\n"), { execution_count: null, outputs: [] }));
  const words = `# A run of the Playground, with rnnlib\n\nThe same task, cell, start, optimiser, clipping and truncation as on the page; the random numbers are others, so the run is another one of the same kind. It makes ${updates.toLocaleString("en")} updates. It needs the course's library, which is installed, once, by\n\n    pip install "training-recurrent-networks[figures] @ git+https://github.com/training-recurrent-networks/course"`;
  return { cells: [cell("markdown", words), ...cells], metadata: { kernelspec: { display_name: "Python 3", language: "python", name: "python3" }, language_info: { name: "python" } }, nbformat: 4, nbformat_minor: 5 };
}
