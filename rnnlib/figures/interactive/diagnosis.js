// What is wrong with a training run, in a sentence computed from what was measured: used by the Playground and by the
// widget over a log. Nothing is said that a number does not show.

// Below this share of its size at lag 0 a gradient counts as gone.
export const GONE = 1e-3;
// A loss counts as that of a predictor without memory within this share of it.
const NEAR = 0.1;
// A task is solved while the mean loss is below this share of the baseline; it was lost for a while at twice that.
const SOLVED = 0.1;

// With word joiners, or a line may break before the bar that closes it.
const DELTA = "|\u2060δ\u2060|";
const power = (n) => String(n).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
const counted = (whole) => whole.toLocaleString("en");
/** A size with two digits, a power of ten where it is far from one. */
export function amount(x) {
  if (x === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(x)) + 1e-12);
  if (exponent < -3 || exponent > 4) return `${(x / 10 ** exponent).toFixed(1)} × 10${power(exponent)}`;
  return (exponent < 3 ? x.toFixed(Math.max(0, 1 - exponent)) : counted(Math.round(x))).replace("-", "−");
}
const percent = (share) => (share < 0.01 ? `${amount(100 * share)} %` : `${Math.round(100 * share)} %`);
const steps = ([from, to]) => (from === to ? `${from} step${from === 1 ? "" : "s"}` : `${from} to ${to} steps`);

/** Of sizes over lag 0, 1, .., as far as they are finite: relative to lag 0; from which lag on they are exactly 0 (null: nowhere), the first lag at
 * which less than a thousandth is left of what is not 0, and how many steps back it takes to grow tenfold (null: it
 * does not grow that much). */
export function reachOf(sizes) {
  const over = sizes.findIndex((size) => !Number.isFinite(size)), finite = over < 0 ? sizes : sizes.slice(0, over);
  const lags = Array.from(finite, (size) => size / sizes[0]), end = lags.findLastIndex((share) => share > 0) + 1;
  const gone = lags.findIndex((share) => share < GONE && share > 0);
  const grown = end > 1 ? Math.log10(lags[end - 1]) : 0;
  return { lags, zero: end < lags.length ? end : null, gone: gone < 0 ? null : gone, tenfold: grown >= 1 ? (end - 1) / grown : null };
}

/** Sentences on a run, the most telling first, each with its `kind`. What was measured:
 *
 * - `update`, how many were made; `share`, the mean loss of the last `window` of them over the memoryless baseline (null
 *   if there is none);
 * - `sizes`, |delta| over lag 0, 1, .. of the loss of the last step (null: not known, as for a loss at every step);
 * - `needs`, [from, to], how many steps back the task has to look, or null; `within`, whether that is only the lag within
 *   which nine in ten of its causes lie;
 * - `clipped`, the fraction of the last `window` updates in which something was clipped; `mean`, whether the loss is
 *   known to be a mean over what is scored;
 * - `cut`, whether the gradient is truncated, and `carried`, whether the state crosses a cut; `solvedAt`, the `first`
 *   loss over the baseline, before any update, and the `worst` mean of a window since it was solved, { update, share }; `diverged` ({ update, what, norm }, the last finite norm),
 *   and then `sizesAt`, after how many updates `sizes` were seen, where they are older than the last;
 * - `seeds` ({ solved, of, updates }) of these very settings, or null. */
export function diagnose(measured) {
  if (measured.diverged) return [ofDivergence(measured)];
  const reach = measured.sizes && measured.sizes[0] > 0 ? reachOf(measured.sizes) : null;
  return [reach && ofReach(reach, measured), ofLoss(reach, measured), ofClipping(measured), ofSeeds(measured)].filter(Boolean);
}

const inOneSentence = (text) => text[0].toUpperCase() + text.slice(1);

function ofReach({ lags, zero, gone, tenfold }, { needs, within, cut, carried }) {
  const asked = !needs ? "" : within ? `; nine in ten causes lie within ${steps(needs)}` : `; the task needs ${steps(needs)}`;
  if (tenfold) return { kind: "exploding", text: `Exploding: ${DELTA} grows tenfold every ${tenfold < 10 ? tenfold.toFixed(1) : Math.round(tenfold)} steps back.` };
  if (zero !== null && needs && zero <= needs[1] && (gone === null || gone >= zero)) {
    const held = cut && carried ? " The state is carried across the cut, so what it happens to hold can still be used." : "";
    return { kind: within ? "fading" : cut ? "cut" : "dead", text: `${cut ? "Cut: from" : "From"} ${steps([zero, zero])} back on ${DELTA} is exactly 0${cut ? "" : ", though nothing cuts it: weights or slopes on its way let nothing through"}${asked}.${held}` };
  }
  if (gone !== null) {
    const short = needs && gone <= needs[1];
    const text = `${steps([gone, gone])} back ${DELTA} is below a thousandth of what it was${asked}.`;
    return { kind: short ? (gone <= needs[0] && !within ? "vanishing" : "fading") : "reach", text: inOneSentence(text) };
  }
  const lag = needs ? Math.min(needs[1], lags.length - 1) : (zero ?? lags.length) - 1;
  const left = lags[lag] > 1.005 ? `is ${amount(lags[lag])} times what it was` : `still has ${percent(lags[lag])} of its size`;
  return { kind: "reach", text: `The gradient reaches: ${steps([lag, lag])} back ${DELTA} ${left}${asked}.` };
}

