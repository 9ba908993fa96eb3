// The page's modules that need no browser: node --test tests/live/page.test.mjs
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

import { Answers } from "../../live/page/answers.js";
import { estimate, megabytes } from "../../live/page/loading.js";
import { checksOf, codeCells, completed, opened, sourceOf, textOf, withoutOutputs, withSources } from "../../live/page/notebook.js";
import { Presses } from "../../live/page/presses.js";
import { Python } from "../../live/page/python.js";

const root = new URL("../../", import.meta.url), text = (name) => readFileSync(new URL(name, root), "utf8");
const NOTEBOOKS = readdirSync(new URL("exercises/", root)).filter((name) => name.endsWith(".ipynb"));
const FIRST = JSON.parse(text("exercises/01_unrolling.ipynb"));

// ---- notebooks

test("what is downloaded unchanged is the notebook, byte for byte", () => {
  assert.ok(NOTEBOOKS.length >= 10);
  for (const name of NOTEBOOKS) {
    const own = JSON.parse(text(`exercises/${name}`));
    assert.equal(textOf(withSources(own, new Map(codeCells(own).map((cell) => [cell.id, cell.source])))), text(`exercises/${name}`), name);
  }
});

test("every check belongs to an answer above it, and every answer is checked", () => {
  for (const name of NOTEBOOKS) {
    const cells = codeCells(JSON.parse(text(`exercises/${name}`)));
    for (const check of cells.filter((cell) => cell.kind === "check")) assert.ok(cells.find((cell) => cell.id === check.question), `${name} ${check.id}`);
    for (const answer of cells.filter((cell) => cell.kind === "answer")) assert.ok(checksOf(cells, answer).length, `${name} ${answer.id}`);
    assert.equal(cells[0].kind, "given", name);
  }
});

test("downloading and opening are inverse to each other, with metadata, ids and cells of one's own", () => {
  const written = withSources(FIRST, new Map([["unroll", "def unroll(W, U, b, x, h0):\n    return 'ü'\n"]]));
  const place = written.cells.findIndex((cell) => cell.id === "unroll");
  written.cells.splice(place, 0, { cell_type: "code", execution_count: 3, id: "mine", metadata: { tags: ["a"] }, outputs: [{ output_type: "stream", name: "stdout", text: ["1\n"] }], source: ["two = 2\n", "two"] });
  written.cells.push({ cell_type: "markdown", id: "note", metadata: {}, source: ["My note"] });
  const back = completed(opened(textOf(written), FIRST), FIRST);
  assert.equal(textOf(withSources(back, new Map(codeCells(back).map((cell) => [cell.id, cell.source])))), textOf(written));
  assert.equal(sourceOf(back.cells[place + 1]), "def unroll(W, U, b, x, h0):\n    return 'ü'\n");
});

test("what a changed cell had printed goes with it", () => {
  const solved = JSON.parse(text("exercises/solved/01_unrolling.ipynb")), printing = solved.cells.find((cell) => cell.outputs?.length);
  const changed = withSources(solved, new Map([[printing.id, "1 + 1"]])).cells.find((cell) => cell.id === printing.id);
  assert.deepEqual([changed.source, changed.outputs, changed.execution_count], [["1 + 1"], [], null]);
  assert.deepEqual(withSources(solved, new Map([[printing.id, sourceOf(printing)]])), solved);
});

test("a notebook with many pictures is kept without them", () => {
  const solved = JSON.parse(text("exercises/solved/01_unrolling.ipynb")), bare = withoutOutputs(solved);
  assert.ok(solved.cells.some((cell) => cell.outputs?.length) && !bare.cells.some((cell) => cell.outputs?.length));
  assert.deepEqual(bare.cells.map(sourceOf), solved.cells.map(sourceOf));
});

test("a question that an opened notebook lacks stands where it stood", () => {
  const less = structuredClone(FIRST);
  less.cells = less.cells.filter((cell) => !["unroll", "check-unroll-edge"].includes(cell.id));
  assert.deepEqual(completed(less, FIRST).cells.map((cell) => cell.id), FIRST.cells.map((cell) => cell.id));
});

