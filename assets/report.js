// An error's report says in which section the reader is, and quotes what is marked. The page stands in the link already.
{
  const QUOTED = 300; // characters
  const section = () => {
    const headings = [...document.querySelectorAll(".bd-article :is(h2, h3)")];
    const heading = headings.findLast((one) => one.getBoundingClientRect().top <= innerHeight / 2);
    return heading && { words: heading.textContent.replace(/\s*#$/, ""), id: heading.closest("section[id]")?.id };
  };
  const told = (link) => {
    const address = new URL(link.dataset.page ??= link.href), here = section();
    const quoted = String(getSelection()).trim().replace(/\s+/g, " ").slice(0, QUOTED);
    let body = address.searchParams.get("body");
    if (here) body = body.replace("\n\n", `\nSection: ${here.words} (${location.origin}${location.pathname}#${here.id ?? ""})\n\n`);
    if (quoted) body = `> ${quoted}\n\n${body}`;
    address.searchParams.set("body", body);
    link.href = address;
  };
  for (const link of document.querySelectorAll(".report-error"))
    for (const event of ["pointerdown", "focus", "click"]) link.addEventListener(event, () => told(link));
}
