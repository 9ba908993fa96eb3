// What a cell shows, beneath it: text, errors, pictures, and a check's panel.
import { make } from "./elements.js";

const LONGEST = 100_000; // characters of text in one pane; Python stops sending before that

const DRAWN = "What this cell draws";
const SHOWN = {
  html: (data) => make("div", { className: "live-html", innerHTML: data }),
  svg: (data, words) => make("div", { className: "live-picture", role: "img", "aria-label": words || DRAWN, innerHTML: data }),
  png(data, words) { // drawn at twice the size, for fine screens
    const picture = make("img", { className: "live-picture", alt: words || DRAWN, src: `data:image/png;base64,${data}` });
    picture.onload = () => { picture.width = picture.naturalWidth / 2; };
    return picture;
  },
};

const coded = (words) => words.split(/`([^`]+)`/).map((part, i) => (i % 2 ? make("code", {}, part) : part));

export class Pane {
  // `aloud`: read by a screen reader as it comes. A check's panel is; what a program prints, line after line, is not.
  constructor(aloud) {
    this.aloud = aloud;
    this.element = make("div", { className: "live-pane", ...(aloud ? { "aria-live": "polite" } : {}) });
  }

  clear() { this.element.replaceChildren(); }

  show(kind, data, words) {
    if (kind === "note") return; // the line under a check that failed: its panel has said it
    if (SHOWN[kind]) return this.element.append(this.#saidOnce(SHOWN[kind](data, words)));
    const last = this.element.lastElementChild, kept = last?.dataset.kind === kind ? last : make("pre", { className: `live-${kind}`, "data-kind": kind, tabIndex: 0 });
    if (kept !== last) this.element.append(kept);
    if (kept.textContent.length < LONGEST) kept.append(data);
  }

  // A panel is a live region in a notebook. Within one it would be read twice.
  #saidOnce(shown) {
    if (this.aloud) shown.querySelectorAll("[role=status]").forEach((one) => one.removeAttribute("role"));
    return shown;
  }

  // A sentence of the page's own, with `code` in it or a button after it.
  say(words, ...more) { this.element.append(make("p", { className: "live-word" }, ...coded(words), ...more)); }

  get lines() { return [...this.element.querySelectorAll("pre")].reduce((sum, one) => sum + one.textContent.split("\n").length - 1, 0); }
}
