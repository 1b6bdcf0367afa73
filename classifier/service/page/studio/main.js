// Starts the page: chooses, makes and deletes data sets, and wakes the parts.

import { ask, choice, takeTokenFromAddress } from "../api.js";
import { byId, make, trying } from "../../look/dom.js";
import { setUpAdd } from "./add.js";
import { setUpEditor } from "./editor.js";
import { setUpHearing } from "./hearing.js";
import { setUpLabels } from "./labels.js";
import { setUpNext } from "./next.js";
import { setUpRecordings } from "./recordings.js";
import { pathOf, show } from "./store.js";
import { setUpTraining } from "./training.js";

const select = byId("set");
const trouble = byId("set-trouble");

/** Lists the data sets, and shows one. */
async function list(wanted) {
  const { sets } = await ask("/v2/studio/");
  select.replaceChildren(...sets.map(({ name }) => make("option", { value: name, textContent: name })));
  const name = sets.some((one) => one.name === wanted) ? wanted : (sets[0]?.name ?? null);
  select.value = name ?? "";
  byId("set-choice").hidden = byId("set-delete").hidden = byId("studio").hidden = name === null;
  await choose(name);
}

async function choose(name) {
  history.replaceState(null, "", name === null ? location.pathname : `#${encodeURIComponent(name)}`);
  await show(name);
}

async function makeOne(event) {
  event.preventDefault();
  const name = byId("set-name").value.trim();
  await ask(`/v2/studio/${encodeURIComponent(name)}/`, { method: "POST" });
  byId("set-name").value = "";
  await list(name);
}

async function deleteOne() {
  byId("delete-what").textContent = `All recordings, labels and edits of ${select.value} go. Trained models stay.`;
  if ((await choice(byId("delete-dialog"))) !== "yes") return;
  await ask(pathOf(), { method: "DELETE" });
  await list();
}

takeTokenFromAddress();
select.addEventListener("change", () => trying(trouble, () => choose(select.value)));
byId("set-form").addEventListener("submit", (event) => trying(trouble, () => makeOne(event)));
byId("set-delete").addEventListener("click", () => trying(trouble, deleteOne));
for (const setUp of [setUpLabels, setUpAdd, setUpHearing, setUpRecordings, setUpEditor, setUpNext, setUpTraining]) setUp();
trying(trouble, () => list(decodeURIComponent(location.hash.slice(1))));
