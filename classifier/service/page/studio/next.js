// What to listen to next: the stretches of which the model in use is least certain.

import { ask } from "../api.js";
import { byId, clock, make, named, percent, tell, trying } from "../../look/dom.js";
import { open } from "./editor.js";
import { onChange, pathOf } from "./store.js";
import { select } from "./timeline.js";

const button = byId("suggest");
const trouble = byId("next-trouble");
const list = byId("next");
let shown = null; // the path of the data set that the list is of

export function setUpNext() {
  button.addEventListener("click", look);
  onChange(() => shown !== pathOf() && list.replaceChildren());
}

async function look() {
  button.disabled = true;
  tell(byId("next-state"), "Looking for the stretches that teach most …");
  shown = pathOf();
  const found = await trying(trouble, () => ask(pathOf("next")));
  button.disabled = false;
  tell(byId("next-state"), found && !found.suggestions.length ? "Nothing is left: all that the model is unsure of is labelled." : "");
  if (found && shown === pathOf()) list.replaceChildren(...found.suggestions.map(row));
}

function row(one) {
  const go = () => trying(trouble, () => listen(one));
  const words = ["", `, ${clock(one.start)} to ${clock(one.end)}: `, "", `? ${percent(one.probability)}`];
  const parts = words.map((text, i) => (i === 0 ? named(one.recording) : i === 2 ? named(one.label || null) : text));
  return make("li", {}, make("button", { onclick: go }, ...parts));
}

async function listen({ recording, start, end }) {
  await open(recording);
  select({ start, end });
}
