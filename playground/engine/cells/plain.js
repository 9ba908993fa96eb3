// The plain recurrent cell, h_t = phi(W h_{t-1} + U x_t + b) (Elman, 1990).
import { AffineCell } from "./affine.js";

/** An activation, and its slope written through its value. */
export const ACTIVATIONS = {
  tanh: { apply: Math.tanh, slope: (h) => 1 - h * h },
  // A rectified value is never negative, so its sign is the slope: 1 above the kink, 0 below and (by choice) at it.
  relu: { apply: (a) => (a > 0 ? a : a === a ? 0 : a), slope: (h) => (h > 0 ? 1 : 0) },
};

export class PlainCell extends AffineCell {
  constructor(inputs, units, activation = "tanh") {
    super(inputs, units);
    this.activation = ACTIVATIONS[activation];
  }

  step(w, a, before, after) {
    const { apply } = this.activation;
    this.recur(w, a, before.h);
    for (let i = 0; i < a.length; i++) after.h[i] = apply(a[i]);
  }

  /** g = phi'(a) delta, and the message back, Wᵀ g. */
  stepBack(w, a, before, after, dafter, dbefore, g) {
    const { slope } = this.activation;
    for (let i = 0; i < g.length; i++) g[i] = slope(after.h[i]) * dafter.h[i];
    this.recurBack(w, g, dbefore.h);
  }
}
