// The drawing of a recording or of a part of it, stretches under it, and the selection.

import { ask } from "../api.js";
import { NONE, byId, clock, make, named } from "../../look/dom.js";
import { decodeMel, drawMel, drawWaveform } from "../../look/draw.js";
import { showTimes, walk } from "../timeline.js";
import { colourOf, pathOf } from "./store.js";

const LEAST = 4; // pixels that are a drag and no press
const DIGITS = 1000; // of seconds in the fields
const drawing = byId("drawing");
const [from, to] = [byId("from"), byId("to")];
let recording = null; // {name, seconds}
let view = { start: 0, end: 1 }; // seconds that are seen
let chosen = null; // {start, end}
let rows = []; // {place, stretches} that are shown under the drawing
let onSelect = () => {};

/** `listener(stretch or null)` is told what is selected. */
export function setUpTimeline(listener) {
  onSelect = listener;
  drawing.addEventListener("pointerdown", drag);
  byId("closer").addEventListener("click", () => (chosen ? look(chosen) : onSelect(null)));
  byId("whole").addEventListener("click", () => look({ start: 0, end: recording.seconds }));
  for (const field of [from, to]) field.addEventListener("change", typed);
}

export const selection = () => chosen;

/** Draws all of a recording. */
export async function showWhole(one) {
  recording = one;
  from.max = to.max = one.seconds;
  select(null, false);
  await look({ start: 0, end: one.seconds });
}

/** Shows labelled stretches under the drawing. */
export const showStretches = (stretches) => showRow(byId("stretches"), stretches, "");

/** Shows stretches in a row; `asks` stands behind names that nobody has confirmed. */
export function showRow(place, stretches, asks) {
  rows = [...rows.filter((row) => row.place !== place), { place, stretches, asks }];
  drawRow(rows.at(-1));
}

/** Selects a stretch; null: nothing. */
export function select(stretch, tell = true) {
  chosen = stretch && { start: Math.max(0, stretch.start), end: Math.min(recording.seconds, stretch.end) };
  [from.value, to.value] = chosen ? [chosen.start, chosen.end].map((time) => Math.round(DIGITS * time) / DIGITS) : ["", ""];
  drawSelection();
  if (tell) onSelect(chosen);
}

/** Puts the line where it plays, seconds; null: nowhere. */
export function point(time) {
  const playhead = byId("playhead");
  playhead.hidden = time === null || time < view.start || time > view.end;
  playhead.style.left = `${share(time ?? 0)}%`;
}

async function look(part) {
  const { name } = recording;
  const drawn = await ask(`${pathOf("recordings", name)}drawing`, { query: part });
  if (recording.name !== name) return;
  view = part;
  const [waveform, spectrogram] = drawing.children;
  drawWaveform(waveform, drawn.low, drawn.high);
  drawMel(spectrogram, decodeMel(drawn.mel));
  showTimes(view.end - view.start, view.start);
  rows.forEach(drawRow);
  drawSelection();
  point(null);
}

const share = (time) => (100 * (time - view.start)) / (view.end - view.start);

function drawRow({ place, stretches, asks }) {
  const seen = stretches.filter(({ start, end }) => end > view.start && start < view.end);
  const focused = [...place.children].indexOf(document.activeElement);
  const buttons = seen.map((stretch, i) => {
    const { start, end, label } = stretch;
    const words = `${label ?? NONE}${asks}, ${clock(start)} to ${clock(end)}`;
    const button = make("button", { title: words, tabIndex: i ? -1 : 0, onclick: () => select(stretch) }, named(label));
    button.setAttribute("aria-label", `${words}: select`);
    const left = Math.max(0, share(start));
    button.style.left = `${left}%`;
    button.style.width = `${Math.min(100, share(end)) - left}%`;
    button.style.setProperty("--of", colourOf(label));
    return button;
  });
  place.replaceChildren(...buttons);
  buttons[focused]?.focus();
  place.onkeydown = (event) => walk(event, buttons);
}

function drawSelection() {
  const place = byId("selection");
  place.hidden = !chosen || chosen.end < view.start || chosen.start > view.end;
  if (!chosen) return;
  const [left, right] = [share(chosen.start), share(chosen.end)].map((at) => Math.max(0, Math.min(100, at)));
  Object.assign(place.style, { left: `${left}%`, width: `${right - left}%` });
}

function drag(event) {
  const box = drawing.getBoundingClientRect();
  const timeAt = ({ clientX }) => view.start + ((view.end - view.start) * Math.max(0, Math.min(1, (clientX - box.left) / box.width)));
  const began = timeAt(event);
  drawing.setPointerCapture(event.pointerId);
  const moved = (now) => {
    if (Math.abs(now.clientX - event.clientX) < LEAST) return;
    const times = [began, timeAt(now)].sort((a, b) => a - b);
    select({ start: times[0], end: times[1] });
  };
  drawing.addEventListener("pointermove", moved);
  const ended = () => drawing.removeEventListener("pointermove", moved);
  drawing.addEventListener("pointerup", ended, { once: true });
  drawing.addEventListener("pointercancel", ended, { once: true });
}

function typed() {
  const [start, end] = [from, to].map((field) => field.valueAsNumber);
  if (end > start) select({ start, end });
}
