// The two loops over time, forward and backward, that serve every cell.

/** Room for what the passes over a span of steps remember; it is made once and used again for every batch.
 *
 * States and adjoints have one array (T+1, B, n) a field, `a` and `g` are (T, B, width); `steps`, `deltas`, `saved` and
 * `gs` are views of single steps. */
export class Tape {
  constructor(cell, T, B) {
    const n = cell.units;
    const states = () => Object.fromEntries(cell.fields.map((field) => [field, new Float64Array((T + 1) * B * n)]));
    const cut = (array, size) => Array.from({ length: array.length / size }, (_, t) => array.subarray(t * size, (t + 1) * size));
    const cutStates = (arrays) => Array.from({ length: T + 1 }, (_, t) =>
      Object.fromEntries(cell.fields.map((field) => [field, arrays[field].subarray(t * B * n, (t + 1) * B * n)])));
    Object.assign(this, { cell, T, B, states: states(), delta: states() });
    this.a = new Float64Array(T * B * cell.width);
    this.g = new Float64Array(T * B * cell.width);
    this.steps = cutStates(this.states);
    this.deltas = cutStates(this.delta);
    this.saved = cut(this.a, B * cell.width);
    this.gs = cut(this.g, B * cell.width);
    this.before = this.states.h.subarray(0, T * B * n);
    this.after = this.states.h.subarray(B * n);
  }
  get state() { return this.steps[this.T]; }
}

/** Run the cell over `x (T, B, d)` from `state` (zeros if there is none), with the weights that it has prepared. */
export function unroll(tape, params, w, x, state) {
  Object.assign(tape, { params, w, x });
  for (const field of tape.cell.fields) state ? tape.steps[0][field].set(state[field]) : tape.steps[0][field].fill(0);
  tape.cell.project(w, x, tape.a);
  for (let t = 0; t < tape.T; t++) tape.cell.step(w, tape.saved[t], tape.steps[t], tape.steps[t + 1]);
}

/** Backpropagation through time: delta_t = dl_t/dh_t + J_{t+1}ᵀ delta_{t+1}, from the last step to the first.
 *
 * `dh (T, B, n)` are the local gradients. Adds the weights' gradients to `grads`, if any; adjoints stay on the tape. */
export function bptt(tape, dh, grads) {
  const { cell, T, w, steps, deltas, saved, gs } = tape;
  for (const field of cell.fields) tape.delta[field].fill(0);
  const size = dh.length / T;
  for (let t = T; t > 0; t--) {
    const arriving = deltas[t].h;
    for (let i = 0, j = (t - 1) * size; i < size; i++, j++) arriving[i] += dh[j];
    cell.stepBack(w, saved[t - 1], steps[t - 1], steps[t], deltas[t], deltas[t - 1], gs[t - 1]);
  }
  if (grads) cell.gather(tape, tape.g, grads);
}
