// The singular values of a product of step Jacobians, as rnnlib found them, from five starts; their root mean square, as
// mean-field theory predicts it.
const UNITS = 16, STEPS = 40, LOWEST = -6, HIGHEST = 2.6, GRAIN = 0.04;
const STARTS = ["normal, half", "normal", "identity", "identity + noise", "orthogonal"];
const SHORT = ["half", "normal", "identity", "+ noise", "orthogonal"];
const GAINS = [0.5, 1, 1, Math.sqrt(1 + 0.05 ** 2 * UNITS), 1];
const INPUTS = [0.1, 0.3, 1], SCENARIOS = 7;

const NODES = Array.from({ length: 161 }, (_, i) => (i - 80) / 10);
const BELL = NODES.map((z) => Math.exp(-z * z / 2)), MASS = BELL.reduce((sum, value) => sum + value);
const mean = (f) => NODES.reduce((sum, z, i) => sum + BELL[i] * f(z), 0) / MASS;
// Decimal logarithms of the root mean square after 1 .. 40 steps. From h_0 = 0 the variance q builds up step by step.
function predict({ activation, s }, gain) {
  const powers = [];
  for (let t = 1, q = 0, power = 0; t <= STEPS; t++) {
    const last = Math.sqrt(q);
    q = gain ** 2 * (activation === "tanh" ? mean((z) => Math.tanh(last * z) ** 2) : 0) + s ** 2;
    const now = Math.sqrt(q);
    const square = activation === "linear" ? 1 : activation === "relu" ? 0.5 : mean((z) => (1 - Math.tanh(now * z) ** 2) ** 2);
    power += Math.log10(gain) + Math.log10(square) / 2;
    powers.push(power);
  }
  return powers;
}

function render({ model, el }) {
  const names = ["activation", "s", "t"];
  const setting = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const view = frame({ model, el }, "One start keeps every direction, and only while all slopes are 1", names, draw);
  const bytes = model.get("sizes"), sizes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.controls.append(
    choice(model, "activation", "activation", { linear: "linear", tanh: "tanh", relu: "ReLU" }),
    slider(model, "s", "input", { min: 0, max: 2, step: 1, digits: 1, scale: (s) => INPUTS.indexOf(s), inverse: (i) => INPUTS[i] }),
    slider(model, "t", "steps t", { min: 1, max: STEPS, step: 1, digits: 0 }),
  );

  function draw(width, height) {
    const s = setting(), narrow = width < 520;
    const scenario = s.activation === "linear" ? 0 : 1 + (s.activation === "relu" ? 3 : 0) + INPUTS.indexOf(s.s);
    const power = (start, t, i) => LOWEST + GRAIN * sizes[((start * SCENARIOS + scenario) * STEPS + t - 1) * UNITS + i];
    const left = narrow ? 34 : 44, gap = narrow ? 6 : 12, top = narrow ? 50 : 40, bottom = height - 26, panel = (width - left - 8 - 4 * gap) / 5;
    const Y = (value) => bottom - ((Math.max(LOWEST, Math.min(HIGHEST, value)) - LOWEST) / (HIGHEST - LOWEST)) * (bottom - top);
    const label = (x, y, text, className = "muted-fill") => view.add("text", { x, y, class: `small ${className}` }, text);
    label(0, 12, narrow ? "singular values of Jₜ ⋯ J₁" : "singular values of Jₜ ⋯ J₁; dashed: their predicted root mean square");
    const told = { ...s, powers: [], predicted: [] };
    STARTS.forEach((name, start) => {
      const x = left + start * (panel + gap), X = (t) => x + (t / STEPS) * panel;
      for (const tick of [0, -2, -4, -6]) {
        view.add("path", { class: tick ? "grid" : "axis", d: `M${x} ${Y(tick)}h${panel}` });
        if (start === 0) label(left - 5, Y(tick) + 4, tick ? `10${raised(tick)}` : "1", "muted-fill end");
      }
      const last = narrow && start === 4;
      view.add("text", { x: last ? x + panel + 6 : x + panel / 2, y: top - (narrow && start % 2 ? 18 : 4), class: `small strong ${last ? "end" : "middle"}` }, narrow ? SHORT[start] : name);
      view.add("path", { class: "axis", d: `M${X(s.t)} ${top}V${bottom}` });
      for (let i = 0; i < UNITS; i++) {
        const line = [[X(0), Y(0)]];
        for (let t = 1; t <= STEPS; t++) {
          line.push([X(t), Y(power(start, t, i))]);
          if (power(start, t, i) <= LOWEST) break;
        }
        view.add("path", { class: "rnnfig-value", d: `M${line.map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join("L")}` });
      }
      const expected = predict(s, GAINS[start]), curve = [[X(0), Y(0)]];
      for (let t = 1; t <= STEPS && expected[t - 1] > LOWEST; t++) curve.push([X(t), Y(expected[t - 1])]);
      view.add("path", { class: "theory", "stroke-dasharray": "5 4", d: `M${curve.map((point) => point.join(" ")).join("L")}` });
      const powers = Array.from({ length: UNITS }, (_, i) => power(start, s.t, i));
      for (const value of powers) if (value > LOWEST) view.add("circle", { cx: X(s.t), cy: Y(value), r: 3, class: "vermilion-fill" });
      if (start === 0 || start === 4 || !narrow) label(X(STEPS), height - 8, narrow ? "40" : "40 steps", "muted-fill end");
      told.powers.push(powers);
      told.predicted.push(expected[s.t - 1]);
    });
    view.tell(told);
    view.say(words(s, told).replaceAll(" × ", "\u00a0×\u00a0"));
  }

  const size = (power) => (power <= LOWEST + GRAIN ? "10⁻⁶ or less" : Math.abs(power) < GRAIN ? "1" : Number((10 ** power).toPrecision(2)) >= 0.01 ? String(Number((10 ** power).toPrecision(2))) : `${(10 ** (power - Math.floor(power))).toFixed(1)} × 10${raised(Math.floor(power))}`);
  function words({ activation, s, t }, { powers, predicted }) {
    const range = (start) => `${size(powers[start][0])} to ${size(powers[start][UNITS - 1])}`;
    const input = activation === "linear" ? "Linear" : `${activation === "relu" ? "ReLU" : "tanh"}, input ${s}`;
    return `${input}, ${t} ${t === 1 ? "step" : "steps"}: orthogonal ${range(4)} (r.m.s. predicted ${size(predicted[4])}), normal ${range(1)}, identity ${range(2)}.`;
  }
  return view.open();
}
export default { render };
