// Experiments to predict before they run: what is asked, what one committed, and what twenty seeds gave.
import { possible, toAddress } from "../engine/settings.js";
import { agreeing, counted } from "./claims.js";
import { html } from "./draw.js";

/** What the seeds of one run of an experiment did, as one reads it. */
function inWords({ seeds }, updates) {
  const solved = seeds.filter(({ solvedAt }) => solvedAt !== null), diverged = seeds.filter(({ divergedAt }) => divergedAt !== null);
  const took = solved.map(({ solvedAt }) => solvedAt).sort((a, b) => a - b), median = took[Math.floor((took.length - 1) / 2)];
  const parts = [`${solved.length} of ${seeds.length} seeds solved it within ${updates.toLocaleString("en")} updates${took.length ? `, ${took.length > 1 ? "half of those " : ""}by update ${median.toLocaleString("en")}` : ""}`];
  if (diverged.length) parts.push(`${diverged.length} diverged`);
  return parts.join("; ");
}

const ENDS = 84; // per cent of a strip's width at which the updates end
const LANES = 4; // dots above each other, so that those of neighbours can be told apart

/** A dot for every seed of a run: over the update at which it solved the task, or beyond the line where it did not. */
function strip({ seeds }, updates, shown) {
  const sorted = seeds.toSorted((a, b) => (a.solvedAt ?? Infinity) - (b.solvedAt ?? Infinity)), late = sorted.findIndex(({ solvedAt }) => solvedAt === null);
  const near = {}; // how many there are already at about this place: the fifth stands beside the first
  return html("span", { className: "pg-strip", ariaHidden: "true" }, html("i", { style: { left: `${ENDS}%` } }), ...sorted.map(({ seed, solvedAt, divergedAt }, i) => {
    const place = Math.round((50 * solvedAt) / updates), before = near[place] ??= 0;
    near[place]++;
    const left = solvedAt === null ? `calc(${ENDS + 2.6 * Math.floor((i - late) / LANES)}% + 10px)` : `calc(${(ENDS * solvedAt) / updates}% + ${9 * Math.floor(before / LANES)}px)`;
    const kind = divergedAt !== null ? "pg-broke" : solvedAt === null ? "pg-never" : "pg-solved";
    return html("b", { className: `${kind}${seed === shown ? " pg-this" : ""}`, style: { left, top: `${(solvedAt === null ? i - late : i) % LANES * 10 + 4}px` } });
  }));
}

/** What the dots and their places stand for. */
function key({ runs }, updates, shown) {
  const diverged = runs.some(({ seeds }) => seeds.some(({ divergedAt }) => divergedAt !== null)), dot = (kind, words) => html("span", {}, html("b", { className: kind }), words);
  return html("p", { className: "pg-key", ariaHidden: "true" }, `A dot is a seed. From left to right, 0 to ${updates.toLocaleString("en")} updates; `, dot("pg-solved", "solved then"), dot("pg-never", "not solved, beyond the line"),
    ...(diverged ? [dot("pg-broke", "diverged")] : []), dot("pg-never pg-this", `ringed: seed ${shown}, the one of this page`));
}

/** The settings of an experiment's runs, from the seed that the page shows of the twenty. */
export const settingsOf = ({ settings, seed = 0 }) => settings.map((setting) => possible({ ...setting, seed }));

/** The experiments, one of them chosen or none. Its `stage` is "asked" until one has committed ("running"), has run it
 * without a prediction ("looked"), or was told what came of it ("told"). What the page would show of it before that is for
 * others to hide. */
export class Presets {
  /** `load(preset)` puts an experiment's settings up (none: one's own), `run(preset)` starts it, `changed()` hears of a
   * stage. */
  constructor({ presets, results }, { load, run, changed }) {
    Object.assign(this, { presets, results: results?.presets ?? {}, load, run, changed, chosen: null, stage: "asked", dropped: false });
    const chapters = Map.groupBy ? [...Map.groupBy(presets, ({ chapter }) => chapter)] : grouped(presets);
    this.select = html("select", { id: "pg-preset" }, html("option", { value: "", textContent: "none: your own settings" }),
      ...chapters.map(([chapter, members]) => html("optgroup", { label: members[0].chapterTitle }, ...members.map(({ id, title }) => html("option", { value: id, textContent: title })))));
    this.card = html("section", { className: "pg-card", ariaLabel: "The experiment" });
    this.verdict = html("div", { className: "pg-verdict", role: "status", tabIndex: 0, ariaLabel: "What came of it" });
    this.select.addEventListener("change", () => this.choose(this.select.value));
    this.picker = html("div", { className: "pg-choose" }, html("label", { htmlFor: "pg-preset", textContent: "Experiment" }), this.select);
  }

  get(id) { return this.presets.find((preset) => preset.id === id); }
  get asking() { return Boolean(this.chosen) && this.stage === "asked"; }

  choose(id) {
    this.show(id);
    this.load(this.chosen);
  }

  /** Ask the question of an experiment; its settings are loaded by others. */
  show(id) {
    const preset = this.get(id);
    this.select.value = preset ? id : "";
    Object.assign(this, { chosen: preset ?? null, stage: "asked", dropped: false });
    this.verdict.replaceChildren();
    this.card.replaceChildren(...(preset ? this.asked(preset) : []));
  }

