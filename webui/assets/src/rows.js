// The selected row of a list: arrows move it, and a refresh of the list does not.

/** @returns {HTMLElement[]} */
export function rows() {
  return [...document.querySelectorAll("[data-task]")].filter(
    (row) => /** @type {HTMLElement} */ (row).offsetParent !== null,
  );
}

/** @returns {HTMLElement | undefined} */
export function selectedRow() {
  return rows().find((row) => row.classList.contains("is-selected"));
}

/** @param {HTMLElement} row @param {{focus?: boolean, scroll?: boolean}} [options] */
export function select(row, { focus = true, scroll = true } = {}) {
  for (const other of document.querySelectorAll(".is-selected")) {
    other.classList.remove("is-selected");
  }
  row.classList.add("is-selected");
  if (focus) {
    row.querySelector("a")?.focus({ preventScroll: true });
  }
  if (scroll) {
    row.scrollIntoView({ block: "nearest" });
  }
}

/** @param {1 | -1} step */
export function moveSelection(step) {
  const all = rows();
  if (!all.length) {
    return;
  }
  const selected = selectedRow();
  const next = selected ? all.indexOf(selected) + step : step > 0 ? 0 : all.length - 1;
  select(all[Math.min(Math.max(next, 0), all.length - 1)]);
}

/** A list that htmx replaced keeps its selected row where the eye left it. */
function keepAcrossRefresh() {
  /** @type {{id: string, top: number, focus: boolean} | null} */
  let kept = null;
  document.addEventListener("htmx:beforeSwap", () => {
    const row = selectedRow();
    kept = row && { id: row.id, top: row.getBoundingClientRect().top, focus: row.contains(document.activeElement) };
  });
  document.addEventListener("htmx:afterSettle", () => {
    const row = kept && document.getElementById(kept.id);
    if (row && kept) {
      select(row, { focus: kept.focus, scroll: false });
      window.scrollBy(0, row.getBoundingClientRect().top - kept.top);
    }
    kept = null;
  });
}

export function watchRows() {
  document.addEventListener("focusin", (event) => {
    const row = /** @type {Element} */ (event.target).closest?.("[data-task]");
    if (row) {
      select(/** @type {HTMLElement} */ (row), { focus: false, scroll: false });
    }
  });
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const row = target.closest("[data-task]");
    if (row && !target.closest("a, button, form")) {
      select(/** @type {HTMLElement} */ (row), { scroll: false });
    }
  });
  keepAcrossRefresh();
}
