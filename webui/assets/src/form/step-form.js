// The form of one step: opened, saved as a draft, completed, and never lost.

import { Form } from "@bpmn-io/form-js-viewer";

import { announce } from "../announce.js";
import { send } from "../connection.js";
import { storedDraft } from "../draft-store.js";
import { Draft } from "../draft.js";
import { clock, counted, either, plural } from "../words.js";
import { controlOf, requiredFields, showFaults } from "./faults.js";
import { fieldFrames } from "./field-frame.js";
import { startFolding, unfold } from "./folding.js";
import { showMessage } from "./messages.js";
import { Unread } from "./unread.js";
import { translate } from "./words-ru.js";

const SAFE = "Всё, что вы ввели, цело.";

/** @param {Element} root @param {string} name */
function readBlock(root, name) {
  return JSON.parse(root.querySelector(`script[data-form-${name}]`)?.textContent || "{}");
}

/** Top names of the values that a schema fills. @param {any} part @returns {string[]} */
function valueNames(part) {
  const own = part.path || part.key;
  return own ? [own.split(".")[0]] : (part.components ?? []).flatMap(valueNames);
}

export class StepForm {
  /** @param {HTMLElement} root element of the macro step_form() */
  constructor(root) {
    this.root = root;
    this.schema = readBlock(root, "schema");
    this.version = root.dataset.version === undefined ? undefined : Number(root.dataset.version);
    this.names = new Set((this.schema.components ?? []).flatMap(valueNames));
    this.faults = /** @type {HTMLElement} */ (root.querySelector("[data-form-faults]"));
    this.canvas = /** @type {HTMLElement} */ (root.querySelector("[data-form-canvas]"));
    this.draftState = root.querySelector("[data-draft-state]") ?? document.querySelector("[data-draft-state]");
    this.sending = false;
    this.touched = false;
    this.unread = new Unread();
    this.form = new Form({
      // Typed letters become data at once: drawn anew in between, a field would show its older value.
      debounce: false,
      properties: { readOnly: root.dataset.readonly !== undefined, ariaLabel: "Форма шага" },
      additionalModules: [{ translate: ["value", translate] }, fieldFrames(readBlock(root, "sources"), this.unread)],
    });
    this.form.on("repeatRenderManager.remove", (/** @type {any} */ { dataPath, index }) => this.unread.removeRow(dataPath, index));
  }

  async open() {
    const kept = this.keptDraft();
    const given = this.unread.takeFrom(readBlock(this.root, "data"));
    const data = kept ? { ...given, ...this.unread.takeFrom(/** @type {object} */ (kept.body.data)) } : given;
    try {
      await this.form.importSchema(this.schema, data);
    } catch (error) {
      this.canvas.replaceChildren();
      showMessage(this.faults, {
        kind: "failure",
        title: "Форма не открылась",
        words: "В описании формы ошибка. Данные дела целы. Сообщите методисту название шага.",
      });
      console.error(error);
      return;
    }
    this.canvas.replaceChildren();
    this.form.attachTo(this.canvas);
    this.startDraft(kept);
    // The fields report themselves, and take their leave, when they are drawn: after the change, not with it.
    this.form.on("changed", () => void requestAnimationFrame(() => this.count()));
    requestAnimationFrame(() => this.opened());
    this.watchButtons();
  }

  opened() {
    this.count();
    startFolding(this.root, this.form, readBlock(this.root, "data"));
    const errors = readBlock(this.root, "errors");
    if (Object.keys(errors).length) {
      this.refuse(errors, "");
    }
  }

  /**
   * What was typed here and did not reach the server: on the draft that is there still, or later by the clock of this
   * computer, which may be wrong.
   */
  keptDraft() {
    const { draftUrl, draftSavedAt = "" } = this.root.dataset;
    const kept = draftUrl ? storedDraft(draftUrl) : null;
    return kept && (kept.base === draftSavedAt || kept.at > Number(draftSavedAt) * 1000) ? kept : null;
  }

