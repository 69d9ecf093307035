// The number field. The library's own one shows «NaN» for a pasted «12 000,50» and drops it without a word; this one
// reads numbers as people write them, and what is no number stays in the field with words beside it.

import { Description, Errors, Label, Numberfield, useSingleLineTemplateEvaluation } from "@bpmn-io/form-js-viewer";
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { useUnread } from "./unread.js";

const WRITTEN = /^[-−]?\d+([.,]\d+)?$/;
const NO_NUMBER = "Напишите число цифрами, например 12 или 12,5.";

/** The number in a text as the library takes it; '' for none, null for what is no number. @param {string} text */
function parseNumber(text) {
  const written = text.replace(/\s/g, "");
  if (!written) {
    return "";
  }
  return WRITTEN.test(written) ? written.replace("−", "-").replace(",", ".") : null;
}

/** @param {unknown} value */
function digits(value) {
  return value === null || value === undefined ? "" : String(value).replace(".", ",");
}

/** @param {any} props of a field of the form library */
export function NumberField(props) {
  const { field, value, errors = [], domId, disabled, readonly, onChange, onBlur, onFocus } = props;
  const { typed, keep } = useUnread(props, () => check());
  const [text, setText] = useState(typed ?? digits(value));
  const [fault, setFault] = useState(typed === undefined ? "" : NO_NUMBER);
  const known = useRef(value);
  const before = useSingleLineTemplateEvaluation(field.appearance?.prefixAdorner, { debug: true });
  const after = useSingleLineTemplateEvaluation(field.appearance?.suffixAdorner, { debug: true });

  // What is being typed stays as it is; it is written only when the value came from elsewhere.
  useEffect(() => {
    if (known.current !== value) {
      known.current = value;
      setText(digits(value));
      setFault("");
      keep(null);
    }
  }, [value]);

  const take = (/** @type {string} */ written) => {
    const number = parseNumber(written);
    setText(written);
    setFault("");
    keep(number === null ? written : null);
    const next = Numberfield.config.sanitizeValue({ value: number, formField: field });
    if (next !== known.current) {
      known.current = next;
      onChange({ value: next });
    }
  };
  const check = () => {
    const found = parseNumber(text) === null ? NO_NUMBER : "";
    setFault(found);
    return found !== "";
  };
  const leave = () => {
    if (!check()) {
      setText(digits(parseNumber(text)));
    }
    onBlur();
  };

  const faults = fault ? [fault] : errors;
  const locked = `${disabled ? " fjs-disabled" : ""}${readonly ? " fjs-readonly" : ""}`;
  return html`
    <div class=${`fjs-form-field fjs-form-field-number${faults.length ? " fjs-has-errors" : ""}${locked}`}>
      <${Label} htmlFor=${domId} label=${field.label} required=${field.validate?.required} />
      <div class=${`fjs-input-group${locked}`}>
        ${before && html`<span class="fjs-input-adornment border-right border-radius-left">${before}</span>`}
        <input
          id=${domId}
          type="text"
          inputmode="decimal"
          autocomplete="off"
          class="fjs-input"
          value=${text}
          disabled=${disabled}
          readonly=${readonly}
          required=${field.validate?.required}
          aria-invalid=${faults.length > 0}
          aria-describedby=${`${domId}-description ${domId}-error-message`}
          onInput=${(/** @type {any} */ event) => take(event.target.value)}
          onBlur=${leave}
          onFocus=${onFocus}
        />
        ${after && html`<span class="fjs-input-adornment border-left border-radius-right">${after}</span>`}
      </div>
      <${Description} id=${`${domId}-description`} description=${field.description} />
      <${Errors} id=${`${domId}-error-message`} errors=${faults} />
    </div>
  `;
}

NumberField.config = { ...Numberfield.config };
