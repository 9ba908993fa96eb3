// What one takes along: a notebook that trains the same setting with rnnlib, the log, a picture.
import { html } from "./draw.js";
import { notebook } from "./notebook.js";

function save(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  html("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The log of a run, a line an update; the numbers are not rounded. */
export function csv({ loss, before, after, fraction, frame }) {
  const rows = loss.map((value, i) => [i, value, value / frame.baseline, before[i], after[i], fraction[i]]);
  return [["update", "loss", "of_baseline", "norm_before", "norm_after", "fraction_clipped"], ...rows].map((row) => row.join(",")).join("\n") + "\n";
}

const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font", "text-anchor", "paint-order", "fill-opacity", "stroke-linejoin", "opacity", "image-rendering"];

/** All panels of a run as one drawing: styles written into the elements, heat maps as images. */
export function picture(view) {
  const panels = Object.values(view.panels).map((panel) => ({ panel, box: panel.root.getBoundingClientRect() }));
  const frame = view.root.getBoundingClientRect(), colours = getComputedStyle(view.root);
  const parts = [`<rect width="100%" height="100%" fill="${colours.getPropertyValue("--fig-paper") || "white"}"/>`];
  const text = (x, y, words, weight, size) => parts.push(`<text x="${x}" y="${y}" font-family="sans-serif" font-size="${size}" font-weight="${weight}" fill="${colours.color}">${escape(words)}</text>`);
  text(12, 24, `Run ${view.name}, ${view.frame.updates} updates`, 600, 16);
  wrapped(view.sentence, (frame.width - 24) / 7).forEach((line, i) => text(12, 46 + 18 * i, line, 400, 14));
  for (const { panel, box } of panels) {
    const stage = panel.stage.getBoundingClientRect(), [x, y] = [stage.left - frame.left, stage.top - frame.top];
    text(x, box.top - frame.top + 16, panel.title.textContent, 600, 14);
    const svg = panel.svg.cloneNode(true), drawn = [...panel.svg.querySelectorAll("*")];
    [...svg.querySelectorAll("*")].forEach((element, i) => {
      const style = getComputedStyle(drawn[i]);
      element.setAttribute("style", STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
    });
    Object.entries({ x, y, width: stage.width, height: stage.height }).forEach(([name, value]) => svg.setAttribute(name, value));
    if (!panel.canvas.hidden) {
      const { left, top, width, height } = panel.canvas.style, zero = svg.querySelector(".zero");
      zero?.insertAdjacentHTML("afterend", `<image href="${panel.canvas.toDataURL()}" x="${parseFloat(left)}" y="${parseFloat(top)}" width="${parseFloat(width)}" height="${parseFloat(height)}" preserveAspectRatio="none" style="image-rendering:pixelated"/>`);
    }
    parts.push(new XMLSerializer().serializeToString(svg));
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${frame.width}" height="${frame.height}" viewBox="0 0 ${frame.width} ${frame.height}">${parts.join("")}</svg>`;
}
const escape = (text) => text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character]);
const wrapped = (text, width) => text.split(" ").reduce((lines, word) => {
  if (lines.at(-1).length + word.length > width) lines.push("");
  lines.push(`${lines.pop()} ${word}`.trim());
  return lines;
}, [""]);

/** The drawing as a PNG, twice as fine as the screen. */
async function png(view) {
  const image = new Image(), { width, height } = view.root.getBoundingClientRect();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture(view))}`;
  await image.decode();
  const canvas = html("canvas", { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** A menu of what can be taken along, of every run that is shown. */
export function take(views) {
  const each = (save) => () => views().forEach((view) => save(view, views().length > 1 ? `-${view.name}` : ""));
  const offers = {
    "Notebook with rnnlib": each((view, name) => save(`playground${name}.ipynb`, JSON.stringify(notebook(view.setting, Math.max(view.frame.updates, 300)), null, 1), "application/x-ipynb+json")),
    "Picture": each(async (view, name) => save(`playground${name}.png`, await png(view))),
    "Log as CSV": each((view, name) => save(`playground${name}.csv`, csv(view), "text/csv")),
  };
  return html("span", { className: "pg-take", role: "group", ariaLabel: "Take it with you" }, ...Object.entries(offers).map(([textContent, press]) => {
    const button = html("button", { type: "button", textContent });
    button.addEventListener("click", press);
    return button;
  }));
}
