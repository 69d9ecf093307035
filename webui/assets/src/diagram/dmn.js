// A decision model: its tables, and how they hang together when there are several.

import NavigatedViewer from "dmn-js/lib/NavigatedViewer.js";

const WORDS = {
  "View DRD": "Все решения модели",
  "Hit policy:": "Выбор строк:",
  When: "Когда",
  Then: "То",
  And: "и",
  Annotation: "Примечание",
  Annotations: "Примечания",
  "Decision name: ": "Решение: ",
  "Input label: ": "Условие: ",
  "Input expression: ": "Выражение: ",
  "Input type": "Вид значения",
  "Input values": "Возможные значения",
  "Output label": "Итог",
  "Output label: ": "Итог: ",
  "Output name: ": "Имя итога: ",
  "Output type": "Вид значения",
  "Output values": "Возможные значения",
  "Variable name:": "Имя:",
  "Variable type:": "Вид значения:",
  Unique: "подходит одна строка",
  "No overlap is possible and all rules are disjoint. Only a single rule can be matched": "Строки не пересекаются, подойти может только одна",
  First: "первая подошедшая",
  "Rules may overlap. The first matching rule will be chosen": "Берётся первая сверху строка, которая подошла",
  Priority: "самая важная",
  "Rules may overlap. The one with the highest priority will be chosen": "Берётся строка с самым важным итогом",
  Any: "любая подошедшая",
  "Rules may overlap. Their output have to match": "Подойти могут несколько строк, но итог у них один",
  Collect: "все подошедшие",
  "Collects the values of all matching rules": "Собираются итоги всех подошедших строк",
  "Collect (Sum)": "сумма подошедших",
  "Collects the values of all matching rules and sums up to a single value": "Итоги подошедших строк складываются",
  "Collect (Min)": "наименьший итог",
  "Collects the values of all matching rules and uses the lowest value": "Берётся наименьший итог подошедших строк",
  "Collect (Max)": "наибольший итог",
  "Collects the values of all matching rules and uses the highest value": "Берётся наибольший итог подошедших строк",
  "Collect (Count)": "число подошедших",
  "Collects the values of all matching rules and counts the number of them": "Считается, сколько строк подошло",
  "Rule order": "все, по порядку строк",
  "Collects the values of all matching rules in rule order": "Собираются итоги подошедших строк в порядке строк",
  "Output order": "все, по важности",
  "Collects the values of all matching rules in decreasing output priority order": "Собираются итоги подошедших строк, важные первыми",
};

/** @param {string} text @param {Record<string, string>} [replacements] */
function translate(text, replacements = {}) {
  return (WORDS[text] ?? text).replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
}

/** @param {string} words for screen readers only */
function hiddenWords(words) {
  const span = document.createElement("span");
  span.className = "visually-hidden";
  span.textContent = words;
  return span;
}

/** Kinds of values as the head of a table names them; the library does not translate these. */
const KINDS = {
  Any: "любое",
  any: "любое",
  string: "текст",
  number: "число",
  integer: "целое число",
  long: "целое число",
  double: "число",
  boolean: "да или нет",
  date: "дата",
  time: "время",
  dateTime: "дата и время",
  "date and time": "дата и время",
};

const SETS = ["matched", "added", "changed", "removed"];

/** @typedef {{matched?: string[], added?: string[], changed?: string[], removed?: string[]}} Marks ids of rows, cells, columns */

export class DecisionModel {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    /** @type {Record<string, any>} everything in the file, by id */
    this.elements = {};
    /** @type {Marks} */
    this.marks = {};
    const words = { additionalModules: [{ translate: ["value", translate] }] };
    this.viewer = new NavigatedViewer({
      container: place,
      drd: { ...words, zoomScroll: { enabled: false } },
      decisionTable: words,
      literalExpression: words,
      boxedExpression: words,
    });
    this.viewer.on("import.parse.complete", (/** @type {any} */ { elementsById }) => {
      this.elements = elementsById ?? {};
    });
    this.viewer.on("views.changed", () => this.highlight());
  }

  /** @param {string} xml @param {Marks} marks */
  async open(xml, marks) {
    this.marks = marks;
    await this.viewer.importXML(xml, { open: false });
    const views = this.viewer.getViews();
    const decisions = views.filter(({ type }) => type !== "drd");
    await this.viewer.open(decisions.length === 1 ? decisions[0] : views[0]);
  }

  highlight() {
    // The table is drawn a moment after its view is opened.
    requestAnimationFrame(() => {
      const table = /** @type {HTMLElement | null} */ (this.place.querySelector(".tjs-table-container"));
      if (table) {
        table.tabIndex = 0;
      }
      for (const kind of this.place.querySelectorAll("th .input-variable, th .output-variable")) {
        kind.textContent = KINDS[kind.textContent ?? ""] ?? kind.textContent;
      }
      const numbers = this.place.querySelector("th.index-column:empty");
      numbers?.append(hiddenWords("Строка"));
      for (const set of SETS) {
        for (const id of this.marks[set] ?? []) {
          this.mark(id, set);
        }
      }
    });
  }

  /** Marks what is drawn of an element: its row or cell in a table, its decision among several. @param {string} id @param {string} set */
  mark(id, set) {
    const canvas = this.canvas;
    if (canvas) {
      const drawn = this.nearest(id, (one) => this.viewer.getActiveViewer().get("elementRegistry").get(one) !== undefined);
      if (drawn) {
        canvas.addMarker(drawn, `mark-${set}`);
      }
      return;
    }
    for (const cell of this.cells(id)) {
      cell.classList.add(`rule-${set}`);
    }
  }

  /** @param {string} id of a row, a cell, a column or something inside of one @returns {Element[]} */
  cells(id) {
    const find = (/** @type {string} */ one) => {
      const name = CSS.escape(one);
      return [...this.place.querySelectorAll(`[data-row-id="${name}"], td[data-element-id="${name}"], th[data-col-id="${name}"]`)];
    };
    const drawn = this.nearest(id, (one) => find(one).length > 0);
    return drawn ? find(drawn) : [];
  }

  /**
   * The id of the element or of the nearest one around it for which `fits` holds.
   * @param {string} id
   * @param {(id: string) => boolean} fits
   */
  nearest(id, fits) {
    let element = this.elements[id];
    while (element && !(element.id && fits(element.id))) {
      element = element.$parent;
    }
    return /** @type {string | undefined} */ (element?.id);
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

  /** @param {string} id of a decision or of something in one */
  has(id) {
    return this.viewOf(id) !== undefined;
  }

  /** @param {string} id */
  viewOf(id) {
    const views = this.viewer.getViews().filter(({ type }) => type !== "drd");
    const decision = this.nearest(id, (one) => views.some((view) => view.element.id === one));
    return views.find((view) => view.element.id === decision);
  }

  /** Opens one decision. @param {string} id of it or of something in it */
  async focus(id) {
    const view = this.viewOf(id);
    if (view) {
      await this.viewer.open(view);
    }
  }

  /** Opens the decision and brings the cell into sight. @param {string} id */
  async show(id) {
    await this.focus(id);
    requestAnimationFrame(() => {
      const [cell] = this.cells(id);
      cell?.scrollIntoView({ block: "nearest", inline: "center" });
      cell?.classList.add("rule-shown");
    });
  }
}
