// What one sees of a run: its loss, how far the gradient reaches, eigenvalues or gates, norms, and one sequence.
import { amount, reachOf } from "../../rnnlib/figures/interactive/diagnosis.js";
import { paintReach } from "../../rnnlib/figures/interactive/reach_map.js";
import { bins, clamp, html, number, Panel, powerOfTen, ticks } from "./draw.js";

const box = (width, height, { left = 46, right = 12, top = 12, bottom = 36 } = {}) => ({ x: left, y: top, width: width - left - right, height: height - top - bottom });
const along = ({ x, width }, most) => (update) => x + (update / most) * width;
const logarithmic = ({ y, height }, low, high) => (value) => y + height * clamp((high - Math.log10(value)) / (high - low), 0, 1);
/** Whole powers of ten around what bins show, at least from `low` to `high`. */
const decadesOf = (binned, low, high) => {
  const power = (values, round, edge) => values.map((value) => round(Math.log10(value))).filter(Number.isFinite).concat(edge);
  return [Math.min(...power(binned.map((bin) => bin.low), Math.floor, low)), Math.max(...power(binned.map((bin) => bin.high), Math.ceil, high))];
};
/** Updates along the axis: up to where runs are to go, the same for both of two, or to where this one broke off. */
const span = (view) => (view.frame.diverged ? Math.max(view.loss.length, 4) : Math.max(view.along(), 40));
const sample = (length, count = 40) => Array.from({ length: Math.min(length, count) }, (_, i) => Math.round((i * (length - 1)) / Math.max(1, Math.min(length, count) - 1)));

/** What two runs show, so that both have the same axis. */
const alike = (view, values) => view.peers.filter(({ frame }) => frame).flatMap((one) => bins(values(one), 400));

export function lossPanel(view) {
  return new Panel("Loss over the memoryless baseline", "1 is the least that a predictor without memory can expect; solved is a mean of 50 below 0.1.", 190, () => view.frame, (pen, width, height) => {
    const shares = view.loss.map((loss) => loss / view.frame.baseline), means = view.mean.map((loss) => loss / view.frame.baseline);
    const area = box(width, height, { top: 24 }), binned = bins(shares, area.width / 2), [low, high] = decadesOf(alike(view, ({ loss, frame }) => loss.map((one) => one / frame.baseline)), -3, 1);
    const X = along(area, span(view)), Y = logarithmic(area, low, high);
    pen.key(area.x, 13, [["blue-band", "each update"], ["blue", "mean of 50"]]);
    pen.decades(area, low, high, Y, Math.ceil((high - low) / 5));
    pen.updates(area, span(view), X);
    pen.line([[area.x, Y(1)], [area.x + area.width, Y(1)]], "rule");
    pen.line([[area.x, Y(0.1)], [area.x + area.width, Y(0.1)]], "rule dashed");
    const edge = [...binned.map(({ at, low }) => [X(at), Y(low)]), ...binned.toReversed().map(({ at, high }) => [X(at), Y(high)])];
    pen.line(edge, "blue-band");
    pen.line(sample(means.length, area.width).map((i) => [X(i), Y(means[i])]), "blue");
    pen.text(area.x + area.width, Y(1) - 5, "without memory", "small end over-paper");
    if (Y(0.1) - Y(1) > 16) pen.text(area.x + area.width, Y(0.1) - 5, "solved", "small end over-paper");
    const { solvedAt } = view.frame;
    if (solvedAt) pen.add("circle", { class: "blue-dot", cx: X(solvedAt - 1), cy: Y(means[solvedAt - 1]), r: 5 });
    pen.say(shares.length ? `Loss over ${shares.length.toLocaleString("en")} updates: now ${amount(view.frame.share)} of the memoryless baseline.` : "No update yet.");
  }, () => [["update", "loss", "of the baseline"], ...sample(view.loss.length).map((i) => [i, number(view.loss[i]), number(view.loss[i] / view.frame.baseline)])]);
}

