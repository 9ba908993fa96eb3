// Parts of the Playground's engine by themselves, where whole runs would not notice: each returns what differs from the
// definition written out, as `[what, got, want]`.
import { addOuterProducts, addProduct, addRows, identity, norm, product, solver, transpose } from "../../playground/engine/arrays.js";
import { expm } from "../../playground/engine/cells/orthogonal_maps.js";
import { Draws } from "../../playground/engine/draws.js";
import { clipEach, clipNorm, clipValues } from "../../playground/engine/gradients.js";
import { orthogonal } from "../../playground/engine/initialisers.js";
import { softmaxCrossEntropy } from "../../playground/engine/losses.js";
import { DEFAULTS, possible } from "../../playground/engine/settings.js";
import { eigenvalues, jacobian, kept } from "../../playground/engine/spectra.js";
import { AddingTask, FlipFlopTask, NumbersTask, SineTask, TextTask } from "../../playground/engine/tasks.js";
import { Run } from "../../playground/engine/training.js";

const draws = new Draws(5), random = (count) => draws.normal(count);
const near = (got, want) => got.length === want.length && got.every((x, i) => Math.abs(x - want[i]) <= 1e-12 * Math.max(1, Math.abs(want[i])));
const span = (count) => Array.from({ length: count }, (_, i) => i);

/** Blocks of products lie where they are asked for, and nothing around them is touched. */
function* products() {
  for (const rows of span(5)) for (const columns of [1, 2, 3, 4, 5, 8, 9]) for (const inner of [1, 2, 5]) {
    const startOut = 2, strideOut = columns + 3, startA = 1, strideA = inner + 2, A = random(60), B = random(columns * inner), out = random(120);
    const want = Float64Array.from(out);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) for (let k = 0; k < inner; k++) want[startOut + r * strideOut + c] += A[startA + r * strideA + k] * B[c * inner + k];
    addProduct(out, A, B, rows, columns, inner, startOut, strideOut, startA, strideA);
    yield [`addProduct ${rows} ${columns} ${inner}`, out, want];
  }
}

function* sums() {
  for (const steps of span(10)) for (const rows of [1, 3]) for (const columns of [1, 2, 5]) {
    const startG = 2, strideG = rows + 3, G = random(80), H = random(60), out = random(30), want = Float64Array.from(out), some = random(9), total = Float64Array.from(some);
    for (let s = 0; s < steps; s++) for (let r = 0; r < rows; r++) {
      total[r] += G[startG + s * strideG + r];
      for (let c = 0; c < columns; c++) want[r * columns + c] += G[startG + s * strideG + r] * H[s * columns + c];
    }
    addOuterProducts(out, G, H, steps, rows, columns, startG, strideG);
    yield [`addOuterProducts ${steps} ${rows} ${columns}`, out, want];
    addRows(some, G, steps, rows, startG, strideG);
    yield [`addRows ${steps} ${rows}`, some, total];
  }
}

function* shapes() {
  yield ["transpose in a larger array", transpose(Float64Array.of(1, 2, 3, 4, 5, 6), 2, 3, new Float64Array(9).fill(7)), [1, 4, 2, 5, 3, 6, 7, 7, 7]];
  yield ["identity of 4 x 2", identity(4, 2), [1, 0, 0, 1, 0, 0, 0, 0]];
  yield ["identity of 2 x 4", identity(2, 4), [1, 0, 0, 0, 0, 1, 0, 0]];
}

/** Systems whose rows have to be exchanged: a zero on the diagonal, a negative pivot, a small entry of the right sign, and
 * one in which a row that is done is larger than those to come. */
function* systems() {
  const matrices = { zero: [0, 1, 1, 0], negative: [0, 1, -1, 0], small: [-1, 1, 1e-20, 1], three: [1, 2, 9, 0, 1e-20, 1, 0, 1, 5], far: [0, 2, 1, 0, 0, 3, 4, 1, 1], four: [...random(16)] };
  for (const [name, A] of Object.entries(matrices)) {
    const n = Math.sqrt(A.length), X = random(n * n);
    yield [`solver ${name}`, solver(Float64Array.from(A), n)(product(Float64Array.from(A), X, n)), X];
  }
}

function* norms() {
  for (const [values, want] of [[[3e-170, 4e-170], 5e-170], [[3e200, -4e200], 5e200], [[0, 0], 0], [[], 0], [[-5], 5], [[1, Infinity], Infinity], [[0.3, 0.4], 0.5]]) {
    yield [`norm of ${values}`, [norm(Float64Array.from(values)) / (want || 1)], [want === Infinity ? NaN : Number(want > 0)]];
  }
}