  /** @param {import("../draft-store.js").Stored | null} kept */
  startDraft(kept) {
    const url = this.root.dataset.draftUrl;
    if (!url) {
      return;
    }
    const base = this.root.dataset.draftSavedAt;
    this.draft = new Draft({ url, version: this.version, base, read: () => this.read(), place: this.draftState, onNewer: (newer) => this.another(newer) });
    if (kept && this.draftState) {
      const at = clock(new Date(kept.at));
      this.draftState.textContent = either(`открыт черновик с этого компьютера, ${at}`, `draft of this computer, ${at}`);
      this.draftState.setAttribute("data-state", "local");
    }
    if (kept) {
      this.draft.save({ again: true });
    }
    for (const event of ["input", "change", "click"]) {
      this.root.addEventListener(event, () => (this.touched = true), { capture: true });
    }
    // What can't be understood is no change to the form library.
    this.root.addEventListener("input", () => this.draft?.changed());
    // A listener of the form library that returns something keeps the event from all others.
    this.form.on("changed", () => void (this.touched && this.draft?.changed()));
    this.form.on("formField.blur", () => void (this.touched && this.draft?.save()));
  }

  /** Somebody has kept another draft of this step: one of the two stays. @param {import("../draft-store.js").Newer} newer */
  another({ title, message, saved_at: savedAt }) {
    const keepMine = async () => {
      showMessage(this.faults, null);
      await this.draft?.overwrite(savedAt);
    };
    const openTheirs = () => {
      this.draft?.forget();
      window.location.reload();
    };
    showMessage(this.faults, {
      kind: "conflict",
      title,
      words: message,
      actions: [
        { words: either("Оставить мой текст", "Keep my text"), act: keepMine },
        { words: either("Открыть тот черновик", "Open that draft"), act: openTheirs },
      ],
    });
  }

  /** Everything typed so far, hidden fields included: an answer changed back brings them again. */
  read() {
    const { data } = this.form._getState();
    const values = Object.fromEntries(Object.entries(data).filter(([name]) => this.names.has(name)));
    return { ...values, ...this.unread.forDraft() };
  }

  /** «Заполнено 11 из 12 обязательных полей», «осталось заполнить 1 поле: перейти к нему». */
  count() {
    const { required, empty } = requiredFields(this.form);
    const key = `${required}/${empty.length}`;
    if (key === this.counted) {
      return;
    }
    this.counted = key;
    const filled = this.root.querySelector("[data-form-filled]");
    if (filled && !required) {
      filled.textContent = either("Обязательных полей нет", "No field is required");
    } else if (filled) {
      const of = plural(required, "обязательного поля", "обязательных полей", "обязательных полей").split("\u00a0")[1];
      const number = document.createElement("b");
      number.textContent = `${required - empty.length} ${either("из", "of")} ${required}`;
      filled.replaceChildren(either("Заполнено ", "Filled in: "), number, either(` ${of}`, " required fields"));
    }
    for (const place of document.querySelectorAll(`[data-required-left="${this.root.id}"]`)) {
      place.replaceChildren(...(required ? this.leftWords(empty.length) : []));
    }
  }

