// `domify` writes markup with style attributes into the page, which the content policy forbids. This one hands the
// styles over through the style object, which is allowed: the libraries above it, their watermark included, stay
// untouched and look the same.

import domify from "domify-original";

const STYLE_ATTRIBUTE = /\sstyle=(["'])(.*?)\1/gs;

/** @param {string} markup @param {Document} [document] */
export default function domifyWithinPolicy(markup, document) {
  const node = domify(markup.replace(STYLE_ATTRIBUTE, " data-style=$1$2$1"), document);
  const styled = node instanceof Element && node.matches("[data-style]") ? [node] : [];
  for (const element of [...styled, ...(node.querySelectorAll?.("[data-style]") ?? [])]) {
    element.style.cssText = element.dataset.style;
    element.removeAttribute("data-style");
  }
  return node;
}
