// Updates a second of the Playground's engine, by the seconds of the processor: `node bench/playground.mjs`.
import { possible } from "../playground/engine/settings.js";
import { Run } from "../playground/engine/training.js";

for (const cell of process.argv.slice(2)) {
  const run = new Run(possible({ task: "adding", T: 50, B: 16, n: 32, clip: "norm", cell }));
  for (let i = 0; i < 50; i++) run.update();
  const rates = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage(), made = run.updates;
    for (const end = performance.now() + 600; performance.now() < end; ) run.update();
    const { user, system } = process.cpuUsage(before);
    return ((run.updates - made) / (user + system)) * 1e6;
  });
  console.log(JSON.stringify({ cell, "updates a second": Math.round(rates.sort((a, b) => a - b)[2]) }));
}
