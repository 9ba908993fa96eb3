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
    const series = { middle: height * 0.24, scale: height * 0.052 }, state = { base: height * 0.6, high: height * 0.5 };
    const label = (x, y, text, className) => view.add("text", { x, y, class: className }, text);
    const sees = k >= age;

    view.add("rect", { x: X(k), width: right - X(k), y: 24, height: height * 0.44 - 24, rx: 4, class: "blue-fill soft" });
    view.add("path", { class: "blue-fill", d: `M${X(k)} 24h2v${height * 0.44 - 24}h-2z` });
    const path = noise.map((z, i) => `${i ? "L" : "M"}${X(SPAN - i - 1)} ${series.middle - z * series.scale * (SPAN - i <= age ? 1.6 : 0.45)}`).join("");
    view.add("path", { class: "theory", d: path, "stroke-opacity": 0.75, "stroke-width": 1 });
    const near = X(age) > width - 150;
    view.add("line", { x1: X(age), x2: X(age), y1: 18, y2: state.base, class: "backward" });
    label(X(age) + (near ? -6 : 6), 13, "announcement", `small vermilion-fill strong${near ? " end" : ""}`);
    const inside = right - X(k) > 130;
    label(inside ? X(k) + 8 : X(k) - 8, height * 0.44 - 7, `window of ${k}`, `small blue-fill strong${inside ? "" : " end"}`);

    view.add("line", { x1: left, x2: right, y1: state.base, y2: state.base, class: "grid" });
    view.add("path", { class: "local", d: `M${left} ${state.base}H${X(age)}V${state.high}H${right}` });
    label(left, state.high + 4, X(age) > 210 ? "running summary hₜ" : "", "small green-fill strong");
    if (X(age) <= 210) label(right, state.high - 7, "running summary hₜ", "small green-fill strong end");
    label(left, state.base + 17, `${SPAN} steps ago`, "small muted-fill");
    label(right, state.base + 17, "now", "end small muted-fill");

    const largest = inputs * units * SPAN + units, full = width - 92;
    label(left, height * 0.745, `first-layer weights, ${units} units`, "small muted-fill");
    [["blue-fill", windowed], ["green-fill", recurrent]].forEach(([colour, count], i) => {
      const y = height * (0.78 + 0.115 * i), long = Math.max(2, (count / largest) * full);
      view.add("rect", { x: left, y, width: long, height: height * 0.08, rx: 3, class: colour });
      label(left + long + 8, y + height * 0.04 + 5, thousands(count), `strong ${colour}`);
    });
    view.tell({ width: k, age, windowed, recurrent, sees });
    const seen = sees ? `It happened ${age} steps ago and is inside` : `It happened ${age} steps ago: to this network it never happened`;
    const price = sees ? "" : ` To reach it the layer would need ${thousands(inputs * units * age + units)}.`;
    view.say(`A window of ${k} sees the announcement only if it is at most ${k} steps old. ${seen}. Its first layer has ${thousands(windowed)} parameters.${price} The recurrent layer has ${thousands(recurrent)}, whatever the distance.`);
  }
  return view.open();
}
export default { render };
