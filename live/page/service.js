// The site's service worker, at its root. It does two things, and only for who has pressed *Work on this page*:
//
// - it adds the two headers that isolate a page, without which Stop cannot interrupt Python and keep its values; hosts of
//   static sites cannot set them;
// - it keeps the pages worked on, with all they need, and gives them out where there is no network.
//
// What carries a mark of its content in its name never changes, and is taken from what is kept. All else is asked of the
// site first. It lies at the root because Python's worker, below _live/, must be in its scope as the page is.
const KEPT = "course-offline";
const FOREVER = /\/_live\/[a-z]+-[0-9a-f]{10}\/|-[0-9a-f]{10}\.(?:css|js)$/;
const ISOLATING = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function isolated(answer) {
  if (answer.status === 0 || answer.type === "opaqueredirect") return answer;
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(ISOLATING)) headers.set(name, value);
  const empty = [101, 204, 205, 304].includes(answer.status);
  return new Response(empty ? null : answer.body, { status: answer.status, statusText: answer.statusText, headers });
}

const bare = (url) => url.split(/[?#]/)[0];

async function answer(request) {
  const kept = await caches.open(KEPT), url = bare(request.url);
  const found = await kept.match(url);
  if (found && FOREVER.test(url)) return isolated(found);
  try {
    const fresh = await fetch(request);
    if (found && fresh.ok && !fresh.redirected) await kept.put(url, fresh.clone()); // kept, and out of date
    return isolated(fresh);
  } catch (offline) {
    if (found) return isolated(found);
    throw offline;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event, here = new URL(request.url).origin === self.location.origin;
  if (!here || request.method !== "GET" || (request.cache === "only-if-cached" && request.mode !== "same-origin")) return;
  event.respondWith(answer(request));
});

// Of an earlier release: its folders go, and the pages that were kept are asked for again, since they name them.
async function renew(kept, folders) {
  const urls = (await kept.keys()).map((request) => request.url);
  const old = urls.filter((url) => url.includes("/_live/") && !folders.some((folder) => url.startsWith(folder)));
  if (!old.length) return;
  for (const url of urls.filter((one) => !FOREVER.test(one))) {
    const fresh = await fetch(url);
    if (fresh.ok) await kept.put(url, fresh);
  }
  for (const url of old) await kept.delete(url);
}

async function keep(urls, folders) {
  const kept = await caches.open(KEPT);
  for (const url of urls.map(bare)) {
    if (FOREVER.test(url) && (await kept.match(url))) continue;
    const fresh = await fetch(url);
    if (!fresh.ok) throw new Error(`${fresh.status} ${url}`);
    await kept.put(url, fresh);
  }
  await renew(kept, folders);
}

self.addEventListener("message", (event) => {
  const { keep: urls, folders } = event.data, port = event.ports[0];
  event.waitUntil(keep(urls, folders).then(() => port.postMessage({ kept: true }), (error) => port.postMessage({ kept: false, why: String(error) })));
});