export function reachPanel(view, colour) {
  let place = null; // of the pointer on the map: update and lag
  const panel = new Panel("How far the gradient reaches back: |δ|", "A column is an update; downwards, what is left of |\u2060δ\u2060| so many steps back from the last.", 300, () => view.frame, (pen, width, height) => {
    const { frame, columns } = view, T = frame.steps, area = box(width, height, { left: 46, right: 12, top: 22, bottom: 66 });
    const X = along(area, span(view)), Y = (lag) => area.y + ((lag + 0.5) / T) * area.height;
    place = ({ offsetX, offsetY }) => [Math.floor(((offsetX - area.x) / area.width) * span(view) / frame.every), Math.floor(((offsetY - area.y) / area.height) * T)];
    pen.add("rect", { class: "zero", x: area.x, y: area.y, width: area.width, height: area.height });
    const shown = columns.length ? columns.map(({ sizes }) => sizes) : [frame.sizes];
    if (shown[0][0] > 0) {
      paintReach(pen.canvas, shown, colour);
      pen.place({ ...area, width: columns.length ? Math.max(2, X(columns.length * frame.every) - area.x) : Math.min(14, area.width) });
    }
    pen.updates(area, span(view), X);
    const needs = frame.needs ?? [], free = (lag) => needs.every((one) => Math.abs(Y(one) - Y(lag)) > 13);
    for (const lag of ticks(T - 1, 5).filter(free)) pen.text(area.x - 6, Y(lag) + 4, String(lag), "muted end");
    pen.text(2, area.y - 9, width < 400 ? "steps back" : "steps back from the last", "muted");
    if (frame.needs) needed(pen, area, Y, needs, view.within);
    if (view.reach?.gone) mark(pen, area.x + area.width + 1, Y(view.reach.gone));
    key(pen, colour, width < 420 ? 2 : area.x, height - 26, width < 420 ? 2.2 : 3);
    if (view.reach?.gone) marked(pen, area.x, area.y + area.height + 30);
    pen.say(view.sentence);
  }, () => {
    const T = view.frame.steps, lags = sample(T, 12), at = sample(view.columns.length, 24);
    return [["update", ...lags.map((lag) => `${lag} back`)], ...at.map((i) => [view.columns[i].update, ...lags.map((lag) => number(view.columns[i].sizes[lag] / view.columns[i].sizes[0], 2))])];
  });
  panel.stage.addEventListener("pointermove", (event) => {
    const [i, lag] = place?.(event) ?? [], { update, sizes } = view.columns[i] ?? {};
    panel.tools.textContent = sizes?.[lag] === undefined ? "" : `update ${update}, ${lag} back: ${amount(sizes[lag] / sizes[0])}`;
  });
  panel.stage.addEventListener("pointerleave", () => { panel.tools.textContent = ""; });
  return panel;
}

/** The lags that the task needs: lines around them, and what they are above the map, where nothing is covered. */
function needed(pen, area, Y, [from, to], within) {
  const right = area.x + area.width, both = (points) => ["casing", "need"].forEach((kind) => pen.line(points, kind)), lags = [...new Set([from, to])];
  const words = pen.text(right, area.y - 9, within ? `nine in ten causes: within ${to} steps` : `the task needs ${from === to ? from : `${from} to ${to}`} steps`, "end"), left = right - words.getComputedTextLength() - 6;
  both([[left - 18, area.y - 13], [left, area.y - 13]]);
  for (const edge of [within ? to + 0.5 : from - 0.5, to + 0.5]) both([[area.x, Y(edge)], [right, Y(edge)]]);
  lags.forEach((lag, i) => {
    if (!i || Y(lag) - Y(from) > 12) pen.text(area.x - 6, Y(lag) + 4, String(lag), "end bold");
  });
}

/** A mark beside the map, that points at it. */
const mark = (pen, x, y) => pen.add("path", { class: "mark", d: `M${x} ${y}l7 -5v10z` });

