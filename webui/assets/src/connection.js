// Requests to the server, and what the page says while there is no connection or nobody is signed in.

import { announce } from "./announce.js";

const PROBE_EVERY = 15_000;
const LOOK_EVERY = 60_000;

/** @type {{connection: boolean, probe: number | undefined, looked: number}} */
const state = { connection: true, probe: undefined, looked: Date.now() };

/** Opaque id of the person signed in, '' before sign-in. */
export function userKey() {
  return document.body.dataset.userKey ?? "";
}

export function token() {
  return document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
}

export function isConnected() {
  return state.connection;
}

/**
 * Sends JSON and gives the answer. Rejects with TypeError when there is no connection; says so on the page.
 * A token older than the last sign-in is renewed and the request sent once more.
 * An answer 401 shows the strip «Вы вышли по времени»; the caller keeps its data and may try again on the
 * event `marshrut:signed-in`.
 * @param {string} method
 * @param {string} url
 * @param {unknown} body
 * @param {{leaving?: boolean, again?: boolean}} [options] leaving: the page is being closed; again: it was tried
 *   with the token that this page had before
 * @returns {Promise<Response>}
 */
export async function send(method, url, body, { leaving = false, again = false } = {}) {
  let response;
  try {
    response = await fetch(url, {
      method,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(body),
      credentials: "same-origin",
      keepalive: leaving,
      // A redirect leads to the page of signing in, which must not pass for a good answer.
      redirect: "manual",
    });
  } catch (error) {
    if (!leaving) {
      connectionLost();
    }
    throw error;
  }
  connectionFound();
  if (response.type === "opaqueredirect") {
    response = new Response(null, { status: 401 });
  }
  if (response.status === 400 && !again && !leaving && (await renewSession())) {
    return send(method, url, body, { again: true });
  }
  if (response.status === 401) {
    signedOut();
  }
  return response;
}

export function connectionLost() {
  if (!state.connection) {
    return;
  }
  state.connection = false;
  strip("offline").hidden = false;
  state.probe = window.setInterval(probe, PROBE_EVERY);
  document.dispatchEvent(new CustomEvent("marshrut:offline"));
}

export function connectionFound() {
  if (state.connection) {
    return;
  }
  state.connection = true;
  window.clearInterval(state.probe);
  strip("offline").hidden = true;
  offlineWords("");
  announce("Связь есть.");
  document.dispatchEvent(new CustomEvent("marshrut:online"));
}

/** @param {string} words what waits for the connection, for the amber strip */
export function offlineWords(words) {
  const place = document.querySelector("[data-offline-words]");
  if (place) {
    place.textContent = words;
  }
}

/** Asks the server who is signed in; null when there is no connection. */
async function askSession() {
  const url = document.body.dataset.sessionUrl;
  if (!url) {
    return null;
  }
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/**
 * Takes over a new CSRF token when the same person is signed in again.
 * @returns {Promise<boolean>}
 */
export async function renewSession() {
  const session = await askSession();
  return session !== null && takeOver(session);
}

/** @param {{signed_in: boolean, user_key?: string, csrf_token?: string}} session */
function takeOver(session) {
  if (!session.signed_in && userKey()) {
    signedOut();
  }
  if (!session.signed_in || session.user_key !== userKey()) {
    return false;
  }
  document.querySelector('meta[name="csrf-token"]')?.setAttribute("content", session.csrf_token ?? "");
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) {
    /** @type {HTMLInputElement} */ (input).value = session.csrf_token ?? "";
  }
  if (!strip("session").hidden) {
    strip("session").hidden = true;
    announce("Вы снова вошли.");
    document.dispatchEvent(new CustomEvent("marshrut:signed-in"));
  }
  return true;
}

/**
 * Whether a plain form of this page may go: sending it leaves the page, and what is typed or chosen in it would be lost
 * if it did not arrive. What is in the way is said in a strip. A form of somebody else's page is left to the server.
 * @returns {Promise<boolean>}
 */
export async function readyToSend() {
  const session = await askSession();
  if (session === null) {
    connectionLost();
    offlineWords("Форма не отправлена, всё в ней цело. Отправьте её ещё раз, когда появится связь.");
    return false;
  }
  connectionFound();
  takeOver(session);
  return session.signed_in;
}

export function signedOut() {
  strip("session").hidden = false;
}

async function probe() {
  if ((await askSession()) !== null) {
    connectionFound();
  }
}

/** @param {"offline" | "session"} name @returns {HTMLElement} */
function strip(name) {
  return document.querySelector(`[data-${name}-strip]`) ?? document.createElement("div");
}

/** Who comes back to a page that was left open is told at once when their session has ended meanwhile. */
function lookAgain() {
  const away = Date.now() - state.looked;
  if (userKey() && (!strip("session").hidden || away > LOOK_EVERY)) {
    state.looked = Date.now();
    renewSession();
  }
}

export function watchConnection() {
  if (!navigator.onLine) {
    connectionLost();
  }
  window.addEventListener("offline", connectionLost);
  window.addEventListener("online", probe);
  window.addEventListener("focus", lookAgain);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      lookAgain();
    }
  });
}
