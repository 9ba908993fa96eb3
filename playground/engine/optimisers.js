// Turning gradients into better weights, entry by entry of one vector, in place.

export class SGD {
  means = 0;
  constructor(rate) { Object.assign(this, { rate, updates: 0, memory: [] }); }

  /** Move the vector `params` by what `grads` says, and remember its running means. */
  update(params, grads) {
    while (this.memory.length < this.means) this.memory.push(new Float64Array(params.length));
    this.move(params, grads, ++this.updates, ...this.memory);
  }
  /** theta <- theta - rate g. */
  move(params, g) {
    for (let i = 0; i < g.length; i++) params[i] -= this.rate * g[i];
  }
}

export class Momentum extends SGD {
  means = 1;
  momentum = 0.9;
  /** v <- mu v + g, theta <- theta - rate v. */
  move(params, g, s, v) {
    for (let i = 0; i < g.length; i++) {
      v[i] = this.momentum * v[i] + g[i];
      params[i] -= this.rate * v[i];
    }
  }
}

export class RMSprop extends SGD {
  means = 1;
  decay = 0.99;
  eps = 1e-8;
  /** v <- alpha v + (1 - alpha) g², theta <- theta - rate g/(sqrt v + eps). */
  move(params, g, s, v) {
    for (let i = 0; i < g.length; i++) {
      v[i] = this.decay * v[i] + (1 - this.decay) * g[i] * g[i];
      params[i] -= (this.rate * g[i]) / (Math.sqrt(v[i]) + this.eps);
    }
  }
}

export class Adam extends SGD {
  means = 2;
  betas = [0.9, 0.999];
  eps = 1e-8;
  /** m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g², theta <- theta - rate (m/(1 - b1^s))/(sqrt(v/(1 - b2^s)) + eps). */
  move(params, g, s, m, v) {
    const { betas: [beta1, beta2], eps, rate } = this, seen1 = 1 - beta1 ** s, seen2 = 1 - beta2 ** s;
    for (let i = 0; i < g.length; i++) {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i];
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
      params[i] -= (rate * m[i]) / seen1 / (Math.sqrt(v[i] / seen2) + eps);
    }
  }
}

export const OPTIMISERS = { sgd: SGD, momentum: Momentum, rmsprop: RMSprop, adam: Adam };
