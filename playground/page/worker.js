// The engine in its own thread: it trains, and shows how far it is no more often than somebody looks.
// Those that the others import are named as well: else each level of imports would be a way to the host and back.
import "../engine/arrays.js";
import "../engine/cells/affine.js";
import "../engine/cells/gru.js";
import "../engine/cells/leaky.js";
import "../engine/cells/lstm.js";
import "../engine/cells/mingru.js";
import "../engine/cells/orthogonal.js";
import "../engine/cells/orthogonal_maps.js";
import "../engine/cells/plain.js";
import "../engine/cells/residual.js";
import "../engine/draws.js";
import "../engine/gradients.js";
import "../engine/initialisers.js";
import "../engine/losses.js";
import "../engine/making.js";
import "../engine/model.js";
import "../engine/optimisers.js";
import "../engine/tasks.js";
import "../engine/through_time.js";
import { norm } from "../engine/arrays.js";
import { WINDOW } from "../engine/settings.js";
import { eigenvalues, jacobian, kept } from "../engine/spectra.js";
import { Run } from "../engine/training.js";

const COLUMNS = 240; // of the heat map, after which every second one goes
const SLICE = 25; // milliseconds of training between two looks at what the page wants
const FRAME = 90; // milliseconds between two frames, at least

let run, id, order, looked, view = "W", running = false, interval = 0, until, hold, held, every, sent, columns, drawn, shown, frames, ticket = 0;

const messages = {
  start({ setting, id: name }) {
    run = new Run(setting);
    [id, running, every, sent, columns, shown, frames, until] = [name, false, 1, 0, [], true, 0, null];
    // What the first update will see, from a run that is a copy: this one has drawn nothing yet.
    const copy = new Run(setting);
    copy.differentiate();
    frame(copy);
  },
  // It ends after `to` updates (none: it goes on), and waits after `least` of them until it is told to go on.
  run({ to, hold: least }) { until = to ?? null; hold = least; if (!running || held) { running = true; go(++ticket); } },
  // It goes on if it may. While it may not it says nothing more: the page would answer that, and so on, without end.
  hold({ hold: least }) { hold = least; if (running && held && run.updates < hold) go(ticket); },
  stop() { running = false; ticket++; frame(latest()); },
  // Stop after so many updates, which are few and made at once.
  even({ to }) { running = false; ticket++; while (run.updates < to && step()); frame(latest()); },
  one() { running = false; ticket++; step(); frame(run); },
  pace({ milliseconds }) { interval = milliseconds; },
  view({ name }) { view = name; if (looked) frame(looked); },
  shown() { shown = true; },
};
onmessage = ({ data }) => { order = data.order; messages[data.type](data); };

/** The run itself, once it has drawn anything. */
const latest = () => (run.updates ? run : looked);

function step() {
  const going = run.update();
  if (going && (run.updates - 1) % every === 0) {
    columns.push({ update: run.updates - 1, sizes: relative(run.pass.reach(run.batch)) });
    if (run.updates / every > COLUMNS) { every *= 2; columns = columns.filter(({ update }) => update % every === 0); }
  }
  return going && !(until !== null && run.updates >= until);
}

/** Sizes as shares of the first: of a run about to diverge they themselves are too large for 32 bits. */
function relative(sizes) {
  return Float32Array.from(sizes, (size) => size / sizes[0]);
}

/** Train on, a slice at a time. A slower pace waits between updates; a pause of the page, however long, is not caught up.
 * Where it has to wait for another run it says how far it is. */
function go(mine) {
  if (!running || mine !== ticket) return;
  held = run.updates >= hold;
  if (held) {
    postMessage({ id, order, at: run.updates });
    return;
  }
  const began = performance.now();
  do running = step(); while (running && !interval && run.updates < hold && performance.now() - began < SLICE);
  if (!running || interval || (shown && began - drawn > FRAME)) frame(run);
  if (running) setTimeout(go, interval, mine);
}

/** Send what is new since the last frame, and the sequence that was looked at last. */
function frame(of) {
  const { log, pass, batch, task, model, setting } = of, fresh = (values) => Float64Array.from(values.slice(sent));
  looked = of;
  const recent = log.fraction.slice(-WINDOW), norms = log.before;
  postMessage({
    id, order, updates: of.updates, every, running, columns, solvedAt: of.solvedAt,
    loss: fresh(log.loss), before: fresh(log.before), after: fresh(log.after), fraction: fresh(log.fraction),
    sizes: Float64Array.from(pass.reach(batch)),
    clipped: recent.length ? recent.filter((fraction) => fraction > 0).length / recent.length : 0,
    share: log.loss.length ? log.loss.slice(-WINDOW).reduce((sum, x) => sum + x, 0) / Math.min(WINDOW, log.loss.length) / of.baseline : null,
    diverged: of.diverged && { ...of.diverged, norm: norms.length ? norms.at(-1) : null },
    baseline: of.baseline, needs: task.needs, steps: task.steps, first: batch.first, loss_name: task.loss,
    sequence: sequence(of), spectrum: running && frames % 4 ? null : spectrum(of), alphabet: task.alphabet ?? null,
    inputs: task.inputs, outputs: task.outputs, units: model.cell.units, B: setting.B,
  });
  [sent, columns, shown, drawn] = [of.updates, [], false, performance.now()];
  frames++;
}

/** The first sequence of the batch: inputs, states, outputs, targets, and at each step the norm of the last step's loss's
 * adjoint, of the whole state as in the map. */
function sequence({ pass, batch, model, task }) {
  const { T, B } = pass, { cell, outputs: m } = model, n = cell.units, width = task.width;
  const first = (array, size, steps) => {
    const out = new Float64Array(steps * size);
    for (let t = 0; t < steps; t++) out.set(array.subarray(t * B * size, t * B * size + size), t * size);
    return out;
  };
  const h = new Float64Array(T * n), delta = new Float64Array(T);
  pass.reach(batch);
  pass.windows.forEach(({ start, tape }, i) => {
    h.set(first(tape.after, n, tape.T), start * n);
    if (i < pass.windows.length - 1) return; // no gradient crosses a cut
    for (let t = 1; t <= tape.T; t++) delta[start + t - 1] = norm(cell.fields.map((field) => norm(tape.deltas[t][field].subarray(0, n))));
  });
  return { x: first(batch.x, task.inputs, T), h, delta, y: first(pass.y, m, T), targets: first(batch.targets, width, T - batch.first) };
}

function spectrum({ pass, model }) {
  const { cell } = model, { tape } = pass.windows.at(-1);
  if (view === "gates" && cell.addKept) return { kind: "gates", kept: kept(pass.windows.map((one) => one.tape)) };
  const square = view === "W" && tape.w.W?.length === cell.units ** 2, A = square ? tape.w.W : jacobian(tape, tape.T);
  if (!A.every(Number.isFinite)) return null;
  const kind = square ? "W" : "J";
  try {
    return { kind, values: eigenvalues(A, Math.sqrt(A.length)) };
  } catch ({ message: amiss }) { // the picture says so, and the run goes on
    return { kind, values: [], amiss };
  }
}
