// Fills the page with the texts of texts.js, and errors with theirs.

import { texts } from "./texts.js";

/** A text with its {braces} filled in. */
export const say = (name, values = {}) => filled(texts[name], values);

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** What a person is told of an error; `file`: the name of what it is about. */
export function troubleOf(error, file = "") {
  const why = error.message || error.name || String(error);
  return filled(texts.troubles[error.code] ?? texts.troubles.other, { why, file, ...error.values });
}

export const number = (value, digits = 1) => value.toLocaleString(texts.language, { maximumFractionDigits: digits });

/** Language, direction and texts of all elements that name one. */
export function fillPage() {
  document.documentElement.lang = texts.language;
  document.documentElement.dir = texts.direction;
  document.title = texts.title;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = texts[node.dataset.text];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", texts[node.dataset.label]);
}