/** The step Jacobian of a run after some updates. Some near an orthogonal matrix take a hundred steps for one eigenvalue. */
function jacobianOf(wanted, updates) {
  const setting = possible(wanted), run = new Run(setting, new Draws(setting.seed));
  for (let i = 0; i < updates; i++) run.update();
  if (!updates) run.differentiate();
  const { tape } = run.pass.windows.at(-1);
  return jacobian(tape, tape.T);
}

/** The sums of powers of a matrix's eigenvalues are the traces of its powers, and the eigenvalues come as they are real or
 * in conjugate pairs. Among the matrices are those in which shifts by the last two rows are caught in a cycle. */
function* spectra() {
  const cycle = (n) => Float64Array.from({ length: n * n }, (_, i) => Number((Math.floor(i / n) + 1) % n === i % n));
  const jordan = (n) => Float64Array.from({ length: n * n }, (_, i) => (Math.floor(i / n) === i % n ? 0.5 : Number(Math.floor(i / n) + 1 === i % n)));
  const rising = (n) => Float64Array.from({ length: n * n }, (_, i) => Math.floor(i / n) + i);
  const symmetric = (n) => { const A = random(n * n), At = transpose(A, n, n); return A.map((x, i) => x + At[i]); };
  const apart = Float64Array.of(3, 0, 0, 0, -2, 0, 0, 0, 1), zeros = new Float64Array(16);
  for (const A of [...span(24).map((i) => random((1 + (i % 12)) ** 2)), ...span(12).flatMap((i) => [cycle(i + 1), symmetric(i + 1), rising(i + 1)]), ...span(3).map((i) => jordan(i + 1)), apart, zeros, jacobianOf({ cell: "leaky", start: "orthogonal", n: 48, seed: 15 }, 0), jacobianOf({ start: "identity", seed: 1 }, 37), ...span(6).map((i) => random((i + 2) ** 2).map((x) => 1e-8 * x))]) {
    const n = Math.sqrt(A.length), found = eigenvalues(A, n), size = norm(A) || 1;
    let powers = found.map(() => [1, 0]), power = identity(n);
    for (let k = 1; k <= Math.min(n, 6); k++) {
      powers = powers.map(([re, im], i) => [(re * found[i][0] - im * found[i][1]) / size, (re * found[i][1] + im * found[i][0]) / size]);
      power = product(power, A, n).map((x) => x / size);
      const trace = span(n).reduce((sum, i) => sum + power[i * n + i], 0), sum = (part) => powers.reduce((total, one) => total + one[part], 0);
      yield [`eigenvalues of ${n} x ${n}, power ${k}`, [found.length, sum(0), sum(1)], [n, trace, 0]];
    }
    const imaginary = found.map(([, im]) => im).sort((a, b) => a - b);
    yield [`pairs of ${n} x ${n}`, imaginary, imaginary.map((x) => -x).reverse()];
  }
}

/** Of a block of two: a small eigenvalue to all its digits beside a large one, at two scales; and two that are both 0. */
function* pairs() {
  for (const scale of [1, 0.25]) {
    const tiny = 2 ** -40, found = eigenvalues(Float64Array.of(1, 1, 1, 1 + tiny).map((x) => scale * x), 2).map(([re]) => re / scale);
    const large = (2 + tiny + Math.sqrt(4 + tiny * tiny)) / 2;
    yield [`a small eigenvalue, at ${scale}`, [found[0] / large, (found[1] * large) / tiny], [1, 1]];
  }
  yield ["two eigenvalues of 0", eigenvalues(Float64Array.of(1, -1, 1, -1), 2).flat().map(Math.abs), [0, 0, 0, 0]];
}

/** The Jacobian of each sequence of a batch is its own, that of the first if none is named; and what is kept is a mean over
 * the steps of all windows. */
function* steps() {
  const run = new Run({ ...DEFAULTS, T: 4, B: 2, n: 3 });
  run.differentiate();
  const [{ tape }] = run.pass.windows, { W } = run.params.cell, h = tape.steps[3].h;
  const want = (b) => W.map((weight, at) => (1 - h[b * 3 + Math.floor(at / 3)] ** 2) * weight);
  yield ["the Jacobian of the first sequence", jacobian(tape, 3), want(0)];
  yield ["that of the second", jacobian(tape, 3, 1), want(1)];
  const cell = { units: 1, addKept: ([value], means) => { means[0] += value; } };
  yield ["kept over windows of two and of three steps", kept([{ cell, B: 1, T: 2, saved: [[1], [2]] }, { cell, B: 1, T: 3, saved: [[3], [4], [5]] }]), [3]];
}

