// What a character model writes at a snapshot of its training, each character shaded by the probability it was given.
function render({ model, el }) {
  const view = frame({ model, el }, "What it writes, as it learns: the darker, the surer of the letter", ["snapshot", "temperature"], draw);
  const updates = model.get("updates"), bits = model.get("bits"), alphabet = [...model.get("alphabet")];
  const steps = stepper(() => updates.length - 1, () => store(model, "snapshot", steps.at), { next: "Train on", previous: "Back" });
  view.controls.append(
    steps.element,
    slider(model, "snapshot", "updates", { min: 0, max: updates.length - 1, step: 1, words: (at) => String(updates[at]) }),
    choice(model, "temperature", "choice", { "0.0": "always the likeliest", "0.7": "drawn, temperature 0.7", "1.0": "drawn, temperature 1" }),
  );
  model.on("change:snapshot", () => { if (steps.at !== model.get("snapshot")) steps.go(model.get("snapshot")); });

  function draw(width, height) {
    const at = model.get("snapshot"), temperature = model.get("temperature"), { text, p } = model.get("texts")[at][temperature];
    const narrow = width < 560, size = narrow ? 15 : 17, advance = size * 0.6, columns = Math.floor((width - 4) / advance), high = size * 1.55;
    const lines = [];
    for (let i = 0; i < text.length; i += columns) lines.push(i);
    const rows = Math.ceil(text.length / columns);
    lines.forEach((from, row) => {
      const y = 4 + row * high;
      for (let i = from; i < Math.min(text.length, from + columns); i++) {
        view.add("rect", { x: 2 + (i - from) * advance, y, width: advance + 0.5, height: high - 3, class: "blue-fill", "fill-opacity": (0.34 * p[i]) / 100 });
      }
      const line = view.add("text", { y: y + high * 0.66, class: "rnnfig-mono", "font-size": size, x: Array.from({ length: Math.min(columns, text.length - from) }, (_, i) => (2 + i * advance).toFixed(1)).join(" ") });
      line.style.fontSize = `${size}px`;
      line.textContent = text.slice(from, from + columns).replaceAll(" ", "\u00a0");
    });
    const top = 4 + Math.max(rows, narrow ? 4 : 2) * high + (narrow ? 30 : 40);
    const boxes = narrow
      ? [{ left: 30, right: width - 6, top, bottom: top + (height - top) * 0.42 }, { left: 30, right: width - 6, top: top + (height - top) * 0.42 + 66, bottom: height - 20 }]
      : [{ left: 32, right: width * 0.56, top, bottom: height - 38 }, { left: width * 0.56 + 40, right: width - 6, top, bottom: height - 24 }];
    const most = Math.ceil(Math.max(...bits)), last = updates.at(-1), levels = Object.entries(model.get("levels"));
    const yticks = Array.from({ length: most + 1 }, (_, value) => [value, value]).filter(([value]) => !narrow || value % 2 === 0);
    const q = panel(view, boxes[0], { x: [-last * 0.02, last * 1.02], y: [0, most], xticks: [0, last / 2, last].map((value) => [value, Math.round(value)]), yticks, xname: "updates", title: "bits a character, held out" });
    for (const [name, level] of levels) {
      q.line([[0, level], [last, level]], "theory");
      view.add("text", { x: boxes[0].right, y: q.Y(level) - 4, class: "end small" }, name);
    }
    q.line(bits.map((value, i) => [updates[i], value]), "forward");
    q.dots(bits.map((value, i) => [updates[i], value]), 3, "blue-fill");
    q.dots([[updates[at], bits[at]]], 6, "vermilion-fill");
    const likely = model.get("following")[at].map((share, i) => [share, alphabet[i]]).sort((a, b) => b[0] - a[0]).slice(0, narrow ? 5 : 7);
    const box = boxes[1], each = (box.bottom - box.top) / likely.length;
    view.add("text", { x: box.left - 24, y: box.top - 9, class: "small strong" }, `next after “…${model.get("context").slice(-12)}”`);
    likely.forEach(([share, symbol], i) => {
      const y = box.top + i * each;
      view.add("text", { x: box.left - 8, y: y + each * 0.68, class: "end rnnfig-mono" }, symbol === " " ? "␣" : symbol);
      view.add("rect", { x: box.left, y: y + 2, width: Math.max(1, share * (box.right - box.left - 44)), height: each - 4, rx: 2, class: "vermilion-fill" });
      view.add("text", { x: box.left + share * (box.right - box.left - 44) + 6, y: y + each * 0.68, class: "small" }, fixed(share));
    });
    view.tell({ at, temperature, text, p, likely, bits: bits[at] });
    const own = p.slice(model.get("prompt").length), sure = own.reduce((sum, value) => sum + value, 0) / own.length;
    view.say(`After ${updates[at]} update${updates[at] === 1 ? "" : "s"}: ${fixed(bits[at])} bits a character, as unsure as a fair choice among ${fixed(2 ** bits[at], 1)}. To the letters that it wrote it gave ${fixed(sure, 0)} % on average; after “${model.get("context")}” it expects ${likely[0][1] === " " ? "a space" : `“${likely[0][1]}”`} with ${fixed(100 * likely[0][0], 0)} %.`);
  }
  steps.go(model.get("snapshot"));
  const close = view.open();
  return () => { steps.stop(); close(); };
}
export default { render };