/** The colours and what they stand for. */
function key(pen, colour, x, y, wide) {
  const powers = Array.from({ length: 46 }, (_, i) => -6 + 0.2 * i);
  pen.text(x, y + 9, "of |δ| at lag 0:", "muted small");
  const start = x + 100;
  powers.forEach((power, i) => pen.add("rect", { x: start + i * wide, y, width: wide + 0.5, height: 9, style: `fill: rgb(${colour(10 ** power).join(" ")})` }));
  for (const power of [-6, -3, 0, 3]) pen.text(start + ((power + 6) / 0.2) * wide, y + 20, powerOfTen(power), "muted small middle");
  pen.add("path", { class: "zero edge", d: `M${start + 46 * wide + 14} ${y}h12v9h-12zm0 9l12 -9` });
  pen.text(start + 46 * wide + 30, y + 9, "exactly 0", "muted small");
}

/** What the mark at the map's right edge stands for. */
function marked(pen, x, y) {
  mark(pen, x, y - 4);
  pen.text(x + 12, y, "newest column: below a thousandth", "muted small");
}

export function normPanel(view) {
  return new Panel("Norm of the gradient", "Of all weights, before and after clipping.", 190, () => view.frame, (pen, width, height) => {
    const { before, after } = view, area = box(width, height, { top: 24 }), [low, high] = decadesOf(alike(view, (one) => one.before.filter((norm) => norm > 0)), -1, 0);
    const X = along(area, span(view)), Y = logarithmic(area, low, high), { clip, theta } = view.setting;
    pen.decades(area, low, high, Y, Math.ceil((high - low) / 6));
    pen.updates(area, span(view), X);
    const curve = (values) => bins(values, area.width).map(({ at, high: most }) => [X(at), Y(Math.max(most, 1e-300))]);
    pen.line(curve(before), "vermilion");
    if (clip !== "none") {
      pen.line(curve(after), "blue");
      if (clip === "norm") { pen.line([[area.x, Y(theta)], [area.x + area.width, Y(theta)]], "rule dashed"); pen.text(area.x + area.width, Y(theta) - 5, `θ = ${number(theta)}`, "small end"); }
    }
    pen.key(area.x, 13, [["vermilion", clip === "none" ? "norm (nothing is clipped)" : "before clipping"], ...(clip === "none" ? [] : [["blue", "after"]])]);
    pen.say(before.length ? `Norm of the gradient: ${amount(before.at(-1))} before clipping, ${amount(after.at(-1))} after.` : "No update yet.");
  }, () => [["update", "before", "after", "shortened"], ...sample(view.before.length).map((i) => [i, number(view.before[i]), number(view.after[i]), number(view.fraction[i], 2)])]);
}

