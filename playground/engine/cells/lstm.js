// The LSTM cell (Hochreiter and Schmidhuber, 1997), with a forget gate (Gers, Schmidhuber and Cummins, 2000):
//   f, i, o = sigmoid(W_g h + U_g x + b_g),  c~ = tanh(W_c h + U_c x + b_c),
//   c_t = f c_{t-1} + i c~,  h_t = o tanh(c_t).
import { AffineCell, sigmoid } from "./affine.js";

export class LSTMCell extends AffineCell {
  gates = ["_o", "_f", "_i", "_c"];
  fields = ["h", "c"];

  /** The gates are left in `a`. */
  step(w, a, before, after) {
    const n = this.units;
    this.recur(w, a, before.h);
    for (let i = 0, o = 0; i < before.h.length; i++, o += i % n ? 1 : 1 + 3 * n) {
      const output = (a[o] = sigmoid(a[o])), forget = (a[o + n] = sigmoid(a[o + n]));
      const input = (a[o + 2 * n] = sigmoid(a[o + 2 * n])), candidate = (a[o + 3 * n] = Math.tanh(a[o + 3 * n]));
      after.c[i] = forget * before.c[i] + input * candidate;
      after.h[i] = output * Math.tanh(after.c[i]);
    }
  }

  /** With delta = dL/dh_t and dL/dc_t (h_t held), all that passes through the cell state is
   *    delta^c = dL/dc_t + delta o (1 - tanh²(c_t)),
   * of which f delta^c goes back along the carousel. */
  stepBack(w, a, before, after, dafter, dbefore, g) {
    const n = this.units;
    for (let i = 0, o = 0; i < before.h.length; i++, o += i % n ? 1 : 1 + 3 * n) {
      const output = a[o], forget = a[o + n], input = a[o + 2 * n], candidate = a[o + 3 * n];
      const delta = dafter.h[i], squashed = Math.tanh(after.c[i]), dc = dafter.c[i] + delta * output * (1 - squashed * squashed);
      g[o] = delta * squashed * output * (1 - output);
      g[o + n] = dc * before.c[i] * forget * (1 - forget);
      g[o + 2 * n] = dc * candidate * input * (1 - input);
      g[o + 3 * n] = dc * input * (1 - candidate * candidate);
      dbefore.c[i] += forget * dc;
    }
    this.recurBack(w, g, dbefore.h);
  }

  /** How open the forget gates are, summed over the sequences of a step. */
  addKept(a, kept) {
    const n = this.units;
    for (let row = 0; row < a.length; row += 4 * n) for (let i = 0; i < n; i++) kept[i] += a[row + n + i];
  }
}
