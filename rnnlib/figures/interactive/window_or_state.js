// What a window of width k and a running summary each know of an announcement `age` steps ago, and what they cost.
const SPAN = 300;
const thousands = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

function render({ model, el }) {
  const view = frame({ model, el }, "A window forgets what lies beyond its edge; a summary need not", ["width", "age"], draw);
  const range = { min: 1, max: SPAN, step: 1, digits: 0 };
  view.controls.append(slider(model, "width", "window, steps", range), slider(model, "age", "event, steps ago", range));

  function draw(width, height) {
    const k = model.get("width"), age = model.get("age"), units = model.get("units"), inputs = model.get("inputs"), noise = model.get("noise");
    const windowed = inputs * units * k + units, recurrent = units * units + inputs * units + units;
    const left = 4, right = width - 4, X = (ago) => right - (ago / SPAN) * (right - left);
    const band = { top: 22, bottom: height * 0.43 }, middle = (band.top + band.bottom) / 2, scale = (band.bottom - band.top) / 2;
    const state = { base: height * 0.645, high: height * 0.56 };
    const label = (x, y, text, className) => view.add("text", { x, y, class: className }, text);
    const sees = k >= age;

    view.add("rect", { x: X(k), width: right - X(k), y: band.top, height: band.bottom - band.top, rx: 4, class: "blue-fill soft" });
    view.add("path", { class: "blue-fill", d: `M${X(k)} ${band.top}h2V${band.bottom}h-2z` });
    const path = noise.map((z, i) => `${i ? "L" : "M"}${X(SPAN - i - 1)} ${middle - Math.tanh(z * 0.35) * scale}`).join("");
    view.add("path", { class: "theory", d: path, "stroke-opacity": 0.75, "stroke-width": 1 });
    const near = X(age) > width - 150;
    view.add("line", { x1: X(age), x2: X(age), y1: 16, y2: state.base, class: "backward" });
    label(X(age) + (near ? -6 : 6), 12, "announcement", `small vermilion-fill strong${near ? " end" : ""}`);
    const room = right - X(k) > 90;
    label(room ? X(k) : Math.min(X(k), right) - 6, band.bottom + 15, `window of ${k}`, `small blue-fill strong${room ? "" : " end"}`);

    view.add("line", { x1: left, x2: right, y1: state.base, y2: state.base, class: "grid" });
    view.add("path", { class: "local", d: `M${left} ${state.base}H${X(age)}V${state.high}H${right}` });
    const early = X(age) < 140;
    label(early ? right : left, state.high + (early ? 16 : 10), "running summary h", `small green-fill strong${early ? " end" : ""}`);
    label(left, state.base + 17, `${SPAN} steps ago`, "small muted-fill");
    label(right, state.base + 17, "now", "end small muted-fill");

    const largest = inputs * units * SPAN + units, full = width - 130;
    label(left, height * 0.79, `parameters of the first layer, ${units} units`, "small muted-fill");
    [["blue-fill", windowed, "window"], ["green-fill", recurrent, "recurrent"]].forEach(([colour, count, name], i) => {
      const y = height * (0.815 + 0.1 * i), long = Math.max(2, (count / largest) * full);
      view.add("rect", { x: left, y, width: long, height: height * 0.07, rx: 3, class: colour });
      label(left + long + 8, y + height * 0.035 + 5, `${thousands(count)}, ${name}`, `strong ${colour}`);
    });
    view.tell({ width: k, age, windowed, recurrent, sees });
    const verdict = sees
      ? `A window of ${k} steps sees what happened ${age} steps ago; its first layer has ${thousands(windowed)} parameters.`
      : `A window of ${k} steps cannot see what happened ${age} steps ago. Its first layer has ${thousands(windowed)} parameters and would need ${thousands(inputs * units * age + units)} to reach it.`;
    view.say(`${verdict} A recurrent layer has ${thousands(recurrent)}, whatever the distance.`);
  }
  return view.open();
}
export default { render };
