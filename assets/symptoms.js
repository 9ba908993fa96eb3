// Symptom, cause, page: only what has every word that was typed, in any order, of its heading or its text.
{
  const box = document.getElementById("symptom-search"), field = box.querySelector("input"), said = box.querySelector("[role=status]");
  const symptoms = [...document.querySelectorAll("article section")].filter((one) => one.querySelector(":scope > h3"));
  const groups = [...document.querySelectorAll("article section")].filter((one) => one.querySelector(":scope > section > h3"));
  const texts = new Map(symptoms.map((one) => [one, one.textContent.toLowerCase()]));
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const one of symptoms) one.hidden = !words.every((word) => texts.get(one).includes(word));
    for (const group of groups) group.hidden = symptoms.every((one) => one.hidden || !group.contains(one));
    const left = symptoms.filter((one) => !one.hidden).length;
    said.textContent = words.length ? `${left || "None"} of ${symptoms.length}.` : `${symptoms.length} symptoms.`;
  };
  field.addEventListener("input", show);
  // A link to a symptom that is filtered away shows it.
  addEventListener("hashchange", () => { if (document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("section[hidden]")) { field.value = ""; show(); } });
  show();
}
