// The choice of verdicts is part of the address, so that a picture that is shared is the one that was seen.
{
  const choices = [...document.querySelectorAll(".claims-picture input")], name = (choice) => choice.id.replace("claims-", "");
  const asked = new URLSearchParams(location.search).get("shown");
  (choices.find((choice) => name(choice) === asked) ?? choices[0]).checked = true;
  if (asked) document.querySelector("tr.claim:target")?.scrollIntoView();
  for (const choice of choices) choice.addEventListener("change", () => {
    const address = new URL(location);
    if (choice === choices[0]) address.searchParams.delete("shown");
    else address.searchParams.set("shown", name(choice));
    history.replaceState(history.state, "", address);
  });
}
