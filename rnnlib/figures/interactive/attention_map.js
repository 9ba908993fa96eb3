// A query dragged among keys in the plane: its weights, and where the softmax passes a gradient on.
const BRIGHTEST = 0.5, MARGIN = 0.12;

function weigh(keys, [x, y], sharpness) {
  const scores = keys.map(([a, b]) => (sharpness * (a * x + b * y)) / Math.SQRT2), most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most)), sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
// |diag(a) - a a^T|_F from sums of powers, and exp of the entropy: how many keys share the weight.
function spreadOf(alpha) {
  let two = 0, three = 0, entropy = 0;
  for (const a of alpha) { two += a * a; three += a ** 3; if (a > 0) entropy -= a * Math.log(a); }
  return { jacobian: Math.sqrt(Math.max(0, two - 2 * three + two * two)), effective: Math.exp(entropy) };
}

function render({ model, el }) {
  const watched = ["x", "y", "step", "sharpness"];
  const keys = model.get("key_points"), queries = model.get("query_points"), symbols = model.get("symbols");
  const view = frame({ model, el }, "A gradient passes on the borders, where two keys share the weight", watched, draw);
  const paint = heatmap(view);
  const points = [...keys, ...queries];
  const [low, high] = [Math.min, Math.max].map((pick) => [0, 1].map((i) => pick(...points.map((point) => point[i]))));
  const least = low.map((a, i) => a - MARGIN * (high[i] - a)), most = high.map((b, i) => b + MARGIN * (b - low[i]));
  let unplace = null;
  const put = (x, y) => {
    const [bx, by] = [x, y].map((value, i) => Number(Math.max(least[i], Math.min(most[i], value)).toFixed(3)));
    model.set("x", bx);
    model.set("y", by);
    model.save_changes();
  };
  const recall = () => { const [x, y] = queries[model.get("step")]; put(x, y); };
  const grip = handle(view, "query", (x, y) => unplace && put(...unplace(x, y)),
    (right, up) => put(model.get("x") + (right * (most[0] - least[0])) / 100, model.get("y") + (up * (most[1] - least[1])) / 100));
  view.controls.append(
    slider(model, "step", "asked at", { min: 0, max: queries.length - 1, step: 1, words: (step) => `step ${step + 1}` }),
    slider(model, "sharpness", "sharpness", { min: -2, max: 2, step: 0.1, ...decades, words: (times) => `× ${significant(times)}` }),
  );
  model.on("change:step", recall);
  recall();

  function draw(width, height) {
    const narrow = width < 520, q = [model.get("x"), model.get("y")], sharpness = model.get("sharpness");
    const alpha = weigh(keys, q, sharpness), { jacobian, effective } = spreadOf(alpha);
    const box = narrow ? { x: 8, y: 22, width: width - 16, height: height * 0.5 } : { x: 8, y: 22, width: width * 0.6 - 16, height: height - 32 };
    const bars = narrow ? { x: 30, y: box.y + box.height + 34, width: width - 44, height: height - box.y - box.height - 72 } : { x: width * 0.6 + 34, y: 40, width: width * 0.4 - 44, height: height - 84 };
    const X = (x) => box.x + ((x - least[0]) / (most[0] - least[0])) * box.width;
    const Y = (y) => box.y + (1 - (y - least[1]) / (most[1] - least[1])) * box.height;
    const label = (x, y, text, className = "muted-fill") => view.add("text", { x, y, class: `small ${className}` }, text);
    unplace = (px, py) => [least[0] + ((px - box.x) / box.width) * (most[0] - least[0]), most[1] - ((py - box.y) / box.height) * (most[1] - least[1])];
    plane();
    row();
    view.tell({ x: q[0], y: q[1], sharpness, alpha, jacobian, effective });
    view.say(words(alpha, jacobian, effective));

    function plane() {
      const columns = Math.round(box.width / 3), rows = Math.round(box.height / 3);
      label(box.x, 13, narrow ? "drag the query; bright: it can learn" : "drag the query; bright: its weights would change if it moved");
      paint(box, columns, rows, [columns, rows, sharpness].join(), (column, row) => {
        const x = least[0] + ((column + 0.5) / columns) * (most[0] - least[0]), y = most[1] - ((row + 0.5) / rows) * (most[1] - least[1]);
        return spreadOf(weigh(keys, [x, y], sharpness)).jacobian / BRIGHTEST;
      });
      trace(view, `M${queries.map(([x, y]) => `${X(x)} ${Y(y)}`).join("L")}`, "rnnfig-fine");
      keys.forEach(([x, y], k) => {
        view.add("circle", { cx: X(x), cy: Y(y), r: 4 + 9 * Math.sqrt(alpha[k]), class: "rnnfig-landing" });
        view.add("text", { x: X(x) + 9, y: Y(y) - 8, class: "small rnnfig-over" }, String(k + 1));
      });
      grip(X(q[0]), Y(q[1]), q[0], `${fixed(q[0])}, ${fixed(q[1])}`);
    }

    function row() {
      const each = bars.width / keys.length, most = alpha.indexOf(Math.max(...alpha));
      label(bars.x - 22, bars.y - 14, "weight of each step", "");
      for (const share of [0, 0.5, 1]) {
        const y = bars.y + (1 - share) * bars.height;
        view.add("path", { class: share ? "grid" : "axis", d: `M${bars.x} ${y}h${bars.width}` });
        label(bars.x - 5, y + 4, share === 0.5 ? "½" : String(share), "muted-fill end");
      }
      alpha.forEach((share, k) => {
        const x = bars.x + k * each, tall = Math.max(0.5, share * bars.height);
        view.add("rect", { x: x + 1, y: bars.y + bars.height - tall, width: Math.max(1, each - 2), height: tall, class: k === most ? "vermilion-fill" : "blue-fill" });
        label(x + each / 2, bars.y + bars.height + 15, symbols[k], `middle ${k === most ? "strong" : ""}`);
        if (k % 2 === 0 || !narrow || each > 22) label(x + each / 2, bars.y + bars.height + 31, String(k + 1), "muted-fill middle");
      });
    }
  }

  function words(alpha, jacobian, effective) {
    const best = alpha.indexOf(Math.max(...alpha));
    const hears = jacobian < 0.01 ? "A gradient does not get through to the query" : jacobian > 0.1 ? "A gradient gets through to the query" : "Little of a gradient gets through to the query";
    return `The query looks at step ${best + 1}, the symbol ${symbols[best]}, with a weight of ${fixed(alpha[best])}; the weight of ${fixed(effective, 1)} keys in effect. The softmax’s Jacobian has the norm ${significant(jacobian).replaceAll(" ", "\u00a0")}: ${hears.charAt(0).toLowerCase()}${hears.slice(1)}.`;
  }
  return view.open();
}
export default { render };
