// What a training step holds, in single precision: parameters, gradients, optimiser, activations.
const D = 8, GATES = { RNN: 1, GRU: 3, LSTM: 4 };
const FLOATS = { rnnlib: { RNN: 1, GRU: 6, LSTM: 8 }, torch: { RNN: 1, GRU: 7, LSTM: 16 } };
const TOKENS = [64, 512];

// A GRU that resets after the product has a bias of its own there.
const parameters = (kind, layers, n) => {
  let sum = 0;
  for (let l = 0; l < layers; l++) sum += GATES[kind] * n * (n + (l ? n : D) + 1) + (kind === "GRU" ? n : 0);
  return sum;
};
// A token's numbers that wait for the way back. torch keeps the inputs of upper layers beside the states they are, and a
// stack of rnnlib the projection of its lowest layer, which a plain cell alone does not need.
const besides = (kind, who, layers) => (who === "torch" ? layers - 1 : kind === "RNN" && layers > 1 ? 1 : 0);
const floats = (kind, who, layers, n) => D + (FLOATS[who][kind] * layers + besides(kind, who, layers)) * n;
const size = (bytes) => {
  const [unit, scale] = bytes < 1e6 ? ["kB", 1e3] : bytes < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  return `${significant(bytes / scale)}\u00a0${unit}`;
};
const power = (exponent) => String(2 ** exponent);

function render({ model, el }) {
  const names = ["cell", "log_B", "log_T", "log_n", "layers", "moments"];
  const view = frame({ model, el }, "What a training step holds in memory", names, draw);
  view.controls.append(
    slider(model, "log_B", "B, sequences", { min: 0, max: 9, step: 1, words: power }),
    slider(model, "log_T", "T, steps", { min: 2, max: 12, step: 1, words: power }),
    slider(model, "log_n", "n, units", { min: 5, max: 8, step: 1, words: power }),
    slider(model, "layers", "layers", { min: 1, max: 4, step: 1, digits: 0 }),
    slider(model, "moments", "optimiser", { min: 0, max: 2, step: 1, words: (s) => ["SGD", "momentum", "Adam"][s] }),
    choice(model, "cell", "cell, kept by", Object.fromEntries(Object.keys(FLOATS).flatMap((who) => Object.keys(GATES).map((kind) => [`${kind} ${who}`, `${kind}, ${who}`])))),
  );

  function draw(width, height) {
    const [kind, who] = model.get("cell").split(" "), n = 2 ** model.get("log_n"), layers = model.get("layers"), s = model.get("moments");
    const B = 2 ** model.get("log_B"), T = 2 ** model.get("log_T"), narrow = width < 520;
    const P = 4 * parameters(kind, layers, n), each = 4 * floats(kind, who, layers, n);
    const parts = { parameters: P, gradients: P, optimiser: s * P, activations: each * B * T };
    const colours = { parameters: "blue-fill", gradients: "green-fill", optimiser: "purple-fill", activations: "vermilion-fill" };
    const total = Object.values(parts).reduce((sum, part) => sum + part, 0), fixedPart = total - parts.activations;
    const label = (x, y, text, className = "muted-fill") => view.add("text", { x, y, class: `small ${className}` }, text);
    bar();
    plot();
    const found = model.get("measured")[model.get("cell")][layers - 1][model.get("log_n") - 5];
    view.tell({ ...parts, total, found, foretold: TOKENS.map((tokens) => each * tokens) });
    const share = fixed((100 * parts.activations) / total, 0), even = Math.ceil(fixedPart / each);
    view.say(`${size(total)}, ${share}\u00a0% of it activations. From ${even} ${even === 1 ? "token" : "tokens"} on they are the larger part.`);

    function bar() {
      const left = 10, right = width - 10, top = 12, tall = 26;
      let x = left;
      Object.entries(parts).forEach(([name, part], i) => {
        const wide = (part / total) * (right - left);
        view.add("rect", { x, y: top, width: Math.max(wide, 0), height: tall, class: colours[name] });
        x += wide;
        const column = narrow ? i % 2 : i, row = narrow ? Math.floor(i / 2) : 0, at = left + column * ((right - left) / (narrow ? 2 : 4));
        view.add("rect", { x: at, y: top + tall + 9 + row * 18, width: 9, height: 9, class: colours[name] });
        label(at + 14, top + tall + 18 + row * 18, `${name} ${size(part)}`);
      });
    }

    function plot() {
      const left = 56, right = width - 12, top = narrow ? 108 : 90, bottom = height - 36;
      const X = (tokens) => left + (Math.log2(tokens) / 21) * (right - left);
      const Y = (bytes) => bottom - ((Math.log10(bytes) - 2) / 9.5) * (bottom - top);
      [[1e3, "1 kB"], [1e6, "1 MB"], [1e9, "1 GB"]].forEach(([bytes, text]) => {
        view.add("path", { class: "grid", d: `M${left} ${Y(bytes)}H${right}` });
        label(left - 6, Y(bytes) + 4, text, "muted-fill end");
      });
      [0, 5, 10, 15, 20].forEach((exponent) => label(exponent < 20 ? X(2 ** exponent) : right, bottom + 15, power(exponent).replace(/\B(?=(\d{3})+$)/g, ","), `muted-fill ${exponent < 20 ? "middle" : "end"}`));
      label((left + right) / 2, height - 4, "tokens in a batch, B T", "muted-fill middle");
      view.add("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` });
      view.add("path", { class: "theory", d: `M${X(1)} ${Y(each)}L${X(2 ** 21)} ${Y(each * 2 ** 21)}` });
      view.add("path", { class: "axis", "stroke-dasharray": "4 3", d: `M${left} ${Y(fixedPart)}H${right}` });
      label(right, Y(fixedPart) + (Y(fixedPart) < (top + bottom) / 2 ? 15 : -6), narrow ? "the rest" : "parameters, gradients, optimiser", "muted-fill end");
      label(X(2), top + 4, narrow ? "dots: measured" : "line: activations by the formula; dots: measured", "");
      model.get("measured")[model.get("cell")][layers - 1][model.get("log_n") - 5].forEach((bytes, i) => view.add("circle", { cx: X(TOKENS[i]), cy: Y(bytes), r: 4.5, class: "blue-fill" }));
      view.add("circle", { cx: X(B * T), cy: Y(parts.activations), r: 7, class: "vermilion-fill" });
    }
  }
  return view.open();
}
export default { render };
