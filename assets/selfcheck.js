// Self-check questions: show the answer to the chosen option at once, in the question's live region.
// The answers are in the page already, in a details element, for readers without JavaScript and for paper.
document.addEventListener("DOMContentLoaded", () => {
  for (const question of document.querySelectorAll("fieldset.selfcheck")) {
    const answers = [...question.querySelectorAll(".selfcheck-answer")];
    const feedback = question.querySelector(".selfcheck-feedback");
    const store = question.querySelector(".selfcheck-answers");
    store.hidden = true;
    question.addEventListener("change", ({ target }) => {
      const answer = answers[Number(target.value)];
      feedback.replaceChildren(answer.cloneNode(true));
      for (const option of question.querySelectorAll(".selfcheck-option")) option.classList.remove("is-right", "is-wrong");
      const right = answer.classList.contains("selfcheck-right");
      target.parentElement.classList.add(right ? "is-right" : "is-wrong");
      const asks = courseMemory.words(question.querySelector("legend"));
      const before = courseMemory.of("selfchecks", question.id);
      courseMemory.note("selfchecks", question.id, { asks, first: before ? before.first : right, right });
    });
  }
});
