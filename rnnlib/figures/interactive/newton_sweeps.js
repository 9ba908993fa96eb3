// Three tanh units, h_t = tanh(W h_{t-1} + s x_t) from h_0 = 0, at all steps at once: guesses, residuals, corrections.
const UNITS = 3, TOLERANCE = 1e-8, DARKEST = -10;
const apply = (W, v) => W.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]);
const largest = (v) => Math.max(...v.map(Math.abs));

function stepThrough(W, a) {
  let h = [0, 0, 0], v = [1, 1, 1].map((one) => one / Math.sqrt(UNITS)), grown = 0;
  for (const a_t of a) {
    h = apply(W, h).map((sum, i) => Math.tanh(sum + a_t[i]));
    v = apply(W, v).map((sum, i) => (1 - h[i] * h[i]) * sum);
    const length = Math.hypot(...v);
    grown += Math.log(length);
    v = v.map((part) => part / length);
  }
  return grown / a.length;
}
// The residuals of each guess, a row a sweep, until none reaches the tolerance.
function sweep(W, a, newton) {
  const T = a.length, rows = [];
  let h = a.map(() => [0, 0, 0]);
  for (;;) {
    const f = a.map((a_t, t) => apply(W, t ? h[t - 1] : [0, 0, 0]).map((sum, i) => Math.tanh(sum + a_t[i])));
    const r = f.map((f_t, t) => f_t.map((value, i) => value - h[t][i]));
    rows.push(r.map(largest));
    if (Math.max(...rows[rows.length - 1]) < TOLERANCE || rows.length > T + 1) return rows;
    let d = [0, 0, 0];
    h = newton ? h.map((h_t, t) => {
      d = apply(W, d).map((sum, i) => (1 - f[t][i] * f[t][i]) * sum + r[t][i]);
      return h_t.map((value, i) => value + d[i]);
    }) : f;
  }
}
const frontOf = (row) => { const at = row.findIndex((size) => size >= TOLERANCE); return at < 0 ? row.length : at; };

function render({ model, el }) {
  const names = ["gain", "spread", "method"];
  const view = frame({ model, el }, "All states at once, corrected until they fit", names, draw);
  const paint = heatmap(view);
  view.controls.append(
    slider(model, "gain", "gain", { min: 0.2, max: 5, step: 0.1, digits: 1 }),
    slider(model, "spread", "input", { min: 0, max: 2, step: 0.05 }),
    choice(model, "method", "method", { newton: "Newton", picard: "Picard" }),
  );

  function draw(width, height) {
    const [gain, spread, method] = names.map((name) => model.get(name));
    const W = model.get("weights").map((row) => row.map((w) => (gain * w) / Math.sqrt(UNITS)));
    const a = model.get("inputs").map((x) => x.map((value) => spread * value)), T = a.length;
    const mu = stepThrough(W, a), rows = sweep(W, a, method === "newton"), sweeps = rows.length - 1;
    const fronts = rows.map(frontOf);
    const picard = mu < 0 ? Math.min(T, Math.log(1 / TOLERANCE) / -mu) : T;
    const left = 44, top = 22, box = { x: left, y: top, width: width - left - 12, height: height - top - 40 };
    const X = (t) => left + (t / T) * box.width, Y = (k) => top + (k / rows.length) * box.height;
    const key = [gain, spread, method, Math.round(box.width), Math.round(box.height)].join();
    paint(box, T, rows.length, key, (t, k) => (Math.log10(Math.max(rows[k][t], 1e-99)) - DARKEST) / -DARKEST);
    const path = fronts.map((front, k) => `${k ? "L" : "M"}${X(front)} ${Y(k)}V${Y(k + 1)}`).join("");
    trace(view, path, "rnnfig-fine");
    const label = (x, y, text, className) => view.add("text", { x, y, class: `small muted-fill ${className}` }, text);
    label(left, 13, "residual: bright 1, dark 10⁻¹⁰; white: the front", "");
    for (const t of [0, 40, 80, 120]) label(X(t), height - 22, t === 120 ? "120" : String(t), t === 120 ? "end" : t ? "middle" : "");
    label(left + box.width / 2, height - 5, "step t", "middle");
    const ticks = [...new Set([0, Math.round(sweeps / 2), sweeps])];
    for (const k of ticks) label(left - 6, Y(k + 0.5) + 4, String(k), "end");
    view.tell({ gain, spread, method, mu, sweeps, fronts, picard, last: Math.max(...rows[sweeps]) });
    const growth = mu < 0 ? "small pushes die out" : "small pushes grow";
    const control = method === "picard" ? `${fixed(picard, 0)} predicted from the exponent.` : `Picard's iteration would need about ${fixed(picard, 0)}.`;
    view.say(`Exponent ${mu < 0 ? "" : "+"}${fixed(mu, 2)}: ${growth}. ${sweeps} ${sweeps === 1 ? "sweep" : "sweeps"} for 120 steps. ${control}`);
  }
  return view.open();
}
export default { render };
