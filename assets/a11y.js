// Repairs to the theme's markup that axe asks for.
document.addEventListener("DOMContentLoaded", () => {
  // A control's accessible name has to contain its visible text.
  for (const button of document.querySelectorAll(".search-button-field, .search-button")) button.removeAttribute("aria-label");
  // Roles that browsers and axe no longer accept in a bibliography.
  for (const list of document.querySelectorAll(".citation-list")) {
    list.removeAttribute("role");
    for (const entry of list.querySelectorAll('[role="doc-biblioentry"]')) entry.removeAttribute("role");
  }
  // What scrolls has to be reachable by keyboard.
  for (const box of document.querySelectorAll("div.highlight pre, div.math, .cell_output pre, .table-wrapper, .pst-scrollable-table-container")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
});
