// Starts the page: takes the token out of its address, shows one of its three parts, wakes them.

import { takeTokenFromAddress } from "./api.js";
import { byId, trying } from "../look/dom.js";
import { setUpLive } from "./live.js";
import { setUpModels } from "./models.js";
import { setUpPhone } from "./phone.js";
import { setUpRecording } from "./recording.js";
import { setUpTake } from "./take.js";
import { setUpTrain } from "./train.js";

const sections = [...document.querySelectorAll("[data-part]")];
const links = document.querySelectorAll("nav a");

function showPart() {
  takeTokenFromAddress();
  const named = sections.find(({ dataset }) => `#${dataset.part}` === location.hash) ?? sections[0];
  sections.forEach((section) => (section.hidden = section !== named));
  links.forEach((link) => {
    if (link.dataset.for === named.dataset.part) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
}

window.addEventListener("hashchange", showPart);
showPart();
setUpLive();
setUpTake();
setUpPhone();
trying(byId("recording-trouble"), setUpRecording);
setUpModels().then(setUpTrain);
