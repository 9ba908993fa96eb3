// Two words on a run, beside its sentence: what becomes of the gradient, and how far the task is. From the same kinds.
const steps = (n) => `${n} step${n === 1 ? "" : "s"}`;

const OF_GRADIENT = {
  vanishing: ["gone before the cause", "bad", "below a thousandth"], fading: ["does not reach the farthest cause", "bad"], exploding: ["explodes", "bad"],
  cut: ["cut before the cause", "bad"], dead: ["0 before the cause", "bad"], reach: ["reaches the cause", "good", "above a thousandth"],
};
const OF_TASK = {
  early: ["too early to tell", "plain"], baseline: ["nothing learnt yet", "plain"], above: ["worse than without memory", "bad"],
  learning: ["partly learnt", "plain"], solved: ["solved", "good"], lost: ["was solved, is not now", "bad"], diverged: ["diverged", "bad"],
};

/** Return `[what, words, "good" | "bad" | "plain", by which bound]` for what `diagnose` found. The cause lies at the lags that the task
 * needs; where none are known it is said how far. */
export function tagsOf(found, { needs, reach }) {
  const tag = (what, table) => {
    const kind = found.map((one) => one.kind).find((one) => one in table);
    return kind && [what, ...table[kind]];
  };
  const far = !needs && reach && reach.tenfold === null && ["Gradient", `reaches ${steps((reach.gone ?? reach.zero ?? reach.lags.length) - 1)}`, "plain", "above a thousandth"];
  return [tag("Task", OF_TASK), far || tag("Gradient", OF_GRADIENT)].filter(Boolean);
}
