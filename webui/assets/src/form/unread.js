// What stands in a field and can't be understood: the library sees such a field as empty. So the form asks the fields
// themselves before it sends anything, and the draft keeps the text as it was typed. Otherwise a mistyped date would get
// lost: that of a field that may be empty when the step is completed, any other with the page.

import { FormContext } from "@bpmn-io/form-js-viewer";
import { useContext, useEffect, useRef, useState } from "preact/hooks";

/** Under this name a draft holds such texts by the paths of their fields. No field can be called so. */
const NAME = "?";

/** Of one form: what its fields hold that can't be understood. */
export class Unread {
  constructor() {
    /** @type {Map<string, () => boolean>} by id of the field on the page */
    this.checks = new Map();
    /** @type {Map<string, unknown>} by path: «члены.0.возраст». A field that a condition hides keeps its own. */
    this.texts = new Map();
    /** How often a row was removed: fields of rows then begin anew with what is theirs now. */
    this.removals = 0;
  }

  /**
   * Takes out of a draft what was typed and could not be understood.
   * @param {Record<string, any>} draft
   * @returns {Record<string, any>} the values that are left
   */
  takeFrom({ [NAME]: texts = {}, ...values }) {
    this.texts = new Map(Object.entries(texts));
    return values;
  }

  /** The same for a draft to be kept. */
  forDraft() {
    return this.texts.size ? { [NAME]: Object.fromEntries(this.texts) } : {};
  }

  /** Has every field say what can't be understood in it; true when there is any. */
  any() {
    return [...this.checks.values()].filter((check) => check()).length > 0;
  }

  /** A row of a list goes, with what was typed into it; those after it move up. @param {(string | number)[]} list @param {number} index */
  removeRow(list, index) {
    const start = `${list.join(".")}.`;
    const moved = new Map();
    for (const [path, text] of this.texts) {
      const [row, ...rest] = path.startsWith(start) ? path.slice(start.length).split(".") : [];
      if (row === undefined || Number(row) < index) {
        moved.set(path, text);
      } else if (Number(row) > index) {
        moved.set(start + [Number(row) - 1, ...rest].join("."), text);
      }
    }
    this.texts = moved;
    this.removals += 1;
  }
}

/**
 * @template Text
 * @param {any} props of the field
 * @param {() => boolean} check shows the words at the field; true when what stands there can't be understood
 * @returns {{typed: Text | undefined, keep: (text: Text | null) => void}} typed: what the draft has brought; keep: what
 *   stands in the field now and can't be understood, null when it can
 */
export function useUnread({ domId, fieldInstance }, check) {
  const { getService } = useContext(FormContext);
  /** @type {Unread} */
  const unread = getService("unread");
  const path = fieldInstance.valuePath.join(".");
  const [typed] = useState(() => /** @type {Text | undefined} */ (unread.texts.get(path)));
  const latest = useRef(check);
  latest.current = check;
  useEffect(() => {
    unread.checks.set(domId, () => latest.current());
    return () => {
      unread.checks.delete(domId);
    };
  }, [domId]);
  const keep = (/** @type {Text | null} */ text) => {
    if (text === null) {
      unread.texts.delete(path);
    } else {
      unread.texts.set(path, text);
    }
  };
  return { typed, keep };
}