/** What a step multiplies by along an eigenvector of W of eigenvalue λ, where slopes are 1: a + b λ. */
export const linear = ({ cell, kappa }) => ({ residual: [1, 1], leaky: [kappa, 1 - kappa] })[cell] ?? [0, 1];
const KINDS = { W: "Eigenvalues of W", J: "Eigenvalues of the step Jacobian", gates: "Gates, as time-scales 1/(1 − f)" };
const ABOUT = (kind, cell) => ({
  W: cell === "residual" || cell === "leaky" ? `${cell === "leaky" ? "κ + (1 − κ) λ" : "1 + λ"} for each eigenvalue λ of W: what a step multiplies by, along its eigenvector, where slopes are 1. Orange grows, blue shrinks.` : "W alone multiplies along an eigenvector by λ at a step: orange grows, blue shrinks.",
  J: `Of the derivatives of ${cell === "lstm" ? "(h, c), state and memory together, at the last step with respect to (h, c)" : "h at the last step with respect to h"} one step before, in the sequence shown below: orange grows, blue shrinks.`,
  gates: `${cell === "leaky" ? "A unit keeps the share f = κ of its state h at a step" : `A unit keeps the share f of its ${cell === "lstm" ? "memory c" : "state h"} at a step (f: a mean over all steps and sequences of the batch)`}, and so keeps it for about 1/(1 − f) steps. ${cell === "mingru" ? "The gradient has no other way back." : `That is the reach of this path${cell === "lstm" ? ", the carousel," : ""} alone: the gradient also comes back through the recurrent weights, and may reach further.`}`,
})[kind];
export function spectrumPanel(view, choose) {
  const select = html("select", { ariaLabel: "What to show of the recurrence" });
  const panel = new Panel(KINDS.W, ABOUT("W"), 300, () => view.frame, (pen, width, height) => {
    const { spectrum } = view;
    if (!spectrum) return;
    pen.title.textContent = spectrum.kind === "W" ? { residual: "Eigenvalues of I + W", leaky: "Eigenvalues of κI + (1 − κ)W" }[view.setting.cell] ?? KINDS.W : KINDS[spectrum.kind];
    pen.about.textContent = ABOUT(spectrum.kind, view.setting.cell);
    (spectrum.kind === "gates" ? gates : plane)(pen, width, height, view);
  }, () => view.spectrum?.kind === "gates"
    ? [["unit", "keeps a step", "time-scale"], ...Array.from(view.spectrum.kept, (kept, i) => [i + 1, number(kept, 4), number(1 / (1 - kept))])]
    : [["modulus", "real", "imaginary"], ...view.eigenvalues.map(([re, im]) => [number(Math.hypot(re, im)), number(re), number(im)])]);
  select.addEventListener("change", () => choose(select.value));
  panel.tools.append(select);
  /** Offer what this cell has. */
  panel.offer = (kinds, chosen) => {
    select.replaceChildren(...kinds.map((kind) => html("option", { value: kind, textContent: { W: "W", J: "step Jacobian", gates: "gates" }[kind], selected: kind === chosen })));
  };
  return panel;
}

/** Beyond rounding: the eigenvalues of an orthogonal matrix lie on the circle. */
const outside = ([re, im]) => Math.hypot(re, im) > 1 + 1e-9;

function plane(pen, width, height, view) {
  const values = view.eigenvalues;
  if (!values.length) { pen.text(width / 2, height / 2, `Not found at this update: ${view.spectrum.amiss}.`, "middle"); return; }
  const modulus = ([re, im]) => Math.hypot(re, im), largest = Math.max(...values.map(modulus)), reach = Math.max(1.3, ...view.peers.flatMap((one) => one.eigenvalues.map((value) => 1.1 * modulus(value))));
  const size = Math.min(width, height - 20) - 20, unit = size / 2 / reach, [cx, cy] = [width / 2, (height - 20) / 2 + 4];
  pen.line([[cx - size / 2, cy], [cx + size / 2, cy]], "grid");
  pen.line([[cx, cy - size / 2], [cx, cy + size / 2]], "grid");
  pen.add("circle", { class: "rule", cx, cy, r: unit });
  for (const [re, im] of values) pen.add("circle", { class: outside([re, im]) ? "vermilion-dot" : "blue-dot", cx: cx + re * unit, cy: cy - im * unit, r: 3.6 });
  pen.text(cx + unit * 0.71 + 6, cy - unit * 0.71 - 4, "|λ| = 1", "small muted over-paper");
  pen.text(cx, height - 4, `largest |λ| = ${largest < 1e4 ? number(largest) : amount(largest)}`, "middle");
  pen.say(`${values.length} eigenvalues, the largest of modulus ${number(largest)}; ${values.filter(outside).length} outside the unit circle.`);
}

