// Run compare.mjs in a thread for every line of the input, "SECONDS FILE" of cases, each with modules loaded anew, and
// answer with its exit status and the seconds of the processor that it took; "timeout" if it has not ended after SECONDS of
// them, which on a busy machine are many more of the clock.
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";

const spent = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
const compare = (seconds, cases) => new Promise((resolve) => {
  const worker = new Worker(new URL("./compare.mjs", import.meta.url), { argv: [process.argv[2], cases], stdout: true, stderr: true });
  const began = spent(), answer = (said) => { clearInterval(timer); resolve(`${said} ${spent() - began}`); };
  const timer = setInterval(() => { if (spent() - began > Number(seconds)) { answer("timeout"); worker.terminate(); } }, 200);
  worker.on("error", () => {}); // it exits with 1 as well
  worker.on("exit", answer);
});
for await (const line of createInterface({ input: process.stdin })) console.log(await compare(...line.split(" ", 2)));
