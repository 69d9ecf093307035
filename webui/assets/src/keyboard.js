// Keys of the workplace, by their place on the keyboard, so that Russian and Latin layouts work alike.
// Letters are left alone while a person types in a field.

import { closeTopmost, openPanel } from "./panels.js";
import { moveSelection, selectedRow } from "./rows.js";

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role=listbox]") !== null;
}

/** @param {string} selector @param {ParentNode} [within] */
function press(selector, within = document) {
  const found = /** @type {HTMLElement | null} */ (within.querySelector(selector));
  found?.click();
  return found !== null;
}

function search() {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-search]"));
  if (field) {
    field.focus();
    field.select();
    return true;
  }
  return press(".bar-search");
}

function save() {
  document.dispatchEvent(new CustomEvent("marshrut:save"));
  return true;
}

function back() {
  return closeTopmost() || press('[data-key="back"]');
}

/** @param {number} number from 1 */
function section(number) {
  const link = /** @type {HTMLElement | undefined} */ (document.querySelectorAll("[data-section]")[number - 1]);
  link?.click();
  return link !== undefined;
}

/** Keys that also work in a field. @param {KeyboardEvent} event */
function withModifier(event) {
  if (event.ctrlKey || event.metaKey) {
    switch (event.code) {
      case "KeyK":
        return search();
      case "KeyS":
        return save();
      case "Enter":
      case "NumpadEnter":
        return press('[data-key="complete"]');
    }
  }
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (event.altKey && !event.ctrlKey && digit) {
    return section(Number(digit[1]));
  }
  return false;
}

/** @param {KeyboardEvent} event */
function single(event) {
  switch (event.code) {
    case "ArrowDown":
      return document.querySelector("[data-task]") !== null && (moveSelection(1), true);
    case "ArrowUp":
      return document.querySelector("[data-task]") !== null && (moveSelection(-1), true);
    case "Enter":
      return document.activeElement === document.body && press("a", selectedRow() ?? document.createElement("div"));
    case "KeyD":
      return press('[data-key="take"]', selectedRow() ?? document.createElement("div"));
    case "KeyY":
      return press('[data-key="next"]');
  }
  if (event.key === "?" || (event.shiftKey && event.code === "Slash")) {
    return openPanel("keys-help");
  }
  return false;
}

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) {
      return;
    }
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    let done;
    if (event.code === "Escape") {
      done = back();
    } else if (plain) {
      done = !isTyping(event.target) && single(event);
    } else {
      done = withModifier(event);
    }
    if (done) {
      event.preventDefault();
    }
  });
}
