// Two people have labelled the same stretch: both sides, next to each other, and what shall be kept.

import { byId, clock, make, named } from "../../look/dom.js";

const LEAST = 0.001; // seconds of a stretch, as of the server
let shown = null; // {mine, theirs} as the server answers with 409

/** @param onChoice called with the stretches [{start, end, label}] that are to be saved; none: theirs are kept */
export function setUpConflict(onChoice) {
  const choices = { mine: () => [shown.mine], theirs: () => [], both: () => left(shown) };
  for (const [name, stretches] of Object.entries(choices)) {
    byId(`keep-${name}`).addEventListener("click", () => {
      hideConflict();
      onChoice(stretches());
    });
  }
}

export function showConflict(conflict) {
  shown = conflict;
  byId("conflict").hidden = false;
  byId("mine").replaceChildren(row(conflict.mine));
  byId("theirs").replaceChildren(...conflict.theirs.map(row));
  byId("keep-both").disabled = !left(conflict).length;
  byId("conflict").focus();
}

export function hideConflict() {
  byId("conflict").hidden = true;
}

function row({ start, end, label, undoes }) {
  return make("li", {}, undoes === null ? "" : "taken back: ", named(label), `, ${clock(start)} to ${clock(end)}`);
}

/** The parts of mine that theirs leave. */
function left({ mine, theirs }) {
  const painted = theirs.filter(({ number, undoes }) => undoes === null && !theirs.some((later) => later.undoes === number));
  return painted.reduce((parts, other) => parts.flatMap((part) => without(part, other)), [mine]);
}

function without(part, { start, end }) {
  const parts = [{ ...part, end: Math.min(part.end, start) }, { ...part, start: Math.max(part.start, end) }];
  return parts.filter((one) => one.end - one.start >= LEAST);
}
