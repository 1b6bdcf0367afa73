// Listen: the microphone goes to the server, a prediction comes back twice a second and is shown.

import { byId, duration, labelsOf, make, named, showClasses, showVerdict, tell, trying } from "../look/dom.js";
import { decodeMel, drawMel, drawWaveform } from "../look/draw.js";
import { openStream } from "../module/microphone.js";
import { LiveSocket } from "./live_socket.js";
import { chosen, onChoice } from "./models.js";

const SHOWN = 25; // half seconds in the drawing; style.css shows one fewer
const REMEMBERED = 12; // labels
const WAITS = [1, 2, 4, 8, 8]; // seconds before each try to connect again

const still = matchMedia("(prefers-reduced-motion: reduce)");
let microphone = null;
let socket = null;
let tries = 0;
let lostAt = 0; // when the connection was lost; 0 while there is one
let leftOut = false;
let opening = false; // the browser asks for the microphone
let retry;
let received = []; // the last half seconds

const button = byId("listen");
const state = (sentence) => tell(byId("live-state"), sentence);

export function setUpLive() {
  button.addEventListener("click", () => (microphone ? stop() : start()));
  onChoice((model) => {
    button.disabled = !model || opening;
    if (microphone) model ? connect() : stop("The model is gone; choose another one.");
  });
}

async function start() {
  button.disabled = opening = true;
  state("Asking for the microphone …");
  const lost = () => stop("The microphone was taken away. Connect it again, then listen again.");
  microphone = await trying(byId("live-trouble"), () => openStream(send, lost));
  opening = false;
  button.disabled = !chosen();
  if (!microphone) return state("");
  button.textContent = "Stop";
  button.classList.add("busy");
  byId("live-on").hidden = false;
  [received, tries, lostAt] = [[], 0, 0];
  byId("live-history").replaceChildren();
  byId("live-label").replaceChildren();
  connect();
}

/** @param {string} why where something went wrong */
function stop(why) {
  clearTimeout(retry);
  socket?.close();
  microphone?.close();
  [socket, microphone] = [null, null];
  button.textContent = "Listen";
  button.classList.remove("busy");
  byId("live-on").hidden = true;
  byId("live-drawing").getAnimations({ subtree: true }).forEach((animation) => animation.finish());
  tell(byId("live-trouble"), why);
  state(why ? "" : "Stopped.");
}

function connect() {
  clearTimeout(retry);
  socket?.close();
  const model = chosen();
  socket = new LiveSocket(model, microphone.rate, (prediction) => show(prediction, model), closed);
  if (!lostAt) state(`Listening; the first prediction takes ${duration(model.window)} of sound at most …`);
}

/** What the server gives as a reason is final; a connection that broke is tried again, and shown. */
function closed({ code, reason }) {
  if (reason || code === 1008 || code === 1013 || code >= 4000) {
    return stop(`The server ended it: ${reason || `code ${code}`}`);
  }
  if (tries === WAITS.length) return stop("The connection to the server is lost. Is ServeModel.py still running?");
  lostAt ||= Date.now();
  const wait = WAITS[tries++];
  state("");
  tell(byId("live-trouble"), `The connection to the server is lost; trying again (${tries} of ${WAITS.length}) …`);
  retry = setTimeout(connect, 1000 * wait);
}

function send(block) {
  if (!socket?.send(block)) return;
  state("The server is slower than the sound: some of it is left out.");
  leftOut = true;
}

function show(prediction, model) {
  if (lostAt) {
    state(`Connected again; ${duration((Date.now() - lostAt) / 1000)} were left out.`);
    tell(byId("live-trouble"), "");
  } else if (prediction.time < 1) {
    state(`Listening at ${(microphone.rate / 1000).toLocaleString("en")} kHz.`);
  } else if (leftOut && socket.isInTime) {
    leftOut = false;
    state("Listening; the server is in time again.");
  }
  [tries, lostAt] = [0, 0];
  byId("live-shown").hidden = false;
  showVerdict(byId("live-label"), labelsOf(prediction));
  showClasses(byId("live-classes"), prediction, model.labels);
  remember(prediction);
  received = [...received, { ...prediction, mel: decodeMel(prediction.mel) }].slice(-SHOWN);
  draw();
}

/** Adds what is reported to the list, or its seconds to what goes on. */
function remember(prediction) {
  const list = byId("live-history");
  const label = labelsOf(prediction);
  const name = label ?? "";
  if (list.firstChild?.dataset.label !== name) {
    const when = make("time", { textContent: new Date().toLocaleTimeString("en-GB") });
    list.prepend(make("li", {}, when, named(label), make("span")));
    Object.assign(list.firstChild.dataset, { label: name, seconds: 0 });
    while (list.children.length > REMEMBERED) list.lastChild.remove();
  }
  const row = list.firstChild;
  row.dataset.seconds = Number(row.dataset.seconds) + prediction.seconds;
  row.lastChild.textContent = duration(Number(row.dataset.seconds));
}

function draw() {
  const newest = received.at(-1);
  const missing = SHOWN - received.length;
  const empty = Array(missing * newest.low.length).fill(null);
  const [waveform, spectrogram] = byId("live-drawing").children;
  drawWaveform(waveform, [...empty, ...received.flatMap((half) => half.low)], [...empty, ...received.flatMap((half) => half.high)]);

  const { bands, columns } = newest.mel;
  const before = missing * columns * bands;
  const values = new Uint8Array(before + received.reduce((sum, half) => sum + half.mel.values.length, 0));
  received.reduce((at, { mel }) => (values.set(mel.values, at), at + mel.values.length), before);
  drawMel(spectrogram, { bands, columns: values.length / bands, values });

  const moved = { transform: `translateX(${-100 / SHOWN}%)` };
  const time = { duration: still.matches ? 0 : 1000 * newest.seconds, fill: "forwards" };
  for (const canvas of [waveform, spectrogram]) {
    canvas.getAnimations().forEach((animation) => animation.cancel());
    canvas.animate([{ transform: "none" }, moved], time);
  }
}
