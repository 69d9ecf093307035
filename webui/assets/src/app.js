// Behaviours of every page.

import { watchConnection } from "./connection.js";
import { improveDates } from "./date-input.js";
import { watchDays } from "./days.js";
import { watchDraftForms, watchDrafts } from "./draft-forms.js";
import { watchKeys } from "./keyboard.js";
import { watchLook } from "./look.js";
import { watchSubmits } from "./once.js";
import { keepGroupsOpen, watchPanels, watchTabs } from "./panels.js";
import { startRefreshing } from "./refresh.js";
import { watchPrinting } from "./printing.js";
import { watchRows } from "./rows.js";
import { watchScrolling } from "./scrolling.js";
import { fitSections } from "./sections.js";

startRefreshing();
fitSections();
improveDates();
watchConnection();
watchDraftForms();
watchDrafts();
watchSubmits();
watchDays();
watchRows();
watchPanels();
watchTabs();
watchScrolling();
keepGroupsOpen();
watchKeys();
watchLook();
watchPrinting();
document.addEventListener("htmx:afterSwap", (event) => {
  improveDates(event.detail.target);
  watchScrolling(event.detail.target);
});
// A form that came back with faults opens at the first of them.
const faulty = document.body.dataset.refused === undefined ? null : document.querySelector('main [aria-invalid="true"]');
(document.querySelector("[data-focus]") ?? faulty)?.focus();
