// One run as one sees it: its worker, what that has sent, and the panels that show it.
import { amount, diagnose, reachOf } from "../../rnnlib/figures/interactive/diagnosis.js";
import { toAddress, WINDOW } from "../engine/settings.js";
import { ABOUT, essentials } from "./controls.js";
import { html } from "./draw.js";
import { linear, lossPanel, normPanel, reachPanel, sequencePanel, spectrumPanel } from "./panels.js";
import { tagsOf } from "./tags.js";
import { described } from "./take.js";
import { thread } from "./thread.js";

const GATED = ["leaky", "lstm", "gru", "mingru"];
const SQUARE = ["plain", "relu", "residual", "leaky", "orthogonal"];
const STRIDE = 350; // milliseconds a step of the backward pass as it walks
const CALM = 2500; // milliseconds between two sentences of a run that goes on,
const NEWS = 1300; // or between two of which the second says something else, or of a run that goes slowly

const times = (factor) => (Number.isFinite(factor) ? `${amount(factor)} times` : "no number beside");
/** The mean of the last losses of a window that ends before `end`: what "solved" is judged by. */
const meanOf = (losses, end) => {
  const start = Math.max(0, end - WINDOW);
  let sum = 0;
  for (let i = start; i < end; i++) sum += losses[i];
  return sum / (end - start);
};
/** The greatest mean since the task was solved, as a share of the baseline, and after how many updates. */
function worstSince(solvedAt, means, baseline) {
  let at = solvedAt;
  if (!at) return null;
  for (let i = at; i < means.length; i++) if (means[i] > means[at - 1]) at = i + 1;
  return { update: at, share: means[at - 1] / baseline };
}

/** `changed(drawn)` is called whenever it has come further, and whether a frame has come; `results(setting)` knows what
 * seeds of a setting did, `along()` for how many updates there must be room, `peers` are all runs that are shown. */
export class RunView {
  constructor(name, colour, { changed, results, along, peers }) {
    Object.assign(this, { name, changed, results, along, peers, id: 0, order: 0, made: 0, loss: [], mean: [], before: [], after: [], fraction: [], columns: [], frame: null, running: false, sentence: "", spoken: 0 });
    this.live = html("p", { className: "pg-sentence", role: "status", ariaLive: "polite" });
    this.tags = html("p", { className: "pg-tags" });
    this.when = html("span", { className: "pg-when" });
    this.worker = thread({
      take: (sent) => this.take(sent),
      fail: (error) => { this.failed = true; this.live.textContent = `The engine ${this.frame ? "broke off; Start again begins anew" : "could not start"} (${error.message || "its file did not load"}).`; },
    });
    this.count = html("span", { className: "pg-count" });
    this.label = html("span", { className: "pg-label" });
    this.heading = html("p", { className: "pg-heading" }, html("strong", { textContent: `Run ${name}` }), this.label, this.count, this.when);
    this.essentials = html("p", { className: "pg-essentials" });
    this.of = html("p", { className: "pg-of" });
    this.readout = html("span", { className: "pg-readout", ariaLive: "polite" });
    const send = (name) => this.send({ type: "view", name });
    this.panels = { reach: reachPanel(this, colour), loss: lossPanel(this), norm: normPanel(this), sequence: sequencePanel(this, colour), spectrum: spectrumPanel(this, send) };
    this.panels.sequence.tools.append(this.stepper());
    this.panels.sequence.root.classList.add("pg-sequence");
    this.root = html("section", { className: "pg-run", ariaLabel: `Run ${name}` }, html("div", { className: "pg-said" }, this.heading, this.of, this.tags, this.essentials, this.live), html("div", { className: "pg-panels" }, ...Object.values(this.panels).map(({ root }) => root)));
    for (const panel of Object.values(this.panels)) {
      panel.table.ariaLabel += `, of run ${name}`;
      panel.title.dataset.run = name;
    }
  }

  send(message) { this.worker.postMessage({ ...message, order: this.order }); }
  /** An order to train or to stop: what was sent before it was obeyed says nothing of whether it runs. */
  command(message) { this.order++; this.send(message); }

  /** Begin anew with a setting; whether it then trains is for others to say. */
  begin(setting) {
    Object.assign(this, { setting, id: this.id + 1, made: 0, loss: [], mean: [], before: [], after: [], fraction: [], columns: [], spectrum: null, frame: null, spoken: 0, limit: null, running: false });
    this.whole();
    this.essentials.textContent = essentials(setting);
    this.of.textContent = described(setting).join(" ");
    this.panels.sequence.about.textContent = `${ABOUT[setting.task]} The bars below are of this one sequence; the map and the sentence are of the whole batch, and may differ from them tenfold and more.`;
    const kinds = [...(SQUARE.includes(setting.cell) ? ["W"] : []), ...(GATED.includes(setting.cell) ? ["gates"] : []), "J"];
    this.panels.spectrum.offer(kinds, kinds[0]);
    this.send({ type: "view", name: kinds[0] });
    this.send({ type: "start", setting, id: this.id });
  }
  /** Train up to so many updates (none: on and on), and wait where `hold` have been made. */
  run(to, hold = Infinity) { if (!this.running) this.spoken = 0; this.running = true; this.limit = to ?? null; this.whole(); this.command({ type: "run", to, hold }); }
  stop() { this.running = false; this.command({ type: "stop" }); }
  /** Stop after `to` updates, of which few are left. */
  even(to) { Object.assign(this, { running: false, made: to }); this.command({ type: "even", to }); }
  one() { this.running = false; this.made++; this.whole(); this.command({ type: "one" }); }
  /** Whether `needs` is the lag within which most causes lie, and not where the cause is. */
  get within() { return this.setting.task === "flipflop"; }
  /** Those of a step, of which W is a part. */
  get eigenvalues() {
    const { kind, values = [] } = this.spectrum ?? {}, [a, b] = kind === "W" ? linear(this.setting) : [0, 1];
    return values.map(([re, im]) => [a + b * re, b * im]);
  }
  get diverged() { return this.frame?.diverged ?? null; }

