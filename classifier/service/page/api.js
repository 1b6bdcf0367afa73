// Talks to the server: one function for its API, errors as sentences, the token where it is asked for.
//
// The token is exchanged for a cookie that no script can read, this one neither, and is kept nowhere.

import { make } from "../look/dom.js";

let dialog; // the open question for a token, shared by all who wait for it
let signedIn = Promise.resolve(); // when the token of the address was exchanged

/**
 * An error to be read by a person. status: of HTTP; wait: seconds after which to try again, where the server says so;
 * answer: all that the server says.
 */
export class Trouble extends Error {
  constructor(message, response, answer = {}) {
    super(message);
    this.answer = answer;
    this.status = response?.status;
    this.wait = Number(response?.headers.get("Retry-After")) || 0;
  }
}

/**
 * Asks the server.
 * @param {string} path such as "/v2/models/"
 * @param {object} more method, query {name: value; empty ones are left out}, body, signal, blob (true: not JSON)
 */
export async function ask(path, { method = "GET", query = {}, body, signal, blob = false } = {}) {
  const address = addressOf(path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== "" && value !== null && value !== undefined) address.searchParams.set(name, value);
  }
  for (;;) {
    await signedIn;
    const response = await send(address, { method, body, signal });
    if (response.ok) return blob ? response.blob() : response.json();
    const answer = await response.json().catch(() => ({}));
    const message = messageOf(answer, response);
    if (response.status !== 401) throw new Trouble(message, response, answer);
    if (!(await askForToken(message))) throw new Trouble(message);
  }
}

async function send(address, options) {
  try {
    return await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    const about = options.body ? " Or the file cannot be read, or is larger than the server takes." : "";
    throw new Trouble(`The server does not answer. Is ServeModel.py still running?${about}`);
  }
}

/** The address of a path of the server, which may be behind a proxy that puts another path in front. */
function addressOf(path) {
  return new URL(`.${path}`, location.href);
}

function messageOf({ message, detail }, { status, statusText }) {
  const wrong = Array.isArray(detail) ? detail.map((one) => `${one.loc?.at(-1)}: ${one.msg}`).join("; ") : "";
  return message || wrong || `The server answered ${status} ${statusText}.`;
}

/** The address of a WebSocket of this server. */
export function socketAddress(path) {
  const address = addressOf(path);
  address.protocol = address.protocol.replace("http", "ws");
  return address;
}

/** A form with one file. */
export function formWith(file) {
  const form = new FormData();
  form.append("data", file, file.name);
  return form;
}

/** Takes `#token=…` out of the address, where it would stay in the history. */
export function takeTokenFromAddress() {
  const given = /^#token=(.+)$/.exec(location.hash);
  if (!given) return;
  history.replaceState(null, "", location.pathname + location.search);
  signedIn = signIn(decodeURIComponent(given[1])).catch(() => {}); // what needs it will ask
}

/** Exchanges the token for a cookie; "" or why that was refused. */
async function signIn(token) {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await send(addressOf("/v2/session/"), { method: "POST", headers });
  return response.ok ? "" : messageOf(await response.json().catch(() => ({})), response);
}

function askForToken(message) {
  dialog ??= question(message).finally(() => (dialog = null));
  return dialog;
}

async function question(why) {
  const field = make("input", { type: "password", id: "token", autocomplete: "off", required: true });
  const reason = make("p", { id: "token-why" });
  const asked = tokenDialog(reason, field);
  document.body.append(asked);
  try {
    for (;;) {
      reason.textContent = why;
      field.value = "";
      if ((await choice(asked)) !== "yes") return false;
      const token = field.value.trim();
      field.value = "";
      const refused = await signIn(token);
      if (!refused) return true;
      why = `That token was not accepted: ${refused}`;
    }
  } finally {
    asked.remove();
  }
}

function tokenDialog(reason, field) {
  const asked = make(
    "dialog",
    { id: "token-dialog" },
    make(
      "form",
      { method: "dialog" },
      make("h2", { id: "token-title", textContent: "Token" }),
      reason,
      make("label", { htmlFor: "token", textContent: "Token of this server" }),
      field,
      make("p", {
        className: "soft",
        textContent: "Exchanged for a cookie that ends with the browser, or with the server.",
      }),
      make(
        "p",
        { className: "row" },
        make("button", { className: "main", value: "yes", textContent: "Go on" }),
        make("button", { value: "no", formNoValidate: true, textContent: "Cancel" }),
      ),
    ),
  );
  asked.setAttribute("aria-labelledby", "token-title");
  return asked;
}

/** Opens a dialog and waits for the value of the button that closes it; Escape is "no". */
export function choice(box) {
  box.returnValue = "no";
  box.showModal();
  return new Promise((resolve) => box.addEventListener("close", () => resolve(box.returnValue), { once: true }));
}
