// A button that prints the page it stands on.

export function watchPrinting() {
  document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-print]")) {
      window.print();
    }
  });
}
