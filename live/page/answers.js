// What a learner writes, kept in this browser by the storage of *My course*, cell by cell.
//
// An entry holds the code (`source`), the code the cell began with (`base`) and a mark of its question's words (`asks`).
// When a later release begins a cell otherwise, what was written is put aside (`older`, and `otherwise` says why) and
// shown beside the new cell; so is what *Start over* replaces. Nothing is written over but by the learner.
const OPENED = "opened notebook";
export const MOST = 400_000; // characters of code, or of a notebook, that the storage takes
const WAIT = 400; // milliseconds without typing, before it is written down

export class Answers {
  #memory; #waiting = new Map(); #timer;

  constructor(memory) {
    this.#memory = memory;
    globalThis.addEventListener?.("pagehide", () => this.flush());
    globalThis.document?.addEventListener("visibilitychange", () => this.flush());
  }

  get kept() { return this.#memory.kept; }

  // What to begin with: {source, older, otherwise, reworded}. `otherwise`: `older` was written to a cell that began with
  // other code. `reworded`: the question's words are not those it was answered to.
  begin(cell) {
    const entry = this.#memory.of("answers", cell.id);
    if (!entry || typeof entry.source !== "string") return { source: cell.source, older: entry?.older };
    if (entry.base === undefined || entry.base === cell.source) {
      return { source: entry.source, older: entry.older, otherwise: entry.otherwise, reworded: entry.source !== cell.source && entry.asks !== undefined && entry.asks !== cell.asks };
    }
    if (entry.source !== entry.base && entry.source !== cell.source) this.#put(cell, { source: cell.source, older: entry.source, otherwise: true });
    const { older, otherwise } = this.#memory.of("answers", cell.id);
    return { source: cell.source, older, otherwise };
  }

  write(cell, source) {
    this.#waiting.set(cell.id, { cell, source });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), WAIT);
  }

  // Whether something is not written down yet.
  waits(cell) { return this.#waiting.has(cell.id); }

  // What was written before is kept aside, and can be brought back.
  putAside(cell, older, source) {
    this.#waiting.delete(cell.id);
    this.#put(cell, { source, older, otherwise: false });
  }

  flush() {
    clearTimeout(this.#timer);
    for (const { cell, source } of this.#waiting.values()) this.#put(cell, { source });
    this.#waiting.clear();
  }

  // What is kept of cells that are no longer on the page: {id, source}.
  orphans(cells) {
    const here = new Set(cells.map((cell) => cell.id));
    return Object.entries(this.#memory.page().answers)
      .filter(([id, entry]) => id !== OPENED && !here.has(id) && entry.source && entry.source !== entry.base)
      .map(([id, entry]) => ({ id, source: entry.source }));
  }

  get opened() { return this.#memory.of("answers", OPENED)?.source; }
  set opened(text) { this.#memory.note("answers", OPENED, { source: text }); }

  passed(question, points, title) { this.#memory.note("exercises", question, { asks: title, points, of: points }); }
  isPassed(question) { return this.#memory.of("exercises", question) !== null; }

  #put(cell, entry) { this.#memory.note("answers", cell.id, { base: cell.source, asks: cell.asks, ...entry }); }
}
