// The Playground's page: one or two runs, their settings, and the address that holds all of it.
import { reachColours } from "../../rnnlib/figures/interactive/reach_map.js";
import { FIELDS, toAddress } from "../engine/settings.js";
import { corrections, read } from "./address.js";
import { ANEW, Controls } from "./controls.js";
import { html } from "./draw.js";
import { compared, Pair, uneven } from "./pair.js";
import { Presets, settingsOf } from "./presets.js";
import { take } from "./take.js";
import { RunView } from "./view.js";

const PACES = { full: ["full speed", 0], ten: ["10 updates a second", 100], two: ["2 a second", 500], slow: ["1 in 2 s", 2000] };
const FEW = 300; // updates of a notebook, where nothing has been trained and no experiment says how many
const AGAIN = 1000; // milliseconds within which changing the same setting again is the same change

class Playground {
  constructor(root, data) {
    Object.assign(this, { root, data, views: [], edited: 0, colour: reachColours(data.sequential), shared: true, at: {} });
    this.runs = new Pair(this.views);
    this.controls = new Controls((...change) => this.set(this.edited, ...change));
    this.presets = new Presets(data, {
      load: (preset) => { if (preset) this.show(settingsOf(preset), { anew: true, field: "preset" }); else this.write("push", "preset"); }, run: (preset) => this.experiment(preset), changed: () => this.told(),
    });
    this.tabs = html("div", { className: "pg-tabs", role: "group", ariaLabel: "Settings of which run" });
    this.arena = html("div", { className: "pg-arena" });
    this.pair = html("div", { className: "pg-pair", role: "status" });
    this.arena.append(this.pair);
    this.side = html("details", { className: "pg-side" }, html("summary", { textContent: "Settings" }), html("p", { className: "pg-anew", textContent: ANEW }), this.tabs, this.controls.root, this.controls.help);
    this.body = html("div", { className: "pg-body" }, this.side, this.arena);
    this.side.addEventListener("toggle", () => this.place());
    this.veil = html("p", { className: "pg-veil" }, "Predict first: the map, the bars and the sentence would tell before the first update. ", this.button("Look without a prediction", () => this.presets.look()));
    this.left = html("div", { className: "pg-left", role: "status" });
    this.amiss = html("p", { className: "pg-amiss", role: "status" });
    this.top = html("div", { className: "pg-top" });
    root.replaceChildren(this.presets.picker, this.bar(), this.more(), this.amiss, this.presets.card, this.top, this.left, this.presets.verdict, this.veil, this.body);
    this.seed();
    this.open();
    addEventListener("hashchange", () => this.open());
    document.addEventListener("visibilitychange", () => this.hide());
    const all = (act) => this.views.forEach((view) => Object.values(view.panels).forEach(act)), repaint = () => all((panel) => panel.refresh());
    addEventListener("beforeprint", () => all((panel) => { panel.engrave(); panel.canvas.hidden = true; }));
    addEventListener("afterprint", repaint);
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
    return html("div", { className: "pg-bar", role: "toolbar", ariaLabel: "Training" }, this.play,
      this.button("One update", () => { this.look(); this.runs.one(); this.refresh(); }), this.button("Start again", () => this.again()));
  }

  /** What one needs less often, and what one takes along. */
  more() {
    this.pace = html("select", { ariaLabel: "Pace" }, ...Object.entries(PACES).map(([value, [textContent]]) => html("option", { value, textContent })));
    this.pace.addEventListener("change", () => this.views.forEach((view) => this.paced(view)));
    this.compare = this.button("Add a second run", () => {
      const [{ setting }] = this.views, two = this.views.length === 1;
      this.show(two ? [setting, setting] : [setting], { edited: 1 });
      if (two) this.side.open = true;
    });
    const planned = () => (this.same ? this.presets.chosen.updates : FEW);
    this.taken = take(() => this.views, planned);
    return html("div", { className: "pg-more" }, this.pace, this.compare, this.taken.root);
  }

  paced(view) {
    const [, milliseconds] = PACES[this.pace.value];
    this.runs.slow = view.slow = milliseconds > 0;
    view.send({ type: "pace", milliseconds });
  }

  /** Two runs have one seed, unless one wants two. */
  seed() {
    const box = html("input", { type: "checkbox", id: "pg-shared", checked: true });
    box.addEventListener("change", () => {
      this.shared = box.checked;
      if (this.shared) this.set(this.edited, this.views[this.edited].setting, "seed");
    });
    this.both = html("label", { className: "pg-shared", hidden: true }, box, " the same seed in both runs");
    this.controls.parts.seed.row.append(this.both);
  }

  /** Whether the runs are those of the chosen experiment, and its question is still open. */
  get asking() { return this.same && this.presets.asking; }
  look() { if (this.asking) this.presets.look(); }

