// The relative error that four checks report for one gradient, right or wrong.
const PASSES = 1e-4;
function render({ model, el }) {
  const view = frame({ model, el }, "Which check notices which mistake, and at which step?", ["mistake", "precision", "power"], draw);
  const powers = model.get("powers"), LOW = -17, HIGH = 1;
  let first = null;
  const choose = (power) => store(model, "power", Math.max(powers[0], Math.min(powers.at(-1), Math.round(2 * power) / 2)));
  view.controls.append(
    choice(model, "mistake", "mistake", { none: "none: the gradient is right", order: "φ′ on the wrong side of Wᵀ", last: "the last step’s term only", local: "a wrong local error", pass: "the forward pass forgets b" }),
    choice(model, "precision", "numbers", { double: "double precision", single: "single precision" }),
    slider(model, "power", "ε, step", { min: powers[0], max: powers.at(-1), step: 0.5, words: (power) => `10${raised(Math.floor(power))}${power % 1 ? " × 3.2" : ""}` }),
  );
  const place = handle(view, "step ε, as a power of ten", (x) => choose(first(x)), (right, up) => choose(model.get("power") + 0.5 * (right + up)));

  function draw(width, height) {
    const mistake = model.get("mistake"), precision = model.get("precision"), power = model.get("power"), at = powers.indexOf(power);
    const checks = model.get("checks")[mistake], vee = model.get("vee")[precision], narrow = width < 560;
    const log = (value) => Math.max(LOW, Math.min(HIGH, Math.log10(value)));
    const [left, right] = halves(width, height, { left: 42, above: 28, share: narrow ? 0.55 : 0.58 });
    const p = panel(view, left, {
      x: [powers[0] - 0.3, powers.at(-1) + 0.3], y: [LOW, HIGH], xname: "step ε", title: "relative error",
      xticks: [-14, -11, -8, -5, -2].map((value) => [value, `10${raised(value)}`]),
      yticks: [-16, -12, -8, -4, 0].map((value) => [value, value ? `10${raised(value)}` : "1"]),
    });
    first = (x) => powers[0] - 0.3 + ((x - left.left) / (left.right - left.left)) * (powers.at(-1) - powers[0] + 0.6);
    view.add("line", { x1: left.left, x2: left.right, y1: p.Y(Math.log10(PASSES)), y2: p.Y(Math.log10(PASSES)), class: "axis rnnfig-cut" });
    view.add("line", { x1: p.X(power), x2: p.X(power), y1: left.top, y2: left.bottom, class: "grid" });
    p.line(vee.map((value, i) => [powers[i], log(value)]), "theory");
    checks[precision].forEach((value, i) => p.dots([[powers[i], log(value)]], 3.4, "blue-fill"));
    if (precision === "double") checks.complex.forEach((value, i) => view.add("rect", { x: p.X(powers[i]) - 3, y: p.Y(log(value)) - 3, width: 6, height: 6, class: "green-fill" }));
    place(p.X(power), p.Y(log(checks[precision][at])), power, `${scientific(10 ** power)}: error ${scientific(checks[precision][at])}`);

    const rows = [["central difference", checks[precision][at], "blue"], ...(precision === "double" ? [["complex step", checks.complex[at], "green"]] : []), ["forward mode", checks.forward, "muted"], ["autograd", checks.autograd, "muted"]];
    const start = narrow ? 4 : right.left - 6, each = Math.min(52, (right.bottom + 30 - right.top) / rows.length);
    view.add("text", { x: start, y: right.top - 9, class: "small strong" }, "what each check says");
    rows.forEach(([name, value, colour], i) => {
      const y = right.top + 12 + i * each, fails = value > PASSES;
      view.add("circle", { cx: start + 7, cy: y - 1, r: 6, class: `${fails ? "vermilion" : "green"}-fill` });
      view.add("path", { class: "rnnfig-sign", d: fails ? `M${start + 4.5} ${y - 3.5}l5 5m0 -5l-5 5` : `M${start + 4} ${y - 1}l2.4 2.6l4 -5` });
      view.add("text", { x: start + 20, y: y + 3, class: `small strong ${colour}-fill` }, name);
      view.add("text", { x: narrow ? width - 4 : start + 20, y: y + (narrow ? 3 : 20), class: `small${narrow ? " end" : ""}` }, `${fails ? "differs by" : "agrees within"} ${scientific(value)}`);
    });
    view.tell({ mistake, precision, power, central: checks[precision][at], complex: checks.complex[at], forward: checks.forward, autograd: checks.autograd, predicted: vee[at] });
    view.say(words(mistake, rows.filter(([, value]) => value > PASSES).map(([name]) => name), power, checks[precision], at));
  }
  const scientific = (value) => (value < 1e-16 ? "10⁻¹⁶" : value >= 0.001 ? significant(value) : `10${raised(Math.ceil(Math.log10(value)))}`);

  function words(mistake, noticing, power, central, at) {
    const list = noticing.join(" and ").replace(/ and (?=.* and )/g, ", ");
    const next = central[Math.min(at + 2, central.length - 1)] / central[at], before = central[Math.max(0, at - 2)] / central[at];
    const arm = next > 30 ? "Ten times the step gives a hundred times the error: the quotient truncates" : before > 3 && before < 40 ? "A tenth of the step gives ten times the error: the quotient rounds" : "Here the quotient is at its best";
    if (mistake === "none") return noticing.includes("central difference") ? `A false alarm: the gradient is right, and the quotient is wrong. ${arm}.` : `The gradient is right, and all agree. ${arm}.`;
    const why = {
      order: "Everything but the backward pass is right, and every check repeats that in its own way.",
      last: "Everything but the backward pass is right, and every check repeats that in its own way.",
      local: "Forward mode is handed the same wrong ∂l/∂h and comes to the same wrong gradient.",
      pass: "Differences and forward mode run the same wrong forward pass: the gradient is right, for another network. Only a program written twice can tell.",
    }[mistake];
    return noticing.length ? `Noticed by ${list}. ${why}` : `Noticed by none at this step. ${why}`;
  }
  return view.open();
}
export default { render };
