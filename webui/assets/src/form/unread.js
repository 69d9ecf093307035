// What stands in a field and can't be understood: the library sees such a field as empty, so the form asks the fields
// themselves before it sends anything. Otherwise a mistyped date of a field that may be empty would get lost.

import { FormContext } from "@bpmn-io/form-js-viewer";
import { useContext, useEffect, useRef } from "preact/hooks";

/**
 * @param {string} domId of the field
 * @param {() => boolean} check shows the words at the field; true when what stands there can't be understood
 */
export function useUnread(domId, check) {
  const { getService } = useContext(FormContext);
  const latest = useRef(check);
  latest.current = check;
  useEffect(() => {
    /** @type {Map<string, () => boolean>} */
    const fields = getService("unread");
    fields.set(domId, () => latest.current());
    return () => {
      fields.delete(domId);
    };
  }, [domId]);
}

/** Has every field say what can't be understood in it; true when there is any. @param {any} form */
export function hasUnread(form) {
  return [...form.get("unread").values()].filter((check) => check()).length > 0;
}
