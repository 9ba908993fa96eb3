// A question's hints open in order: each is offered when the one before has been read.
{
  const hints = [...document.querySelectorAll("details.hint")];
  const follows = (hint) => (hint.previousElementSibling?.matches("details.hint") ? hint.previousElementSibling : null);
  const offer = () => { for (const hint of hints) hint.hidden = follows(hint)?.dataset.read === undefined && follows(hint) !== null; };
  for (const hint of hints) hint.addEventListener("toggle", () => { if (hint.open) { hint.dataset.read = ""; offer(); } });
  offer();
}
