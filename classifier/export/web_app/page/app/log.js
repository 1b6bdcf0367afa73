// The log: what was recognised when, in each recording and each time the microphone was on; saved as csv or for Audacity.

import { byId, cell, clock, make, named } from "../look/dom.js";
import { say } from "./words.js";

const ROWS = 100; // of a recording in the page; the files have all
const FORMULA = /^[=+\-@\t\r']/; // what a spreadsheet would compute
const HEADER = ["recording", "start", "end", "label", "clock_start", "clock_end"];

let entries = []; // {name, began: Date or null, segments: [{label, start, end}], node}

export function setUpLog() {
  byId("log-csv").addEventListener("click", () => save("sounds.csv", csv(entries), "text/csv"));
  byId("log-clear").addEventListener("click", () => {
    entries = [];
    byId("log").replaceChildren();
    show();
  });
  show();
}

/** Begins an entry. @param began Date by which times are of a clock; null: the recording says none */
export function addEntry(name, began = null) {
  const entry = { name, began, segments: [], whole: undefined, node: make("article") };
  entries.push(entry);
  byId("log").prepend(entry.node);
  update(entry);
  show();
  return entry;
}

/** @param segments all, or the newest ones of a stream; @param whole the label of a whole recording */
export function setSegments(entry, segments, whole) {
  const before = JSON.stringify(entry.segments.slice(-segments.length - 1));
  for (const segment of segments) {
    const isSame = (one) => one.label === segment.label && one.start === segment.start && one.window === segment.window;
    const known = entry.segments.findLastIndex(isSame);
    if (known < 0) entry.segments.push(segment);
    else entry.segments[known] = segment;
  }
  const isNew = whole !== entry.whole || JSON.stringify(entry.segments.slice(-segments.length - 1)) !== before;
  entry.whole = whole;
  if (isNew) update(entry);
}

function show() {
  byId("log-none").hidden = entries.length > 0;
  byId("log-buttons").hidden = !entries.length;
}

function update({ name, began, segments, whole, node }) {
  const rows = segments.slice(-ROWS).reverse();
  const times = (seconds) => make("bdi", { className: "time", textContent: timeOf(began, seconds) });
  const labels = make("button", { textContent: say("saveAudacity"), onclick: () => save(`${stem(name)}.txt`, audacity(segments), "text/plain") });
  labels.setAttribute("aria-label", say("saveAudacityOf", { name }));
  const head = make("div", { className: "head" }, make("h3", {}, named(name)), labels);
  const parts = [head];
  if (whole !== undefined) parts.push(make("p", { textContent: say("whole", { label: whole ?? say("none") }) }));
  if (!rows.length) parts.push(make("p", { className: "soft", textContent: say("logNothing") }));
  else {
    const header = ["from", "to", "label"].map((key) => make("th", { scope: "col", textContent: say(key) }));
    const body = rows.map(({ label, start, end }) => make("tr", {}, cell(times(start)), cell(times(end)), cell(named(label))));
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...header)), make("tbody", {}, ...body));
    const scroll = make("div", { className: "scroll", tabIndex: 0 }, table);
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", name);
    parts.push(scroll);
  }
  if (segments.length > ROWS) parts.push(make("p", { className: "soft", textContent: say("earlier", { n: segments.length - ROWS }) }));
  node.replaceChildren(...parts);
}

const timeOf = (began, seconds) => (began ? new Date(began.getTime() + 1000 * seconds).toLocaleTimeString("en-GB") : clock(seconds));
const stem = (name) => name.replace(/\.[^.]*$/, "").replace(/[\\/:*?"<>|]/g, ".");
const rounded = (seconds) => String(Math.round(1e6 * seconds) / 1e6);

/** Columns as in segments.csv of ClassifyRecordings.py, without the probabilities; times of a clock are local. */
export function csv(all) {
  const rows = all.flatMap(({ name, began, segments }) =>
    segments.map(({ label, start, end }) => [name, rounded(start), rounded(end), label, stamp(began, start), stamp(began, end)]),
  );
  return [HEADER, ...rows].map((row) => `${row.map(safe).join(",")}\n`).join("");
}

function safe(text) {
  const cell = FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function stamp(began, seconds) {
  if (!began) return "";
  const local = new Date(began.getTime() + 1000 * seconds - 60_000 * began.getTimezoneOffset());
  return local.toISOString().slice(0, 23);
}

/** Start, end and label between tabs, for File > Import > Labels. */
export function audacity(segments) {
  const line = ({ label, start, end }) => `${start.toFixed(6)}\t${end.toFixed(6)}\t${label.split(/\s+/).join(" ")}\n`;
  return segments.map(line).join("");
}

function save(name, text, type) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
