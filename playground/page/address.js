// What an address asks for: an experiment, or the settings of one or two runs; and what of it could not be had.
import { DEFAULTS, FIELDS, fromAddress, least, leftOut, most, unfit } from "../engine/settings.js";

const quoted = (text) => `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`;
const stands = (name, setting) => (FIELDS[name].kind === "choice" ? FIELDS[name].values[setting[name]] : String(setting[name]));

/** The same of what was pasted, all of which must be taken. */
function pasted(name, label, wanted, value) {
  const out = name === "numbers" ? leftOut(wanted) : [];
  const amiss = value === wanted ? "" : wanted.startsWith(value) ? `only the first ${value.length.toLocaleString("en")} characters are taken` : `what was given is ${unfit({ task: name, [name]: wanted })}`;
  return [amiss, out.length && `${out.slice(0, 3).map(quoted).join(", ")} left out, as no finite number`].filter(Boolean).map((one) => `${label}: ${one}`).join("; ");
}

/** Say of one thing that was wanted why the setting has another, or "" where it has it. */
function corrected(name, wanted, setting) {
  const field = FIELDS[name];
  if (!field) return `${quoted(name)} is no setting`;
  const { kind, label, values, initial } = field, value = setting[name];
  if (!field.when(setting)) return String(initial) === wanted ? "" : `${label} means nothing with the rest of it`;
  if (kind === "choice") return Object.hasOwn(values, wanted) ? "" : `${label} cannot be ${quoted(wanted)}: it is ${stands(name, setting)}`;
  if (kind === "pasted") return pasted(name, label, wanted, value);
  if (wanted.trim() === "" || !Number.isFinite(Number(wanted))) return `${label} ${quoted(wanted)} is no number: it is ${value}`;
  const whole = kind === "whole" ? "a whole number " : "";
  return Number(wanted) === value ? "" : `${label} ${wanted} became ${value} (${whole}from ${least(name, setting)} to ${Math.max(value, most(name, setting))})`;
}

/** All that was corrected of `[name, wanted]` pairs. */
export const corrections = (pairs, setting) => pairs.map(([name, wanted]) => corrected(name, wanted, setting)).filter(Boolean);

/** What an address says, and what it need not say as long as a pasted series has room for it. */
function asked(text, setting) {
  const said = new URLSearchParams(text), unsaid = ["T", "B"].filter((name) => FIELDS[name].when(setting) && !said.has(name));
  return [...said, ...unsaid.map((name) => [name, String(DEFAULTS[name])])];
}

/** Read what stands behind the `#`: `get(id)` knows the experiments. Returns `{ preset, settings, amiss }`. */
export function read(text, get) {
  const id = new URLSearchParams(text).get("preset"), preset = id === null ? undefined : get(id);
  if (preset) return { preset, settings: null, amiss: [] };
  const runs = id === null ? text.split(";;") : [""], amiss = id === null ? [] : [`there is no experiment ${quoted(id)}`];
  const settings = runs.slice(0, 2).map(fromAddress);
  settings.forEach((setting, i) => amiss.push(...corrections(asked(runs[i], setting), setting).map((one) => (settings.length > 1 ? `run ${"AB"[i]}: ${one}` : one))));
  if (runs.length > 2) amiss.push("more than two runs cannot be shown");
  return { settings, amiss };
}
