// Python for one page: a worker, a line of cells that wait for it, and two ways to stop.
//
// Where the page is isolated, Stop interrupts what runs and all values stay. Elsewhere, and where code catches the
// interrupt, the worker is ended and Python starts afresh: its values are gone.
const PATIENCE = 1000; // milliseconds, after which a cell that does not stop may be ended
// Python looks at the place of the interrupt and clears it, in two steps: what is written between them is lost, some
// two times in 25 for a loop that prints. Until it is heard it is written again, after so many milliseconds.
const AGAIN = 300;

export class Python extends EventTarget {
  #boot; #worker = null; #interrupt = null; #line = []; #running = null; #ready = false; #broken = false; #patience; #again;

  // `boot(interrupt)` makes the worker: the page's business, and a test's.
  constructor(boot, { shared = globalThis.crossOriginIsolated } = {}) {
    super();
    this.#boot = boot;
    this.shared = Boolean(shared);
    this.ran = []; // ids of the cells whose values Python holds
  }

  start() {
    this.#ready = this.#broken = false;
    this.#interrupt = this.shared ? new Uint8Array(new SharedArrayBuffer(1)) : null;
    this.#worker = this.#boot(this.#interrupt);
    this.#worker.onmessage = ({ data }) => this.#heard(data);
    this.#worker.onerror = (event) => this.#heard({ kind: "broken", data: event.message || "its worker could not be loaded" });
    this.#tell("state", { state: "loading" });
  }

  // Run `source` as the cell `id`, after all that waits already; where Python could not be started, it is tried once
  // more. `fresh`: without the names that cells have left. Resolves to true, false (it raised) or null (never run).
  run(id, source, show = () => {}, fresh = false) {
    return new Promise((resolve) => {
      this.#line.push({ id, source, show, fresh, resolve });
      if (this.#broken) this.start();
      this.#tell("state", {});
      this.#next();
    });
  }

  get ready() { return this.#ready; }
  get busy() { return this.#running !== null || this.#line.length > 0; }
  get running() { return this.#running?.id; }
  is(job) { return job === this.#running; }

  // Drops what waits. What runs is interrupted, if it can be; asked a second time, or if it cannot, Python starts afresh.
  stop() {
    for (const job of this.#line.splice(0)) job.resolve(null);
    if (!this.#running || !this.#ready) return this.#tell("state", {});
    if (!this.#interrupt || this.#running.asked) return this.restart("stopped");
    this.#running.asked = true;
    this.#interrupt[0] = 2; // SIGINT
    this.#tell("state", { stopping: true });
    this.#again = setInterval(() => { this.#interrupt[0] = 2; }, AGAIN);
    this.#patience = setTimeout(() => { clearInterval(this.#again); this.#tell("state", { stubborn: true }); }, PATIENCE);
  }

  // End the worker and begin anew; `why` is told together with the cells whose values are lost, but for the one that was
  // running: to run it again would bring one here once more.
  restart(why) {
    this.#worker.terminate();
    this.#calm();
    const lost = this.ran.filter((id) => id !== this.#running?.id);
    this.ran = [];
    for (const job of [this.#running, ...this.#line.splice(0)].filter(Boolean)) job.resolve(null);
    this.#running = null;
    this.#tell("afresh", { why, lost });
    this.start();
  }

  #next() {
    if (!this.#ready || this.#running || !this.#line.length) return;
    this.#running = this.#line.shift();
    if (this.#interrupt) this.#interrupt[0] = 0;
    const { id, source, fresh } = this.#running;
    if (fresh) this.ran = [];
    this.#worker.postMessage({ run: source, cell: id, fresh });
    this.#tell("state", { running: this.#running });
  }

  #heard({ kind, data, words }) {
    if (kind === "loading") return this.#tell("loading", data);
    if (kind === "step") return this.#tell("step", { words: data });
    if (kind === "ready") { this.#ready = true; this.#tell("ready", {}); return this.#next(); }
    if (kind === "broken") return this.#fail(data);
    if (kind === "dead") return this.restart(data);
    if (kind === "stopped") clearInterval(this.#again);
    if (kind !== "done") return this.#running?.show(kind, data, words);
    this.#calm();
    const { id, resolve } = this.#running;
    this.#running = null;
    if (!this.ran.includes(id)) this.ran.push(id);
    this.#tell("done", {});
    resolve(data);
    this.#next();
  }

  #calm() {
    clearTimeout(this.#patience);
    clearInterval(this.#again);
  }

  #fail(why) {
    this.#ready = false;
    this.#broken = true;
    this.#worker.terminate();
    this.#calm();
    for (const job of [this.#running, ...this.#line.splice(0)].filter(Boolean)) job.resolve(null);
    this.#running = null;
    this.#tell("broken", { why });
  }

  #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}
