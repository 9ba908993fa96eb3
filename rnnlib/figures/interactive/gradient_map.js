// |dh_t/dh_k| in a network of 48 units, as rnnlib found it, over (t, k); and, beside it, as mean-field theory predicts.
const STEPS = 30, SETTLING = 40, RADII = [0.6, 1.4], INPUTS = [0.05, 3.2], SCENARIOS = 14, QUIET = 0.1, LOUD = [11, 15];
const LOWEST = -6, GRAIN = 0.03, HIGHEST = 1, THRESHOLD = 1e-3, TRIANGLE = (STEPS * (STEPS + 1)) / 2, ZERO = 97;

// The grains of all maps, a byte each, from what differs from a product of steps that have one factor each.
function grains(text) {
  const sizes = new Uint8Array(text.length), one = Math.round(-LOWEST / GRAIN), at = (t, k) => (t * (t - 1)) / 2 + k;
  for (let first = 0; first < text.length; first += TRIANGLE) {
    const size = (t, k) => (k < t ? sizes[first + at(t, k)] : one);
    for (let t = 1; t <= STEPS; t++) {
      for (let k = t - 1; k >= 0; k--) {
        const before = k < t - 1 ? size(t - 1, k) + size(t, k + 1) - size(t - 1, k + 1) : t > 1 ? size(t - 1, t - 2) : one;
        sizes[first + at(t, k)] = before + text.charCodeAt(first + at(t, k)) - ZERO;
      }
    }
  }
  return sizes;
}

const NODES = Array.from({ length: 161 }, (_, i) => (i - 80) / 10);
const BELL = NODES.map((z) => Math.exp(-z * z / 2)), MASS = BELL.reduce((sum, value) => sum + value);
const mean = (f) => NODES.reduce((sum, z, i) => sum + BELL[i] * f(z), 0) / MASS;
// The growth of a gradient, in nats, at each of the steps 1 to 30: rates[0] is that of step 1.
function predict({ rho, s, loud }) {
  const inputs = (t) => (loud === "always" || (t >= LOUD[0] && t <= LOUD[1]) ? s : QUIET), rates = [];
  for (let t = 1 - SETTLING, q = 0; t <= STEPS; t++) {
    const last = Math.sqrt(q);
    q = rho ** 2 * mean((z) => Math.tanh(last * z) ** 2) + inputs(t) ** 2;
    const now = Math.sqrt(q);
    if (t > 0) rates.push(Math.log(rho) + Math.log(mean((z) => (1 - Math.tanh(now * z) ** 2) ** 2)) / 2);
  }
  return rates;
}

