// The data set that is shown: what the server says of it, and who wants to know when that changes.

import { ask } from "../api.js";

const COLOURS = 8; // --c0 … --c7 of style.css
const listeners = [];
let name = null;

export let dataSet = null; // {about, recordings}, or null
/** Calls `listener(dataSet)` when something of it has changed. */
export const onChange = (listener) => listeners.push(listener);

/** The path of something of the data set, of names that may hold anything. */
export function pathOf(...parts) {
  return `/v2/studio/${[name, ...parts].map(encodeURIComponent).join("/")}/`;
}

/** Shows another data set, and nothing until it is here; null: none. */
export async function show(other) {
  name = other;
  tell(null);
  await refresh();
}

/** Asks the server what the data set holds. */
export async function refresh() {
  const mine = name;
  const found = mine === null ? null : await ask(pathOf());
  if (mine !== name) return;
  tell(found);
}

function tell(found) {
  dataSet = found;
  listeners.forEach((listener) => listener(dataSet));
}

export const labels = () => dataSet?.about.labels.map((label) => label.name) ?? [];

/** The colour of a label: that of its key. */
export function colourOf(label) {
  const i = labels().indexOf(label);
  return label === null || i < 0 || i >= COLOURS ? "var(--none)" : `var(--c${i})`;
}
