// The list of recordings, and what the audit says of them.

import { ask, choice } from "../api.js";
import { byId, cell, duration, make, named, trying } from "../../look/dom.js";
import { close, open, opened } from "./editor.js";
import { onChange, pathOf, refresh } from "./store.js";

const NAMED = 5; // names in a warning
const AGAIN = 3000; // milliseconds after which an audit that was under way is asked for again
let timer;

export function setUpRecordings() {
  onChange((dataSet) => {
    const found = dataSet?.recordings ?? [];
    byId("recordings-none").hidden = found.length > 0;
    byId("recordings-shown").hidden = !found.length;
    byId("recordings").replaceChildren(...found.map(row));
    if (dataSet) showWarnings();
  });
}

function row(recording) {
  const { name, seconds } = recording;
  const title = make("button", { className: "open", onclick: () => trying(byId("labels-trouble"), () => open(name)) }, named(name));
  const remove = make("button", { textContent: "×", onclick: () => trying(byId("labels-trouble"), () => deleteOne(name)) });
  remove.setAttribute("aria-label", `Delete ${name}`);
  const length = make("td", { className: "number", textContent: duration(seconds) });
  return make("tr", {}, cell(title), length, cell(...heard(recording)), make("td", { className: "delete" }, remove));
}

/** "call, song"; or that nobody has said anything. */
function heard({ stretches }) {
  const names = [...new Set(stretches.filter(({ label }) => label !== null).map(({ label }) => label))];
  if (!names.length) return [make("span", { className: "soft", textContent: stretches.length ? "none of them" : "not labelled" })];
  return names.flatMap((name, i) => (i ? [", ", named(name)] : [named(name)]));
}

async function deleteOne(name) {
  byId("delete-what").textContent = `${name}, its labels and its edits go for good.`;
  if ((await choice(byId("delete-dialog"))) !== "yes") return;
  await ask(pathOf("recordings", name), { method: "DELETE" });
  if (opened() === name) close();
  await refresh();
}

async function showWarnings() {
  clearTimeout(timer);
  const mine = pathOf("warnings");
  const found = await ask(mine).catch(() => null); // what fails is said where it is asked for
  if (!found || mine !== pathOf("warnings")) return;
  byId("warnings").replaceChildren(...found.warnings.map(({ what, names }) => make("li", { textContent: sentence(what, names) })));
  clearTimeout(timer);
  if (!found.current) timer = setTimeout(showWarnings, AGAIN);
}

function sentence(what, names) {
  if (!names.length) return what;
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return `${what}: ${names.slice(0, NAMED).join(", ")}${more}`;
}
