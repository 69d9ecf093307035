// Forms of steps: every element of the macro step_form() gets its form.

import { StepForm } from "./form/step-form.js";

for (const root of document.querySelectorAll("[data-step-form]")) {
  new StepForm(/** @type {HTMLElement} */ (root)).open();
}
