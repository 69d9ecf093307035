// What is wrong or missing in a form, found from its state.

/** @typedef {{field: any, id: string, path: (string | number)[], indexes: Record<string, number> | undefined, value: unknown}} Shown */

/** @param {any} form @returns {Shown[]} fields that are on the page and take a value */
export function shownFields(form) {
  const registry = form.get("formFieldRegistry");
  const { data } = form._getState();
  return form
    .get("formFieldInstanceRegistry")
    .getAllKeyed()
    .map((/** @type {any} */ instance) => ({
      field: registry.get(instance.id),
      id: instance.id,
      path: instance.valuePath,
      indexes: instance.indexes,
      value: instance.valuePath.reduce((/** @type {any} */ part, /** @type {string} */ step) => part?.[step], data),
    }));
}

/** @param {Shown} shown */
function isEmpty({ field, value }) {
  if (field.type === "checkbox") {
    return value !== true;
  }
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** @param {any} form @returns {{required: number, empty: Shown[]}} */
export function requiredFields(form) {
  const required = shownFields(form).filter(({ field }) => field.validate?.required && !field.disabled);
  return { required: required.length, empty: required.filter(isEmpty) };
}

/** Element that takes the focus of a field. @param {Element} root @param {any} form @param {Shown} shown */
export function controlOf(root, form, { id, indexes }) {
  const domId = [`fjs-form-${form._id}-${id}`, ...Object.values(indexes ?? {})].join("_");
  const all = [...root.querySelectorAll(`[id="${domId}"], [id^="${domId}-"]`)];
  return /** @type {HTMLElement | undefined} */ (all.find((element) => element.matches("input, select, textarea, button")));
}

/**
 * Puts faults found by the server at their fields.
 * @param {any} form
 * @param {Record<string, string>} faults by path of the field: `доход`, `члены.0.имя`
 * @returns {string[]} messages that belong to no field on the page
 */
export function showFaults(form, faults) {
  /** @type {Record<string, any>} */
  const errors = {};
  const left = { ...faults };
  for (const { id, path, indexes } of shownFields(form)) {
    const message = left[path.join(".")];
    if (message) {
      delete left[path.join(".")];
      let place = errors;
      const steps = [id, ...Object.values(indexes ?? {})];
      for (const step of steps.slice(0, -1)) {
        place = place[step] ??= {};
      }
      place[steps[steps.length - 1]] = [message];
    }
  }
  form._setState({ errors });
  return Object.values(left);
}
