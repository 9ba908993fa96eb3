// What comes of a setting: a run of so many updates, in a few numbers. `node playground/reproduce.mjs` gathers them over
// seeds, for what the presets claim.
import { reachOf } from "../../rnnlib/figures/interactive/diagnosis.js";
import { WINDOW } from "./settings.js";
import { kept } from "./spectra.js";
import { Run } from "./training.js";

/** How far the gradient of a run reaches: the first lag at which less than a thousandth is left (null: none), what is left
 * at the lag that the task needs at least, and in how many steps back it grows tenfold (null: it does not); where gates
 * keep the state, how much of it the unit that keeps most keeps a step, on average. */
function reach(run) {
  const { lags, gone, zero, tenfold } = reachOf(run.pass.reach(run.batch)), { needs } = run.task;
  const first = [gone, zero].filter((lag) => lag !== null), number = (x) => (Number.isFinite(x) ? Number(x.toPrecision(3)) : null);
  const most = run.model.cell.addKept && { kept: number(Math.max(...kept(run.pass.windows.map(({ tape }) => tape)))) };
  return { below: first.length ? Math.min(...first) : null, left: needs ? number(lags[needs[0]]) : null, tenfold: tenfold && number(tenfold), ...most };
}

export function outcome(setting, updates) {
  const run = new Run(setting), { log } = run;
  let start = null;
  for (let i = 0; i < updates && run.update(); i++) start ??= reach(run);
  const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length, last = log.loss.slice(-WINDOW);
  return {
    seed: setting.seed, updates: run.updates, solvedAt: run.solvedAt, divergedAt: run.diverged?.update ?? null,
    share: Number((mean(last) / run.baseline).toPrecision(3)), clipped: mean(log.fraction.map((fraction) => Number(fraction > 0))), start, end: reach(run),
  };
}
