// A question's hints open in order: each is offered when the one before has been read.
{
  const hints = [...document.querySelectorAll("details.hint")];
  const follows = (hint) => (hint.previousElementSibling?.matches("details.hint") ? hint.previousElementSibling : null);
  const offer = () => { for (const hint of hints) hint.hidden = follows(hint)?.dataset.read === undefined && follows(hint) !== null; };
  const number = (hint) => [...hint.closest("section").querySelectorAll("details.hint")].indexOf(hint) + 1;
  const opened = (hint) => {
    hint.dataset.read = "";
    offer();
    const section = hint.closest("section"), asks = courseMemory.words(section.querySelector("h1, h2, h3, h4"));
    courseMemory.note("hints", `${section.id}-${number(hint)}`, { asks });
  };
  for (const hint of hints) hint.addEventListener("toggle", () => { if (hint.open) opened(hint); });
  offer();
}
