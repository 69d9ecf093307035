// Long forms fold: the name of a part opens and closes it and says how many of its fields are empty.

import { plural } from "../words.js";
import { shownFields } from "./faults.js";

/** From this many parts on a form is long. */
const LONG = 8;
const PARTS = ".fjs-form-field-group";
const NAME = ":scope > label > .fjs-label-content";

/** @param {Element} part */
const nameOf = (part) => /** @type {HTMLElement | null} */ (part.querySelector(NAME));

/** Parts of the form itself, not groups inside them. @param {Element} root */
const partsOf = (root) => [...root.querySelectorAll(PARTS)].filter((part) => !part.parentElement?.closest(PARTS));

/** @param {Element} part @param {boolean} folded */
function fold(part, folded) {
  part.toggleAttribute("data-folded", folded);
  nameOf(part)?.setAttribute("aria-expanded", String(!folded));
}

/** Open the part in which an element lies, so that it can be seen. @param {Element | null | undefined} element */
export function unfold(element) {
  const part = element?.closest(`${PARTS}[data-folded]`);
  if (part) {
    fold(part, false);
  }
}

/**
 * A box that nobody has answered yet is empty too, though the browser can't show it.
 * @param {any} form
 * @param {Record<string, unknown>} given what the case knew
 * @returns {Map<string, number>} ids of parts → how many of their fields are empty
 */
function emptyFields(form, given) {
  const found = new Map();
  for (const { field, value } of shownFields(form)) {
    const asked = field.key && !field.readonly && !field.disabled;
    const unanswered = field.type === "checkbox" ? value !== true && (given[field.key] ?? null) === null : (value ?? "") === "";
    if (asked && unanswered) {
      found.set(field._parent, (found.get(field._parent) ?? 0) + 1);
    }
  }
  return found;
}

/**
 * Make the parts of a long form fold; those that are full begin folded.
 * @param {HTMLElement} root
 * @param {any} form
 * @param {Record<string, unknown>} given what the case knew
 */
export function startFolding(root, form, given) {
  if (partsOf(root).length < LONG) {
    return;
  }
  root.toggleAttribute("data-folds", true);
  const known = new WeakSet();
  const refresh = () => {
    const empty = emptyFields(form, given);
    for (const part of partsOf(root)) {
      const name = nameOf(part);
      if (!name) {
        continue;
      }
      const id = name.parentElement?.id ?? "";
      const left = empty.get(id.slice(id.indexOf("-", "fjs-form-".length) + 1)) ?? 0;
      name.dataset.left = left ? plural(left, "пустое поле", "пустых поля", "пустых полей") : "";
      if (!known.has(part)) {
        known.add(part);
        name.setAttribute("role", "button");
        name.tabIndex = 0;
        fold(part, left === 0 && !part.querySelector(".fjs-has-errors, table"));
      }
    }
  };
  const turn = (/** @type {Event} */ event) => {
    const name = /** @type {Element} */ (event.target).closest(`${PARTS} > label`);
    const part = name?.parentElement;
    if (part && partsOf(root).includes(part)) {
      event.preventDefault();
      fold(part, !part.hasAttribute("data-folded"));
    }
  };
  root.addEventListener("click", turn);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      turn(event);
    }
  });
  form.on("changed", () => void requestAnimationFrame(refresh));
  refresh();
}
