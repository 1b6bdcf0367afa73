// Take it away: the files of a model, a data set as zip, results for other programs.

import { ask } from "./api.js";
import { byId, make, named, trying } from "../look/dom.js";
import { chosen, onChoice } from "./models.js";

const ENDINGS = { csv: "csv", audacity: "txt", raven: "Table.1.selections.txt" }; // of what each writer writes
let shown = null; // the prediction that is on the page, and the model that made it

export function setUpTake() {
  const box = byId("take");
  const trouble = byId("take-trouble");
  box.addEventListener("toggle", () => box.open && listFiles());
  onChoice((model) => ((box.hidden = !model), model && box.open && listFiles()));
  for (const button of document.querySelectorAll("[data-writer]")) {
    button.addEventListener("click", () => trying(byId("results-trouble"), () => saveResults(button.dataset.writer)));
  }
  byId("train-data-zip").addEventListener("click", () => trying(byId("train-trouble"), saveData));

  async function listFiles() {
    const model = chosen();
    if (!model) return;
    const answer = await trying(trouble, () => ask(`/v2/models/${encodeURIComponent(model.name)}/files/`));
    if (model !== chosen()) return;
    if (!answer) box.open = false; // without a token there is nothing to see; it may be tried again
    byId("take-files").replaceChildren(...(answer?.files ?? []).map((file) => row(model, file)));
  }
}

function row(model, { name, bytes, about }) {
  const href = `v2/models/${encodeURIComponent(model.name)}/files/${encodeURIComponent(name)}`;
  const link = make("a", { href, download: name }, named(name));
  return make("li", {}, link, make("span", { className: "soft", textContent: `${size(bytes)}, ${about}` }));
}

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

/** What the buttons save; null where there is nothing. */
export function offerResults(prediction, model) {
  shown = prediction && { prediction, model };
  byId("results").hidden = !shown;
}

async function saveResults(writer) {
  const { prediction, model } = shown;
  const { drawing, ...rest } = prediction; // pictures are not written
  const body = new Blob([JSON.stringify({ status: "OK", predictions: [rest] })], { type: "application/json" });
  const path = `/v2/models/${encodeURIComponent(model.name)}/results/${writer}/`;
  const written = await ask(path, { method: "POST", body, blob: true });
  const address = URL.createObjectURL(written);
  save(address, `${prediction.title.replace(/\.[^.]*$/, "")}.${ENDINGS[writer]}`);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** It may be larger than the memory: the browser fetches it itself, with the cookie that stands for the token. */
async function saveData() {
  const name = byId("train-data").value;
  await ask("/v2/session/", { method: "POST" });
  save(`v2/data/${encodeURIComponent(name)}/zip`, `${name}.zip`);
}

function save(href, download) {
  const link = make("a", { href, download });
  document.body.append(link);
  link.click();
  link.remove();
}