test("another file is refused with the reason", () => {
  const second = text("exercises/02_bptt.ipynb"), old = structuredClone(FIRST);
  old.cells.forEach((cell) => delete cell.id);
  assert.throws(() => opened("{", FIRST), /not JSON/);
  assert.throws(() => opened("[]", FIRST), /no cells/);
  assert.throws(() => opened(JSON.stringify(old), FIRST), /no ids/);
  assert.throws(() => opened(second, FIRST), /the notebook 02_bptt; this page is 01_unrolling/);
  assert.throws(() => opened(JSON.stringify({ nbformat: 4, metadata: {}, cells: [{ id: "a", cell_type: "code", source: "" }] }), FIRST), /none of this page's questions/);
});

// ---- what is kept

function memory(kept = {}) {
  const document = { documentElement: { dataset: { content_root: "../" } }, baseURI: "http://host/course/chapters/exercises_01.html", dispatchEvent() {} };
  const localStorage = { getItem: (key) => kept[key] ?? null, setItem(key, value) { kept[key] = value; }, removeItem(key) { delete kept[key]; } };
  const window = {}, location = { pathname: "/course/chapters/exercises_01.html" };
  vm.runInNewContext(text("assets/memory.js"), { window, document, localStorage, location, URL, CustomEvent, structuredClone, Date, console });
  return window.courseMemory;
}
const CELL = { id: "unroll", source: "stub", asks: "aaaa" };

test("an answer is there again after a reload, and in another browser by the file of My course", () => {
  const kept = {}, before = new Answers(memory(kept));
  before.write(CELL, "mine");
  before.flush();
  const begun = new Answers(memory(kept)).begin(CELL);
  assert.equal(begun.source, "mine");
  assert.equal(begun.older, undefined);
  assert.equal(begun.reworded, false);
  const other = memory();
  other.take(memory(kept).text());
  assert.equal(new Answers(other).begin(CELL).source, "mine");
  assert.equal(memory(kept).share(memory(kept).page()), 0, "code written is nothing done yet");
});

test("of a question that begins otherwise the old answer is put aside, once, and stays there", () => {
  const kept = {}, answers = new Answers(memory(kept)), changed = { ...CELL, source: "new stub" };
  answers.write(CELL, "mine");
  answers.flush();
  for (const _ of [1, 2]) {
    const { source, older, otherwise } = new Answers(memory(kept)).begin(changed);
    assert.deepEqual([source, older, otherwise], ["new stub", "mine", true]);
  }
  const later = new Answers(memory(kept));
  later.write(changed, "better");
  later.flush();
  assert.deepEqual([later.begin(changed).source, later.begin(changed).older], ["better", "mine"]);
});

test("of a question whose words have changed the answer stays, and the change is told", () => {
  const kept = {}, answers = new Answers(memory(kept));
  answers.write(CELL, "mine");
  answers.flush();
  const begun = answers.begin({ ...CELL, asks: "bbbb" });
  assert.deepEqual([begun.source, begun.reworded], ["mine", true]);
});

test("what belongs to a cell that is gone is still found", () => {
  const answers = new Answers(memory());
  answers.write(CELL, "mine");
  answers.flush();
  assert.deepEqual(answers.orphans([{ id: "other" }]), [{ id: "unroll", source: "mine" }]);
  assert.deepEqual(answers.orphans([CELL]), []);
});

// ---- Python and its line

class FakeWorker {
  static all = [];
  posted = [];
  constructor(interrupt) { this.interrupt = interrupt; FakeWorker.all.push(this); }
  postMessage(message) { this.posted.push(message.run); this.fresh = message.fresh; }
  terminate() { this.ended = true; }
  tell(kind, data) { this.onmessage({ data: { kind, data } }); }
}
function started(shared) {
  const python = new Python((interrupt) => new FakeWorker(interrupt), { shared }), told = [];
  for (const name of ["ready", "done", "afresh", "broken"]) python.addEventListener(name, ({ detail }) => told.push([name, detail]));
  python.start();
  return { python, told, worker: () => FakeWorker.all.at(-1) };
}

test("cells pressed before Python is there run in the order they were pressed, one at a time", async () => {
  const { python, worker } = started(false), shown = [];
  const first = python.run("a", "1", (kind, data) => shown.push([kind, data])), second = python.run("b", "2");
  assert.deepEqual(worker().posted, []);
  assert.ok(python.busy);
  worker().tell("ready");
  assert.deepEqual(worker().posted, ["1"]);
  worker().tell("out", "hello");
  worker().tell("done", true);
  assert.equal(await first, true);
  assert.deepEqual(worker().posted, ["1", "2"]);
  worker().tell("done", false);
  assert.equal(await second, false);
  assert.deepEqual(shown, [["out", "hello"]]);
  assert.equal(python.busy, false);
});

test("a cell that is to run from an empty start says so, and nothing counts as run before it", async () => {
  const { python, worker } = started(false);
  worker().tell("ready");
  for (const fresh of [false, true]) {
    const run = python.run(fresh ? "b" : "a", "1", () => {}, fresh);
    assert.equal(worker().fresh, fresh);
    worker().tell("done", true);
    await run;
  }
  assert.deepEqual(python.ran, ["b"]);
});

test("Stop interrupts where it can, drops what waits, and begins anew when it is pressed again", async () => {
  const { python, told, worker } = started(true);
  worker().tell("ready");
  const endless = python.run("a", "while True: pass"), waiting = python.run("b", "2");
  python.stop();
  assert.equal(worker().interrupt[0], 2);
  assert.equal(await waiting, null);
  worker().tell("done", false);
  assert.equal(await endless, false);
  const stubborn = python.run("c", "try"), old = worker();
  assert.equal(old.interrupt[0], 0, "an interrupt that came late must not stop the next cell");
  python.stop();
  python.stop();
  assert.equal(await stubborn, null);
  assert.ok(old.ended && worker() !== old);
  assert.deepEqual(told.at(-1), ["afresh", { why: "stopped", lost: ["a"] }]);
});

test("an interrupt that is lost is sent again; one that was heard is not", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { python, worker } = started(true), place = worker().interrupt;
  worker().tell("ready");
  python.run("a", "while True: print('x')");
  python.stop();
  place[0] = 0; // Python looked, main wrote, Python cleared
  t.mock.timers.tick(500);
  assert.equal(place[0], 2);
  place[0] = 0;
  worker().tell("stopped", "line 1");
  t.mock.timers.tick(5000);
  assert.equal(place[0], 0);
});

