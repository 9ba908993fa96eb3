// One unit reads six sequences of one batch, h_t = tanh(w h_{t-1} + u x_t + b); the last steps are padding.
function compute({ x, pads, w, b, u, masked }) {
  const T = x[0].length, length = T - pads;
  const h = x.map((inputs) => {
    const states = [0];
    for (let t = 1; t <= T; t++) states[t] = t > length && masked === "yes" ? states[t - 1] : Math.tanh(w * states[t - 1] + u * (t > length ? 0 : inputs[t - 1]) + b);
    return states;
  });
  const spread = (t) => { const mean = h.reduce((sum, row) => sum + row[t], 0) / h.length; return Math.sqrt(h.reduce((sum, row) => sum + (row[t] - mean) ** 2, 0) / h.length); };
  const rests = h.map((row) => { let state = row[length]; for (let i = 0; i < 4000; i++) state = Math.tanh(w * state + b); return state; });
  const one = Math.max(...rests) - Math.min(...rests) < 1e-6;
  return { T, length, h, share: spread(T) / spread(length), rests, one, rate: w * (1 - rests[0] ** 2) };
}

function render({ model, el }) {
  const names = ["pads", "w", "b", "u", "masked", "x"];
  const view = frame({ model, el }, "What the last row of a padded batch still tells apart", names, draw);
  view.controls.append(
    slider(model, "pads", "pads", { min: 0, max: 16, step: 1, digits: 0 }),
    choice(model, "masked", "mask", { no: "none: pads are read", yes: "a pad keeps the state" }),
    slider(model, "w", "w, recurrent", { min: 0, max: 1.6, step: 0.05 }),
    slider(model, "b", "b, bias", { min: -0.5, max: 0.5, step: 0.05 }),
  );

  function draw(width, height) {
    const s = Object.fromEntries(names.map((name) => [name, model.get(name)])), c = compute(s), { T, length, h } = c;
    const right = width - (width < 520 ? 74 : 130), box = { left: 32, top: 30, right, bottom: height - 40 };
    const p = panel(view, box, {
      x: [0, T], y: [-1.05, 1.05], xname: "step", title: "state of the unit, one line a sequence",
      yticks: [[-1, "−1"], [0, "0"], [1, "1"]], xticks: [0, 5, 10, 15, 20].map((t) => [t, t]),
    });
    if (s.pads) {
      view.add("rect", { x: p.X(length), y: box.top, width: right - p.X(length), height: box.bottom - box.top, class: `${s.masked === "yes" ? "blue" : "vermilion"}-fill soft` });
      const inside = right - p.X(length) > 54;
      view.add("text", { x: inside ? (p.X(length) + right) / 2 : right + 6, y: box.top + 14, class: `${inside ? "middle" : ""} small strong ${s.masked === "yes" ? "blue" : "vermilion"}-fill` }, s.masked === "yes" ? "masked" : "padding");
      if (s.masked === "no") for (const rest of c.one ? [c.rests[0]] : [Math.min(...c.rests), Math.max(...c.rests)]) {
        view.add("line", { x1: p.X(length), x2: right, y1: p.Y(rest), y2: p.Y(rest), class: "theory rnnfig-cut" });
      }
    }
    for (const row of h) {
      p.line(row.slice(0, length + 1).map((state, t) => [t, state]), "forward");
      p.line(row.slice(length).map((state, i) => [length + i, state]), s.masked === "yes" ? "forward" : "backward");
      p.dots(row.slice(1, length + 1).map((state, i) => [i + 1, state]), 2.2, "blue-fill");
      p.dots([[T, row[T]]], 5, `${s.masked === "yes" || !s.pads ? "blue" : "vermilion"}-fill`);
    }
    const bar = right + 14;
    view.add("path", { class: "axis", d: `M${bar - 5} ${p.Y(Math.max(...h.map((row) => row[T])))}h5V${p.Y(Math.min(...h.map((row) => row[T])))}h-5` });
    const words = width < 520 ? ["what", "a classi-", "fier sees"] : ["what a classifier", "that reads the", "last row sees"];
    const middle = Math.min(box.bottom - 40, Math.max(box.top + 44, p.Y(h.reduce((sum, row) => sum + row[T], 0) / h.length)));
    words.forEach((text, i) => view.add("text", { x: bar + 8, y: middle - 12 + 16 * i, class: "small muted-fill" }, text));

    view.tell({ ...s, ...c });
    const percent = (share) => `${significant(100 * share)} %`, real = `${length} real steps`, pads = `${s.pads} pad${s.pads > 1 ? "s" : ""}`;
    if (!s.pads) return view.say(`${real} and no padding: the last row holds what was read.`);
    if (s.masked === "yes") return view.say(`${real}, ${pads}. With the mask the state stands still: the last row is that of step ${length}, to the last digit.`);
    const law = c.one
      ? `All run to the fixed point ${fixed(c.rests[0])}; near it each pad leaves w(1 − h*²) = ${fixed(c.rate)} of a difference${s.pads > 1 ? `, ${s.pads} leave ${percent(c.rate ** s.pads)}` : ""}.`
      : "There are two fixed points: on which side a state was, one bit, is all that survives.";
    view.say(`${real}, ${pads} read as 0: of the spread ${percent(c.share)} is left. ${law}`);
  }
  return view.open();
}
export default { render };
