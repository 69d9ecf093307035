// htmx within our policy: no code from attributes, no style blocks, no copies of pages kept in the browser.

import htmx from "htmx.org";

import { announce } from "./announce.js";
import { connectionFound, connectionLost, signedOut, token } from "./connection.js";

export function startRefreshing() {
  Object.assign(htmx.config, {
    allowEval: false,
    allowScriptTags: false,
    includeIndicatorStyles: false,
    selfRequestsOnly: true,
    // Pages hold personal data: nothing of them stays in the browser's storage.
    historyCacheSize: 0,
    refreshOnHistoryMiss: true,
  });
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    // A list is not taken away from under the hands of somebody who is typing or choosing in it.
    const busy = event.detail.elt.matches("[data-live]") && event.detail.elt.querySelector("input:focus, select:focus, textarea:focus");
    if (busy) {
      event.preventDefault();
    }
  });
  document.addEventListener("htmx:sendError", connectionLost);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr.status) {
      connectionFound();
    }
    if (event.detail.xhr.status === 401) {
      signedOut();
    }
  });
  /** @type {string | null} */
  let before = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    before = target.matches("[data-live]") ? target.textContent : null;
    // Another page (of signing in, of a fault) does not take the place of the list.
    if (before !== null && !xhr.responseText.includes(`id="${target.id}"`)) {
      event.detail.shouldSwap = false;
    }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const live = event.detail.elt.matches("[data-live]");
    if (live && before !== null && before !== event.detail.elt.textContent) {
      announce("Список обновлён.");
    }
  });
  document.addEventListener("marshrut:online", () => {
    for (const list of document.querySelectorAll("[data-live]")) {
      htmx.trigger(list, "refresh");
    }
  });
}
