// Recording: from the microphone, a file, an archive or an address, to what the model predicts for it.

import { ask, formWith } from "./api.js";
import { byId, clock, tell, trying } from "../look/dom.js";
import { setUpDrop } from "../look/drop.js";
import { openRecording } from "./long_recording.js";
import { closeMicrophone, openMicrophone } from "../module/microphone.js";
import { chosen, onChoice } from "./models.js";
import { setUpPlayer } from "./player.js";
import { hideResults, showResults } from "./result.js";
import { classifyLong } from "./streaming.js";

const ARCHIVE = /\.(zip|tar|gz|bz2|xz|tgz|tbz2?|txz)$/i;
const FORMATS = { "audio/webm;codecs=opus": "webm", "audio/mp4": "m4a", "audio/ogg;codecs=opus": "ogg" };
const OVERLAP = 0.5;
const LONG = 300; // seconds from which on a recording is sent in parts

const button = byId("record");
const trouble = byId("recording-trouble");
const state = byId("recording-state");
let recorder = null;
let shown = null; // what is classified: {file} or {url}; classified again by another model
let waiting = null; // an AbortController of the question that is open
let enough = false; // the rest of a long recording is not wanted

export async function setUpRecording() {
  setUpPlayer();
  button.addEventListener("click", () => (recorder ? recorder.stop() : startRecording()));
  byId("file").addEventListener("change", (event) => event.target.files.length && classify({ file: event.target.files[0] }));
  byId("url-form").addEventListener("submit", (event) => {
    event.preventDefault();
    classify({ url: byId("url").value });
  });
  byId("recording-stop").addEventListener("click", () => (enough = true));
  setUpDrop(takeDropped, (element) => element.matches?.("input[type=file]"));
  onChoice((model) => model && shown && !recorder && classify(shown));
  const { urls } = await ask("/v2/");
  byId("url-form").hidden = !urls;
}

function takeDropped([file, ...more]) {
  if (!file) return;
  location.hash = "recording";
  byId("file").value = "";
  classify({ file }, more.length && `${more.length + 1} files were dropped; this is the first. Put them into a zip to see all.`);
}

async function startRecording() {
  button.disabled = true;
  await trying(trouble, record);
  button.disabled = false;
}

async function record() {
  const stream = await openMicrophone();
  const type = Object.keys(FORMATS).find((format) => MediaRecorder.isTypeSupported(format));
  const parts = [];
  const began = Date.now();
  recorder = new MediaRecorder(stream, type ? { mimeType: type } : {});
  const tick = setInterval(() => tell(state, `Recording … ${clock(Math.floor((Date.now() - began) / 1000))}`), 1000);
  state.setAttribute("aria-live", "off"); // a clock is not to be read aloud
  tell(state, "Recording … 0:00");
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.onstop = () => {
    clearInterval(tick);
    closeMicrophone(stream);
    const kind = recorder.mimeType;
    recorder = null;
    state.removeAttribute("aria-live");
    button.textContent = "Record from the microphone";
    button.classList.remove("busy");
    const name = `microphone ${new Date(began).toLocaleTimeString("en-GB").replaceAll(":", ".")}.${FORMATS[type] ?? "webm"}`;
    classify({ file: new File(parts, name, { type: kind }) });
  };
  recorder.start();
  button.textContent = "Stop";
  button.classList.add("busy");
}

/** Classifies, and shows the predictions. `note` is shown with them. */
async function classify(what, note) {
  const model = chosen();
  waiting?.abort();
  shown = what;
  if (!model) return tell(trouble, "There is no trained model yet; train one first.");
  const mine = (waiting = new AbortController());
  showWaiting();
  tell(state, `Waiting for ${model.name} …`);
  const response = await trying(trouble, () => answerTo(what, model, mine.signal));
  if (mine !== waiting) return; // another one was asked meanwhile
  waiting = null;
  hideWaiting();
  tell(state, note || "");
  if (response) showResults(response.predictions, what, model);
  else hideResults();
}

function showWaiting() {
  enough = false;
  byId("recording-progress").hidden = false;
  byId("recording-progress").removeAttribute("value");
}

function hideWaiting() {
  byId("recording-progress").hidden = byId("recording-stop").hidden = true;
}

async function answerTo(what, model, signal) {
  const { file } = what;
  const recording = file && !ARCHIVE.test(file.name) ? await openRecording(file, model.sample_rate) : null;
  if (!recording || recording.seconds < LONG) return question(what, model, signal);
  hideResults(); // those of another recording would stand there for long
  byId("recording-stop").hidden = false;
  const bar = byId("recording-progress");
  bar.max = recording.seconds;
  state.setAttribute("aria-live", "off"); // a clock is not to be read aloud
  const onPart = (seconds, wait) => {
    if (signal.aborted) return;
    bar.value = seconds;
    const far = `${clock(Math.floor(seconds))} of ${clock(Math.floor(recording.seconds))} done by ${model.name}`;
    tell(state, wait ? `${far}; the server has no room now, it is asked again in ${wait} s …` : `${far} …`);
  };
  onPart(0, 0);
  try {
    const more = { signal, isEnough: () => enough, onPart };
    return { predictions: [await classifyLong(recording, file.name, model, OVERLAP, more)] };
  } finally {
    state.removeAttribute("aria-live");
  }
}

function question({ file, url }, model, signal) {
  const many = ARCHIVE.test(file?.name ?? new URL(url).pathname); // a thousand drawings would be a hundred megabytes
  const query = { windows: true, drawing: !many, overlap: OVERLAP, url };
  const body = file && formWith(file);
  return ask(`/v2/models/${encodeURIComponent(model.name)}/predict/`, { method: "POST", query, body, signal });
}
