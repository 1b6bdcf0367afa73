// Labels: their keys, what has them, and new ones.

import { ask } from "../api.js";
import { byId, duration, make, named, trying } from "../../look/dom.js";
import { colourOf, onChange, pathOf, refresh } from "./store.js";

const KEYS = 9; // 1 to 9

/** The key of the label of a place, as a picture; labels behind the ninth have none. */
export function keyOf(place, label) {
  const key = make("kbd", { textContent: place < KEYS ? String(place + 1) : "" });
  key.style.setProperty("--of", colourOf(label));
  return key;
}

export function setUpLabels() {
  byId("label-form").addEventListener("submit", (event) => {
    event.preventDefault();
    change("POST", byId("label-name").value).then((done) => done && (byId("label-name").value = ""));
  });
  onChange((dataSet) => byId("labels").replaceChildren(...(dataSet?.about.labels ?? []).map(row)));
}

function row(label, place) {
  const { name, recordings, stretches, seconds } = label;
  const words = stretches ? `${stretches} in ${recordings} recordings, ${duration(seconds)}` : "not heard yet";
  const remove = make("button", { textContent: "×", disabled: stretches > 0, onclick: () => change("DELETE", name) });
  remove.setAttribute("aria-label", `Remove the label ${name}`);
  remove.title = stretches ? "Label what has it anew first" : "Remove";
  return make("li", {}, keyOf(place, name), named(name), make("span", { className: "soft", textContent: words }), remove);
}

function change(method, label) {
  return trying(byId("labels-trouble"), async () => {
    await ask(pathOf("labels"), { method, query: { label } });
    await refresh();
    return true;
  });
}
