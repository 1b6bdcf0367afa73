// What a model predicts: for one recording, as drawing, timeline and table; for an archive, one row per recording.

import { byId, cell, chip, clock, duration, labelsOf, make, named, percent, reportedOf, showClasses, showVerdict } from "../look/dom.js";
import { decodeMel, drawMel, drawWaveform } from "../look/draw.js";
import { whyNone } from "./nearest.js";
import { load, playFrom } from "./player.js";
import { offerResults } from "./take.js";
import { lengths, merge, showTimeline } from "./timeline.js";

const ROWS = 2000; // of the table; more of them would hold the page up

export function hideResults() {
  byId("result").hidden = byId("archive").hidden = true;
  load(null, 0, () => {});
  offerResults(null);
}

/** @param what {file} or {url}: where the predictions came from */
export function showResults(predictions, what, model) {
  hideResults();
  const [first] = predictions;
  if (predictions.length === 1 && first.drawing) showOne(first, what.file ?? null, model);
  else showArchive(predictions, what.file?.name ?? what.url);
}

function showOne(prediction, file, model) {
  byId("result").hidden = false; // first: what is hidden has no width to draw in
  byId("result-title").textContent = prediction.title;
  showVerdict(byId("result-label"), labelsOf(prediction));
  showClasses(byId("result-classes"), prediction, model.labels);
  const why = whyNone(prediction, model.thresholds);
  byId("result-why").textContent = why;
  byId("result-why").hidden = !why;
  const { drawing, windows, seconds } = prediction;
  const [waveform, spectrogram] = byId("result-drawing").children;
  drawWaveform(waveform, drawing.low, drawing.high);
  drawMel(spectrogram, decodeMel(drawing.mel));
  const mark = showTimeline(merge(windows, seconds), seconds, model.labels, playFrom);
  load(file, seconds, mark);
  showWindows(windows);
  offerResults(prediction, model);
}

function showWindows(windows) {
  const rows = windows.slice(0, ROWS).map((part) => {
    const { start, end } = part;
    const play = make("button", { textContent: clock(start), onclick: () => playFrom(start) });
    play.setAttribute("aria-label", `Play from ${clock(start)}`);
    return make("tr", {}, cell(play), cell(clock(end)), cell(...described(part)));
  });
  byId("windows").querySelector("tbody").replaceChildren(...rows);
  const left = windows.length - rows.length;
  byId("windows-more").hidden = left <= 0;
  byId("windows-more").textContent = `These are the first ${rows.length}; the csv file has the other ${left}, too.`;
  byId("windows").open = false;
}

/** "song 95 %", or "none of them (song 40 %)"; "dog + rain" where several are reported. */
function described(prediction) {
  const { label, labels, probabilities } = prediction;
  if (reportedOf(prediction).length > 1) return [named(labelsOf(prediction))];
  const best = percent(probabilities[0]);
  return label === null ? [named(null), " (", named(labels[0]), ` ${best})`] : [named(label), ` ${best}`];
}

function showArchive(predictions, name) {
  byId("archive").hidden = false;
  byId("archive-title").textContent = name;
  const read = predictions.filter(({ error }) => !error);
  const sums = lengths(read.flatMap(({ windows, seconds }) => merge(windows, seconds)));
  const chips = [chip("recordings", predictions.length), ...sums.map(([label, seconds]) => chip(label, duration(seconds)))];
  if (read.length < predictions.length) chips.push(chip("not readable", predictions.length - read.length));
  byId("archive-sum").replaceChildren(...chips);
  byId("archive").querySelector("tbody").replaceChildren(...predictions.map(archiveRow));
}

function archiveRow(prediction) {
  const { title, error, seconds } = prediction;
  if (error) return make("tr", {}, cell(named(title)), make("td", { colSpan: 2, className: "bad", textContent: error }));
  return make("tr", {}, cell(named(title)), cell(...described(prediction)), make("td", { className: "number", textContent: duration(seconds) }));
}
