// delta_t = local_t + w phi' delta_{t+1}, one unit, the same slope phi' at every step.
function compute({ w, slope, local }) {
  const T = local.length, delta = Array(T).fill(0), message = Array(T).fill(0);
  for (let t = T - 1; t >= 0; t--) {
    message[t] = t === T - 1 ? 0 : w * slope * delta[t + 1];
    delta[t] = local[t] + message[t];
  }
  return { factor: w * slope, delta, message };
}

const MARGIN = 36; // the axis, of the drawing and of the sliders below it: figure.css leaves as much

function render({ model, el }) {
  const view = frame({ model, el }, "Each step adds its own error to the message from the future", ["w", "slope", "local"], draw);
  const T = model.get("local").length;
  const steps = stepper(() => T, () => view.redraw(), { next: "One step back", previous: "Undo" });
  const mixer = html("fieldset", { className: "rnnfig-mixer", ariaLabel: "Local error at each step" });
  mixer.append(html("span", { className: "rnnfig-ticks", ariaHidden: "true" }, ...["1", "0", "−1"].map((textContent) => html("span", { textContent }))));
  for (let t = 0; t < T; t++) {
    const input = html("input", { type: "range", min: -1, max: 1, step: 0.1, ariaLabel: `local error at step ${t + 1}` });
    const show = () => { input.value = model.get("local")[t]; };
    input.addEventListener("input", () => store(model, "local", model.get("local").map((error, step) => (step === t ? Number(input.value) : error))));
    model.on("change:local", show);
    show();
    mixer.append(html("label", {}, input));
  }
  view.controls.append(
    mixer, steps.element,
    slider(model, "w", "w, weight", { min: -1.5, max: 1.5, step: 0.05 }),
    slider(model, "slope", "φ′, slope", { min: 0, max: 1, step: 0.05 }),
  );

  function draw(width, height) {
    const { w, slope, local } = Object.fromEntries(["w", "slope", "local"].map((name) => [name, model.get(name)]));
    const c = compute({ w, slope, local }), at = steps.at, arrived = T - at;
    const column = (width - MARGIN) / T, X = (t) => MARGIN + (t + 0.5) * column, bar = Math.min(26, column * 0.34);
    const top = 44, bottom = height - 40, largest = Math.max(1, ...c.delta.map(Math.abs), ...local.map(Math.abs));
    const Y = (value) => (top + bottom) / 2 - (value / largest) * ((bottom - top) / 2 - 12);
    const label = (x, y, text, className) => view.add("text", { x, y, class: className }, text);

    [["local error, set below", "green-fill"], ["message", "vermilion-fill"], ["their sum, δ", "ink-fill"]].forEach(([text, colour], i) => {
      const x = [0, 150, 232][i];
      view.add("rect", i < 2 ? { x, y: 5, width: 10, height: 10, rx: 2, class: colour } : { x, y: 8.5, width: 12, height: 3, class: colour });
      label(x + 16, 14.5, text, "small");
    });
    const unit = [1, 2, 5, 10, 20, 50].find((one) => largest / one < 2.5) ?? 100;
    for (let value = -Math.floor(largest / unit) * unit; value <= largest; value += unit) {
      view.add("line", { x1: MARGIN - 6, x2: width, y1: Y(value), y2: Y(value), class: value === 0 ? "axis" : "grid" });
      label(MARGIN - 10, Y(value) + 4, fixed(value, 0), "end small muted-fill");
    }
    for (let t = 0; t < T; t++) {
      const x = X(t), done = t >= arrived, now = at > 0 && t === arrived;
      const block = (left, from, to, className) => view.add("rect", { x: left, width: bar, y: Math.min(Y(from), Y(to)), height: Math.max(0, Math.abs(Y(from) - Y(to))), rx: 2, class: className });
      block(x - bar - 1, 0, local[t], `green-fill${done ? "" : " soft"}`);
      if (done) {
        block(x + 1, local[t], c.delta[t], "vermilion-fill");
        if (t < T - 1) view.add("line", { x1: x - bar - 1, x2: x + bar + 1, y1: Y(local[t]), y2: Y(local[t]), class: "grid" });
        view.add("rect", { x: x - bar - 4, width: 2 * bar + 8, y: Y(c.delta[t]) - 1.5, height: 3, class: "ink-fill" });
        const upwards = c.delta[t] >= 0, reach = upwards ? Math.max(c.delta[t], local[t], 0) : Math.min(c.delta[t], local[t], 0);
        label(Math.min(x, width - 19), Y(reach) + (upwards ? -7 : 17), fixed(c.delta[t]), `middle small${now ? " strong" : ""}`);
      }
      if (done && t < T - 1) {
        const from = X(t + 1) - column * 0.18, to = x + column * 0.18, y = bottom + 6;
        view.add("path", { class: `backward${now ? " now" : ""}`, d: `M${from} ${y}C${from - 8} ${y + 9} ${to + 8} ${y + 9} ${to} ${y}M${to + 7} ${y + 0.5}L${to} ${y}L${to + 2.5} ${y + 7}` });
        if (now) label((from + to) / 2, y - 5, `×${fixed(c.factor)}`, "middle small vermilion-fill strong");
      }
      label(x, height - 8, width < 520 ? `${t + 1}` : `step ${t + 1}`, `middle small ${now ? "strong" : "muted-fill"}`);
    }
    view.tell({ w, slope, local, ...c, at });
    view.say(words(c, local, at, arrived, w, slope));
  }

  function words(c, local, at, t, w, slope) {
    const d = (k) => `δ${lowered(k + 1)}`;
    if (at === 0) return `${T} local errors, one a step; set them with the sliders under the bars. Step back in time to hear what each state is told.`;
    if (t === T - 1) return `${d(t)} = ${fixed(c.delta[t])}: the last step hears only its own error. Nothing comes from the future.`;
    const sum = `${d(t)} = local ${fixed(local[t])} + message wφ′${d(t + 1)} = ${fixed(w)} · ${fixed(slope)} · ${fixed(c.delta[t + 1])} = ${fixed(c.message[t])}; together ${fixed(c.delta[t])}.`;
    const share = c.factor ** (T - 1 - t);
    return `${sum} The error of step ${T} arrives here multiplied by (${fixed(c.factor)})${raised(T - 1 - t)} = ${significant(share)}.`;
  }

  const close = view.open();
  return () => { steps.stop(); close(); };
}
export default { render };
