// A table wider than its place scrolls inside it; then it can be reached and scrolled with the keyboard too.
// A strip of choices that scrolls begins with the one that is chosen.

/** @param {ParentNode} [within] */
export function watchScrolling(within = document) {
  for (const wrap of /** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll(".table-wrap"))) {
    sizes.observe(wrap);
  }
  for (const strip of /** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll(".segmented"))) {
    const chosen = /** @type {HTMLElement | null} */ (strip.querySelector("[aria-current]"));
    strip.scrollLeft = (chosen?.offsetLeft ?? 0) - strip.offsetLeft;
  }
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const wrap = /** @type {HTMLElement} */ (target);
    const scrolls = wrap.scrollWidth > wrap.clientWidth + 1;
    if (scrolls) {
      wrap.tabIndex = 0;
      wrap.setAttribute("role", "region");
      wrap.setAttribute("aria-label", wrap.querySelector("caption")?.textContent ?? "Таблица");
    } else {
      wrap.removeAttribute("tabindex");
      wrap.removeAttribute("role");
      wrap.removeAttribute("aria-label");
    }
  }
});
