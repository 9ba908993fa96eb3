// Train what Python has trained and exit with 1 if a number differs: `node compare.mjs FOLDER CASES`, where FOLDER holds a
// copy of the project's tests/playground/parity.js and units.js and of what they import.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, cases] = process.argv.slice(2);
const relative = (a, b) => {
  const x = [a].flat(Infinity), y = [b].flat(Infinity);
  if (x.length !== y.length) return Infinity;
  const size = Math.max(Math.hypot(...x), Math.hypot(...y)), distance = Math.hypot(...x.map((value, i) => value - y[i]));
  return size ? distance / size : distance;
};
const holds = (value) => value !== null && typeof value === "object" && (!Array.isArray(value) || typeof value[0] === "object" && !Array.isArray(value[0]));
const differs = (mine, theirs) =>
  holds(theirs) ? Object.keys(theirs).some((name) => mine?.[name] === undefined || differs(mine[name], theirs[name])) : !(relative(mine, theirs) < 1e-10);

const { parts, trained } = JSON.parse(readFileSync(cases, "utf8"));
if (parts) {
  const { differences } = await import(pathToFileURL(`${folder}/tests/playground/units.js`));
  if (differences().length) process.exit(1);
}
const { train, possible } = await import(pathToFileURL(`${folder}/tests/playground/parity.js`));
for (const { asked, setting, draws, updates, expected, baseline, needs } of trained) {
  if (JSON.stringify(possible(asked)) !== JSON.stringify(setting)) process.exit(1);
  const ours = train({ setting, draws, updates });
  // The sine's baseline is a quadrature, on another grid than rnnlib's.
  if (!(relative(ours.baseline, baseline) < 1e-6) || JSON.stringify(ours.needs) !== JSON.stringify(needs)) process.exit(1);
  ours.eigenvalues = ours.eigenvalues.map(([re, im]) => re).sort((a, b) => a - b);
  ours.eigenvalues = [ours.eigenvalues.reduce((sum, x) => sum + x, 0), ours.eigenvalues.at(-1)];
  if (ours.left || ours.diverged || differs(ours, expected)) process.exit(1);
}