function gates(pen, width, height, { spectrum: { kept }, frame: { needs } }) {
  const scales = Array.from(kept, (f) => 1 / Math.max(1 - f, 1e-4)).sort((a, b) => b - a), area = box(width, height, { top: 20, bottom: 40 }), most = scales[0] > 1000 ? 4 : 3;
  const Y = logarithmic(area, 0, most), X = (i) => area.x + ((i + 0.5) / scales.length) * area.width;
  pen.decades(area, 0, most, Y);
  if (needs) pen.line([[area.x, Y(needs[0])], [area.x + area.width, Y(needs[0])]], "rule");
  scales.forEach((scale, i) => pen.add("circle", { class: "green-dot", cx: X(i), cy: Y(scale), r: 3.6 }));
  if (needs) pen.text(area.x + area.width, area.y - 2, `line: ${needs[0]} steps, the nearest the task looks back`, "small end");
  pen.text(area.x + area.width, height - 20, "units, the slowest first", "muted end");
  pen.text(area.x, height - 4, `1/(1 − f): ${number(scales[0])} to ${number(scales.at(-1))} steps`, "small");
  pen.say(`Time-scales of ${scales.length} units, from ${number(scales.at(-1))} to ${number(scales[0])} steps.`);
}

const CLASSES = { order: ["XX", "XY", "YX", "YY"], latch: ["−1", "1"] };
/** What class `j` is called: of a text its letters, with those that one would not see. */
const named = ({ frame: { alphabet }, setting: { task } }, j) => ({ " ": "␣", "\n": "↵" })[alphabet?.[j]] ?? alphabet?.[j] ?? CLASSES[task]?.[j] ?? String(j);
const largest = (row) => row.indexOf(Math.max(...row));

/** One sequence, forward and back. `at` is the step at which the backward pass stands. */
export function sequencePanel(view, colour) {
  return new Panel("One sequence: states, answer, and the error on its way back", "", 500, () => view.frame, (pen, width, height) => {
    const { frame } = view, { sequence: s, steps: T, units: n, inputs: d } = frame, narrow = width < 560;
    const left = narrow ? 60 : 92, right = 14, X = (t) => left + (t / T) * (width - left - right), wide = (width - left - right) / T;
    const strip = (y, tall, rows, values, shade, label) => {
      values && paintRows(pen, left, y, width - left - right, tall, T, rows, values, shade);
      pen.text(left - 8, y + tall / 2 + 4, label, "end muted");
    };
    const input = clamp(d * 9, 16, 66), dark = getComputedStyle(pen.stage).getPropertyValue("--pg-dark").trim() === "1";
    strip(14, input, d, s.x, diverging(dark), "input");
    if (frame.alphabet && wide > 6) for (let t = 0; t < T; t++) pen.text(X(t) + wide / 2, 11, named(view, largest(s.x.subarray(t * d, (t + 1) * d))), "middle small");
    strip(28 + input, 110, n, s.h, diverging(dark), narrow ? "h" : "states h");
    pen.text(width - right, 155 + input, `input and states: blue −1, red 1${s.h.every(Number.isFinite) ? "" : ", grey no longer finite"}`, "end muted small");
    const answerAt = 190 + input;
    answer(pen, view, X, wide, answerAt, 66, left, dark);
    backward(pen, view, X, wide, answerAt + 92, height - answerAt - 92 - 40, left, width - right, colour);
    for (const t of ticks(T, clamp(width / 90, 3, 8))) if (t) pen.text(X(t) - wide / 2, height - 22, String(t), "muted middle");
    pen.text(width - right, height - 6, "step", "muted end");
  }, () => {
    const { sequence: s, units: n, inputs: d, outputs: m, first, alphabet, loss_name: loss } = view.frame, norms = Array.from(s.delta), numbers = (row) => Array.from(row, (x) => number(x, 2)).join(" ");
    const of = (array, size, t) => array.subarray(t * size, (t + 1) * size), scored = (t, class_, value) => (t < first ? "" : loss === "squared_error" ? value() : named(view, class_()));
    return [["step", "input", "|h|", "target", "answer", "|δ|", "of its last"], ...norms.map((norm, t) => [t + 1, alphabet ? named(view, largest(of(s.x, d, t))) : numbers(of(s.x, d, t)), number(Math.hypot(...of(s.h, n, t))),
      scored(t, () => s.targets[t - first], () => numbers(of(s.targets, m, t - first))), scored(t, () => largest(of(s.y, m, t)), () => numbers(of(s.y, m, t))), number(norm, 2), number(norm / norms.at(-1), 2)])];
  });
}

