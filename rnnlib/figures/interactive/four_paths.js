// One gradient dL/dh_k of a loss at the last step, along a look back and along the recurrence, part by part.
const LOWEST = -5, HIGHEST = 1.5;
const PATHS = [["value", "--green"], ["key", "--blue"], ["query", "--purple"], ["recurrence", "--vermilion"]];

function states(w, inputs) {
  const h = [];
  inputs.forEach((x, t) => { h[t] = w * (t ? h[t - 1] : 0) + x; });
  return h;
}
// The weight alpha at step k, the rest shared out equally; what comes to step k by each path, and all together.
function split(h, { alpha, w }, lag) {
  const last = h.length - 1, k = last - lag, rest = (1 - alpha) / last;
  const weight = (j) => (j === k ? alpha : rest);
  let m = 0, query = 0, message = 0;
  h.forEach((state, j) => { m += weight(j) * state; });
  h.forEach((state, j) => { query += weight(j) * (state - m) * state; });
  const key = (j) => weight(j) * (h[j] - m) * h[last];
  for (let j = last; j > k; j--) message = w * (message + weight(j) + key(j));
  const parts = [alpha, key(k), query * w ** lag, message];
  return { parts, total: parts.reduce((sum, part) => sum + part) };
}

function render({ model, el }) {
  const names = ["alpha", "w", "lag"], inputs = model.get("inputs"), STEPS = inputs.length;
  const setting = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const view = frame({ model, el }, "The shortcut does not know how far it goes", names, draw);
  view.controls.append(
    slider(model, "alpha", "α, weight", { min: -3, max: 0, step: 0.05, ...decades, words: (alpha) => significant(alpha) }),
    slider(model, "w", "w, recurrent", { min: 0.5, max: 1.1, step: 0.01 }),
    slider(model, "lag", "looked at", { min: 0, max: STEPS - 1, step: 1, words: (lag) => `${lag} back` }),
  );

  function draw(width, height) {
    const s = setting(), narrow = width < 520, h = states(s.w, inputs);
    const each = inputs.map((_, lag) => split(h, s, lag)), here = each[s.lag];
    const left = 46, right = width - 14, base = narrow ? 84 : 92, top = base + 62, bottom = height - 20;
    const X = (lag) => right - (lag / (STEPS - 1)) * (right - left);
    const Y = (size) => bottom - ((Math.max(LOWEST, Math.min(HIGHEST, Math.log10(size))) - LOWEST) / (HIGHEST - LOWEST)) * (bottom - top);
    const label = (x, y, text, className = "muted-fill") => view.add("text", { x, y, class: `small ${className}` }, text);
    chain();
    legend();
    axes();
    paths();
    // Where the two straight lines meet: from there on the value path is the longer.
    const meets = s.w < 1 ? Math.log(s.alpha) / Math.log(s.w) : null;
    view.tell({ ...s, parts: here.parts, total: here.total, meets });
    view.say(words(s, here, meets));

    // The way back: one arc, or step by step, as wide as what arrives.
    function chain() {
      const broad = (size) => Math.max(0.4, Math.min(9, 9 + 2 * Math.log10(Math.max(size, 1e-9))));
      const from = X(0), to = X(s.lag), tall = 16 + (base - 34) * Math.min(1, 0.2 + s.lag / STEPS);
      for (let lag = 0; lag < s.lag; lag++) {
        view.add("path", { d: `M${X(lag)} ${base}H${X(lag + 1)}`, style: `stroke: var(--vermilion); stroke-width: ${broad(Math.abs(s.w) ** (lag + 1))}` });
      }
      for (let lag = 0; lag < STEPS; lag += 1) view.add("circle", { cx: X(lag), cy: base, r: narrow ? 1.4 : 2, class: "muted-fill" });
      view.add("path", { d: `M${from} ${base}C${from} ${base - tall} ${to} ${base - tall} ${to} ${base}`, style: `stroke: var(--green); stroke-width: ${broad(s.alpha)}` });
      view.add("circle", { cx: to, cy: base, r: 5, class: "ink-fill" });
      view.add("circle", { cx: from, cy: base, r: 5, class: "ink-fill" });
      label(right, 12, narrow ? "the loss looks back" : "the loss, at the last step, looks back", "end");
      const far = to < left + 90;
      label(far ? to - 4 : to - 8, base + 20, `step ${STEPS - s.lag}`, far ? "" : "end");
    }

    function legend() {
      let x = left - 38;
      for (const [name, colour] of PATHS) {
        view.add("circle", { cx: x + 4, cy: top - 20, r: 4, style: `fill: var(${colour})` });
        label(x + 12, top - 16, name, "");
        x += 24 + 6.6 * name.length;
      }
      if (!narrow) {
        view.add("path", { class: "theory", d: `M${x} ${top - 20}h18` });
        label(x + 23, top - 16, "α, and wˡ for l steps back", "");
      }
    }

    function axes() {
      for (const power of [1, 0, -1, -2, -3, -4, -5]) {
        view.add("path", { class: power ? "grid" : "axis", d: `M${left} ${Y(10 ** power)}H${right}` });
        label(left - 5, Y(10 ** power) + 4, power ? `10${raised(power)}` : "1", "muted-fill end");
      }
      for (const lag of narrow ? [0, 20, 40] : [0, 10, 20, 30, 40, 50]) {
        label(lag ? X(lag) : right, height - 4, lag ? String(lag) : "0 steps back", `muted-fill ${lag ? "middle" : "end"}`);
      }
      view.add("path", { class: "axis", "stroke-dasharray": "4 3", d: `M${X(s.lag)} ${top - 8}V${bottom}` });
    }

    function paths() {
      const line = [];
      for (let lag = 0; lag < STEPS && Math.abs(s.w) ** lag >= 10 ** LOWEST; lag++) line.push(`${X(lag)} ${Y(s.w ** lag)}`);
      view.add("path", { class: "theory", d: `M${line.join("L")}` });
      view.add("path", { class: "theory", d: `M${left} ${Y(s.alpha)}H${right}` });
      each.forEach(({ parts }, lag) => {
        const chosen = lag === s.lag;
        if (!chosen && lag % (narrow ? 3 : 2)) return;
        // The largest last, so that it lies on top.
        PATHS.map(([, colour], i) => [Math.abs(parts[i]), colour]).sort((a, b) => a[0] - b[0]).forEach(([size, colour]) => {
          if (size < 10 ** LOWEST || size > 10 ** HIGHEST) return;
          view.add("circle", { cx: X(lag), cy: Y(size), r: chosen ? 6 : 2.3, style: `fill: var(${colour})` });
        });
      });
    }
  }

  function words({ alpha, w, lag }, { parts, total }, meets) {
    const part = (x) => (Math.abs(x) < 5e-6 ? "0" : `${x < 0 ? "−" : ""}${significant(Math.abs(x))}`.replaceAll(" ", "\u00a0"));
    const [value, key, query, rest] = parts.map(part);
    const where = lag === 0 ? "To the last step itself" : `${lag} step${lag === 1 ? "" : "s"} back`;
    const line = meets === null ? "Here the recurrence loses nothing." : meets > STEPS - 1 ? "Within these steps the recurrence loses less than the weight does." : `Farther back than ${fixed(meets, 1)} steps, ln α / ln w, one straight look brings more than the recurrence.`;
    const sure = alpha === 1 ? " With all the weight on one step the key path is shut." : "";
    return `${where}: value ${value}, key ${key}, query ${query}, recurrence ${rest}; together ${part(total)}. ${line}${sure}`;
  }
  return view.open();
}
export default { render };
