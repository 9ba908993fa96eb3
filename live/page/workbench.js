// A page that is worked on: its blocks of code are cells, and Python runs them in the page's own worker.
//
// `begin(place)` is called by the button's script (assets/live.js), with the element that says where everything lies.
import { Answers, MOST } from "./answers.js";
import { Bar } from "./bar.js";
import { Cell } from "./cell.js";
import { button, make } from "./elements.js";
import { estimate } from "./loading.js";
import { checksOf, codeCells, completed, opened, sourceOf, textOf, withoutOutputs, withSources } from "./notebook.js";
import { isHere, keepOffline } from "./offline.js";
import { Presses } from "./presses.js";
import { Python } from "./python.js";

const DRAWS = /\bmatplotlib\b|\brnnlib\.figures\b|\bfrom rnnlib import [^\n]*\bfigures\b/;
const root = new URL(document.documentElement.dataset.content_root ?? "./", document.baseURI);
const keysOf = (notebook) => `course-keys-${notebook.metadata.rnngrade.assignment.replaceAll("_", "-")}`;
const STILL = 1500; // milliseconds in which nothing has come: what is here is being started
const SOON = 300; // milliseconds, after which it is said that a cell runs
const absolute = (name) => new URL(name, root).href;

export async function begin(place) {
  const { pyodide, course, page, wire, raw } = JSON.parse(place.dataset.live);
  const files = { pyodide: absolute(pyodide), course: absolute(course), page: absolute(page) };
  const address = place.dataset.cells ? absolute(place.dataset.cells) : document.querySelector(".exercise-notebook a[href*='_downloads/']").href;
  const found = await fetch(address).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status} for ${address}`))));
  const bench = new Workbench({ place, files, sizes: { wire, raw }, ...(found.nbformat ? { notebook: found } : { models: found }) });
  await bench.mount();
  bench.python.start();
  bench.keep([address]);
  return bench;
}

class Workbench {
  constructor({ place, files, sizes, notebook = null, models = null }) {
    Object.assign(this, { place, files, sizes, own: notebook, cells: new Map() });
    this.presses = new Presses({ changed: () => this.#states(), ended: (press) => this.#ended(press) });
    this.answers = new Answers(window.courseMemory);
    this.notebook = notebook && this.#keptNotebook();
    this.models = models ?? this.#modelled();
    this.packages = ["numpy", "training-recurrent-networks", "course-cells", ...(notebook ? [keysOf(notebook)] : [])];
    this.python = new Python((interrupt) => this.#boot(interrupt));
    // The same page in another tab: what is written there is read here.
    addEventListener("storage", (event) => { if (event.key === window.courseMemory.KEY) for (const cell of this.cells.values()) cell.refresh(); });
    document.addEventListener("course-memory", () => this.#warn());
    const whole = notebook ? { all: () => this.all(), download: () => this.download(), open: (file) => this.open(file) } : {};
    this.bar = new Bar({ stop: () => this.stop(), ...whole });
    this.ready = new Promise((resolve) => this.python.addEventListener("ready", resolve, { once: true }));
    this.#listen();
  }

  // ---- the page

  async mount() {
    for (const model of this.models) if (document.getElementById(`cell-${model.id}`)) this.#show(model);
    for (const model of this.models) this.#show(model);
    for (const { id, source } of this.notebook ? this.answers.orphans(this.models) : []) this.#orphan(id, source);
    document.querySelector("article").append(this.bar.element);
    this.place.textContent = `${this.notebook ? "Every block of code below is an editor now" : "The blocks of code with buttons are editors now"}.${this.answers.kept ? " What you write is kept in this browser." : ""}`;
    this.#warn();
    this.already = await isHere(this.files.pyodide);
  }

  // Where the browser keeps nothing, or nothing more since its storage is full.
  #warn() {
    if (this.answers.kept || this.warned) return;
    this.warned = make("p", { className: "live-word", role: "alert" }, `What you write is not kept in this browser${this.notebook ? ": download the notebook before you leave" : ""}.`);
    this.bar.element.append(this.warned);
  }

  // A cell in the place of its block; a learner's own after the one before it. What the notebook has and the page has not,
  // how to install the course elsewhere, is neither shown nor run.
  #show(model) {
    if (model.kind === "check" || this.cells.has(model.id)) return;
    const block = document.getElementById(`cell-${model.id}`), first = this.cells.values().next().value;
    if (!block && (!first || !this.own || this.own.cells.some((cell) => cell.id === model.id))) return;
    const before = block ? null : this.#before(model);
    const cell = new Cell(model, block, { bench: this, answers: this.answers, label: this.#label(model, block ?? (before ?? first).element) });
    this.cells.set(model.id, cell);
    if (before) before.element.after(cell.element);
    else if (!block) first.element.before(cell.element);
  }

  #before(model) {
    const place = this.models.indexOf(model);
    return this.models.slice(0, place).map((one) => this.cells.get(one.id)).filter(Boolean).at(-1);
  }

  #label(model, element) {
    const heading = element.closest("section")?.querySelector("h1, h2, h3")?.textContent.replace(/\s*#$/, "").trim();
    const what = { answer: `Your answer: ${model.id}`, given: "What the notebook begins with" }[model.kind] ?? "Code";
    return model.kind === "answer" || !heading ? what : `${what}, ${heading}`;
  }

  #orphan(id, source) {
    const code = make("div", { className: "highlight" }, make("pre", { tabIndex: 0 }, source));
    document.querySelector("article").append(make("details", { className: "fold live-older" }, make("summary", {}, `What you had written for ${id}, which this page no longer has`), code));
  }

  // ---- Python

  #boot(interrupt) {
    const worker = new Worker(`${this.files.page}worker.js`, { type: "module" });
    const { pyodide, course } = this.files;
    this.booted = performance.now();
    worker.postMessage({ start: { pyodide, course, interrupt, packages: this.packages } });
    return worker;
  }

  #listen() {
    const on = (name, how) => this.python.addEventListener(name, ({ detail }) => { how(detail); this.#states(); });
    on("loading", ({ got }) => {
      if (this.python.ready) return this.bar.load(null); // a package that a cell imports
      const part = Math.min(1, got / this.sizes.raw), seconds = (performance.now() - this.booted) / 1000;
      if (!this.already) this.bar.say(estimate({ got: part * this.sizes.wire, of: this.sizes.wire, seconds }));
      this.bar.load(part < 1 && !this.already ? part : null);
      clearTimeout(this.still);
      this.still = setTimeout(() => { this.bar.say("Starting Python …"); this.bar.load(null); }, STILL);
    });
    on("step", ({ words }) => this.bar.say(`${words} …`));
    on("ready", () => { clearTimeout(this.still); performance.mark("live-ready"); this.already = true; this.bar.load(1); this.bar.say("Python is ready."); });
    on("broken", ({ why }) => { clearTimeout(this.still); this.bar.load(1); this.bar.say(`Python could not be started: ${why}. Run tries again; if that does not help, reload the page: what you wrote is kept.`); });
    on("state", ({ state, stubborn, stopping, running }) => {
      if (running) setTimeout(() => this.python.is(running) && !running.asked && this.bar.say("Running …"), SOON);
      if (state === "loading") { this.bar.load(null); this.bar.say(this.already ? "Starting Python …" : "Loading Python …"); }
      if (stopping) this.bar.say("Stopping …");
      this.bar.stop.textContent = stubborn ? "Start Python afresh" : "Stop";
      if (stubborn) this.bar.say("It does not stop by itself. Python can be started afresh, without its values.");
    });
    on("done", () => this.bar.load(1)); // a package may have come for it
    on("afresh", ({ why, lost }) => this.#afresh(why, lost));
  }

  #states() {
    this.bar.stop.disabled = !(this.python.busy || this.presses.any);
    for (const [id, cell] of this.cells) {
      const running = this.python.running === id || this.#checks(id).includes(this.python.running);
      cell.state.textContent = running ? "runs …" : this.presses.of(cell) ? "waits …" : "";
      cell.element.classList.toggle("live-runs", running);
    }
  }

  #checks(id) { return this.models.filter((model) => model.kind === "check" && model.question === id).map((model) => model.id); }

  // Python has begun anew: what was lost, and one press to have it again.
  async #afresh(why, lost) {
    this.presses.drop();
    const again = this.models.filter((model) => lost.includes(model.id) && model.kind !== "check" && model.kind !== "given");
    const reason = why === "stopped" ? "Stopped." : `Python has ended (${why}): most likely this page's memory is used up.`;
    this.python.addEventListener("ready", () => {
      this.bar.say(`${reason} Python has started afresh, without the values of ${again.length ? "what had run" : "before"}: run again what you need.`);
    }, { once: true });
    for (const one of this.bar.element.querySelectorAll(".live-again")) one.remove();
    if (!again.length) return;
    const repeat = button(`Run again what had run (${again.length})`, () => {
      repeat.remove();
      this.presses.add(null, () => this.#each(again.map((model) => this.cells.get(model.id))));
    }, { className: "live-button live-again" });
    this.bar.stop.after(repeat);
  }

  // ---- what is pressed

  #ended({ cell, fine, stopped, seconds }) {
    const how = stopped ? "Stopped after" : fine ? "Done in" : "Ended in", lines = cell?.output.lines;
    this.bar.say(`${how} ${seconds.toFixed(1)} s.${lines ? ` ${lines} line${lines === 1 ? "" : "s"} below the code.` : ""}`);
  }

  stop() {
    this.presses.stop();
    this.python.stop();
  }

  run(cell) { return this.presses.add(cell, () => this.#run(cell)); }
  check(cell) { return this.presses.add(cell, () => this.#check(cell)); }

  // All above, in which a name may be defined, and then the cell.
  above(cell) {
    const above = this.models.slice(0, this.models.indexOf(cell.model)).map((model) => this.cells.get(model.id)).filter(Boolean);
    return this.presses.add(cell, () => this.#each([...above, cell]));
  }

  // From an empty start, as the judge does: what an earlier version of a cell has left helps no check.
  async all() {
    const [first, ...others] = this.models.map((model) => this.cells.get(model.id)).filter(Boolean);
    const act = async () => ((await this.#run(first, true)) === null ? null : this.#each(others, (cell) => (cell.model.kind === "answer" ? this.#check(cell) : this.#run(cell))));
    if ((await this.presses.add(null, act)) !== null) this.bar.say("All cells have run.");
  }

  // The block that the reader pressed before the page was live.
  async runHere(id) {
    const cell = this.cells.get(id.replace(/^cell-/, ""));
    cell?.view.focus();
    if (cell) await this.run(cell);
  }

  // ---- cells

  // One after the other, whatever each gives, until Python is stopped.
  async #each(cells, act = (cell) => this.#run(cell)) {
    let fine = true;
    for (const cell of cells) {
      const its = await act(cell);
      if (its === null) return null;
      fine &&= its;
    }
    return fine;
  }

  // What must have run before a cell can: what the notebook begins with, or what a chapter's cell names.
  #needed(model) {
    const needs = model.needs ?? this.models.slice(0, this.models.indexOf(model)).filter((one) => one.kind === "given" && this.cells.has(one.id)).map((one) => one.id);
    return this.models.filter((one) => needs.includes(one.id) && !this.python.ran.includes(one.id));
  }

  async #alone(model, show, fresh) { return this.python.run(model.id, this.cells.get(model.id)?.source ?? model.source, show, fresh); }

  async #run(cell, fresh = false) {
    cell.output.clear();
    for (const model of this.#needed(cell.model)) {
      const its = this.cells.get(model.id) ?? cell;
      if (its !== cell) its.output.clear();
      const fine = await this.#alone(model, (...what) => its.show(its.output, ...what));
      if (!fine) return fine;
    }
    return this.#alone(cell.model, (...what) => cell.show(cell.output, ...what), fresh);
  }

  // The answer's cell, and all its checks: each says what it found, whatever the one before has.
  async #check(cell) {
    cell.panel.clear();
    const ran = await this.#run(cell);
    if (!ran) return ran;
    let right = true;
    const checks = checksOf(this.models, cell.model);
    for (const check of checks) {
      const fine = await this.#alone(check, (...what) => cell.show(cell.panel, ...what));
      if (fine === null) return null;
      right &&= fine;
    }
    cell.element.classList.toggle("live-right", right);
    const points = checks.reduce((sum, check) => sum + check.points, 0);
    if (right) this.answers.passed(cell.model.id, points, cell.element.closest("section").querySelector("h2, h3").textContent.replace(/\s*#$/, "").trim());
    return right;
  }

  // ---- the notebook

  #keptNotebook() {
    const text = this.answers.opened;
    if (!text) return this.own;
    try { return completed(opened(text, this.own), this.own); } catch { return this.own; }
  }

  // The notebook's cells; where the page has them too, they begin with the page's code.
  #modelled() {
    const own = new Map(codeCells(this.own).map((model) => [model.id, model]));
    return codeCells(this.notebook).map((model) => own.get(model.id) ?? model);
  }

  download() {
    this.answers.flush();
    const sources = new Map([...this.cells].map(([id, cell]) => [id, cell.source]));
    const blob = new Blob([textOf(withSources(this.notebook, sources))], { type: "application/x-ipynb+json" });
    const link = make("a", { href: URL.createObjectURL(blob), download: `${this.own.metadata.rnngrade.assignment}.ipynb` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    this.bar.say(`Saved as ${link.download}. Hand in this file, or go on with it in Jupyter.`);
  }

  // Take up a notebook: its code replaces what is on the page, which is kept beside it where they differ.
  async open(file) {
    const text = await file.text();
    let notebook;
    try { notebook = opened(text, this.own); } catch (error) { return this.bar.say(error.message); }
    this.answers.opened = text.length > MOST ? textOf(withoutOutputs(notebook)) : text;
    this.notebook = completed(notebook, this.own);
    this.models = this.#modelled();
    for (const cell of this.notebook.cells.filter((one) => one.cell_type === "code")) this.cells.get(cell.id)?.take(sourceOf(cell));
    for (const model of this.models) this.#show(model);
    this.bar.say(`Opened ${file.name}.`);
  }

  // ---- a day without a network

  async keep(more) {
    await this.ready;
    const plots = this.models.some((model) => DRAWS.test(model.source));
    if (!(await keepOffline({ files: this.files, more, plots, packages: this.packages }))) return;
    this.place.dataset.kept = "offline";
    this.place.append(" From now on the page works without a network as well.");
  }
}
