// Where training starts. Numbers are drawn in the order in which rnnlib's model draws them, and what is then set otherwise after.
import { identity } from "./arrays.js";
import { skewOfAngles } from "./cells/orthogonal_maps.js";

/** Normal weights of variance one over the number of columns; zeros for a vector, which is a bias. */
const byColumns = (draws, [rows, columns]) =>
  columns ? draws.normal(rows * columns).map((z) => z / Math.sqrt(columns)) : new Float64Array(rows);

/** An orthogonal matrix, every one equally likely: Q of a normal matrix's QR factorisation, R's diagonal positive.
 *
 * Column after column is made orthogonal to those before it, twice, since once loses digits (Gram and Schmidt). */
export function orthogonal(draws, n) {
  const Q = draws.normal(n * n);
  for (let c = 0; c < n; c++) {
    for (let twice = 0; twice < 2; twice++) {
      for (let p = 0; p < c; p++) {
        let along = 0;
        for (let r = 0; r < n; r++) along += Q[r * n + p] * Q[r * n + c];
        for (let r = 0; r < n; r++) Q[r * n + c] -= along * Q[r * n + p];
      }
    }
    let length = 0;
    for (let r = 0; r < n; r++) length += Q[r * n + c] ** 2;
    for (let r = 0; r < n; r++) Q[r * n + c] /= Math.sqrt(length);
  }
  return Q;
}

const STARTS = { orthogonal, identity: (draws, n) => identity(n) };

/** Draw the parameters of a model, and set them as asked: what the recurrent weights `start` as, times `gain`; input
 * weights times `input`; gates that keep `forget`, a bias, or "chrono" for memories up to `longest` steps. */
export function initialise(model, draws, { start, gain, input, forget, longest }) {
  const params = model.zeros(), { cell } = model, n = cell.units;
  const angles = cell.kinds.includes("A") ? draws.range(-Math.PI, Math.PI, Math.floor(n / 2)) : null;
  for (const [part, shapes] of Object.entries(model.shapes())) {
    for (const [name, shape] of Object.entries(shapes)) params[part][name].set(byColumns(draws, shape));
  }
  for (const name of Object.keys(params.cell)) {
    const array = params.cell[name];
    if (name[0] === "W" && STARTS[start]) array.set(STARTS[start](draws, n));
    if (name[0] === "W" || name[0] === "U") scale(array, name[0] === "W" ? gain : input);
  }
  if (angles) params.cell.A.set(skewOfAngles(angles, n));
  if (forget !== null) keep(params.cell, draws, n, forget, longest);
  return params;
}

function scale(array, by) {
  for (let i = 0; i < array.length; i++) array[i] *= by;
}

/** Set the biases of the gates that keep: of f, or with the sign changed of z; "chrono" as Tallec and Ollivier, 2018. */
function keep(params, draws, n, forget, longest) {
  const bias = forget === "chrono" ? draws.range(1, longest - 1, n).map(Math.log) : new Float64Array(n).fill(forget);
  const closed = bias.map((b) => -b);
  params.b_f?.set(bias);
  if (forget === "chrono") params.b_i?.set(closed);
  params.b_z?.set(closed);
}
