// Shared by every interactive figure; each figure's own script follows in the same module.
const SVG = "http://www.w3.org/2000/svg";

const html = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
const mark = (name, attributes = {}, text = "") => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
};

// Numbers as the prose writes them: a true minus, no minus zero, powers of ten for what is very small or large.
const fixed = (x, digits = 2) => x.toFixed(digits).replace(/^-(0(\.0+)?)$/, "$1").replace("-", "−");
const raised = (n) => String(n).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
const lowered = (n) => String(n).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
const significant = (x) => {
  if (x === 0) return "0";
  const power = Math.floor(Math.log10(Math.abs(x)));
  if (power < -3 || power > 4) return `${fixed(x / 10 ** power, 1)} × 10${raised(power)}`;
  return fixed(x, Math.max(0, 2 - power));
};
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// The frame of a figure: title, drawing, controls, readout. draw(width, height) fills `svg`, in CSS pixels, so text
// keeps its size however narrow the page; it runs again whenever the frame or a watched value changes.
function frame({ model, el }, title, watched, draw) {
  const svg = mark("svg", { role: "img" });
  const stage = html("div", { className: "rnnfig-stage" }, svg);
  const controls = html("div", { className: "rnnfig-controls" });
  const readout = html("p", { className: "rnnfig-readout", ariaLive: "polite" });
  const root = html("figure", { className: "rnnfig" }, html("p", { className: "rnnfig-title", textContent: title }), stage, controls, readout);
  const redraw = () => {
    const { clientWidth: width, clientHeight: height } = stage;
    if (!width) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren();
    draw(width, height);
  };
  const say = (text) => {
    if (readout.textContent !== text) readout.textContent = text;
    svg.setAttribute("aria-label", `${model.get("alt")} ${text}`);
  };
  const observer = new ResizeObserver(redraw);
  const open = () => {
    el.append(root);
    const events = watched.map((name) => `change:${name}`).join(" ");
    if (events) model.on(events, redraw);
    observer.observe(stage);
    redraw();
    return () => { observer.disconnect(); if (events) model.off(events, redraw); };
  };
  const add = (name, attributes, text) => svg.appendChild(mark(name, attributes, text));
  return { root, svg, controls, add, say, redraw, open, tell: (values) => { root.dataset.values = JSON.stringify(values); } };
}

function store(model, name, value) {
  model.set(name, value);
  model.save_changes();
}

function slider(model, name, label, { min, max, step, digits = 2 }) {
  const input = html("input", { type: "range", min, max, step });
  const output = html("output");
  const show = () => { input.value = model.get(name); output.textContent = fixed(model.get(name), digits); };
  input.addEventListener("input", () => store(model, name, Number(input.value)));
  model.on(`change:${name}`, show);
  show();
  return html("label", {}, label, input, output);
}

function choice(model, name, label, options) {
  const select = html("select", {}, ...Object.entries(options).map(([value, textContent]) => html("option", { value, textContent })));
  const show = () => { select.value = model.get(name); };
  select.addEventListener("change", () => store(model, name, select.value));
  model.on(`change:${name}`, show);
  show();
  return html("label", {}, label, select);
}

const button = (label, press, className = "") => {
  const element = html("button", { type: "button", textContent: label, className });
  element.addEventListener("click", () => { if (element.ariaDisabled !== "true") press(); });
  return element;
};

// Buttons that walk through `length()` steps. A button that cannot act stays focusable, so the keyboard keeps its place.
function stepper(length, change, labels) {
  let at = 0, timer = null;
  const go = (to) => { at = Math.max(0, Math.min(length(), to)); refresh(); change(); };
  const stop = () => { clearInterval(timer); timer = null; refresh(); };
  const play = () => {
    if (timer) return stop();
    if (at === length()) go(0);
    timer = setInterval(() => { go(at + 1); if (at === length()) stop(); }, 1400);
    refresh();
  };
  const move = (to) => { stop(); go(to); };
  const next = button(labels.next, () => move(at + 1), "rnnfig-main");
  const previous = button(labels.previous, () => move(at - 1));
  const player = button("Play", play);
  const restart = button("Reset", () => move(0));
  const refresh = () => {
    next.ariaDisabled = String(at === length());
    previous.ariaDisabled = restart.ariaDisabled = String(at === 0);
    player.textContent = timer ? "Pause" : "Play";
  };
  refresh();
  return {
    get at() { return Math.min(at, length()); },
    go, stop,
    element: html("div", { className: "rnnfig-buttons" }, next, previous, player, restart),
  };
}
