// Around every field of a form: our words for its faults, where its value came from, why it appeared.

import { FormContext, formFields } from "@bpmn-io/form-js-viewer";
import { html } from "htm/preact";
import { useContext } from "preact/hooks";

import { iconHref } from "../icons.js";
import { DateField } from "./date-field.js";
import { NumberField } from "./number-field.js";
import { SelectField } from "./select-field.js";
import { faultWords } from "./words-ru.js";

/**
 * Where a prefilled value came from.
 * @typedef {{words: string, kind?: "case" | "rule", value?: unknown, changed_words?: string}} Source
 */

/** @param {{name: string}} props */
function Icon({ name }) {
  return html`<svg class="icon" aria-hidden="true"><use href=${iconHref(name)}></use></svg>`;
}

/** @param {{source: Source, changed: boolean}} props */
function SourceLine({ source, changed }) {
  const kind = changed ? "changed" : (source.kind ?? "case");
  const name = { case: "from-case", rule: "rule", changed: "pencil" }[kind];
  const words = changed ? (source.changed_words ?? "изменено вами") : source.words;
  return html`<p class=${`source source-${kind}`}><${Icon} name=${name} /><span>${words}</span></p>`;
}

/** @param {unknown} one @param {unknown} other */
function differ(one, other) {
  return JSON.stringify(one ?? null) !== JSON.stringify(other ?? null);
}

/** @param {any} Component */
function framed(Component) {
  /** @param {any} props */
  function FramedField(props) {
    const { getService } = useContext(FormContext);
    const { field, value, indexes } = props;
    const isTop = !indexes || Object.keys(indexes).length === 0;
    /** @type {Source | undefined} */
    const source = isTop ? getService("sources")[field.key] : undefined;
    const changed = source !== undefined && differ(source.value, value);
    const conditional = Boolean(field.conditional?.hide);
    const classes = ["framed-field"];
    if (source && !changed) classes.push("is-prefilled");
    if (conditional) classes.push("conditional");
    return html`
      <div class=${classes.join(" ")}>
        <${Component} key=${isTop ? 0 : getService("unread").removals} ...${props} errors=${(props.errors ?? []).map((/** @type {string} */ fault) => faultWords(field, fault))} />
        ${source && html`<${SourceLine} source=${source} changed=${changed} />`}
        ${conditional && field.properties?.why && html`<p class="field-hint">${field.properties.why}</p>`}
      </div>
    `;
  }
  FramedField.config = Component.config;
  return FramedField;
}

const REPLACED = { datetime: DateField, number: NumberField, select: SelectField };

/** Registers our fields with the form library. */
class FieldFrames {
  static $inject = ["formFields"];

  /** @param {{register: (type: string, component: unknown) => void}} registry */
  constructor(registry) {
    for (const Component of formFields) {
      const { type, keyed } = Component.config;
      if (keyed) {
        registry.register(type, framed(REPLACED[type] ?? Component));
      }
    }
  }
}

/**
 * @param {Record<string, Source>} sources by key of the field
 * @param {import("./unread.js").Unread} unread
 */
export function fieldFrames(sources, unread) {
  return { __init__: ["fieldFrames"], fieldFrames: ["type", FieldFrames], sources: ["value", sources], unread: ["value", unread] };
}
