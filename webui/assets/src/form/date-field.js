// The date field. The library's own one reads typed dates by the language of the browser and turns what it does not
// understand into another date without a word; this one never guesses.

import { Datetime, Description, Errors, Label } from "@bpmn-io/form-js-viewer";
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { DateInput } from "../date-input.js";
import { fromValue, toValue } from "./moments.js";
import { useUnread } from "./unread.js";

const NO_TIME = "Укажите и дату, и время.";
const PASSED = "Эта дата уже прошла: укажите сегодняшнюю или будущую.";
const AHEAD = "Этот день ещё не наступил: укажите сегодняшний или прошедший.";

/** Today by the clock of the office, as ISO: the server judges by it too, and this computer's may be wrong. */
function today() {
  return document.body.dataset.today ?? "";
}

/** @param {any} props of a field of the form library */
export function DateField(props) {
  const { field, value, errors = [], domId, disabled, readonly, onChange, onBlur, onFocus } = props;
  const kind = field.subtype ?? "date";
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const time = useRef(/** @type {HTMLInputElement | null} */ (null));
  const date = useRef(/** @type {DateInput | null} */ (null));
  const known = useRef(/** @type {unknown} */ (undefined));
  const [fault, setFault] = useState("");

  const { typed, keep } = useUnread(props, () => check());

  const parts = () => ({ date: date.current?.iso ?? "", time: time.current?.value ?? "" });
  const isHalf = () => kind === "datetime" && Boolean(parts().date) !== Boolean(parts().time);
  const note = () => {
    const isUnread = date.current?.fault || isHalf();
    keep(isUnread ? { date: date.current?.text.value ?? "", time: parts().time } : null);
  };
  const take = () => {
    setFault("");
    note();
    const next = toValue(parts(), kind, field.timeSerializingFormat);
    if (next !== known.current) {
      known.current = next;
      latest.current.onChange({ value: next });
    }
  };
  const check = () => {
    const { date: day } = parts();
    if (disabled || readonly) {
      return false;
    }
    const dateFault = date.current?.fault ?? "";
    const passed = field.disallowPassedDates && day && day < today();
    const ahead = field.properties?.latest === "today" && day > today();
    const found = dateFault || (passed ? PASSED : ahead ? AHEAD : isHalf() ? NO_TIME : "");
    setFault(found);
    return found !== "";
  };
  const leave = () => {
    check();
    latest.current.onBlur();
  };
  const latest = useRef({ onChange, onBlur, note, take, leave });
  latest.current = { onChange, onBlur, note, take, leave };

  const describedBy = `${domId}-description ${domId}-error-message`;
  useEffect(() => {
    if (kind !== "time" && box.current) {
      date.current = new DateInput(box.current, {
        id: `${domId}-date`,
        inputClass: "fjs-input",
        describedBy,
        required: field.validate?.required,
        disabled: disabled || readonly,
        onChange: () => latest.current.take(),
        onLeave: () => latest.current.leave(),
      });
      box.current.addEventListener("input", () => latest.current.note());
    }
  }, []);
  // The inputs hold what is being typed; they are written only when the value came from elsewhere.
  useEffect(() => {
    if (known.current !== value) {
      known.current = value;
      const { date: day, time: hour } = fromValue(value, kind);
      date.current?.set(day || null);
      if (time.current) {
        time.current.value = hour;
      }
    }
  }, [value, kind]);

  // After the value, which such a text has none of.
  useEffect(() => {
    if (typed) {
      date.current?.type(typed.date);
      if (time.current) {
        time.current.value = typed.time;
      }
      check();
    }
  }, []);

  const faults = fault ? [fault] : errors;
  useEffect(() => {
    date.current?.text.setAttribute("aria-invalid", String(faults.length > 0));
  }, [faults.length]);

  const required = field.validate?.required;
  return html`
    <div class=${`fjs-form-field fjs-form-field-datetime${faults.length ? " fjs-has-errors" : ""}`}>
      <div class="date-parts">
        ${kind !== "time" &&
        html`<div class="date-part">
          <${Label} htmlFor=${`${domId}-date`} label=${field.dateLabel || field.label || "Дата"} required=${required} />
          <div ref=${box}></div>
        </div>`}
        ${kind !== "date" &&
        html`<div class="date-part">
          <${Label} htmlFor=${`${domId}-time`} label=${field.timeLabel || "Время"} required=${required} />
          <input
            ref=${time}
            id=${`${domId}-time`}
            type="time"
            class="fjs-input"
            disabled=${disabled || readonly}
            required=${required}
            aria-invalid=${faults.length > 0}
            aria-describedby=${describedBy}
            onInput=${take}
            onBlur=${leave}
            onFocus=${onFocus}
          />
        </div>`}
      </div>
      <${Description} id=${`${domId}-description`} description=${field.description} />
      <${Errors} id=${`${domId}-error-message`} errors=${faults} />
    </div>
  `;
}

DateField.config = { ...Datetime.config };
