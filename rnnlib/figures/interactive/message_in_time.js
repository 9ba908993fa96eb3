// A unit message sent back through a chain: strength rho^k after k steps.
const UNITS = 30, PACE = 6.5, REST = 1.6; // units a second, seconds between two messages
const LOW = -5, HIGH = 4;

function render({ model, el }) {
  const view = frame({ model, el }, "A message travelling back through time", ["rho"], draw);
  let position = still() ? UNITS - 1 : 0, playing = !still(), request = null, last = null, lights = [], front = null, place = null;
  const player = button("Pause", () => { playing = !playing; if (playing && position >= UNITS - 1) position = 0; run(); }, "rnnfig-main");
  const presets = [["Vanish", 0.8], ["Survive", 1], ["Explode", 1.25]].map(([label, rho]) => button(label, () => { position = playing ? 0 : UNITS - 1; store(model, "rho", rho); }));
  view.controls.append(
    html("div", { className: "rnnfig-buttons" }, player, ...presets),
    slider(model, "rho", "ρ, spectral radius", { min: 0.7, max: 1.3, step: 0.01 }),
  );

  function draw(width, height) {
    const rho = model.get("rho"), left = 56, right = width - 34, top = 24, bottom = height - 34;
    const X = (k) => right - (k * (right - left)) / (UNITS - 1); // k steps back, the present at the right
    const Y = (power) => bottom - ((power - LOW) / (HIGH - LOW)) * (bottom - top);
    const label = (x, y, text, className) => view.add("text", { x, y, class: className }, text);

    label(0, 12, "strength", "small muted-fill");
    for (let power = LOW + 1; power <= HIGH; power += 2) {
      view.add("line", { x1: left - 12, x2: width, y1: Y(power), y2: Y(power), class: power === 0 ? "axis" : "grid" });
      label(left - 20, Y(power) + 4, power === 0 ? "1" : `10${raised(power)}`, "end small muted-fill");
    }
    label(left, height - 6, `${UNITS - 1} steps back`, "middle small muted-fill");
    label(right, height - 6, "now", "middle small muted-fill");
    place = (k) => [X(k), Y(k * Math.log10(rho))];
    const units = Array.from({ length: UNITS }, (_, k) => place(k));
    view.add("path", { class: "edge", d: units.map(([x, y], k) => `${k ? "L" : "M"}${x} ${y}`).join("") });
    const halos = units.map(([cx, cy]) => view.add("circle", { cx, cy, class: "vermilion-fill" }));
    const nodes = units.map(([cx, cy]) => [view.add("circle", { cx, cy, r: 3.6, class: "node" }), view.add("circle", { cx, cy, class: "vermilion-fill" })]);
    lights = halos.map((halo, k) => [halo, nodes[k][1]]);
    front = view.add("circle", { class: "vermilion-fill" });
    glow();
    const end = rho ** (UNITS - 1), tenfold = rho === 1 ? null : Math.abs(1 / Math.log10(rho));
    view.tell({ rho, strength: Array.from({ length: UNITS }, (_, k) => rho ** k) });
    view.say(tenfold === null
      ? `ρ = 1.00: after ${UNITS - 1} steps back the message is as strong as when it was sent.`
      : `ρ = ${fixed(rho)}: after ${UNITS - 1} steps back the message is ${significant(end)} times as strong. It ${rho < 1 ? "falls" : "grows"} tenfold every ${fixed(tenfold, tenfold < 10 ? 1 : 0)} steps.`);
  }

  // A unit lights up as the message passes and keeps an afterglow; size follows the logarithm of the strength.
  function glow() {
    const rho = model.get("rho"), size = (k) => Math.max(0.34, Math.min(2.2, 1 + (k * Math.log10(rho)) / 3.4));
    lights.forEach(([halo, core], k) => {
      const passed = Math.max(0, Math.min(1, position - k + 1));
      const fresh = playing ? 0.35 + 0.65 * Math.exp(-Math.max(0, position - k) / 3) : 0.8;
      core.setAttribute("r", 5.4 * size(k));
      core.setAttribute("fill-opacity", passed * fresh);
      halo.setAttribute("r", 15 * size(k) * (0.6 + 0.4 * fresh));
      halo.setAttribute("fill-opacity", passed * fresh * 0.17);
    });
    const k = Math.min(position, UNITS - 1), before = Math.floor(k), between = k - before;
    const [from, to] = [place(before), place(Math.min(before + 1, UNITS - 1))];
    front.setAttribute("cx", from[0] + between * (to[0] - from[0]));
    front.setAttribute("cy", from[1] + between * (to[1] - from[1]));
    front.setAttribute("r", 7 * size(k));
  }
  function tick(now) {
    position += last === null ? 0 : (Math.min(now - last, 100) / 1000) * PACE;
    last = now;
    if (position > UNITS - 1 + REST * PACE) position = 0;
    if (place) glow();
    request = requestAnimationFrame(tick);
  }
  function run() {
    cancelAnimationFrame(request);
    player.textContent = playing ? "Pause" : "Play";
    last = null;
    if (playing) request = requestAnimationFrame(tick);
    else if (place) glow();
  }

  const close = view.open();
  run();
  return () => { cancelAnimationFrame(request); close(); };
}
export default { render };
