// Run a Python file in the Pyodide that the pages load, without a browser:
//   node tests/live/run.mjs FILE.py [ARGUMENT ..]
// The repository lies at /repo, and what the variable SITE names, a folder of pure Python, at /site, last on the path.
import path from "node:path";
import process from "node:process";
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = process.env.PYODIDE ?? path.join(root, "_build/pyodide");
const [script, ...rest] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(folder, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: `${folder}/` });
await python.loadPackage(["numpy", "training-recurrent-networks", "course-cells"], { messageCallback() {} });

function mount(point, place) {
  python.FS.mkdirTree(point);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: place }, point);
}
mount("/repo", root);
if (process.env.SITE) mount("/site", process.env.SITE);
python.globals.set("arguments", python.toPy([script, ...rest]));
python.runPython("import sys; sys.argv = arguments; sys.path.append('/site')");
try {
  const code = await python.runPythonAsync(readFileSync(script, "utf8"), { filename: script });
  process.exit(Number(code ?? 0));
} catch (error) {
  process.stderr.write(`${error.message ?? error}\n`); // by itself node would print the line it comes from: a megabyte
  process.exit(1);
}
