// Drafts that have not reached the server: a copy of each lies in this browser, apart for each person, until it does.

import { isConnected, offlineWords, send, userKey } from "./connection.js";
import { clock, plural } from "./words.js";

const PREFIX = "marshrut-draft:";

/** Told of every copy that has reached the server, whichever page of this browser sent it. */
export const sentCopies = new BroadcastChannel("marshrut-drafts");

/**
 * refused: the server does not take it any more (the step was completed by somebody else); kept to be compared.
 * @typedef {{url: string, body: {data: unknown, version?: number, base?: number}, at: number, base?: string, refused?: boolean}} Stored
 *   base: when the server had its draft saved (seconds), as the page knew that was typed on
 */

/**
 * Another page has kept another draft meanwhile.
 * @typedef {{title: string, message: string, saved_at: number}} Newer
 */

/** @param {string} url */
function storageKey(url) {
  return `${PREFIX}${userKey()}:${url}`;
}

/** @param {string} url @returns {Stored | null} the copy that has not reached the server yet */
export function storedDraft(url) {
  const text = localStorage.getItem(storageKey(url));
  return text ? JSON.parse(text) : null;
}

/** @param {string} url */
export function forgetDraft(url) {
  localStorage.removeItem(storageKey(url));
}

/** Of everybody: the computer may be shared. */
export function clearDrafts() {
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
    localStorage.removeItem(key);
  }
}

/** @returns {Stored[]} drafts of this person that wait to be sent */
export function waitingDrafts() {
  const mine = `${PREFIX}${userKey()}:`;
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(mine))
    .map((key) => JSON.parse(localStorage.getItem(key) ?? "null"))
    .filter((draft) => !draft.refused);
}

/**
 * Keeps a draft here and sends it.
 * @param {Stored} draft
 * @param {{leaving?: boolean}} [options]
 * @returns {Promise<{result: "saved" | "local" | "refused", savedAt?: number, keptAt?: string, newer?: Newer}>} local: kept here until there is a connection
 *   and a person signed in; savedAt, keptAt: by the clock of the server
 */
export async function putDraft(draft, options) {
  localStorage.setItem(storageKey(draft.url), JSON.stringify(draft));
  let response;
  try {
    response = await send("PUT", draft.url, draft.body, options);
  } catch {
    return { result: "local" };
  } finally {
    showQueue();
  }
  // What was typed in the meantime is a newer copy and stays as it is.
  const isLatest = storedDraft(draft.url)?.at === draft.at;
  if (!response.ok) {
    const refused = response.status < 500 && response.status !== 401;
    if (isLatest) {
      localStorage.setItem(storageKey(draft.url), JSON.stringify({ ...draft, refused }));
    }
    const answer = response.status === 409 ? await response.json().catch(() => ({})) : {};
    return { result: refused ? "refused" : "local", newer: answer.code === "newer" ? answer : undefined };
  }
  if (isLatest) {
    forgetDraft(draft.url);
  }
  const { saved_at: savedAt, kept_at: keptAt } = await response.json().catch(() => ({}));
  sentCopies.postMessage({ url: draft.url, at: draft.at, savedAt });
  return { result: "saved", savedAt, keptAt };
}

/**
 * Sends what waits in this browser.
 * @param {(draft: Stored) => boolean} [which]
 * @returns {Promise<number>} how many are still waiting
 */
export async function sendWaiting(which = () => true) {
  for (const draft of waitingDrafts().filter(which)) {
    if ((await putDraft(draft)).result === "local") {
      break;
    }
  }
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
