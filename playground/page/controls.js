// The settings as a form: what cannot be combined is not there, what cannot be reached is no value of its control.
import { DEFAULTS, FIELDS, least, leftOut, moments, most, numbersIn, possible, unfit } from "../engine/settings.js";
import { html, number } from "./draw.js";

const GROUPS = {
  Task: ["task", "T", "D", "length", "symbols", "noise", "pulses", "period", "ahead", "text", "numbers"],
  Network: ["cell", "n", "start", "gain", "input", "kappa", "chrono", "forget"],
  Training: ["optimiser", "rate", "clip", "theta", "cut", "k", "carry", "B", "seed"],
};
/** What each task asks for. */
export const ABOUT = {
  adding: "Adding: two of the numbers are marked, one in each half; at the last step their sum is asked for.",
  copy: "Copy: symbols are shown, then blanks; after a signal the symbols are to be repeated.",
  order: "Temporal order: among distractors an X or Y comes early, another midway; at the last step: which two, in which order?",
  latch: "Latch: a bit, 1 or −1, is shown during the first three steps, then there is only noise; at the last step: which was it?",
  flipflop: "Flip-flop: at every step each output is to show the sign of the last pulse on its own input.",
  sine: "Noisy sine of random phase: at every step its value some steps ahead is asked for, without the noise.",
  text: "Text: at every step the next character is asked for.",
  numbers: "Numbers, standardised: at every step the next one is asked for.",
};
const share = (x) => Number(x.toPrecision(2));
/** How pasted numbers were read, and what becomes of them. */
function asRead({ numbers }) {
  const series = numbersIn(numbers), { mean, deviation } = moments(series), out = leftOut(numbers).map((part) => `“${part.slice(0, 20)}”`);
  const [columns, ...others] = numbers.trim().split("\n").map((line) => numbersIn(line).length);
  return [`${series.length.toLocaleString("en")} numbers. The network gets each less their mean, ${number(mean)}, over their standard deviation, ${number(deviation)}.`,
    out.length && `Left out, as no finite number: ${out.slice(0, 3).join(", ")}${out.length > 3 ? ` and ${out.length - 3} more` : ""}.`,
    /\d,\d/.test(numbers) && /\d[\s;]+[-+.\d]/.test(numbers) && "A comma stands between two numbers: write decimals with a point.",
    columns > 1 && others.length && others.every((count) => count === columns) && `${columns} columns are read row by row as one series: paste one of them.`].filter(Boolean).join(" ");
}
/** What a setting means, for whoever has not read of it yet: by its value, or from the whole setting. */
const SAYS = {
  task: ABOUT,
  T: () => "Steps of a sequence.",
  numbers: asRead,
  D: () => "Blank steps between the symbols and the signal.",
  length: () => "How many symbols are to be repeated.",
  symbols: () => "How many different symbols there are.",
  period: () => "Steps of one swing of the sine.",
  ahead: () => "How many steps ahead the value is asked for.",
  noise: () => "Standard deviation of what is added to the input.",
  pulses: () => "The chance of a pulse, on each input at each step.",
  n: () => "How many numbers the state h holds.",
  start: ({ start, cell }) => {
    const W = { lstm: "each of W_f, W_i, W_o and W_c", gru: "each of W_z, W_r and W_h" }[cell] ?? "W";
    return {
      normal: `Entries of ${W} drawn about 0, with variance 1/n.`,
      orthogonal: `${W} begins orthogonal: it changes no length.`,
      identity: `${W} begins as the identity: it hands the state on.`,
    }[start].replace(/^e/, "E");
  },
  gain: () => "The start of W is multiplied by this.",
  input: () => "The start of U, through which the input acts, is multiplied by this.",
  kappa: () => "The share of the state that is kept at a step.",
  forget: ({ forget }) => `Gates begin by keeping about ${share(1 / (1 + Math.exp(-forget)))} of the state a step.`,
  rate: () => "Each update is multiplied by this.",
  optimiser: {
    sgd: "A step is the rate times the gradient.",
    momentum: "A step follows a decaying sum of past gradients.",
    rmsprop: "Each weight's gradient is divided by its recent size.",
    adam: "A mean of past gradients, each weight's divided by its recent size.",
  },
  clip: {
    none: "The gradient is used as long as it is.",
    norm: "A gradient longer than θ, all weights together, is shortened to θ (chapter 5).",
    values: "Each entry of the gradient is held between −θ and θ (chapter 5).",
    each: "The gradient of W, of U, .. is shortened to θ, each by itself (chapter 5).",
  },
  carry: { yes: "The state goes on across a cut; in text and numbers, also into the next batch.", no: "After a cut, and in every batch, the state begins from 0." },
  B: () => "So many sequences make the batch of an update.",
  seed: () => "Draws the start and all batches: the same seed, the same run.",
  cell: {
    plain: "The state is replaced at every step, h = tanh(W h + U x + b).",
    relu: "The same with max(a, 0) in place of tanh.",
    residual: "What a plain cell computes is added to the state (chapter 7).",
    leaky: "The state keeps a part κ of itself at every step (chapter 7).",
    lstm: "A memory beside the state; gates between 0 and 1 say how much of it is kept, written and read (chapter 7).",
    gru: "A gate for each unit says how much of the state is kept, another what the next value may read of it (chapter 7).",
    orthogonal: "W is held orthogonal, so that it changes no length (chapter 8).",
    mingru: "A GRU whose gate and new value read the input alone, not the state (chapter 10).",
  },
  chrono: {
    no: "All gates that keep begin with the forget bias: one time-scale for all units.",
    yes: "Gate biases drawn so that memories last from one step up to the whole length (chapter 7)." },
  cut: {
    no: "The gradient goes back through all steps of a sequence.",
    yes: "The sequence is cut into pieces of k steps, and no gradient crosses a cut (chapter 6)." },
};
/** The settings that one asks for first, in a line. */
export function essentials(s) {
  const words = (name) => FIELDS[name].values[s[name]], meant = (name, text) => FIELDS[name].when(s) && text;
  return [words("task"), meant("T", `T = ${s.T}`), meant("D", `D = ${s.D}`), `${words("cell")}, ${s.n} units`, meant("start", `W ${words("start")} × ${s.gain}`), meant("kappa", `κ = ${s.kappa}`), meant("forget", `forget bias ${s.forget}`),
    `${words("optimiser")}, rate ${s.rate}`, s.clip === "none" ? "no clipping" : `clipped (${words("clip")}) to ${s.theta}`, meant("k", `cut every ${s.k} steps`), `seed ${s.seed}`].filter(Boolean).join(" · ");
}

