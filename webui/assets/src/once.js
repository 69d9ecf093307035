// A form is sent once, however often the button is pressed.

export function watchSubmits() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (event.defaultPrevented || form.method !== "post") {
      return;
    }
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // The page may come back from the browser's memory by «Назад»: then its forms work again.
  window.addEventListener("pageshow", () => {
    for (const form of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("form[data-sent]"))) {
      delete form.dataset.sent;
    }
    for (const button of document.querySelectorAll('[aria-busy="true"]')) {
      button.removeAttribute("aria-busy");
    }
  });
}
