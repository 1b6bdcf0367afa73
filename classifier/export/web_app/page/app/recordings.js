// Classifies recordings: chosen, dropped or recorded; one after the other, and not while the page is hidden.

import { closeMicrophone, openMicrophone } from "../module/microphone.js";
import { byId, clock, tell } from "../look/dom.js";
import { readRecording } from "./audio_file.js";
import { isListening, stop as stopListening } from "./live.js";
import { addEntry, setSegments } from "./log.js";
import { channel, readyClassifier } from "./models.js";
import { BANDS, spectrogram } from "./spectrogram.js";
import { hideView, showView } from "./view.js";
import { number, say, troubleOf } from "./words.js";

const COLUMNS = 700; // of the spectrogram of a whole recording

const button = byId("record");
const bar = byId("progress");
let recorder = null;
let queue = Promise.resolve();

export function setUpRecordings() {
  button.textContent = say("record");
  button.addEventListener("click", () => (recorder ? recorder.stop() : record().catch((error) => tell(byId("trouble"), troubleOf(error)))));
  document.addEventListener("visibilitychange", () => document.hidden && recorder?.stop());
  byId("file-open").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", (event) => {
    classifyAll([...event.target.files]);
    event.target.value = "";
  });
}

/** Classifies Files, behind those that wait. */
export function classifyAll(files) {
  if (isListening()) stopListening();
  tell(byId("trouble"), "");
  for (const file of files) queue = queue.then(() => classify(file));
  return queue;
}

async function classify(file) {
  const of = await readyClassifier();
  if (!of) return tell(byId("trouble"), troubleOf({ code: "no-model" }, file.name));
  tell(byId("state"), say("classifying", { name: file.name }));
  hideView();
  bar.removeAttribute("value");
  bar.hidden = false;
  try {
    const { samples, rate } = await readRecording(file, channel());
    const found = await of.classify(samples, { sampleRate: rate, onWindow });
    setSegments(addEntry(file.name), found.segments, found.label);
    tell(byId("state"), say("classified", { name: file.name, seconds: number(found.seconds) }));
    show(of, file.name, found, spectrogram(samples, rate, COLUMNS));
  } catch (error) {
    tell(byId("state"), "");
    const before = byId("trouble").textContent;
    tell(byId("trouble"), [before, troubleOf(error, file.name)].filter(Boolean).join(" "));
  }
  bar.hidden = true;
}

async function onWindow({ done, of }) {
  bar.value = done / of;
  while (document.hidden) await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

function show({ labels }, title, { label, probabilities, windows, seconds }, values) {
  const middle = ({ start, end }) => (start + end) / 2;
  const inside = windows.map((window) => ({ time: middle(window), probabilities: window.probabilities }));
  const ends = [{ ...inside[0], time: 0 }, ...inside, { ...inside.at(-1), time: seconds }]; // a single window is a line, too
  showView({ title, labels, label, probabilities, points: ends, from: 0, to: seconds, mel: { bands: BANDS, columns: COLUMNS, values } });
}

async function record() {
  if (isListening()) stopListening();
  const stream = await openMicrophone();
  const began = new Date();
  const parts = [];
  recorder = new MediaRecorder(stream);
  const tick = setInterval(() => tell(byId("state"), say("recording", { time: clock(Math.floor((Date.now() - began) / 1000)) })), 1000);
  byId("state").setAttribute("aria-live", "off"); // a clock is not to be read aloud
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.onstop = () => {
    clearInterval(tick);
    closeMicrophone(stream);
    byId("state").removeAttribute("aria-live");
    recorder = null;
    button.textContent = say("record");
    button.classList.remove("busy");
    classifyAll([new File(parts, say("recorded", { time: began.toLocaleTimeString("en-GB") }))]);
  };
  recorder.start();
  button.textContent = say("stopRecording");
  button.classList.add("busy");
}
