// A page on which all that comes of itself comes late: frames, timers, events that no press dispatches at once, observers, messages of
// workers, what is fetched or read. Each kind waits for a time that is drawn once a page, so within a kind the order stays, and between
// kinds it is another on every page. What a press does at once is done at once, as ever.
(most) => {
  const timeout = setTimeout, frame = requestAnimationFrame;
  const waits = new Map();
  const wait = (kind) => { if (!waits.has(kind)) waits.set(kind, most * (0.3 + 0.7 * Math.random())); return waits.get(kind); };
  const later = (kind, act) => timeout(act, wait(kind));

  window.setTimeout = (act, ms = 0, ...all) => timeout(act, Number(ms) + wait("timer"), ...all);
  const interval = setInterval;
  window.setInterval = (act, ms = 0, ...all) => interval(act, Number(ms) + wait("timer"), ...all);
  const asked = new Map();
  let frames = 0;
  window.requestAnimationFrame = (act) => {
    const id = ++frames;
    asked.set(id, () => frame((now) => { if (asked.delete(id)) act(now); }));
    later("frame", () => asked.get(id)?.());
    return id;
  };
  window.cancelAnimationFrame = (id) => { asked.delete(id); };
  if (window.requestIdleCallback) {
    const idle = window.requestIdleCallback;
    window.requestIdleCallback = (act, options) => { later("idle", () => idle(act, options)); return 0; };
  }

  // The browser's own event is held back, and one like it is dispatched in its place.
  const held = (event) => {
    if (!event.isTrusted) return;
    const { target, type } = event;
    event.stopImmediatePropagation();
    later(type, () => target.dispatchEvent(new event.constructor(type, event)));
  };
  const types = ["toggle", "hashchange", "popstate", "scroll", "scrollend", "resize", "storage", "close"];
  const hold = () => types.forEach((type) => addEventListener(type, held, true));
  hold();
  new MutationObserver(hold).observe(document, { childList: true }); // a page that is written anew has lost its listeners
  const holding = (name, type) => {
    const Own = window[name];
    if (Own) window[name] = class extends Own { constructor(...all) { super(...all); this.addEventListener(type, held); } };
  };
  holding("Worker", "message");
  holding("BroadcastChannel", "message");
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (data, options) { // cloned now, since the page may change it before it is sent
    const transfer = Array.isArray(options) ? options : options?.transfer ?? [];
    const copy = structuredClone({ data, transfer }, { transfer });
    later("post", () => post.call(this, copy.data, copy.transfer));
  };
  const media = window.matchMedia;
  window.matchMedia = (query) => { const list = media.call(window, query); list.addEventListener("change", held); return list; };

  for (const name of ["ResizeObserver", "IntersectionObserver"]) {
    const Own = window[name];
    window[name] = class extends Own {
      constructor(act, ...all) { super((entries, own) => later(name, () => act(entries, own)), ...all); }
    };
  }
  const slowly = (of, name) => {
    const own = of?.[name];
    if (own) of[name] = function (...all) { return own.apply(this, all).finally(() => new Promise((go) => { later(name, go); })); };
  };
  slowly(window, "fetch");
  for (const name of ["text", "arrayBuffer"]) slowly(Blob.prototype, name);
  slowly(window.Clipboard?.prototype, "writeText");
  const drawn = HTMLCanvasElement.prototype.toBlob;
  HTMLCanvasElement.prototype.toBlob = function (act, ...all) { drawn.call(this, (blob) => later("drawn", () => act(blob)), ...all); };
}
