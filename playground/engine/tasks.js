// Tasks made to be hard in one way, as rnnlib.tasks has them, and two made of what one pastes.
//
// A task has `inputs`, `outputs` and `steps`, its `loss`, a `baseline`, the least expected loss of a predictor that knows
// the step and the input x_t and nothing before, in nats or for a squared error as the mean of its square over all
// outputs, and `needs`, how many steps back from the last it has to look: at least and at most, null where no lag can be
// named. `draw(draws, B)` returns `{ x (T, B, d), targets, first }`, `first` the first step that is scored, the targets
// those of the scored steps alone: classes (steps, B) or numbers (steps, B, m).
import { beyondLine, moments } from "./settings.js";

/** A run has solved its task where its loss is below this fraction of the baseline. */
export const SOLVED = 0.1;

class Task {
  loss = "softmax_cross_entropy";
  get width() { return this.loss === "squared_error" ? this.outputs : 1; }
}

const oneHot = (ids, kinds) => {
  const x = new Float64Array(ids.length * kinds);
  ids.forEach((id, i) => { x[i * kinds + id] = 1; });
  return x;
};

/** Copy memory: repeat `length` symbols after a `delay` of blanks (Arjovsky, Shah and Bengio, 2016). */
export class CopyTask extends Task {
  constructor(delay, symbols, length) { super(); Object.assign(this, { delay, symbols, length }); }
  get inputs() { return this.symbols + 2; }
  get outputs() { return this.symbols + 1; }
  get steps() { return this.delay + 2 * this.length; }
  get baseline() { return (this.length * Math.log(this.symbols)) / this.steps; }
  get needs() { return [this.delay + this.length, this.delay + this.length]; }
  draw(draws, B) {
    const { symbols: blank, length, steps } = this, symbols = draws.integers(0, blank, length * B);
    const ids = new Float64Array(steps * B).fill(blank), targets = ids.slice();
    ids.set(symbols);
    ids.fill(blank + 1, (steps - length - 1) * B, (steps - length) * B);
    targets.set(symbols, (steps - length) * B);
    return { x: oneHot(ids, this.inputs), targets, first: 0 };
  }
}

/** Adding: two of `steps` numbers are marked, one in each half; at the last step their sum is asked for. */
export class AddingTask extends Task {
  loss = "squared_error";
  inputs = 2;
  outputs = 1;
  baseline = 1 / 6;
  constructor(steps) { super(); this.steps = steps; }
  get half() { return Math.floor(this.steps / 2); }
  get needs() { return [this.steps - this.half, this.steps - 1]; }
  draw(draws, B) {
    const { steps, half } = this, numbers = draws.random(steps * B), x = new Float64Array(steps * B * 2), targets = new Float64Array(B);
    numbers.forEach((number, i) => { x[2 * i] = number; });
    for (const places of [draws.integers(0, half, B), draws.integers(half, steps - 1, B)]) {
      places.forEach((t, b) => { x[2 * (t * B + b) + 1] = 1; targets[b] += numbers[t * B + b]; });
    }
    return { x, targets, first: steps - 1 };
  }
}

/** Temporal order: an X or Y early on, another midway, and at the last step the question which came in which order. */
export class TemporalOrderTask extends Task {
  inputs = 6;
  outputs = 4;
  baseline = Math.log(4);
  constructor(steps) { super(); this.steps = steps; }
  get spans() { return [[1 / 10, 1 / 5], [2 / 5, 1 / 2]].map((span) => span.map((share) => Math.floor(share * this.steps + 1e-9))); }
  get needs() { const [from, to] = this.spans[0]; return [this.steps - to, this.steps - 1 - from]; }
  draw(draws, B) {
    const { steps, spans } = this, ids = draws.integers(2, 6, steps * B), kinds = draws.integers(0, 2, 2 * B), targets = new Float64Array(B);
    spans.forEach(([from, to], which) => {
      draws.integers(from, to, B).forEach((t, b) => {
        ids[t * B + b] = kinds[which * B + b];
        targets[b] += (2 - which) * kinds[which * B + b];
      });
    });
    return { x: oneHot(ids, 6), targets, first: steps - 1 };
  }
}

/** Latch: keep one bit, shown during the first steps, against noise, and give it at the last (Bengio and others, 1994). */
export class LatchTask extends Task {
  inputs = 1;
  outputs = 2;
  baseline = Math.log(2);
  constructor(steps, shown, noise) { super(); Object.assign(this, { steps, shown, noise }); }
  get needs() { return [this.steps - this.shown, this.steps - 1]; }
  draw(draws, B) {
    const targets = draws.integers(0, 2, B), x = draws.normal(this.steps * B).map((z) => this.noise * z);
    for (let i = 0; i < this.shown * B; i++) x[i] += 2 * targets[i % B] - 1;
    return { x, targets, first: this.steps - 1 };
  }
}

/** Flip-flops: each output shows, at every step, the sign of the last pulse on its own input (Sussillo and Barak, 2013). */
export class FlipFlopTask extends Task {
  loss = "squared_error";
  constructor(steps, bits, rate) { super(); Object.assign(this, { steps, bits, rate }); }
  get inputs() { return this.bits; }
  get outputs() { return this.bits; }
  get baseline() { return ((1 - this.rate) * (this.steps - 1)) / this.steps; }
  /** Nine in ten of the pulses to remember lie no further back. */
  get needs() { const lag = Math.ceil(Math.log(0.1) / Math.log(1 - this.rate)) - 1; return [lag, lag].map((one) => Math.min(one, this.steps - 1)); }
  draw(draws, B) {
    const size = B * this.bits, pulses = draws.random(this.steps * size), signs = draws.signs(this.steps * size);
    const x = new Float64Array(pulses.length), targets = new Float64Array(pulses.length);
    for (let i = 0; i < x.length; i++) {
      if (i < size || pulses[i] < this.rate) x[i] = signs[i];
      targets[i] = x[i] || targets[i - size];
    }
    return { x, targets, first: 0 };
  }
}