function render({ model, el }) {
  const names = ["rho", "s", "loud", "t", "k"];
  const setting = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const view = frame({ model, el }, "Small weights end a gradient, and so does loud input", names, draw);
  const sizes = grains(model.get("sizes"));
  const paint = heatmap(view);
  view.controls.append(
    slider(model, "rho", "ρ, spectral radius", { min: RADII[0], max: RADII[1], step: 0.1, digits: 1 }),
    slider(model, "s", "s, input", { min: 0, max: 6, step: 1, scale: (s) => Math.log2(s / INPUTS[0]), inverse: (power) => INPUTS[0] * 2 ** power }),
    choice(model, "loud", "loud input", { always: "at every step", once: "at steps 11 to 15, else 0.1" }),
  );
  const limit = (value, low, high) => Math.max(low, Math.min(high, value));
  const put = (t, k) => {
    const column = limit(Math.round(t), 1, STEPS);
    model.set({ t: column, k: limit(Math.round(k), 0, column - 1) });
    model.save_changes();
  };
  let plane = null;
  const grip = handle(
    view, "the two steps t and k, moved by the arrow keys",
    (x, y) => put(plane.t(x), plane.k(y)), (right, up) => put(model.get("t") + right, model.get("k") + up),
  );

  function draw(width, height) {
    const s = setting(), rates = predict(s), narrow = width < 520;
    const scenario = Math.round(Math.log2(s.s / INPUTS[0])) + (s.loud === "once" ? SCENARIOS / 2 : 0);
    const first = (Math.round((s.rho - RADII[0]) * 10) * SCENARIOS + scenario) * TRIANGLE;
    const power = (t, k) => LOWEST + GRAIN * sizes[first + (t * (t - 1)) / 2 + k];
    const expected = (t, k) => rates.slice(k, t).reduce((sum, rate) => sum + rate, 0) / Math.LN10;
    const side = narrow ? Math.min(width - 56, height * 0.52) : Math.min(height - 48, width * 0.42);
    const map = { x: narrow ? 44 : 36, y: 20, side };
    const chart = narrow ? { x: 44, y: side + 80, width: width - 50, height: height - side - 98 } : { x: map.x + side + 66, y: 40, width: width - side - map.x - 74, height: side - 20 };
    colours(map, s, power, expected, narrow);
    column(chart, s, power, expected);
    const measured = Array.from({ length: s.t }, (_, k) => power(s.t, k)), predicted = measured.map((_, k) => expected(s.t, k));
    view.tell({ ...s, measured, predicted, rates });
    view.say(words(s, measured, predicted).replaceAll(" × ", "\u00a0×\u00a0"));
  }
  const label = (x, y, text, className = "muted-fill") => view.add("text", { x, y, class: `small ${className}` }, text);

  function colours({ x, y, side }, s, power, expected, narrow) {
    const cell = side / (STEPS + 1), X = (t) => x + (t + 0.5) * cell, Y = (k) => y + side - (k + 0.5) * cell;
    plane = { t: (px) => (px - x) / cell - 0.5, k: (py) => (y + side - py) / cell - 0.5 };
    const pixels = Math.round(side), at = (pixel) => Math.floor((pixel * (STEPS + 1)) / pixels);
    paint({ x, y, width: side, height: side }, pixels, pixels, [pixels, s.rho, s.s, s.loud].join(), (column, row) => {
      const t = at(column), k = STEPS - at(row);
      return k < t ? (power(t, k) - LOWEST) / (HIGHEST - LOWEST) : null;
    });
    label(x, y - 7, "what is left of a gradient from t at k");
    for (const step of [0, 10, 20, 30]) {
      label(X(step), y + side + 14, step ? String(step) : "t = 0", `muted-fill ${step ? "middle" : ""}`);
      label(x - 5, Y(step) + 4, step ? String(step) : "k = 0", "muted-fill end");
    }
    view.add("path", { class: "axis", d: `M${x} ${y}V${y + side}H${x + side}` });
    if (s.loud === "once") view.add("path", { class: "rnnfig-loud", d: `M${X(LOUD[0] - 0.5)} ${y + side}H${X(LOUD[1] + 0.5)}M${x} ${Y(LOUD[0] - 0.5)}V${Y(LOUD[1] + 0.5)}` });
    // The scale of the colours, in the half of the map that has none.
    const bar = { x: x + 12, y: y + (narrow ? 12 : 30), width: side * 0.42, height: 10 }, parts = 48;
    for (let i = 0; i < parts; i++) {
      view.add("rect", { x: bar.x + (i * bar.width) / parts, y: bar.y, width: bar.width / parts + 0.5, height: bar.height, style: `fill: rgb(${shade((i + 0.5) / parts)})` });
    }
    const tick = (power) => bar.x + ((power - LOWEST) / (HIGHEST - LOWEST)) * bar.width;
    for (const power of narrow ? [-6, 0] : [-6, -3, 0]) {
      view.add("path", { class: "axis", d: `M${tick(power)} ${bar.y + bar.height}v4` });
      label(tick(power), bar.y + bar.height + 17, power ? `10${raised(power)}` : "1", `muted-fill ${power > -6 ? "middle" : ""}`);
    }
    // Predicted and measured: the k of each t at which a thousandth is left.
    const horizon = [], reached = [];
    for (let t = 1; t <= STEPS; t++) {
      const k = crossing((k) => expected(t, k), t);
      if (k !== null) horizon.push([X(t), Y(k)]);
      const m = crossing((k) => power(t, k), t);
      if (m !== null) reached.push([X(t), Y(m)]);
    }
    if (horizon.length > 1) trace(view, `M${horizon.map((point) => point.join(" ")).join("L")}`);
    reached.forEach(([cx, cy], i) => { if (i % 2 === 0) view.add("circle", { cx, cy, r: 2.6, class: "rnnfig-landing" }); });
    if (horizon.length > 6) {
      const [px, py] = horizon[horizon.length >> 1];
      label(px + 8, py + 15, "10⁻³", "rnnfig-over");
    }
    grip(X(s.t), Y(s.k), s.k, `t = ${s.t}, k = ${s.k}`);
  }
  // Where a falling logarithm, going back from t, first crosses the threshold, between two steps.
  function crossing(of, t) {
    const goal = Math.log10(THRESHOLD);
    for (let k = t - 1, above = 0; k >= 0; k--) {
      const now = of(k);
      if (now < goal) return k + (goal - now) / (above - now);
      above = now;
    }
    return null;
  }

  function column({ x, y, width, height }, { t, k }, power, expected) {
    const X = (lag) => x + (lag / STEPS) * width, Y = (power) => y + ((HIGHEST - limit(power, LOWEST, HIGHEST)) / (HIGHEST - LOWEST)) * height;
    label(x, y - 25, `|∂hₜ/∂hₖ|, t = ${t}; 48 units, W = ρ × orthogonal`);
    view.add("path", { class: "theory", d: `M${x} ${y - 11}h16` });
    label(x + 20, y - 7, "predicted", "");
    view.add("circle", { cx: x + 90, cy: y - 11, r: 3, class: "vermilion-fill" });
    label(x + 98, y - 7, "measured", "");
    for (const power of [0, -3, -6]) {
      view.add("path", { class: power ? "grid" : "axis", d: `M${x} ${Y(power)}h${width}` });
      label(x - 5, Y(power) + 4, power ? `10${raised(power)}` : "1", "muted-fill end");
    }
    for (const lag of [0, 10, 20, 30]) label(X(lag), y + height + 14, lag === 0 ? "0 steps back" : String(lag), `muted-fill ${lag === 30 ? "end" : lag ? "middle" : ""}`);
    const line = [[X(0), Y(0)]];
    for (let step = t - 1; step >= 0; step--) {
      const [before, now] = [step + 1 < t ? expected(t, step + 1) : 0, expected(t, step)];
      if (before <= LOWEST) break;
      const share = now < LOWEST ? (before - LOWEST) / (before - now) : 1; // the line ends where the axis does
      line.push([X(t - step - 1 + share), Y(before + share * (now - before))]);
    }
    view.add("path", { class: "theory", d: `M${line.map((point) => point.join(" ")).join("L")}` });
    for (let step = t - 1; step >= 0; step--) {
      const value = power(t, step);
      if (value <= LOWEST) break;
      view.add("circle", { cx: X(t - step), cy: Y(value), r: step === k ? 5 : 2.8, class: "vermilion-fill" });
    }
  }

  // Two digits: finer than that the grains are not.
  const size = (power) => {
    if (power <= LOWEST) return "10⁻⁶ or less";
    const whole = Math.floor(power + 1e-9), digits = (10 ** (power - whole)).toFixed(1);
    return whole < -3 ? `${digits} × 10${raised(whole)}` : (Number(digits) * 10 ** whole).toFixed(Math.max(0, 1 - whole));
  };
  function words({ t, k }, measured, predicted) {
    const rate = (power) => fixed((power * Math.LN10) / (t - k), 2), goal = Math.log10(THRESHOLD);
    const slope = measured[k] <= LOWEST ? "" : `, ${rate(measured[k])} nats a step (predicted ${rate(predicted[k])})`;
    const [seen, told] = [measured, predicted].map((values) => { const at = values.findLastIndex((power) => power < goal); return at < 0 ? 0 : t - at; });
    const reach = seen || told ? `Below a thousandth ${seen ? `from ${seen} steps back on` : "nowhere"} (predicted: ${told || "nowhere"}).` : "More than a thousandth arrives at step 0, as predicted.";
    return `From step ${t} to step ${k}: ${size(measured[k])} of a gradient is left${slope}. ${reach}`;
  }
  return view.open();
}
export default { render };
