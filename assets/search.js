// Search by section, as one types. The index (Pagefind) and its reader are fetched when the search is first opened.
{
  const root = new URL(document.documentElement.dataset.content_root, document.baseURI);
  let engine = null;
  const load = () => (engine ??= import(new URL("pagefind/pagefind.js", root)).then(async (module) => {
    await module.options({ ranking: { termFrequency: 0.6, pageLength: 0.2, termSaturation: 1.2, termSimilarity: 1.4 } });
    return module;
  }));

  // For a word that is nowhere Pagefind takes the nearest beginning of one, a single letter if need be. That is no answer:
  // a section counts if a word found in it begins as one that was asked for, with three letters and half of it at least.
  const letters = (text) => text.normalize("NFD").toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const together = (one, other) => { let i = 0; while (i < one.length && one[i] === other[i]) i++; return i; };
  const answers = (asked, found) => {
    const marked = found.flatMap(letters);
    return asked.some((word) => marked.some((one) => together(word, one) >= Math.min(word.length, Math.max(3, word.length / 2))));
  };

  // What a section shows of itself: the words around most of those that were found, without its heading and without code,
  // formulas on lines of their own (a gap, one for several) and the words it is lent, which _ext/search_index.py puts between
  // two marks. Where only these were found, how it begins.
  const WORDS = 24, BEHIND = ["⟦", "⟧"], GAP = "…";
  const shownWords = (words, [from, to]) => {
    let lent = false;
    return words.slice(from, to).flatMap((word, i) => {
      lent ||= word.startsWith(BEHIND[0]);
      const shown = !lent;
      if (word.startsWith(BEHIND[1])) lent = false;
      return shown ? [{ word, at: from + i }] : [];
    }).filter(({ word }, i, all) => word !== GAP || all[i - 1]?.word !== GAP);
  };
  const excerpt = (words, range, found) => {
    const shown = shownWords(words, range).map(({ word, at }) => ({ word, marked: found.has(at) }));
    let best = 0, most = 0;
    for (let i = 0; i < shown.length; i++) {
      if (!shown[i].marked) continue;
      const start = Math.max(0, Math.min(i - 4, shown.length - WORDS)), count = shown.slice(start, start + WORDS).filter(({ marked }) => marked).length;
      if (count > most) [best, most] = [start, count];
    }
    return shown.slice(best, best + WORDS);
  };

  // A formula's scripts, written _{t} and ^{2} in the index.
  const raised = (word) => word.split(/([_^]\{[^{}]*\})/).map((part, i) =>
    i % 2 ? Object.assign(document.createElement(part[0] === "_" ? "sub" : "sup"), { textContent: part.slice(2, -1) }) : part);
  const element = (name, text) => {
    const made = document.createElement(name);
    made.append(...raised(text));
    return made;
  };

  const sectionsOf = (page) => {
    const words = page.content.split(/\s+/);
    const headings = page.anchors.filter(({ element, text }) => /h\d/i.test(element) && text?.trim()).sort((a, b) => a.location - b.location);
    const sections = page.sub_results.length ? page.sub_results : [page];
    return sections.map((section) => {
      const from = section.anchor?.location ?? 0, next = headings.find(({ location }) => location > from)?.location ?? words.length;
      const heading = section.anchor ? section.anchor.text.trim().split(/\s+/).length : 0;
      return {
        page: page.meta.title, title: section.title ?? page.meta.title, url: section.url ?? page.url,
        found: section.locations.map((at) => words[at] ?? ""), excerpt: excerpt(words, [from + heading, next], new Set(section.locations)),
        weight: (section.weighted_locations ?? []).reduce((sum, { balanced_score }) => sum + balanced_score, 0),
      };
    });
  };

  // The course is written as in Britain.
  const SPELT = [[/(?<=\w{3}[^s])iz(e|ed|es|ing|er|ers|ation|ations)\b/gi, "is$1"], [/lyz(e|ed|es|ing)\b/gi, "lys$1"], [/\b(behavi|neighb|col)or/gi, "$1our"]];
  const found = async (typed) => {
    const text = SPELT.reduce((text, [here, there]) => text.replace(here, there), typed), asked = letters(text);
    const { results } = await (await load()).search(text);
    const pages = await Promise.all(results.slice(0, 12).map((result) => result.data()));
    return pages.flatMap(sectionsOf).filter((section) => answers(asked, section.found)).sort((a, b) => b.weight - a.weight).slice(0, 20);
  };

  const show = (box, hits, text) => {
    box.querySelector(".search-said").textContent = !text ? "" : hits.length
      ? `${hits.length === 20 ? "The first 20" : hits.length} section${hits.length === 1 ? "" : "s"}` : `Nothing about “${text}”. Try fewer or other words.`;
    box.querySelector(".search-results").dataset.query = text;
    box.querySelector(".search-results").replaceChildren(...hits.map((hit) => {
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = hit.url;
      const says = document.createElement("p");
      says.append(...hit.excerpt.flatMap(({ word, marked }) => [...(marked ? [element("mark", word)] : raised(word)), " "]));
      link.append(element("strong", hit.title), element("small", hit.page), says);
      item.append(link);
      return item;
    }));
  };

  const PATIENCE = 150; // ms until it is said that an answer is on its way
  const wire = (box) => {
    const input = box.querySelector("input");
    let asked = 0, go = false; // go: Enter came before the answer
    const said = box.querySelector(".search-said"), results = box.querySelector(".search-results");
    const follow = () => results.querySelector("a")?.click();
    const ask = async () => {
      const text = input.value.trim(), mine = ++asked;
      go = false;
      const slow = setTimeout(() => { if (mine === asked && text) said.textContent = "Searching …"; }, PATIENCE);
      try {
        const hits = text ? await found(text) : [];
        if (mine !== asked) return;
        show(box, hits, text);
        if (go) follow();
      } catch (error) {
        if (mine === asked) said.textContent = `The search could not be loaded (${error.message}).`;
      } finally { clearTimeout(slow); }
    };
    input.addEventListener("input", ask);
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      if ((results.dataset.query ?? "") === input.value.trim()) follow();
      else go = true;
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const stops = [input, ...box.querySelectorAll(".search-results a")];
      const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      stops.at(Math.min(Math.max(next, 0), stops.length - 1)).focus();
      event.preventDefault();
    });
    return ask;
  };

  let dialog = null;
  const open = () => {
    if (!dialog) {
      dialog = Object.assign(document.createElement("dialog"), { className: "search-box", ariaLabel: "Search the course" });
      dialog.innerHTML = '<form class="search-form" role="search"><input type="search" aria-label="Search the course" placeholder="exploding gradient, BPTT, why is my loss flat" autocomplete="off" spellcheck="false"></form><p class="search-said" role="status"></p><ol class="search-results"></ol>';
      document.body.append(dialog);
      wire(dialog);
      dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest("a")) dialog.close(); });
    }
    dialog.showModal();
    load().catch(() => { /* said when something is asked */ });
  };
  const page = document.querySelector(".bd-article .search-form")?.parentElement;
  if (page) {
    const ask = wire(page), input = page.querySelector("input");
    const address = location.pathname.split("/").at(-1).replace(/\.html$/, "").replace(/[^a-z]+/gi, " ");
    input.value = new URLSearchParams(location.search).get("q") ?? (document.querySelector("base") ? address : "");
    ask();
  }
  const begin = (event) => { event.preventDefault(); page ? page.querySelector("input").focus() : open(); };
  for (const button of document.querySelectorAll(".search-open")) button.addEventListener("click", begin);
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if ((event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing)) begin(event);
  });
}