/** The error of the best straight line from the last values of a noisy sine, `lag` steps back, to one `ahead`. */
function straight(period, noise, ahead, lag) {
  const turn = (2 * Math.PI) / period, n = lag + 1, R = new Float64Array(n * n), r = Float64Array.from({ length: n }, (_, i) => Math.cos(turn * (ahead + i)) / 2);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) R[i * n + j] = Math.cos(turn * (i - j)) / 2 + (i === j ? noise ** 2 : 0);
  const right = new Float64Array(n * n);
  r.forEach((one, i) => { right[i * n] = one; });
  const best = solver(R, n)(right);
  return 1 / 2 - r.reduce((sum, one, i) => sum + one * best[i * n], 0);
}

/** What the predictor without memory can expect, and how far back a task looks, where the parity test has few settings. */
function* tasks() {
  const text = new TextTask(2, "abcabd"), refused = (task, B) => { try { task.draw(null, B); return ""; } catch ({ message }) { return message; } };
  yield ["numbers a step", [new AddingTask(5).width, new FlipFlopTask(5, 3, 0.1).width, text.width], [1, 3, 1]];
  for (const ahead of [1, 3, 7]) {
    const turn = (2 * Math.PI * ahead) / 20, rises = span(40).map((i) => (Math.cos((Math.PI * i) / 20) * Math.sin(turn)) ** 2);
    yield [`a sine without noise, ${ahead} ahead`, [new SineTask(30, 20, 0, ahead).baseline], [rises.reduce((sum, x) => sum + x, 0) / 40]];
  }
  yield ["a sine with little noise", [Math.round(1e6 * new SineTask(30, 20, 0.05, 3).baseline)], [Math.round(1e6 * (1 / 2 - quadrature(0.05, 0.3 * Math.PI)))]];
  for (const [period, noise, ahead] of [[5, 0.2, 1], [20, 0.2, 3], [7, 0.9, 1], [12, 0.1, 7]]) {
    const task = new SineTask(40, period, noise, ahead), solved = span(38).find((lag) => lag > 0 && straight(period, noise, ahead, lag) < task.baseline / 10);
    yield [`how far a sine looks: ${[period, noise, ahead]}`, task.needs, [1, solved ?? 39]];
    if (solved) yield ["as far as there is a lag", new SineTask(solved + 2, period, noise, ahead).needs, [1, solved]];
  }
  yield ["two values without noise", new SineTask(30, 20, 0, 3).needs, [1, 1]];
  yield ["the shortest series", new NumbersTask(3, [1, 2, 4, 8, 5, 3, 7]).draw(null, 2).targets.map((x) => Math.round(x * 1000)).slice(0, 1), new NumbersTask(3, [1, 2, 4, 8, 5, 3, 7]).series.map((x) => Math.round(x * 1000)).slice(1, 2)];
  yield ["one that is too short says so", [Number(refused(new NumbersTask(3, [1, 2, 4, 8, 5, 3]), 2) === "2 sequences of 3 steps need 7 symbols or numbers; there are 6")], [1]];
}

/** The variance of the best guess of sin(p + turn) from sin(p) and noise, phases and noise on grids of their own. */
function quadrature(noise, turn) {
  let sum = 0;
  for (let x = -1 - 8 * noise; x < 1 + 8 * noise; x += 1e-3) {
    let total = 0, answer = 0;
    for (let i = 0; i < 1000; i++) {
      const phase = (2 * Math.PI * i) / 1000, weight = Math.exp(-(((x - Math.sin(phase)) / noise) ** 2) / 2);
      total += weight;
      answer += weight * Math.sin(phase + turn);
    }
    if (total) sum += ((answer * answer) / total) * 1e-3;
  }
  return sum / (1000 * noise * Math.sqrt(2 * Math.PI));
}

/** An orthogonal start from columns that are all but parallel, of which one pass of orthogonalisation leaves digits. */
function* starts() {
  const n = 8, common = random(n), Q = orthogonal({ normal: () => random(n * n).map((z, i) => common[Math.floor(i / n)] + 1e-7 * z) }, n);
  yield ["an orthogonal start", product(transpose(Q, n, n), Q, n), identity(n)];
}

