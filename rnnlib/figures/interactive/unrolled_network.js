// The unrolled network of one unit: h_t = tanh(w h_{t-1} + u x_t), y_t = v h_t, l_t = (y_t - target_t)^2 / 2.
function compute({ w, u, v, x, target, T, loss }) {
  const h = [0], local = [0], error = [0];
  for (let t = 1; t <= T; t++) {
    h[t] = Math.tanh(w * h[t - 1] + u * x[t - 1]);
    const counts = loss === "every" || t === T;
    const residual = v * h[t] - target[t - 1];
    error[t] = counts ? residual ** 2 / 2 : null;
    local[t] = counts ? v * residual : 0;
  }
  const delta = Array(T + 2).fill(0), message = Array(T + 2).fill(0), term = Array(T + 2).fill(0);
  for (let t = T; t >= 1; t--) {
    delta[t] = local[t] + message[t];
    const g = delta[t] * (1 - h[t] ** 2);
    message[t - 1] = w * g;
    term[t] = g * h[t - 1];
  }
  return { h, local, error, delta, message, term, total: error.reduce((sum, l) => sum + (l ?? 0), 0) };
}

function render({ model, el }) {
  const setting = () => Object.fromEntries(["w", "u", "v", "x", "target", "T", "loss"].map((name) => [name, model.get(name)]));
  const view = frame({ model, el }, "One set of weights, used at every step", ["w", "u", "v", "T", "loss"], draw);
  const steps = stepper(() => 2 * model.get("T"), () => view.redraw(), { next: "Step forward", previous: "Step back" });
  const weight = { min: -1.5, max: 1.5, step: 0.05 };
  view.controls.append(
    steps.element,
    slider(model, "w", "w, recurrent", weight), slider(model, "u", "u, input", weight), slider(model, "v", "v, output", weight),
    slider(model, "T", "T, steps", { min: 2, max: 6, step: 1, digits: 0 }),
    choice(model, "loss", "loss", { last: "at the last step", every: "at every step" }),
  );
  // A shorter network has other stages: keep to what the reader sees, all states or none.
  const shorten = () => steps.go(steps.at > model.get("T") ? 2 * model.get("T") : steps.at);
  model.on("change:T", shorten);

  function draw(width, height) {
    const s = setting(), c = compute(s), { T } = s, at = steps.at;
    const seen = Math.min(at, T), arrived = at > T ? 2 * T - at + 1 : T + 1; // states up to `seen`, gradients from `arrived`
    const narrow = width < 520, half = Math.min(27, (width / (T + 1)) * 0.37), margin = half + 2;
    const X = (t) => margin + (t * (width - 2 * margin)) / T;
    const row = { loss: 18, hidden: height * 0.4, input: height * 0.7, ledger: height - 10 };
    const tall = 23, type = half < 19 ? "small" : "";
    const arrow = (x1, y1, x2, y2, className) => {
      const angle = Math.atan2(y2 - y1, x2 - x1), wing = (turn) => `${x2 - 7 * Math.cos(angle + turn)} ${y2 - 7 * Math.sin(angle + turn)}`;
      view.add("path", { class: className, d: `M${x1} ${y1}L${x2} ${y2}M${wing(0.5)}L${x2} ${y2}L${wing(-0.5)}` });
    };
    const label = (x, y, text, className) => view.add("text", { x, y, class: className }, text);

    for (let t = 0; t <= T; t++) {
      const x = X(t), done = t <= seen, back = t >= arrived && t > 0, now = (at <= T ? t === at : t === arrived) && at > 0;
      if (t > 0) {
        const left = X(t - 1) + half + 3, right = x - half - 3;
        arrow(left, row.hidden - 7, right, row.hidden - 7, done ? `forward${now && at <= T ? " now" : ""}` : "edge");
        label((left + right) / 2, row.hidden - 15, narrow ? "w" : `w ${fixed(s.w)}`, `middle small ${done ? "blue-fill" : "muted-fill"}`);
        if (back && t > 1) {
          arrow(right, row.hidden + 9, left, row.hidden + 9, `backward${now ? " now" : ""}`);
          if (!narrow) label((left + right) / 2, row.hidden + 27, fixed(c.message[t - 1]), "middle small vermilion-fill");
        }
        arrow(x, row.input - 16, x, row.hidden + tall + 4, done ? "forward" : "edge");
        label(x + 6, (row.input + row.hidden + tall) / 2, "u", `small ${done ? "blue-fill" : "muted-fill"}`);
        label(x, row.input, fixed(s.x[t - 1], 1), "middle");
        if (c.error[t] !== null) {
          arrow(x, row.hidden - tall - 4, x, row.loss + 8, done ? "forward" : "edge");
          label(x + 6, (row.loss + row.hidden - tall) / 2 + 6, "v", `small ${done ? "blue-fill" : "muted-fill"}`);
          label(x, row.loss, done ? fixed(c.error[t], 3) : "·", "middle");
        }
        label(x, row.ledger, back ? fixed(c.term[t], narrow ? 2 : 3) : "·", `middle ${back ? "vermilion-fill" : "muted-fill"}${now && back ? " strong" : ""}`);
        if (t < T) label((x + X(t + 1)) / 2, row.ledger, "+", "middle muted-fill");
      }
      view.add("rect", { x: x - half, y: row.hidden - tall, width: 2 * half, height: 2 * tall, rx: 8, class: `node ${back ? "backward" : done && t > 0 ? "forward" : ""} ${now ? "now" : ""}` });
      label(x, row.hidden - 4, done ? fixed(c.h[t]) : `h${lowered(t)}`, `middle ${type} ${done ? "blue-fill strong" : "muted-fill"}`);
      if (back) label(x, row.hidden + 15, fixed(c.delta[t]), `middle ${type} vermilion-fill strong`);
      else label(x, row.hidden + 15, done && t > 0 ? "δ" : "", "middle small muted-fill");
    }
    const first = Math.max(2, X(0) - half);
    const name = label(first, row.loss, "loss ", "small muted-fill"), italic = { "font-style": "italic" };
    name.append(mark("tspan", italic, "l"), mark("tspan", { ...italic, dy: 3, "font-size": 9 }, "t"));
    label(first, row.input, "input x", "small muted-fill");
    const sum = c.term.slice(arrived).reduce((a, b) => a + b, 0);
    view.add("line", { x1: first, x2: width, y1: row.ledger - 38, y2: row.ledger - 38, class: "grid" });
    label(first, row.ledger - 20, narrow ? "dL/dw, one term a step:" : "dL/dw, one term for each step that used w:", "small muted-fill");
    label(first, row.ledger, at > T ? `${fixed(sum, narrow ? 2 : 3)} =` : "dL/dw =", `${at > T ? "vermilion-fill strong" : "muted-fill"}${narrow ? " small" : ""}`);
    view.tell({ ...s, ...c, at, dw: c.term.reduce((a, b) => a + b, 0) });
    view.say(words(s, c, at, seen, arrived, sum));
  }

  function words(s, c, at, seen, arrived, sum) {
    const T = s.T, h = (t) => `h${lowered(t)}`, d = (t) => `δ${lowered(t)}`;
    if (at === 0) return "Nothing is computed yet: h₀ = 0. Step forward to read the first input.";
    if (at <= T) {
      const t = seen;
      const state = `${h(t)} = tanh(w ${h(t - 1)} + u x${lowered(t)}) = tanh(${fixed(s.w)} · ${fixed(c.h[t - 1])} + ${fixed(s.u)} · ${fixed(s.x[t - 1], 1)}) = ${fixed(c.h[t])}.`;
      const loss = c.error[t] === null ? " The same w and u as at every step." : ` Loss here: ½(v ${h(t)} − ${fixed(s.target[t - 1], 1)})² = ${fixed(c.error[t], 3)}.`;
      return state + loss + (t === T ? ` The forward pass is complete, L = ${fixed(c.total, 3)}; the next step goes back.` : "");
    }
    const t = arrived;
    const here = s.loss === "every" || t === T ? `v(v ${h(t)} − ${fixed(s.target[t - 1], 1)}) = ${fixed(c.local[t])}` : "no loss at this step";
    const future = t === T ? "" : `, plus w(1 − ${h(t + 1)}²)${d(t + 1)} = ${fixed(c.message[t])} from step ${t + 1}`;
    const term = `Step ${t} adds ${d(t)}(1 − ${h(t)}²)${h(t - 1)} = ${fixed(c.term[t], 3)} to dL/dw`;
    const end = t === 1 ? `. All ${T} terms are in: dL/dw = ${fixed(sum, 3)}.` : `, ${fixed(sum, 3)} so far.`;
    return `${d(t)} = ∂L/∂${h(t)} = ${fixed(c.delta[t])}: ${here}${future}. ${term}${end}`;
  }

  const close = view.open();
  return () => { steps.stop(); close(); };
}
export default { render };
