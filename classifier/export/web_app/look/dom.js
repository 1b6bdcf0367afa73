// What all parts share: finding and making elements, and how numbers and names are written.
// Names come from strangers: they are only ever set as text.

export const NONE = "none of them";

export const byId = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

export const named = (name, none = NONE) => make("bdi", { textContent: name ?? none });

/** A small name with what belongs to it, for lists of class "chips". */
export function chip(name, about = "") {
  const row = make("li", {}, named(name));
  if (about !== "") row.append(make("span", { className: "soft", textContent: about }));
  return row;
}

/**
 * The labels that are reported: all where several may be right at once, else the one; [] where there is none. By name, so
 * that they do not change places with their probabilities.
 */
export const reportedOf = ({ label, reported }) => (reported ? [...reported].sort() : label === null ? [] : [label]);

/** The same as one name; null where there is none. */
export const labelsOf = (prediction) => reportedOf(prediction).join(" + ") || null;

export const cell = (...children) => make("td", {}, ...children);

/** Shows a sentence in a place made for it; an empty one hides the place. */
export function tell(place, sentence) {
  if (place.textContent !== (sentence ?? "")) place.textContent = sentence ?? ""; // not read aloud again
  if (place.classList.contains("trouble")) place.hidden = !sentence;
}

/** Does something that may fail, and says in `place` what was wrong. */
export async function trying(place, work) {
  tell(place, "");
  try {
    return await work();
  } catch (error) {
    if (error.name !== "AbortError") tell(place, error.message);
  }
}

export const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** 75.5 -> "1:15.5" */
export function clock(seconds) {
  const tenths = Math.round(10 * seconds);
  const rest = ((tenths % 600) / 10).toFixed(tenths % 10 ? 1 : 0);
  return `${Math.floor(tenths / 600)}:${rest.padStart(tenths % 10 ? 4 : 2, "0")}`;
}

/** The large label. */
export function showVerdict(place, label, none = NONE) {
  const words = label ?? none;
  if (place.textContent !== words) place.replaceChildren(named(words)); // read aloud only when it changes
  place.classList.toggle("unsure", label === null);
  place.classList.toggle("long", words.length > 40);
}

/** The most probable labels as meters. A model with few labels keeps their order, so that they do not jump. */
export function showClasses(list, prediction, known) {
  let rows = prediction.labels.map((label, i) => [label, prediction.probabilities[i]]);
  if (known?.length <= rows.length) rows.sort((a, b) => known.indexOf(a[0]) - known.indexOf(b[0]));
  while (list.children.length > rows.length) list.lastChild.remove();
  while (list.children.length < rows.length) {
    const meter = make("meter", { min: 0, max: 1 });
    list.append(make("li", {}, make("bdi"), meter, make("span", { className: "percent" })));
  }
  rows.forEach(([label, probability], i) => {
    const [name, meter, number] = list.children[i].children;
    name.textContent = label;
    meter.value = probability;
    meter.setAttribute("aria-label", label);
    number.textContent = percent(probability);
    list.children[i].className = reportedOf(prediction).includes(label) ? "chosen" : "";
  });
}
