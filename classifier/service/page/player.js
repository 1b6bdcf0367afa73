// Plays the recording that is shown, and moves the line over its drawing.

import { ask, formWith } from "./api.js";
import { byId, tell } from "../look/dom.js";

const player = byId("player");
const playhead = byId("playhead");
const trouble = byId("player-trouble");
let seconds = 0;
let onTime = () => {};
let address = null; // of the bytes that are played
let changed = null; // the server is asked for what the browser can play: a Promise
let file = null;

export function setUpPlayer() {
  player.addEventListener("error", () => player.getAttribute("src") && playChanged());
  player.addEventListener("loadedmetadata", () => Number.isFinite(player.duration) || playChanged());
  player.addEventListener("play", () => requestAnimationFrame(follow));
  player.addEventListener("seeking", place);
  byId("result-drawing").addEventListener("click", (event) => {
    const box = byId("result-drawing").getBoundingClientRect();
    seek((seconds * (event.clientX - box.left)) / box.width);
  });
}

/** @param one a File, or null for a recording that is not here; `listener(seconds)` is told where the line is. */
export function load(one, length, listener) {
  [file, seconds, onTime, changed] = [one, length, listener, null];
  tell(trouble, "");
  player.pause();
  player.hidden = !file;
  playhead.hidden = true;
  if (file) use(file);
  else player.removeAttribute("src");
}

function use(bytes) {
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(bytes);
  player.src = address;
}

/** What the browser cannot play, or cannot find its way in, the server writes as wav. */
function playChanged() {
  if (changed) return tell(trouble, "This browser cannot play the recording.");
  const mine = file;
  changed = ask("/v2/wav/", { method: "POST", body: formWith(mine), blob: true })
    .then((wav) => mine === file && use(wav))
    .catch((error) => mine === file && tell(trouble, `It cannot be played here: ${error.message}`));
}

/** Plays from a time, seconds; a recording that is not here is only pointed at. */
export async function playFrom(time) {
  await changed;
  seek(time);
  if (file) await player.play().catch((error) => error.name !== "AbortError" && tell(trouble, `It cannot be played here: ${error.message}`));
}

function seek(time) {
  if (file) player.currentTime = time;
  place(null, time);
}

function follow() {
  place();
  if (!player.paused && !player.ended) requestAnimationFrame(follow);
}

function place(_, time = player.currentTime) {
  playhead.hidden = !seconds;
  playhead.style.left = `${Math.min(100, (100 * time) / seconds)}%`;
  onTime(time);
}
