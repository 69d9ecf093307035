// Icons drawn by scripts come from the same sprite as those of the templates.

/** @returns {string} address of the sprite, as the page itself uses it */
function sprite() {
  const use = document.querySelector("svg.icon use");
  return use?.getAttribute("href")?.split("#")[0] ?? "";
}

/** @param {string} name @returns {string} address of one icon */
export function iconHref(name) {
  return `${sprite()}#${name}`;
}

/** @param {string} name @returns {SVGSVGElement} */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", iconHref(name));
  svg.append(use);
  return svg;
}
