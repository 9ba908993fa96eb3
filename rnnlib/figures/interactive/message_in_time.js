// A unit message sent back through a chain: strength rho^k after k steps.
const UNITS = 30, PACE = 6.5, REST = 1.6; // units a second, seconds between two messages
const LOW = -5, HIGH = 4;

function render({ model, el }) {
  const view = frame({ model, el }, "A message travelling back through time", ["rho"], draw);
  let position = still() ? UNITS - 1 : 0, playing = !still(), request = null, last = null, lights = [], dot = null, place = null;
  const player = button("Pause", () => { playing = !playing; if (playing && position >= UNITS - 1) position = 0; run(); }, "rnnfig-main");
  const presets = [["Vanish", 0.8], ["Survive", 1], ["Explode", 1.25]].map(([label, rho]) => button(label, () => { position = playing ? 0 : UNITS - 1; store(model, "rho", rho); }));
  view.controls.append(
    html("div", { className: "rnnfig-buttons" }, player, ...presets),
    slider(model, "rho", "ρ, spectral radius", { min: 0.7, max: 1.3, step: 0.01 }),
  );

  function draw(width, height) {
    const rho = model.get("rho"), left = 46, right = width - 14;
    const X = (k) => right - (k * (right - left)) / (UNITS - 1); // k steps back, the present at the right
    const split = height * 0.44, chain = (k) => split * 0.56 - Math.sin((Math.PI * k) / (UNITS - 1)) * split * 0.14;
    const top = split + 14, bottom = height - 26;
    const Y = (power) => bottom - ((Math.max(LOW, Math.min(HIGH, power)) - LOW) / (HIGH - LOW)) * (bottom - top);
    const label = (x, y, text, className) => view.add("text", { x, y, class: className }, text);

    for (let power = LOW + 1; power <= HIGH; power += 2) {
      view.add("line", { x1: left, x2: right, y1: Y(power), y2: Y(power), class: power === 0 ? "axis" : "grid" });
      label(left - 8, Y(power) + 4, power === 0 ? "1" : `10${raised(power)}`, "end small muted-fill");
    }
    label(left, height - 6, `${UNITS - 1} steps back`, "small muted-fill");
    label(right, height - 6, "now", "end small muted-fill");
    view.add("path", { class: "theory", d: Array.from({ length: UNITS }, (_, k) => `${k ? "L" : "M"}${X(k)} ${Y(k * Math.log10(rho))}`).join("") });
    view.add("path", { class: "edge", d: Array.from({ length: UNITS }, (_, k) => `${k ? "L" : "M"}${X(k)} ${chain(k)}`).join("") });
    lights = Array.from({ length: UNITS }, (_, k) => {
      const at = { cx: X(k), cy: chain(k) };
      return [view.add("circle", { ...at, class: "vermilion-fill" }), view.add("circle", { ...at, r: 3.2, class: "node" }), view.add("circle", { ...at, class: "vermilion-fill" })];
    });
    dot = view.add("circle", { r: 6, class: "vermilion-fill" });
    place = (k) => [X(k), Y(k * Math.log10(rho))];
    glow();
    const end = rho ** (UNITS - 1), tenfold = rho === 1 ? null : Math.abs(1 / Math.log10(rho));
    view.tell({ rho, strength: Array.from({ length: UNITS }, (_, k) => rho ** k) });
    view.say(tenfold === null
      ? `ρ = 1.00: after ${UNITS - 1} steps back the message is as strong as when it was sent.`
      : `ρ = ${fixed(rho)}: after ${UNITS - 1} steps back the message is ${significant(end)} times as strong. It ${rho < 1 ? "falls" : "grows"} tenfold every ${fixed(tenfold, tenfold < 10 ? 1 : 0)} steps.`);
  }

  // A unit lights up as the message passes and keeps an afterglow; size follows the logarithm of the strength.
  function glow() {
    const rho = model.get("rho");
    lights.forEach(([halo, , core], k) => {
      const power = k * Math.log10(rho), passed = Math.max(0, Math.min(1, position - k + 1));
      const fresh = playing ? 0.3 + 0.7 * Math.exp(-Math.max(0, position - k) / 2.5) : 0.85;
      const size = Math.max(0.12, 1 + power / 2.4);
      core.setAttribute("r", Math.min(11, 5.2 * size));
      core.setAttribute("fill-opacity", passed * fresh * Math.min(1, 0.15 + size));
      halo.setAttribute("r", Math.min(30, 13 * size * (0.6 + 0.4 * fresh)));
      halo.setAttribute("fill-opacity", passed * fresh * 0.16 * Math.min(1, size));
    });
    const [x, y] = place(Math.min(position, UNITS - 1));
    dot.setAttribute("cx", x);
    dot.setAttribute("cy", y);
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
