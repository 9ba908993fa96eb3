// Mark in the contents the section that is being read: the last one whose heading has passed the upper third.
{
  const list = document.querySelector(".course-contents");
  const links = [...list.querySelectorAll('.current a[href^="#"]')].filter((link) => link.hash.length > 1);
  const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  let marked = null, asked = false;
  const mark = () => {
    asked = false;
    const line = innerHeight / 3, atEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    const passed = headings.findLastIndex((heading) => heading && heading.getBoundingClientRect().top <= line);
    const link = links[atEnd ? links.length - 1 : passed] ?? null;
    if (link === marked) return;
    marked?.classList.remove("here");
    marked?.removeAttribute("aria-current");
    link?.classList.add("here");
    link?.setAttribute("aria-current", "true");
    marked = link;
    if (link && list.scrollHeight > list.clientHeight) link.scrollIntoView({ block: "nearest", behavior: "instant" });
  };
  const ask = () => { if (!asked) { asked = true; requestAnimationFrame(mark); } };
  if (links.length) { addEventListener("scroll", ask, { passive: true }); addEventListener("resize", ask); ask(); }
  list.addEventListener("click", (event) => { if (event.target.closest("a") && list.matches(":popover-open")) list.hidePopover(); });
}
