// The switch between models: those of the folder, and files that a person opens.

import { ModelError } from "../module/model_file.js";
import { SoundClassifier } from "../module/sound-classifier.js";
import { byId, chip, make, tell } from "../look/dom.js";
import { number, say, troubleOf } from "./words.js";
import { texts } from "./texts.js";

const FEW = 60; // labels that are shown
const select = byId("model");
const listeners = [];
let known = []; // {name, file: address or File, channel}
let current = null; // the SoundClassifier that is ready
let turn = 0;
let pending = Promise.resolve(); // the model that is being loaded

export const classifier = () => current;
/** The same, once the model that is being loaded is ready; null where it cannot be used. */
export const readyClassifier = async () => (await pending, current);
export const channel = () => known[select.selectedIndex]?.channel ?? "mix";
/** Calls `listener(classifier or null)` when another one is ready, or none is any more. */
export const onModel = (listener) => listeners.push(listener);

export async function setUpModels() {
  select.addEventListener("change", () => load());
  byId("model-open").addEventListener("click", () => byId("model-file").click());
  byId("model-file").addEventListener("change", (event) => {
    if (event.target.files.length) openModel(event.target.files[0]);
    event.target.value = "";
  });
  const { models } = await (await fetch("models.json")).json();
  known = models;
  showNames(0);
  await load();
}

/** Takes a .tflite that a person has chosen or dropped. */
export async function openModel(file) {
  const before = select.selectedIndex;
  known.push({ name: file.name.replace(/(_metadata)?\.tflite$/i, ""), file, channel: "mix" });
  showNames(known.length - 1);
  if (await load()) return;
  known.pop();
  showNames(before);
  await load(false);
}

function showNames(index) {
  select.replaceChildren(...known.map(({ name }) => make("option", { textContent: name })));
  select.selectedIndex = index;
}

/** Loads the model that is chosen; @returns whether it can be used */
function load(quiet = true) {
  const loaded = loadChosen(quiet);
  pending = loaded;
  return loaded;
}

async function loadChosen(quiet) {
  const mine = ++turn;
  const { name, file } = known[select.selectedIndex];
  if (quiet) tell(byId("model-trouble"), "");
  tell(byId("model-state"), say("loading"));
  announce(null);
  try {
    const found = await SoundClassifier.load(file instanceof Blob ? file : new URL(file, document.baseURI), { name });
    if (mine !== turn) return found.close();
    announce(found);
    describe(found);
    return true;
  } catch (error) {
    if (mine !== turn) return true;
    tell(byId("model-state"), "");
    tell(byId("model-trouble"), troubleOf(error instanceof ModelError ? error : new ModelError("not-run", "", { why: error.message }), file.name ?? file));
    return false;
  }
}

function announce(found) {
  const before = current;
  current = found;
  listeners.forEach((listener) => listener(found));
  before?.close();
}

function describe({ name, labels, sampleRate, windowLength, hasRule, notes }) {
  const values = { name, seconds: number(windowLength / sampleRate, 2), kilohertz: number(sampleRate / 1000) };
  const more = notes.length ? notes.map((note) => texts.troubles[note]) : hasRule ? [] : [say("noRule")];
  tell(byId("model-state"), [say("modelAbout", values), ...more].join(" "));
  byId("model-labels").replaceChildren(...labels.slice(0, FEW).map((label) => chip(label)));
  if (labels.length > FEW) byId("model-labels").append(make("li", { textContent: say("moreLabels", { n: labels.length - FEW }) }));
}
