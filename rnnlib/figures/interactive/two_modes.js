// Two tanh units: h_t = tanh(W h_{t-1} + U x_t + b), L = |h_T - y|^2 / 2, and its eight derivatives in both directions.
const NAMES = ["W₁₁", "W₁₂", "W₂₁", "W₂₂", "U₁", "U₂", "b₁", "b₂"];
function compute({ gain, T, W: drawn, U, b, x, y }) {
  const W = drawn.map((w) => gain * w), h = [[0, 0]];
  for (let t = 1; t <= T; t++) h[t] = [0, 1].map((i) => Math.tanh(W[2 * i] * h[t - 1][0] + W[2 * i + 1] * h[t - 1][1] + U[i] * x[t - 1] + b[i]));
  const slope = (t) => h[t].map((state) => 1 - state * state), error = h[T].map((state, i) => state - y[i]);
  const tangents = NAMES.map((_, k) => {
    const moved = [[0, 0]];
    for (let t = 1; t <= T; t++) {
      const direct = k < 4 ? h[t - 1][k % 2] : k < 6 ? x[t - 1] : 1, unit = k < 4 ? k >> 1 : k % 2;
      moved[t] = [0, 1].map((i) => slope(t)[i] * (W[2 * i] * moved[t - 1][0] + W[2 * i + 1] * moved[t - 1][1] + (i === unit ? direct : 0)));
    }
    return moved;
  });
  const forward = tangents.map((moved) => error[0] * moved[T][0] + error[1] * moved[T][1]);
  const delta = Array(T + 1), reverse = Array(8).fill(0);
  delta[T] = error;
  for (let t = T; t >= 1; t--) {
    const g = slope(t).map((one, i) => one * delta[t][i]);
    delta[t - 1] = [0, 1].map((j) => W[j] * g[0] + W[2 + j] * g[1]);
    [0, 1].forEach((i) => { reverse[2 * i] += g[i] * h[t - 1][0]; reverse[2 * i + 1] += g[i] * h[t - 1][1]; reverse[4 + i] += g[i] * x[t - 1]; reverse[6 + i] += g[i]; });
  }
  return { h, tangents, forward, delta, reverse, loss: (error[0] ** 2 + error[1] ** 2) / 2 };
}
const grouped = (n) => (n < 1e7 ? String(n).replace(/\B(?=(\d{3})+$)/g, ",") : significant(n));

