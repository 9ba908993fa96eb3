// A cell whose weights preserve lengths, whatever the training does: h_t = modReLU(W h_{t-1} + U x_t), W = exp(A - Aᵀ).
import { addOuterProducts, transpose } from "../arrays.js";
import { AffineCell } from "./affine.js";
import { exponential, exponentialBack } from "./orthogonal_maps.js";

/** modReLU moves sizes and leaves signs, sign(a) max(|a| + b, 0): b is not added to the pre-activation, it is a threshold. */
export class OrthogonalCell extends AffineCell {
  kinds = "AUb";

  shapes() { return { A: [this.units, this.units], U: [this.units, this.inputs], b: [this.units] }; }

  prepare(params) {
    const n = this.units, W = exponential(params.A, n);
    return { W, Wt: transpose(W, n, n), U: params.U, b: new Float64Array(n), threshold: params.b };
  }

  step(w, a, before, after) {
    this.recur(w, a, before.h);
    for (let i = 0; i < a.length; i++) {
      const size = Math.abs(a[i]) + w.threshold[i % this.units];
      after.h[i] = size > 0 ? Math.sign(a[i]) * size : size === size ? 0 : size;
    }
  }

  /** Where modReLU lets anything through its slope is 1. */
  stepBack(w, a, before, after, dafter, dbefore, g) {
    for (let i = 0; i < g.length; i++) g[i] = after.h[i] === 0 ? 0 : dafter.h[i];
    this.recurBack(w, g, dbefore.h);
  }

  gather(tape, g, grads) {
    const n = this.units, steps = g.length / n, dW = new Float64Array(n * n);
    addOuterProducts(dW, g, tape.before, steps, n, n);
    addOuterProducts(grads.U, g, tape.x, steps, n, this.inputs);
    exponentialBack(tape.params.A, dW, n).forEach((value, i) => { grads.A[i] += value; });
    for (let i = 0; i < g.length; i++) grads.b[i % n] += Math.sign(tape.after[i]) * g[i];
  }
}
