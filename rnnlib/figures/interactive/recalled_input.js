// What is read about the input of k steps ago: the share for every k, and for one k the readings themselves.
function render({ model, el }) {
  const view = frame({ model, el }, "How much of the input of k steps ago can be read from the state?", ["network", "error", "lag"], draw);
  const LAGS = Object.values(model.get("curves"))[0].predicted.length;
  let first = null;
  const choose = (lag) => store(model, "lag", Math.max(0, Math.min(LAGS - 1, Math.round(lag))));
  view.controls.append(
    choice(model, "network", "network", { "delay line": "delay line", orthogonal: "orthogonal, ρ = 0.95", random: "random, ρ = 0.95" }),
    choice(model, "error", "error", { 0: "none: exact reading", 0.01: ".01 in each unit", 0.1: ".1 in each unit" }),
    slider(model, "lag", "k, steps ago", { min: 0, max: LAGS - 1, step: 1, digits: 0 }),
  );
  const place = handle(view, "lag k", (x) => choose(first.lag(x)), (right, up) => choose(model.get("lag") + right + up));

  function draw(width, height) {
    const network = model.get("network"), error = model.get("error"), lag = model.get("lag"), key = `${network} ${error}`;
    const { predicted, measured } = model.get("curves")[key], flat = model.get("points")[key][lag];
    const pairs = Array.from({ length: flat.length / 2 }, (_, i) => [0.03 * flat[2 * i], 0.03 * flat[2 * i + 1]]);
    const [left, right] = halves(width, height, { left: 36, above: 28, share: width < 560 ? 0.48 : 0.56 });
    const p = panel(view, left, {
      x: [-0.8, LAGS], y: [-0.05, 1.05], xname: "k, steps ago", title: "share that is read, R²",
      xticks: [0, 12, 24, 36, 47].map((value) => [value, value]), yticks: [0, 0.5, 1].map((value) => [value, fixed(value, 1)]),
    });
    view.add("line", { x1: p.X(23.5), x2: p.X(23.5), y1: left.top, y2: left.bottom, class: "axis rnnfig-cut" });
    view.add("text", { x: p.X(23.5) + 5, y: left.top + 6, class: "small muted-fill" }, "k = n");
    p.line(predicted.map((share, k) => [k, share]), "theory");
    p.dots(measured.map((share, k) => [k, share]), 3, "blue-fill");
    first = { lag: (x) => ((x - left.left) / (left.right - left.left)) * (LAGS + 0.8) - 0.8 };
    place(p.X(lag), p.Y(measured[lag]), lag, `${lag} steps ago: ${fixed(measured[lag])}`);
    const s = panel(view, right, {
      x: [-3, 3], y: [-3, 3], xname: `input ${lag} step${lag === 1 ? "" : "s"} ago`, title: "what the probe reads",
      xticks: [-2, 0, 2].map((value) => [value, fixed(value, 0)]), yticks: [-2, 0, 2].map((value) => [value, fixed(value, 0)]),
    });
    s.line([[-3, -3], [3, 3]], "axis rnnfig-cut");
    s.dots(pairs.map((pair) => pair.map((value) => Math.max(-3, Math.min(3, value)))), 3.4, "vermilion-fill rnnfig-faint");
    const total = predicted.reduce((sum, share) => sum + share, 0);
    view.tell({ network, error, lag, predicted: predicted[lag], measured: measured[lag], pairs, total });
    const held = measured[lag] > 0.95 ? "can be had from the state" : measured[lag] < 0.05 ? "is gone from the state" : "is in the state in part";
    view.say(`${network[0].toUpperCase()}${network.slice(1)} network, ${error === "0" ? "read exactly" : `read with an error of ${error.slice(1)}`}: the input of ${lag} step${lag === 1 ? "" : "s"} ago ${held}. Share predicted ${fixed(predicted[lag])}, measured ${fixed(measured[lag])}; the first ${LAGS} lags add up to ${fixed(total, 1)} of 24.`);
  }
  return view.open();
}
export default { render };
