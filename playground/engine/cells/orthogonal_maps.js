// The map from a free matrix A onto rotations, W = exp(A - Aᵀ), beside its pull-back of a gradient.
import { combine, identity, product, solver, transpose } from "../arrays.js";

// A matrix and its derivative in one direction, [X, dX]: what the chain rule makes of sums, products and solutions.
const times = ([X, dX], [Y, dY], n) => [product(X, Y, n), combine([1, product(X, dY, n)], [1, product(dX, Y, n)])];
const sum = (...terms) => [0, 1].map((part) => combine(...terms.map(([c, pair]) => [c, pair[part]])));

/** Matrix exponential of `S (n, n)` and its derivative in the direction `dS`, both to rounding.
 *
 * The diagonal Padé approximant of degree 7, with scaling and squaring (Higham, 2005); of a skew S it is orthogonal. */
export function expm(S, dS, n) {
  let size = 0;
  for (let c = 0; c < n; c++) {
    let column = 0;
    for (let r = 0; r < n; r++) column += Math.abs(S[r * n + c]);
    size = Math.max(size, column);
  }
  // Below a 1-norm of 0.95 the approximant is exact to rounding.
  const squarings = Math.max(0, Math.ceil(Math.log2(size / 0.95))), scale = 2 ** -squarings;
  const eye = [identity(n), new Float64Array(n * n)], X = [combine([scale, S]), combine([scale, dS])];
  const X2 = times(X, X, n), X4 = times(X2, X2, n), X6 = times(X4, X2, n);
  const even = sum([17297280, eye], [1995840, X2], [25200, X4], [56, X6]);
  const odd = times(X, sum([8648640, eye], [277200, X2], [1512, X4], [1, X6]), n);
  const [M, dM] = sum([1, even], [-1, odd]), [N, dN] = sum([1, even], [1, odd]), solve = solver(M, n), W = solve(N);
  let pair = [W, solve(combine([1, dN], [-1, product(dM, W, n)]))];
  for (let i = 0; i < squarings; i++) pair = times(pair, pair, n);
  return pair;
}

const skew = (A, n) => combine([1, A], [-1, transpose(A, n, n)]);

/** W = exp(A - Aᵀ). */
export function exponential(A, n) {
  return expm(skew(A, n), new Float64Array(n * n), n)[0];
}

/** Pull dL/dW back to A: the adjoint of the derivative at S is the derivative at Sᵀ. */
export function exponentialBack(A, dW, n) {
  return skew(expm(combine([-1, skew(A, n)]), dW, n)[1], n);
}

/** A whose A - Aᵀ has blocks [[0, -angle], [angle, 0]], logarithms of plane rotations. */
export function skewOfAngles(angles, n) {
  const A = new Float64Array(n * n);
  angles.forEach((angle, i) => {
    A[2 * i * n + 2 * i + 1] = -angle / 2;
    A[(2 * i + 1) * n + 2 * i] = angle / 2;
  });
  return A;
}
