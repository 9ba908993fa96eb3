// Light, dark, or what the system says; the choice is kept in this browser.
for (const button of document.querySelectorAll(".theme-switch")) {
  const MODES = { auto: "as the system", light: "light", dark: "dark" };
  const root = document.documentElement;
  const mode = () => root.dataset.theme ?? "auto";
  const say = () => { button.title = button.ariaLabel = `Colours: ${MODES[mode()]}. Press to change.`; };
  button.hidden = false;
  say();
  button.addEventListener("click", () => {
    const names = Object.keys(MODES);
    const next = names[(names.indexOf(mode()) + 1) % names.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    try { localStorage.setItem("mode", next); } catch { /* a browser that keeps nothing: until the page is left */ }
    say();
  });
}
