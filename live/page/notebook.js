// A learner's notebook, as data: its cells, what belongs to a question, and a notebook with a learner's code in it.
// Nothing here knows of the page, so all of it is tested without one.

export const sourceOf = (cell) => [].concat(cell.source).join("");
const lines = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
const isHeading = (cell) => cell.cell_type === "markdown" && /^## /.test(sourceOf(cell));

// A short mark of a text, to tell whether it is still the same (FNV-1a; nobody is kept out by it).
export function mark(text) {
  let hash = 0x811c9dc5;
  for (const character of new TextEncoder().encode(text)) hash = Math.imul(hash ^ character, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

// The code cells of a notebook, in order:
//   {id, source, kind: "given" | "answer" | "check" | "code", points, question, asks}
// `given` comes before the first question and is run by itself; `question` is the id of the answer that a check looks at;
// `asks` marks the text of the section, so that a change of the question's wording is noticed.
export function codeCells(notebook) {
  const cells = [];
  let answers = [], begun = false, section = [];
  for (const cell of notebook.cells) {
    if (isHeading(cell)) { begun = true; section = []; }
    if (cell.cell_type === "markdown") section.push(sourceOf(cell));
    if (cell.cell_type !== "code") continue;
    const about = cell.metadata?.nbgrader ?? {}, source = sourceOf(cell);
    if (about.solution) answers.push(cell.id);
    cells.push({
      id: cell.id, source,
      kind: about.solution ? "answer" : about.grade ? "check" : begun ? "code" : "given",
      points: about.points ?? 0,
      question: about.grade ? answers.find((id) => source.includes(`"${id}"`)) : undefined,
      asks: mark(section.join("\n\n")),
      checksum: about.checksum,
    });
  }
  return cells;
}

export const checksOf = (cells, answer) => cells.filter((cell) => cell.kind === "check" && cell.question === answer.id);

// The notebook with other code in the cells named by `sources` (id -> text), everything else as it was. What a changed
// cell had printed is gone with the code that printed it.
export function withSources(notebook, sources) {
  const copy = structuredClone(notebook);
  for (const cell of copy.cells) {
    if (cell.cell_type !== "code" || !sources.has(cell.id) || sources.get(cell.id) === sourceOf(cell)) continue;
    cell.source = lines(sources.get(cell.id));
    cell.outputs = [];
    cell.execution_count = null;
  }
  return copy;
}

// The notebook without what its cells have shown, pictures for the most part.
export function withoutOutputs(notebook) {
  const copy = structuredClone(notebook);
  for (const cell of copy.cells) if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
  return copy;
}

// As Jupyter writes it.
export const textOf = (notebook) => JSON.stringify(notebook, null, 1) + "\n";

// A notebook that somebody chose, or an Error that says what is wrong with it. `own` is the page's.
export function opened(text, own) {
  let notebook;
  try { notebook = JSON.parse(text); } catch { throw new Error("This file is no notebook: it is not JSON."); }
  if (!Array.isArray(notebook?.cells)) throw new Error("This file is no notebook: it has no cells.");
  if (notebook.nbformat !== 4 || notebook.cells.some((cell) => typeof cell?.id !== "string" || !("source" in cell))) {
    throw new Error("This notebook is of a format older than 4.5, whose cells have no ids. Open it in Jupyter and save it, then open it here.");
  }
  const ids = new Set(notebook.cells.map((cell) => cell.id)), name = (one) => one.metadata?.rnngrade?.assignment;
  if (name(notebook) && name(notebook) !== name(own)) throw new Error(`This is the notebook ${name(notebook)}; this page is ${name(own)}. Open it on its own page.`);
  const shared = own.cells.filter((cell) => cell.cell_type === "code" && ids.has(cell.id));
  if (!shared.some((cell) => cell.metadata?.nbgrader)) throw new Error("This notebook has none of this page's questions.");
  return notebook;
}

// An opened notebook, completed by the cells of the page's own that it lacks (of a later version, or deleted), each after
// the cell that comes before it there. A cell that is in both is the opened one's.
export function completed(notebook, own) {
  const copy = structuredClone(notebook), there = new Set(copy.cells.map((cell) => cell.id));
  own.cells.forEach((cell, i) => {
    if (cell.cell_type !== "code" || there.has(cell.id)) return;
    const before = own.cells.slice(0, i).map((one) => one.id), place = copy.cells.findLastIndex((one) => before.includes(one.id));
    copy.cells.splice(place + 1, 0, structuredClone(cell));
    there.add(cell.id);
  });
  return copy;
}
