// The GRU cell (Cho et al., 2014), with the reset after the recurrent product, as torch has it:
//   r, z = sigmoid(W_g h + U_g x + b_g),  h~ = tanh(r (W_h h + b_hh) + U_h x + b_h),  h_t = (1 - z) h_{t-1} + z h~.
import { addOuterProducts, addRows } from "../arrays.js";
import { AffineCell, sigmoid } from "./affine.js";

export class GRUCell extends AffineCell {
  gates = ["_h", "_r", "_z"];

  /** Beside the three gates a block for W_h h + b_hh. */
  get width() { return 4 * this.units; }
  shapes() { return { ...super.shapes(), b_hh: [this.units] }; }

  /** The products with the state in the order r, z, h: they are neighbours, as those with the inputs are. */
  prepare(params) {
    const { W_h, W_r, W_z, b_hh } = params;
    const rolled = super.prepare({ ...params, W_h: W_r, W_r: W_z, W_z: W_h });
    return { ...rolled, b_hh };
  }

  project(w, x, a) {
    super.project(w, x, a);
    for (let s = 3 * this.units; s < a.length; s += this.width) a.set(w.b_hh, s);
  }

  /** Candidate, r, z and W_h h + b_hh are left in `a`. */
  step(w, a, before, after) {
    const n = this.units;
    this.recur(w, a, before.h, n);
    for (let i = 0, o = 0; i < before.h.length; i++, o += i % n ? 1 : 1 + 3 * n) {
      const r = (a[o + n] = sigmoid(a[o + n])), z = (a[o + 2 * n] = sigmoid(a[o + 2 * n]));
      a[o] = Math.tanh(a[o] + r * a[o + 3 * n]);
      after.h[i] = before.h[i] + z * (a[o] - before.h[i]);
    }
  }

  /** g^h = z (1 - h~²) delta, g^z = (h~ - h_{t-1}) z (1 - z) delta; through the reset go r g^h and r (1 - r) q g^h. */
  stepBack(w, a, before, after, dafter, dbefore, g) {
    const n = this.units;
    for (let i = 0, o = 0; i < before.h.length; i++, o += i % n ? 1 : 1 + 3 * n) {
      const delta = dafter.h[i], candidate = a[o], r = a[o + n], z = a[o + 2 * n], inner = a[o + 3 * n];
      g[o] = delta * z * (1 - candidate * candidate);
      g[o + n] = g[o] * inner * r * (1 - r);
      g[o + 2 * n] = delta * (candidate - before.h[i]) * z * (1 - z);
      g[o + 3 * n] = g[o] * r;
      dbefore.h[i] += (1 - z) * delta;
    }
    this.recurBack(w, g, dbefore.h, n);
  }

  /** Inputs meet h, r, z; the state meets r, z and what is reset. */
  gather(tape, g, grads) {
    const { units: n, width, inputs: d } = this, steps = g.length / width;
    this.gates.forEach((gate, i) => {
      addOuterProducts(grads["U" + gate], g, tape.x, steps, n, d, i * n, width);
      addRows(grads["b" + gate], g, steps, n, i * n, width);
    });
    ["W_r", "W_z", "W_h"].forEach((name, i) => addOuterProducts(grads[name], g, tape.before, steps, n, n, (i + 1) * n, width));
    addRows(grads.b_hh, g, steps, n, 3 * n, width);
  }

  /** How much of its state each unit keeps, 1 - z, summed over the sequences of a step. */
  addKept(a, kept) {
    const n = this.units;
    for (let row = 0; row < a.length; row += 4 * n) for (let i = 0; i < n; i++) kept[i] += 1 - a[row + 2 * n + i];
  }
}
