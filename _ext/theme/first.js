try { const mode = localStorage.getItem("mode"); if (mode === "light" || mode === "dark") document.documentElement.dataset.theme = mode; } catch { /* a browser that keeps nothing */ }
document.documentElement.classList.add("scripts");