const saying = (name, setting) => (typeof SAYS[name] === "function" ? SAYS[name](setting) : SAYS[name]?.[setting[name]]) ?? "";

export const ANEW = "A changed setting begins its run anew, from update 0, and so does Back.";

const LOGARITHMIC = ["rate", "theta"];
const GRAIN = { gain: 0.05, input: 0.05, noise: 0.05, kappa: 0.01, forget: 0.5, pulses: 0.01 };

/** A form for one setting, and `help`, which says of the one that is pointed at what it means; `changed(setting, field, settled)` hears of every change, already made possible; it is not
 * `settled` while a slider is on its way. */
export class Controls {
  constructor(changed) {
    this.changed = changed;
    this.setting = possible({});
    this.asked = {};
    this.parts = {};
    this.legend = html("p", { className: "pg-legend" });
    this.root = html("form", { className: "pg-controls", ariaLabel: "Settings" }, this.legend, ...Object.entries(GROUPS).map(([name, fields]) =>
      html("fieldset", {}, html("legend", { textContent: name }), ...fields.map((field) => this.field(field)))));
    this.root.addEventListener("submit", (event) => event.preventDefault());
    this.help = html("p", { className: "pg-help", ariaHidden: "true", textContent: ANEW });
    const explain = ({ target }) => { this.help.textContent = target.closest(".pg-field")?.querySelector(".pg-about").textContent || ANEW; };
    for (const type of ["pointerover", "focusin"]) this.root.addEventListener(type, explain);
    this.root.addEventListener("pointerleave", () => explain({ target: document.activeElement }));
  }

  change(field, value, settled = true) {
    const setting = possible({ ...this.setting, ...this.asked, [field]: value });
    if (field in this.asked) this.asked[field] = setting[field];
    this.show(setting, this.asked);
    this.changed(setting, field, settled);
  }

