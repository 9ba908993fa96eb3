// One cell of the page: its editor, its buttons, what it shows.
import { editor, replace } from "./editor.js";
import { button, make } from "./elements.js";
import { Pane } from "./output.js";

const WRITTEN = "What you had written before";
const OTHERWISE = `This cell has changed since you wrote in it. ${WRITTEN}`;
const STOPPED = "The values of the other cells are still there.";
const MEMORY = "This asked for more memory than Python has in a page: two gigabytes, or less where the browser gives less. Smaller arrays, or the notebook on your computer, help.";

export class Cell {
  // `model`: an entry of codeCells; `bench`: {run(cell), check(cell), above(cell)}; `answers`: what is kept.
  constructor(model, block, { bench, answers, label }) {
    Object.assign(this, { model, bench, answers, label });
    const { source, older, otherwise, reworded } = answers.begin(model);
    this.output = new Pane(false);
    this.panel = new Pane(true);
    this.aside = make("div", { className: "live-aside" });
    const home = make("div", { className: "highlight live-editor" });
    this.element = make("div", { className: `live live-${model.kind}`, id: block?.id ?? "", role: "group", "aria-label": label, "data-cell": model.id },
      home, make("div", { className: "live-buttons" }, ...this.#buttons()), this.aside, this.output.element, this.panel.element);
    this.view = editor(home, source, label, {
      change: (text) => this.answers.write(this.model, text),
      run: () => bench.run(this),
      check: () => (model.kind === "answer" ? bench.check(this) : bench.run(this)),
    });
    if (reworded) this.output.say("The words of this question have changed since you answered it. Read it again, and check.");
    if (older !== undefined) this.#beside(older, otherwise ? OTHERWISE : WRITTEN);
    block?.replaceWith(this.element);
  }

  get source() { return this.view.state.doc.toString(); }

  #buttons() {
    const { model, bench } = this;
    this.again = button("Start over", () => this.startOver());
    return [
      button("Run", () => bench.run(this), { title: "Ctrl+Enter" }),
      model.kind === "answer" ? button("Check", () => bench.check(this), { title: "Shift+Enter", className: "live-button live-main" }) : null,
      this.again,
      (this.state = make("span", { className: "live-state" })),
    ];
  }

  // What another tab has written.
  refresh() {
    const { source } = this.answers.begin(this.model);
    if (!this.answers.waits(this.model) && source !== this.source) replace(this.view, source);
  }

  // Nothing is shown any longer of the code that stood here.
  clear() {
    this.output.clear();
    this.panel.clear();
    this.element.classList.remove("live-right");
  }

  // The code as it was at first; what was written is kept beside it.
  startOver() {
    const { source } = this;
    if (source === this.model.source) return;
    replace(this.view, this.model.source);
    this.clear();
    this.answers.putAside(this.model, source, this.model.source);
    this.#beside(source, WRITTEN);
  }

  // The code of a notebook that was opened; what was written here is kept beside it.
  take(source) {
    const before = this.source;
    if (source === before) return;
    replace(this.view, source);
    this.clear();
    if (before === this.model.source) return;
    this.answers.putAside(this.model, before, source);
    this.#beside(before, "What stood here before you opened the notebook");
  }

  #beside(older, title) {
    const back = () => {
      const now = this.source;
      replace(this.view, older);
      this.answers.putAside(this.model, now, older);
      if (now === this.model.source) this.aside.replaceChildren();
      else this.#beside(now, title);
    };
    const code = make("div", { className: "highlight" }, make("pre", { tabIndex: 0 }, older));
    this.aside.replaceChildren(make("details", { className: "fold live-older", open: true }, make("summary", {}, title), code, button("Bring it back", back)));
  }

  // What Python sends while this cell, or a check of it, runs.
  show(pane, kind, data, words) {
    if (kind === "stopped") return pane.say(`Stopped${data && ` at ${data}`}. ${STOPPED}`);
    if (kind === "hint") return pane.say(data);
    if (kind === "memory") return pane.say(MEMORY);
    if (kind === "missing") return pane.say(`If a cell above defines ${data}: `, button("Run the cells above", () => this.bench.above(this)));
    pane.show(kind, data, words);
  }
}