const PAPER = [[255, 255, 255], [18, 22, 29]], BLUE = [[23, 99, 182], [108, 178, 255]], VERMILION = [[194, 65, 12], [255, 149, 97]];
/** Minus one is blue, zero is the paper, one is vermilion. */
const LOST = [130, 130, 130]; // what is no number any more, in both themes
const diverging = (dark) => (value) => {
  if (!Number.isFinite(value)) return LOST;
  const share = clamp(Math.abs(value), 0, 1), [paper, full] = [PAPER[Number(dark)], (value < 0 ? BLUE : VERMILION)[Number(dark)]];
  return paper.map((from, i) => Math.round(from + share * (full[i] - from)));
};

/** A strip of `rows` by steps as an image in the drawing: `values` step by step. */
function paintRows(pen, x, y, width, height, T, rows, values, shade) {
  const canvas = html("canvas", { width: T, height: rows }), context = canvas.getContext("2d"), image = context.createImageData(T, rows);
  for (let t = 0; t < T; t++) for (let row = 0; row < rows; row++) {
    const rgb = shade(values[t * rows + row]);
    if (rgb) image.data.set([...rgb, 255], 4 * (row * T + t));
  }
  context.putImageData(image, 0, 0);
  pen.add("image", { href: canvas.toDataURL(), x, y, width, height, preserveAspectRatio: "none", style: "image-rendering: pixelated" });
  pen.add("rect", { class: "edge", x, y, width, height });
}

/** The next of 1, 1.5, 2, 3, 5, 7, 10, 15, .. */
const roundUp = (x) => { const power = 10 ** Math.floor(Math.log10(x)); return power * [1, 1.5, 2, 3, 5, 7, 10].find((step) => step * power >= x * (1 - 1e-9)); };

/** Target and answer: lines where numbers are asked for, the probabilities of classes otherwise; the target is outlined. */
function answer(pen, view, X, wide, y, height, left, dark) {
  const { frame, } = view, { sequence: s, steps: T, first, outputs: m, loss_name: loss } = frame, scored = T - first;
  pen.text(left - 8, y + height / 2 + 4, "answer", "end muted");
  if (loss === "squared_error") {
    if (scored === 1) {
      pen.text(X(T), y + height / 2 + 4, `target ${number(s.targets[0])}, answer ${Number.isFinite(s.y[T - 1]) ? number(s.y[T - 1]) : "not finite"}`, "end strong");
      return;
    }
    const each = height / m, answers = s.y.subarray(first * m), limit = roundUp(Math.max(1, ...[...s.targets, ...answers].filter(Number.isFinite).map(Math.abs)));
    for (let j = 0; j < m; j++) {
      const middle = y + (j + 0.5) * each, Y = (value) => middle - (value / limit) * each / 2.2;
      const curve = (values) => Array.from({ length: scored }, (_, t) => [X(first + t) + wide / 2, Y(values[t * m + j])]).filter(([, at]) => Number.isFinite(at));
      pen.line([[X(0), middle], [X(T), middle]], "grid");
      if (m === 1) for (const value of [limit, -limit]) pen.text(left - 8, Y(value) + (value > 0 ? 6 : 2), number(value), "end muted small");
      pen.line(curve(s.targets), "ink");
      pen.line(curve(answers), "vermilion");
    }
    if (m > 1 && limit > 1) pen.text(X(T), y - 4, `each from −${number(limit)} to ${number(limit)}`, "end muted small");
    pen.key(X(0), y - 2, [["ink", "target"], ["vermilion", "answer"]]);
    return;
  }
  const probabilities = new Float64Array(T * m).fill(NaN);
  for (let t = first; t < T; t++) {
    const row = s.y.subarray(t * m, (t + 1) * m), top = Math.max(...row), exps = row.map((value) => Math.exp(value - top)), total = exps.reduce((sum, x) => sum + x, 0);
    exps.forEach((x, j) => { probabilities[t * m + j] = x / total; });
  }
  if (scored === 1) return bars(pen, view, X(T), y, height, probabilities.subarray(first * m), s.targets[0]);
  paintRows(pen, X(0), y, X(T) - X(0), height, T, m, probabilities, diverging(dark));
  const tall = height / m;
  if (wide > 3 && tall > 3) for (let t = 0; t < scored; t++) pen.add("rect", { class: "target", x: X(first + t) + 0.5, y: y + s.targets[t] * tall + 0.5, width: wide - 1, height: tall - 1 });
  pen.text(X(T), y - 4, "probabilities; the target is outlined", "end muted small");
}

