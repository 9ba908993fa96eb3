// Elements, axes and numbers: what all panels draw with.
const SVG = "http://www.w3.org/2000/svg";
const CALM = 2000; // milliseconds between two tables of a run that goes on

export const html = (name, properties = {}, ...children) => {
  const { dataset, style, ...rest } = properties, element = Object.assign(document.createElement(name), rest);
  Object.assign(element.dataset, dataset);
  Object.assign(element.style, style);
  element.append(...children);
  return element;
};

const raised = (n) => String(n).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
export const powerOfTen = (n) => (n === 0 ? "1" : `10${raised(n)}`);
export const number = (x, digits = 3) => (Number.isFinite(x) ? Number(x.toPrecision(digits)).toString().replace("-", "−") : String(x));
export const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

/** Round steps of a linear axis from 0 to `most`, about `count` of them. */
export function ticks(most, count = 5) {
  const rough = most / count, power = 10 ** Math.floor(Math.log10(rough)), step = Math.max(1, power * [1, 2, 5, 10].find((factor) => factor * power >= rough));
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
}

/** A figure with a title, a line `about` how it is read, a drawing of `height` pixels, and its data as a table for who
 * wants numbers.
 *
 * `paint(pen, width, height)` draws again whenever the size changes or `refresh` is called, once `ready()`; `rows()` gives
 * the table, its first row the heads. */
export class Panel {
  constructor(title, about, height, ready, paint, rows) {
    Object.assign(this, { paint, rows, ready, pending: false, drawn: false });
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("role", "img");
    this.canvas = html("canvas", { hidden: true, ariaHidden: "true" });
    this.stage = html("div", { className: "pg-stage" }, this.canvas, this.svg);
    this.stage.style.setProperty("--tall", `${height}px`);
    this.title = html("figcaption", { textContent: title });
    this.tools = html("div", { className: "pg-tools" });
    this.about = html("p", { className: "pg-about", textContent: about });
    this.table = html("div", { className: "pg-table", tabIndex: 0, role: "region", ariaLabel: `${title}, as a table` });
    this.details = html("details", {}, html("summary", { textContent: "As a table" }), this.table);
    this.details.addEventListener("toggle", () => this.tabulate(true));
    this.root = html("figure", { className: "pg-panel" }, html("div", { className: "pg-head" }, this.title, this.tools, this.about), this.stage, this.details);
    new ResizeObserver(() => this.refresh()).observe(this.stage);
  }

  /** Draw: at once where there is nothing yet, else in the next frame of the screen. */
  refresh() {
    if (this.pending) return;
    if (!this.drawn) {
      this.draw();
      return;
    }
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.draw();
    });
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !this.ready()) return;
    this.drawn = true;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren();
    this.canvas.hidden = true;
    this.paint(this, width, height);
    this.tabulate(false);
  }

  /** Fill the table when it is opened, and then every two seconds at most; the last that has come is not left out. */
  tabulate(now) {
    const since = performance.now() - this.tabulated;
    clearTimeout(this.later);
    if (!this.details.open || !this.ready()) return;
    if (!now && since < CALM) { this.later = setTimeout(() => this.tabulate(true), CALM - since); return; }
    this.tabulated = performance.now();
    const [heads, ...rows] = this.rows(), cells = (kind, row) => html("tr", {}, ...row.map((text) => html(kind, { textContent: text })));
    this.table.replaceChildren(html("table", {}, html("thead", {}, cells("th", heads)), html("tbody", {}, ...rows.map((row) => cells("td", row)))));
  }

  add(name, attributes, text = "") {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return this.svg.appendChild(element);
  }
  text(x, y, words, className = "") { return this.add("text", { x, y, class: className }, words); }
  line(points, className) {
    if (points.length === 1) this.add("path", { class: className, d: `M${points[0][0].toFixed(1)} ${points[0][1].toFixed(1)}h4` });
    if (points.length > 1) this.add("path", { class: className, d: `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}` });
  }
  /** What the lines of a drawing stand for, `[[class, words], ..]`, above it from `x` on. */
  key(x, y, entries) {
    for (const [kind, words] of entries) {
      this.add("path", { class: kind, d: kind.endsWith("band") ? `M${x} ${y - 9}h16v9h-16z` : `M${x} ${y - 4}h16` });
      x += 26 + this.text(x + 20, y, words, "muted small").getComputedTextLength() + 10;
    }
  }

  say(text) { this.svg.setAttribute("aria-label", text); }

  /** Show the canvas under the drawing, over this part of it. */
  place({ x, y, width, height }) {
    this.canvas.hidden = false;
    Object.assign(this.canvas.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  }

  /** Put what the canvas shows into the drawing, or one like it, as an image: on paper and in a file nothing lies under it. */
  engrave(svg = this.svg) {
    if (this.canvas.hidden) return;
    const [x, y, width, height] = ["left", "top", "width", "height"].map((name) => parseFloat(this.canvas.style[name]));
    svg.querySelector(".zero").insertAdjacentHTML("afterend", `<image href="${this.canvas.toDataURL()}" x="${x}" y="${y}" width="${width}" height="${height}" preserveAspectRatio="none" style="image-rendering:pixelated"/>`);
  }

  /** A horizontal axis of updates below `box`. */
  updates(box, most, X) {
    this.add("path", { class: "axis", d: `M${box.x} ${box.y + box.height}h${box.width}` });
    const end = box.x + box.width;
    for (const tick of ticks(most, clamp(box.width / 80, 2, 6))) {
      const last = X(tick) > end - 16; // its middle would stand so near the edge that the end is cut
      this.text(last ? Math.min(X(tick) + 16, end + 11) : X(tick), box.y + box.height + 15, tick.toLocaleString("en"), last ? "muted end" : tick ? "muted middle" : "muted");
    }
    this.text(box.x + box.width, box.y + box.height + 30, "updates", "muted end");
  }

  /** A vertical logarithmic axis left of `box`, from 10^low to 10^high. */
  decades(box, low, high, Y, every = 1) {
    for (let power = Math.ceil(low); power <= high; power++) {
      if ((power - Math.ceil(low)) % every) continue;
      this.add("path", { class: "grid", d: `M${box.x} ${Y(10 ** power)}h${box.width}` });
      this.text(box.x - 6, Y(10 ** power) + 4, powerOfTen(power), "muted end");
    }
  }
}

/** Least, greatest and mean of `values` in so many bins: what a line of thousands of points shows. */
export function bins(values, count) {
  const size = Math.max(1, Math.ceil(values.length / count)), out = [];
  for (let start = 0; start < values.length; start += size) {
    let low = Infinity, high = -Infinity, sum = 0;
    const end = Math.min(values.length, start + size);
    for (let i = start; i < end; i++) { low = Math.min(low, values[i]); high = Math.max(high, values[i]); sum += values[i]; }
    out.push({ at: (start + end - 1) / 2, low, high, mean: sum / (end - start) });
  }
  return out;
}
