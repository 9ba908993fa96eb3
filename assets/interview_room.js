// The interview room: a question drawn at random, and one's own mark for each, remembered as a self-check is.
{
  const memory = window.courseMemory, box = document.getElementById("interview-room"), said = box.querySelector("[role=status]");
  const answers = [...document.querySelectorAll("details.answer")];
  const section = (answer) => answer.closest("section"), heading = (answer) => section(answer).querySelector("h3");
  const asks = (answer) => memory.words(heading(answer));
  const marked = (answer) => memory.of("selfchecks", section(answer).id)?.right;

  const MARKS = { "I knew it": true, "Not yet": false };
  const show = () => {
    for (const answer of answers) for (const button of answer.querySelectorAll(".interview-mark button")) button.setAttribute("aria-pressed", MARKS[button.textContent] === marked(answer));
    const known = answers.filter(marked).length, open = answers.filter((answer) => marked(answer) === false).length;
    const left = open ? `, ${open} not yet` : "";
    said.textContent = known + open ? `${known} of ${answers.length} known${left}.` : `${answers.length} questions.`;
  };
  for (const answer of answers) {
    const row = Object.assign(document.createElement("p"), { className: "interview-mark tool-row" });
    for (const [text, right] of Object.entries(MARKS)) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
      button.addEventListener("click", () => memory.note("selfchecks", section(answer).id, { asks: asks(answer), first: right, right }));
      row.append(button);
    }
    answer.append(row);
  }

  let last = null;
  const DO = {
    ask() {
      DO.close();
      const left = answers.filter((answer) => !marked(answer) && answer !== last), among = left.length ? left : answers;
      last = among[Math.floor(Math.random() * among.length)];
      section(last).scrollIntoView({ block: "start" });
      last.querySelector("summary").focus({ preventScroll: true });
    },
    close() { for (const answer of answers) answer.open = false; },
  };
  for (const button of box.querySelectorAll("[data-do]")) button.addEventListener("click", () => DO[button.dataset.do]());
  document.addEventListener("course-memory", show);
  show();
}
