// Drafts of plain forms, of earlier pages, and what becomes of all of them when a person signs out.

import { userKey } from "./connection.js";
import { clearDrafts, sendWaiting, storedDraft, waitingDrafts } from "./draft-store.js";
import { Draft, saveAll, stopAll } from "./draft.js";

/** What a plain form holds: {name: value}, with a list where a name has several values. @param {HTMLFormElement} form */
function readForm(form) {
  /** @type {Record<string, unknown>} */
  const data = {};
  const values = new FormData(form);
  for (const name of new Set(values.keys())) {
    const all = values.getAll(name).filter((value) => typeof value === "string");
    if (name !== "csrf_token" && all.length) {
      data[name] = all.length > 1 ? all : all[0];
    }
  }
  return data;
}

/** Puts the values of a draft back. @param {HTMLFormElement} form @param {Record<string, unknown>} data */
function writeForm(form, data) {
  for (const element of /** @type {Iterable<HTMLInputElement>} */ (form.elements)) {
    if (!element.name || element.name === "csrf_token" || element.type === "file") {
      continue;
    }
    const values = [data[element.name] ?? []].flat();
    if (element.type === "checkbox" || element.type === "radio") {
      element.checked = values.includes(element.value);
    } else if (element.name in data) {
      element.value = String(values[0] ?? "");
      element.dispatchEvent(new Event("change"));
    }
  }
}

/** Plain forms with data-draft-url (and data-version) save drafts too. */
export function watchDraftForms() {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-draft-url]"))) {
    const draft = new Draft({
      url: form.dataset.draftUrl ?? "",
      version: form.dataset.version === undefined ? undefined : Number(form.dataset.version),
      read: () => readForm(form),
      place: form.querySelector("[data-draft-state]") ?? document.querySelector("[data-draft-state]"),
    });
    const kept = storedDraft(draft.url);
    if (kept) {
      writeForm(form, /** @type {Record<string, unknown>} */ (kept.body.data));
      draft.save({ again: true });
    }
    form.addEventListener("input", () => draft.changed());
    form.addEventListener("focusout", () => draft.save());
    // After `once.js` has let it go.
    window.addEventListener("submit", (event) => event.target === form && !event.defaultPrevented && draft.stop());
  }
}

/** Forms of this page bring their own drafts back; only those of other pages are sent from the store. */
function sendThoseOfOtherPages() {
  return sendWaiting(({ url }) => document.querySelector(`[data-draft-url="${CSS.escape(url)}"]`) === null);
}

export function watchDrafts() {
  if (!userKey()) {
    return;
  }
  for (const event of ["marshrut:online", "marshrut:signed-in"]) {
    document.addEventListener(event, () => {
      saveAll({ again: true });
      sendThoseOfOtherPages();
    });
  }
  document.addEventListener("marshrut:save", () => saveAll({ aloud: true }));
  document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-save]")) {
      saveAll({ aloud: true });
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      saveAll({ leaving: true });
    }
  });
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-sign-out]"))) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      signOut(form);
    });
  }
  sendThoseOfOtherPages();
}

/**
 * Everything is sent before the person leaves; what could not be is said, and a second press leaves all the same.
 * @param {HTMLFormElement} form
 */
async function signOut(form) {
  await saveAll();
  if (waitingDrafts().length && (await sendWaiting()) && form.dataset.warned === undefined) {
    form.dataset.warned = "";
    const words = document.createElement("p");
    words.className = "field-error";
    words.textContent = "На этом компьютере есть черновик, который ещё не отправлен. Если выйти сейчас, он сотрётся.";
    words.setAttribute("role", "alert");
    form.append(words);
    return;
  }
  stopAll();
  clearDrafts();
  form.submit();
}
