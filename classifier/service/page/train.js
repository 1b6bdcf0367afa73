// Train: what on, what, how long; the list of trainings is in runs.js.

import { ask, formWith } from "./api.js";
import { byId, chip, make, tell, trying } from "../look/dom.js";
import { architectures, onChoice } from "./models.js";
import { refreshRuns } from "./runs.js";

const FIRST = { architecture: "signal", data: "data_short" }; // what the button trains where there is no model
const FEW = 12; // labels that are named
const AUTO = { name: "auto", summary: "A few architectures that suit most recordings are trained, and the best of them is kept" };

let data = [];

export async function setUpTrain() {
  byId("train-form").addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  byId("train-first").addEventListener("click", startFirst);
  byId("tensorboard").addEventListener("click", startTensorBoard);
  byId("train-data").addEventListener("change", describe);
  byId("train-architecture").addEventListener("change", describe);
  byId("train-zip").addEventListener("change", describe);
  document.addEventListener("visibilitychange", refreshRuns);
  window.addEventListener("hashchange", () => {
    refreshRuns();
    if (!data.length) refreshData();
  });
  onChoice(describe);
  await Promise.all([refreshRuns(), refreshData()]);
}

async function refreshData() {
  const response = await trying(byId("train-trouble"), () => ask("/v2/data/"));
  data = response?.data ?? [];
  fill(byId("train-data"), data.map(({ name, recordings }) => [name, `${name} (${recordings} recordings)`]));
  describe();
}

function fill(select, rows) {
  if (select.length === rows.length) return;
  const before = select.value;
  select.replaceChildren(...rows.map(([value, textContent]) => make("option", { value, textContent })));
  if (rows.some(([value]) => value === before)) select.value = before;
}

function describe() {
  const known = [AUTO, ...architectures];
  fill(byId("train-architecture"), known.map(({ name }) => [name, name === AUTO.name ? "auto (choose for me)" : name]));
  const found = data.find(({ name }) => name === byId("train-data").value);
  const labels = Object.entries(found?.labels ?? {});
  const chips = labels.slice(0, FEW).map(([label, count]) => chip(label, count));
  if (labels.length > FEW) chips.push(chip(`and ${labels.length - FEW} more labels`));
  const own = byId("train-zip").files[0];
  byId("train-data-about").replaceChildren(...(own ? [] : chips));
  byId("train-what").textContent = whatOf(own, labels.length);
  byId("train-data-zip").hidden = Boolean(own) || !labels.length;
  byId("train-none").hidden = data.length > 0;
  const chosen = known.find(({ name }) => name === byId("train-architecture").value);
  byId("train-architecture-about").textContent = chosen?.summary ?? "";
  const zip = byId("train-zip").files[0];
  byId("train-data").disabled = Boolean(zip);
}

/** What a model of these recordings will tell apart, in a sentence. */
function whatOf(zip, count) {
  if (zip) return `The names of the folders in ${zip.name} are the labels.`;
  if (!count) return data.length ? "No labels were found in this folder: it needs a folder of recordings for each label." : "";
  return `${count} labels, by the names in the folder:`;
}

async function start() {
  const zip = byId("train-zip").files[0];
  const query = { max_minutes: byId("train-minutes").value, epochs: byId("train-epochs").value, group_by: byId("train-group").value };
  if (zip) query.kept = byId("train-kept").checked || null;
  else query.dataset_directory = byId("train-data").value;
  const button = byId("train-start");
  button.disabled = true;
  tell(byId("train-state"), zip ? `Sending ${zip.name} …` : "Starting …");
  const run = await trying(byId("train-trouble"), () => begin(byId("train-architecture").value, query, zip && formWith(zip)));
  button.disabled = false;
  tell(byId("train-state"), run ? "It is in the list below. You may close this page: it goes on." : "");
  if (zip && run) {
    byId("train-zip").value = "";
    await refreshData();
  }
}

async function startFirst() {
  const button = byId("train-first");
  button.disabled = true;
  const names = architectures.map(({ name }) => name);
  const architecture = names.includes(FIRST.architecture) ? FIRST.architecture : names[0];
  const run = await trying(byId("first-trouble"), () => begin(architecture, { dataset_directory: FIRST.data }));
  button.disabled = false;
  if (run) location.hash = "train";
}

async function begin(architecture, query, body) {
  const run = await ask(`/v2/models/${encodeURIComponent(architecture)}/train/`, { method: "POST", query, body });
  await refreshRuns();
  return run;
}

/** On the machine of the server, and seen there only. */
async function startTensorBoard() {
  const button = byId("tensorboard");
  const link = byId("tensorboard-link");
  button.disabled = true;
  const response = await trying(byId("runs-trouble"), () => ask("/v2/tensorboard/", { method: "POST" }));
  button.disabled = false;
  link.hidden = !response;
  if (response) Object.assign(link, { href: response.url, textContent: `TensorBoard, on the machine of the server: ${response.url}` });
}
