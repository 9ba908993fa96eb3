// A message handed back by one unit, multiplied by w phi' at every step, and a floor under which it is lost.
const STEPS = 120, RUNS = 64, NOISE = 0.01, LOWEST = -12, HIGHEST = 3;

// Single precision, as a tape of float32 has it: each message, and the sums as they grow, last step first.
function single({ w, slope }) {
  const factor = Math.fround(w * slope), messages = [1], sums = [1];
  for (let lag = 1; lag <= STEPS; lag++) {
    messages[lag] = Math.fround(factor * messages[lag - 1]);
    sums[lag] = Math.fround(sums[lag - 1] + messages[lag]);
  }
  const lost = sums.findIndex((sum, lag) => lag > 0 && sum === sums[lag - 1]);
  return { messages, sums, lost: lost < 0 ? null : lost };
}
// The normal errors of every run and step, the same at every visit.
function drawErrors() {
  const most = 2 ** 31 - 1;
  let x = 2026;
  const uniform = () => { x = (48271 * x) % most; return x / most; };
  return Float64Array.from({ length: RUNS * STEPS }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}
const spacing = (x) => 2 ** (Math.floor(Math.log2(x)) - 23);

// In double precision, every step's own error added: what arrives in each of the runs, and how large the errors are.
function noisy({ w, slope }, errors) {
  const factor = w * slope, messages = [1], heard = Array(RUNS).fill(1), rms = [0], right = [RUNS];
  for (let lag = 1; lag <= STEPS; lag++) {
    messages[lag] = factor * messages[lag - 1];
    let squares = 0, sure = 0;
    for (let run = 0; run < RUNS; run++) {
      heard[run] = factor * heard[run] + NOISE * errors(run, lag);
      squares += (heard[run] - messages[lag]) ** 2;
      if (heard[run] > 0) sure++;
    }
    rms[lag] = Math.sqrt(squares / RUNS);
    right[lag] = sure;
  }
  const lost = messages.findIndex((message, lag) => lag > 0 && message <= rms[lag]);
  return { messages, rms, right, lost: lost < 0 ? null : lost };
}

function predict({ w, slope, floor }) {
  const factor = w * slope;
  if (factor >= 1) return { level: null, lag: null };
  const level = floor === "float32" ? spacing(Math.fround(1 / (1 - factor))) / 2 : NOISE / Math.sqrt(1 - factor ** 2);
  return { level, lag: factor === 0 ? 1 : Math.log(level) / Math.log(factor) };
}

function render({ model, el }) {
  const names = ["w", "slope", "rate", "lag", "floor"];
  const setting = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const view = frame({ model, el }, "No learning rate carries a message further back", names, draw);
  const drawn = drawErrors(), errors = (run, lag) => drawn[run * STEPS + lag - 1];
  view.controls.append(
    slider(model, "w", "w, weight", { min: 0, max: 1.5, step: 0.01 }),
    slider(model, "slope", "φ′, slope", { min: 0, max: 1, step: 0.01 }),
    slider(model, "rate", "learning rate", { min: -3, max: 3, step: 0.1, ...decades, words: significant }),
    slider(model, "lag", "listener", { min: 0, max: STEPS, step: 1, words: (lag) => `${lag} back` }),
    choice(model, "floor", "lost in", { float32: "single precision", noise: "others’ errors, 0.01 a step" }),
  );

  function draw(width, height) {
    const s = setting(), narrow = width < 520, run = s.floor === "float32" ? single(s) : noisy(s, errors), told = predict(s);
    const left = 48, right = width - 22, top = 96, bottom = height - 20;
    const X = (lag) => left + (lag / STEPS) * (right - left);
    const Y = (size) => bottom - ((Math.max(LOWEST, Math.min(HIGHEST, Math.log10(size))) - LOWEST) / (HIGHEST - LOWEST)) * (bottom - top);
    const label = (x, y, text, className = "muted-fill") => view.add("text", { x, y, class: `small ${className}` }, text);
    const heardAt = (lag) => run.lost === null || lag < run.lost;
    listeners();
    axes();
    floorLines();
    message();
    marks();
    view.tell({ ...s, ...run, predicted: told.lag, level: told.level });
    view.say(words(s, run, told).replaceAll(" × ", "\u00a0×\u00a0"));

    // One listener in ten: as loud as they hear it, and what they would say it was.
    function listeners() {
      const every = narrow ? 20 : 10;
      const asked = s.floor === "noise" ? `sign heard right, of ${RUNS} runs` : "who hears what";
      label(left, 12, narrow ? asked : `${asked}: the last step tells the one before it, and so on into the past`);
      for (let lag = 0; lag <= STEPS; lag += every) {
        const x = X(lag), size = Math.abs(run.messages[lag]), heard = heardAt(lag);
        const loud = Math.max(2.5, Math.min(15, 12 + 1.4 * Math.log10(size || 1e-30)));
        if (heard) view.add("circle", { cx: x, cy: 38, r: loud + 4, class: "vermilion-fill soft" });
        view.add("circle", { cx: x, cy: 38, r: heard ? loud : 5, class: heard ? "vermilion-fill" : "node" });
        const text = s.floor === "noise" ? (lag ? `${Math.round((100 * run.right[lag]) / RUNS)} %` : "100 %") : heard ? brief(size) : "lost";
        label(x, 68, text, `middle ${heard ? "" : "muted-fill"}`);
      }
    }

    function axes() {
      label(left, top - 8, "message, times the learning rate");
      for (const power of [3, 0, -3, -6, -9, -12]) {
        view.add("path", { class: power ? "grid" : "axis", d: `M${left} ${Y(10 ** power)}H${right}` });
        label(left - 5, Y(10 ** power) + 4, power ? `10${raised(power)}` : "1", "muted-fill end");
      }
      for (let lag = 0; lag <= STEPS; lag += 20) {
        if (lag === 100 || (narrow && lag !== 0 && lag !== 40 && lag !== STEPS)) continue;
        label(X(lag), height - 4, lag === STEPS ? `${lag} steps back` : String(lag), `muted-fill ${lag === STEPS ? "end" : lag ? "middle" : ""}`);
      }
    }

    function floorLines() {
      const dashes = { "stroke-dasharray": "5 4" };
      const floors = run.messages.map((_, lag) => s.rate * (s.floor === "float32" ? spacing(run.sums[lag]) / 2 : run.rms[lag]));
      const line = floors.map((size, lag) => [X(lag), Y(size)]).slice(s.floor === "float32" ? 0 : 1);
      view.add("path", { class: "green-fill soft", d: `M${line.map((point) => point.join(" ")).join("L")}V${bottom}H${line[0][0]}Z` });
      view.add("path", { class: "local", d: `M${line.map((point) => point.join(" ")).join("L")}` });
      if (told.level !== null) view.add("path", { class: "theory", d: `M${left} ${Y(s.rate * told.level)}H${right}`, ...dashes });
      const words = s.floor === "float32" ? "too small to change the sum" : "smaller than the others’ errors";
      const early = told.lag !== null && told.lag < STEPS / 2;
      if (bottom - line[0][1] > 30) label(early ? right - 8 : left + 8, bottom - 8, words, `green-fill strong ${early ? "end" : ""}`);
    }

    function message() {
      const factor = s.w * s.slope, line = [];
      for (let lag = 0; lag <= STEPS; lag++) {
        const size = s.rate * factor ** lag, power = size > 0 ? Math.log10(size) : -Infinity;
        line.push([X(lag), Y(size)]);
        if (power < LOWEST || power > HIGHEST) break;
      }
      view.add("path", { class: "theory", d: `M${line.map((point) => point.join(" ")).join("L")}` });
      for (let lag = 0; lag <= STEPS; lag += narrow ? 4 : 2) {
        const size = s.rate * run.messages[lag], power = Math.log10(size);
        if (!(power >= LOWEST && power <= HIGHEST)) continue;
        view.add("circle", { cx: X(lag), cy: Y(size), r: heardAt(lag) ? 2.7 : 1.8, class: heardAt(lag) ? "vermilion-fill" : "muted-fill" });
      }
      const size = s.rate * run.messages[s.lag], power = Math.log10(size);
      if (power >= LOWEST && power <= HIGHEST) view.add("circle", { cx: X(s.lag), cy: Y(size), r: 5.5, class: heardAt(s.lag) ? "vermilion-fill" : "muted-fill" });
    }

    function marks() {
      if (told.lag !== null && told.lag <= STEPS) view.add("path", { class: "theory", d: `M${X(told.lag)} ${top}V${bottom}` });
      if (run.lost !== null) view.add("path", { class: "vermilion-fill", d: `M${X(run.lost)} ${bottom - 10}l-6 10h12z` });
      const at = told.lag === null ? null : Math.min(told.lag, STEPS), end = at !== null && at > STEPS * 0.55;
      const x = at === null ? right : X(at) + (end ? -6 : 6);
      const predicted = told.lag === null ? "predicted: never lost" : told.lag > STEPS ? `predicted: lost ${fixed(told.lag, 0)} back →` : `predicted: lost ${fixed(told.lag, 1)} back`;
      label(x, top + 12, predicted, `strong ${at === null || end ? "end" : ""}`);
      label(x, top + 28, run.lost === null ? `not lost within ${STEPS}` : `measured: ${run.lost}`, `strong vermilion-fill ${at === null || end ? "end" : ""}`);
    }
  }
  const brief = (size) => {
    const power = Math.floor(Math.log10(size));
    return power < -2 || power > 2 ? `10${raised(Math.round(Math.log10(size)))}` : fixed(size, Math.max(0, Math.min(2, -power)));
  };

  function words({ w, slope, rate, lag, floor }, { messages, sums, right, lost }, told) {
    const factor = w * slope, steps = `${lag} step${lag === 1 ? "" : "s"} back`;
    const size = `${fixed(factor, 3)}${raised(lag)} = ${significant(messages[lag])}`;
    const goal = told.lag === null ? "nothing, with a factor of one or more." : `ln(${significant(told.level)})/ln(${fixed(factor, 3)}) = ${fixed(told.lag, 1)} steps predicted, ${lost === null ? `not within ${STEPS}` : lost} measured.`;
    if (floor === "noise") return `The listener ${steps} is told ${size}, and hears its sign right in ${right[lag]} of ${RUNS} runs. Lost under the other errors: ${goal}`;
    const share = lag > 0 && sums[lag] === sums[lag - 1] ? "it leaves the sum as it was" : `a share of ${significant(messages[lag] / sums[STEPS])} of the update, ${rate === 1 ? "" : "at any rate"}`;
    return `The listener ${steps} is told ${size}: ${share.replace(/, $/, "")}. Lost in the sum: ${goal}`;
  }
  return view.open();
}
export default { render };
