// A pathway drawn with marks of what has been passed, where people wait and what has changed.

import NavigatedViewer from "bpmn-js/lib/NavigatedViewer.js";

import { icon } from "../icons.js";

const FONT = { fontFamily: "PT Sans, sans-serif", fontSize: 12 };
const BADGE_ICONS = { waiting: "hourglass", overdue: "overdue", added: "plus", changed: "pencil", removed: "minus" };
const SETS = ["passed", "current", "added", "changed", "removed"];
const READABLE = 0.8;

/**
 * @typedef {{kind: "waiting" | "overdue" | "added" | "changed" | "removed", words: string}} Badge
 * @typedef {{name: string, x: number, y: number, width: number, height: number}} Ghost a removed step, where it stood
 * @typedef {{
 *   passed?: string[], current?: string[], added?: string[], changed?: string[], removed?: string[],
 *   wait?: Record<string, 1 | 2 | 3>, badges?: Record<string, Badge[]>,
 *   ghosts?: Ghost[], ghost_flows?: {x: number, y: number}[][],
 * }} Marks
 */

/** @param {Badge[]} badges */
function badgeRow(badges) {
  const row = document.createElement("div");
  row.className = "diagram-badges";
  for (const { kind, words } of badges) {
    const badge = document.createElement("span");
    badge.className = `badge-${kind}`;
    badge.append(icon(BADGE_ICONS[kind]), words);
    row.append(badge);
  }
  return row;
}

/** @param {string} name @param {Record<string, string | number>} attributes */
function svg(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, String(value));
  }
  return element;
}

export class Pathway {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.viewer = new NavigatedViewer({
      container: place,
      // The wheel belongs to the page; the diagram has buttons.
      zoomScroll: { enabled: false },
      bpmnRenderer: {
        defaultFillColor: "var(--surface)",
        defaultStrokeColor: "var(--diagram-ink)",
        defaultLabelColor: "var(--ink)",
      },
      textRenderer: { defaultStyle: FONT, externalStyle: FONT },
    });
  }

  /** @param {string} xml @param {Marks} marks */
  async open(xml, marks) {
    // Words are measured while they are drawn, so the font must be here before.
    await document.fonts.load("12px 'PT Sans'", "Жg").catch(() => undefined);
    await this.viewer.importXML(xml);
    this.mark(marks);
  }

  get canvas() {
    return /** @type {any} */ (this.viewer.get("canvas"));
  }

  /** @param {string} id */
  has(id) {
    return /** @type {any} */ (this.viewer.get("elementRegistry")).get(id) !== undefined;
  }

  /** @param {Marks} marks */
  mark(marks) {
    for (const set of SETS) {
      for (const id of (marks[set] ?? []).filter((id) => this.has(id))) {
        this.canvas.addMarker(id, `mark-${set}`);
      }
    }
    for (const [id, shade] of Object.entries(marks.wait ?? {}).filter(([id]) => this.has(id))) {
      this.canvas.addMarker(id, `mark-wait-${shade}`);
    }
    const overlays = /** @type {any} */ (this.viewer.get("overlays"));
    for (const [id, badges] of Object.entries(marks.badges ?? {}).filter(([id]) => this.has(id))) {
      overlays.add(id, { position: { top: -12, left: 4 }, html: badgeRow(badges) });
    }
    this.drawGhosts(marks);
  }

  /** Removed steps and flows stand where they stood, dashed and struck through. @param {Marks} marks */
  drawGhosts({ ghosts = [], ghost_flows: flows = [] }) {
    const layer = this.canvas.getLayer("ghosts", 1);
    for (const points of flows) {
      layer.append(svg("polyline", { class: "ghost-flow", points: points.map(({ x, y }) => `${x},${y}`).join(" ") }));
    }
    for (const { name, x, y, width, height } of ghosts) {
      const words = svg("text", { class: "ghost-words", x: x + width / 2, y: y + height / 2 });
      words.textContent = name;
      layer.append(svg("rect", { class: "ghost", x, y, width, height, rx: 10 }), words);
    }
  }

  fit() {
    this.canvas.resized();
    this.canvas.zoom("fit-viewport", "auto");
  }

  /** @param {number} factor */
  zoom(factor) {
    this.canvas.zoom(Math.min(Math.max(this.canvas.zoom() * factor, 0.2), 3));
  }

  /** Brings one element into the middle at a size to be read. @param {string} id */
  focus(id) {
    this.canvas.resized();
    this.canvas.zoom(READABLE);
    const { x, y, width, height } = /** @type {any} */ (this.viewer.get("elementRegistry")).get(id);
    const box = this.canvas.viewbox();
    this.canvas.viewbox({
      x: x + width / 2 - box.width / 2,
      y: y + height / 2 - box.height / 2,
      width: box.width,
      height: box.height,
    });
  }

  /** @param {string} id element that a link on the page pointed at */
  show(id) {
    for (const shown of this.place.querySelectorAll(".mark-shown")) {
      shown.classList.remove("mark-shown");
    }
    this.focus(id);
    this.canvas.addMarker(id, "mark-shown");
  }
}