function render({ model, el }) {
  const names = ["mode", "gain", "T", "W", "U", "b", "x", "y", "units"];
  const view = frame({ model, el }, "One gradient, in eight sweeps forward or in one back", names, draw);
  const steps = stepper(() => (model.get("mode") === "forward" ? 8 : 1), () => view.redraw(), { next: "One sweep", previous: "Undo" });
  model.on("change:mode", () => steps.go(0));
  view.controls.append(
    steps.element,
    choice(model, "mode", "mode", { forward: "forward: change a parameter", reverse: "reverse: change the loss" }),
    slider(model, "gain", "size of W", { min: 0, max: 1.5, step: 0.05 }),
    slider(model, "T", "T, steps", { min: 2, max: 6, step: 1, digits: 0 }),
    slider(model, "units", "n, for the price", { min: 2, max: 128, step: 1, digits: 0 }),
  );

  function draw(width, height) {
    const s = Object.fromEntries(names.map((name) => [name, model.get(name)])), c = compute(s), { T } = s, at = steps.at, onward = s.mode === "forward";
    const narrow = width < 560, side = narrow ? 30 : 50, X = (t) => side + (t * (width - 2 * side - (narrow ? 6 : 30))) / T;
    const row = narrow ? 56 : 58, half = Math.min(narrow ? 18 : 30, (X(1) - X(0)) * 0.4), tall = 26;
    const label = (x, y, text, className) => view.add("text", { x, y, class: className }, text);
    const swept = at > 0, carried = onward ? (swept ? c.tangents[at - 1] : null) : swept ? c.delta : null, colour = onward ? "green" : "vermilion";
    label(2, 13, onward ? (swept ? `how each state moves when ${NAMES[at - 1]} does` : narrow ? "what moves when a parameter does?" : "forward mode: what moves when one parameter does?") : swept ? "how the loss moves when each state does, δ" : "reverse mode: what moves the loss?", `small strong ${swept ? `${colour}-fill` : "muted-fill"}`);
    for (let t = 0; t <= T; t++) {
      if (t < T) {
        const [from, to] = onward ? [X(t) + half + 3, X(t + 1) - half - 3] : [X(t + 1) - half - 3, X(t) + half + 3], turn = Math.sign(to - from);
        view.add("path", { class: swept ? (onward ? "local" : "backward") : "edge", d: `M${from} ${row}H${to}M${to - 6 * turn} ${row - 4}L${to} ${row}L${to - 6 * turn} ${row + 4}` });
      }
      view.add("rect", { x: X(t) - half, y: row - tall, width: 2 * half, height: 2 * tall, rx: 7, class: `node ${swept ? (onward ? "local" : "backward") : ""}` });
      [0, 1].forEach((i) => label(X(t), row - 6 + 22 * i, carried ? fixed(carried[t][i], 2) : fixed(c.h[t][i]), `middle small ${carried ? `${colour}-fill strong` : "blue-fill"}`));
      label(X(t), row + tall + 14, `h${lowered(t)}`, "middle small muted-fill");
    }
    label(width - 2, row + 5, "L", "end strong");

    const ledger = narrow ? 142 : 150, perRow = narrow ? 4 : 8, cell = (width - 4) / perRow;
    label(2, ledger - 26, onward ? `dL/dθ, an entry a sweep: ${at} of 8` : `dL/dθ, all entries at once: ${swept ? 8 : 0} of 8`, "small muted-fill");
    NAMES.forEach((name, k) => {
      const x = 2 + (k % perRow) * cell, y = ledger + Math.floor(k / perRow) * 42, filled = onward ? k < at : swept;
      view.add("rect", { x, y: y - 19, width: cell - 5, height: 38, rx: 5, class: `node ${filled ? (onward ? "local" : "backward") : ""} ${onward && k === at - 1 ? "now" : ""}` });
      label(x + (cell - 5) / 2, y - 5, name, "middle small muted-fill");
      label(x + (cell - 5) / 2, y + 12, filled ? fixed(onward ? c.forward[k] : c.reverse[k], 3) : "·", `middle ${filled ? `${colour}-fill strong` : "muted-fill"}`);
    });
    const n = s.units, N = n * n + 2 * n, costs = { forward: N * T * (2 * n * n + n), reverse: 3 * T * (n * n + n) };
    const price = narrow ? 232 : 190, full = width - (narrow ? 190 : 250), share = (count) => Math.max(2, (Math.log10(count) / 11) * full);
    label(2, price, narrow ? `multiplications, ${n} units, ${T} steps` : `multiplications for ${n} units, ${grouped(N)} parameters, ${T} steps (bars: logarithmic)`, "small muted-fill");
    [["forward mode", costs.forward, "green"], ["forward pass and BPTT", costs.reverse, "vermilion"]].forEach(([name, count, shade], i) => {
      const y = price + 7 + 22 * i;
      view.add("rect", { x: 2, y, width: share(count), height: 17, rx: 3, class: `${shade}-fill` });
      label(share(count) + 9, y + 13, `${grouped(count)}${narrow ? "" : `, ${name}`}`, `small strong ${shade}-fill`);
    });
    view.tell({ ...s, ...c, at, N, costs });
    const ratio = `A network of ${n} units has ${grouped(N)} parameters: forward mode pays ${grouped(Math.round(costs.forward / costs.reverse))} times as much as BPTT.`;
    if (!swept) return view.say(`${onward ? "Each sweep to the right gives one entry of the gradient, and there are eight." : "One sweep to the left gives δ at every step, and with it every entry."} ${ratio}`);
    if (!onward) return view.say(`One sweep back: every δ is used by all eight entries, and all eight are there, equal to those of forward mode. ${ratio}`);
    view.say(`Sweep ${at}: ${NAMES[at - 1]} moves at rate 1, the last state at (${c.tangents[at - 1][T].map((one) => fixed(one)).join(", ")}), so dL/d${NAMES[at - 1]} = ${fixed(c.forward[at - 1], 3)}. ${at < 8 ? "Nothing of it helps with the next." : ratio}`);
  }
  const close = view.open();
  return () => { steps.stop(); close(); };
}
export default { render };
