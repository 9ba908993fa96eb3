// Search by section, as one types. The index (Pagefind) and its reader are fetched when the search is first opened.
{
  const root = new URL(document.documentElement.dataset.content_root, document.baseURI);
  let engine = null;
  const load = () => (engine ??= import(new URL("pagefind/pagefind.js", root)).then(async (module) => {
    await module.options({ excerptLength: 24, ranking: { termFrequency: 0.6, pageLength: 0.2, termSaturation: 1.2, termSimilarity: 1.4 } });
    return module;
  }));

  // For a word that is nowhere Pagefind takes the nearest beginning of one, a single letter if need be. That is no answer:
  // a section counts if a word marked in it begins as one that was asked for, with three letters and half of it at least.
  const letters = (text) => text.normalize("NFD").toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const together = (one, other) => { let i = 0; while (i < one.length && one[i] === other[i]) i++; return i; };
  const answers = (asked, excerpt) => {
    const marked = [...excerpt.matchAll(/<mark>(.*?)<\/mark>/g)].flatMap(([, word]) => letters(word));
    return asked.some((word) => marked.some((one) => together(word, one) >= Math.min(word.length, Math.max(3, word.length / 2))));
  };

  const found = async (text) => {
    const asked = letters(text);
    const { results } = await (await load()).search(text);
    const pages = await Promise.all(results.slice(0, 12).map((result) => result.data()));
    return pages.flatMap((page) => {
      const sections = page.sub_results.length ? page.sub_results : [page];
      return sections.map((section) => ({
        page: page.meta.title, title: section.title ?? page.meta.title, url: section.url ?? page.url, excerpt: section.excerpt,
        weight: (section.weighted_locations ?? []).reduce((sum, { balanced_score }) => sum + balanced_score, 0),
      }));
    }).filter(({ excerpt }) => answers(asked, excerpt)).sort((a, b) => b.weight - a.weight).slice(0, 20);
  };

  const show = (box, hits, text) => {
    box.querySelector(".search-said").textContent = !text ? "" : hits.length
      ? `${hits.length === 20 ? "The first 20" : hits.length} section${hits.length === 1 ? "" : "s"}` : `Nothing about “${text}”. Try fewer or other words.`;
    box.querySelector(".search-results").dataset.query = text;
    box.querySelector(".search-results").replaceChildren(...hits.map((hit) => {
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = hit.url;
      const title = Object.assign(document.createElement("strong"), { textContent: hit.title });
      const page = Object.assign(document.createElement("small"), { textContent: hit.page });
      const excerpt = document.createElement("p");
      excerpt.innerHTML = hit.excerpt; // Pagefind escapes it; the marks are its own
      link.append(title, page, excerpt);
      item.append(link);
      return item;
    }));
  };

  const wire = (box) => {
    const input = box.querySelector("input");
    let asked = 0;
    const ask = async () => {
      const text = input.value.trim(), mine = ++asked;
      try {
        const hits = text ? await found(text) : [];
        if (mine === asked) show(box, hits, text);
      } catch (error) {
        box.querySelector(".search-said").textContent = `The search could not be loaded (${error.message}).`;
      }
    };
    input.addEventListener("input", ask);
    box.addEventListener("submit", (event) => { event.preventDefault(); box.querySelector(".search-results a")?.click(); });
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
