// One recording: its timeline, what is selected, and labels for that; every edit is saved at once.

import { ask } from "../api.js";
import { byId, clock, make, named, tell, trying } from "../../look/dom.js";
import { hideConflict, setUpConflict, showConflict } from "./conflict.js";
import { keyOf } from "./labels.js";
import { setUpPlayback, load, playStretch } from "./playback.js";
import { forget, setUpSaid, showSaid } from "./said.js";
import { dataSet, labels, onChange, pathOf, refresh } from "./store.js";
import { select, selection, setUpTimeline, showStretches, showWhole } from "./timeline.js";

const AGAIN = 3000; // milliseconds between two looks whether somebody else has edited it
const TYPED = "input:not([type=checkbox]), select, textarea, dialog *";
const trouble = byId("editor-trouble");
const state = (sentence) => tell(byId("editor-state"), sentence);
let recording = null; // as the server tells it
let saving = Promise.resolve(); // one edit after the other
let unsaved = 0; // edits under way

export const opened = () => recording?.name ?? null;

export function setUpEditor() {
  setUpTimeline((stretch) => tell(trouble, stretch ? "" : "Select a stretch first: drag over the drawing, or give its times."));
  setUpPlayback();
  setUpSaid(() => recording);
  setUpConflict(settle);
  byId("play").addEventListener("click", () => recording && playStretch(selection() ?? { start: 0, end: recording.seconds }));
  byId("undo").addEventListener("click", undo);
  document.addEventListener("keydown", pressed);
  setInterval(lookAgain, AGAIN);
  onChange(() => {
    if (recording && !dataSet?.recordings.some(({ name }) => name === recording.name)) return close();
    showKeys();
    if (recording) showStretches(recording.stretches);
  });
}

/** Shows a recording. */
export async function open(name) {
  const found = await ask(pathOf("recordings", name));
  recording = found;
  byId("editor").hidden = false; // first: what is hidden has no width to draw in
  byId("editor-title").firstChild.textContent = name;
  [trouble, byId("editor-state")].forEach((place) => tell(place, ""));
  hideConflict();
  load(name, found.seconds);
  showRecording(found);
  await showWhole(found);
  byId("editor").scrollIntoView();
  byId("editor").focus();
  await showSaid();
}

export function close() {
  recording = null;
  byId("editor").hidden = true;
  load(null, 0);
  forget();
}

function showRecording(found) {
  recording = found;
  showStretches(found.stretches);
  byId("undo").disabled = !found.undo;
}

function showKeys() {
  const rows = labels().map((name, place) => {
    const button = make("button", { onclick: () => paint(name) }, keyOf(place, name), named(name));
    return button;
  });
  const none = make("button", { onclick: () => paint(null) }, make("kbd", { textContent: "0" }), named(null));
  byId("keys").replaceChildren(...rows, none);
}

/** Gives the selection a label; null: none of them is heard. */
function paint(label) {
  const stretch = selection();
  if (!recording || !stretch) return select(null);
  const { start, end } = stretch;
  hideConflict();
  saveStretch({ start, end, label });
}

function saveStretch({ start, end, label }) {
  save("edits", { start, end, label }, `${label ?? "None of them"} from ${clock(start)} to ${clock(end)}: saved.`);
}

/** Saves what a person keeps of their side of a conflict. */
function settle(stretches) {
  if (!stretches.length) state("Theirs is kept.");
  stretches.forEach(saveStretch);
  byId("editor").focus();
}

function undo() {
  const last = recording?.undo;
  if (last) save("undo", {}, `Taken back: ${last.label ?? "none of them"} from ${clock(last.start)} to ${clock(last.end)}.`);
}

/** Sends an edit; where somebody else was first, both sides are shown, and the selection stays to be tried again. */
function save(what, query, done) {
  const { name } = recording;
  unsaved++;
  saving = saving.then(() =>
    trying(trouble, async () => {
      if (opened() !== name) return;
      state("Saving …");
      try {
        const found = await ask(pathOf("recordings", name, what), { method: "POST", query: { ...query, revision: recording.revision } });
        if (opened() === name) showRecording(found);
        state(done);
      } catch (error) {
        state("Not saved.");
        const { mine, now } = error.answer ?? {};
        if (mine?.undoes === null) {
          if (opened() === name) showRecording(now);
          return opened() === name && showConflict(error.answer);
        }
        await ask(pathOf("recordings", name)).then((found) => opened() === name && showRecording(found), () => {});
        throw error;
      }
      await refresh();
    }).finally(() => unsaved--),
  );
}

async function lookAgain() {
  if (!recording || document.hidden || unsaved) return;
  const { name, revision } = recording;
  const found = await ask(pathOf("recordings", name)).catch(() => null);
  if (!found || unsaved || opened() !== name || revision !== recording.revision || found.revision <= revision) return;
  showRecording(found);
  state("Somebody else has labelled this recording; this is how it is now.");
}

function pressed(event) {
  if (!recording || event.altKey || event.target.matches?.(TYPED)) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "z") {
    event.preventDefault();
    return undo();
  }
  if (event.ctrlKey || event.metaKey || !/^[0-9]$/.test(event.key)) return;
  const label = event.key === "0" ? null : labels()[event.key - 1];
  if (label !== undefined) paint(label);
}
