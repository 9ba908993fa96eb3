// Run the experiments of presets.json from many seeds with the page's own engine, and print what came of each as a line
// of JSON. `node playground/reproduce.mjs` reads from its input the runs that are wanted, `[{ setting, updates }, ..]`.
import { readFileSync } from "node:fs";
import { outcome } from "./engine/experiments.js";
import { possible } from "./engine/settings.js";

for (const { setting, updates } of JSON.parse(readFileSync(0, "utf8"))) console.log(JSON.stringify(outcome(possible(setting), updates)));
