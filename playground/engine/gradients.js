// Norms and clipping of gradients, views of one vector. Each returns what it did: the norm before and after, and the
// fraction of what was shortened: of the whole, of the entries, of the arrays.
import { norm } from "./arrays.js";

const shorten = (grads, theta) => {
  const before = norm(grads);
  if (before > theta) for (let i = 0; i < grads.length; i++) grads[i] *= theta / before;
  return before > theta;
};

/** g min(1, theta/|g|): direction kept, length lost (Pascanu, Mikolov and Bengio, 2013). */
export function clipNorm(grads, theta) {
  const before = norm(grads.flat), clipped = shorten(grads.flat, theta);
  return { before, after: clipped ? theta : before, fraction: Number(clipped) };
}

/** Cut every entry to [-theta, theta], which turns the direction. */
export function clipValues(grads, theta) {
  const before = norm(grads.flat);
  let cut = 0;
  grads.flat.forEach((value, i) => {
    if (Math.abs(value) > theta) { grads.flat[i] = Math.sign(value) * theta; cut++; }
  });
  return { before, after: norm(grads.flat), fraction: cut / grads.flat.length };
}

/** Shorten every array by itself. */
export function clipEach(grads, theta) {
  const before = norm(grads.flat), arrays = [grads.cell, grads.readout].flatMap(Object.values);
  const clipped = arrays.filter((array) => shorten(array, theta)).length;
  return { before, after: norm(grads.flat), fraction: clipped / arrays.length };
}

export function clipNothing(grads) {
  const before = norm(grads.flat);
  return { before, after: before, fraction: 0 };
}

export const CLIPPINGS = { none: clipNothing, norm: clipNorm, values: clipValues, each: clipEach };
