// What a model says of the recording: stretches that a person confirms or corrects.

import { ask, formWith } from "../api.js";
import { byId, make, tell, trying } from "../../look/dom.js";
import { merge } from "../timeline.js";
import { pathOf } from "./store.js";
import { showRow } from "./timeline.js";

const OVERLAP = 0.5;
const select = byId("suggester");
const place = byId("said");
let recordingOf = () => null;

/** @param current tells which recording is shown */
export function setUpSaid(current) {
  recordingOf = current;
  select.addEventListener("change", showSaid);
}

async function fill() {
  const { models } = await ask("/v2/models/");
  if (select.options.length === models.length + 1) return;
  const before = select.value;
  const rows = models.map(({ name }) => make("option", { value: name, textContent: name }));
  select.replaceChildren(make("option", { value: "", textContent: models.length ? "Ask no model" : "There is no model yet" }), ...rows);
  select.value = models.some(({ name }) => name === before) ? before : "";
}

export function forget() {
  place.hidden = true;
}

/** Asks the chosen model, of those that there are now. */
export async function showSaid() {
  forget();
  await trying(byId("editor-trouble"), fill);
  const recording = recordingOf();
  if (!recording || !select.value) return;
  const { name, seconds } = recording;
  tell(byId("editor-state"), `Asking ${select.value} …`);
  const windows = await trying(byId("editor-trouble"), () => windowsOf(name, select.value));
  tell(byId("editor-state"), "");
  if (!windows || recordingOf()?.name !== name) return;
  place.hidden = false;
  showRow(place, merge(windows, seconds), "?");
}

async function windowsOf(name, model) {
  const sound = await ask(`${pathOf("recordings", name)}audio`, { blob: true });
  const query = { windows: true, overlap: OVERLAP };
  const body = formWith(new File([sound], name));
  const { predictions } = await ask(`/v2/models/${encodeURIComponent(model)}/predict/`, { method: "POST", query, body });
  return predictions[0].windows;
}
