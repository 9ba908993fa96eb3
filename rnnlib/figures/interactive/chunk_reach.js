// Truncated backpropagation: of losses that depend on the input `lag` steps before, which have both in one window.
const STEPS = 60, LONGEST = 40, ECHOES = [0.5, 0.05];

const newSteps = ({ k, cut }) => ({ chunks: k, half: Math.ceil(k / 2), step: 1 })[cut];
// The first step that the loss of step t, counted from 0, reaches: where the window begins in which it is new.
const reach = (t, k, every) => Math.max(0, (Math.floor(t / every) + 1) * every - k);
const predict = (k, every, lag) => Math.min(1, Math.max(0, (k - lag) / every));
// Counted over the new steps of one window far from the beginning.
function seen(k, every, lag) {
  const start = every * Math.ceil((k + LONGEST) / every);
  let count = 0;
  for (let t = start; t < start + every; t++) if (t - lag >= reach(t, k, every)) count++;
  return count;
}

function render({ model, el }) {
  const names = ["k", "lag", "cut", "echo"];
  const setting = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const view = frame({ model, el }, "What the gradient cannot see the state may still hold", names, draw);
  const steps = (n) => `${n} step${n === 1 ? "" : "s"}`;
  view.controls.append(
    slider(model, "k", "k, window", { min: 1, max: LONGEST, step: 1, words: steps }),
    slider(model, "lag", "dependency", { min: 1, max: LONGEST, step: 1, words: steps }),
    choice(model, "cut", "cut into", { chunks: "chunks of k", half: "windows, every k/2 steps", step: "windows, at every step" }),
    slider(model, "echo", "echo, |W|", { min: 0.5, max: 1, step: 0.05 }),
  );

  function draw(width, height) {
    const s = setting(), every = newSteps(s), held = model.get("recalled")[Math.round((s.echo - ECHOES[0]) / ECHOES[1])];
    const narrow = width < 520, split = Math.round(height * 0.47);
    const label = (x, y, text, className = "muted-fill") => view.add("text", { x, y, class: `small ${className}` }, text);
    const visible = Array.from({ length: STEPS }, (_, t) => t >= s.lag && t - s.lag >= reach(t, s.k, every));
    const counts = Array.from({ length: LONGEST + 1 }, (_, lag) => seen(s.k, every, lag));
    timeline();
    shares();
    view.tell({ ...s, every, visible, shares: counts.map((count) => count / every), held });
    view.say(words(s, every, counts[s.lag], held));

    function timeline() {
      const left = 8, right = width - 8, base = split - 40, X = (t) => left + ((t + 0.5) / STEPS) * (right - left);
      const top = 22, tall = (base - top) * Math.min(1, 0.25 + (0.75 * s.lag) / LONGEST);
      for (let start = 0, i = 0; start < STEPS; start += every, i++) {
        const stop = Math.min(start + every, STEPS);
        if (every > 1 && i % 2 === 0) view.add("rect", { x: X(start - 0.5), y: top, width: X(stop - 0.5) - X(start - 0.5), height: base + 16 - top, class: "blue-fill rnnfig-band" });
        if (every > 1 && start) view.add("path", { class: "axis", "stroke-dasharray": "3 3", d: `M${X(start - 0.5)} ${top}V${base + 16}` });
      }
      // The cut ones first: what is seen lies on top.
      for (const want of [false, true]) {
        for (let t = s.lag; t < STEPS; t++) {
          if (visible[t] !== want) continue;
          const from = X(t), to = X(t - s.lag), bend = (from - to) * 0.2;
          const d = `M${from} ${base}C${from - bend} ${base - tall * 1.33} ${to + bend} ${base - tall * 1.33} ${to} ${base}`;
          view.add("path", want ? { class: "backward rnnfig-arc", d } : { class: "axis rnnfig-arc rnnfig-cut", d });
        }
      }
      view.add("path", { class: "forward now", d: `M${left} ${base + 8}H${right}m-7 -5l7 5l-7 5` });
      for (let t = 0; t < STEPS; t++) view.add("circle", { cx: X(t), cy: base, r: narrow ? 1.6 : 2.4, class: t >= s.lag && visible[t] ? "vermilion-fill" : "muted-fill" });
      const heading = narrow ? [["gradient", "vermilion-fill"], ["cut", "muted-fill"], ["state", "blue-fill"]] : [["gradient from a loss to its input", "vermilion-fill"], ["cut: exactly zero", "muted-fill"], ["state, carried on", "blue-fill"]];
      let x = left;
      heading.forEach(([text, colour], i) => {
        view.add("path", { class: ["backward", "axis rnnfig-cut", "forward now"][i], d: `M${x} 8h16` });
        label(x + 21, 12, text, colour);
        x += 38 + 6.6 * text.length;
      });
      const edge = X(reach(STEPS - 1, s.k, every) - 0.5);
      view.add("path", { class: "theory", d: `M${edge} ${base + 15}v5H${X(STEPS - 0.5)}v-5` });
      label(left, base + 33, "step 0");
      label(right, base + 33, narrow ? `last window, to ${STEPS - 1}` : `the last window, up to step ${STEPS - 1}`, "muted-fill end");
    }

    function shares() {
      const left = 46, right = width - 10, top = split + 36, bottom = height - 20;
      const X = (lag) => left + (lag / LONGEST) * (right - left), Y = (share) => bottom - share * (bottom - top);
      const dot = (x, y, r, colour) => view.add("circle", { cx: x, cy: y, r, class: colour });
      for (const share of [0, 0.5, 1]) {
        view.add("path", { class: share ? "grid" : "axis", "stroke-dasharray": share === 0.5 ? "4 3" : "none", d: `M${left} ${Y(share)}H${right}` });
        label(left - 5, Y(share) + 4, share === 1 ? "100 %" : String(100 * share), "muted-fill end");
      }
      for (const lag of narrow ? [0, 10, 20, 40] : [0, 10, 20, 30, 40]) label(X(lag), height - 4, lag === LONGEST ? `${lag} steps back` : String(lag), `muted-fill ${lag === LONGEST ? "end" : lag ? "middle" : ""}`);
      dot(left + 4, split + 16, 3, "vermilion-fill");
      label(left + 12, split + 20, narrow ? "losses that see it" : "losses whose gradient reaches so far back", "");
      const second = left + (narrow ? 130 : 290);
      view.add("rect", { x: second - 3, y: split + 13, width: 6, height: 6, class: "blue-fill" });
      label(second + 9, split + 20, narrow ? "bits the state holds" : "bits a least-squares readout finds in the state", "");
      view.add("path", { class: "theory", d: `M${X(s.lag)} ${top - 6}V${bottom}` });
      label(right, Y(0.5) + 15, "guessing", "muted-fill end");
      const line = counts.map((_, lag) => `${X(lag)} ${Y(predict(s.k, every, lag))}`);
      view.add("path", { class: "theory", d: `M${line.join("L")}` });
      counts.forEach((count, lag) => dot(X(lag), Y(count / every), lag === s.lag ? 5 : 2.4, "vermilion-fill"));
      held.forEach((share, lag) => {
        const side = lag === s.lag ? 9 : 4.6;
        view.add("rect", { x: X(lag) - side / 2, y: Y(share) - side / 2, width: side, height: side, class: "blue-fill" });
      });
    }
  }

  function words({ k, lag, cut }, every, count, held) {
    const percent = (share) => `${fixed(100 * share, 0)}\u00a0%`, back = `${steps(lag)} back`;
    const sight = count === every ? `Every loss sees the input ${back}.` : count === 0 ? `No loss sees the input ${back}: its part of the gradient is exactly zero.` : `${count} of ${every} losses see the input ${back}, the others get an exact zero.`;
    const zeroed = cut === "chunks" && count < every ? `; zeroed at each cut, at most ${percent((1 + count / every) / 2)}` : "";
    return `${sight} A readout finds ${percent(held[lag])} of those bits in the carried state${zeroed}.`;
  }
  return view.open();
}
export default { render };
