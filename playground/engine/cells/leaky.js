// The leaky cell, h_t = kappa h_{t-1} + (1 - kappa) phi(W h_{t-1} + U x_t + b), with a fixed keep factor kappa.
import { PlainCell } from "./plain.js";

export class LeakyCell extends PlainCell {
  constructor(inputs, units, kappa, activation = "tanh") {
    super(inputs, units, activation);
    this.kappa = kappa;
  }

  /** phi stays in `a`. */
  step(w, a, before, after) {
    const { kappa, activation: { apply } } = this;
    this.recur(w, a, before.h);
    for (let i = 0; i < a.length; i++) {
      a[i] = apply(a[i]);
      after.h[i] = a[i] + kappa * (before.h[i] - a[i]);
    }
  }

  /** g = (1 - kappa) phi'(a) delta, and the message back, kappa delta + Wᵀ g. */
  stepBack(w, a, before, after, dafter, dbefore, g) {
    const { kappa, activation: { slope } } = this;
    for (let i = 0; i < g.length; i++) {
      g[i] = (1 - kappa) * slope(a[i]) * dafter.h[i];
      dbefore.h[i] += kappa * dafter.h[i];
    }
    this.recurBack(w, g, dbefore.h);
  }

  /** How much of its state each unit keeps, summed over the sequences of a step. */
  addKept(a, kept) {
    for (let i = 0; i < a.length; i++) kept[i % this.units] += this.kappa;
  }
}
