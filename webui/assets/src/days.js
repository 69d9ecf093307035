// Days of a year that can be chosen: one stop of the Tab key, arrows go from day to day and week to week.

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, Home: -Infinity, End: Infinity };

export function watchDays() {
  for (const grid of document.querySelectorAll("[data-days]")) {
    const days = /** @type {HTMLAnchorElement[]} */ ([...grid.querySelectorAll("a.day")]);
    const first = days.find((day) => day.matches("[aria-current]")) ?? days.find((day) => day.matches(".day-today")) ?? days[0];
    for (const day of days) {
      day.tabIndex = day === first ? 0 : -1;
    }
    grid.addEventListener("keydown", (event) => move(days, /** @type {KeyboardEvent} */ (event)));
  }
}

/** @param {HTMLAnchorElement[]} days @param {KeyboardEvent} event */
function move(days, event) {
  const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
  const here = days.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
  if (step === undefined || here < 0 || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  const next = days[Math.min(Math.max(here + step, 0), days.length - 1)];
  days[here].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
  event.preventDefault();
}
