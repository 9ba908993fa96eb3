// Experiments to predict before they run: what is asked, what one committed, and what twenty seeds gave.
import { possible, toAddress } from "../engine/settings.js";
import { html } from "./draw.js";

/** What the seeds of one run of an experiment did, as one reads it. */
function inWords({ seeds }, updates) {
  const solved = seeds.filter(({ solvedAt }) => solvedAt !== null), diverged = seeds.filter(({ divergedAt }) => divergedAt !== null);
  const took = solved.map(({ solvedAt }) => solvedAt).sort((a, b) => a - b), median = took[Math.floor((took.length - 1) / 2)];
  const parts = [`${solved.length} of ${seeds.length} seeds solved it within ${updates.toLocaleString("en")} updates${took.length ? `, half of those by update ${median}` : ""}`];
  if (diverged.length) parts.push(`${diverged.length} diverged`);
  return parts.join("; ");
}

export class Presets {
  /** `load(preset)` puts an experiment's settings up; `run(preset)` starts it. */
  constructor({ presets, results }, { load, run }) {
    Object.assign(this, { presets, results: results?.presets ?? {}, load, run });
    const chapters = Map.groupBy ? [...Map.groupBy(presets, ({ chapter }) => chapter)] : grouped(presets);
    this.select = html("select", { id: "pg-preset" }, html("option", { value: "", textContent: "none: your own settings" }),
      ...chapters.map(([chapter, members]) => html("optgroup", { label: members[0].chapterTitle }, ...members.map(({ id, title }) => html("option", { value: id, textContent: title })))));
    this.card = html("div", { className: "pg-card" });
    this.select.addEventListener("change", () => this.choose(this.select.value));
    this.root = html("section", { className: "pg-presets", ariaLabel: "Experiments" }, html("div", { className: "pg-choose" }, html("label", { htmlFor: "pg-preset", textContent: "Experiment" }), this.select), this.card);
  }

  get(id) { return this.presets.find((preset) => preset.id === id); }

  choose(id) {
    this.show(id);
    const preset = this.get(id);
    if (preset) this.load(preset);
  }

  /** Put the card of an experiment up; its settings are loaded by others. */
  show(id) {
    const preset = this.get(id);
    this.select.value = preset ? id : "";
    this.chosen = preset ?? null;
    this.card.replaceChildren(...(preset ? this.asked(preset) : []));
  }

  asked(preset) {
    const answers = html("fieldset", { className: "pg-answers" }, html("legend", { textContent: preset.question }), ...preset.options.map((option, i) =>
      html("label", {}, html("input", { type: "radio", name: "pg-prediction", value: i }), ` ${option}`)));
    const commit = html("button", { type: "button", className: "pg-main", textContent: "Commit and run", ariaDisabled: "true" });
    const verdict = html("div", { className: "pg-verdict", role: "status" });
    answers.addEventListener("change", () => { commit.ariaDisabled = "false"; });
    commit.addEventListener("click", () => {
      const chosen = answers.querySelector("input:checked");
      if (!chosen) { verdict.textContent = "Choose first: a prediction made afterwards is none."; return; }
      verdict.replaceChildren();
      for (const input of answers.querySelectorAll("input")) input.disabled = true;
      commit.hidden = true;
      this.pending = { preset, verdict, chosen: Number(chosen.value) };
      this.run(preset);
      verdict.append(html("p", { textContent: `You said: ${preset.options[this.pending.chosen]} It runs for ${preset.updates.toLocaleString("en")} updates.` }), this.skip());
    });
    return [html("p", { className: "pg-setup", textContent: preset.setup }), answers, commit, verdict, this.source(preset)];
  }

  skip() {
    const button = html("button", { type: "button", textContent: "Show what twenty seeds gave" });
    button.addEventListener("click", () => this.reveal());
    return button;
  }

  /** Say what came of it, if a prediction is open: called when the runs have ended. */
  reveal() {
    if (!this.pending) return;
    const { preset, verdict, chosen } = this.pending, right = chosen === preset.answer;
    this.pending = null;
    verdict.replaceChildren(
      html("p", { className: right ? "pg-right" : "pg-wrong" }, html("strong", { textContent: right ? "As you said. " : "Not as you said. " }), preset.outcome),
      ...this.evidence(preset));
  }

  /** What the seeds did, run by run. */
  evidence(preset) {
    const of = this.results[preset.id];
    if (!of) return [html("p", { textContent: "No seeds have been run outside the page for it." })];
    return [html("p", { textContent: "Twenty seeds with the same engine, outside the page:" }), html("ul", {}, ...of.runs.map((run, i) => html("li", { textContent: `${of.runs.length > 1 ? `run ${"AB"[i]}, ` : ""}${preset.names[i]}: ${inWords(run, preset.updates)}.` })))];
  }

  source(preset) {
    return html("p", { className: "pg-source" }, "Derived in ", html("a", { href: preset.href, textContent: preset.chapterTitle }), ".");
  }

  /** What is known of a setting whatever its seed, by its address: how many seeds solved it. */
  seedsOf(address) {
    for (const preset of this.presets) {
      const at = preset.settings.findIndex((setting) => toAddress({ ...possible(setting), seed: 0 }) === address), of = this.results[preset.id];
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
