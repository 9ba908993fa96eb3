// Three schemes for all states of h_t = f_t h_{t-1} + v_t, each a list of rounds, a round a list of joins [early, late]:
// place `late` becomes the combination of what stands at `early` and at `late`. Places count from 0.
const SCHEMES = {
  loop: (T) => Array.from({ length: T - 1 }, (_, t) => [[t, t + 1]]),
  doubling: (T) => {
    const rounds = [];
    for (let reach = 1; reach < T; reach *= 2) rounds.push(Array.from({ length: T - reach }, (_, i) => [i, i + reach]));
    return rounds;
  },
  // Up the tree, then down; each join in the first round in which both of its places are ready.
  halving: (T) => {
    const joins = [], ready = Array(T).fill(0), rounds = [];
    let reach = 1;
    for (; reach < T; reach *= 2) joins.push(...every(2 * reach - 1, T, reach));
    for (reach /= 2; reach >= 1; reach /= 2) joins.push(...every(3 * reach - 1, T, reach));
    for (const [early, late] of joins) {
      ready[late] = 1 + Math.max(ready[early], ready[late]);
      (rounds[ready[late] - 1] ??= []).push([early, late]);
    }
    return rounds;
  },
};
const every = (first, T, reach) => {
  const joins = [];
  for (let late = first; late < T; late += 2 * reach) joins.push([late - reach, late]);
  return joins;
};
const combine = ([f1, v1], [f2, v2]) => [f2 * f1, f2 * v1 + v2];
// The pairs at all places after so many rounds, and how many steps each place has combined.
function after(rounds, count, steps) {
  let pairs = steps, covers = steps.map(() => 1);
  for (const joins of rounds.slice(0, count)) {
    const next = [...pairs], wider = [...covers];
    for (const [early, late] of joins) {
      next[late] = combine(pairs[early], pairs[late]);
      wider[late] = covers[early] + covers[late];
    }
    pairs = next; covers = wider;
  }
  return { pairs, covers };
}

function render({ model, el }) {
  const view = frame({ model, el }, "Every state of a recurrence, round by round", ["steps", "scheme"], draw);
  const rounds = () => SCHEMES[model.get("scheme")](model.get("steps"));
  const walk = stepper(() => rounds().length, view.redraw, { next: "Next round", previous: "Back" });
  for (const name of ["steps", "scheme"]) model.on(`change:${name}`, () => { walk.stop(); walk.go(0); });
  view.controls.append(
    slider(model, "steps", "T, steps", { min: 2, max: 16, step: 1, digits: 0 }),
    choice(model, "scheme", "scheme", { loop: "the loop", doubling: "doubling", halving: "halving" }),
    walk.element,
  );

  function draw(width, height) {
    const T = model.get("steps"), all = rounds(), at = walk.at;
    const steps = model.get("f").slice(0, T).map((f, t) => [f, model.get("v")[t]]);
    const { pairs, covers } = after(all, at, steps);
    const left = 16, right = width - 16, top = 34, bottom = height - 40, narrow = width < 520;
    const X = (t) => left + ((t + 0.5) / T) * (right - left), Y = (round) => top + (round / Math.max(all.length, 1)) * (bottom - top);
    const done = (round, place) => after(all, round, steps).covers[place] === place + 1;
    const r = narrow ? 4 : 6;
    for (let t = 0; t < T; t++) view.add("path", { class: "grid", d: `M${X(t)} ${top}V${bottom}` });
    all.slice(0, at).forEach((joins, i) => {
      for (const [early, late] of joins) {
        const now = i === at - 1 ? "now" : "";
        view.add("path", { class: `forward ${now}`, d: `M${X(early)} ${Y(i)}L${X(late)} ${Y(i + 1)}M${X(late)} ${Y(i)}V${Y(i + 1)}` });
      }
    });
    all.slice(0, at).forEach((joins, i) => {
      for (const [, late] of joins) view.add("circle", { cx: X(late), cy: Y(i + 1), r, class: done(i + 1, late) ? "green-fill" : "blue-fill" });
    });
    for (let t = 0; t < T; t++) {
      view.add("circle", { cx: X(t), cy: top, r: r - 1, class: t ? "muted-fill" : "green-fill" });
      const known = covers[t] === t + 1;
      view.add("text", { x: X(t), y: top - 14, class: "small middle muted-fill" }, T > 10 && narrow && t % 2 ? "" : String(t + 1));
      if (!narrow || T <= 6) view.add("text", { x: X(t), y: height - 8, class: `small middle ${known ? "green-fill" : "muted-fill"}` }, known ? fixed(pairs[t][1]) : "·");
      else view.add("circle", { cx: X(t), cy: height - 14, r: 3, class: known ? "green-fill" : "muted-fill" });
    }
    const work = all.slice(0, at).reduce((sum, joins) => sum + joins.length, 0);
    const total = all.reduce((sum, joins) => sum + joins.length, 0);
    const known = covers.filter((count, t) => count === t + 1).length;
    view.tell({ T, scheme: model.get("scheme"), at, work, total, depth: all.length, known, states: pairs.map(([, v]) => v), factors: pairs.map(([f]) => f), covers });
    view.say(`Round ${at} of ${all.length}: ${work} of ${total} combinations, ${known} of ${T} states known (green). The loop takes ${T - 1} combinations in ${T - 1} ${T === 2 ? "round" : "rounds"}.`);
  }
  return view.open();
}
export default { render };
