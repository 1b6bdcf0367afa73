// Plays a recording or a stretch of it, which comes from the server in parts.

import { byId, tell } from "../../look/dom.js";
import { pathOf } from "./store.js";
import { point } from "./timeline.js";

const player = byId("player");
let end = 0; // seconds at which it stops

export function setUpPlayback() {
  player.addEventListener("play", () => requestAnimationFrame(follow));
  player.addEventListener("error", () => player.getAttribute("src") && tell(byId("editor-trouble"), "This browser cannot play the recording."));
}

/** Makes a recording ready to be played; null: none. */
export function load(name) {
  player.pause();
  if (name === null) return player.removeAttribute("src");
  player.src = new URL(`.${pathOf("recordings", name)}audio`, location.href);
}

/** Plays from a start to an end, seconds. */
export async function playStretch(stretch) {
  if (!player.paused) return player.pause();
  end = stretch.end;
  player.currentTime = stretch.start;
  await player.play().catch((error) => error.name !== "AbortError" && tell(byId("editor-trouble"), `It cannot be played here: ${error.message}`));
}

function follow() {
  if (player.currentTime >= end) player.pause();
  point(player.paused ? null : player.currentTime);
  if (!player.paused && !player.ended) requestAnimationFrame(follow);
}
