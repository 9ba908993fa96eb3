// Losses over rows of outputs, as means over the `count` rows that are scored, and their gradients.

/** Cross-entropy in nats: adds to the loss -log p of each row's class, divided by `count`; `dy` gets (p - onehot)/count. */
export function softmaxCrossEntropy(y, targets, m, count, dy) {
  let loss = 0;
  for (let row = 0, i = 0; i < y.length; row++, i += m) {
    let largest = -Infinity, total = 0;
    for (let j = 0; j < m; j++) largest = Math.max(largest, y[i + j]);
    for (let j = 0; j < m; j++) total += dy[i + j] = Math.exp(y[i + j] - largest);
    for (let j = 0; j < m; j++) dy[i + j] /= total * count;
    dy[i + targets[row]] -= 1 / count;
    loss += Math.log(total) - (y[i + targets[row]] - largest);
  }
  return loss / count;
}

/** Half the squared distance; `dy` gets (y - target)/count. */
export function squaredError(y, targets, m, count, dy) {
  let loss = 0;
  for (let i = 0; i < y.length; i++) {
    const error = y[i] - targets[i];
    loss += error * error;
    dy[i] = error / count;
  }
  return loss / (2 * count);
}

export const LOSSES = { softmax_cross_entropy: softmaxCrossEntropy, squared_error: squaredError };
