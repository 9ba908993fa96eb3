// The button *Work on this page*, and that of a chapter's block which can be run. Nothing else is loaded before a press.
{
  const place = document.querySelector(".live-place"), { page, service } = JSON.parse(place.dataset.live);
  const root = new URL(document.documentElement.dataset.content_root ?? "./", document.baseURI), at = (name) => new URL(name, root).href;
  const button = place.querySelector("button"), said = place.querySelector("[role=status]"), AGAIN = "course-live-again", PATIENCE = 10_000; // milliseconds: a slow machine needs three for a service worker
  const able = typeof WebAssembly === "object" && typeof Worker === "function" && typeof structuredClone === "function" && "findLast" in Array.prototype;

  const begin = async () => {
    performance.mark("live-begin");
    button.disabled = true;
    said.textContent = "Loading …";
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: at(`${page}workbench.css`) }));
    try {
      const { begin: open } = await import(at(`${page}workbench.js`));
      return await open(place);
    } catch (error) {
      button.disabled = false;
      said.textContent = `The page could not be made live: ${error.message}. Download the notebook, or try again.`;
      throw error;
    }
  };

  // A page that is not isolated is opened once more, through the service worker that isolates it; where there can be none,
  // it is worked on as it is.
  const press = async (id, again = false) => {
    if (!crossOriginIsolated && !again && navigator.serviceWorker) {
      try {
        said.textContent = "Loading …";
        const late = new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("no service worker")));
        await Promise.race([navigator.serviceWorker.register(at(service)).then(() => navigator.serviceWorker.ready), late]);
        sessionStorage.setItem(AGAIN, id);
        location.reload();
        return;
      } catch { /* a browser that allows none, as in some private windows */ }
    }
    const bench = await begin();
    if (id) bench.runHere(id);
  };

  if (!able) said.textContent = "This browser is too old to run Python in a page. Download the notebook, or open the page in a browser of 2023 or later.";
  else {
    button.disabled = false;
    button.addEventListener("click", () => press(""));
    for (const block of document.querySelectorAll(".live-block")) {
      const run = Object.assign(document.createElement("button"), { type: "button", className: "copy live-here", textContent: "Run and change" });
      run.addEventListener("click", () => press(block.id));
      (block.querySelector(".highlight") ?? block).append(run);
    }
    let id = null;
    try { id = sessionStorage.getItem(AGAIN); sessionStorage.removeItem(AGAIN); } catch { /* nothing is kept */ }
    if (id !== null) press(id, true);
  }
}
