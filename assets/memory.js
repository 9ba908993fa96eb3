// What a reader has done, kept in this browser alone: nothing is sent anywhere.
//
// One entry of the browser's storage holds, by page, what was read, predicted, answered, opened and passed:
//   {version, latest: page, pages: {page: {title, last: section, lastTitle, at, of: {kind: how many there are}, <kind>: {id: entry}}}}
// and, of the pages that are worked on, the code that was written there (`answers`), which nothing counts.
// Whatever else is found there, broken, of another kind or another version, is left out. Where a browser keeps nothing,
// the same holds until the page is left.
window.courseMemory = (() => {
  const KEY = "training-recurrent-networks", VERSION = 1;
  const KINDS = ["sections", "predictions", "selfchecks", "hints", "exercises", "answers"];
  const UNCOUNTED = ["hints", "answers"];
  const LONGEST = 200, MOST = 500, MOST_CODE = 400_000;

  const isText = (one) => typeof one === "string" && one.length <= LONGEST;
  const isCode = (one) => typeof one === "string" && one.length <= MOST_CODE;
  const isCount = (one) => Number.isInteger(one) && one >= 0 && one <= 10_000;
  const isNumber = (one) => typeof one === "number" && Number.isFinite(one);
  const isAnswer = (one) => one === null || isText(one) || isNumber(one) || (Array.isArray(one) && one.length <= 50 && one.every(isNumber));
  const isOff = (one) => one === null || (isNumber(one) && one >= 0);
  const isFlag = (one) => typeof one === "boolean";
  const isTime = (one) => isNumber(one) && one >= 0;
  // What an entry of each kind may hold. `at` is when it was made, in milliseconds.
  const SHAPES = {
    sections: { title: isText },
    predictions: { asks: isText, answer: isAnswer, off: isOff },
    selfchecks: { asks: isText, first: isFlag, right: isFlag },
    hints: { asks: isText },
    exercises: { asks: isText, points: isNumber, of: isNumber },
    answers: { asks: isText, source: isCode, base: isCode, older: isCode, otherwise: isFlag },
  };

  const isObject = (one) => typeof one === "object" && one !== null && !Array.isArray(one);
  const only = (object, shape) => Object.fromEntries(Object.entries(isObject(object) ? object : {}).filter(([key, value]) => Object.hasOwn(shape, key) && shape[key](value)));
  const entries = (object, sound) => Object.fromEntries(Object.entries(isObject(object) ? object : {}).slice(0, MOST).filter(([id, one]) => isText(id) && isObject(one)).map(([id, one]) => [id, sound(one)]));
  const soundPage = (page) => ({
    ...only(page, { title: isText, last: isText, lastTitle: isText, at: isTime }),
    of: only(page.of, Object.fromEntries(KINDS.map((kind) => [kind, isCount]))),
    ...Object.fromEntries(KINDS.map((kind) => [kind, entries(page[kind], (one) => only(one, { ...SHAPES[kind], at: isTime }))])),
  });
  const empty = () => ({ version: VERSION, pages: {} });
  const sound = (found) => (isObject(found) && found.version === VERSION
    ? { ...empty(), ...only(found, { latest: isText }), pages: entries(found.pages, soundPage) } : empty());
  const parsed = (text) => { try { return JSON.parse(text); } catch { return null; } };

  let unkept = null; // what is known where the browser keeps nothing
  const read = () => {
    if (unkept) return unkept;
    try { return sound(parsed(localStorage.getItem(KEY))); } catch { return (unkept = empty()); }
  };
  const write = (memory) => {
    try {
      if (unkept === null) localStorage.setItem(KEY, JSON.stringify(memory));
    } catch { unkept = memory; } // no storage, or a full one
    document.dispatchEvent(new CustomEvent("course-memory"));
  };
  const pageOf = (memory, name) => {
    if (!Object.hasOwn(memory.pages, name)) memory.pages[name] = soundPage({});
    return memory.pages[name];
  };

  // A formula as text that can be read and kept: 10^{−14}, h_{t}; `shown` makes raised and lowered letters of it again.
  const formula = (node, inner = false) => {
    const parts = [...node.children].map((part) => formula(part, inner));
    const script = (mark, part) => (inner ? formula(part, true) : `${mark}{${formula(part, true)}}`);
    const grouped = (part) => (/[+−=/ ]/.test(part) ? `(${part})` : part);
    switch (node.localName) {
      case "annotation": return "";
      case "msup": case "mover": return node.matches("[accent=true]") ? parts[0] : parts[0] + script("^", node.children[1]);
      case "msub": case "munder": return parts[0] + script("_", node.children[1]);
      case "msubsup": case "munderover": return parts[0] + script("_", node.children[1]) + script("^", node.children[2]);
      case "mfrac": return `${grouped(parts[0])}/${grouped(parts[1])}`;
      case "msqrt": return `√${grouped(parts.join(""))}`;
      case "mo": return !inner && /^[=<>≤≥≈→∈]$/.test(node.textContent) ? ` ${node.textContent} ` : node.textContent;
      default: return parts.length ? parts.join("") : node.textContent;
    }
  };
  const plain = (node) => (node.nodeType === Node.TEXT_NODE ? node.data : node.localName === "math" ? formula(node) : [...node.childNodes].map(plain).join(""));
  const words = (element) => plain(element).trim().replace(/\s+/g, " ").replace(/\s*#$/, "").slice(0, LONGEST).replace(/[\^_]\{[^}]*$/, "");
  const shown = (text) => text.split(/([\^_]\{[^}]*\})/).filter(Boolean).map((part) => (/^[\^_]\{/.test(part)
    ? Object.assign(document.createElement(part[0] === "^" ? "sup" : "sub"), { textContent: part.slice(2, -1) }) : document.createTextNode(part)));

  const root = new URL(document.documentElement.dataset.content_root ?? "./", document.baseURI);
  const here = decodeURIComponent(location.pathname.slice(root.pathname.length)).replace(/\.html$/, "") || "index";

  let present = null; // the page that is open: its title, and what there is to do on it
  const open = (memory) => {
    const page = pageOf(memory, here);
    if (!present) return page;
    page.title = present.title;
    for (const [kind, ids] of Object.entries(present.ids)) {
      page.of[kind] = ids.length;
      page[kind] = Object.fromEntries(Object.entries(page[kind]).filter(([id]) => ids.includes(id)));
    }
    return page;
  };
  const change = (how) => { const memory = read(); how(memory); write(sound(memory)); };
  const check = (kind) => { if (!KINDS.includes(kind)) throw new TypeError(`courseMemory keeps ${KINDS.join(", ")}, got ${kind}`); };
  // Of two memories the one that holds both; of two entries the later one.
  const merge = (mine, theirs) => {
    const later = (one, other) => ((other?.at ?? 0) >= (one?.at ?? 0) ? { ...one, ...other } : { ...other, ...one });
    for (const [name, page] of Object.entries(theirs.pages)) {
      const own = pageOf(mine, name);
      for (const kind of KINDS) for (const [id, entry] of Object.entries(page[kind])) own[kind][id] = later(Object.hasOwn(own[kind], id) ? own[kind][id] : null, entry);
      const { title, last, lastTitle, at } = later(own, page);
      Object.assign(own, JSON.parse(JSON.stringify({ title, last, lastTitle, at })), { of: { ...page.of, ...own.of } });
    }
    const at = (name) => (name && Object.hasOwn(mine.pages, name) ? mine.pages[name].at ?? 0 : -1);
    if (at(theirs.latest) > at(mine.latest)) mine.latest = theirs.latest;
    return mine;
  };

  return {
    KEY, VERSION, here,
    // What an element says, as it is noted, and the nodes that show it again.
    words, shown,
    // Whether what is noted outlives the page.
    get kept() { read(); return unkept === null; },
    all: () => structuredClone(read()),
    page: (name = here) => structuredClone(pageOf(read(), name)),
    of(kind, id, name = here) {
      check(kind);
      const held = pageOf(read(), name)[kind];
      return Object.hasOwn(held, id) ? structuredClone(held[id]) : null;
    },
    // Note that something was done: a section read, a prediction made (answer, off: how far, as a part of the axis),
    // a self-check answered (first: right at the first attempt?), a hint opened, an exercise passed (points, of),
    // code written (source, the code it began with, what was put aside).
    note(kind, id, entry = {}, name = here) {
      check(kind);
      change((memory) => {
        const held = (name === here ? open(memory) : pageOf(memory, name))[kind];
        held[id] = { ...(Object.hasOwn(held, id) ? held[id] : {}), ...entry, at: Date.now() };
      });
    },
    // What this page is called, and the ids of what there is to do on it. It is noted with the first thing done there, and
    // what is no longer on the page is then forgotten: a page that was only passed leaves no trace.
    register(title, ids) { present = { title, ids }; },
    // Where the reader is: the section that the landing page offers to go on with.
    reached(last, lastTitle) {
      change((memory) => { Object.assign(open(memory), { last, lastTitle, at: Date.now() }); memory.latest = here; });
    },
    text: () => JSON.stringify(read(), null, 1),
    // Take up what `text` gave, here or in another browser. Raises an Error for a file that is none of ours.
    take(text) {
      const found = parsed(text);
      if (!isObject(found) || !isObject(found.pages)) throw new Error("This file does not hold what this course has saved.");
      if (found.version !== VERSION) throw new Error(`This file is of version ${found.version}; this page reads version ${VERSION}.`);
      write(sound(merge(read(), sound(found))));
    },
    erase() {
      try { localStorage.removeItem(KEY); } catch { /* there was none */ }
      if (unkept) unkept = empty();
      document.dispatchEvent(new CustomEvent("course-memory"));
    },
    // How much of a page is done, from 0 to 1, of what is to be done there: hints and code are none of it.
    share(page) {
      const kinds = KINDS.filter((kind) => !UNCOUNTED.includes(kind) && page.of[kind]);
      const sum = (count) => kinds.reduce((total, kind) => total + count(kind), 0);
      const all = sum((kind) => page.of[kind]);
      return all ? sum((kind) => Math.min(Object.keys(page[kind]).length, page.of[kind])) / all : 0;
    },
  };
})();
