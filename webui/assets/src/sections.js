// Sections of the bar: where the window is too narrow for all, the demonstration's mark gets short, then the last
// sections move into the menu «Ещё». The current one stays in sight.

export function fitSections() {
  const bar = /** @type {HTMLElement | null} */ (document.querySelector(".bar-inner"));
  const list = /** @type {HTMLElement | null} */ (bar?.querySelector("[data-section-list]") ?? null);
  const more = /** @type {HTMLDetailsElement | null} */ (bar?.querySelector("[data-more-sections]") ?? null);
  if (!bar || !list || !more) {
    return;
  }
  const links = /** @type {HTMLElement[]} */ ([...list.children]);
  const entries = /** @type {HTMLElement[]} */ ([...more.querySelectorAll("li")]);
  const overflows = () => list.scrollHeight > list.clientHeight;
  const fit = () => {
    bar.classList.remove("bar-tight");
    more.hidden = true;
    for (const link of links) {
      link.hidden = false;
    }
    if (overflows()) {
      bar.classList.add("bar-tight");
      more.hidden = !overflows();
    }
    for (const link of links.filter((each) => !each.hasAttribute("aria-current")).reverse()) {
      if (!overflows()) {
        break;
      }
      link.hidden = true;
    }
    links.forEach((link, place) => {
      entries[place].hidden = !link.hidden;
    });
  };
  // Observing tells the first size at once; a font that comes later changes the widths.
  new ResizeObserver(fit).observe(bar);
  document.fonts.ready.then(fit);
}
