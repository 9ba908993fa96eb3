// The settings as a form: what cannot be combined is not there, what cannot be reached is no value of its control.
import { DEFAULTS, FIELDS, isLongEnough, least, most, possible } from "../engine/settings.js";
import { html } from "./draw.js";

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
  numbers: "Numbers: at every step the next number is asked for.",
};
/** What a choice means, for whoever has not read of it yet. */
const SAYS = {
  task: ABOUT,
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
  chrono: { yes: "Gate biases drawn so that memories last from one step up to the whole length (chapter 7)." },
  cut: { yes: "The sequence is cut into pieces of k steps, and no gradient crosses a cut (chapter 6)." },
};

const LOGARITHMIC = ["rate", "theta"];
const GRAIN = { gain: 0.05, input: 0.05, noise: 0.05, kappa: 0.01, forget: 0.5, pulses: 0.01 };

/** A form for one setting; `changed(setting, field)` hears of every change, already made possible. */
export class Controls {
  constructor(changed) {
    this.changed = changed;
    this.setting = possible({});
    this.parts = {};
    this.root = html("form", { className: "pg-controls", ariaLabel: "Settings" }, ...Object.entries(GROUPS).map(([name, fields]) =>
      html("fieldset", {}, html("legend", { textContent: name }), ...fields.map((field) => this.field(field)))));
    this.root.addEventListener("submit", (event) => event.preventDefault());
  }

  change(field, value) {
    const setting = possible({ ...this.setting, [field]: value });
    this.show(setting);
    this.changed(setting, field);
  }

  field(name) {
    const { kind, label } = FIELDS[name], id = `pg-${name}`;
    const make = { choice: this.choice, whole: this.range, number: this.range, pasted: this.pasted }[kind];
    const { elements, show } = make.call(this, name, id), row = html("div", { className: `pg-field pg-${kind}` }, html("label", { htmlFor: id, textContent: label }), ...elements);
    this.parts[name] = { row, show };
    return row;
  }

  choice(name, id) {
    const select = html("select", { id }, ...Object.entries(FIELDS[name].values).map(([value, textContent]) => html("option", { value, textContent })));
    select.addEventListener("change", () => this.change(name, select.value));
    const about = html("span", { className: "pg-about" }), says = SAYS[name];
    return {
      elements: says ? [select, about] : [select],
      show: (setting) => {
        select.value = setting[name];
        about.textContent = says?.[setting[name]] ?? "";
      },
    };
  }

  /** A slider for the hand and a box for the exact number. */
  range(name, id) {
    const whole = FIELDS[name].kind === "whole", log = LOGARITHMIC.includes(name);
    const slider = html("input", { type: "range", ariaLabel: `${FIELDS[name].label}, slider` });
    const exact = html("input", { type: "number", id, step: whole ? "1" : "any", inputMode: whole ? "numeric" : "decimal" });
    slider.addEventListener("input", () => this.change(name, log ? Number((10 ** Number(slider.value)).toPrecision(2)) : Number(slider.value)));
    exact.addEventListener("change", () => this.change(name, exact.value));
    const show = (setting) => {
      const [low, high, value] = [least(name, setting), most(name, setting), setting[name]];
      Object.assign(exact, { min: low, max: high });
      if (document.activeElement !== exact || Number(exact.value) !== value) exact.value = value;
      Object.assign(slider, log ? { min: Math.log10(low), max: Math.log10(high), step: 0.05 } : { min: low, max: high, step: whole ? 1 : GRAIN[name] });
      slider.value = log ? Math.log10(value) : value;
      slider.ariaValueText = String(value);
    };
    return { elements: [slider, exact], show };
  }

  pasted(name, id) {
    const area = html("textarea", { id, rows: 3, spellcheck: false }), note = html("span", { className: "pg-note", role: "status" });
    area.addEventListener("change", () => {
      const enough = isLongEnough({ ...this.setting, [name]: area.value });
      note.textContent = enough ? "" : `Paste at least three ${name === "text" ? "characters" : "numbers"} that are not all alike.`;
      if (enough) this.change(name, area.value);
    });
    return { elements: [area, note], show: (setting) => { if (document.activeElement !== area) area.value = setting[name]; } };
  }

  show(setting) {
    this.setting = setting;
    for (const [name, { row, show }] of Object.entries(this.parts)) {
      row.hidden = !FIELDS[name].when(setting);
      if (!row.hidden) show(setting);
      row.classList.toggle("pg-changed", setting[name] !== DEFAULTS[name]);
    }
  }

  /** Mark the settings that one would change. */
  point(fields) {
    for (const [name, { row }] of Object.entries(this.parts)) row.classList.toggle("pg-pointed", fields.includes(name));
  }
}
