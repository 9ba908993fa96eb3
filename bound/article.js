// Takes the article of a page of the site as a book has it. `key` names the page, `keys` has the key of every page in
// the book by its address; `whole` says that all pages become one document, so that ids carry their page's key.
({ key, keys, whole }) => {
  const article = document.querySelector(".bd-article").cloneNode(true);
  const all = (selector) => [...article.querySelectorAll(selector)];
  const made = (tag, name, ...children) => { const node = document.createElement(tag); node.className = name; node.append(...children); return node; };

  if (all("details.hint, details.solution").length) article.querySelector("h1").after(made("p", "left-out", "Hints and answers are left out here: they are on the site."));
  for (const node of all("script, style, noscript, button, .headerlink, .predict-do, .predict-numbers, .selfcheck-feedback, .exercise-notebook, .figure-failed, details.code, details.hint, details.solution, .claims-picture fieldset, .claim-link, .tool-row, .live-place, template")) node.remove();

  if (!whole) for (const node of all(".claims-picture")) node.remove(); // a list of dots, without the site's rules

  const PLACES = { near: "If yours was near", above: "If yours was above", below: "If yours was below" };
  // A question with options: a list. What is said to each stands behind the figure, or behind the options.
  for (const predict of all(".predict")) {
    const options = [...predict.querySelectorAll(".predict-option label")];
    const answers = [...predict.querySelectorAll(".predict-answer")];
    const list = made("ul", "options", ...options.map((label) => made("li", "", ...label.childNodes)));
    const told = answers.map((answer, i) => {
      const label = options.find((one) => one.htmlFor.endsWith(`-${answer.dataset.to}`));
      const to = label ? list.children[options.indexOf(label)].textContent : PLACES[answer.dataset.to];
      return made("p", "", ...(to ? [made("em", "", to), ": "] : []), ...answer.childNodes);
    });
    const output = predict.closest(".cell_output");
    const said = made("div", "answers", made("p", "answers-title", output ? "After the figure" : "Answers"), ...told);
    predict.querySelector(".predict-board")?.remove();
    predict.querySelector(".predict-said")?.remove();
    if (options.length) predict.append(list);
    if (told.length) (output ?? predict).append(said);
  }
  for (const check of all(".selfcheck")) {
    const labels = [...check.querySelectorAll(".selfcheck-option label")];
    const answers = [...check.querySelectorAll(".selfcheck-answers li")];
    const list = made("ol", "options", ...labels.map((label) => made("li", "", ...label.childNodes)));
    const told = made("ol", "", ...answers.map((answer) => made("li", "", ...answer.childNodes)));
    const question = made("p", "question", ...check.querySelector("legend").childNodes);
    check.replaceWith(made("div", "selfcheck", question, list, made("div", "answers", made("p", "answers-title", "Answers"), told)));
  }
  for (const details of all("details")) {
    const title = details.querySelector("summary");
    details.replaceWith(made("div", `note ${details.className}`, made("p", "note-title", ...(title?.childNodes ?? [])), ...[...details.childNodes].filter((node) => node !== title)));
  }
  for (const node of all("input, select, textarea, form, iframe, object, video, audio, canvas")) node.remove();

  // Links: into the book, or out of it; what leads to a page that is not bound, or to a download, is its words.
  const page = (address) => address.pathname.replace(/^.*\/_build\/html\//, "").replace(/^.*?\/html\//, "");
  for (const link of all("a[href]")) {
    const address = new URL(link.getAttribute("href"), document.baseURI);
    if (!/^file:/.test(address.protocol)) { for (const name of ["target", "rel"]) link.removeAttribute(name); continue; }
    const there = keys[page(address)], anchor = decodeURIComponent(address.hash.slice(1));
    if (there === undefined || link.hasAttribute("download") || /=/.test(anchor)) { link.replaceWith(...link.childNodes); continue; }
    link.setAttribute("href", whole ? `#${there}${anchor && `--${anchor}`}` : `${there}.xhtml${anchor && `#${anchor}`}`);
    for (const name of ["target", "rel", "title"]) link.removeAttribute(name);
  }
  const ids = new Set(); // sphinx-proof gives all proofs of a page one: the first keeps it, as a link goes there
  for (const node of all("[id]")) if (ids.has(node.id)) node.removeAttribute("id"); else ids.add(node.id);
  for (const node of all("[role^=doc-biblio]")) node.removeAttribute("role"); // withdrawn from the standard
  if (whole) for (const node of all("[id]")) if (!node.closest("svg")) node.id = `${key}--${node.id}`;
  for (const image of all("img[src]")) image.setAttribute("src", new URL(image.getAttribute("src"), document.baseURI).href);
  for (const node of all("*")) for (const { name } of [...node.attributes])
    if (/^(data-|on|aria-labelledby|aria-describedby|aria-live|tabindex|popover)/.test(name)) node.removeAttribute(name);
  for (const box of all(".rnnstill-box")) for (const name of ["role", "aria-label", "style"]) box.removeAttribute(name);

  const headings = all("h1, h2").map((heading) => ({ level: +heading.tagName[1], text: heading.textContent.trim(), math: heading.innerHTML, id: heading.closest("section[id]")?.id ?? "" }));
  article.removeAttribute("class");
  const title = article.querySelector("h1")?.textContent.trim() ?? document.title;
  return { title, headings, html: article.innerHTML, xhtml: [...article.childNodes].map((node) => new XMLSerializer().serializeToString(node)).join("\n") };
}
