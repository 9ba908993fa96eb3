// A cell, a linear readout y = V h + b and a loss: what is trained, and one pass over a batch, whole or truncated.
import { addOuterProducts, addProduct, addRows, norm, transpose } from "./arrays.js";
import { LOSSES } from "./losses.js";
import { bptt, Tape, unroll } from "./through_time.js";

export class Model {
  constructor(cell, outputs, loss) { Object.assign(this, { cell, outputs, loss: LOSSES[loss], lossName: loss }); }

  shapes() { return { cell: this.cell.shapes(), readout: { V: [this.outputs, this.cell.units], b: [this.outputs] } }; }

  /** Return zeros shaped like the parameters: views, by part and name, of one vector `flat`. */
  zeros() {
    const shapes = this.shapes(), size = (shape) => shape.reduce((product, length) => product * length, 1);
    const total = Object.values(shapes).flatMap(Object.values).map(size).reduce((sum, one) => sum + one, 0);
    const flat = new Float64Array(total), tree = { flat };
    let at = 0;
    for (const [part, ofPart] of Object.entries(shapes)) {
      tree[part] = {};
      for (const [name, shape] of Object.entries(ofPart)) tree[part][name] = flat.subarray(at, (at += size(shape)));
    }
    return tree;
  }
}

/** The passes forward and backward over batches of `T` steps and `B` sequences, the gradient cut after every `k` steps.
 *
 * A window of `k` steps (the last may be shorter) has a tape of its own. With `carry` a window starts in the state in
 * which the one before ended, without it in zeros; the gradient crosses in neither case. */
export class Pass {
  constructor(model, T, B, k, carry) {
    Object.assign(this, { model, T, B, carry });
    this.windows = [];
    for (let start = 0; start < T; start += k) this.windows.push({ start, tape: new Tape(model.cell, Math.min(k, T - start), B) });
    this.y = new Float64Array(T * B * model.outputs);
    this.dy = new Float64Array(T * B * model.outputs);
    this.dh = new Float64Array(T * B * model.cell.units);
  }

  /** Return the loss of `batch`, and add all gradients to `grads`; the steps from `batch.first` on are scored.
   *
   * `state` is the one the first window starts in, if the batch continues another. */
  run(params, batch, grads, state) {
    const { model, B, T } = this, { cell, outputs: m } = model, count = (T - batch.first) * B;
    const w = cell.prepare(params.cell), Vt = transpose(params.readout.V, m, cell.units);
    let loss = 0, from = state;
    this.dh.fill(0);
    for (const { start, tape } of this.windows) {
      unroll(tape, params.cell, w, batch.x.subarray(start * B * cell.inputs, (start + tape.T) * B * cell.inputs), from);
      loss += this.readout(params, batch, start, tape, Vt, count, grads);
      bptt(tape, this.dh.subarray(start * B * cell.units, (start + tape.T) * B * cell.units), grads.cell);
      from = this.carry ? tape.state : undefined;
    }
    return loss;
  }

  /** Outputs, loss and local gradients of a window's scored steps. */
  readout(params, { first, targets }, start, tape, Vt, count, grads) {
    const { model, B } = this, { outputs: m } = model, n = model.cell.units, from = Math.max(first, start), steps = (start + tape.T - from) * B;
    if (steps <= 0) return 0;
    const rows = (array, width) => array.subarray(from * B * width, from * B * width + steps * width);
    const h = tape.after.subarray((from - start) * B * n), y = rows(this.y, m), dy = rows(this.dy, m), dh = rows(this.dh, n);
    for (let s = 0; s < steps; s++) y.set(params.readout.b, s * m);
    addProduct(y, h, params.readout.V, steps, m, n);
    const width = model.lossName === "squared_error" ? m : 1;
    const loss = model.loss(y, targets.subarray((from - first) * B * width), m, count, dy);
    addOuterProducts(grads.readout.V, dy, h, steps, m, n);
    addRows(grads.readout.b, dy, steps, m);
    addProduct(dh, dy, Vt, steps, n, m);
    return loss;
  }

  /** The norms |dl_T/ds_t| of the adjoints of the whole state, over all sequences, for the loss of the last step alone:
   * from lag 0 to lag T - 1. Where the cut lets nothing through they are 0. */
  reach(batch) {
    const { tape } = this.windows.at(-1), { T, B, model: { cell } } = this, lags = new Float64Array(T), size = B * cell.units;
    if (batch.first < T - 1) {
      const last = new Float64Array(tape.T * size), count = T - batch.first;
      last.set(this.dh.subarray((T - 1) * size).map((value) => value * count), (tape.T - 1) * size);
      bptt(tape, last, null);
    }
    for (let lag = 0; lag < tape.T; lag++) {
      const parts = cell.fields.map((field) => norm(tape.deltas[tape.T - lag][field]));
      lags[lag] = norm(parts);
    }
    return lags;
  }
}
