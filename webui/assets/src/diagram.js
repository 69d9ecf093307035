// Diagrams: every element of the macro diagram() is drawn when it comes into sight.

import { icon } from "./icons.js";

/** @typedef {import("./diagram/bpmn.js").Pathway | import("./diagram/dmn.js").DecisionModel} Drawing */

/** @type {Map<HTMLElement, Drawing>} */
const drawn = new Map();

/** @param {string} kind @param {HTMLElement} place @returns {Promise<Drawing>} */
async function makeDrawing(kind, place) {
  if (kind === "dmn") {
    const { DecisionModel } = await import("./diagram/dmn.js");
    return new DecisionModel(place);
  }
  const { Pathway } = await import("./diagram/bpmn.js");
  return new Pathway(place);
}

/** @param {HTMLElement} figure */
async function draw(figure) {
  const state = /** @type {HTMLElement} */ (figure.querySelector(".diagram-state"));
  try {
    const response = await fetch(figure.dataset.diagram ?? "", { credentials: "same-origin" });
    if (!response.ok) {
      throw new Error(`${response.status}`);
    }
    const marks = JSON.parse(figure.querySelector("script[data-diagram-marks]")?.textContent || "{}");
    const place = /** @type {HTMLElement} */ (figure.querySelector(".diagram-canvas"));
    const drawing = await makeDrawing(figure.dataset.diagramKind ?? "bpmn", place);
    await drawing.open(await response.text(), marks);
    drawn.set(figure, drawing);
    addButtons(figure, drawing);
    settle(figure, drawing);
    state.remove();
  } catch (error) {
    state.textContent = "Схема не открылась. Обновите страницу; если не поможет, откройте то же таблицей.";
    console.warn(error);
  }
}

/**
 * Gives the drawing its first position; a figure in a closed tab has no size and waits until the tab is shown.
 * @param {HTMLElement} figure
 * @param {Drawing} drawing
 */
function settle(figure, drawing) {
  if (!figure.offsetParent) {
    document.addEventListener("marshrut:shown", () => settle(figure, drawing), { once: true });
    return;
  }
  const focus = figure.dataset.focusElement;
  if (focus && drawing.has(focus)) {
    drawing.focus(focus);
  } else {
    drawing.fit();
  }
}

/** @param {HTMLElement} figure @param {Drawing} drawing */
function addButtons(figure, drawing) {
  const full = (/** @type {boolean} */ open) => {
    figure.classList.toggle("diagram-full", open);
    drawing.fit();
  };
  /** @type {[string, string, () => void][]} */
  const actions = [
    ["plus", "Крупнее", () => drawing.zoom(1.25)],
    ["minus", "Мельче", () => drawing.zoom(0.8)],
    ["fit", "Вся схема", () => drawing.fit()],
    ["expand", "На весь экран и обратно", () => full(!figure.classList.contains("diagram-full"))],
  ];
  const bar = document.createElement("div");
  bar.className = "diagram-buttons";
  for (const [name, label, act] of actions) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-icon";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.append(icon(name));
    button.addEventListener("click", act);
    bar.append(button);
  }
  figure.addEventListener("keydown", (event) => {
    if (event.code === "Escape" && figure.classList.contains("diagram-full")) {
      event.preventDefault();
      full(false);
    }
  });
  figure.append(bar);
}

/** Links «Показать на схеме»: <a href="#id-of-figure" data-show-element="id-of-step">. */
function watchLinks() {
  document.addEventListener("click", (event) => {
    const link = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-show-element]"));
    const figure = link && document.querySelector(link.getAttribute("href") ?? "#none");
    const drawing = figure && drawn.get(/** @type {HTMLElement} */ (figure));
    const id = link?.dataset.showElement ?? "";
    if (drawing?.has(id)) {
      event.preventDefault();
      figure?.scrollIntoView({ block: "center" });
      drawing.show(id);
    }
  });
}

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) {
      sight.unobserve(target);
      draw(/** @type {HTMLElement} */ (target));
    }
  }
});
for (const figure of document.querySelectorAll("[data-diagram]")) {
  sight.observe(figure);
}
watchLinks();
