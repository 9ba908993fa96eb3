// One run as one sees it: its worker, what that has sent, and the panels that show it.
import { diagnose, reachOf } from "../../rnnlib/figures/interactive/diagnosis.js";
import { toAddress } from "../engine/settings.js";
import { WINDOW } from "../engine/training.js";
import { html } from "./draw.js";
import { lossPanel, normPanel, reachPanel, sequencePanel, spectrumPanel } from "./panels.js";

const GATED = ["leaky", "lstm", "gru", "mingru"];
const SQUARE = ["plain", "relu", "residual", "leaky", "orthogonal"];
const CALM = 2500; // milliseconds between two sentences of a run that goes on

/** `changed(view)` is called whenever a frame has come; `results(setting)` knows what seeds of a setting did. */
export class RunView {
  constructor(name, colour, { changed, results }) {
    Object.assign(this, { name, changed, results, loss: [], before: [], after: [], fraction: [], columns: [], frame: null, running: false, sentence: "", spoken: 0 });
    this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }) => this.take(data);
    this.worker.onerror = (error) => { this.failed = true; this.live.textContent = `The engine could not start (${error.message || "its file did not load"}).`; };
    this.live = html("p", { className: "pg-sentence", role: "status", ariaLive: "polite" });
    this.count = html("span", { className: "pg-count" });
    this.heading = html("p", { className: "pg-heading" }, html("strong", { textContent: `Run ${name}` }), " ", this.count);
    const send = (name) => this.send({ type: "view", name });
    this.panels = { reach: reachPanel(this, colour), spectrum: spectrumPanel(this, send), loss: lossPanel(this), norm: normPanel(this), sequence: sequencePanel(this, colour) };
    this.panels.sequence.tools.append(this.stepper());
    this.root = html("section", { className: "pg-run", ariaLabel: `Run ${name}` }, this.heading, this.live, html("div", { className: "pg-panels" }, ...Object.values(this.panels).map(({ root }) => root)));
    this.panels.sequence.root.classList.add("pg-wide");
    for (const panel of Object.values(this.panels)) panel.table.ariaLabel += `, of run ${name}`;
  }

  send(message) { this.worker.postMessage(message); }

  /** Begin anew with a setting; whether it then trains is for others to say. */
  begin(setting) {
    Object.assign(this, { setting, loss: [], before: [], after: [], fraction: [], columns: [], spectrum: null, frame: null, spoken: 0, stands: 1, limit: null, running: false });
    const kinds = [...(SQUARE.includes(setting.cell) ? ["W"] : []), ...(GATED.includes(setting.cell) ? ["gates"] : []), "J"];
    this.panels.spectrum.offer(kinds, kinds[0]);
    this.send({ type: "view", name: kinds[0] });
    this.send({ type: "start", setting });
  }
  run(to) { this.running = true; this.limit = to ?? null; this.stands = 1; this.send({ type: "run", to }); this.changed(this); }
  stop() { this.running = false; this.send({ type: "stop" }); }
  one() { this.running = false; this.stands = 1; this.send({ type: "one" }); }

  take(frame) {
    if (frame.from !== this.loss.length) return; // of a run that has been begun anew since
    for (const name of ["loss", "before", "after", "fraction"]) this[name].push(...frame[name]);
    this.columns = [...this.columns, ...frame.columns].filter(({ update }) => update % frame.every === 0);
    this.spectrum = frame.spectrum ?? this.spectrum;
    Object.assign(this, { frame, running: frame.running });
    this.reach = frame.sizes[0] > 0 && frame.sizes.every(Number.isFinite) ? reachOf(frame.sizes) : null;
    this.speak();
    for (const panel of Object.values(this.panels)) panel.refresh();
    this.count.textContent = `${frame.updates.toLocaleString("en")} update${frame.updates === 1 ? "" : "s"}${this.running ? "" : frame.diverged ? ", diverged" : ", stopped"}`;
    this.root.dataset.updates = frame.updates;
    this.root.dataset.running = String(this.running);
    this.send({ type: "shown" });
    this.changed(this);
  }

  measured() {
    const { frame, setting, reach } = this, sizes = reach ? frame.sizes : frame.diverged ? this.columns.at(-1)?.sizes ?? null : null, seeds = this.results(toAddress({ ...setting, seed: 0 }));
    return {
      update: frame.updates, share: frame.share, window: WINDOW, sizes, needs: frame.needs, clipped: frame.clipped, mean: true,
      clip: setting.clip, cut: setting.cut === "yes", carried: setting.carry === "yes", solvedAt: frame.solvedAt, diverged: frame.diverged, seeds,
    };
  }

  /** Say what is wrong: at once when the run stands, and at a calm rate while it goes. */
  speak() {
    const now = performance.now();
    if (this.running && now - this.spoken < CALM) return;
    this.spoken = now;
    const found = diagnose(this.measured());
    this.sentence = found.map(({ text }) => text).join(" ");
    this.found = found;
    if (this.live.textContent !== this.sentence) this.live.textContent = this.sentence;
    this.live.dataset.kind = found[0]?.kind ?? "";
  }

  /** The buttons that walk the backward pass of the sequence shown, one time step at a press. */
  stepper() {
    const readout = html("span", { className: "pg-readout", ariaLive: "polite" });
    const move = (to) => {
      const { steps } = this.frame;
      this.stop();
      this.stands = Math.min(Math.max(to, 1), steps);
      const norm = (t) => Math.hypot(...this.frame.sequence.delta.subarray((t - 1) * this.frame.units, t * this.frame.units));
      const here = norm(this.stands), before = this.stands < steps ? norm(this.stands + 1) : null;
      const by = before ? `, times ${(here / before).toFixed(2)} from step ${this.stands + 1}` : ": the loss itself";
      readout.textContent = `step ${this.stands}: |δ| = ${here.toExponential(1).replace("-", "−")}${by}`;
      this.panels.sequence.refresh();
    };
    const button = (textContent, press) => {
      const element = html("button", { type: "button", textContent });
      element.addEventListener("click", press);
      return element;
    };
    return html("span", { className: "pg-stepper" },
      button("Back pass from the end", () => move(this.frame.steps)),
      button("One step back", () => move(this.stands === 1 ? this.frame.steps : this.stands - 1)),
      button("All", () => { this.stands = 1; readout.textContent = ""; this.panels.sequence.refresh(); }), readout);
  }

  close() { this.worker.terminate(); this.root.remove(); }
}
