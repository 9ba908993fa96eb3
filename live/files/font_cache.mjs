// Print the list of matplotlib's fonts as it makes it in Pyodide, which takes a reader's browser seconds each time:
//   node live/files/font_cache.mjs > live/files/fontlist.json
// It is to be made anew when the pins name another matplotlib; a test says so.
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = fileURLToPath(new URL("../../_build/pyodide", import.meta.url));
const { loadPyodide } = await import(pathToFileURL(path.join(folder, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: `${folder}/`, stdout: () => {}, stderr: () => {} });
await python.loadPackage("matplotlib", { messageCallback() {} });
console.log(python.runPython(`
import os, pathlib
os.environ["MPLBACKEND"] = "agg"
from matplotlib import font_manager
fonts = font_manager.FontManager()
fonts.ttflist.sort(key=lambda font: font.fname)
font_manager.json_dump(fonts, "fonts.json")
pathlib.Path("fonts.json").read_text()
`));