  /** @param {number} left */
  leftWords(left) {
    if (left === 0) {
      return [either("Все обязательные поля заполнены", "All required fields are filled in")];
    }
    const link = document.createElement("a");
    link.href = `#${this.root.id}`;
    link.textContent = left === 1 ? either("перейти к нему", "go to it") : either("перейти к первому", "go to the first");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.goTo(requiredFields(this.form).empty[0]);
    });
    const words = either(
      `Осталось заполнить ${plural(left, "поле", "поля", "полей")}: `,
      `${counted(left, "field", "fields")} left to fill in: `,
    );
    return [words, link];
  }

  /** @param {import("./faults.js").Shown | undefined} shown */
  goTo(shown) {
    const control = shown && controlOf(this.root, this.form, shown);
    unfold(control);
    control?.focus({ preventScroll: true });
    control?.scrollIntoView({ block: "center" });
  }

  watchButtons() {
    document.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest(`[data-complete="${this.root.id}"]`);
      if (button) {
        this.complete(button);
      }
    });
    document.addEventListener("marshrut:online", () => this.waiting && this.complete(this.waiting));
  }

  /** @param {Element} button */
  async complete(button) {
    if (this.sending) {
      return;
    }
    const unread = this.unread.any();
    const { data, errors } = this.form.submit();
    if (unread || Object.keys(errors).length) {
      requestAnimationFrame(() => this.firstFault());
      return;
    }
    this.sending = true;
    this.waiting = null;
    button.setAttribute("aria-busy", "true");
    showMessage(this.faults, null);
    let done = false;
    try {
      await this.draft?.settle();
      done = await this.post(data, button);
    } finally {
      // The button of a step that is done rests until the next page is there, however slow that is.
      if (!done) {
        this.draft?.changed();
        this.sending = false;
        button.removeAttribute("aria-busy");
      }
    }
  }

  /** @param {object} data @param {Element} button @returns {Promise<boolean>} the step is done */
  async post(data, button) {
    let response;
    try {
      response = await send("POST", this.root.dataset.submitUrl ?? "", { data, version: this.version });
    } catch {
      this.waiting = button;
      this.draft?.save({ again: true });
      showMessage(this.faults, {
        kind: "offline",
        title: "Нет связи. Шаг ещё не завершён",
        words: `${SAFE} Завершим шаг сами, когда появится связь, если эта страница останется открытой.`,
      });
      return false;
    }
    const answer = await response.json().catch(() => ({}));
    if (response.ok) {
      this.draft?.forget();
      // Brought back from the browser's memory by «Назад», the page would show the step as still to be done.
      window.addEventListener("pageshow", () => window.location.reload());
      window.location.assign(answer.location ?? "/");
    } else if (response.status === 422) {
      this.refuse(answer.errors ?? {}, answer.message ?? "");
    } else if (response.status !== 401) {
      this.fail(response.status, answer, button);
    }
    return response.ok;
  }

  /** @param {Record<string, string>} errors @param {string} message */
  refuse(errors, message) {
    const elsewhere = showFaults(this.form, errors);
    const words = elsewhere.length ? elsewhere.join(" ") : message;
    if (words) {
      showMessage(this.faults, { kind: "refusal", title: "Шаг пока не завершён", words });
    }
    requestAnimationFrame(() => this.firstFault());
  }

  firstFault() {
    requestAnimationFrame(() => {
      const faulty = this.root.querySelector(".fjs-has-errors");
      const control = /** @type {HTMLElement | null | undefined} */ (faulty?.querySelector("input, select, textarea, button"));
      unfold(control);
      control?.focus({ preventScroll: true });
      control?.scrollIntoView({ block: "center" });
      announce(faulty?.querySelector(".fjs-form-field-error")?.textContent ?? "");
    });
  }

  /**
   * @param {number} status
   * @param {{title?: string, message?: string, number?: string, actions?: import("./messages.js").Action[]}} answer
   * @param {Element} button
   */
  fail(status, answer, button) {
    const retry = { words: "Повторить", act: () => this.complete(button) };
    const conflict = status === 409;
    const number = answer.number ? ` Номер сообщения: ${answer.number}.` : "";
    showMessage(this.faults, {
      kind: conflict ? "conflict" : "failure",
      title: answer.title ?? (conflict ? "Шаг уже завершён другим" : "Шаг не завершён"),
      words: `${answer.message ?? "Сервер не смог принять форму."} ${conflict ? "" : SAFE}${number}`,
      actions: answer.actions ?? (conflict ? [] : [retry]),
    });
  }
}
