// One button trains; then the new model is held against the one before.

import { ask } from "../api.js";
import { byId, cell, make, named, percent, tell, trying } from "../../look/dom.js";
import { onChange, pathOf } from "./store.js";

const AGAIN = 1500; // milliseconds between two looks at a training
const GOES_ON = ["waiting", "running"];
const VERDICTS = { better: "Better", worse: "Worse", "cannot tell yet": "Cannot tell yet" };
const trouble = byId("train-trouble");
let timer;
let shown = null; // the path of the data set that is shown
let now = null; // the newest training, as the server tells it

/** The name of the model in use on the data set; null: there is none. */
export const modelInUse = () => now?.in_use ?? null;

export function setUpTraining() {
  byId("train").addEventListener("click", () => trying(trouble, start));
  byId("keep").addEventListener("click", () => trying(trouble, () => use(now.now)));
  byId("back").addEventListener("click", () => trying(trouble, () => use(now.before)));
  onChange((dataSet) => {
    if (!dataSet || shown === pathOf()) return;
    shown = pathOf();
    trying(trouble, look);
  });
  fill();
}

async function fill() {
  const { architectures } = await ask("/v2/models/");
  byId("architecture").replaceChildren(...architectures.map(({ name, summary }) => make("option", { value: name, textContent: `${name}: ${summary}` })));
  byId("architecture").value = "signal";
}

async function start() {
  const query = { architecture: byId("architecture").value, epochs: byId("epochs").value, unlabelled: byId("unlabelled").value };
  tell(trouble, "");
  show(await ask(pathOf("train"), { method: "POST", query }));
}

async function use(model) {
  show(await ask(pathOf("model"), { method: "POST", query: { model } }));
}

async function look() {
  show(await ask(pathOf("train")));
}

function show(training) {
  now = training;
  clearTimeout(timer);
  const { run } = training;
  const goesOn = GOES_ON.includes(run?.status);
  byId("train").disabled = goesOn;
  byId("train-progress").hidden = !goesOn;
  if (goesOn) timer = setTimeout(() => trying(trouble, look), AGAIN);
  else tell(trouble, run?.error ?? "");
  tell(byId("train-state"), words(training));
  showComparison(training);
}

function words({ run, now: made, in_use: used }) {
  if (!run) return "";
  if (GOES_ON.includes(run.status)) return run.step ?? run.status;
  if (run.status !== "done") return run.error ? "" : `The training was ${run.status}.`;
  return `${made} is trained${used === made ? " and in use" : ""}; it is among the models, too.`;
}

function showComparison({ comparison, before, now: made, in_use: used }) {
  byId("comparison").hidden = !comparison;
  if (!comparison) return;
  const { verdict, why, recordings, groups, difference, interval, more, differences } = comparison;
  byId("verdict").textContent = VERDICTS[verdict] ?? verdict;
  const points = (share) => `${share > 0 ? "+" : ""}${Math.round(100 * share)}`;
  byId("compared").textContent = why
    ? `They could not be compared: ${why}`
    : `${recordings} stretches of ${groups} recordings that neither has heard: the new one has ${comparison.now.right} right ` +
      `(balanced accuracy ${percent(comparison.now.balanced_accuracy)}), the one before ${comparison.before.right} ` +
      `(${percent(comparison.before.balanced_accuracy)}). Difference: ${points(difference)} points` +
      (interval ? `, 95 % of it between ${points(interval[0])} and ${points(interval[1])}.` : ".") +
      (more ? ` About ${more} more stretches would tell.` : "");
  byId("differences-shown").hidden = !differences.length;
  byId("differences").replaceChildren(
    ...differences.map((one) => make("tr", {}, ...[one.recording, one.label, one.before, one.now].map((name) => cell(named(name, "nothing"))))),
  );
  tell(byId("in-use"), `In use: ${used}`);
  byId("keep").disabled = used === made;
  byId("back").disabled = used === before;
}
