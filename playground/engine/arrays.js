// Products and solutions of dense matrices, row after row in typed arrays. All of the engine is float64: a JavaScript
// engine computes in doubles anyway, so float32 would save no time, and the numbers of the page are those that the
// parity test holds to rnnlib's.

/** Add A Bᵀ to `out (rows, columns)`, for `A (rows, inner)` and `B (columns, inner)`.
 *
 * Rows of `A` and of `out` start `strideA` and `strideOut` apart, the first at `startA` and `startOut`, so that a block of columns can
 * be read or written. Two rows and four columns at a time: what is loaded is used more than once, and all eight sums
 * stay in registers. */
export function addProduct(out, A, B, rows, columns, inner, startOut = 0, strideOut = columns, startA = 0, strideA = inner) {
  let r = 0;
  for (; r + 1 < rows; r += 2) {
    const a = startA + r * strideA, b = a + strideA, o = startOut + r * strideOut, p = o + strideOut;
    let c = 0;
    for (; c + 3 < columns; c += 4) {
      const w0 = c * inner, w1 = w0 + inner, w2 = w1 + inner, w3 = w2 + inner;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let k = 0; k < inner; k++) {
        const x = A[a + k], y = A[b + k], v0 = B[w0 + k], v1 = B[w1 + k], v2 = B[w2 + k], v3 = B[w3 + k];
        s0 += x * v0; s1 += x * v1; s2 += x * v2; s3 += x * v3;
        t0 += y * v0; t1 += y * v1; t2 += y * v2; t3 += y * v3;
      }
      out[o + c] += s0; out[o + c + 1] += s1; out[o + c + 2] += s2; out[o + c + 3] += s3;
      out[p + c] += t0; out[p + c + 1] += t1; out[p + c + 2] += t2; out[p + c + 3] += t3;
    }
    for (; c < columns; c++) {
      let s = 0, t = 0;
      for (let k = 0, w = c * inner; k < inner; k++, w++) { s += A[a + k] * B[w]; t += A[b + k] * B[w]; }
      out[o + c] += s; out[p + c] += t;
    }
  }
  if (r < rows) addRow(out, startOut + r * strideOut, A, startA + r * strideA, B, columns, inner);
}

function addRow(out, o, A, a, B, columns, inner) {
  for (let c = 0; c < columns; c++) {
    let s = 0;
    for (let k = 0, w = c * inner; k < inner; k++, w++) s += A[a + k] * B[w];
    out[o + c] += s;
  }
}

/** Add Gᵀ H to `out (rows, columns)`: the sum over `steps` of the outer products of rows of `G` and of `H (steps, columns)`.
 *
 * Of `G (steps, strideG)` the `rows` columns from `startG` on are used. Four steps at a time. */
export function addOuterProducts(out, G, H, steps, rows, columns, startG = 0, strideG = rows) {
  let s = 0;
  for (; s + 3 < steps; s += 4) {
    const g = startG + s * strideG, h0 = s * columns, h1 = h0 + columns, h2 = h1 + columns, h3 = h2 + columns;
    for (let r = 0, o = 0; r < rows; r++, o += columns) {
      const v0 = G[g + r], v1 = G[g + strideG + r], v2 = G[g + 2 * strideG + r], v3 = G[g + 3 * strideG + r];
      for (let c = 0; c < columns; c++) out[o + c] += v0 * H[h0 + c] + v1 * H[h1 + c] + v2 * H[h2 + c] + v3 * H[h3 + c];
    }
  }
  for (; s < steps; s++) {
    for (let r = 0, o = 0; r < rows; r++, o += columns) {
      const v = G[startG + s * strideG + r];
      for (let c = 0, h = s * columns; c < columns; c++, h++) out[o + c] += v * H[h];
    }
  }
}

/** Add the sum over `steps` of the rows of `G` to `out (rows,)`. */
export function addRows(out, G, steps, rows, startG = 0, strideG = rows) {
  for (let s = 0; s < steps; s++) {
    for (let r = 0, g = startG + s * strideG; r < rows; r++, g++) out[r] += G[g];
  }
}

/** Write the transpose of `A (rows, columns)` into `out`. */
export function transpose(A, rows, columns, out = new Float64Array(rows * columns)) {
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = A[r * columns + c];
  return out;
}

/** Return A B of two square matrices. */
export function product(A, B, n) {
  const out = new Float64Array(n * n);
  addProduct(out, A, transpose(B, n, n), n, n, n);
  return out;
}

/** Return the combination of matrices (or vectors) with these coefficients: `[[c, A], ..]`. */
export function combine(...terms) {
  const out = new Float64Array(terms[0][1].length);
  for (const [c, A] of terms) for (let i = 0; i < out.length; i++) out[i] += c * A[i];
  return out;
}

export function identity(n, columns = n) {
  const out = new Float64Array(n * columns);
  for (let i = 0; i < Math.min(n, columns); i++) out[i * columns + i] = 1;
  return out;
}

/** Factorise a square matrix once, by elimination with row exchanges; return `right -> solution` of `A X = right (n, n)`. */
export function solver(A, n) {
  const LU = Float64Array.from(A), rows = Array.from({ length: n }, (_, i) => i);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(LU[rows[i] * n + k]) > Math.abs(LU[rows[pivot] * n + k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    const top = rows[k] * n;
    for (let i = k + 1; i < n; i++) {
      const row = rows[i] * n, factor = (LU[row + k] /= LU[top + k]);
      for (let j = k + 1; j < n; j++) LU[row + j] -= factor * LU[top + j];
    }
  }
  return (right) => substitute(LU, rows, n, right);
}

function substitute(LU, rows, n, right) {
  const X = new Float64Array(n * n);
  const subtract = (i, k, row) => {
    for (let j = 0; j < n; j++) X[i * n + j] -= LU[row + k] * X[k * n + j];
  };
  for (let i = 0; i < n; i++) {
    X.set(right.subarray(rows[i] * n, rows[i] * n + n), i * n);
    for (let k = 0; k < i; k++) subtract(i, k, rows[i] * n);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtract(i, k, rows[i] * n);
    for (let j = 0; j < n; j++) X[i * n + j] /= LU[rows[i] * n + i];
  }
  return X;
}

/** Euclidean norm of all numbers of an array, of numbers scaled by the largest: a norm of 1e-170 or of 3e200 has a square
 * that is no number. */
export function norm(values) {
  let largest = 0, sum = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (!(size <= largest)) largest = size;
  }
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  for (let i = 0; i < values.length; i++) sum += (values[i] / largest) ** 2;
  return largest * Math.sqrt(sum);
}
