// Drafts: what a person has typed is never lost. A draft goes to the server 2 s after typing stops, on leaving a
// field and when the page is hidden; while there is no connection a copy lies in this browser and is sent later.

import { announce } from "./announce.js";
import { isConnected, offlineWords, send, userKey } from "./connection.js";
import { clock, plural } from "./words.js";

const PAUSE = 2000;
const PREFIX = "marshrut-draft:";

/**
 * refused: the server does not take it any more (the step was completed by somebody else); kept to be compared.
 * @typedef {{url: string, body: {data: unknown, version?: number}, at: number, refused?: boolean}} Stored
 */

/** Local copies of one person. @param {string} url */
function storageKey(url) {
  return `${PREFIX}${userKey()}:${url}`;
}

/** @param {string} url @returns {Stored | null} the copy that has not reached the server yet */
export function storedDraft(url) {
  const text = localStorage.getItem(storageKey(url));
  return text ? JSON.parse(text) : null;
}

/** @returns {Stored[]} drafts of this person that wait to be sent */
function waitingDrafts() {
  const mine = `${PREFIX}${userKey()}:`;
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(mine))
    .map((key) => JSON.parse(localStorage.getItem(key) ?? "null"))
    .filter((draft) => !draft.refused);
}

export function clearDrafts() {
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
    localStorage.removeItem(key);
  }
}

/**
 * Sends one draft.
 * @param {Stored} draft
 * @param {{leaving?: boolean}} [options]
 * @returns {Promise<"saved" | "local" | "refused">} local: kept here until there is a connection and a person signed in
 */
async function put(draft, options) {
  localStorage.setItem(storageKey(draft.url), JSON.stringify(draft));
  let response;
  try {
    response = await send("PUT", draft.url, draft.body, options);
  } catch {
    return "local";
  }
  if (!response.ok) {
    const refused = response.status < 500 && response.status !== 401;
    localStorage.setItem(storageKey(draft.url), JSON.stringify({ ...draft, refused }));
    return refused ? "refused" : "local";
  }
  // What was typed in the meantime is a newer copy and stays.
  if (storedDraft(draft.url)?.at === draft.at) {
    localStorage.removeItem(storageKey(draft.url));
  }
  return "saved";
}

/** Sends what waits in this browser. @returns {Promise<number>} how many are still waiting */
export async function sendStored() {
  for (const draft of waitingDrafts()) {
    if ((await put(draft)) === "local") {
      break;
    }
  }
  showQueue();
  return waitingDrafts().length;
}

function showQueue() {
  const drafts = waitingDrafts();
  if (!isConnected() && drafts.length) {
    const last = clock(new Date(Math.max(...drafts.map((draft) => draft.at))));
    const amount = plural(drafts.length, "запись", "записи", "записей");
    offlineWords(`Черновик сохранён на этом компьютере в ${last}. Отправим, когда появится связь: ${amount}.`);
  }
}

export class Draft {
  /**
   * @param {{url: string, version?: number, read: () => unknown, place: Element | null}} options
   *   read gives what is typed now; place is where «черновик сохранён 14:32» is written
   */
  constructor({ url, version, read, place }) {
    this.url = url;
    this.version = version;
    this.read = read;
    this.place = place;
    this.last = JSON.stringify(read());
    /** @type {number | undefined} */
    this.timer = undefined;
    this.stopped = false;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") {
        this.save({ leaving: true });
      }
    });
    document.addEventListener("marshrut:save", () => this.save({ aloud: true }));
    for (const event of ["marshrut:online", "marshrut:signed-in"]) {
      document.addEventListener(event, () => this.save({ again: true }));
    }
  }

  /** Something was typed. */
  changed() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.save(), PAUSE);
  }

  /** The form itself is on its way: drafts would only come after it. */
  stop() {
    this.stopped = true;
    window.clearTimeout(this.timer);
  }

  /** The step was completed: there is nothing to keep any more. */
  forget() {
    this.stop();
    localStorage.removeItem(storageKey(this.url));
  }

  /** @param {{leaving?: boolean, aloud?: boolean, again?: boolean}} [options] */
  async save({ leaving = false, aloud = false, again = false } = {}) {
    window.clearTimeout(this.timer);
    const data = this.read();
    const text = JSON.stringify(data);
    const waiting = again && storedDraft(this.url) !== null;
    if (this.stopped || (text === this.last && !aloud && !waiting)) {
      return;
    }
    this.last = text;
    const result = await put({ url: this.url, body: { data, version: this.version }, at: Date.now() }, { leaving });
    this.say(result, aloud);
    showQueue();
  }

  /** @param {"saved" | "local" | "refused"} result @param {boolean} aloud */
  say(result, aloud) {
    const words = {
      saved: `черновик сохранён ${clock(new Date())}`,
      local: `черновик сохранён на этом компьютере ${clock(new Date())}`,
      refused: "черновик остался на этом компьютере: сервер его не принял",
    }[result];
    if (this.place) {
      this.place.textContent = words;
      this.place.setAttribute("data-state", result === "saved" ? "saved" : "local");
    }
    if (aloud) {
      announce(words);
    }
  }
}

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

/** Plain forms with data-draft-url (and data-version) save drafts too. */
export function watchForms() {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-draft-url]"))) {
    const version = form.dataset.version === undefined ? undefined : Number(form.dataset.version);
    const draft = new Draft({
      url: form.dataset.draftUrl ?? "",
      version,
      read: () => readForm(form),
      place: form.querySelector("[data-draft-state]") ?? document.querySelector("[data-draft-state]"),
    });
    form.addEventListener("input", () => draft.changed());
    form.addEventListener("focusout", () => draft.save());
    form.addEventListener("submit", () => draft.stop());
  }
}

/** Sends what an earlier page left behind, and clears everything when the person signs out. */
export function watchStored() {
  if (!userKey()) {
    return;
  }
  document.addEventListener("marshrut:online", sendStored);
  document.addEventListener("marshrut:signed-in", sendStored);
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-sign-out]"))) {
    form.addEventListener("submit", (event) => signOut(event, form));
  }
  sendStored();
}

/** @param {SubmitEvent} event @param {HTMLFormElement} form */
async function signOut(event, form) {
  if (form.dataset.leaving === undefined && waitingDrafts().length) {
    event.preventDefault();
    if (await sendStored()) {
      // A second press signs out all the same.
      form.dataset.leaving = "";
      const words = document.createElement("p");
      words.className = "field-error";
      words.textContent = "На этом компьютере есть черновик, который ещё не отправлен. Если выйти сейчас, он сотрётся.";
      words.setAttribute("role", "alert");
      form.append(words);
      return;
    }
    form.submit();
  }
  clearDrafts();
}
