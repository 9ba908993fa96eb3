// Run compare.mjs in a thread for every file of cases that is named on the input, each with modules loaded anew, and
// answer with its exit status; "timeout" if it does not end.
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";

const SECONDS = 60;
const compare = (cases) => new Promise((resolve) => {
  const worker = new Worker(new URL("./compare.mjs", import.meta.url), { argv: [process.argv[2], cases], stdout: true, stderr: true });
  const timer = setTimeout(() => { worker.terminate(); resolve("timeout"); }, 1000 * SECONDS);
  worker.on("error", () => {}); // it exits with 1 as well
  worker.on("exit", (code) => { clearTimeout(timer); resolve(code); });
});
for await (const line of createInterface({ input: process.stdin })) console.log(await compare(line));
