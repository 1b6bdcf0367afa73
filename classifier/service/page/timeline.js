// The timeline under a drawing: neighbouring windows of one label are one stretch, each a button that plays from there.

import { NONE, byId, chip, clock, duration, labelsOf, make, named, reportedOf } from "../look/dom.js";

const COLOURS = 8; // --c0 … --c7 of style.css
const NAMED = 8; // labels in the legend
const FINE = 80; // segments from which on lines between them would cover them
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600]; // seconds between two times of the axis

/**
 * Divides a recording among the labels of its windows, for the eye: each moment has one name. (Segments of
 * ClassifyRecordings.py are whole windows, and may overlap.) A stretch ends halfway through what it shares with the next.
 * @param windows of a prediction, in order
 * @returns [{start, end, label, reported}] that touch each other and end where the recording ends; label: one name for all
 *   that are reported
 */
export function merge(windows, seconds) {
  const segments = [];
  windows.forEach((part, i) => {
    const before = windows[i - 1];
    const start = before ? (before.end + part.start) / 2 : 0;
    const last = segments.at(-1);
    if (last) last.end = Math.min(start, seconds);
    const label = labelsOf(part);
    if (last?.label !== label) segments.push({ start, end: seconds, label, reported: reportedOf(part) });
    else last.end = seconds;
  });
  return segments.filter((segment) => segment.end > segment.start);
}

const each = ({ reported }) => (reported.length ? reported : [null]);

/** [[label, seconds]], the longest first; null: without a label. Where labels overlap, the time counts for each. */
export function lengths(segments) {
  const sums = new Map();
  for (const segment of segments) {
    for (const label of each(segment)) sums.set(label, (sums.get(label) ?? 0) + segment.end - segment.start);
  }
  return [...sums].sort((a, b) => b[1] - a[1]);
}

/** A colour for each label: always the same where the model has few, by length where it has many. */
function colouring(known, longest) {
  const names = known.length <= COLOURS ? known : longest.map(([label]) => label).filter((label) => label !== null);
  return (label) => {
    const i = names.indexOf(label);
    return label === null || i < 0 || i >= COLOURS ? "var(--none)" : `var(--c${i})`;
  };
}

/** Shows segments; `play(seconds)` is called when one is pressed. Returns what marks the segment at a time. */
export function showTimeline(segments, seconds, known, play) {
  const longest = lengths(segments);
  const colourOf = colouring(known, longest);
  const timeline = byId("timeline");
  const buttons = segments.map((segment, i) => {
    const { start, end, label } = segment;
    const colours = each(segment).map(colourOf);
    const words = `${label ?? NONE}, ${clock(start)} to ${clock(end)}`;
    const button = make("button", { title: words, tabIndex: i ? -1 : 0, onclick: () => play(start) }, named(label));
    button.setAttribute("aria-label", `${words}: play`);
    button.style.left = `${(100 * start) / seconds}%`;
    button.style.width = `${(100 * (end - start)) / seconds}%`;
    button.style.setProperty("--of", colours[0]);
    if (colours.length > 1) button.style.setProperty("--strip", striped(colours));
    return button;
  });
  timeline.classList.toggle("fine", segments.length > FINE);
  timeline.replaceChildren(...buttons);
  timeline.onkeydown = (event) => walk(event, buttons);
  showLegend(longest, colourOf);
  showTimes(seconds);
  return (time) => buttons.forEach((button, i) => mark(button, time >= segments[i].start && time < segments[i].end));
}

/** A strip in which the colours of several labels lie above each other. */
function striped(colours) {
  const share = 100 / colours.length;
  return `linear-gradient(${colours.map((colour, i) => `${colour} ${i * share}% ${(i + 1) * share}%`).join(", ")})`;
}

function mark(button, here) {
  if (here === button.hasAttribute("aria-current")) return;
  if (here) button.setAttribute("aria-current", "true");
  else button.removeAttribute("aria-current");
}

/** Hundreds of segments are one stop of the tab key; the arrows go from one to the next. */
export function walk(event, buttons) {
  const now = buttons.indexOf(document.activeElement);
  const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (now < 0 || !buttons[to]) return;
  event.preventDefault();
  buttons[now].tabIndex = -1;
  buttons[to].tabIndex = 0;
  buttons[to].focus();
}

function showLegend(longest, colourOf) {
  const rows = longest.slice(0, NAMED).map(([label, seconds]) => {
    const row = chip(label, duration(seconds));
    row.prepend(make("i"));
    row.style.setProperty("--of", colourOf(label));
    return row;
  });
  if (longest.length > NAMED) rows.push(make("li", { textContent: `and ${longest.length - NAMED} more labels` }));
  byId("legend").replaceChildren(...rows);
}

/** The times under a drawing that begins at `from`. */
export function showTimes(seconds, from = 0) {
  const step = STEPS.find((one) => seconds / one <= 6) ?? 7200;
  const times = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => Math.round(i * step * 10) / 10);
  const shown = times.filter((time) => time < 0.96 * seconds); // one at the very end would not fit
  byId("times").replaceChildren(
    ...shown.map((time) => {
      const mark = make("span", { textContent: clock(from + time) });
      mark.style.left = `${(100 * time) / seconds}%`;
      return mark;
    }),
  );
}
