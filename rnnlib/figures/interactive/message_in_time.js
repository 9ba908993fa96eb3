// A unit message sent back through the unrolled network: strength rho^k after k steps.
const UNITS = 30, PACE = 8, EVERY = 2.1; // units a second, seconds from one message to the next
const LOW = -5, HIGH = 4, FAINT = -3, BURST = 3; // powers of ten: the axis, and where a message dies or bursts
const LEAST = 0.7, MOST = 1.3;
const RUN = 3; // messages that are sent before the figure rests

function render({ model, el }) {
  const view = frame({ model, el }, "One error, sent back through thirty steps. Drag its far end.", ["rho"], draw);
  view.root.classList.add("rnnfig-hero");
  let sent = [], waiting = 0, clock = 0, playing = false, seen = false, request = null, last = null, scene = null;
  const set = (rho) => {
    store(model, "rho", Number(Math.min(MOST, Math.max(LEAST, rho)).toFixed(2)));
    if (!still()) begin();
  };
  const player = button("Play", () => (playing ? rest() : begin()), "rnnfig-main");
  const presets = [["Vanish", 0.85], ["Survive", 1], ["Explode", 1.2]].map(([label, rho]) => button(label, () => { sent = []; set(rho); }));
  view.controls.append(html("div", { className: "rnnfig-buttons" }, player, ...presets));
  const place = handle(
    view, "ρ, the spectral radius",
    (x, y) => set(10 ** (scene.power(y) / (UNITS - 1))),
    (right, up) => set(model.get("rho") + 0.01 * (right + up)),
  );

  function draw(width, height) {
    const rho = model.get("rho"), narrow = width < 520, left = narrow ? 46 : 64, right = width - (narrow ? 26 : 44);
    const chain = height - (narrow ? 40 : 46), top = 18, bottom = chain - (narrow ? 34 : 46), step = (right - left) / (UNITS - 1);
    const X = (k) => right - k * step, Y = (power) => bottom - ((Math.min(HIGH, Math.max(LOW, power)) - LOW) / (HIGH - LOW)) * (bottom - top);
    const label = (x, y, text, className) => view.add("text", { x, y, class: className }, text);
    const size = Math.min(20, step * 0.62), strength = (k) => k * Math.log10(rho);

    label(0, top - 4, narrow ? "" : "what is left of the gradient", "small muted-fill");
    for (let power = LOW + 1; power <= HIGH - 1; power += narrow ? 2 : 1) {
      view.add("line", { x1: left, x2: width, y1: Y(power), y2: Y(power), class: power === 0 ? "axis" : "grid" });
      label(left - 14, Y(power) + 4, power === 0 ? "1" : `10${raised(power)}`, "end small muted-fill");
    }
    // The unrolled network: a state handed from unit to unit, an input to each, the loss at the last.
    for (let k = 0; k < UNITS; k++) {
      view.add("path", { class: "rnnfig-stem", d: `M${X(k)} ${chain - size / 2}V${Y(strength(k))}` });
      if (k < UNITS - 1) {
        const [from, to] = [X(k + 1) + size / 2, X(k) - size / 2];
        view.add("path", { class: "forward", d: `M${from} ${chain}H${to}${narrow ? "" : `M${to - 4} ${chain - 3.5}L${to} ${chain}L${to - 4} ${chain + 3.5}`}` });
      }
      view.add("path", { class: "edge", d: `M${X(k)} ${chain + size / 2 + 9}v-7` });
    }
    const units = Array.from({ length: UNITS }, (_, k) => {
      const box = { x: X(k) - size / 2, y: chain - size / 2, width: size, height: size, rx: size / 4 };
      view.add("rect", { ...box, class: "node forward" });
      return view.add("rect", { ...box, class: "vermilion-fill", "fill-opacity": 0 });
    });
    label(X(UNITS - 1), height - 6, `${UNITS - 1} steps back`, narrow ? "small muted-fill" : "middle small muted-fill");
    label(right + size / 2 + 2, height - 6, "the loss, now", "end small muted-fill");
    view.add("path", { class: "theory", d: Array.from({ length: UNITS }, (_, k) => `${k ? "L" : "M"}${X(k)} ${Y(strength(k))}`).join("") });
    const dots = Array.from({ length: UNITS }, (_, k) => view.add("circle", { cx: X(k), cy: Y(strength(k)), r: narrow ? 2.6 : 4, class: "vermilion-fill" }));
    const pulses = Array.from({ length: 4 }, () => [view.add("circle", { class: "vermilion-fill", "fill-opacity": 0.22 }), view.add("circle", { class: "vermilion-fill" })]);
    const burst = view.add("path", { class: "backward" });
    scene = { X, chain, size, strength, units, dots, pulses, burst, power: (y) => LOW + ((bottom - y) / (bottom - top)) * (HIGH - LOW) };
    glow();
    place(X(UNITS - 1), Y(strength(UNITS - 1)), rho, `${fixed(rho)}: ${fate(rho)}`);
    label(X(UNITS - 1) + 14, Y(strength(UNITS - 1)) + (rho < 1 ? 26 : -14), `ρ = ${fixed(rho)}`, "strong rnnfig-name");
    const end = rho ** (UNITS - 1), tenfold = rho === 1 ? null : Math.abs(1 / Math.log10(rho));
    view.tell({ rho, strength: Array.from({ length: UNITS }, (_, k) => rho ** k) });
    view.say(tenfold === null
      ? `ρ = 1.00, the spectral radius of the recurrent weights: the gradient arrives ${UNITS - 1} steps back as strong as it was sent.`
      : `ρ = ${fixed(rho)}, the spectral radius of the recurrent weights: ${UNITS - 1} steps back ${significant(end)} of the gradient ${rho < 1 ? "is left" : "arrives for each 1 that was sent"}. It ${rho < 1 ? "falls" : "grows"} tenfold every ${fixed(tenfold, tenfold < 10 ? 1 : 0)} steps.`);
  }
  const fate = (rho) => (rho < 1 ? "the gradient vanishes" : rho > 1 ? "the gradient explodes" : "the gradient survives");

  // Every message lights the units that it passes. It dies where a thousandth is left and bursts where it is a thousand.
  function glow() {
    const { X, chain, size, strength, units, dots, pulses, burst } = scene, resting = !playing && !sent.length;
    const radius = (power) => Math.max(0.1, 1 + power / 3);
    units.forEach((unit, k) => {
      const fresh = Math.max(0, ...sent.map((at) => (at >= k ? Math.exp((k - at) / 2.2) : 0)));
      const alive = Math.min(1, Math.max(0, 1 - strength(k) / FAINT));
      unit.setAttribute("fill-opacity", resting ? 0.75 * alive : fresh * alive);
      dots[k].setAttribute("fill-opacity", resting ? 1 : 0.35 + 0.65 * fresh);
    });
    let shards = "";
    pulses.forEach(([halo, core], i) => {
      const at = sent[i], power = at === undefined ? null : strength(at), gone = power === null || at > UNITS - 1 || power < FAINT || power > BURST;
      for (const one of [halo, core]) { one.setAttribute("cx", gone ? -99 : X(at)); one.setAttribute("cy", chain); }
      core.setAttribute("r", gone ? 0 : size * 0.42 * radius(power));
      halo.setAttribute("r", gone ? 0 : size * radius(power));
      if (power > BURST && strength(1) > 0) {
        const where = Math.min(UNITS - 1, BURST / strength(1)), age = at - where;
        for (let ray = 0; age < 9 && ray < 12; ray++) {
          const [dx, dy] = [Math.cos((ray * Math.PI) / 6), Math.sin((ray * Math.PI) / 6)], near = size * (1 + age * 0.28), far = near + size * Math.max(0, 0.9 - age / 10);
          shards += `M${X(where) + dx * near} ${chain + dy * near}L${X(where) + dx * far} ${chain + dy * far}`;
        }
      }
    });
    burst.setAttribute("d", shards);
  }
  // A run is a few messages and then rest: a figure that never stands still takes its reader's eyes, and the battery.
  function begin() {
    waiting = RUN - (sent.length && 1);
    if (!sent.length) clock = 0;
    if (playing) return;
    playing = true;
    player.textContent = "Pause";
    go();
  }
  function rest() {
    playing = false;
    waiting = 0;
    player.textContent = "Play";
    go();
    if (scene) glow();
  }
  // Nothing moves where nobody looks.
  function go() {
    cancelAnimationFrame(request);
    last = null;
    if (playing && seen) request = requestAnimationFrame(tick);
  }
  function tick(now) {
    const passed = last === null ? 0 : Math.min(now - last, 100) / 1000;
    last = now;
    clock -= passed;
    sent = sent.map((at) => at + passed * PACE).filter((at) => at < UNITS + 12);
    if (clock <= 0 && waiting) { sent.push(0); waiting--; clock = EVERY; }
    if (!sent.length && !waiting) return rest();
    if (scene) glow();
    request = requestAnimationFrame(tick);
  }
  const eye = new IntersectionObserver(([{ isIntersecting }]) => { seen = isIntersecting; go(); });

  const close = view.open();
  eye.observe(view.stage);
  const idle = window.requestIdleCallback ?? setTimeout; // the page first
  idle(() => { if (!still() && !waiting) begin(); });
  return () => { eye.disconnect(); cancelAnimationFrame(request); close(); };
}
export default { render };
