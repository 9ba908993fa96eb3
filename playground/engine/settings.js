// What can be set, what fits together, and how a setting is written into an address.

/** The loss that a run is judged by is the mean of so many updates. Every batch is drawn anew, and its loss is measured
 * before it is learnt from. */
export const WINDOW = 50;

const always = () => true;
const among = (name, ...values) => (setting) => values.includes(setting[name]);
const RECURRENT = among("cell", "plain", "relu", "residual", "leaky", "lstm", "gru");
const STREAMS = among("task", "text", "numbers");

/** The text and the numbers that are there until one pastes one's own. */
const HARE = "the hare ran ahead and slept, and the tortoise went on and on. ";
export const TEXT = HARE.repeat(12);
export const NUMBERS = Array.from({ length: 600 }, (_, i) => (10 * Math.sin(i / 3) * Math.cos(i / 19)).toFixed(2)).join(" ");

/** Every field: its `kind` (choice, whole, number, pasted), what it may be, its default, and when it means anything.
 * `least` and `most` may depend on the rest of the setting. The short names are those of the address. */
export const FIELDS = {
  task: { kind: "choice", label: "Task", values: { adding: "adding", copy: "copy", order: "temporal order", latch: "latch", flipflop: "flip-flop", sine: "noisy sine", text: "text you paste", numbers: "numbers you paste" }, initial: "adding", when: always },
  T: { kind: "whole", label: "Length T", least: (s) => ({ order: 10, latch: 4, adding: 3 })[s.task] ?? 2, most: (s) => (STREAMS(s) ? Math.max(2, Math.min(200, seriesOf(s).length - 1)) : 200), initial: 20, when: (s) => s.task !== "copy" },
  D: { kind: "whole", label: "Delay D", least: 1, most: 150, initial: 10, when: among("task", "copy") },
  length: { kind: "whole", label: "Symbols to copy", least: 1, most: 10, initial: 3, when: among("task", "copy") },
  symbols: { kind: "whole", label: "Kinds of symbol", least: 2, most: 8, initial: 4, when: among("task", "copy") },
  noise: { kind: "number", label: "Noise", least: 0, most: 2, initial: 0.2, when: among("task", "latch", "sine") },
  pulses: { kind: "number", label: "Pulses a step", least: 0.01, most: 0.9, initial: 0.1, when: among("task", "flipflop") },
  period: { kind: "whole", label: "Period", least: 2, most: 100, initial: 20, when: among("task", "sine") },
  ahead: { kind: "whole", label: "Steps ahead", least: 1, most: 50, initial: 5, when: among("task", "sine") },
  text: { kind: "pasted", label: "Text", initial: TEXT, when: among("task", "text") },
  numbers: { kind: "pasted", label: "Numbers", initial: NUMBERS, when: among("task", "numbers") },

  cell: { kind: "choice", label: "Cell", values: { plain: "plain tanh", relu: "ReLU", residual: "residual", leaky: "leaky", lstm: "LSTM", gru: "GRU", orthogonal: "orthogonal", mingru: "minGRU" }, initial: "plain", when: always },
  n: { kind: "whole", label: "Units n", least: 1, most: 64, initial: 32, when: always },
  start: { kind: "choice", label: "W starts", values: { normal: "normal", orthogonal: "orthogonal", identity: "identity" }, initial: "normal", when: RECURRENT },
  gain: { kind: "number", label: "W scaled by", least: 0, most: 3, initial: 1, when: RECURRENT },
  input: { kind: "number", label: "U scaled by", least: 0, most: 10, initial: 1, when: always },
  kappa: { kind: "number", label: "Keep factor κ", least: 0.01, most: 0.999, initial: 0.9, when: among("cell", "leaky") },
  forget: { kind: "number", label: "Forget bias", least: -5, most: 10, initial: 1, when: (s) => ["lstm", "gru", "mingru"].includes(s.cell) && s.chrono !== "yes" },
  chrono: { kind: "choice", label: "Chrono biases", values: { no: "no", yes: "yes" }, initial: "no", when: (s) => ["lstm", "gru", "mingru"].includes(s.cell) && stepsOf(s) > 2 },

  optimiser: { kind: "choice", label: "Optimiser", values: { sgd: "SGD", momentum: "momentum", rmsprop: "RMSprop", adam: "Adam" }, initial: "adam", when: always },
  rate: { kind: "number", label: "Rate", least: 1e-6, most: 100, initial: 0.003, when: always },
  clip: { kind: "choice", label: "Clipping", values: { none: "none", norm: "global norm", values: "values", each: "each array" }, initial: "none", when: always },
  theta: { kind: "number", label: "Threshold θ", least: 1e-4, most: 1000, initial: 1, when: (s) => s.clip !== "none" },
  cut: { kind: "choice", label: "Truncation", values: { no: "none", yes: "cut every k steps" }, initial: "no", when: (s) => stepsOf(s) > 1 },
  k: { kind: "whole", label: "Steps k between cuts", least: 1, most: (s) => Math.max(1, stepsOf(s) - 1), initial: 10, when: (s) => s.cut === "yes" && stepsOf(s) > 1 },
  carry: { kind: "choice", label: "State at a cut", values: { yes: "carried", no: "set to 0" }, initial: "yes", when: (s) => STREAMS(s) || (s.cut === "yes" && stepsOf(s) > 1) },
  B: { kind: "whole", label: "Sequences B", least: 1, most: (s) => (STREAMS(s) ? Math.max(1, Math.min(64, Math.floor((seriesOf(s).length - 1) / s.T))) : 64), initial: 16, when: always },
  seed: { kind: "whole", label: "Seed", least: 0, most: 999999, initial: 0, when: always },
};

