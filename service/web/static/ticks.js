// A button that ticks every box of a form, or none.

export function startTicks() {
  for (const button of document.querySelectorAll("[data-tick]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      for (const box of button.form.elements) {
        if (box.type === "checkbox") box.checked = button.dataset.tick === "all";
      }
    });
  }
}
