// The list of trainings: looked at every second while one goes on and the page is seen.

import { ask, choice } from "./api.js";
import { byId, duration, make, named, tell, trying } from "../look/dom.js";
import { curves } from "./curves.js";
import { modelNamed, refreshModels } from "./models.js";

const AGAIN = 1000; // milliseconds
const GOES_ON = ["waiting", "running"];

const cards = new Map(); // uuid -> {node, update}
const were = new Map(); // uuid -> status when last seen
let timer;

const place = ({ architecture, uuid }) => `/v2/models/${encodeURIComponent(architecture)}/train/${uuid}`;

/** Asks what trainings there are and shows them. */
export async function refreshRuns() {
  clearTimeout(timer);
  if (document.hidden) return;
  let response = null;
  let wrong = "";
  try {
    response = await ask("/v2/train/");
  } catch (error) {
    wrong = error.message;
  }
  tell(byId("runs-trouble"), wrong);
  clearTimeout(timer); // another call may have come this far meanwhile
  const goesOn = response ? response.runs.some(({ status }) => GOES_ON.includes(status)) : !byId("train-on").hidden;
  if (response) await showRuns(response.runs);
  byId("train-on").hidden = !goesOn;
  if (goesOn) timer = setTimeout(refreshRuns, AGAIN);
}

async function showRuns(runs) {
  byId("runs-none").hidden = runs.length > 0;
  for (const [uuid, { node }] of cards) {
    if (!runs.some((run) => run.uuid === uuid)) cards.delete(uuid), were.delete(uuid), node.remove();
  }
  const list = byId("runs");
  for (const [i, run] of runs.entries()) {
    if (!cards.has(run.uuid)) cards.set(run.uuid, makeCard());
    const { node, update } = cards.get(run.uuid);
    if (list.children[i] !== node) list.insertBefore(node, list.children[i] ?? null);
    const ended = GOES_ON.includes(were.get(run.uuid)) && run.status === "done";
    were.set(run.uuid, run.status);
    if (ended) await refreshModels(run.result?.modelname);
    if (ended) tell(byId("train-state"), `${run.result?.modelname} is trained and chosen above.`);
    update(run);
  }
}

/** One training: made once and changed in place, so that focus, open details and scrolling stay. */
function makeCard() {
  const parts = {
    name: make("bdi"), status: make("span"), step: make("p"), about: make("p", { className: "soft" }),
    progress: make("progress"), trouble: make("p", { className: "trouble", hidden: true }), report: make("a", { textContent: "Report", target: "_blank", hidden: true }),
    cancel: make("button", { textContent: "Cancel" }), resume: make("button", { textContent: "Resume" }), forget: make("button", { textContent: "Forget" }),
    curves: make("div", { className: "curves" }), log: make("pre", { tabIndex: 0 }), details: make("details"),
  };
  parts.progress.setAttribute("aria-label", "Progress of this training");
  parts.log.setAttribute("aria-label", "Log");
  parts.log.setAttribute("role", "region");
  parts.trouble.setAttribute("role", "alert");
  parts.details.append(make("summary", { textContent: "Curves and log" }), parts.curves, parts.log);
  const head = make("div", { className: "head" }, make("h4", {}, parts.name), parts.status);
  const row = make("div", { className: "row" }, parts.cancel, parts.resume, parts.forget, parts.report);
  const node = make("article", { className: "card", tabIndex: -1 }, head, parts.step, parts.progress, parts.about, parts.trouble, parts.details, row);
  let run;
  const act = (method, path, sure) => () =>
    trying(parts.trouble, async () => {
      if (sure && !(await sure(run))) return;
      await ask(place(run) + path, { method });
      await refreshRuns();
      if (node.isConnected) node.focus(); // the button that was pressed is gone
    });
  parts.cancel.onclick = act("DELETE", "");
  parts.resume.onclick = act("POST", "/resume");
  parts.forget.onclick = act("DELETE", "", isToBeForgotten);
  parts.details.ontoggle = () => parts.details.open && showDetails(run, parts);
  return { node, update: (now) => ((run = now), updateCard(run, parts)) };
}

async function isToBeForgotten({ result, status }) {
  byId("forget-what").textContent = result
    ? `Its record and log go; the trained model ${result.modelname} stays.`
    : `It is ${status}; forgotten, it cannot be resumed.`;
  return (await choice(byId("forget-dialog"))) === "yes";
}

function updateCard(run, parts) {
  const goesOn = GOES_ON.includes(run.status);
  const write = (node, words) => node.textContent !== words && (node.textContent = words);
  write(parts.name, run.result?.modelname ?? run.architecture);
  write(parts.status, run.status);
  parts.status.className = `status ${run.status}`;
  write(parts.step, run.error ?? (goesOn ? run.step : "") ?? "");
  parts.step.hidden = !parts.step.textContent;
  parts.step.className = run.error ? "trouble" : "";
  write(parts.about, about(run));
  parts.cancel.hidden = !goesOn;
  parts.resume.hidden = !["interrupted", "cancelled", "error"].includes(run.status);
  parts.forget.hidden = goesOn;
  const report = modelNamed(run.result?.modelname)?.report;
  parts.report.hidden = !report;
  if (report) parts.report.href = report;
  showProgress(run, parts.progress);
  if (run.status === "running" && parts.seen !== "running") parts.details.open = true;
  else if (parts.details.open && (goesOn || parts.seen !== run.status)) showDetails(run, parts);
  parts.seen = run.status;
}

function showProgress({ status, step }, bar) {
  bar.hidden = status !== "running";
  const [, epoch, epochs] = /epoch (\d+) of (\d+)/.exec(step ?? "") ?? [];
  if (epochs) [bar.max, bar.value] = [Number(epochs), Number(epoch)];
  else bar.removeAttribute("value");
}

function about({ architecture, args, date, result }) {
  const data = args?.dataset_directory ?? args?.data ?? "an uploaded zip";
  const when = new Date(date).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  const epochs = args?.epochs ? `, ${args.epochs} epochs` : "";
  const minutes = args?.max_minutes ? `, at most ${args.max_minutes} min` : "";
  return `${architecture} on ${data}${epochs}${minutes}, ${when}${result ? `, took ${duration(result.duration)}` : ""}`;
}

async function showDetails(run, parts) {
  const whole = await ask(place(run)).catch(() => null); // the list says it when the server is gone
  if (!whole) return;
  parts.curves.replaceChildren(...curves(whole.history ?? {}));
  const { log } = parts;
  if (log.textContent === whole.log) return;
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
  log.textContent = whole.log || "Nothing was written yet.";
  if (atEnd) log.scrollTop = log.scrollHeight;
}
