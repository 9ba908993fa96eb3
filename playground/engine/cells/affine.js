// What most cells share: pre-activations that are affine in the last state and the input, one block of n a gate.
import { addOuterProducts, addProduct, addRows, transpose } from "../arrays.js";

/** A cell built on W_g h + U_g x + b_g, one such block of `n` rows for each gate `g`.
 *
 * A subclass names its `gates` (`["_f", "_i"]`: its parameters are then W_f, U_f, b_f, W_i, ..) and writes `step` and
 * `stepBack`. A step's `a (B, width)` comes with the input's share of the pre-activations, and leaves with whatever the
 * way back wants; `g (B, width)` gets the gradients at the pre-activations, of which the first columns belong to the
 * gates in their order. States are `{ h }` or `{ h, c }`, arrays (B, n). */
export class AffineCell {
  gates = [""];
  kinds = "WUb";
  fields = ["h"];

  constructor(inputs, units) { Object.assign(this, { inputs, units }); }
  get width() { return this.gates.length * this.units; }

  /** The shape of each parameter, by name, in the order in which they are drawn. */
  shapes() {
    const { units: n, inputs: d } = this, shapes = { W: [n, n], U: [n, d], b: [n] };
    return Object.fromEntries(this.gates.flatMap((gate) => [...this.kinds].map((kind) => [kind + gate, shapes[kind]])));
  }

  /** Stack the blocks of the gates, and transpose them: both directions multiply by rows. */
  prepare(params) {
    const stacked = (kind) => {
      const blocks = this.gates.map((gate) => params[kind + gate]), all = new Float64Array(blocks.length * blocks[0].length);
      blocks.forEach((block, i) => all.set(block, i * block.length));
      return all;
    };
    const U = stacked("U"), b = stacked("b");
    if (!this.kinds.includes("W")) return { U, b };
    const W = stacked("W");
    return { W, Wt: transpose(W, W.length / this.units, this.units), U, b };
  }

  /** Write U x + b of all steps into the first columns of `a`. */
  project(w, x, a) {
    const steps = a.length / this.width, affine = w.b.length;
    for (let s = 0; s < steps; s++) a.set(w.b, s * this.width);
    addProduct(a, x, w.U, steps, affine, this.inputs, 0, this.width);
  }

  /** Add the weights' gradients, sums over steps and sequences, to `grads`. */
  gather(tape, g, grads) {
    const { units: n, width } = this, steps = g.length / width;
    this.gates.forEach((gate, i) => {
      if (this.kinds.includes("W")) addOuterProducts(grads["W" + gate], g, tape.before, steps, n, n, i * n, width);
      addOuterProducts(grads["U" + gate], g, tape.x, steps, n, this.inputs, i * n, width);
      addRows(grads["b" + gate], g, steps, n, i * n, width);
    });
  }

  /** Add W h to the first `columns` of `a`, from column `start` on. */
  recur(w, a, h, start = 0, columns = w.W.length / this.units) {
    addProduct(a, h, w.W, h.length / this.units, columns, this.units, start, this.width);
  }

  /** Add Wᵀ g, of the columns from `start` on, to `dh`. */
  recurBack(w, g, dh, start = 0, columns = w.W.length / this.units) {
    addProduct(dh, g, w.Wt, dh.length / this.units, this.units, columns, 0, this.units, start, this.width);
  }
}

export const sigmoid = (a) => 0.5 + 0.5 * Math.tanh(0.5 * a);
