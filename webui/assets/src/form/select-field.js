// The choice from a list. The library's own one is a text input with a list drawn beside it; the browser's select
// works with every keyboard, screen reader and phone. A list to be searched in stays the library's.

import { Description, Errors, FormContext, Label, Select, useExpressionEvaluation } from "@bpmn-io/form-js-viewer";
import { html } from "htm/preact";
import { useContext, useEffect, useMemo } from "preact/hooks";
import { either } from "../words.js";

/**
 * Options of a field, whichever way its schema names them.
 * @param {any} field
 * @returns {{label: string, value: unknown}[]}
 */
function useOptions(field) {
  const { getService } = useContext(FormContext);
  const evaluated = useExpressionEvaluation(field.valuesExpression);
  const { initialData } = getService("form")._getState();
  const listed = field.valuesKey ? initialData?.[field.valuesKey] : field.valuesExpression ? evaluated : field.values;
  return useMemo(
    () =>
      (Array.isArray(listed) ? listed : []).map((option) =>
        typeof option === "object" ? { label: option.label ?? String(option.value), value: option.value } : { label: String(option), value: option },
      ),
    [listed],
  );
}

/** @param {unknown} one @param {unknown} other */
function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** @param {any} props of a field of the form library */
function PlainSelect(props) {
  const { field, value, errors = [], domId, disabled, readonly, onChange, onBlur, onFocus } = props;
  const options = useOptions(field);
  const chosen = options.findIndex((option) => same(option.value, value));
  const isStray = chosen < 0 && value !== null && value !== undefined && options.length > 0;

  useEffect(() => {
    if (isStray) {
      onChange({ value: null });
    }
  }, [isStray]);

  const descriptionId = `${domId}-description`;
  const faultsId = `${domId}-error-message`;
  return html`
    <div class=${`fjs-form-field fjs-form-field-select${errors.length ? " fjs-has-errors" : ""}`}>
      <${Label} htmlFor=${domId} label=${field.label} required=${field.validate?.required} />
      <select
        id=${domId}
        class="form-select"
        disabled=${disabled || readonly}
        required=${field.validate?.required}
        aria-invalid=${errors.length > 0}
        aria-describedby=${`${descriptionId} ${faultsId}`}
        onChange=${(/** @type {any} */ event) => onChange({ value: options[Number(event.target.value)]?.value ?? null })}
        onBlur=${onBlur}
        onFocus=${onFocus}
      >
        <option value="-1" selected=${chosen < 0}>${either("Выберите", "Choose")}</option>
        ${options.map((option, index) => html`<option value=${index} selected=${index === chosen}>${option.label}</option>`)}
      </select>
      <${Description} id=${descriptionId} description=${field.description} />
      <${Errors} id=${faultsId} errors=${errors} />
    </div>
  `;
}

/** @param {any} props */
export function SelectField(props) {
  return props.field.searchable ? html`<${Select} ...${props} />` : html`<${PlainSelect} ...${props} />`;
}

SelectField.config = Select.config;
