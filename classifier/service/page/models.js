// The switch between models: what there is, what each is, which one is chosen.

import { ask } from "./api.js";
import { byId, chip, make, percent, tell } from "../look/dom.js";

const AGAIN = 5000; // milliseconds between two looks at what there is
const FEW = 12; // labels that are shown at once

const select = byId("model");
const listeners = [];
let models = [];
let known = ""; // the list as it was last shown
let announced; // the name that listeners know; undefined before the first response

export let architectures = [];
export const chosen = () => models.find((model) => model.name === select.value) ?? null;
export const modelNamed = (name) => models.find((model) => model.name === name);
/** Calls `listener(model or null)` when another model is chosen. */
export const onChoice = (listener) => listeners.push(listener);

export async function setUpModels() {
  select.addEventListener("change", changed);
  document.addEventListener("visibilitychange", refreshModels);
  window.addEventListener("focus", refreshModels);
  setInterval(refreshModels, AGAIN);
  await refreshModels();
}

/** Looks what models there are; chooses `name` where it is given and there. */
export async function refreshModels(name) {
  if (document.hidden && announced !== undefined) return;
  let list;
  try {
    list = await ask("/v2/models/");
    tell(byId("model-trouble"), Object.values(list.unusable).join(" "));
  } catch (error) {
    return tell(byId("model-trouble"), error.message);
  }
  architectures = list.architectures;
  if (JSON.stringify(list) !== known) {
    const before = select.value;
    known = JSON.stringify(list);
    models = list.models;
    select.replaceChildren(...models.map((model) => make("option", { value: model.name, textContent: model.name })));
    select.value = [before, list.default].find(modelNamed) ?? models[0]?.name ?? "";
    byId("no-model").hidden = models.some(({ trained }) => trained);
    byId("model-choice").hidden = !models.length;
  }
  if (typeof name === "string" && modelNamed(name)) select.value = name;
  if (select.value !== announced) changed();
}

function changed() {
  const model = chosen();
  announced = select.value;
  if (model) describe(model);
  listeners.forEach((listener) => listener(model));
}

function describe(model) {
  const about = byId("model-about");
  const { scores, labels } = model;
  about.textContent = `${model.summary}. Its windows are ${model.window} s long, at ${model.sample_rate / 1000} kHz.`;
  if (scores) {
    const { mean_average_precision: mean, balanced_accuracy: balanced, recordings_right: right } = scores;
    const score = mean === null ? `${percent(balanced)} balanced accuracy` : `${percent(mean)} mean average precision`;
    about.append(` On its test split: ${score} of windows, by ${scores.measured_on} (guessing: ${percent(scores.chance)})`);
    about.append(`, ${right} of ${scores.recordings} recordings right${mean === null ? "" : " with all their labels"}. `);
  }
  if (model.report) about.append(" ", make("a", { href: model.report, textContent: "Its report", target: "_blank" }));
  const many = labels.length > FEW;
  byId("model-labels").replaceChildren(...(many ? [] : labels).map((label) => chip(label)));
  byId("model-all").hidden = !many;
  const [summary, all] = byId("model-all").children;
  summary.textContent = `All ${labels.length} labels`;
  all.replaceChildren(...(many ? labels.map((label) => chip(label)) : []));
}
