// From a setting to what is trained: the task, the cell, how its parameters start. The page itself needs none of it.
import { GRUCell } from "./cells/gru.js";
import { LeakyCell } from "./cells/leaky.js";
import { LSTMCell } from "./cells/lstm.js";
import { MinGRUCell } from "./cells/mingru.js";
import { OrthogonalCell } from "./cells/orthogonal.js";
import { PlainCell } from "./cells/plain.js";
import { ResidualCell } from "./cells/residual.js";
import { AddingTask, CopyTask, FlipFlopTask, LatchTask, NumbersTask, SineTask, TemporalOrderTask, TextTask } from "./tasks.js";
import { numbersIn, stepsOf } from "./settings.js";

const TASKS = {
  adding: (s) => new AddingTask(s.T),
  copy: (s) => new CopyTask(s.D, s.symbols, s.length),
  order: (s) => new TemporalOrderTask(s.T),
  latch: (s) => new LatchTask(s.T, 3, s.noise),
  flipflop: (s) => new FlipFlopTask(s.T, 3, s.pulses),
  sine: (s) => new SineTask(s.T, s.period, s.noise, s.ahead),
  text: (s) => new TextTask(s.T, s.text),
  numbers: (s) => new NumbersTask(s.T, numbersIn(s.numbers)),
};
const CELLS = {
  plain: (d, { n }) => new PlainCell(d, n),
  relu: (d, { n }) => new PlainCell(d, n, "relu"),
  residual: (d, { n }) => new ResidualCell(d, n),
  leaky: (d, { n, kappa }) => new LeakyCell(d, n, kappa),
  lstm: (d, { n }) => new LSTMCell(d, n),
  gru: (d, { n }) => new GRUCell(d, n),
  orthogonal: (d, { n }) => new OrthogonalCell(d, n),
  mingru: (d, { n }) => new MinGRUCell(d, n),
};

export const makeTask = (setting) => TASKS[setting.task](setting);
export const makeCell = (setting, inputs) => CELLS[setting.cell](inputs, setting);

/** How the parameters of a setting are to start, for `initialise`. */
export function startOf(setting) {
  const { start, gain, input, chrono, forget } = setting, gated = ["lstm", "gru", "mingru"].includes(setting.cell);
  return { start, gain, input, forget: !gated ? null : chrono === "yes" ? "chrono" : forget, longest: stepsOf(setting) };
}
