// The form of a reply: its length as the platform counts, while it is written, and words to begin with.

const PAUSE = 250; // milliseconds without a key before the text is counted

export function startAnswer() {
  const form = document.querySelector("form[data-answer]");
  if (!form) return;
  const text = form.elements.namedItem("text");
  const shown = form.querySelector("[data-length]");
  let waiting = 0;
  let asked = 0;

  async function measure() {
    const mine = ++asked;
    const answer = await fetch(form.dataset.answer, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text: text.value }),
    });
    if (!answer.ok || mine !== asked) return; // a later text is being counted
    const { length, limit } = await answer.json();
    const over = limit !== null && length > limit;
    shown.textContent = limit === null ? `${length} long` : `${length} of ${limit}`;
    shown.classList.toggle("over", over);
    for (const button of form.querySelectorAll("button[name=then]")) button.disabled = over;
  }

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(measure, PAUSE);
  }

  text.addEventListener("input", soon);
  for (const button of document.querySelectorAll("[data-take]")) {
    button.addEventListener("click", () => {
      text.value = button.parentElement.querySelector(".words").textContent;
      form.elements.namedItem("template").value = button.dataset.take;
      text.focus();
      soon();
    });
  }
  if (text.value) soon();
}