export const DEFAULTS = Object.fromEntries(Object.entries(FIELDS).map(([name, { initial }]) => [name, initial]));

/** How many steps the sequences of a setting have. */
export function stepsOf({ task, T, D, length }) {
  return task === "copy" ? D + 2 * length : T;
}

const bound = (limit, setting) => (typeof limit === "function" ? limit(setting) : limit);
export const least = (name, setting) => bound(FIELDS[name].least, setting);
export const most = (name, setting) => bound(FIELDS[name].most, setting);

const MOST = 1e100; // of what is squared and summed, so that this stays finite
const usable = (part) => Math.abs(Number(part)) <= MOST;
/** What stands between spaces, commas, semicolons, brackets and quotes; a minus may be a typesetter's. */
const partsOf = (text) => text.replaceAll("−", "-").split(/[\s,;|()[\]{}"'“”]+/).filter(Boolean);
/** The numbers in a pasted string, in the order in which one reads; and what in it is none, or too large. */
export const numbersIn = (text) => partsOf(text).filter(usable).map(Number);
export const leftOut = (text) => partsOf(text).filter((part) => !usable(part));

/** Mean and standard deviation. */
export function moments(numbers) {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return { mean, deviation: Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length) };
}

const seriesOf = (setting) => (setting.task === "text" ? [...setting.text] : numbersIn(setting.numbers));

/** Return the setting that is possible and nearest to the one given: unknown fields go, numbers move into their bounds,
 * what cannot be used becomes the default; a pasted series too short to be cut into sequences is replaced. */
export function possible(wanted) {
  const setting = { ...DEFAULTS };
  for (const [name, { kind, values, initial }] of Object.entries(FIELDS)) {
    const value = wanted[name];
    if (kind === "choice" && Object.hasOwn(values, value)) setting[name] = value;
    if (kind === "pasted" && typeof value === "string" && value.length) setting[name] = value.slice(0, 20000);
    if ((kind === "whole" || kind === "number") && value !== "" && value !== null && Number.isFinite(Number(value))) setting[name] = kind === "whole" ? Math.round(Number(value)) : Number(value);
    if (kind === "choice" && setting[name] === undefined) setting[name] = initial;
  }
  if (STREAMS(setting) && unfit(setting)) setting[setting.task] = DEFAULTS[setting.task];
  for (const [name, { kind }] of Object.entries(FIELDS)) {
    if (kind === "whole" || kind === "number") setting[name] = Math.min(Math.max(setting[name], least(name, setting)), most(name, setting));
  }
  for (const [name, { when, initial }] of Object.entries(FIELDS)) if (!when(setting)) setting[name] = initial;
  return setting;
}

/** Why there is nothing to tell in a pasted series, in words; "" if there is. */
export function unfit(setting) {
  const series = seriesOf(setting), text = setting.task === "text";
  if (series.length < 3 || new Set(series).size < 2 || !(text || moments(series).deviation > 0)) return "too short, or all alike";
  const told = text ? new Set(series.slice(1).map((next, i) => series[i] + next)).size === new Set(series.slice(0, -1)).size : beyondLine(series) < 1e-12 * moments(series).deviation ** 2;
  return told ? "such that each tells the next, and nothing has to be remembered" : "";
}

/** The mean squared error of the best straight line from each number to the next. */
export function beyondLine(numbers) {
  const before = numbers.slice(0, -1), after = numbers.slice(1), [x, y] = [moments(before).mean, moments(after).mean];
  let xx = 0, xy = 0, yy = 0;
  before.forEach((value, i) => { xx += (value - x) ** 2; xy += (value - x) * (after[i] - y); yy += (after[i] - y) ** 2; });
  return (yy - (xx && (xy * xy) / xx)) / before.length;
}

/** The fields that differ from the defaults and mean something, as they stand in an address. */
export function toAddress(setting) {
  const entries = Object.entries(FIELDS).filter(([name, { when, initial }]) => when(setting) && setting[name] !== initial);
  return new URLSearchParams(entries.map(([name]) => [name, String(setting[name])])).toString();
}

export function fromAddress(text) {
  return possible(Object.fromEntries(new URLSearchParams(text)));
}
