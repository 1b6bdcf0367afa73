// Listens to the microphone; while the page is hidden, nothing runs.

import { byId, tell } from "../look/dom.js";
import { addEntry, setSegments } from "./log.js";
import { classifier } from "./models.js";
import { BANDS, spectrogram } from "./spectrogram.js";
import { showView } from "./view.js";
import { number, say, troubleOf } from "./words.js";

const SHOWN = 24; // seconds in the drawing
const COLUMNS = 32; // of the spectrogram in a second

const button = byId("listen");
let listening = null; // {stop} while the microphone is on
let wanted = false; // by the person, also while the page is hidden
let starting = false;
let points = []; // {time, probabilities, columns} of the last seconds
let began = null;
let entry = null;

const state = (sentence) => tell(byId("state"), sentence);

export const isListening = () => wanted;

export function setUpLive() {
  button.textContent = say("listen");
  button.addEventListener("click", () => (wanted ? stop(say("stopped")) : start()));
  document.addEventListener("visibilitychange", () => {
    if (!wanted) return;
    if (document.hidden) pause();
    else start();
  });
}

/** Stops listening: another model, or a recording. */
export function stop(sentence = "") {
  wanted = false;
  pause();
  state(sentence);
  showButton();
}

function pause() {
  listening?.stop();
  listening = null;
  state(say("paused"));
}

async function start() {
  if (starting || listening) return;
  [wanted, starting] = [true, true];
  tell(byId("trouble"), "");
  state(say("asking"));
  [points, entry, began] = [[], null, new Date()];
  const of = classifier();
  try {
    const found = await of.listen((heard) => show(of, heard), lost);
    starting = false;
    if (!wanted || document.hidden || classifier() !== of) return found.stop(); // meanwhile
    listening = found;
    began = new Date();
    state(say("listening", { kilohertz: number(found.rate / 1000) }));
  } catch (error) {
    starting = wanted = false;
    state("");
    tell(byId("trouble"), troubleOf(error));
  }
  showButton();
}

function lost(error) {
  listening = null;
  stop();
  tell(byId("trouble"), troubleOf(error ?? { code: "lost" }));
}

function showButton() {
  button.textContent = say(wanted ? "stop" : "listen");
  button.classList.toggle("busy", wanted);
}

function show({ labels, sampleRate }, { time, probabilities, label, segments, samples, leftOut }) {
  if (!wanted || document.hidden) return;
  const seconds = samples.length / sampleRate;
  points.push({ time, probabilities, seconds, columns: spectrogram(samples, sampleRate, Math.round(COLUMNS * seconds)) });
  while (points[0].time <= time - SHOWN) points.shift();
  if (segments.length) {
    entry ??= addEntry(say("microphone", { time: began.toLocaleTimeString("en-GB") }), began);
    setSegments(entry, segments);
  }
  if (leftOut) state(say("leftOut", { seconds: number(leftOut) }));
  const title = say("microphone", { time: began.toLocaleTimeString("en-GB") });
  showView({ title, labels, label, probabilities, points, from: time - SHOWN, to: time, mel: mel() });
}

function mel() {
  const columns = SHOWN * COLUMNS;
  const values = new Uint8Array(columns * BANDS);
  let end = values.length;
  for (const point of points.toReversed()) {
    const here = point.columns.subarray(Math.max(0, point.columns.length - end));
    end -= here.length;
    values.set(here, end);
  }
  return { bands: BANDS, columns, values };
}