  field(name) {
    const { kind, label } = FIELDS[name], id = `pg-${name}`;
    const make = { choice: this.choice, whole: this.range, number: this.range, pasted: this.pasted }[kind];
    const { elements, show } = make.call(this, name, id), about = html("span", { className: "pg-about" });
    const row = html("div", { className: `pg-field pg-${kind}` }, html("label", { htmlFor: id, textContent: label }), ...elements, about);
    this.parts[name] = { row, show: (setting) => { show(setting); about.textContent = saying(name, setting); } };
    return row;
  }

  choice(name, id) {
    const select = html("select", { id }, ...Object.entries(FIELDS[name].values).map(([value, textContent]) => html("option", { value, textContent })));
    select.addEventListener("change", () => this.change(name, select.value));
    return { elements: [select], show: (setting) => { select.value = setting[name]; } };
  }

  /** A slider for the hand and a box for the exact number. */
  range(name, id) {
    const whole = FIELDS[name].kind === "whole", log = LOGARITHMIC.includes(name);
    const slider = html("input", { type: "range", ariaLabel: `${FIELDS[name].label}, slider` });
    const exact = html("input", { type: "number", id, step: whole ? "1" : "any", inputMode: whole ? "numeric" : "decimal" });
    const note = html("span", { className: "pg-note", role: "status" });
    const slid = (settled) => { note.textContent = ""; this.change(name, log ? Number((10 ** Number(slider.value)).toPrecision(2)) : Number(slider.value), settled); };
    slider.addEventListener("input", () => slid(false));
    slider.addEventListener("change", () => slid(true));
    exact.addEventListener("change", () => {
      const wanted = exact.value;
      this.change(name, wanted);
      const given = this.setting[name];
      note.textContent = wanted !== "" && Number(wanted) === given ? "" : `${wanted === "" ? `That is no number, so it is ${given}` : `Not ${wanted} but ${given}`}: ${whole ? "a whole number " : ""}from ${least(name, this.setting)} to ${most(name, this.setting)}.`;
    });
    const show = (setting) => {
      const [low, high, value] = [least(name, setting), most(name, setting), setting[name]];
      Object.assign(exact, { min: low, max: high });
      if (document.activeElement !== exact || Number(exact.value) !== value) exact.value = value;
      Object.assign(slider, log ? { min: Math.log10(low), max: Math.log10(high), step: 0.05 } : { min: low, max: high, step: whole ? 1 : GRAIN[name] });
      slider.value = log ? Math.log10(value) : value;
      slider.ariaValueText = String(value);
      note.textContent = "";
    };
    return { elements: [slider, exact, note], show };
  }

  pasted(name, id) {
    const area = html("textarea", { id, rows: 3, spellcheck: false }), note = html("span", { className: "pg-note", role: "status" });
    area.addEventListener("change", () => {
      const amiss = unfit({ ...this.setting, [name]: area.value });
      note.textContent = amiss && `Not taken: what you paste is ${amiss}.`;
      if (!amiss) this.change(name, area.value);
    });
    return { elements: [area, note], show: (setting) => { if (document.activeElement !== area) area.value = setting[name]; } };
  }

  /** `asked` is how long and how many sequences were wanted: what a short series made small comes back with a longer one. */
  show(setting, asked = setting === this.setting ? this.asked : { T: setting.T, B: setting.B }) {
    Object.assign(this, { setting, asked });
    for (const [name, { row, show }] of Object.entries(this.parts)) {
      row.hidden = !FIELDS[name].when(setting);
      if (!row.hidden) show(setting);
      row.classList.toggle("pg-changed", setting[name] !== DEFAULTS[name]);
    }
  }

  /** Mark the settings that one would change, and say what marks mean. */
  point(fields) {
    const bold = Object.keys(this.parts).some((name) => FIELDS[name].when(this.setting) && this.setting[name] !== DEFAULTS[name]);
    const words = [bold && "In bold: what is not as the page sets it at first.", fields.length && "Marked orange: what one would change, one at a time, after this divergence."].filter(Boolean).join(" ");
    if (this.legend.textContent !== words) this.legend.textContent = words;
    for (const [name, { row }] of Object.entries(this.parts)) row.classList.toggle("pg-pointed", fields.includes(name));
  }
}
