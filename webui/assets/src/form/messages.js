// What the page says when a step could not be completed: refusal, somebody was quicker, failure, no connection.

import { icon } from "../icons.js";

const LOOKS = {
  conflict: ["info", "conflict"],
  failure: ["urgent", "overdue"],
  offline: ["soon", "offline"],
  refusal: ["paused", "refusal"],
};

/**
 * @typedef {{words: string, href?: string, act?: () => void}} Action
 * @typedef {{kind: "conflict" | "failure" | "offline" | "refusal", title: string, words: string, actions?: Action[]}} Message
 */

/** @param {Action} action @param {number} index */
function button({ words, href, act }, index) {
  const element = document.createElement(href ? "a" : "button");
  element.className = index === 0 ? "btn btn-primary" : "btn btn-plain";
  element.textContent = words;
  if (href) {
    element.setAttribute("href", href);
  } else {
    element.setAttribute("type", "button");
    element.addEventListener("click", () => act?.());
  }
  return element;
}

/** @param {string} name @param {string} className @param {string} [text] */
function make(name, className, text) {
  const element = document.createElement(name);
  element.className = className;
  if (text) {
    element.textContent = text;
  }
  return element;
}

/** @param {HTMLElement} place @param {Message | null} message null clears it */
export function showMessage(place, message) {
  place.hidden = message === null;
  place.replaceChildren();
  if (!message) {
    return;
  }
  const [role, iconName] = LOOKS[message.kind];
  const card = make("section", `state state-inline role-${role}`);
  card.setAttribute("role", "alert");
  const sign = make("span", "state-icon");
  sign.append(icon(iconName));
  const body = make("div", "");
  body.append(make("p", "state-title", message.title), make("p", "state-words", message.words));
  const actions = make("div", "state-actions");
  actions.append(...(message.actions ?? []).map(button));
  body.append(actions);
  card.append(sign, body);
  place.append(card);
  place.scrollIntoView({ block: "nearest" });
}