  /** Run on; an experiment, up to where it ends. */
  train() {
    if (this.asking && this.presets.answers.querySelector(":checked")) { this.presets.commit.click(); return; }
    const { chosen } = this.presets, place = (element) => element.getBoundingClientRect();
    this.look();
    // Whoever stands above and would not see the map is taken to it; whoever looks at something else is left there. Settings
    // that opened with the second run, and on a phone stand between the buttons and both maps, are folded again.
    if (place(this.views[0].panels.reach.stage).bottom > innerHeight) {
      const folded = this.side.open && this.views.length > 1 && place(this.arena).left < place(this.side).right;
      if (folded) this.side.open = false;
      if (folded || place(this.top).top > 0) this.bring(folded ? this.arena : this.top);
    }
    this.run(this.same && this.views.some((view) => !view.diverged && view.made < chosen.updates) ? chosen.updates : undefined);
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
  run(to) { this.runs.run(to); this.refresh(); }
  stop() { this.runs.stop(); this.refresh(); }

  /** Show so many runs with these settings. One that has its setting already goes on as it is, unless all are to begin
   * `anew`. `how` the address changes: "push" is a step that Back takes back. */
  show(settings, { anew = false, edited = 0, how = "push", field = null } = {}) {
    const going = this.running && !anew;
    this.amend("", []);
    while (this.views.length > settings.length) this.views.pop().close();
    while (this.views.length < settings.length) {
      const view = new RunView("AB"[this.views.length], this.colour, { changed: (drawn) => this.moved(drawn), results: (address) => this.presets.seedsOf(address), along: () => this.runs.longest, peers: this.views });
      this.views.push(view);
      this.paced(view);
      this.arena.append(view.root);
    }
    // Beside one run there is room for them; above two, and on a phone, they open when they are wanted.
    if (this.arena.classList.toggle("pg-two", settings.length === 2) !== this.wasTwo) this.side.open = settings.length === 1 && matchMedia("(min-width: 1150px)").matches;
    this.wasTwo = settings.length === 2;
    this.place();
    this.begin(settings, anew);
    this.share(settings.length < 2 || settings[0].seed === settings[1].seed);
    this.write(how, field);
    if (going && this.asking) this.stop();
    else if (going) this.run();
    this.edit(Math.min(edited, settings.length - 1));
  }

  /** Open settings stand beside the runs, where there is room; without them two runs have the page's whole width. */
  place() { this.body.classList.toggle("pg-beside", this.side.open || this.views.length < 2); }

  begin(settings, anew) {
    this.views.forEach((view, i) => { if (anew || !view.setting || toAddress(view.setting) !== toAddress(settings[i])) view.begin(settings[i]); });
  }

  share(shared) {
    this.shared = shared;
    this.both.querySelector("input").checked = shared;
  }

  /** One setting has changed: its run begins anew, and goes on if it was going. While a slider moves it is not yet
   * `settled`, and the address waits. */
  set(which, setting, field, settled = true) {
    const going = this.running, before = this.views[which].setting, both = this.shared && field === "seed";
    this.begin(this.views.map((view, i) => (i === which ? setting : both ? { ...view.setting, seed: setting.seed } : view.setting)));
    if (going) this.run();
    const also = Object.entries(before).filter(([name]) => name !== field && FIELDS[name].when(setting) && FIELDS[name].when(before) && setting[name] !== this.controls.asked[name]);
    this.amend("So that it fits together: ", corrections(also.map(([name, value]) => [name, String(value)]), setting));
    if (settled) this.write("push", field);
    else this.refresh();
    if (!this.same) this.presets.drop();
    this.edit(which);
  }

  /** Say what is not as it was asked for. */
  amend(words, amiss) { this.amiss.textContent = amiss.length ? `${words}${amiss.join("; ")}.` : ""; }

  /** The question of an experiment has been left or answered: what could not be said before is said now. */
  told() {
    this.views.forEach((view) => view.frame && view.speak());
    this.refresh();
  }

  edit(which) {
    this.edited = which;
    this.controls.show(this.views[which].setting);
    this.tabs.hidden = this.both.hidden = this.views.length === 1;
    this.tabs.replaceChildren(...this.views.map(({ name }, i) => {
      const tab = this.button(`Settings of run ${name}`, () => this.edit(i));
      tab.ariaPressed = String(i === which);
      return tab;
    }));
    this.refresh();
  }

  /** Run an experiment, where one sees what comes of it. */
  experiment(preset) {
    this.show(settingsOf(preset), { anew: true });
    this.run(preset.updates);
    this.play.focus({ preventScroll: true });
    this.bring();
  }

  /** Bring what is seen of a run to where the page begins. */
  bring(what = this.top) { what.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth" }); }

  /** A run has come further, and perhaps shows it. */
  moved(drawn) {
    this.runs.moved();
    if (drawn) this.refresh();
  }

  refresh() {
    this.play.textContent = this.running ? "Stop" : "Run";
    this.compare.textContent = this.views.length === 1 ? "Add a second run" : "Only one run";
    this.taken.name(this.views);
    this.controls.point(this.views[this.edited]?.frame?.diverged ? this.views[this.edited].found?.[0]?.change ?? [] : []);
    const over = this.views.every(({ running, limit, frame }) => !running && limit && frame && (frame.updates >= limit || frame.diverged));
    if (over && this.same) this.presets.over();
    this.arena.classList.toggle("pg-veiled", this.asking);
    this.veil.hidden = !this.asking;
    this.leave();
    this.views.forEach((view, i) => {
      view.label.textContent = this.same ? `: ${this.presets.chosen.names[i]}` : "";
      view.tally();
    });
    this.confront();
  }

  /** Settings of one's own are told from the experiment that they began from, and what came of that is put away. */
  leave() {
    const { chosen, dropped, stage, verdict } = this.presets, own = Boolean(chosen) && !this.same;
    this.left.hidden = !own;
    verdict.hidden = own;
    const says = !own ? "" : [dropped && "The settings were changed while it ran, so nothing is said of your prediction. ", stage === "asked" ? "Its question is above; committing puts its settings back. " : "What came of it is put away: it was not of these settings. "].filter(Boolean).join("");
    if (this.left.dataset.says === (own ? chosen.id + says : "")) return;
    this.left.dataset.says = own ? chosen.id + says : "";
    this.left.replaceChildren(...(own ? [html("p", {}, html("strong", { textContent: `Your own settings, begun from the experiment “${chosen.title}”. ` }), says),
      this.button("Back to the experiment", () => this.show(settingsOf(chosen), { anew: true }))] : []));
  }

  /** Say in what two runs differ, and whether they have been trained alike. */
  confront() {
    const [a, b] = this.views, two = Boolean(b), words = two && !this.asking ? [compared(a.setting, b.setting), uneven(this.runs)].filter(Boolean) : [];
    this.pair.hidden = !words.length;
    if (this.pair.dataset.says === words.join(" ")) return;
    this.pair.dataset.says = words.join(" ");
    this.pair.replaceChildren(...words.map((textContent, i) => html("p", { textContent, className: i ? "pg-uneven" : "" })));
  }

  /** While nobody can see it nothing trains: what a hidden page would do is neither lost nor made up for. */
  hide() {
    if (document.hidden) {
      this.paused = this.running && (this.views.find(({ running }) => running).limit ?? undefined);
      this.wasRunning = this.running;
      this.views.forEach((view) => view.running && view.send({ type: "stop" }));
    } else if (this.wasRunning) {
      this.wasRunning = false;
      this.run(this.paused);
    }
  }

  /** Write the settings into the address. A change that is settled is a step which Back takes back; changing the same
   * `field` again at once, as an arrow key does that is held down, is the same step. */
  write(how = "push", field = null) {
    const settings = this.views.map(({ setting }) => setting), { chosen } = this.presets, addresses = settings.map(toAddress);
    this.same = Boolean(chosen) && settingsOf(chosen).map(toAddress).join(";;") === addresses.join(";;");
    const text = this.same ? `preset=${chosen.id}` : addresses.join(";;"), now = performance.now(), address = `#${text || "T=20"}`;
    const step = how === "push" && address !== this.address && !(field && field === this.at.field && now - this.at.time < AGAIN);
    this.address = address;
    this.at = { field, time: now };
    history[step ? "pushState" : "replaceState"]({ chosen: chosen?.id }, "", address);
    this.refresh();
  }

  /** Take the settings from the address: an experiment's, or those of one or two runs. */
  open() {
    if (location.hash === this.address) return;
    if (document.getElementById(location.hash.slice(1))) { // a way to somewhere on this page is no setting
      if (this.address) { history.replaceState({ chosen: this.presets.chosen?.id }, "", this.address); return; }
      history.replaceState(null, "", location.pathname + location.search);
    }
    const { preset, settings, amiss } = read(location.hash.slice(1), (id) => this.presets.get(id)), chosen = preset?.id ?? history.state?.chosen;
    if (chosen !== this.presets.chosen?.id) this.presets.show(chosen);
    this.show(settings ?? settingsOf(preset), { how: "replace" });
    this.amend("Not all that the address asks for is possible: ", amiss);
    if (!this.same) this.presets.drop();
  }
}

const root = document.getElementById("playground-here");
try {
  globalThis.playground = new Playground(root, JSON.parse(document.getElementById("playground-data").textContent));
} catch (error) {
  root.replaceChildren(html("p", { className: "figure-failed", role: "alert", textContent: `The Playground could not start (${error.message}).` }));
  throw error;
}
