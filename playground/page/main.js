// The Playground's page: one or two runs, their settings, and the address that holds all of it.
import { reachColours } from "../../rnnlib/figures/interactive/reach_map.js";
import { fromAddress, toAddress } from "../engine/settings.js";
import { Controls } from "./controls.js";
import { html } from "./draw.js";
import { Presets, settingsOf } from "./presets.js";
import { take } from "./take.js";
import { RunView } from "./view.js";

const PACES = { full: ["full speed", 0], ten: ["10 updates a second", 100], two: ["2 a second", 500], slow: ["1 in 2 seconds", 2000] };

class Playground {
  constructor(root, data) {
    Object.assign(this, { root, data, views: [], edited: 0, colour: reachColours(data.sequential) });
    this.controls = new Controls((setting, field) => this.set(this.edited, setting, field));
    this.presets = new Presets(data, {
      load: (preset) => (preset ? this.load(settingsOf(preset)) : this.write()), run: (preset) => this.experiment(preset), changed: () => this.told(),
    });
    this.tabs = html("div", { className: "pg-tabs", role: "group", ariaLabel: "Settings of which run" });
    this.arena = html("div", { className: "pg-arena" });
    this.side = html("details", { className: "pg-side" }, html("summary", { textContent: "Settings" }), this.tabs, this.controls.root);
    this.veil = html("p", { className: "pg-veil" }, "Predict first: the map, the bars and the sentence would tell before the first update. ", this.button("Look without a prediction", () => this.presets.look()));
    this.left = html("p", { className: "pg-left" }, "These are settings of your own; an experiment's are put back when you commit or choose it again.");
    this.top = html("div", { className: "pg-top" });
    root.replaceChildren(this.presets.root, this.top, this.bar(), this.left, this.presets.verdict, this.veil, html("div", { className: "pg-body" }, this.side, this.arena));
    this.open();
    addEventListener("hashchange", () => this.open());
    document.addEventListener("visibilitychange", () => this.hide());
    const repaint = () => this.views.forEach((view) => Object.values(view.panels).forEach((panel) => panel.refresh()));
    new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
    root.dataset.ready = "true";
  }

  button(textContent, press, className = "") {
    const element = html("button", { type: "button", textContent, className });
    element.addEventListener("click", press);
    return element;
  }

  bar() {
    this.play = this.button("Run", () => (this.running ? this.stop() : this.train()), "pg-main");
    this.pace = html("select", { ariaLabel: "Pace" }, ...Object.entries(PACES).map(([value, [textContent]]) => html("option", { value, textContent })));
    this.pace.addEventListener("change", () => this.views.forEach((view) => view.send({ type: "pace", milliseconds: PACES[this.pace.value][1] })));
    this.compare = this.button("Add a second run", () => {
      const { setting } = this.views[0], two = this.views.length === 1;
      this.load(two ? [setting, setting] : [setting], 1);
      if (two) this.side.open = true;
    });
    return html("div", { className: "pg-bar", role: "toolbar", ariaLabel: "Training" }, this.play, this.button("One update", () => { this.stop(); this.look(); this.views.forEach((view) => view.one()); }),
      this.button("Start again", () => this.again()), this.pace, this.compare, take(() => this.views));
  }

  /** Whether the runs are those of the chosen experiment, and its question is still open. */
  get asking() { return this.same && this.presets.asking; }
  look() { if (this.asking) this.presets.look(); }

  /** Run on; an experiment that nobody predicted is run as it stands. */
  train() {
    const whole = this.asking && this.presets.chosen.updates;
    this.look();
    this.run(whole || undefined);
  }

  /** Begin anew: a run, or an experiment with its question. */
  again() {
    const going = this.running, { chosen } = this.presets;
    if (this.same && chosen) {
      this.presets.choose(chosen.id);
      return;
    }
    this.views.forEach((view) => view.begin(view.setting));
    if (going) this.run();
  }

  get running() { return this.views.some((view) => view.running); }
  run(to) { this.views.forEach((view) => view.run(to)); this.refresh(); }
  stop() { this.views.forEach((view) => view.running && view.stop()); this.refresh(); }

