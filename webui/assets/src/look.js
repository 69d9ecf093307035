// The choice between the light and the dark look, in the menu of the user.

export function watchLook() {
  const choices = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-theme-choice]"));
  const chosen = localStorage.getItem("marshrut-theme") ?? "";
  for (const choice of choices) {
    choice.checked = choice.value === chosen;
    choice.addEventListener("change", () => {
      if (choice.value) {
        localStorage.setItem("marshrut-theme", choice.value);
        document.documentElement.dataset.theme = choice.value;
      } else {
        localStorage.removeItem("marshrut-theme");
        delete document.documentElement.dataset.theme;
      }
    });
  }
}
