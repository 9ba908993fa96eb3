// Two runs beside each other: they train together, and what is not alike between them is said.
import { FIELDS } from "../engine/settings.js";
import { number } from "./draw.js";

// One may be ahead of the other by what it makes in so long, while both train: longer than a message takes there and back.
const LEAD = 0.4; // seconds
const LEADS = [12, 240]; // updates, at least and at most
const MEASURED = 300; // milliseconds over which it is measured how fast they are

/** Two runs, or one. Each view knows how many updates it has `made`, but for the last few of those under way. */
export class Pair {
  constructor(views) { Object.assign(this, { views, lead: LEADS[0], slow: false, since: null, levelling: null, abreast: false }); }

  /** Those that can still train. */
  get able() { return this.views.filter((view) => !view.diverged); }
  get two() { return this.able.length === 2; }
  get least() { return Math.min(...this.able.map(({ made }) => made)); }
  get most() { return Math.max(...this.able.map(({ made }) => made)); }
  get behind() { return this.able.filter(({ made }) => made === this.least); }
  /** How many updates an axis has to hold. */
  get longest() { return Math.max(0, ...this.able.map(({ limit, loss }) => Math.max(limit ?? 0, loss.length))); }
  get going() { return this.views.filter(({ running }) => running); }
  /** Whether one has yet to come to where the other is. */
  get apart() { return this.two && this.most - this.least > 2 * this.lead; }
  /** Whether they have trained in step: when the lead becomes shorter, one is for a moment further ahead than it may be. */
  abreastStill() { return this.two && (!this.apart || (this.abreast && this.most - this.least <= 2 * LEADS[1])); }
  other(view) { return this.views.find((one) => one !== view); }
  /** A slow pace is watched update by update. */
  holdOf(view) { return this.two ? this.other(view).made + (this.slow ? 1 : this.lead) : Infinity; }

  /** Train on; who has made fewer updates comes first. */
  run(to) {
    this.levelling = null;
    const [done, left] = [true, false].map((is) => this.able.filter(({ made }) => (made >= (to ?? Infinity)) === is));
    done.forEach((view) => { view.limit = to; });
    this.abreast = !this.apart;
    left.forEach((view) => view.run(to, this.holdOf(view)));
  }

  /** One of them has come further: the other may, too. */
  moved() {
    this.abreast = this.abreastStill();
    this.measure();
    if (this.levelling && this.views.every(({ heard, order }) => heard === order)) this.level();
    this.going.forEach((view) => view.send({ type: "hold", hold: this.holdOf(view) }));
  }

  measure() {
    const now = performance.now(), { since, least } = this;
    if (since && now - since.at < MEASURED) return;
    if (since && this.going.length) this.lead = Math.min(Math.max(Math.round((LEAD * 1000 * (least - since.made)) / (now - since.at)), LEADS[0]), LEADS[1]);
    this.since = { at: now, made: least };
  }

  /** Stop both, `then` have the one that is a little behind make as many updates; one that has yet to come to where the
   * other is stops where it is. */
  stop(then = () => {}) {
    const { going } = this;
    this.levelling = this.abreastStill() && going.length === 2 ? then : null;
    going.forEach((view) => view.stop());
  }

  level() {
    const then = this.levelling, { most } = this;
    this.levelling = null;
    this.able.filter(({ made }) => made < most).forEach((view) => view.even(most));
    then();
  }

  /** One update of each, or of the one that is behind. */
  one() {
    if (this.going.length === 2 && this.abreastStill()) this.stop(() => this.able.forEach((view) => view.one()));
    else {
      const { behind } = this;
      this.stop();
      behind.forEach((view) => view.one());
    }
  }
}

const shown = (name, value) => (FIELDS[name].kind === "choice" ? FIELDS[name].values[value] : FIELDS[name].kind === "pasted" ? "another" : number(value, 6));

/** The fields that mean something in either setting and are not alike. */
export const differences = (a, b) => Object.keys(FIELDS).filter((name) => a[name] !== b[name] && (FIELDS[name].when(a) || FIELDS[name].when(b)));

/** In what two settings differ, and what that means for whoever compares them. */
export function compared(a, b) {
  const names = differences(a, b), seeds = names.includes("seed"), rest = names.filter((name) => name !== "seed"), both = rest.filter((name) => FIELDS[name].when(a) && FIELDS[name].when(b));
  if (!names.length) return "Both runs have the same settings and the same seed: they do the same. Change something in one of them.";
  const value = (setting, name) => (FIELDS[name].when(setting) ? shown(name, setting[name]) : "none");
  const each = names.map((name) => `${FIELDS[name].label} ${value(a, name)} in A, ${value(b, name)} in B`).join("; ");
  const caution = seeds && !rest.length ? " What comes out differently is chance." : seeds ? " With another seed, chance is part of what comes out differently." : both.length > 1 ? " What comes out differently may be due to any of these." : "";
  return `The runs differ in ${each}.${caution}`;
}

/** What is to be said where the two have not been trained alike, or "". */
export function uneven(pair) {
  const { views } = pair, gone = views.filter((view) => view.diverged), count = ({ name, made }) => `run ${name} has made ${made.toLocaleString("en")} update${made === 1 ? "" : "s"}`;
  if (gone.length) return views[0].made === views[1].made ? "" : `Not equally trained: ${gone.map(({ name }) => `run ${name} broke off`).join(", ")}; what is said of the other is of another number of updates.`;
  if (views.some(({ running }) => running)) return pair.apart ? `Not yet equally trained: run ${pair.other(pair.behind[0]).name} waits until run ${pair.behind[0].name} has made as many updates.` : "";
  return views[0].made === views[1].made ? "" : `Not equally trained: ${views.map(count).join(", ")}. Run and One update go on with run ${pair.behind[0].name} first.`;
}
