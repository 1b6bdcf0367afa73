// New recordings: takes of the microphone, and files; nothing is sent before consent is given.

import { ask, formWith } from "../api.js";
import { byId, make, tell, trying } from "../../look/dom.js";
import { setUpDrop } from "../../look/drop.js";
import { openStream } from "../../module/microphone.js";
import { hear, startHearing, stopHearing } from "./hearing.js";
import { labels, onChange, pathOf, refresh } from "./store.js";
import { wavOf } from "./wav.js";

const LONGEST = 590; // seconds of a take; the server refuses 600
const button = byId("record");
const select = byId("add-label");
const level = byId("level");
const trouble = byId("add-trouble");
const state = (sentence) => tell(byId("add-state"), sentence);
let microphone = null;
let blocks = [];

export function setUpAdd() {
  button.addEventListener("click", () => (microphone ? stop() : trying(trouble, start)));
  byId("files").addEventListener("change", () => sendAll([...byId("files").files]));
  setUpDrop(sendAll, (element) => element.matches?.("input[type=file]"));
  onChange(fill);
}

function fill() {
  const before = select.value;
  const rows = labels().map((name) => make("option", { value: name, textContent: name }));
  select.replaceChildren(make("option", { value: "", textContent: "I label parts of them myself" }), ...rows);
  select.value = labels().includes(before) ? before : "";
}

function checkConsent() {
  if (byId("consent").checked) return;
  byId("consent").focus();
  throw new Error("Tick the box first: a voice is kept only with the consent of who is heard.");
}

async function start() {
  checkConsent();
  button.disabled = true;
  state("Asking for the microphone …");
  try {
    blocks = [];
    microphone = await openStream(take, () => stop());
  } finally {
    button.disabled = false;
    if (!microphone) state("");
  }
  button.textContent = "Stop";
  button.classList.add("busy");
  level.hidden = false;
  state(`Recording${select.value && ` ${select.value}`} …`);
  if (microphone) await startHearing(microphone.rate);
  if (!microphone) stopHearing(); // it was stopped meanwhile
}

function take(block) {
  if (!microphone) return;
  blocks.push(block);
  hear(block);
  level.value = block.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0) ** 0.5;
  if (blocks.length * block.length > LONGEST * microphone.rate) stop();
}

async function stop() {
  const { rate } = microphone;
  microphone.close();
  microphone = null;
  stopHearing();
  button.textContent = "Record";
  button.classList.remove("busy");
  level.hidden = true;
  if (!blocks.length) return state("Nothing was recorded: the microphone gave no sound.");
  const name = `${select.value || "take"}_${new Date().toTimeString().slice(0, 8).replaceAll(":", "_")}`;
  await sendAll([new File([wavOf(blocks, rate)], `${name}.wav`)], true);
}

/** Sends files one after the other; what is refused is said, and the others go on. */
async function sendAll(files, isTake = false) {
  if (!files.length) return;
  const label = select.value;
  const refused = [];
  await trying(trouble, async () => {
    checkConsent();
    for (const [i, file] of files.entries()) {
      state(`Sending ${file.name} (${i + 1} of ${files.length}) …`);
      const query = { consent: true, label, take: isTake || null };
      await ask(pathOf("recordings"), { method: "POST", query, body: formWith(file) }).catch((error) => refused.push(error.message));
    }
    const kept = files.length - refused.length;
    state(kept ? `${kept} ${kept === 1 ? "recording is" : "recordings are"} kept${label && ` as ${label}`}.` : "");
    await refresh();
  });
  if (refused.length) tell(trouble, refused.join(" "));
  byId("files").value = "";
}
