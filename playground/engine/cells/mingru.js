// The minimal gated unit whose gates do not see the state (Feng et al., 2024):
//   z = sigmoid(U_z x + b_z),  h~ = U_h x + b_h,  h_t = (1 - z) h_{t-1} + z h~.
import { AffineCell, sigmoid } from "./affine.js";

export class MinGRUCell extends AffineCell {
  gates = ["_z", "_h"];
  kinds = "Ub";

  step(w, a, before, after) {
    const n = this.units;
    for (let i = 0, o = 0; i < before.h.length; i++, o += i % n ? 1 : 1 + n) {
      const z = (a[o] = sigmoid(a[o]));
      after.h[i] = before.h[i] + z * (a[o + n] - before.h[i]);
    }
  }

  /** g^h = z delta, g^z = (h~ - h_t) g^h, and the message back, (1 - z) delta. */
  stepBack(w, a, before, after, dafter, dbefore, g) {
    const n = this.units;
    for (let i = 0, o = 0; i < before.h.length; i++, o += i % n ? 1 : 1 + n) {
      g[o + n] = a[o] * dafter.h[i];
      g[o] = (a[o + n] - after.h[i]) * g[o + n];
      dbefore.h[i] += dafter.h[i] - g[o + n];
    }
  }

  /** How much of its state each unit keeps, 1 - z, summed over the sequences of a step. */
  addKept(a, kept) {
    const n = this.units;
    for (let row = 0; row < a.length; row += 2 * n) for (let i = 0; i < n; i++) kept[i] += 1 - a[row + i];
  }
}
