// Starts the page: texts, what is kept for use without a network, the model, then all else.

import { byId, tell } from "../look/dom.js";
import { setUpDrop } from "../look/drop.js";
import { setUpLive, stop } from "./live.js";
import { setUpLog } from "./log.js";
import { onModel, openModel, setUpModels } from "./models.js";
import { keepForOffline } from "./offline.js";
import { classifyAll, setUpRecordings } from "./recordings.js";
import { fillPage, say, troubleOf } from "./words.js";

const MEGABYTES = 4; // that a first visit loads at most with the small models
const NEED_MODEL = ["listen", "record", "file-open"];

function takeDropped(files) {
  const isModel = ({ name }) => /\.tflite$/i.test(name);
  const model = files.find(isModel);
  const recordings = files.filter((file) => !isModel(file));
  (model ? openModel(model) : Promise.resolve()).then(() => recordings.length && classifyAll(recordings));
}

fillPage();
if (!isSecureContext) {
  byId("insecure").textContent = say("insecure");
  byId("insecure").hidden = false;
}
setUpLog();
setUpLive();
setUpRecordings();
setUpDrop(takeDropped);
onModel((found) => {
  stop();
  for (const id of NEED_MODEL) byId(id).disabled = !found;
});
tell(byId("model-state"), say("fetching", { megabytes: MEGABYTES }));
const kept = await keepForOffline();
tell(byId("offline"), say(kept ? "offlineReady" : "offlineNot"));
await setUpModels().catch((error) => tell(byId("model-trouble"), troubleOf(error)));
