// A point mass: height and speed are the state, thrust the input, gravity the bias; ten seconds in T intervals.
const FLIGHT = 10, GRAVITY = 9.81, HARDNESS = 100;
function fly(thrust, height, speed) {
  const T = thrust.length, dt = FLIGHT / T, h = [[height, speed]], delta = Array(T + 1);
  for (let t = 1; t <= T; t++) {
    const [z, v] = h[t - 1], a = thrust[t - 1] - GRAVITY;
    h[t] = [z + dt * v + (dt * dt * a) / 2, v + dt * a];
  }
  delta[T] = h[T].map((part) => HARDNESS * part);
  for (let t = T; t > 0; t--) delta[t - 1] = [delta[t][0], dt * delta[t][0] + delta[t][1]];
  const price = thrust.map((_, i) => (dt * dt * delta[i + 1][0]) / 2 + dt * delta[i + 1][1]);
  return { h, delta, price, gradient: thrust.map((x, i) => dt * x + price[i]) };
}
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
// Conjugate gradients: the gradient is affine in the thrust.
function improve(guess, height, speed, rounds) {
  const gradient = (u) => fly(u, height, speed).gradient, constant = gradient(guess.map(() => 0));
  let u = guess, downhill = gradient(u).map((g) => -g), direction = downhill;
  for (let i = 0; i < rounds; i++) {
    const curved = gradient(direction).map((g, t) => g - constant[t]), length = dot(downhill, downhill) / dot(direction, curved);
    u = u.map((x, t) => x + length * direction[t]);
    const left = downhill.map((g, t) => g - length * curved[t]), turn = dot(left, left) / dot(downhill, downhill);
    direction = left.map((g, t) => g + turn * direction[t]);
    downhill = left;
  }
  return u;
}

function render({ model, el }) {
  const view = frame({ model, el }, "A craft that lands on the thrust its costate asks for", ["height", "speed", "time", "guess"], draw);
  const steps = stepper(() => 3, () => view.redraw(), { next: "A conjugate-gradient step", previous: "Undo" });
  view.controls.append(
    steps.element,
    slider(model, "height", "height, m", { min: 40, max: 160, step: 5, digits: 0 }),
    slider(model, "speed", "speed, m/s", { min: -25, max: 10, step: 1, digits: 0 }),
    slider(model, "time", "look at, s", { min: 0, max: FLIGHT, step: 0.5, digits: 1 }),
  );

  function draw(width, height) {
    const start = model.get("height"), speed = model.get("speed"), guess = model.get("guess"), time = model.get("time"), T = guess.length, dt = FLIGHT / T;
    const thrust = improve(guess, start, speed, steps.at), c = fly(thrust, start, speed), asked = c.price.map((price) => -price / dt);
    const [flight, engine] = halves(width, height, { left: 42, above: 24 }), xticks = [0, 2, 4, 6, 8, 10].map((value) => [value, value]);
    const heights = c.h.map(([z]) => z), top = Math.max(120, Math.ceil(Math.max(...heights) / 40) * 40), low = Math.min(-20, Math.floor(Math.min(...heights) / 40) * 40);
    const tick = (top - low) / 40 > 6 ? 80 : 40, yticks = [];
    for (let value = Math.ceil(low / tick) * tick; value <= top; value += tick) yticks.push([value, fixed(value, 0)]);
    const p = panel(view, flight, { x: [0, FLIGHT], y: [low, top], xticks, yticks, xname: "time, s", title: "height, m" });
    view.add("rect", { x: flight.left, width: flight.right - flight.left, y: p.Y(0), height: flight.bottom - p.Y(0), class: "grid-fill" });
    const F = FLIGHT, first = (6 * start + 4 * speed * F) / F ** 2, slope = (12 * start + 6 * speed * F) / F ** 3;
    const fine = Array.from({ length: 51 }, (_, i) => (i * F) / 50);
    p.line(fine.map((at) => [at, start + speed * at - (first * at ** 2) / 2 + (slope * at ** 3) / 6]), "theory rnnfig-cut");
    p.line(c.h.map(([z], t) => [t * dt, z]), "forward");
    const t = Math.min(T, Math.round(time / dt)), now = Math.max(1, t), x = p.X(t * dt), y = p.Y(c.h[t][0]), flame = Math.max(0, thrust[now - 1]) * 1.1;
    if (t < T) view.add("path", { class: "vermilion-fill", d: `M${x - 4} ${y}L${x} ${y + flame}L${x + 4} ${y}z` });
    view.add("path", { class: "ink-fill", d: `M${x - 7} ${y + 1}L${x - 4} ${y - 9}Q${x} ${y - 17} ${x + 4} ${y - 9}L${x + 7} ${y + 1}z` });

    const e = panel(view, engine, { x: [0, FLIGHT], y: [-5, 25], xticks, yticks: [0, 10, 20].map((value) => [value, value]), xname: "time, s", title: "thrust, m/s²" });
    view.add("line", { x1: engine.left, x2: engine.right, y1: e.Y(GRAVITY), y2: e.Y(GRAVITY), class: "axis rnnfig-cut" });
    view.add("line", { x1: e.X(t * dt), x2: e.X(t * dt), y1: engine.top, y2: engine.bottom, class: "grid" });
    e.line([[0, GRAVITY - first], [F, GRAVITY - first + slope * F]].map(([a, b]) => [a, Math.min(25, Math.max(-5, b))]), "theory rnnfig-cut");
    const held = (value) => Math.min(25, Math.max(-5, value)), middle = (i) => (i + 0.5) * dt;
    e.dots(thrust.map((value, i) => [middle(i), held(value)]), 5, "blue-fill");
    asked.forEach((value, i) => {
      const [cx, cy] = [e.X(middle(i)), e.Y(held(value))], side = Math.sign(value);
      view.add("path", { class: "vermilion-fill", d: e.inside(value) ? `M${cx - 2.5} ${cy - 2.5}h5v5h-5z` : `M${cx - 4} ${cy + 6 * side}h8l-4 ${-7 * side}z` });
    });
    view.add("text", { x: engine.right, y: engine.top - 9, class: "end small vermilion-fill strong" }, "costate");
    view.add("text", { x: engine.right - 54, y: engine.top - 9, class: "end small blue-fill strong" }, "thrust");

    view.tell({ height: start, speed, at: steps.at, thrust, h: c.h, delta: c.delta, asked });
    const [z, v] = c.h[T], off = Math.max(...asked.map((value, i) => Math.abs(value - thrust[i])));
    const landed = Math.hypot(z, v) < 0.4 ? `touchdown within ${fixed(100 * Math.abs(z), 0)} cm, at ${fixed(100 * Math.abs(v), 0)} cm/s` : `it arrives at ${fixed(z, 1)} m with ${fixed(v, 1)} m/s`;
    const [by, more] = c.delta[t].map((part) => `${significant(Math.abs(part))} ${part < 0 ? "less" : "more"}`);
    const rest = off < 0.01
      ? `thrust and costate are one line. Here δ says: a metre more of height costs ${by}, 1 m/s more ${more}.`
      : `thrust and costate, −Uᵀδ/Δt, are up to ${significant(off)} m/s² apart.`;
    view.say(`${["A random guess", "After one step", "After two steps", "After three steps"][steps.at]}: ${landed}; ${rest}`);
  }
  const close = view.open();
  return () => { steps.stop(); close(); };
}
export default { render };
