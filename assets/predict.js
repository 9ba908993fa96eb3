// Predict, then reveal: the reader draws a curve on the figure's own axes, sets a value on one of them, or picks a label;
// then what was covered is shown, with a sentence computed from the reader's answer and the cell's (see _ext/predict.py).
{
  const SVG = "http://www.w3.org/2000/svg";
  const NEAR = 0.06; // of an axis: an answer this close is near
  const RESOLUTION = 200;

  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const make = (name, attributes = {}, parent = null) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent?.append(element);
    return element;
  };

  // A number of so many significant digits, as rnnlib.figures.prediction.printed writes it.
  const printed = (value, digits) => {
    if (value === 0) return "0";
    const sign = value < 0 ? "\u2212" : "", size = Math.abs(value), exponent = Math.floor(Math.log10(size));
    if (exponent >= -4 && exponent < 4) {
      const places = digits - 1 - exponent, unit = 10 ** -places;
      return sign + (places < 0 ? Math.round(size / unit) * unit : size).toFixed(Math.max(0, places));
    }
    const [mantissa, power] = size.toExponential(digits - 1).split("e");
    const raised = [...String(Number(power))].map((one) => (one === "-" ? "\u207b" : "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[one])).join("");
    return `${sign}${mantissa}\u00a0\u00d7\u00a010${raised}`;
  };

  const inUnits = (value, { digits, unit }) => `${printed(value, digits)} ${unit}`.trim();

  // An axis of the figure: between its numbers, their places on it from 0 to 1, and points of the drawing.
  const axis = ({ ends, log, label }, from, length) => {
    const scale = log ? Math.log10 : Number, back = log ? (one) => 10 ** one : Number;
    const low = scale(ends[0]), high = scale(ends[1]);
    const place = (value) => (scale(value) - low) / (high - low);
    const value = (at) => back(low + at * (high - low));
    return { label, log, place, value, point: (at) => from + at * length, at: (point) => (point - from) / length };
  };

  // The least-squares slope, in nats where an axis is logarithmic.
  const slope = (xs, ys, x, y) => {
    const u = xs.map((one) => (x.log ? Math.log(one) : one)), v = ys.map((one) => (y.log ? Math.log(one) : one));
    const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
    const mu = mean(u), mv = mean(v);
    return u.reduce((sum, one, i) => sum + (one - mu) * (v[i] - mv), 0) / u.reduce((sum, one) => sum + (one - mu) ** 2, 0);
  };

  // On a phone a figure scrolls in its box: of several panels the one that is asked about comes into view, once.
  const bring = (box, panel) => {
    const left = panel.left - box.getBoundingClientRect().left, past = left + panel.width - box.clientWidth;
    if (past > 0 && left > box.clientWidth / 3) box.scrollLeft += Math.min(past + 8, left - 40);
  };

  // What lies over a figure: a second drawing of the same size, in which the reader's answer is drawn.
  const layer = (root, data) => {
    const still = root.querySelector(".rnnstill");
    if (!still || !data.box) return null;
    const [left, top, width, height] = data.box;
    const over = make("svg", { viewBox: still.getAttribute("viewBox"), class: "predict-layer", role: "group", "aria-label": "Your prediction" });
    for (const property of ["width", "maxWidth", "minWidth"]) over.style[property] = still.style[property];
    still.parentElement.append(over);
    const area = make("rect", { x: left, y: top, width, height, class: "predict-area" }, over);
    new IntersectionObserver((seen, own) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      own.disconnect();
      bring(still.parentElement, area.getBoundingClientRect());
    }).observe(root);
    return {
      over, area, left, top, width, height,
      x: axis(data.x, left, width), y: axis(data.y, top + height, -height),
      point: (event) => {
        const seen = over.getBoundingClientRect(), [, , w, h] = over.getAttribute("viewBox").split(" ").map(Number);
        return [((event.clientX - seen.left) * w) / seen.width, ((event.clientY - seen.top) * h) / seen.height];
      },
    };
  };

  // Follow a pointer from where it goes down until it is lifted. A finger scrolls the page, unless it is on a handle.
  const drag = (over, isHandle, move) => {
    let previous = null;
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || (event.pointerType === "touch" && !isHandle(event.target))) return;
      event.preventDefault();
      over.setPointerCapture(event.pointerId);
      previous = move(event, null);
    });
    over.addEventListener("pointermove", (event) => { if (previous !== null) previous = move(event, previous); });
    for (const end of ["pointerup", "pointercancel"]) over.addEventListener(end, () => { previous = null; });
  };

  const curve = (root, data) => {
    const on = layer(root, data), { x, y, over } = on;
    const line = make("polyline", { class: "predict-yours" }, over);
    const name = make("text", { class: "predict-name", "text-anchor": "middle" }, over);
    name.textContent = "your prediction";
    const xs = data.at.map((one) => x.point(x.place(one)));
    let places;
    const handles = data.at.map((at, i) => {
      const handle = make("g", { class: i < data.given ? "predict-given" : "predict-handle" }, over);
      if (i >= data.given) {
        const told = { role: "slider", tabindex: i === data.given ? 0 : -1, "aria-orientation": "vertical", "aria-valuemin": 0, "aria-valuemax": 100 };
        for (const [key, value] of Object.entries(told)) handle.setAttribute(key, value);
        handle.setAttribute("aria-label", `${y.label} at ${x.label} ${printed(at, 3)}`);
        make("circle", { r: 15, class: "predict-hit" }, handle);
      }
      make("circle", { r: i < data.given ? 3.5 : 6 }, handle);
      return handle;
    });
    const draw = () => {
      line.setAttribute("points", places.map((place, i) => `${xs[i]},${y.point(place)}`).join(" "));
      handles.forEach((handle, i) => {
        handle.setAttribute("transform", `translate(${xs[i]} ${y.point(places[i])})`);
        handle.setAttribute("aria-valuenow", Math.round(100 * places[i]));
        handle.setAttribute("aria-valuetext", printed(y.value(places[i]), data.digits));
      });
      const middle = Math.floor(xs.length / 2), height = y.point(places[middle]);
      name.setAttribute("x", xs[middle]);
      name.setAttribute("y", height - on.top > 22 ? height - 10 : height + 18);
    };
    const near = (i) => Math.min(20, ...xs.filter((_, j) => j !== i).map((one) => Math.abs(one - xs[i]) / 2));
    const put = (i, place) => { if (i >= data.given) places[i] = clamp(place, 0, 1); };
    const focus = (i) => {
      const next = clamp(i, data.given, handles.length - 1);
      handles.forEach((handle, j) => { if (j >= data.given) handle.setAttribute("tabindex", j === next ? 0 : -1); });
      handles[next].focus({ preventScroll: true });
    };
    drag(over, (target) => target.closest(".predict-handle"), (event, before) => {
      const [px, py] = on.point(event), place = y.at(py);
      const nearest = xs.reduce((best, one, i) => (Math.abs(one - px) < Math.abs(xs[best] - px) ? i : best), 0);
      const passed = new Set(before?.passed);
      if (before === null) focus(nearest);
      else xs.forEach((one, i) => { // where a stroke passes a handle it sets it
        if (one === before.px || (one - before.px) * (one - px) > 0) return;
        put(i, before.place + ((place - before.place) * (one - before.px)) / (px - before.px || 1));
        if (i !== before.held || Math.abs(px - one) > near(i)) passed.add(i);
      });
      const held = before === null ? nearest : before.held;
      if (!passed.has(nearest) && (Math.abs(px - xs[nearest]) <= near(nearest) || nearest === held)) put(nearest, place);
      if (nearest !== held) passed.add(held);
      draw();
      return { px, place, held, passed };
    });
    handles.forEach((handle, i) => handle.addEventListener("keydown", (event) => {
      const step = { ArrowUp: 0.02, ArrowDown: -0.02, PageUp: 0.1, PageDown: -0.1 }[event.key];
      const go = { ArrowLeft: i - 1, ArrowRight: i + 1 }[event.key];
      const end = { Home: 0, End: 1 }[event.key];
      if (step !== undefined) put(i, places[i] + step * (event.shiftKey ? 5 : 1));
      else if (end !== undefined) put(i, end);
      else if (go !== undefined) focus(go);
      else return;
      event.preventDefault();
      draw();
    }));
    const measured = data.measured.map(y.place);
    const size = Math.abs(data.level), level = size && (size < 1e-3 || size >= 1e4) ? printed(data.level, 1) : String(data.level);
    const says = { slope: "Your slope is", end: "Your curve ends at", highest: "Your curve rises to", at: `At ${level} your curve is at`, crosses: `Your curve crosses ${level} at` };
    const at = () => {
      const u = data.at.map(x.place), v = x.place(data.level), i = clamp(u.findIndex((one) => one >= v), 1, u.length - 1);
      return y.value(places[i - 1] + ((places[i] - places[i - 1]) * (v - u[i - 1])) / (u[i] - u[i - 1]));
    };
    const crossing = () => {
      const above = places.map((place) => place - y.place(data.level)), i = above.findIndex((one, k) => k + 1 < above.length && one * above[k + 1] <= 0);
      if (i < 0) return null;
      const share = above[i] === above[i + 1] ? 0 : above[i] / (above[i] - above[i + 1]);
      return x.value(x.place(data.at[i]) + share * (x.place(data.at[i + 1]) - x.place(data.at[i])));
    };
    return {
      first: () => handles[data.given],
      start: () => { places = data.start.map((one) => clamp(y.place(one), 0, 1)); draw(); },
      answer: () => places.map((place) => Number(y.value(place).toPrecision(4))),
      restore: (answer) => { places = answer.map((one) => clamp(y.place(one), 0, 1)); draw(); },
      judge: () => {
        const apart = places.map((place, i) => place - clamp(measured[i], 0, 1)).slice(data.given);
        const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
        const off = mean(apart.map(Math.abs));
        return { off, to: off <= NEAR ? "near" : mean(apart) > 0 ? "above" : "below" };
      },
      said: () => {
        const ys = places.map((place) => y.value(place));
        const mine = { slope: () => slope(data.at, ys, x, y), end: () => ys.at(-1), highest: () => Math.max(...ys), at, crosses: crossing }[data.says]();
        if (mine === null) return `Your curve does not cross ${level}`;
        return `${says[data.says]} ${inUnits(mine, data)}`;
      },
    };
  };

  const value = (root, data) => {
    const on = layer(root, data), upright = data.along === "x", along = on[data.along], { over } = on;
    const slider = root.querySelector("input"), output = root.querySelector("output");
    const low = along.place(data.low), high = along.place(data.high);
    const steps = data.step ? Math.round((data.high - data.low) / data.step) : RESOLUTION;
    Object.assign(slider, { min: 0, max: steps, step: 1 });
    const number = (index) => (data.step ? data.low + index * data.step : along.value(low + ((high - low) * index) / steps));
    const index = (one) => clamp(Math.round(data.step ? (one - data.low) / data.step : (steps * (along.place(one) - low)) / (high - low)), 0, steps);
    const group = make("g", { class: "predict-handle" }, over);
    const far = upright ? { y1: on.top, y2: on.top + on.height } : { x1: on.left, x2: on.left + on.width };
    const line = make("line", { class: "predict-yours", ...far }, group);
    const hit = make("circle", { r: 15, class: "predict-hit" }, group), grip = make("circle", { r: 6 }, group);
    const name = make("text", { class: "predict-name" }, over);
    name.textContent = "yours";
    const mine = () => number(Number(slider.value));
    const draw = () => {
      // Its name stands away from what is measured, once that can be seen.
      const place = along.place(mine()), at = along.point(place), known = root.matches(".revealed");
      const late = place > 0.9 || (place > 0.1 && known && place < along.place(data.measured));
      for (const key of upright ? ["x1", "x2"] : ["y1", "y2"]) line.setAttribute(key, at);
      for (const circle of [hit, grip]) {
        circle.setAttribute("cx", upright ? at : on.left + on.width - 8);
        circle.setAttribute("cy", upright ? on.top + 8 : at);
      }
      name.setAttribute("x", upright ? at + (late ? -10 : 10) : on.left + on.width - 20);
      name.setAttribute("y", upright ? on.top + 11 : at - on.top > 20 ? at - 6 : at + 14);
      name.setAttribute("text-anchor", upright && !late ? "start" : "end");
      const said = inUnits(mine(), data);
      output.textContent = said;
      slider.setAttribute("aria-valuetext", said);
    };
    slider.addEventListener("input", draw);
    drag(over, (target) => target.closest(".predict-handle"), (event) => {
      const point = on.point(event)[upright ? 0 : 1];
      slider.value = index(along.value(clamp(along.at(point), low, high)));
      draw();
      return true;
    });
    return {
      first: () => slider,
      redraw: draw,
      start: () => { slider.value = index(data.start); draw(); },
      answer: () => Number(mine().toPrecision(4)),
      restore: (answer) => { slider.value = index(answer); draw(); },
      judge: () => {
        const apart = (along.place(mine()) - along.place(data.measured)) / (high - low), off = Math.abs(apart);
        return { off, to: off <= NEAR ? "near" : apart > 0 ? "above" : "below" };
      },
      said: () => `You said ${output.textContent}`,
    };
  };

  const label = (root, data) => {
    const options = [...root.querySelectorAll("input")], commit = root.querySelector(".predict-commit");
    const chosen = () => options.find((one) => one.checked);
    const words = (option) => option?.nextElementSibling.textContent.trim().replace(/\.$/, "") ?? "";
    const longest = options.reduce((one, other) => (words(other).length > words(one).length ? other : one));
    const ready = () => { commit.disabled = !chosen(); };
    for (const option of options) option.addEventListener("change", ready);
    return {
      first: () => chosen() ?? options[0],
      start: () => { for (const option of options) option.checked = false; ready(); },
      answer: () => chosen().value,
      restore: (answer) => { for (const option of options) option.checked = option.value === answer; ready(); },
      judge: () => ({ off: chosen().value === data.measured ? 0 : 1, to: chosen().value }),
      said: () => `You said \u201c${words(chosen() ?? longest)}\u201d`, // as long as nothing is chosen: the room it may take
      measured: () => `Measured: \u201c${words(options.find((one) => one.value === data.measured))}\u201d.`,
    };
  };

  const ask = (root) => {
    const data = JSON.parse((root.matches("[data-predict]") ? root : root.querySelector("[data-predict]")).dataset.predict);
    const still = root.querySelector(".rnnstill"), said = root.querySelector(".predict-said"), live = root.querySelector(".predict-live");
    const numbers = root.querySelector(".predict-numbers");
    const controls = root.querySelector(".predict-controls"), alt = still?.getAttribute("aria-label");
    const answers = [...root.querySelectorAll(".predict-to > .predict-answer")];
    const asks = window.courseMemory?.words(root.querySelector(".predict-question > :not(.predict-mark)"));
    const covered = document.querySelectorAll(`.covered-${data.name}`);
    const kind = { curve, value, label }[data.kind](root, data);
    const measured = kind.measured?.() ?? numbers.textContent, spoken = document.createElement("span");
    numbers.replaceChildren(spoken);
    numbers.dataset.measured = measured; // on paper, for whoever has said nothing

    const cover = () => {
      root.classList.remove("revealed", "guessed");
      for (const output of covered) output.classList.add("covered");
      controls.inert = false;
      said.inert = true;
      const axes = data.y ? ` Axes: ${data.y.label} against ${data.x.label}.` : "";
      still?.setAttribute("aria-label", `Covered until you have predicted.${axes}`);
      kind.start();
      say(true);
      numbers.dataset.room = spoken.textContent; // unseen behind what is said: so that nothing moves
    };
    const say = (guessed) => {
      spoken.textContent = guessed ? `${kind.said()}; ${measured[0].toLowerCase()}${measured.slice(1)}` : measured;
    };
    const reveal = (guessed) => {
      const { to } = guessed ? kind.judge() : { to: data.kind === "label" ? data.measured : null };
      root.classList.add("revealed");
      root.classList.toggle("guessed", guessed);
      for (const output of covered) output.classList.remove("covered");
      controls.inert = true;
      said.inert = false;
      still?.setAttribute("aria-label", alt);
      for (const answer of answers) answer.classList.toggle("chosen", answer.dataset.to === to);
      say(guessed);
      kind.redraw?.();
    };
    const tell = (guessed) => {
      reveal(guessed);
      live.textContent = [numbers.textContent, root.querySelector(".chosen")?.textContent].join(" ").trim();
      said.focus({ preventScroll: true });
      const { off } = guessed ? kind.judge() : { off: null };
      window.courseMemory?.note("predictions", data.name, { asks, answer: guessed ? kind.answer() : null, off });
    };
    root.querySelector(".predict-commit").addEventListener("click", () => tell(true));
    root.querySelector(".predict-show").addEventListener("click", () => tell(false));
    root.querySelector(".predict-again").addEventListener("click", () => {
      cover();
      live.textContent = "";
      kind.first().focus({ preventScroll: true });
    });
    cover();
    const before = window.courseMemory?.of("predictions", data.name);
    if (before?.answer === undefined) return;
    if (before.answer === null) return reveal(false);
    kind.restore(before.answer);
    reveal(true);
  };

  for (const root of document.querySelectorAll(".predict")) ask(root);
}