/** A noisy sine of random phase: at every step its value `ahead` steps on, without the noise, is asked for. */
export class SineTask extends Task {
  loss = "squared_error";
  inputs = 1;
  outputs = 1;
  constructor(steps, period, noise, ahead) { super(); Object.assign(this, { steps, period, noise, ahead }); }
  get baseline() { return (this.expected ??= this.quadrature()); }
  /** All phases are equally likely, and x_t weighs them by how well they fit. */
  quadrature() {
    const { noise } = this, turn = (2 * Math.PI * this.ahead) / this.period, phases = Array.from({ length: 720 }, (_, i) => (2 * Math.PI * (i + 0.5)) / 720);
    if (noise === 0) return Math.sin(turn) ** 2 / 2;
    const width = (2 + 12 * noise) / 2000;
    let expected = 0;
    for (let j = 0; j < 2000; j++) {
      const x = -1 - 6 * noise + (j + 0.5) * width;
      let total = 0, answer = 0;
      for (const phase of phases) {
        const weight = Math.exp(-(((x - Math.sin(phase)) / noise) ** 2) / 2);
        total += weight;
        answer += weight * Math.sin(phase + turn);
      }
      if (total > 0) expected += (((answer * answer) / total) * width) / (720 * noise * Math.sqrt(2 * Math.PI));
    }
    return 1 / 2 - expected;
  }
  /** Two values tell a rising sine from a falling one; how many have to be averaged until the best straight line through
   * them is below the fraction of the baseline that counts as solved: with s_t = a cos wt + b sin wt, a and b of variance
   * 1/2, its error of s_{t+ahead} is vᵀ (2 I + XᵀX/noise²)⁻¹ v, the rows of X and v being cos and sin. */
  get needs() {
    const { noise, steps } = this, turn = (2 * Math.PI) / this.period, least = SOLVED * this.baseline;
    const [vc, vs] = [Math.cos(turn * this.ahead), Math.sin(turn * this.ahead)];
    let [cc, cs, ss] = [2, 0, 2];
    for (let lag = 0; lag < steps - 1; lag++) {
      const c = Math.cos(turn * lag), s = -Math.sin(turn * lag);
      cc += (c * c) / noise ** 2;
      cs += (c * s) / noise ** 2;
      ss += (s * s) / noise ** 2;
      const error = (vc * vc * ss - 2 * vc * vs * cs + vs * vs * cc) / (cc * ss - cs * cs);
      // Without noise there is no number here, and two values are enough.
      if (lag > 0 && !(error >= least)) return [1, lag];
    }
    return [1, steps - 1];
  }
  draw(draws, B) {
    const { steps, period, ahead, noise } = this, phases = draws.random(B), z = draws.normal(steps * B);
    const wave = (t, b) => Math.sin(2 * Math.PI * (t / period + phases[b]));
    const at = (i, later) => wave(Math.floor(i / B) + later, i % B);
    return { x: z.map((value, i) => at(i, 0) + noise * value), targets: z.map((_, i) => at(i, ahead)), first: 0 };
  }
}

/** A long series cut into `B` pieces that are read side by side, `steps` at a time: every batch continues the one
 * before, until `starts` says that the pieces begin again. */
class Stream extends Task {
  needs = null;
  constructor(steps, series) { super(); Object.assign(this, { steps, series, at: 0 }); }
  draw(draws, B) {
    const { steps, series } = this, length = Math.floor((series.length - 1) / B);
    if (length < steps) throw new Error(`${B} sequences of ${steps} steps need ${B * steps + 1} symbols or numbers; there are ${series.length}`);
    if (this.at + steps > length) this.at = 0;
    const take = (later) => Float64Array.from({ length: steps * B }, (_, i) => series[(i % B) * length + this.at + Math.floor(i / B) + later]);
    const now = take(0), targets = take(1), starts = this.at === 0;
    this.at += steps;
    return { x: this.encode(now), targets, first: 0, starts };
  }
}

/** Characters, each to be told from those before it; the baseline is the entropy of one given the one before. */
export class TextTask extends Stream {
  constructor(steps, text) {
    const alphabet = [...new Set(text)].sort(), place = new Map(alphabet.map((character, i) => [character, i]));
    super(steps, Float64Array.from([...text], (character) => place.get(character)));
    this.alphabet = alphabet;
  }
  get inputs() { return this.alphabet.length; }
  get outputs() { return this.alphabet.length; }
  encode(ids) { return oneHot(ids, this.inputs); }
  get baseline() {
    const m = this.outputs, { series } = this, pairs = new Float64Array(m * m), alone = new Float64Array(m);
    for (let i = 1; i < series.length; i++) { pairs[series[i - 1] * m + series[i]]++; alone[series[i - 1]]++; }
    return pairs.reduce((sum, count, i) => (count ? sum - count * Math.log(count / alone[Math.floor(i / m)]) : sum), 0) / (series.length - 1);
  }
}

/** Numbers, standardised, each to be told from those before it; the baseline is the best straight line through pairs. */
export class NumbersTask extends Stream {
  loss = "squared_error";
  inputs = 1;
  outputs = 1;
  constructor(steps, numbers) {
    const { mean, deviation } = moments(numbers);
    super(steps, Float64Array.from(numbers, (x) => (x - mean) / deviation));
  }
  encode(numbers) { return numbers; }
  get baseline() { return beyondLine(this.series); }
}