  take(sent) {
    if (sent.id !== this.id) return; // of a run that has been begun anew since
    this.heard = sent.order;
    if (this.heard === this.order) this.made = sent.at ?? sent.updates;
    const drawn = !("at" in sent);
    if (drawn) this.draw(sent);
    this.changed(drawn);
  }

  draw(frame) {
    for (const name of ["loss", "before", "after", "fraction"]) this[name].push(...frame[name]);
    while (this.mean.length < this.loss.length) this.mean.push(meanOf(this.loss, this.mean.length + 1));
    this.worst = worstSince(frame.solvedAt, this.mean, frame.baseline);
    this.columns = [...this.columns, ...frame.columns].filter(({ update }) => update % frame.every === 0);
    this.spectrum = frame.spectrum ?? this.spectrum;
    this.frame = frame;
    if (frame.order === this.order) this.running = frame.running;
    this.reach = frame.sizes[0] > 0 && !frame.diverged ? reachOf(frame.sizes) : null;
    this.speak();
    if (this.readout.textContent) this.stand(this.stands); // of a sequence that is another one now
    for (const panel of Object.values(this.panels)) panel.refresh();
    // A run that goes on is drawn by its own frames; one that stands follows the axes of this one.
    for (const { running, panels: { loss, norm, spectrum } } of this.peers) if (!running) [loss, norm, spectrum].forEach((panel) => panel.refresh());
    this.send({ type: "shown" });
  }

  /** Say how far it is, and whether it goes on. */
  tally() {
    if (!this.frame) return;
    const { updates, diverged } = this.frame;
    this.count.textContent = `${updates.toLocaleString("en")} update${updates === 1 ? "" : "s"}${this.running ? "" : diverged ? ", diverged" : ", stopped"}`;
    Object.assign(this.root.dataset, { updates, running: String(this.running) });
  }

  measured() {
    const { frame, setting, reach } = this, last = frame.diverged && this.columns.at(-1), seeds = this.results(toAddress({ ...setting, seed: 0 }));
    return {
      update: frame.updates, share: frame.share, window: WINDOW, sizes: last ? last.sizes : reach || frame.diverged ? frame.sizes : null, needs: frame.needs, within: this.within, clipped: frame.clipped, mean: true,
      clip: setting.clip, cut: setting.cut === "yes", carried: setting.carry === "yes", solvedAt: frame.solvedAt, worst: this.worst, first: this.loss.length ? this.loss[0] / frame.baseline : null, diverged: frame.diverged, seeds,
      ...(last && last.update < frame.updates - 1 && { sizesAt: last.update + 1 }),
    };
  }

  /** Say what is wrong: at once when the run stands, and at a calm rate while it goes. */
  speak() {
    const now = performance.now(), since = now - this.spoken, found = diagnose(this.measured()), kinds = found.map(({ kind }) => kind).join();
    if (this.running && since < (this.slow || kinds !== this.kinds ? NEWS : CALM)) return;
    Object.assign(this, { spoken: now, kinds });
    this.sentence = found.map(({ text }) => text).join(" ");
    this.found = found;
    const words = this.sentence.replaceAll(" %", "\u00a0%");
    if (this.live.textContent !== words) this.live.textContent = words;
    this.tags.replaceChildren(...tagsOf(found, { needs: this.frame.needs, reach: this.reach }).map(([what, words, tone, bound]) => html("span", { className: `pg-tag pg-${tone}` }, `${what}: `, html("strong", { textContent: words }), bound ? ` (${bound})` : "")));
    // The sentence stands for a while, and the count beside the name goes on.
    this.when.textContent = this.running ? ` · sentence as of update ${this.frame.updates.toLocaleString("en")}` : "";
  }

  /** Show the backward pass as a whole, and stop walking it. */
  whole() {
    clearInterval(this.walk);
    this.stands = 1;
    this.readout.textContent = "";
    this.panels.sequence.refresh();
  }

  /** Show the backward pass down to step `to`, and say what that step did to the size of the error. */
  stand(to) {
    if (!this.frame) return; // it has just begun anew
    const { steps, sequence: { delta } } = this.frame, norm = (t) => delta[t - 1];
    this.stands = Math.min(Math.max(to, 1), steps);
    const here = norm(this.stands), by = this.stands < steps ? `, ${times(here / norm(this.stands + 1))} that of step ${this.stands + 1}` : ", straight from the loss";
    this.readout.textContent = `step ${this.stands}: |δ| = ${amount(here)}${by}`;
    this.panels.sequence.refresh();
  }

  /** The buttons that walk the backward pass of the sequence shown, one time step at a press or one after the other. */
  stepper() {
    const button = (textContent, press) => {
      const element = html("button", { type: "button", textContent });
      element.addEventListener("click", () => { clearInterval(this.walk); this.stop(); press(); });
      return element;
    };
    const back = () => this.stand(this.stands - 1);
    return html("span", { className: "pg-stepper" },
      button("Walk back from the end", () => {
        this.stand(this.frame.steps);
        this.walk = setInterval(() => { back(); if (this.stands === 1) clearInterval(this.walk); }, STRIDE);
      }),
      button("One step back", () => (this.stands === 1 ? this.stand(this.frame.steps) : back())),
      button("All", () => this.whole()), this.readout);
  }

  close() { clearInterval(this.walk); this.worker.terminate(); this.root.remove(); }
}
