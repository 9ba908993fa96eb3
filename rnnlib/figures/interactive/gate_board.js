// One unit of an LSTM whose gates the reader sets step by step: what its cell state holds, and the gradient on its way
// back, along the carousel alone and along all paths.
const LOW = -4, HIGH = 1.5, GATES = ["f", "i", "o"];
const KIND = { f: "keep", i: "write", o: "show" };

function run({ f, i, o, w, u }) {
  const T = u.length, c = [0], h = [0], slope = [];
  for (let t = 1; t <= T; t++) {
    const candidate = Math.tanh(u[t - 1] + w * h[t - 1]);
    slope[t] = 1 - candidate ** 2;
    c[t] = f[t - 1] * c[t - 1] + i[t - 1] * candidate;
    h[t] = o[t - 1] * Math.tanh(c[t]);
  }
  const shown = (t) => (t ? o[t - 1] * (1 - Math.tanh(c[t]) ** 2) : 0);
  const carousel = [], whole = [];
  carousel[T] = whole[T] = shown(T);
  for (let t = T; t > 0; t--) {
    carousel[t - 1] = f[t - 1] * carousel[t];
    whole[t - 1] = (f[t - 1] + i[t - 1] * slope[t] * w * shown(t - 1)) * whole[t];
  }
  const first = i[0] * Math.tanh(u[0]), left = first * f.slice(1).reduce((product, gate) => product * gate, 1);
  return { c, h, carousel, whole, first, left };
}

