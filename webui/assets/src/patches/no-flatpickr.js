// Stands in for flatpickr in the bundle: the date field of form-js, which alone uses it, is replaced by ours
// (form/date-field.js).

export default function flatpickr() {
  throw new Error("The date field of form-js is replaced, see form/date-field.js");
}
