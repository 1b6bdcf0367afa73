// Shows what is heard: label, probabilities now and over time, spectrogram. One for the microphone and for recordings.

import { byId, chip, clock, make, showClasses, showVerdict } from "../look/dom.js";
import { drawCurves, drawMel } from "../look/draw.js";
import { say } from "./words.js";

const COLOURS = 8; // --c0 … --c7 of style.css
const SHOWN = 6; // labels with meters
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600]; // seconds between two times of the axis

/**
 * @param what {title, labels: of the model, label, probabilities: of the meters, points: [{time, probabilities}],
 *   from, to: seconds of the axis, mel: {bands, columns, values}}
 */
export function showView({ title, labels, label, probabilities, points, from, to, mel }) {
  byId("shown").hidden = false; // first: what is hidden has no width to draw in
  if (byId("source").textContent !== title) byId("source").textContent = title;
  showVerdict(byId("verdict"), label, say("none"));
  const order = labels.map((_, i) => i).sort((a, b) => probabilities[b] - probabilities[a]).slice(0, SHOWN);
  const best = { label, labels: order.map((i) => labels[i]), probabilities: order.map((i) => probabilities[i]) };
  showClasses(byId("classes"), best, labels);
  const coloured = withColours(labels, points);
  const place = (time) => (time - from) / (to - from);
  const curves = coloured.map(({ index, colour }) => ({
    colour,
    points: points.map((point) => [place(point.time), point.probabilities[index]]),
  }));
  const [canvas, below] = byId("drawing").children;
  drawCurves(canvas, curves);
  drawMel(below, mel);
  showLegend(labels, coloured);
  showTimes(from, to);
}

export function hideView() {
  byId("shown").hidden = true;
}

/** A colour for each label: always the same where the model has few, else for those that are the most probable. */
function withColours(labels, points) {
  const highest = (i) => points.reduce((most, { probabilities }) => Math.max(most, probabilities[i]), 0);
  let shown = labels.map((_, index) => index);
  if (labels.length > COLOURS) shown = shown.sort((a, b) => highest(b) - highest(a)).slice(0, COLOURS);
  return shown.map((index, i) => ({ index, colour: `--c${i}` }));
}

function showLegend(labels, coloured) {
  const key = coloured.map(({ index }) => labels[index]).join("\n");
  const legend = byId("legend");
  if (legend.dataset.key === key) return;
  legend.dataset.key = key;
  const rows = coloured.map(({ index, colour }) => {
    const row = chip(labels[index]);
    row.prepend(make("i"));
    row.style.setProperty("--of", `var(${colour})`);
    return row;
  });
  if (labels.length > coloured.length) rows.push(make("li", { textContent: say("moreLabels", { n: labels.length - coloured.length }) }));
  legend.replaceChildren(...rows);
}

function showTimes(from, to) {
  const step = STEPS.find((one) => (to - from) / one <= 6) ?? 7200;
  const first = Math.max(0, Math.ceil(from / step) * step);
  const times = [];
  for (let time = first; time < to - 0.04 * (to - from); time += step) times.push(time);
  byId("times").replaceChildren(
    ...times.map((time) => {
      const mark = make("span", { textContent: clock(time) });
      mark.style.left = `${(100 * (time - from)) / (to - from)}%`;
      return mark;
    }),
  );
}
