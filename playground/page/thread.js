// The engine's threads. The first is on its way before the page is drawn: this module is loaded by itself as well, and
// waits for nothing.
const begin = () => {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onerror = (error) => { worker.failure = error; }; // until somebody listens
  return worker;
};
let first = begin();

/** Return a thread in which nothing runs yet, and tell `listener.take` what it sends, `listener.fail` if it cannot start. */
export function thread({ take, fail }) {
  const worker = first ?? begin();
  first = null;
  worker.onmessage = ({ data }) => take(data);
  worker.onerror = fail;
  if (worker.failure) fail(worker.failure);
  return worker;
}
