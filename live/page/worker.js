// Python, off the page's main thread. In: {start: {pyodide, course, packages, interrupt}}, {run: source, cell, fresh}.
// Out: {kind, data, words}: "loading" {got}, "step", "ready", "broken", what a cell shows (live/python/cells.py has the
// kinds), and "done" or "dead" after each cell.
const quiet = { messageCallback() {}, errorCallback() {} };
const MOST = 400, LARGEST = 20_000_000; // what one run may show, in pieces and in characters: the page must not freeze
const PAGES = 2 ** 15; // of memory, 64 kB each: two gigabytes. Python could take four, and gives back none until it ends
let python, session, send, got = 0;

const { Memory } = WebAssembly;
WebAssembly.Memory = class extends Memory {
  constructor(kind) { super({ ...kind, maximum: Math.min(kind.maximum ?? PAGES, PAGES) }); }
};

// Counts what arrives, as it arrives. What is not fetched but imported is counted once it is here.
const plain = globalThis.fetch;
globalThis.fetch = async (...request) => {
  const answer = await plain(...request);
  if (!answer.body) return answer;
  const count = new TransformStream({ transform(chunk, stream) { arrived(chunk.byteLength); stream.enqueue(chunk); } });
  const { status, statusText, headers } = answer;
  const counted = new Response(answer.body.pipeThrough(count), { status, statusText, headers });
  Object.defineProperty(counted, "url", { value: answer.url });
  return counted;
};
let told = 0;
function arrived(bytes) {
  got += bytes;
  if (Date.now() - told < 100) return;
  told = Date.now();
  postMessage({ kind: "loading", data: { got } });
}

async function start({ pyodide, course, packages, interrupt }) {
  const { loadPyodide } = await import(`${pyodide}pyodide.mjs`);
  python = await loadPyodide({ indexURL: pyodide, lockFileURL: `${course}pyodide-lock.json`, packages, env: { HOME: "/home/pyodide", MPLBACKEND: "agg" } });
  if (interrupt) python.setInterruptBuffer(interrupt);
  session = python.pyimport("live.python.cells").start((kind, data, words) => send(kind, data, words));
  python.runPython("import numpy, rnngrade, rnnlib"); // now, and not under the learner's first check
  postMessage({ kind: "ready" });
}

function sender() {
  let pieces = 0, characters = 0;
  return (kind, data, words) => {
    pieces += 1;
    characters += data.length;
    if (pieces < MOST && characters < LARGEST) postMessage({ kind, data, words });
    else if (pieces === MOST || (characters >= LARGEST && characters - data.length < LARGEST)) postMessage({ kind: "out", data: "\n[what is shown from here on is left out]\n" });
  };
}

// rnnlib.figures draws with matplotlib, which the names in a cell that imports it do not show.
const DRAWS = /\brnnlib\.figures\b|\bfrom rnnlib import [^\n]*\bfigures\b/;

async function prepare(source) {
  let step = "";
  const tell = (words) => { step = words; postMessage({ kind: "step", data: words }); };
  const how = { ...quiet, messageCallback: (message) => message.startsWith("Loading") && tell(message.replace(/ .*\bmatplotlib\b.*/, " matplotlib")) };
  send = sender();
  await python.loadPackagesFromImports(source, how).catch(() => {}); // a SyntaxError is the cell's to show
  if (DRAWS.test(source)) await python.loadPackage("matplotlib", how);
  if (step) tell("Running");
}

const broken = (error) => postMessage({ kind: "broken", data: String(error?.message ?? error) });
// A file that does not come leaves Pyodide waiting for ever: it is no rejection of what it has promised.
addEventListener("unhandledrejection", ({ reason }) => session || broken(reason));

onmessage = async ({ data }) => {
  if (data.start) return start(data.start).catch(broken);
  await prepare(data.run);
  try {
    if (data.fresh) session.reset();
    postMessage({ kind: "done", data: session.run(data.run, data.cell) });
  } catch (error) { // not the cell's exception, which run shows: Python itself has ended, out of memory for the most part
    postMessage({ kind: "dead", data: String(error.message ?? error) });
  }
};
