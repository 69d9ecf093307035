// A decision model: its tables, and how they hang together when there are several.

import NavigatedViewer from "dmn-js/lib/NavigatedViewer.js";

const WORDS = {
  "View DRD": "Все решения модели",
  "View decision table": "Открыть таблицу",
  "Open decision table": "Открыть таблицу",
  "Open literal expression": "Открыть выражение",
  "Hit Policy": "Правило выбора строк",
  "Hit policy": "Правило выбора строк",
  Inputs: "Условия",
  Outputs: "Итог",
  When: "Когда",
  Then: "То",
  And: "и",
  Annotation: "Примечание",
  Annotations: "Примечания",
  Unique: "Подходит одна строка",
  First: "Первая подошедшая",
  Priority: "По важности итога",
  Any: "Любая, итоги равны",
  Collect: "Все подошедшие",
  "Rule order": "Все, по порядку строк",
  "Output order": "Все, по важности",
};

/** @param {string} text @param {Record<string, string>} [replacements] */
function translate(text, replacements = {}) {
  return (WORDS[text] ?? text).replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
}

export class DecisionModel {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    const words = { additionalModules: [{ translate: ["value", translate] }] };
    this.viewer = new NavigatedViewer({
      container: place,
      drd: { ...words, zoomScroll: { enabled: false } },
      decisionTable: words,
      literalExpression: words,
      boxedExpression: words,
    });
    this.viewer.on("views.changed", () => this.highlight());
  }

  /** @param {string} xml @param {{matched?: string[]}} marks ids of the rules that matched */
  async open(xml, marks) {
    this.matched = marks.matched ?? [];
    await this.viewer.importXML(xml);
  }

  highlight() {
    // The table is drawn a moment after its view is opened.
    requestAnimationFrame(() => {
      for (const id of this.matched ?? []) {
        for (const cell of this.place.querySelectorAll(`[data-row-id="${CSS.escape(id)}"]`)) {
          cell.classList.add("rule-matched");
        }
      }
    });
  }

  /** @returns {any} the diagram of decisions, when that is what is shown */
  get canvas() {
    return this.viewer.getActiveView()?.type === "drd" ? this.viewer.getActiveViewer().get("canvas") : null;
  }

  fit() {
    this.canvas?.zoom("fit-viewport", "auto");
  }

  /** @param {number} factor */
  zoom(factor) {
    this.canvas?.zoom(this.canvas.zoom() * factor);
  }

  /** @param {string} id of a decision */
  has(id) {
    return this.viewer.getViews().some((view) => view.element.id === id);
  }

  /** Opens one decision. @param {string} id */
  focus(id) {
    const view = this.viewer.getViews().find((candidate) => candidate.element.id === id);
    return view && this.viewer.open(view);
  }

  /** @param {string} id */
  show(id) {
    this.focus(id);
  }
}
