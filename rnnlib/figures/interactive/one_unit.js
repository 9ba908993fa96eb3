// A unit without input, h_t = tanh(w h_{t-1} + b) from h_0 = 0, whose last state should be TARGET: its loss over (w, b).
const TARGET = 0.5, WORST = (1 + TARGET) ** 2 / 2, WEIGHTS = [0.6, 1.8], FINEST = 1e-14;
const lossOf = (h) => (h - TARGET) ** 2 / 2;
function oneUnit(w, b, T) {
  let h = 0, dw = 0, db = 0;
  for (let t = 0; t < T; t++) {
    const next = Math.tanh(w * h + b), slope = 1 - next * next;
    dw = slope * (w * dw + h);
    db = slope * (w * db + 1);
    h = next;
  }
  const error = h - TARGET;
  return { h, loss: lossOf(h), gw: error * dw, gb: error * db, length: Math.hypot(error * dw, error * db) };
}
// The last state alone, to the accuracy of a shade: small states grow as in the linear network, settled ones stay.
function lastState(w, b, T) {
  let h = 0;
  for (let t = 0; t < T; t++) {
    const a = w * h + b, next = Math.abs(a) < 1e-3 ? a : Math.tanh(a);
    if (Math.abs(next - h) <= 1e-5 * Math.abs(next)) return next;
    h = next;
  }
  return h;
}

// A logarithm for numbers of either sign, linear below FINEST.
const signedLog = (b) => Math.sign(b) * Math.log10(1 + Math.abs(b) / FINEST);
const signedPower = (s) => Number((Math.sign(s) * FINEST * (10 ** Math.abs(s) - 1)).toPrecision(2));
// Unlike `significant`, of either sign and never broken over two lines.
const scientific = (b) => {
  if (b === 0) return "0";
  const power = Math.floor(Math.log10(Math.abs(b)) + 1e-9);
  return power < -2 || power > 3 ? `${fixed(b / 10 ** power, 1)}\u00a0×\u00a010${raised(power)}` : fixed(b, Math.max(0, 2 - Math.max(power, -1)));
};

// The surface as a heat map in `box`, w across and b upwards, each along its own scale; h is odd in b, so half of it is
// computed. The darker the lower: shares are square roots, so that one can tell the low plateaus apart.
function surface(view) {
  const paint = heatmap(view);
  return (box, T, inverse, [low, high]) => {
    const columns = Math.round(box.width / 2.5), rows = 2 * Math.round(box.height / 5);
    const key = [columns, rows, T, low, high].join();
    let shares = null;
    const compute = () => Array.from({ length: rows / 2 }, (_, row) => {
      const b = inverse(high - ((row + 0.5) / rows) * (high - low));
      return Array.from({ length: columns }, (_, column) => {
        const h = lastState(WEIGHTS[0] + ((column + 0.5) / columns) * (WEIGHTS[1] - WEIGHTS[0]), b, T);
        return [h, -h].map((state) => Math.sqrt(lossOf(state) / WORST));
      });
    });
    paint(box, columns, rows, key, (column, row) => {
      shares ??= compute();
      return row < rows / 2 ? shares[row][column][0] : shares[rows - 1 - row][column][1];
    });
  };
}

const arrowhead = (x, y, angle, size = 8) => [0.45, -0.45].map((turn) => `M${x} ${y}L${x - size * Math.cos(angle + turn)} ${y - size * Math.sin(angle + turn)}`).join("");

// The part of the segment from `start` to `end` that lies in the box, as its last point, and whether the end is inside.
function clipped([x0, y0], [x1, y1], { x, y, width, height }) {
  let share = 1;
  for (const [from, to, least, most] of [[x0, x1, x, x + width], [y0, y1, y, y + height]]) {
    if (to > most) share = Math.min(share, (most - from) / (to - from));
    if (to < least) share = Math.min(share, (least - from) / (to - from));
  }
  return { point: [x0 + share * (x1 - x0), y0 + share * (y1 - y0)], inside: share === 1 };
}
