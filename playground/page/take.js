// What one takes along: a notebook that trains the same setting with rnnlib, the log, a picture.
import { FIELDS, toAddress } from "../engine/settings.js";
import { html } from "./draw.js";

function save(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  html("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Of what setting a run is, in a line, and the address at which it can be had again. */
export function described(setting) {
  const fields = Object.entries(FIELDS).filter(([name, { kind, when }]) => kind !== "pasted" && when(setting));
  const address = `${location.href.split("#")[0]}#${toAddress(setting) || "T=20"}`;
  return [fields.map(([name, { label, values }]) => `${label} ${values?.[setting[name]] ?? setting[name]}`).join(", "), address];
}

/** The log of a run, a line an update, below one that says of what setting it is; the numbers are not rounded. Where the
 * map has a column, |delta| over lag follows, relative to lag 0. */
export function csv({ setting, loss, before, after, fraction, frame, columns }) {
  const sizes = new Map(columns.map(({ update, sizes }) => [update, sizes])), lags = Array.from({ length: frame.steps }, (_, lag) => lag);
  const reach = (update) => lags.map((lag) => (sizes.has(update) ? Number((sizes.get(update)[lag] / sizes.get(update)[0]).toPrecision(8)) : ""));
  const rows = loss.map((value, i) => [i, value, value / frame.baseline, before[i], after[i], fraction[i], ...reach(i)]);
  const heads = ["update", "loss", "of_baseline", "norm_before", "norm_after", "fraction_clipped", ...lags.map((lag) => `delta_${lag}_back`)];
  return [`# ${described(setting).join(" ")}`, ...[heads, ...rows].map((row) => row.join(","))].join("\n") + "\n";
}

const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font", "text-anchor", "paint-order", "fill-opacity", "stroke-linejoin", "opacity", "image-rendering"];

const FAMILY = "Source Sans 3";
const MARGIN = 16, TITLE = 30; // pixels

/** Where panels stand in a picture from `top` on: side by side where the page has room for that. */
function laidOut(panels, top) {
  const edges = panels.map(({ stage }) => stage.getBoundingClientRect());
  const width = Math.max(...edges.map(({ right }) => right)) - Math.min(...edges.map(({ left }) => left));
  const side = Math.max(...edges.map((edge) => edge.width)) > 0.95 * width ? width : edges[0].width; // two runs side by side: this one's half
  let x = 0, y = top, tall = 0;
  const places = edges.map((edge) => {
    if (x && x + edge.width > Math.max(side, edge.width) + 1) [x, y, tall] = [0, y + tall, 0];
    const place = { x: x + MARGIN, y: y + TITLE, width: edge.width, height: edge.height };
    [x, tall] = [x + edge.width + MARGIN, Math.max(tall, edge.height + TITLE + MARGIN)];
    return place;
  });
  return { places, width: Math.max(...places.map((place) => place.x + place.width)) + MARGIN, height: y + tall };
}

/** The page's typeface as a rule that carries it along: a picture may ask for no file. */
async function typeface(family) {
  const faces = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule).map((rule) => [rule.style, sheet.href]));
  const [style, from] = faces.find(([one]) => one.getPropertyValue("font-family").includes(family)) ?? [];
  if (!style) return "";
  const answer = await fetch(new URL(style.getPropertyValue("src").match(/url\("?(.*?)"?\)/)[1], from));
  if (!answer.ok) return "";
  const bytes = new Uint8Array(await answer.arrayBuffer()), text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return `@font-face { font-family: "${family}"; font-weight: 400 700; src: url("data:font/woff2;base64,${btoa(text)}"); }`;
}

/** All panels of a run as one drawing: styles written into the elements, heat maps as images; `face` is the rule of its
 * typeface. */