function render({ model, el }) {
  const T = model.get("u").length;
  const setting = () => Object.fromEntries([...GATES, "w", "u"].map((name) => [name, model.get(name)]));
  const view = frame({ model, el }, "Content forward, gradient back: the same gates", [...GATES, "w", "step"], draw);
  // A gate's slider shows the step's gate, and moves it, or all from it on, or all.
  const put = (name, value, at = model.get("step"), where = model.get("where")) => {
    const from = where === "all" ? 1 : at, to = where === "this" ? at : T;
    store(model, name, model.get(name).map((old, t) => (t + 1 >= from && t + 1 <= to ? value : old)));
  };
  const gate = (name) => {
    const input = html("input", { type: "range", min: 0, max: 1, step: 0.01 }), output = html("output");
    const show = () => {
      input.value = model.get(name)[model.get("step") - 1];
      output.textContent = fixed(model.get(name)[model.get("step") - 1]);
    };
    input.addEventListener("input", () => put(name, Number(input.value)));
    model.on(`change:${name} change:step`, show);
    show();
    return html("label", {}, `${name}, ${KIND[name]}`, input, output);
  };
  const whole = (values) => {
    for (const [name, value] of Object.entries(values)) if (name !== "w") model.set(name, value);
    model.set("w", values.w ?? 0);
    model.save_changes();
  };
  const all = (value, at = {}) => Array.from({ length: T }, (_, t) => at[t + 1] ?? value);
  const hold = { f: all(1), i: all(0, { 1: 1 }), o: all(0, { [T]: 1 }) };
  view.controls.append(
    html("div", { className: "rnnfig-buttons" },
      button("Forget once", () => whole({ ...hold, f: all(1, { 15: 0 }) })),
      button("Write and hold", () => whole(hold)),
      button("Half open", () => whole({ f: all(0.5), i: all(0.5), o: all(0.5), w: 1 })),
    ),
    slider(model, "step", "step", { min: 1, max: T, step: 1, digits: 0 }),
    ...GATES.map(gate),
    slider(model, "w", "w, feedback", { min: -2, max: 2, step: 0.05 }),
    choice(model, "where", "sliders set", { this: "the gate of this step", on: "this step and all later", all: "all steps" }),
  );

  let places = null;
  const press = (event) => {
    if (!places || (event.type === "pointermove" && !event.buttons)) return;
    const { left, top } = view.stage.getBoundingClientRect(), x = event.clientX - left, y = event.clientY - top;
    const step = Math.floor((x - places.left) / places.cell) + 1, row = places.rows.findIndex(([from, to]) => y >= from && y <= to);
    if (step < 1 || step > T || row < 0) return;
    const [from, to] = places.rows[row];
    store(model, "step", step);
    put(GATES[row], Math.round(20 * Math.max(0, Math.min(1, (to - 2 - y) / (to - from - 4)))) / 20, step, "this");
  };
  view.svg.style.touchAction = "pan-y";
  view.svg.addEventListener("pointerdown", press);
  view.svg.addEventListener("pointermove", press);

  function draw(width, height) {
    const s = setting(), r = run(s), at = model.get("step"), narrow = width < 520;
    const left = narrow ? 48 : 62, right = width - 8, cell = (right - left) / T, bar = Math.max(2, cell * 0.62);
    const X = (t) => left + (t - 0.5) * cell;
    const tall = Math.min(30, height * 0.078), rows = GATES.map((_, row) => [8 + row * (tall + 5), 8 + row * (tall + 5) + tall]);
    const content = [rows[2][1] + 22, rows[2][1] + 22 + height * 0.14], gradient = [content[1] + 24, height - 20];
    places = { left, cell, rows };
    const label = (x, y, text, className = "muted-fill") => view.add("text", { x, y, class: `small ${className}` }, text);

    view.add("rect", { x: left + (at - 1) * cell, y: 4, width: cell, height: gradient[1] - 4, class: "muted-fill soft" });
    GATES.forEach((name, row) => {
      const [top, bottom] = rows[row];
      view.add("path", { class: "axis", d: `M${left} ${bottom}H${right}` });
      view.add("path", { class: "grid", d: `M${left} ${top}H${right}` });
      label(left - 6, (top + bottom) / 2 + 4, narrow ? name : `${KIND[name]} ${name}`, "end");
      for (let t = 1; t <= T; t++) {
        const size = s[name][t - 1] * (bottom - top);
        view.add("rect", { x: X(t) - bar / 2, y: bottom - size, width: bar, height: size, class: t === at ? "blue-fill" : "muted-fill" });
      }
    });

    // Content: c_t, and what is shown of it.
    const most = Math.max(1, ...r.c.map(Math.abs)), middle = (content[0] + content[1]) / 2;
    const C = (value) => middle - (value / most) * ((content[1] - content[0]) / 2);
    label(left, content[0] - 6, narrow ? "content c, shown h" : "content c (line), and what is shown of it, h (bars)");
    view.add("path", { class: "axis", d: `M${left} ${middle}H${right}` });
    label(left - 6, content[0] + 6, fixed(most, most < 9.95 ? 1 : 0), "end muted-fill");
    label(left - 6, content[1] + 4, fixed(-most, most < 9.95 ? 1 : 0), "end muted-fill");
    for (let t = 1; t <= T; t++) {
      const y = C(r.h[t]);
      view.add("rect", { x: X(t) - bar / 2, y: Math.min(y, middle), width: bar, height: Math.abs(y - middle), class: "green-fill" });
    }
    view.add("path", { class: "forward", d: `M${r.c.slice(1).map((value, t) => `${X(t + 1)} ${C(value)}`).join("L")}` });

    // Gradient of the last shown value, at each c_t.
    const G = (size) => gradient[1] - ((Math.max(LOW, Math.min(HIGH, Math.log10(size))) - LOW) / (HIGH - LOW)) * (gradient[1] - gradient[0]);
    label(left, gradient[0] - 6, narrow ? "gradient at c: carousel, all paths" : `gradient of h${lowered(T)} at each c: along the carousel (line), along all paths (dots)`);
    for (const power of [0, -2, -4]) {
      view.add("path", { class: power ? "grid" : "axis", d: `M${left} ${G(10 ** power)}H${right}` });
      label(left - 6, G(10 ** power) + 4, power === -4 ? "10⁻⁴" : power ? `10${raised(power)}` : "1", "end muted-fill");
    }
    view.add("path", { class: "theory", d: `M${r.carousel.slice(1).map((size, t) => `${X(t + 1)} ${G(size)}`).join("L")}` });
    for (let t = 1; t <= T; t++) {
      const size = Math.abs(r.whole[t]);
      view.add("circle", { cx: X(t), cy: G(size), r: narrow ? 2.2 : 3, class: size > 0 ? "vermilion-fill" : "muted-fill" });
    }
    for (const t of [1, 10, 20, T]) label(t === T ? right : X(t), height - 5, t === T ? `step ${T}` : String(t), t === T ? "end muted-fill" : "middle muted-fill");
    view.tell({ ...s, ...r, step: at });
    view.say(words(s, r, at));
  }

  function words(s, r, at) {
    const share = r.first === 0 ? "Step 1 writes nothing." : `Of what step 1 writes, ${significant(r.left / r.first)} is left at step ${T}.`;
    if (r.whole[T] === 0) return `${share} Nothing is shown at step ${T}, where the loss is: no gradient enters.`;
    return `${share} Gradient at c${lowered(at)}: ${significant(r.carousel[at])} along the carousel, ${significant(r.whole[at])} along all paths.`.replaceAll(" × ", "\u00a0×\u00a0");
  }
  return view.open();
}
export default { render };
