// The residual cell, h_t = h_{t-1} + phi(W h_{t-1} + U x_t + b): its Jacobian is I + diag(phi') W.
import { PlainCell } from "./plain.js";

export class ResidualCell extends PlainCell {
  /** phi is kept in `a`: as the difference of two states it would lose digits. */
  step(w, a, before, after) {
    const { apply } = this.activation;
    this.recur(w, a, before.h);
    for (let i = 0; i < a.length; i++) {
      a[i] = apply(a[i]);
      after.h[i] = before.h[i] + a[i];
    }
  }

  /** g = phi'(a) delta, and the message back, delta + Wᵀ g. */
  stepBack(w, a, before, after, dafter, dbefore, g) {
    const { slope } = this.activation;
    for (let i = 0; i < g.length; i++) {
      g[i] = slope(a[i]) * dafter.h[i];
      dbefore.h[i] += dafter.h[i];
    }
    this.recurBack(w, g, dbefore.h);
  }
}
