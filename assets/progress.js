// What of the page has been read, ticks and rings in the contents, and the way on from where one was.
{
  const memory = window.courseMemory, article = document.querySelector("article"), contents = document.querySelector(".course-contents");
  const named = (section) => memory.words(section.querySelector("h1, h2, h3, h4"));
  const sections = [...article.querySelectorAll("section section[id]")].filter((one) => one.querySelector(":scope > h2, :scope > h3"));
  const ids = (selector, of) => [...article.querySelectorAll(selector)].map(of);
  const toDo = {
    sections: sections.map((one) => one.id),
    predictions: ids(".predict", (one) => one.id.replace("predict-", "")),
    selfchecks: ids("fieldset.selfcheck, details.answer", (one) => one.id || one.closest("section").id),
    ...(article.querySelector(".live-place") ? { exercises: ids(".live-question", (one) => one.id.replace("cell-", "")) } : {}),
  };
  const isCourse = Object.values(toDo).some((list) => list.length) && !article.querySelector(".actions, #course-record");
  if (isCourse) memory.register(memory.words(article.querySelector("h1")), toDo);

  // ---- what is read: a section whose end has been on the screen, after time enough to have read it fast
  const WORDS_A_SECOND = 12, SHORTEST = 3, LONGEST = 20, TICK = 1000;
  const ownParts = (section) => [...section.children].filter((one) => !one.matches("section, h2, h3, h4, span"));
  const seen = sections.map((section) => {
    const parts = ownParts(section), count = parts.reduce((sum, one) => sum + one.textContent.split(/\s+/).length, 0);
    return { section, first: section.querySelector("h2, h3"), last: parts.at(-1) ?? section, time: 0, ended: false, needs: Math.min(Math.max(count / WORDS_A_SECOND, SHORTEST), LONGEST) };
  });
  let place = null;
  const look = () => {
    if (document.visibilityState !== "visible") return;
    let current = null;
    for (const one of seen) {
      const { top } = one.first.getBoundingClientRect(), { bottom } = one.last.getBoundingClientRect();
      if (top < innerHeight / 2) current = one;
      if (bottom < 0 || top > innerHeight) continue;
      one.time += TICK / 1000;
      one.ended ||= Math.floor(bottom) <= innerHeight; // a page scrolls by whole pixels
      if (one.ended && one.time >= one.needs && !memory.of("sections", one.section.id)) {
        memory.note("sections", one.section.id, { title: named(one.section) });
      }
    }
    if (!current || current.time < SHORTEST || current === place) return;
    place = current;
    memory.reached(current.section.id, named(current.section));
  };
  if (isCourse) setInterval(look, TICK);

  // ---- what is shown of it: a section with a question that can be checked here is done when its checks have passed
  const questionOf = (hash) => (toDo.exercises ? document.getElementById(hash)?.querySelector(".live-question, .live-answer")?.id.replace("cell-", "") : undefined);
  const hidden = (text) => Object.assign(document.createElement("span"), { className: "unseen", textContent: text });
  const root = new URL(document.documentElement.dataset.content_root ?? "./", document.baseURI);
  const pageOf = (link) => { const url = new URL(link.href); return url.hash.length > 1 ? null : url.pathname.slice(root.pathname.length).replace(/\.html$/, ""); };
  const mark = () => {
    const all = memory.all();
    for (const link of contents.querySelectorAll("a")) {
      for (const old of link.querySelectorAll(".ring, .unseen")) old.remove();
      const hash = link.hash.length > 1 && link.getAttribute("href").startsWith("#") ? decodeURIComponent(link.hash.slice(1)) : null; // "#" is the page itself
      const page = all.pages[hash === null ? pageOf(link) : memory.here];
      const question = hash && questionOf(hash);
      link.classList.toggle("read", Boolean(hash && page && (question ? Object.hasOwn(page.exercises, question) : Object.hasOwn(page.sections, hash))));
      if (link.matches(".read")) link.append(hidden(question ? ", passed" : ", read"));
      const share = hash === null && page ? memory.share(page) : 0;
      if (!share) continue;
      const ring = Object.assign(document.createElement("span"), { className: "ring" });
      ring.style.setProperty("--share", share);
      link.append(ring, hidden(`, ${Math.round(100 * share)} per cent done`));
    }
  };

  // "3. Explosion" and "The cliff": 3, The cliff.
  const goOn = () => {
    const { latest, pages } = memory.all(), page = latest && pages[latest], offer = document.querySelector(".actions a");
    if (!page?.title || !offer) return;
    const chapter = /^(\d+)\./.exec(page.title)?.[1] ?? page.title, section = page.lastTitle;
    offer.href = new URL(`${latest}.html${page.last ? "#" + page.last : ""}`, root);
    offer.replaceChildren(...memory.shown(`Continue at ${chapter}${page.last && section ? ", " + section : ""}`));
  };

  document.addEventListener("course-memory", mark);
  addEventListener("storage", (event) => { if (event.key === memory.KEY) mark(); });
  mark();
  goOn();
}
