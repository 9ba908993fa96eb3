// Keeps the page that is worked on, and all it needs, for a day without a network: tells the service worker what that is.

const sameSite = (url) => new URL(url, document.baseURI).origin === location.origin;

// Whether Python is in this browser already, so that nothing of it is loaded.
export async function isHere(pyodide) {
  try { return (await (await caches.open("course-offline")).match(`${pyodide}pyodide.asm.wasm`)) !== undefined; } catch { return false; }
}

// `files`: {pyodide, course, page}, addresses of folders; `more`: what else the page has asked for; `packages`: what Python
// begins with; `plots`: does the page's code draw?
// Resolves to true when all of it is kept, to false where this browser, or a site without https, keeps nothing.
export async function keepOffline({ files, more, plots, packages }) {
  if (!navigator.serviceWorker?.controller) return false;
  const listed = `${files.course}files.json`, names = await fetch(listed).then((answer) => answer.json());
  const keys = packages.flatMap((name) => names.keys[name] ?? []);
  const python = [...names.first, ...keys, ...(plots ? names.plots : [])].map((name) => files.pyodide + name);
  const asked = performance.getEntriesByType("resource").map((entry) => entry.name).filter(sameSite);
  const urls = [...more, ...asked, ...python, `${files.course}pyodide-lock.json`, `${files.page}worker.js`, listed];
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data.kept);
    navigator.serviceWorker.controller.postMessage({ page: location.href.split(/[?#]/)[0], keep: urls }, [port2]);
  });
}
