// Three hundred updates of descent on the loss of one unit, each gradient g as it is or g min(1, theta/|g|).
const STEPS = 40, UPDATES = 300, HIGH = 0.12; // HIGH: how far from zero b may start

function descend({ w, b, rate, theta }, clip) {
  const path = [], lengths = [], losses = [];
  for (let update = 0; update <= UPDATES; update++) {
    const { gw, gb, length, loss } = oneUnit(w, b, STEPS), factor = clip && length > theta ? theta / length : 1;
    path.push([w, b]);
    lengths.push(length);
    losses.push(loss);
    w -= rate * factor * gw;
    b -= rate * factor * gb;
  }
  return { path, lengths, losses };
}

function render({ model, el }) {
  const names = ["clip", "theta", "rate", "w", "b", "updates"];
  const setting = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const view = frame({ model, el }, "Clipped, descent gets over the cliff; not clipped, one step ends it", names, draw);
  const paint = surface(view);
  const limit = (value, low, high) => Math.max(low, Math.min(high, value));
  let timer = null, map = null;
  const stop = () => { clearInterval(timer); timer = null; player.textContent = "Play"; };
  const player = button("Play", () => {
    if (timer) return stop();
    if (model.get("updates") === UPDATES) store(model, "updates", 0);
    player.textContent = "Pause";
    timer = setInterval(() => {
      store(model, "updates", model.get("updates") + 1);
      if (model.get("updates") === UPDATES) stop();
    }, 50);
  }, "rnnfig-main");
  const foot = { w: 1.6, b: 1e-8 };
  const restart = button("The foot of the cliff", () => { model.set(foot); model.save_changes(); });
  view.controls.append(
    choice(model, "clip", "clipping", { norm: "by norm, at θ", off: "off" }),
    slider(model, "theta", "θ, threshold", { min: -2, max: 2, step: 0.1, ...decades, words: scientific }),
    slider(model, "rate", "learning rate", { min: -4, max: 0, step: 0.1, ...decades, words: scientific }),
    slider(model, "b", "b, start", { min: -13, max: 13, step: 0.1, scale: signedLog, inverse: (s) => limit(signedPower(s), -HIGH, HIGH), words: scientific }),
    slider(model, "updates", "updates", { min: 0, max: UPDATES, step: 1, digits: 0 }),
    html("div", { className: "rnnfig-buttons rnnfig-cell" }, player, restart),
  );
  const put = (w, b) => {
    model.set({ w: limit(Math.round(w * 100) / 100, ...WEIGHTS), b: limit(b, -HIGH, HIGH) });
    model.save_changes();
  };
  const grip = handle(
    view, "start of the descent, moved by the arrow keys", (x, y) => put(map.w(x), Math.round(map.b(y) * 1000) / 1000),
    (right, up) => put(model.get("w") + right / 100, up ? Math.round(1000 * model.get("b") + up) / 1000 : model.get("b")),
  );

  function draw(width, height) {
    const s = setting(), runs = { norm: descend(s, true), off: descend(s, false) }, run = runs[s.clip], narrow = width < 520;
    const left = narrow ? 42 : 48, gap = narrow ? 46 : 66, wide = (width - left - gap) * (narrow ? 0.5 : 0.52);
    const box = { x: left, y: 20, width: wide, height: height - 40 };
    const charts = [0, 1].map((i) => ({ x: left + wide + gap, y: 20 + i * (height / 2), width: width - left - wide - gap - 5, height: height / 2 - 40 }));
    const label = (x, y, text, className = "muted-fill") => view.add("text", { x, y, class: `small ${className}` }, text);
    label(box.x, box.y - 7, narrow ? "loss, dark is low" : "loss after 40 steps, dark is low");
    descent(run.path.slice(0, s.updates + 1));
    const colour = { norm: "forward", off: "backward" };
    const title = label(charts[0].x, charts[0].y - 7, "loss, ");
    title.append(mark("tspan", { class: "blue-fill" }, "clipped"), ", ", mark("tspan", { class: "vermilion-fill" }, narrow ? "not" : "not clipped"));
    curves(charts[0], "", (one) => one.losses, [-6, 0.2], [[0, "1"], [-3, "10⁻³"], [-6, "10⁻⁶"]]);
    const chart = curves(charts[1], narrow ? "|g| before clipping" : "length of the gradient, before clipping", (one) => one.lengths, [-4, 8], [[8, "10⁸"], [0, "1"], [-4, "10⁻⁴"]]);
    if (s.clip === "norm") {
      view.add("path", { class: "theory", "stroke-dasharray": "5 4", d: `M${chart.X(0)} ${chart.Y(s.theta)}H${chart.X(UPDATES)}` });
      label(chart.X(UPDATES), chart.Y(s.theta) - 4, "θ", "end");
    }
    const taken = run.lengths.slice(0, s.updates), cut = s.clip === "norm" ? taken.filter((length) => length > s.theta).length : 0;
    const crossed = run.path.slice(1, s.updates + 1).filter(([, b], i) => b * run.path[i][1] < 0).length;
    restart.ariaDisabled = String(s.w === foot.w && s.b === foot.b);
    view.tell({ ...s, path: run.path, losses: run.losses, lengths: run.lengths, cut });
    view.say(words(s, run, cut, crossed));

    // The map reaches as far as the path, unless that leaves for good.
    function descent(path) {
      const farthest = Math.max(...path.map(([, b]) => Math.abs(b)).filter((b) => b <= 0.5)), reach = [0.03, HIGH, 0.5].find((level) => farthest <= level);
      const span = WEIGHTS[1] - WEIGHTS[0], bottom = box.y + box.height;
      const place = ([w, b]) => [box.x + ((w - WEIGHTS[0]) / span) * box.width, box.y + ((reach - b) / (2 * reach)) * box.height];
      map = { w: (x) => WEIGHTS[0] + ((x - box.x) / box.width) * span, b: (y) => reach - ((y - box.y) / box.height) * 2 * reach };
      paint(box, STEPS, itself, [-reach, reach]);
      for (const [b, text] of [[reach, fixed(reach)], [0, narrow ? "0" : "b = 0"], [-reach, fixed(-reach)]]) label(box.x - 5, place([1, b])[1] + (b > 0 ? 9 : b ? 0 : 4), text, "muted-fill end");
      for (const [w, end] of [[0.6, ""], [1, "middle"], [1.4, "middle"], [1.8, "end"]]) {
        if (!narrow || w !== 1) label(place([w, 0])[0], bottom + 15, w === 0.6 ? "w = 0.6" : fixed(w, 1), `muted-fill ${end}`);
      }
      const far = { x: box.x - 1e4, y: box.y - 1e4, width: box.width + 2e4, height: box.height + 2e4 };
      const points = [];
      for (const point of path) points.push(points.length ? clipped(points.at(-1), place(point), far).point : place(point));
      const inside = view.svg.appendChild(mark("svg", { x: box.x, y: box.y, width: box.width, height: box.height, viewBox: `${box.x} ${box.y} ${box.width} ${box.height}` }));
      const d = `M${points.map((point) => point.join(" ")).join("L")}`;
      for (const name of ["casing", "trace"]) inside.append(mark("path", { class: `rnnfig-${name} rnnfig-fine`, d }));
      const left = points.findIndex((point, i) => i && !clipped(points[i - 1], point, box).inside), now = points.at(-1);
      if (clipped(points[0], now, box).inside) view.add("circle", { cx: now[0], cy: now[1], r: 5, class: "rnnfig-landing" });
      else {
        const { point: [x, y] } = clipped(points[left - 1], points[left], box);
        trace(view, arrowhead(x, y, Math.atan2(points[left][1] - points[left - 1][1], points[left][0] - points[left - 1][0])), "rnnfig-fine");
        label(limit(x, box.x + 8, box.x + box.width - 4) - 8, limit(y, box.y + 16, bottom - 8), "gone", "rnnfig-over end");
      }
      grip(...place(path[0]), s.w, `w = ${fixed(s.w)}, b = ${scientific(s.b)}`);
    }

    function curves(at, title, of, [low, high], ticks) {
      const X = (update) => at.x + (update / UPDATES) * at.width;
      const Y = (value) => at.y + ((high - limit(Math.log10(Math.max(value, 1e-30)), low, high)) / (high - low)) * at.height;
      label(at.x, at.y - 7, title);
      for (const [power, text] of ticks) {
        view.add("path", { class: "grid", d: `M${at.x} ${Y(10 ** power)}h${at.width}` });
        label(at.x - 5, Y(10 ** power) + 4, text, "muted-fill end");
      }
      for (const clip of s.clip === "norm" ? ["off", "norm"] : ["norm", "off"]) {
        const own = clip === s.clip, d = of(runs[clip]).slice(0, own ? s.updates + 1 : undefined).map((value, update) => `${X(update).toFixed(1)} ${Y(value).toFixed(1)}`).join("L");
        view.add("path", { class: colour[clip], d: `M${d}`, "stroke-opacity": own ? 1 : 0.3, "stroke-width": 1.6 });
      }
      view.add("circle", { cx: X(s.updates), cy: Y(of(run)[s.updates]), r: 4, class: s.clip === "norm" ? "blue-fill" : "vermilion-fill" });
      label(at.x, at.y + at.height + 14, "0");
      label(at.x + at.width, at.y + at.height + 14, narrow ? "300" : "300 updates", "muted-fill end");
      return { X, Y };
    }
  }

  function words(s, { path, losses, lengths }, cut, crossed) {
    const n = s.updates, [w, b] = path[n];
    if (n === 0) return `At w = ${fixed(s.w)}, b = ${scientific(s.b)} the loss is ${fixed(losses[0], 3)} and the gradient ${scientific(lengths[0])} long. Play, or move the updates.`;
    const share = s.clip === "norm" ? `${cut} of ${n} gradients clipped (${fixed((100 * cut) / n, 0)}\u00a0%), the cliff crossed ${crossed} times.` : `Not clipped; the longest gradient was ${scientific(Math.max(...lengths.slice(0, n)))}.`;
    return `After ${n} update${n === 1 ? "" : "s"}: w = ${scientific(w)}, b = ${scientific(b)}, loss ${scientific(losses[n])} (${fixed(losses[0], 3)} at the start). ${share}${lengths[n] === 0 ? " The gradient is now zero for good." : ""}`;
  }
  const close = view.open();
  return () => { stop(); close(); };
}
export default { render };