  asked(preset) {
    this.answers = html("fieldset", { className: "pg-answers" }, html("legend", { textContent: preset.question }), ...preset.options.map((option, i) =>
      html("label", {}, html("input", { type: "radio", name: "pg-prediction", value: i }), ` ${option}`)));
    this.commit = html("button", { type: "button", className: "pg-main", textContent: "Commit and run", ariaDisabled: "true" });
    const hint = html("span", { className: "pg-hint", role: "status" });
    this.answers.addEventListener("change", () => { this.commit.ariaDisabled = "false"; hint.textContent = ""; });
    this.commit.addEventListener("click", () => {
      const said = this.answers.querySelector("input:checked");
      if (said) this.committed(preset, Number(said.value));
      else hint.textContent = "Choose first: a prediction made afterwards is none.";
    });
    return [html("p", { className: "pg-setup", textContent: preset.setup }), this.answers, html("p", { className: "pg-commit" }, this.commit, hint), this.source(preset)];
  }

  committed(preset, said) {
    this.leave("running");
    this.said = said;
    this.verdict.replaceChildren(this.recall(`You said: “${preset.options[said]}” It runs for ${preset.updates.toLocaleString("en")} updates.`), this.skip());
    this.run(preset);
  }

  /** One runs an experiment, or wants to see it, without having said what will come of it. */
  look() {
    if (!this.asking) return;
    this.leave("looked");
    this.verdict.replaceChildren(this.recall("Looked at without a prediction."), this.skip());
  }

  /** Its settings are changed while it runs: what comes of them does not judge what was said. */
  drop() {
    if (this.stage !== "running") return;
    this.dropped = true;
    this.verdict.replaceChildren(this.recall("The settings were changed while it ran, so nothing is said of your prediction."), this.skip());
    this.leave("looked");
  }

  leave(stage) {
    this.stage = stage;
    this.answers.disabled = true;
    this.answers.hidden = this.commit.hidden = true;
    this.changed();
  }

  /** The question once more, where it stands no longer beside its answers. */
  recall(more) { return html("p", {}, html("strong", { textContent: this.chosen.question }), ` ${more}`); }

  skip() {
    const button = html("button", { type: "button", textContent: "Show what twenty seeds gave" });
    button.addEventListener("click", () => this.tell());
    return button;
  }

  /** The runs have ended: say what came of it, if a prediction is open. */
  over() { if (this.stage === "running") this.tell(true); }

  /** Say it; where the run has just `ended` in no more room than was there, for one is looking at the map. */
  tell(ended = false) {
    const { chosen: preset, stage } = this, said = stage === "running" ? this.said : null;
    this.stage = "told";
    const details = html("details", { open: !ended }, html("summary", { textContent: "Why, and what twenty seeds gave" }), html("div", { className: "pg-why" }, html("p", { textContent: preset.outcome }), html("div", {}, ...this.evidence(preset))));
    this.verdict.replaceChildren(this.recall(said === null ? "" : `You said: “${preset.options[said]}”`), this.judgement(preset, said), details);
    this.changed();
  }

  /** Whether it came as was said, in how many of the seeds, and why. */
  judgement(preset, said) {
    const of = this.results[preset.id], agree = of ? agreeing(preset, of) : [], count = agree.filter(Boolean).length, answer = `“${preset.options[preset.answer]}”`;
    const share = of ? `${count} of ${agree.length} seeds` : "", right = said === preset.answer;
    const words = said === null ? `${share || "The answer"} gave ${answer}` : right ? `As you said${share && `, in ${share}`}.` : `Not as you said: ${share ? `${share} gave ${answer}` : answer}`;
    const other = agree.length && !agree[preset.seed ?? 0] ? " The seed shown here is one of the others." : "";
    return html("p", { className: said === null ? "" : right ? "pg-right" : "pg-wrong" }, html("strong", { textContent: words }), other);
  }

  /** What the seeds did, run by run, in words and as a picture, and then whatever else the answer is about. */
  evidence(preset) {
    const of = this.results[preset.id];
    if (!of) return [html("p", { textContent: "No seeds have been run outside the page for it." })];
    const two = of.runs.length > 1, shown = preset.seed ?? 0;
    const rows = of.runs.map((run, i) => html("li", {}, `${two ? `run ${"AB"[i]}, ` : ""}${preset.names[i]}: ${inWords(run, preset.updates)}.`, strip(run, preset.updates, shown)));
    const more = counted(preset, of).map(([count, words, run]) => html("li", { textContent: `${two && !words.startsWith("run ") ? `run ${"AB"[run]}: ` : ""}${words} in ${count} of ${of.runs[run].seeds.length} seeds.` }));
    return [html("p", { textContent: "Twenty seeds with the same engine, outside the page; as 50 losses make a mean, none is solved before update 50:" }), html("ul", {}, ...rows, ...more), key(of, preset.updates, shown)];
  }

  source(preset) {
    return html("p", { className: "pg-source" }, "Derived in ", html("a", { href: preset.href, textContent: preset.chapterTitle }), ".");
  }

  /** What is known of a setting whatever its seed, by its address: how many seeds solved it. Nothing while it is the
   * chosen experiment's and its answer is open. */
  seedsOf(address) {
    const place = ({ settings }) => settings.findIndex((setting) => toAddress({ ...possible(setting), seed: 0 }) === address);
    if (this.chosen && this.stage !== "told" && place(this.chosen) >= 0) return null;
    for (const preset of this.presets) {
      const at = place(preset), of = this.results[preset.id];
      if (at >= 0 && of) return { solved: of.runs[at].seeds.filter(({ solvedAt }) => solvedAt !== null).length, of: of.runs[at].seeds.length, updates: preset.updates };
    }
    return null;
  }
}

function grouped(presets) {
  const groups = new Map();
  for (const preset of presets) groups.set(preset.chapter, [...(groups.get(preset.chapter) ?? []), preset]);
  return [...groups];
}
