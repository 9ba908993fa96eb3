// The bar at the foot of the window: what Python is doing, and what is done with the page as a whole.
import { button, make } from "./elements.js";

// A label whose second half a narrow screen leaves out.
const named = ([first, second = ""], click) => {
  const one = button("", click);
  one.append(first, make("span", { className: "live-long", textContent: second }));
  return one;
};

export class Bar {
  // `does`: {stop(), all(), download(), open(file)}; those that are missing get no button.
  constructor(does) {
    this.said = make("span", { className: "live-said", role: "status" });
    this.progress = make("progress", { className: "live-progress", max: 1, "aria-label": "Loading Python" });
    this.stop = button("Stop", does.stop, { className: "live-button live-stop", disabled: true });
    const file = make("input", { type: "file", accept: ".ipynb,application/x-ipynb+json", hidden: true, "aria-label": "A notebook of this page" });
    file.addEventListener("change", () => { if (file.files.length) does.open(file.files[0]).finally(() => { file.value = ""; }); });
    const rest = [[["Run all"], does.all], [["Download", " notebook"], does.download], [["Open", " a notebook"], does.open && (() => file.click())]];
    this.element = make("div", { className: "live-bar", role: "region", "aria-label": "Python on this page" },
      this.stop, ...rest.filter(([, does]) => does).map(([words, does]) => named(words, does)), file, this.said, this.progress);
  }

  say(words) { if (this.said.textContent !== words) this.said.textContent = words; }

  // `part` of what is loaded is here; null: how long it takes is not known; 1: nothing is loaded.
  load(part) {
    this.progress.hidden = part === 1;
    if (part === null) this.progress.removeAttribute("value");
    else this.progress.value = part;
  }
}