test("Stop begins anew where nothing can be interrupted, and says what is lost", async () => {
  const { python, told, worker } = started(false);
  worker().tell("ready");
  const fine = python.run("a", "1");
  worker().tell("done", true);
  await fine;
  const changed = python.run("b", "2");
  worker().tell("done", true);
  await changed;
  const endless = python.run("b", "while True: pass");
  python.stop();
  assert.equal(await endless, null);
  assert.deepEqual(told.at(-1), ["afresh", { why: "stopped", lost: ["a"] }], "what had to be stopped is not run again");
  worker().tell("ready");
  assert.deepEqual(python.ran, []);
});

test("a Python that ends by itself is begun anew; one that cannot be started is told", async () => {
  const { python, told, worker } = started(true);
  worker().tell("ready");
  const run = python.run("a", "1");
  worker().tell("dead", "memory access out of bounds");
  assert.equal(await run, null);
  assert.equal(told.at(-1)[1].why, "memory access out of bounds");
  const waits = python.run("b", "1");
  worker().tell("broken", "no network");
  assert.equal(await waits, null);
  assert.deepEqual(told.at(-1), ["broken", { why: "no network" }]);
  const again = python.run("c", "2");
  worker().tell("ready");
  assert.deepEqual(worker().posted, ["2"], "a run tries to start Python once more");
  worker().tell("done", true);
  assert.equal(await again, true);
});

// ---- presses

test("a press waits for all of the one before it; Stop drops what waits, and only the last end is told", async () => {
  const ended = [], presses = new Presses({ changed() {}, ended: (press) => ended.push(press) }), did = [], go = {};
  const act = (name) => () => { did.push(name); return new Promise((resolve) => { go[name] = resolve; }); };
  const first = presses.add("a", act("a")), second = presses.add("b", act("b"));
  await null;
  assert.deepEqual([did, presses.of("b")], [["a"], true]);
  go.a(false);
  assert.equal(await first, false);
  await null;
  assert.deepEqual([did, ended], [["a", "b"], []]);
  const third = presses.add("c", act("c"));
  presses.stop();
  go.b(false);
  assert.deepEqual([await second, await third, presses.any], [false, null, false]);
  assert.deepEqual(did, ["a", "b"]);
  const fourth = presses.add("d", act("d"));
  presses.stop();
  await null;
  go.d?.(false);
  await fourth;
  assert.deepEqual(ended, []);
  await presses.add("e", async () => true);
  assert.deepEqual([ended[0].cell, ended[0].fine, ended[0].stopped], ["e", true, false]);
});

// ---- words

test("the time that is left is told from what has come, and not before it is known", () => {
  assert.equal(estimate({ got: 0, of: 8e6, seconds: 0.2 }), "Loading Python: 1 kB of 8.0 MB …");
  assert.equal(estimate({ got: 2e6, of: 8e6, seconds: 2 }), "Loading Python: 2.0 MB of 8.0 MB, about 6 s left");
  assert.equal(estimate({ got: 1e6, of: 8e6, seconds: 60 }), "Loading Python: 1.0 MB of 8.0 MB, about 7 minutes left");
  assert.equal(estimate({ got: 8e6, of: 8e6, seconds: 9 }), "Starting Python …");
  assert.deepEqual([400, 300_000, 8_230_000, 19_200_000].map(megabytes), ["1 kB", "300 kB", "8.2 MB", "19 MB"]);
});
