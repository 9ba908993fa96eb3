// The site's service worker, at its root. It does two things, and only for who has pressed *Work on this page*:
//
// - it adds the two headers that isolate a page, without which Stop cannot interrupt Python and keep its values; hosts of
//   static sites cannot set them;
// - it keeps the pages worked on, with all they need, and gives them out where there is no network.
//
// What carries a mark of its content in its name never changes, and is taken from what is kept. All else is asked of the
// site first. A page is kept as it was when it was last worked on, whole: under its address with LIST stands what it
// needs. So a page of an old release goes on beside those of a new one, and what no page needs any longer is dropped.
// It lies at the root because Python's worker, below _live/, must be in its scope as the page is.
const KEPT = "course-offline", LIST = "?needs";
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

// Of what is kept the site is asked whether it is still so, but not for ever: there are networks that never answer.
const PATIENCE = 4000; // milliseconds
const silence = () => new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("no answer")));

async function answer(request) {
  const kept = await caches.open(KEPT), url = bare(request.url);
  const found = await kept.match(url);
  if (found && FOREVER.test(url)) return isolated(found);
  try {
    return isolated(await (found ? Promise.race([fetch(request, { cache: "no-cache" }), silence()]) : fetch(request)));
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

// The page comes last: should the network go meanwhile, the one kept before is still there with all it needs.
async function keep(page, urls) {
  const kept = await caches.open(KEPT), needs = [...new Set(urls.map(bare))];
  for (const url of [...needs, page]) {
    if (FOREVER.test(url) && (await kept.match(url))) continue;
    const fresh = await fetch(url, FOREVER.test(url) ? {} : { cache: "no-cache" });
    if (!fresh.ok) throw new Error(`${fresh.status} ${url}`);
    await kept.put(url, fresh);
  }
  await kept.put(page + LIST, new Response(JSON.stringify([...needs, page])));
  await drop(kept);
}

async function drop(kept) {
  const there = await kept.keys(), lists = there.map((request) => request.url).filter((url) => url.endsWith(LIST));
  const needed = new Set(lists);
  for (const list of lists) for (const url of await (await kept.match(list)).json()) needed.add(url);
  for (const request of there) if (!needed.has(request.url)) await kept.delete(request);
}

self.addEventListener("message", (event) => {
  const { page, keep: urls } = event.data, port = event.ports[0];
  event.waitUntil(keep(page, urls).then(() => port.postMessage({ kept: true }), (error) => port.postMessage({ kept: false, why: String(error) })));
});