/** Of a single number, where the approximant must be scaled and where it just need not be, on both sides of zero. */
function* exponentials() {
  for (const x of [-12, -1.89, -0.94, 0, 0.94, 1.89, 12]) {
    const [[value], [slope]] = expm(Float64Array.of(x), Float64Array.of(1), 1);
    yield [`exp ${x}`, [value / Math.exp(x), slope / Math.exp(x)], [1, 1]];
  }
}

/** What is as large as the threshold is not shortened. */
function* clippings() {
  const grads = () => { const flat = Float64Array.of(3, 4, 0, 5); return { flat, cell: { W: flat.subarray(0, 2) }, readout: { V: flat.subarray(2) } }; };
  yield ["clipEach at its threshold", [clipEach(grads(), 5).fraction], [0]];
  yield ["clipNorm at its threshold", [clipNorm(grads(), Math.sqrt(50)).fraction], [0]];
  yield ["clipValues at its threshold", [clipValues(grads(), 5).fraction, clipValues(grads(), 4.5).fraction], [0, 0.25]];
}

/** Scores of which the exponential is no number. */
function* losses() {
  for (const y of [[1000, 0], [0, 1000], [-1000, -2000], [-2000, -1000]]) {
    const dy = new Float64Array(2), right = y[0] > y[1] ? 0 : 1;
    yield [`cross-entropy of ${y}`, [softmaxCrossEntropy(Float64Array.from(y), [1 - right], 2, 1, dy), ...dy], [1000, ...(right ? [-1, 1] : [1, -1])]];
  }
}

/** Runs of one seed get the same batches, whatever they do with them; and not the numbers that their weights begin with. */
function* batches() {
  const batch = (wanted) => {
    const run = new Run(possible({ seed: 4, ...wanted }));
    run.update();
    run.differentiate();
    return run.batch.x;
  };
  for (const wanted of [{ n: 5 }, { cell: "gru" }, { start: "orthogonal" }, { cell: "orthogonal" }, { cell: "lstm", chrono: "yes" }]) yield [`batches with ${JSON.stringify(wanted)}`, batch(wanted), batch({})];
  yield ["batches of another seed", [Number(batch({ seed: 5 })[0] === batch({})[0])], [0]];
  const [start, data] = [new Draws(4), new Draws(4, 1)].map((source) => source.random(100));
  yield ["numbers that both streams have", [start.filter((u) => data.includes(u)).length], [0]];
}

/** Solved after the first window whose mean is below a tenth of the baseline; a run that is no longer finite ends. */
function* endings() {
  for (const falls of [0, 3, 30, 49, 50, 60, 200]) for (const least of [0.15, 0.19]) {
    const run = Object.assign(Object.create(Run.prototype), { log: { loss: [] }, baseline: 2, recent: 0, solvedAt: null }), losses = span(150).map((i) => (i < falls ? 1 : least) + 0.01 * Math.sin(i));
    for (const loss of losses) { run.log.loss.push(loss); run.settle(loss); }
    const mean = (end) => losses.slice(end - 50, end).reduce((sum, x) => sum + x, 0) / 50, first = span(151).find((end) => end >= 50 && mean(end) < 0.2);
    yield [`solved when it falls at ${falls} to ${least}`, [run.solvedAt ?? -1], [first ?? -1]];
  }
  const fresh = new Run({ ...DEFAULTS, T: 4, B: 2, n: 3 });
  fresh.update();
  yield ["what has been summed after one update", [fresh.recent], fresh.log.loss];
  for (const [loss, gradient, what] of [[NaN, 1, "loss"], [Infinity, 1, "loss"], [1, Infinity, "gradient"], [1, NaN, "gradient"]]) {
    const run = Object.assign(Object.create(Run.prototype), { log: { loss: [5, 5] }, diverged: null, grads: { flat: Float64Array.of(gradient) }, differentiate: () => loss });
    yield [`diverged by ${loss}, ${gradient}`, [run.update(), run.diverged?.update, run.diverged?.what === what, run.update(), run.log.loss.length].map(Number), [0, 2, 1, 0, 2]];
  }
}

const same = (got, want) => near(got, want) || (got.length === 1 && Number.isNaN(got[0]) && Number.isNaN(want[0]));
/** All that differs. */
export function differences() {
  return [...products(), ...sums(), ...shapes(), ...systems(), ...norms(), ...spectra(), ...pairs(), ...steps(), ...tasks(), ...starts(), ...exponentials(), ...clippings(), ...losses(), ...batches(), ...endings()].filter(([, got, want]) => !same(got, want)).map(([what, got, want]) => [what, [...got], [...want]]);
}
