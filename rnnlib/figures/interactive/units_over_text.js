// What one unit does over a text: each character is shaded by the unit's state after it.
function render({ model, el }) {
  const view = frame({ model, el }, "One unit over a text: vermilion above zero, blue below", ["unit", "follows"], draw);
  const text = model.get("text"), units = model.get("units"), followers = model.get("followers");
  const LEVELS = 12, state = (unit, i) => (units[unit].charCodeAt(i) - 65 - LEVELS) / LEVELS;
  view.controls.append(
    choice(model, "follows", "the unit that follows", { ...Object.fromEntries(Object.keys(followers).map((name) => [name, name])), "": "(your own choice)" }),
    slider(model, "unit", "unit", { min: 0, max: units.length - 1, step: 1, words: (at) => String(at) }),
  );
  model.on("change:follows", () => { const chosen = followers[model.get("follows")]; if (chosen && chosen[0] !== model.get("unit")) store(model, "unit", chosen[0]); });
  model.on("change:unit", () => { const chosen = followers[model.get("follows")]; if (chosen && chosen[0] !== model.get("unit")) store(model, "follows", ""); });

  function draw(width, height) {
    const unit = model.get("unit"), narrow = width < 560;
    const size = narrow ? 12.5 : 14.5, advance = size * 0.6, columns = Math.floor((width - 4) / advance), high = size * 1.5;
    const rows = Math.min(Math.ceil(text.length / columns), Math.floor((height - 4) / high)), shown = Math.min(text.length, rows * columns);
    let sum = 0, most = 0;
    for (let i = 0; i < shown; i++) {
      const value = state(unit, i), x = 2 + (i % columns) * advance, y = 4 + Math.floor(i / columns) * high;
      sum += value; most = Math.max(most, Math.abs(value));
      if (value) view.add("rect", { x, y, width: advance + 0.4, height: high - 2, class: value > 0 ? "vermilion-fill" : "blue-fill", "fill-opacity": (0.55 * Math.abs(value)).toFixed(2) });
    }
    for (let row = 0; row < rows; row++) {
      const part = text.slice(row * columns, Math.min(shown, (row + 1) * columns));
      const line = view.add("text", { y: 4 + row * high + high * 0.66, class: "rnnfig-mono", x: Array.from({ length: part.length }, (_, i) => (2 + i * advance).toFixed(1)).join(" ") });
      line.style.fontSize = `${size}px`;
      line.textContent = part.replaceAll(" ", "\u00a0");
    }
    const found = Object.entries(followers).filter(([, [which]]) => which === unit);
    const told = found.map(([name, [, first, second]]) => ` It was chosen as the one that best follows “${name}”: correlation ${fixed(first)} on the half that chose it, ${fixed(second)} on the other.`).join("");
    view.tell({ unit, follows: model.get("follows"), shown, mean: sum / Math.max(1, shown), most });
    view.say(`Unit ${unit}: ${fixed(sum / Math.max(1, shown))} on average over these ${shown} characters, ${fixed(most)} at its strongest.${told}`);
  }
  return view.open();
}
export default { render };