function bars(pen, view, right, y, height, probabilities, target) {
  const tall = Math.min(18, height / probabilities.length);
  probabilities.forEach((p, j) => {
    pen.add("rect", { class: j === target ? "vermilion-fill" : "muted-fill", x: right - 130, y: y + j * tall + 2, width: Math.max(1, 84 * (p || 0)), height: tall - 4 });
    pen.text(right, y + (j + 0.5) * tall + 4, Number.isFinite(p) ? `${Math.round(100 * p)} %` : "not finite", "end small");
    pen.text(right - 136, y + (j + 0.5) * tall + 4, named(view, j), "end small");
  });
  pen.text(right, y - 4, "probabilities; the right answer is red", "end muted small");
}

/** The backward pass, bar by bar: |delta_t| on a logarithmic axis, down to the step at which it stands. */
function backward(pen, view, X, wide, y, height, left, right, colour) {
  const { sequence: { delta: sizes }, steps: T, needs } = view.frame, stands = view.stands ?? 1;
  const last = sizes[T - 1];
  const top = 2, bottom = -6, Y = (share) => y + height * clamp((top - Math.log10(share)) / (top - bottom), 0, 1);
  for (const power of [2, 0, -2, -4, -6]) {
    pen.add("path", { class: power ? "grid" : "rule thin", d: `M${left} ${Y(10 ** power)}H${right}` });
    pen.text(left - 8, Y(10 ** power) + 4, powerOfTen(power), "end muted small");
  }
  pen.text(left, y - 8, "|δₜ| in this one sequence, as a share of its last", "muted small");
  const [from, to] = needs ? [view.within ? 1 : needs[0], needs[1]].map((lag) => X(T - lag - 0.5)) : [];
  if (needs) pen.add("rect", { class: "window", x: to - wide / 2, y, width: from - to + wide, height });
  for (let t = T; t >= stands; t--) {
    const share = sizes[t - 1] / last;
    if (!(share > 0)) continue;
    pen.add("rect", { x: X(t - 1) + 0.5, y: Y(share), width: Math.max(0.8, wide - 1), height: Math.max(1, y + height - Y(share)), style: `fill: rgb(${colour(share).join(" ")})`, class: t === stands && t > 1 ? "standing" : "bar" });
  }
  if (needs) pen.text(clamp((from + to) / 2, left + 62, right - 62), y + 12, `${view.within ? "nine in ten causes: within" : "needed:"} ${needs[0] === needs[1] ? needs[0] : `${needs[0]} to ${needs[1]}`} back`, "middle small over-paper");
  if (!sizes.every(Number.isFinite)) pen.text((left + right) / 2, y + height / 2, "no longer finite", "middle over-paper");
  const { gone, zero } = reachOf(sizes.toReversed());
  view.backward = { T, sizes, stands };
  pen.say(`States and errors of one sequence of ${T} steps. ${gone === null ? "" : `From ${gone} steps back on less than a thousandth of the error is left. `}${zero === null ? "" : `From ${zero} steps back on it is exactly 0.`}`);
}
