// Repairs to the markup of Sphinx and its extensions that axe asks for.
document.addEventListener("DOMContentLoaded", () => {
  // Roles that browsers and axe no longer accept in a bibliography.
  for (const list of document.querySelectorAll(".citation-list")) {
    list.removeAttribute("role");
    for (const entry of list.querySelectorAll('[role="doc-biblioentry"]')) entry.removeAttribute("role");
  }
  // The empty corner of a table heads nothing.
  for (const corner of document.querySelectorAll("thead th")) {
    if (!corner.textContent.trim()) corner.replaceWith(Object.assign(document.createElement("td"), { className: "head" }));
  }
});

// What scrolls has to be reachable by keyboard; whether it scrolls depends on the typefaces and the width of the window.
const SCROLLS = "div.highlight pre, div.math, .long, .cell_output pre, .table-box";
addEventListener("load", () => {
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of document.querySelectorAll(SCROLLS)) watch.observe(box);
});
