// What happened, for those who listen instead of looking: the quiet line at the end of every page.

/** @param {string} words */
export function announce(words) {
  const line = document.getElementById("announce");
  if (line) {
    line.textContent = "";
    // A reader notices a change, so the same words twice need an empty moment between them.
    setTimeout(() => {
      line.textContent = words;
    }, 50);
  }
}