  /** Show so many runs with these settings, from their beginning. */
  load(settings, edited = 0) {
    while (this.views.length > settings.length) this.views.pop().close();
    while (this.views.length < settings.length) {
      const view = new RunView("AB"[this.views.length], this.colour, { changed: () => this.refresh(), results: (address) => this.presets.seedsOf(address) });
      view.send({ type: "pace", milliseconds: PACES[this.pace.value][1] });
      this.views.push(view);
      this.arena.append(view.root);
    }
    // Beside one run there is room for them; above two, and on a phone, they open when they are wanted.
    if (this.arena.classList.toggle("pg-two", settings.length === 2) !== this.wasTwo) this.side.open = settings.length === 1 && matchMedia("(min-width: 1150px)").matches;
    this.wasTwo = settings.length === 2;
    this.views.forEach((view, i) => view.begin(settings[i]));
    this.write();
    this.edit(Math.min(edited, settings.length - 1));
  }

  /** One setting has changed: its run begins anew, and goes on if it was going. */
  set(which, setting) {
    const view = this.views[which], going = view.running;
    view.begin(setting);
    if (going) view.run();
    this.write();
    if (!this.same) this.presets.drop();
    this.edit(which);
  }

  /** The question of an experiment has been left or answered: what could not be said before is said now. */
  told() {
    this.views.forEach((view) => view.frame && view.speak());
    this.refresh();
  }

  edit(which) {
    this.edited = which;
    this.controls.show(this.views[which].setting);
    this.tabs.hidden = this.views.length === 1;
    this.tabs.replaceChildren(...this.views.map(({ name }, i) => {
      const tab = this.button(`Settings of run ${name}`, () => this.edit(i));
      tab.ariaPressed = String(i === which);
      return tab;
    }));
    this.refresh();
  }

  /** Run an experiment, where one sees what comes of it. */
  experiment(preset) {
    this.load(settingsOf(preset));
    this.run(preset.updates);
    this.play.focus({ preventScroll: true });
    this.top.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth" });
  }

  refresh() {
    this.play.textContent = this.running ? "Stop" : "Run";
    this.compare.textContent = this.views.length === 1 ? "Add a second run" : "Only one run";
    this.controls.point(this.views[this.edited]?.frame?.diverged ? this.views[this.edited].found?.[0]?.change ?? [] : []);
    const over = this.views.every(({ running, limit, frame }) => !running && limit && frame && (frame.updates >= limit || frame.diverged));
    if (over && this.same) this.presets.over();
    this.arena.classList.toggle("pg-veiled", this.asking);
    this.veil.hidden = !this.asking;
    this.left.hidden = this.same || !this.presets.chosen;
    this.views.forEach((view, i) => { view.label.textContent = this.same ? `: ${this.presets.chosen.names[i]}` : ""; });
  }

  /** While nobody can see it nothing trains: what a hidden page would do is neither lost nor made up for. */
  hide() {
    if (document.hidden) {
      this.paused = this.views.filter((view) => view.running).map((view) => [view, view.limit]);
      this.paused.forEach(([view]) => view.send({ type: "stop" }));
    } else for (const [view, limit] of this.paused ?? []) view.run(limit ?? undefined);
  }

  write() {
    const settings = this.views.map(({ setting }) => setting), { chosen } = this.presets, addresses = settings.map(toAddress);
    this.same = Boolean(chosen) && settingsOf(chosen).map(toAddress).join(";;") === addresses.join(";;");
    const text = this.same ? `preset=${chosen.id}` : addresses.join(";;");
    this.address = `#${text || "T=20"}`;
    history.replaceState(null, "", this.address);
    this.refresh();
  }

  /** Take the settings from the address: an experiment's, or those of one or two runs. */
  open() {
    if (location.hash === this.address) return;
    const text = location.hash.slice(1), preset = this.presets.get(new URLSearchParams(text).get("preset"));
    this.presets.show(preset?.id);
    this.load(preset ? settingsOf(preset) : text.split(";;").slice(0, 2).map(fromAddress));
  }
}

const root = document.getElementById("playground-here");
try {
  globalThis.playground = new Playground(root, JSON.parse(document.getElementById("playground-data").textContent));
} catch (error) {
  root.replaceChildren(html("p", { className: "figure-failed", role: "alert", textContent: `The Playground could not start (${error.message}).` }));
  throw error;
}
