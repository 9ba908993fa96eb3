// The page My course: what is done, page by page, and what is worth another look.
{
  const memory = window.courseMemory, box = document.getElementById("course-record");
  const FAR = 1 / 8; // of an axis
  const root = new URL(document.documentElement.dataset.content_root, document.baseURI);
  const make = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more });
  const at = (name) => box.querySelector(name);
  const many = (count, one, all = `${one}s`) => `${count} ${count === 1 ? one : all}`;

  // The pages in the order of the contents; what is remembered of pages that are not there comes last.
  const links = [...document.querySelectorAll(".course-contents a")].filter((link) => !link.getAttribute("href").startsWith("#"));
  const nameOf = (link) => new URL(link.href).pathname.slice(root.pathname.length).replace(/\.html$/, "");
  const order = links.map(nameOf);
  const inOrder = (pages) => Object.keys(pages).sort((a, b) => (order.indexOf(a) + 1 || Infinity) - (order.indexOf(b) + 1 || Infinity));
  const address = (page, anchor = "") => new URL(`${page}.html${anchor && "#" + anchor}`, root).href;

  const done = (page) => {
    const count = (kind) => Object.keys(page[kind]).length, of = (kind) => page.of[kind] ?? 0;
    const first = Object.values(page.selfchecks).filter((one) => one.first).length;
    const far = Object.values(page.predictions).filter((one) => one.off > FAR).length, shown = Object.values(page.predictions).filter((one) => one.answer === null).length;
    const notes = [far && `${far} far off`, shown && `${shown} only shown`].filter(Boolean).join(", ");
    return [
      of("sections") && `${count("sections")} of ${many(of("sections"), "section")} read`,
      of("predictions") && `${count("predictions")} of ${many(of("predictions"), "prediction")} made${notes && " (" + notes + ")"}`,
      of("selfchecks") && `${count("selfchecks")} of ${many(of("selfchecks"), "self-check")} answered${count("selfchecks") ? " (" + first + " right at first)" : ""}`,
      (of("exercises") || count("exercises")) && `${count("exercises")}${of("exercises") ? " of " + of("exercises") : ""} exercises passed`,
      count("hints") && `${many(count("hints"), "hint")} opened`,
    ].filter(Boolean).join("; ");
  };

  const again = (name, page) => [
    ...Object.entries(page.predictions).filter(([, one]) => one.off > FAR || one.answer === null)
      .map(([id, one]) => ({ href: address(name, `predict-${id}`), asks: one.asks, why: one.answer === null ? "shown, not predicted" : "your prediction was far off" })),
    ...Object.entries(page.selfchecks).filter(([, one]) => one.first === false)
      .map(([id, one]) => ({ href: address(name, id), asks: one.asks, why: name.endsWith("interview_room") ? "you marked it: not yet" : "your first answer was wrong" })),
  ];

  const show = () => {
    const { pages } = memory.all(), names = inOrder(pages), any = names.length > 0;
    at(".course-kept").textContent = !memory.kept ? "This browser keeps nothing for this page: what you do is forgotten when you leave it."
      : any ? "Remembered in this browser:" : "Nothing yet: begin with a chapter, and come back.";
    at(".course-pages").replaceChildren(...names.map((name) => {
      const page = pages[name], item = make("li"), ring = make("span", "", { className: "ring" });
      ring.style.setProperty("--share", memory.share(page));
      item.append(ring, make("a", page.title ?? name, { href: address(name, page.last) }), make("p", done(page)));
      return item;
    }));
    const open = names.flatMap((name) => again(name, pages[name]).map((one) => ({ ...one, title: pages[name].title ?? name })));
    at(".course-again").hidden = open.length === 0;
    at(".course-again ul").replaceChildren(...open.map(({ href, asks, why, title }) => {
      const item = make("li");
      const link = make("a", "", { href });
      link.append(...memory.shown(asks || title));
      item.append(link, make("p", `${title}: ${why}.`));
      return item;
    }));
    for (const name of ["save", "erase"]) at(`[data-do=${name}]`).disabled = !any;
  };

  const said = at(".course-said"), file = at("input[type=file]"), sure = at("dialog");
  const DO = {
    save() {
      const link = make("a", "", { download: "my-course.json", href: URL.createObjectURL(new Blob([memory.text()], { type: "application/json" })) });
      link.click();
      URL.revokeObjectURL(link.href);
      said.textContent = "Saved as my-course.json.";
    },
    load: () => file.click(),
    erase: () => sure.showModal(),
  };
  for (const button of box.querySelectorAll("[data-do]")) button.addEventListener("click", () => DO[button.dataset.do]());
  sure.addEventListener("close", () => {
    if (sure.returnValue !== "erase") return;
    memory.erase();
    said.textContent = "Erased.";
  });
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    try {
      memory.take(await file.files[0].text());
      said.textContent = `Taken up from ${file.files[0].name}.`;
    } catch (error) { said.textContent = error.message; }
    file.value = "";
  });
  document.addEventListener("course-memory", show);
  addEventListener("storage", (event) => { if (event.key === memory.KEY || event.key === null) show(); });
  show();
}
