// The draft of one form: what a person has typed is never lost. It goes to the server 2 s after typing stops, on
// leaving a field and when the page is hidden.

import { announce } from "./announce.js";
import { forgetDraft, putDraft, sentCopies, storedDraft } from "./draft-store.js";
import { clock, either } from "./words.js";

const PAUSE = 2000;

/** @type {Set<Draft>} drafts of the forms on this page */
const live = new Set();

export class Draft {
  /**
   * @param {{url: string, version?: number, base?: string, read: () => unknown, place: Element | null, onNewer?: (newer: import("./draft-store.js").Newer) => void}} options
   *   base: when the server saved the draft that the form opened with; read gives what is typed now; place is where «черновик сохранён 14:32» is written;
   *   onNewer is told when another page has kept another draft
   */
  constructor({ url, version, base = "", read, place, onNewer }) {
    this.url = url;
    this.version = version;
    this.base = base;
    this.read = read;
    this.place = place;
    this.onNewer = onNewer;
    this.last = JSON.stringify(read());
    /** @type {number | undefined} */
    this.timer = undefined;
    this.stopped = false;
    /** When the last copy was made. @type {number | undefined} */
    this.at = undefined;
    /** @type {Promise<void>} the last of the saves that were asked for */
    this.queue = Promise.resolve();
    live.add(this);
  }

  /** Something was typed. */
  changed() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.save(), PAUSE);
  }

  /** The form itself is about to be sent: ends when no draft is on its way any more, so that none comes after it. */
  async settle() {
    window.clearTimeout(this.timer);
    await this.queue.catch(() => {});
  }

  /** The form itself is on its way: drafts would only come after it. */
  stop() {
    this.stopped = true;
    window.clearTimeout(this.timer);
  }

  /** The step was completed: there is nothing to keep any more. */
  forget() {
    this.stop();
    forgetDraft(this.url);
  }

  /**
   * leaving: the page is being hidden; aloud: the person asked for it and gets an answer in any case; again: a copy
   * of it may be waiting here. Ends when what is typed now has been sent or is kept here.
   * @param {{leaving?: boolean, aloud?: boolean, again?: boolean}} [options]
   * @returns {Promise<void>}
   */
  save(options = {}) {
    window.clearTimeout(this.timer);
    if (options.leaving) {
      return this.send(options);
    }
    // One after the other, so that an older draft never arrives last. One that failed stops none after it.
    this.queue = this.queue.catch(() => {}).then(() => this.send(options));
    return this.queue;
  }

  /** @param {{leaving?: boolean, aloud?: boolean, again?: boolean}} options */
  async send({ leaving = false, aloud = false, again = false }) {
    const data = this.read();
    const text = JSON.stringify(data);
    const waiting = again && storedDraft(this.url) !== null;
    if (this.stopped || (text === this.last && !aloud && !waiting)) {
      return;
    }
    this.last = text;
    const body = { data, version: this.version, base: Number(this.base) };
    this.at = Date.now();
    const { result, savedAt, keptAt, newer } = await putDraft({ url: this.url, body, at: this.at, base: this.base }, { leaving });
    if (savedAt) {
      this.base = String(savedAt);
    }
    this.say(result, aloud, keptAt);
    if (newer) {
      this.onNewer?.(newer);
    }
  }

  /** The person has decided: what is on this page goes over the draft that was kept meanwhile. @param {number} savedAt */
  overwrite(savedAt) {
    this.base = String(savedAt);
    return this.save({ aloud: true });
  }

  /** keptAt: the time by the clock of the office. @param {"saved" | "local" | "refused"} result @param {boolean} aloud @param {string} [keptAt] */
  say(result, aloud, keptAt) {
    const at = keptAt ?? clock(new Date());
    const words = {
      saved: either(`черновик сохранён ${at}`, `draft saved at ${at}`),
      local: either(`черновик сохранён на этом компьютере ${at}`, `draft saved on this computer at ${at}`),
      refused: either(
        "черновик остался на этом компьютере: сервер его не принял",
        "the draft stayed on this computer: the server did not accept it",
      ),
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

/** Saves the drafts of this page. @param {{leaving?: boolean, aloud?: boolean, again?: boolean}} [options] */
export async function saveAll(options) {
  await Promise.all([...live].map((draft) => draft.save(options)));
}

// A copy of this page that another one has sent when the connection was back: what is typed here goes on from it.
sentCopies.addEventListener("message", ({ data: { url, at, savedAt } }) => {
  for (const draft of live) {
    if (draft.url === url && draft.at === at && savedAt) {
      draft.base = String(savedAt);
    }
  }
});

/** Nothing typed on this page is kept any more. */
export function stopAll() {
  for (const draft of live) {
    draft.stop();
  }
}