/** How the loss went on after the task was solved, where it did not stay so. */
function ofRelapse({ update, share, window, worst }) {
  const level = (mean, of) => (mean < 1 ? `${percent(mean)} of ${of}` : `${amount(mean)} times ${of}`), stayed = " It did not stay there: ";
  if (worst && worst.share >= 2 * SOLVED && worst.share > share) return `${stayed}after ${counted(worst.update)} updates it was ${level(worst.share, "the baseline")}; now, after ${counted(update)}, ${level(share, "it")}.`;
  return share < SOLVED ? "" : `${stayed}the mean of the last ${window} is ${level(share, "the baseline")}, after ${counted(update)} updates.`;
}

function ofLoss(reach, measured) {
  const { update, share, window, solvedAt, needs } = measured;
  if (share === null || share === undefined) return null;
  if (update < window) return { kind: "early", text: `${update === 0 ? "No update yet" : `Only ${update} update${update === 1 ? "" : "s"} so far`}: too early to speak of the loss.` };
  if (solvedAt !== null) {
    const since = reach?.gone != null && needs && reach.gone <= needs[1] && solvedAt < update
      ? ` How far ${DELTA} reaches is said of now, not of the updates that solved it.` : "";
    return { kind: share < SOLVED ? "solved" : "lost", text: `Solved after ${counted(solvedAt)} updates: the mean loss of ${window} ${measured.first < SOLVED ? "is below a tenth of the baseline, and was so at the first batch, before any update" : "fell below a tenth of the baseline"}.${ofRelapse(measured)}${since}` };
  }
  const over = `after ${counted(update)} updates`;
  if (share > 1 + NEAR) return { kind: "above", text: `The loss is ${amount(share)} times that of a predictor without memory, ${over}.` };
  if (share < 1 - NEAR) return { kind: "learning", text: `The loss is ${percent(share)} of what a predictor without memory reaches, ${over}.` };
  const reaches = reach && needs && reach.tenfold === null && (reach.gone === null || reach.gone > needs[1]) && reach.lags[Math.min(needs[1], reach.lags.length - 1)] >= GONE;
  return { kind: "baseline", text: `The loss is still that of a predictor without memory, ${over}${reaches ? ": that the gradient reaches has not been enough so far" : ""}.` };
}

function ofClipping({ update, clipped, window, mean }) {
  if (!clipped || update < window) return null;
  if (clipped < 1) return clipped >= 0.5 ? { kind: "often clipped", text: `${percent(clipped)} of the last ${window} updates were clipped.` } : null;
  const causes = mean ? "look at the rate and at the threshold (the loss is a mean, not a sum)" : "the rate, the threshold, or a summed loss";
  return { kind: "clipped", text: `Clipped at each of the last ${window} updates: ${causes}.` };
}

function ofSeeds({ seeds, update }) {
  if (!seeds) return null;
  const more = update > seeds.updates ? `; this run has made ${counted(update)}` : "";
  return { kind: "seeds", text: `With these settings ${seeds.solved} of ${seeds.of} seeds solved it within ${counted(seeds.updates)} updates${more}.` };
}

/** Which settings to change follows from what was seen last: a message that grew on its way back, or only a long step. */
function ofDivergence({ diverged: { update, what, norm }, sizes, sizesAt, clip }) {
  const reach = sizes && sizes[0] > 0 && Number.isFinite(sizes[0]) ? reachOf(sizes) : null, grew = reach?.tenfold;
  const before = norm === null ? "" : ` (the gradient's last norm was ${amount(norm)})`;
  const seen = sizesAt === undefined ? "" : `, as last looked at after ${counted(sizesAt)} updates`;
  const grown = grew && `${DELTA} had been growing tenfold every ${grew < 10 ? grew.toFixed(1) : Math.round(grew)} steps back${seen}. `;
  const why = grown || (reach ? `${DELTA} had not been growing on its way back${seen}, so the steps were too long. ` : "");
  const change = [...(clip === "none" ? ["clip"] : []), ...(grew ? ["gain", "cell"] : []), "rate"];
  const named = { clip: "turn clipping on", gain: "start W smaller", cell: "take a cell that saturates", rate: "lower the rate" };
  const advice = inOneSentence(change.map((one) => named[one]).join(", or "));
  return { kind: "diverged", change, text: `Stopped at update ${counted(update)}: the ${what} is no longer a finite number${before}. ${why}${advice}.` };
}
