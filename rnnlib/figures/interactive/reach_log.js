function render({ model, el }) {
  const updates = model.get("updates"), steps = model.get("steps"), raw = model.get("sizes");
  const all = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
  const columns = updates.map((_, i) => all.subarray(i * steps, (i + 1) * steps)), colour = reachColours(SEQUENTIAL);
  const view = frame({ model, el }, "How far the gradient reached", ["chosen"], draw);
  const canvas = html("canvas", { ariaHidden: "true" });
  canvas.style.imageRendering = "pixelated";
  view.svg.before(canvas);
  paintReach(canvas, columns, colour);
  view.controls.append(slider(model, "chosen", "Update", { min: 0, max: updates.length - 1, step: 1, words: (i) => String(updates[i]) }));

  const label = (x, y, text, kind = "") => view.add("text", { x, y, class: kind }, text);
  function draw(width, height) {
    const narrow = width < 520, chosen = model.get("chosen"), last = updates.at(-1) || 1;
    const map = { x: 36, y: 26, width: narrow ? width - 46 : 0.6 * width - 46, height: (narrow ? 0.52 * height : height) - 64 };
    const X = (i) => map.x + ((i + 0.5) / updates.length) * map.width, Y = (lag) => map.y + ((lag + 0.5) / steps) * map.height;
    Object.assign(canvas.style, { left: `${map.x}px`, top: `${map.y}px`, width: `${map.width}px`, height: `${map.height}px` });
    label(2, 14, "steps back from the last", "muted-fill");
    for (const lag of [0, Math.round(steps / 2), steps - 1]) label(map.x - 5, Y(lag) + 4, String(lag), "muted-fill end");
    label(map.x, map.y + map.height + 16, "update 0", "muted-fill");
    label(map.x + map.width, map.y + map.height + 16, String(last), "muted-fill end");
    const needs = within() ? model.get("needs") : null;
    for (const lag of new Set(needs ?? [])) trace(view, `M${map.x} ${Y(lag)}h${map.width}`, "rnnfig-fine");
    if (needs) label(map.x + map.width - 6, Y(needs[0]) - 6, "needed", "rnnfig-over end");
    trace(view, `M${X(chosen)} ${map.y}v${map.height}`, "rnnfig-fine");
    curve(narrow ? { x: 44, y: map.y + map.height + 54, width: width - 56, height: height - map.y - map.height - 78 } : { x: map.x + map.width + 62, y: map.y, width: width - map.x - map.width - 74, height: map.height }, chosen, needs);
    const found = diagnose(measured(chosen)).map(({ text }) => text).flatMap((text, i) => (i === 0 && !within() && model.get("at_end") ? [text, beyond()] : [text])).join(" ");
    view.say(`At update ${updates[chosen]}: ${found}`);
    view.tell({ chosen, relative: Array.from(columns[chosen], (size) => size / columns[chosen][0]), found });
  }

  function curve({ x, y, width, height }, chosen, needs) {
    const sizes = columns[chosen], X = (lag) => x + (lag / Math.max(1, steps - 1)) * width, Y = (power) => y + ((2 - Math.max(-6, Math.min(2, power))) / 8) * height;
    label(x, y - 8, "|δ|, relative to lag 0", "muted-fill");
    for (const power of [2, 0, -3, -6]) {
      view.add("path", { class: power ? "grid" : "axis", d: `M${x} ${Y(power)}h${width}` });
      label(x - 5, Y(power) + 4, power ? `10${raised(power)}` : "1", "muted-fill end");
    }
    label(x, y + height + 16, "0 back", "muted-fill");
    label(x + width, y + height + 16, String(steps - 1), "muted-fill end");
    if (needs) view.add("rect", { class: "rnnfig-band blue-fill", x: X(needs[0]) - 2, y, width: X(needs[1]) - X(needs[0]) + 4, height });
    for (let lag = 0; lag < steps; lag++) {
      const power = Math.log10(sizes[lag] / sizes[0]);
      if (power > -6) view.add("circle", { class: "vermilion-fill", cx: X(lag), cy: Y(power), r: 3 });
    }
  }

  /** A stream is read in windows, and a task may look further back than one of them. */
  const within = () => !model.get("needs") || model.get("needs")[1] < steps;
  const beyond = () => { const [from, to] = model.get("needs"); return `The log looks back no further; the task needs ${from === to ? from : `${from} to ${to}`} steps.`; };
  const measured = (chosen) => {
    const solved = model.get("solved_at"), update = updates[chosen] + 1;
    return {
      update, share: model.get("shares")[chosen], window: 50, sizes: model.get("at_end") ? columns[chosen] : null, needs: within() ? model.get("needs") : null,
      clipped: model.get("clipped")[chosen], mean: false, cut: model.get("cut"), carried: model.get("carried"), clip: "norm", solvedAt: solved !== null && solved <= update ? solved : null, diverged: null, seeds: null,
    };
  };
  return view.open();
}
export default { render };