export function picture(view, face = "") {
  const panels = Object.values(view.panels), colours = getComputedStyle(view.live), parts = [];
  const wide = laidOut(panels, 0).width, lines = wrapped(view.sentence, wide / 7.4), [setting, address] = described(view.setting);
  const small = wrapped(setting, wide / 6).concat(cut(address, wide / 6)), under = 50 + 18 * lines.length, { places, width, height } = laidOut(panels, under + 15 * small.length);
  const text = (x, y, words, weight, size) => parts.push(`<text x="${x}" y="${y}" font-family="'${FAMILY}', sans-serif" font-size="${size}" font-weight="${weight}" fill="${colours.color}">${escape(words)}</text>`);
  parts.push(`<style>${face}</style>`);
  parts.push(`<rect width="100%" height="100%" fill="${colours.getPropertyValue("--fig-paper") || "white"}"/>`);
  text(MARGIN, 26, `Run ${view.name}, ${view.frame.updates.toLocaleString("en")} updates`, 600, 16);
  lines.forEach((line, i) => text(MARGIN, 50 + 18 * i, line, 400, 14));
  small.forEach((line, i) => text(MARGIN, under + 15 * i, line, 400, 11.5));
  for (const [i, panel] of panels.entries()) {
    const { x, y, ...size } = places[i];
    text(x, y - 10, panel.title.textContent, 600, Math.min(14, (1.9 * size.width) / panel.title.textContent.length));
    const svg = panel.svg.cloneNode(true), drawn = [...panel.svg.querySelectorAll("*")];
    [...svg.querySelectorAll("*")].forEach((element, i) => {
      const style = getComputedStyle(drawn[i]);
      if (element.tagName === "text" && element.textContent) element.setAttribute("textLength", drawn[i].getComputedTextLength()); // whatever the typeface
      element.setAttribute("style", STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
    });
    Object.entries({ x, y, ...size }).forEach(([name, value]) => svg.setAttribute(name, value));
    panel.engrave(svg);
    parts.push(new XMLSerializer().serializeToString(svg));
  }
  return { width, height, svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${parts.join("")}</svg>` };
}
const escape = (text) => text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character]);
const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text); // of a pasted text
const wrapped = (text, width) => text.split(" ").reduce((lines, word) => {
  if (lines.at(-1).length + word.length > width) lines.push("");
  lines.push(`${lines.pop()} ${word}`.trim());
  return lines;
}, [""]);

/** The drawing as a PNG, twice as fine as the screen. */
async function png(view) {
  const image = new Image(), { width, height, svg } = picture(view, await typeface(FAMILY));
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = html("canvas", { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** A menu of what can be taken along, of every run that is shown, and `name(views)`, by which it says of which. The notebook trains as long as the page has, or as long
 * as is `planned` where it has not begun. */
export function take(views, planned) {
  const each = (save) => () => views().forEach((view) => save(view, views().length > 1 ? `-${view.name}` : ""));
  const offers = {
    "Notebook": ["Trains the same setting with rnnlib, for as many updates as here; the random numbers are others, so it is another run of the same kind", each(async (view, name) => {
      const { notebook } = await import("./notebook.js"); // few want it, and the page is there sooner
      save(`playground${name}.ipynb`, JSON.stringify(notebook(view.setting, view.frame.updates || planned()), null, 1), "application/x-ipynb+json");
    })],
    "Picture": ["What is shown of each run, as a PNG", each(async (view, name) => save(`playground${name}.png`, await png(view)))],
    "Log as CSV": ["Loss and norms of every update, not rounded, and |δ| over lag where the map has a column; the first line, after a #, says of what setting", each((view, name) => save(`playground${name}.csv`, csv(view), "text/csv"))],
  };
  const buttons = Object.entries(offers).map(([textContent, [title, press]]) => {
    const button = html("button", { type: "button", textContent, title });
    button.addEventListener("click", press);
    return button;
  });
  const name = (runs) => { buttons[0].textContent = runs.length > 1 ? "Notebooks A, B" : "Notebook"; };
  return { root: html("span", { className: "pg-take", role: "group", ariaLabel: "Take it with you" }, ...buttons), name };
}
