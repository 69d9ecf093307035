// A form is sent once, however often the button is pressed, and only when it will arrive: who has been signed out
// meanwhile, or has no connection, keeps the page with all that is in the form.

import { readyToSend, userKey } from "./connection.js";

export function watchSubmits() {
  /** @type {WeakSet<HTMLFormElement>} forms that were found ready */
  const ready = new WeakSet();
  document.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (event.defaultPrevented || form.method !== "post" || ready.delete(form)) {
      return;
    }
    const sent = form.dataset.sent !== undefined;
    if (sent || userKey()) {
      event.preventDefault();
    }
    if (sent) {
      return;
    }
    form.dataset.sent = "";
    const { submitter } = event;
    submitter?.setAttribute("aria-busy", "true");
    if (!userKey()) {
      return;
    }
    if (await readyToSend()) {
      ready.add(form);
      form.requestSubmit(submitter);
    } else {
      release(form);
    }
  });
  // The page may come back from the browser's memory by «Назад»: then its forms work again.
  window.addEventListener("pageshow", () => {
    for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-sent]"))) {
      release(form);
    }
  });
}

/** @param {HTMLFormElement} form */
function release(form) {
  delete form.dataset.sent;
  for (const button of document.querySelectorAll('[aria-busy="true"]')) {
    button.removeAttribute("aria-busy");
  }
}
