// Eigenvalues, step Jacobians, and how long gates keep.

/** All eigenvalues of a real matrix `A (n, n)`, as `[real, imaginary]`: reduction to Hessenberg form by reflections, then
 * Francis's implicit double-shift QR steps (Golub and Van Loan, Matrix computations, sections 7.4 and 7.5), of which LAPACK
 * allows as many in all. */
export function eigenvalues(A, n) {
  const H = hessenberg(Float64Array.from(A), n), found = [];
  let end = n - 1, tries = 0;
  while (end >= 0) {
    const start = deflated(H, n, end);
    if (start >= end - 1) {
      found.push(...(start === end ? [[H[end * n + end], 0]] : ofPair(H, n, end - 1)));
      end = start - 1;
    } else if (tries++ > 30 * Math.max(10, n)) {
      throw new Error("eigenvalues: no convergence");
    } else francis(H, n, start, end, tries % 11 === 10);
  }
  return found;
}

/** Apply the reflection that leaves `v` in rows (left) and columns (right) from `at` on. */
function reflect(H, n, v, at, fromColumn, toRow) {
  const size = v.length, beta = 2 / v.reduce((sum, x) => sum + x * x, 0);
  if (!Number.isFinite(beta)) return;
  for (let c = fromColumn; c < n; c++) {
    let along = 0;
    for (let i = 0; i < size; i++) along += v[i] * H[(at + i) * n + c];
    for (let i = 0; i < size; i++) H[(at + i) * n + c] -= beta * along * v[i];
  }
  for (let r = 0; r <= toRow; r++) {
    let along = 0;
    for (let i = 0; i < size; i++) along += v[i] * H[r * n + at + i];
    for (let i = 0; i < size; i++) H[r * n + at + i] -= beta * along * v[i];
  }
}

/** The vector of the reflection that takes `x` to a multiple of the first unit vector. */
function reflector(x) {
  const v = Float64Array.from(x);
  v[0] += (x[0] < 0 ? -1 : 1) * Math.hypot(...x);
  return v;
}

function hessenberg(H, n) {
  for (let k = 0; k < n - 2; k++) {
    const column = Array.from({ length: n - k - 1 }, (_, i) => H[(k + 1 + i) * n + k]);
    reflect(H, n, reflector(column), k + 1, 0, n - 1);
    for (let i = k + 2; i < n; i++) H[i * n + k] = 0;
  }
  return H;
}

/** Where the last block begins that nothing below the diagonal connects to the rest. */
function deflated(H, n, end) {
  let start = end;
  for (; start > 0; start--) {
    const size = Math.abs(H[start * n + start]) + Math.abs(H[(start - 1) * n + start - 1]);
    if (Math.abs(H[start * n + start - 1]) <= 1e-15 * (size || 1)) { H[start * n + start - 1] = 0; break; }
  }
  return start;
}

function ofPair(H, n, i) {
  const a = H[i * n + i], b = H[i * n + i + 1], c = H[(i + 1) * n + i], d = H[(i + 1) * n + i + 1];
  const half = (a - d) / 2, root = half * half + b * c;
  if (root < 0) return [[(a + d) / 2, Math.sqrt(-root)], [(a + d) / 2, -Math.sqrt(-root)]];
  const large = (a + d) / 2 + ((a + d) / 2 < 0 ? -1 : 1) * Math.sqrt(root);
  return [[large, 0], [large ? (a * d - b * c) / large : 0, 0]];
}

function francis(H, n, start, end, exceptional) {
  const at = (i, j) => H[i * n + j], first = at(start, start);
  // The shifts are the eigenvalues of the last two rows, of diagonal x and y; only differences of entries are
  // multiplied, for where all are near one number their products would cancel.
  let x = at(end, end) - first, y = at(end - 1, end - 1) - first, w = at(end, end - 1) * at(end - 1, end);
  // Shifts of no meaning, now and then, break the cycles in which the usual ones can be caught.
  if (exceptional) { x = y = 0.75 * Math.abs(at(end, end - 1)); w = -0.4375 * at(end, end - 1) ** 2; }
  let column = [
    (x * y - w) / at(start + 1, start) + at(start, start + 1),
    at(start + 1, start + 1) - first - x - y,
    at(start + 2, start + 1),
  ];
  for (let k = start; k < end; k++) {
    reflect(H, n, reflector(column), k, Math.max(start, k - 1), Math.min(end, k + 3));
    if (k > start) for (let i = k + 1; i < Math.min(end, k + 2) + 1; i++) H[i * n + k - 1] = 0;
    column = Array.from({ length: Math.min(3, end - k) }, (_, i) => at(k + 1 + i, k));
  }
}

/** The Jacobian of the whole state at step `t` (1 .. T) of sequence `b`, `(s, s)`: row i is the i-th unit vector pushed
 * through the step backward, the same for every cell. */
export function jacobian(tape, t, b = 0) {
  const { cell } = tape, n = cell.units, s = n * cell.fields.length, J = new Float64Array(s * s);
  const repeated = (array, width) => {
    const all = new Float64Array(s * width);
    for (let i = 0; i < s; i++) all.set(array.subarray(b * width, (b + 1) * width), i * width);
    return all;
  };
  const ofState = (make) => Object.fromEntries(cell.fields.map((field, at) => [field, make(field, at)]));
  const before = ofState((field) => repeated(tape.steps[t - 1][field], n)), after = ofState((field) => repeated(tape.steps[t][field], n));
  const row = ofState(() => new Float64Array(s * n)), unit = ofState((_, at) => {
    const rows = new Float64Array(s * n);
    for (let i = 0; i < n; i++) rows[(at * n + i) * n + i] = 1;
    return rows;
  });
  cell.stepBack(tape.w, repeated(tape.saved[t - 1], cell.width), before, after, unit, row, new Float64Array(s * cell.width));
  cell.fields.forEach((field, at) => {
    for (let i = 0; i < s; i++) J.set(row[field].subarray(i * n, (i + 1) * n), i * s + at * n);
  });
  return J;
}

/** What each unit keeps of its state a step, on average over the steps and sequences of the tapes: its forget gate. */
export function kept(tapes) {
  const { cell, B } = tapes[0], means = new Float64Array(cell.units);
  let steps = 0;
  for (const tape of tapes) {
    for (const a of tape.saved) cell.addKept(a, means);
    steps += tape.T;
  }
  return means.map((sum) => sum / (steps * B));
}
