// Dates are typed and shown as 21.01.2026 in every browser, whatever its language, and written out beside the field
// («21 января 2026, ср»). What is not a date is said to be none and never becomes another date.

import { icon } from "./icons.js";
import { dateWords, either, plural } from "./words.js";

const MONTHS_IN = [
  "январе", "феврале", "марте", "апреле", "мае", "июне", "июле", "августе", "сентябре", "октябре", "ноябре", "декабре",
];
const TYPED = /^(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4})$/;
const TYPED_TOGETHER = /^(\d{2})(\d{2})(\d{4})$/;
const EXAMPLE = "Напишите день, месяц и год целиком, например 21.01.2026.";

/**
 * What a person typed.
 * @param {string} text
 * @returns {{iso: string | null, fault: string}} both empty for an empty field
 */
export function parseDate(text) {
  const typed = text.trim();
  if (!typed) {
    return { iso: null, fault: "" };
  }
  const found = TYPED.exec(typed) ?? TYPED_TOGETHER.exec(typed);
  if (!found) {
    return { iso: null, fault: EXAMPLE };
  }
  const [day, month, year] = found.slice(1).map(Number);
  if (year < 1900 || year > 2199) {
    return { iso: null, fault: `Проверьте год: ${year}.` };
  }
  if (month < 1 || month > 12) {
    return { iso: null, fault: `Проверьте месяц: ${month}. Сначала день, потом месяц, например 21.01.2026.` };
  }
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day < 1 || day > last) {
    return { iso: null, fault: `Проверьте день: в ${MONTHS_IN[month - 1]} ${year} года ${plural(last, "день", "дня", "дней")}, а не ${day}.` };
  }
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return { iso: `${year}-${two(month)}-${two(day)}`, fault: "" };
}

/** @param {string | null} iso */
function digits(iso) {
  return iso ? iso.slice(0, 10).split("-").reverse().join(".") : "";
}

export class DateInput {
  /**
   * @param {HTMLElement} box empty element to draw in
   * @param {{
   *   id: string, name?: string, inputClass: string, describedBy?: string, required?: boolean, disabled?: boolean,
   *   onChange?: (iso: string | null) => void, onLeave?: (fault: string, event: FocusEvent) => void,
   * }} options onChange: a date was understood (null: none); onLeave: the field was left, with what is wrong with it
   */
  constructor(box, { id, name, inputClass, describedBy = "", required, disabled, onChange, onLeave }) {
    this.onChange = onChange;
    this.iso = /** @type {string | null} */ (null);
    this.text = document.createElement("input");
    Object.assign(this.text, { type: "text", id, className: inputClass, autocomplete: "off", inputMode: "numeric" });
    this.text.placeholder = either("дд.мм.гггг", "dd.mm.yyyy");
    this.text.required = Boolean(required);
    this.text.disabled = Boolean(disabled);
    this.text.setAttribute("aria-describedby", `${describedBy} ${id}-read`.trim());
    this.picker = document.createElement("input");
    Object.assign(this.picker, { type: "date", className: "date-picker", tabIndex: -1, min: "1900-01-01", max: "2199-12-31" });
    this.picker.setAttribute("aria-hidden", "true");
    if (name) {
      this.picker.name = name;
    }
    this.button = document.createElement("button");
    const choose = either("Выбрать в календаре", "Choose in a calendar");
    Object.assign(this.button, { type: "button", className: "btn btn-icon date-button", title: choose });
    this.button.setAttribute("aria-label", choose);
    this.button.disabled = Boolean(disabled);
    this.button.append(icon("calendar"));
    this.words = document.createElement("p");
    this.words.id = `${id}-read`;
    this.words.className = "field-hint date-read";
    const frame = document.createElement("div");
    frame.className = "date-frame";
    frame.append(this.text, this.picker, this.button);
    box.append(frame, this.words);

    this.text.addEventListener("input", () => this.take(parseDate(this.text.value).iso));
    this.text.addEventListener("blur", (event) => {
      const { iso, fault } = parseDate(this.text.value);
      if (iso) {
        this.text.value = digits(iso);
      }
      onLeave?.(fault, event);
    });
    this.picker.addEventListener("change", () => {
      this.text.value = digits(this.picker.value);
      this.take(this.picker.value || null);
      if (document.activeElement === this.button) {
        this.text.focus();
      }
    });
    this.button.addEventListener("click", () => this.picker.showPicker?.());
  }

  /** What is wrong with what is typed; '' when nothing is. */
  get fault() {
    return parseDate(this.text.value).fault;
  }

  /** @param {string | null} iso */
  take(iso) {
    if (iso !== this.iso) {
      this.write(iso);
      this.onChange?.(iso);
    }
  }

  /** @param {string | null} iso */
  write(iso) {
    this.iso = iso;
    this.picker.value = iso ?? "";
    this.words.textContent = iso ? dateWords(iso) : "";
  }

  /** A value from elsewhere. @param {string | null} iso */
  set(iso) {
    this.write(iso);
    this.text.value = digits(iso);
  }

  /** A text from elsewhere, as somebody typed it. @param {string} text */
  type(text) {
    this.text.value = text;
    this.write(parseDate(text).iso);
  }
}

/** Date inputs of plain forms, marked with data-date by the macro field(). @param {ParentNode} [within] */
export function improveDates(within = document) {
  for (const native of /** @type {NodeListOf<HTMLInputElement>} */ (within.querySelectorAll("input[data-date]"))) {
    const box = document.createElement("div");
    const fault = document.createElement("p");
    fault.className = "field-error";
    fault.setAttribute("role", "alert");
    fault.hidden = true;
    native.replaceWith(box);
    const input = new DateInput(box, {
      id: native.id,
      name: native.name,
      inputClass: native.className,
      describedBy: native.getAttribute("aria-describedby") ?? "",
      required: native.required,
      disabled: native.disabled,
      onChange: () => box.dispatchEvent(new Event("input", { bubbles: true })),
      onLeave: (words) => {
        fault.hidden = !words;
        fault.textContent = words;
        input.text.setCustomValidity(words);
      },
    });
    if (native.getAttribute("aria-invalid")) {
      input.text.setAttribute("aria-invalid", "true");
    }
    input.set(native.value || null);
    box.append(fault);
  }
}
