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
  return { root, stage, svg, controls, add, say, redraw, open, tell: (values) => { root.dataset.values = JSON.stringify(values); } };
}

function store(model, name, value) {
  model.set(name, value);
  model.save_changes();
}

// The slider moves along `scale(value)`, the value itself unless another scale and its `inverse` are given.
const itself = (value) => value;
function slider(model, name, label, { min, max, step, digits = 2, scale = itself, inverse = itself, words }) {
  const input = html("input", { type: "range", min, max, step });
  const output = html("output");
  const show = () => {
    const value = model.get(name);
    input.value = scale(value);
    output.textContent = words ? words(value) : fixed(value, digits);
    if (words) input.ariaValueText = output.textContent;
  };
  input.addEventListener("input", () => store(model, name, inverse(Number(input.value))));
  model.on(`change:${name}`, show);
  show();
  return html("label", { className: words ? "rnnfig-long" : "" }, label, input, output);
}
const decades = { scale: Math.log10, inverse: (power) => Number((10 ** power).toPrecision(2)) };

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

// A point the reader moves over the drawing: by pointer and touch, where `move(x, y)` hears pixels of the stage, and by
// the arrow keys, where `nudge(right, up)` hears how many steps, ten with Shift. It stands outside the drawing, whose
// role, an image, would hide it from a screen reader.
function handle(view, ariaLabel, move, nudge) {
  const grip = html("div", { className: "rnnfig-handle", tabIndex: 0, role: "slider", ariaLabel });
  const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
  let held = null, at = [0, 0];
  const where = ({ clientX, clientY }) => {
    const { left, top } = view.stage.getBoundingClientRect();
    return [clientX - left, clientY - top];
  };
  grip.addEventListener("pointerdown", (event) => {
    grip.setPointerCapture(event.pointerId);
    const [x, y] = where(event);
    held = [at[0] - x, at[1] - y];
  });
  grip.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = where(event);
    move(x + held[0], y + held[1]);
  });
  for (const end of ["pointerup", "pointercancel"]) grip.addEventListener(end, () => { held = null; });
  grip.addEventListener("keydown", (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    nudge(...keys[event.key].map((step) => step * (event.shiftKey ? 10 : 1)));
  });
  view.stage.append(grip);
  return (x, y, ariaValueNow, ariaValueText) => {
    at = [x, y];
    Object.assign(grip, { ariaValueNow, ariaValueText });
    grip.style.transform = `translate(${x}px, ${y}px)`;
  };
}

// rnnlib's colour map "house", the same in both themes: its colours, SEQUENTIAL, are put in front of this script.
const HOUSE = SEQUENTIAL.map((colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)));
const shade = (share) => {
  const place = Math.max(0, Math.min(1, share)) * (HOUSE.length - 1), i = Math.min(Math.floor(place), HOUSE.length - 2);
  return HOUSE[i].map((from, channel) => Math.round(from + (place - i) * (HOUSE[i + 1][channel] - from)));
};
const SHADES = Array.from({ length: 256 }, (_, i) => shade(i / 255));

// A heat map under the drawing. paint(box, columns, rows, key, share): share(column, row), row 0 on top, runs from 0 to
// 1, or is null where nothing is; it is asked again only when `key` changes.
function heatmap(view) {
  const canvas = html("canvas", { ariaHidden: "true" });
  view.svg.before(canvas);
  let painted = null;
  return ({ x, y, width, height }, columns, rows, key, share) => {
    Object.assign(canvas.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
    if (painted === key) return;
    painted = key;
    Object.assign(canvas, { width: columns, height: rows });
    const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at += 4) {
        const value = share(column, row);
        if (value === null) continue;
        const [red, green, blue] = SHADES[Math.round(255 * Math.max(0, Math.min(1, value)))];
        image.data[at] = red; image.data[at + 1] = green; image.data[at + 2] = blue; image.data[at + 3] = 255;
      }
    }
    context.putImageData(image, 0, 0);
  };
}
// Lines over a map are white with a dark edge: it has the same colours in both themes.
function trace(view, d, className = "") {
  view.add("path", { class: `rnnfig-casing ${className}`, d });
  view.add("path", { class: `rnnfig-trace ${className}`, d });
}
