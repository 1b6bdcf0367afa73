// A model of the server hears a take while it is recorded: what it says is shown, and kept nowhere.

import { ask } from "../api.js";
import { byId, labelsOf, make, showClasses, showVerdict, tell } from "../../look/dom.js";
import { LiveSocket } from "../live_socket.js";
import { modelInUse } from "./training.js";

const select = byId("listener");
const state = (sentence) => tell(byId("heard-state"), sentence);
let models = []; // of the server
let isChosen = false; // by the person
let socket = null;

export function setUpHearing() {
  select.addEventListener("change", () => (isChosen = true));
  fill().catch(() => {}); // it is asked again before a take
}

/** Lists the models that there are now; the one in use on the data set listens, where nobody has chosen another. */
async function fill() {
  const list = await ask("/v2/models/");
  models = list.models;
  const rows = models.map(({ name }) => make("option", { value: name, textContent: name }));
  const wanted = isChosen ? select.value : (modelInUse() ?? list.default);
  select.replaceChildren(make("option", { value: "", textContent: "No model listens" }), ...rows);
  select.value = models.some(({ name }) => name === wanted) ? wanted : "";
  byId("listener-choice").hidden = !models.length;
}

/** A take begins. @param {number} rate Hz of the microphone */
export async function startHearing(rate) {
  await fill().catch(() => {});
  const model = models.find(({ name }) => name === select.value);
  if (!model) return;
  byId("heard-label").replaceChildren();
  byId("heard-classes").replaceChildren();
  byId("heard").hidden = false;
  state(`${model.name} listens …`);
  socket = new LiveSocket(model, rate, (prediction) => show(prediction, model), closed);
}

/** Gives the samples of the take to the model, too. */
export const hear = (block) => socket?.send(block);

export function stopHearing() {
  socket?.close();
  socket = null;
  byId("heard").hidden = true;
}

function show(prediction, model) {
  state(`${model.name} hears:`);
  showVerdict(byId("heard-label"), labelsOf(prediction));
  showClasses(byId("heard-classes"), prediction, model.labels);
}

/** The take goes on without it. */
function closed({ reason }) {
  socket = null;
  state(`The model listens no more: ${reason || "the connection to the server is lost"}. The take goes on.`);
}
