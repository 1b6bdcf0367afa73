// Talks to the server: one function for its API, errors as sentences, the token where it is asked for.

import { byId } from "/look/dom.js";

const KEY = "token";
let dialog; // the open question for a token, shared by all who wait for it

/** An error to be read by a person. */
export class Trouble extends Error {}

/**
 * Asks the server.
 * @param {string} path such as "/v2/models/"
 * @param {object} more method, query {name: value; empty ones are left out}, body, signal, blob (true: not JSON)
 */
export async function ask(path, { method = "GET", query = {}, body, signal, blob = false } = {}) {
  const address = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== "" && value !== null && value !== undefined) address.searchParams.set(name, value);
  }
  for (;;) {
    const token = sessionStorage.getItem(KEY);
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    let response;
    try {
      response = await fetch(address, { method, body, signal, headers });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      const about = body ? " Or the file cannot be read, or is larger than the server takes." : "";
      throw new Trouble(`The server does not answer. Is ServeModel.py still running?${about}`);
    }
    if (response.ok) return blob ? response.blob() : response.json();
    const message = await messageOf(response);
    if (response.status !== 401) throw new Trouble(message);
    if (sessionStorage.getItem(KEY) === token && !(await askForToken(message, token))) throw new Trouble(message);
  }
}

async function messageOf(response) {
  try {
    const { message, detail } = await response.json();
    return message ?? detail.map((one) => `${one.loc?.at(-1)}: ${one.msg}`).join("; ");
  } catch {
    return `The server answered ${response.status} ${response.statusText}.`;
  }
}

/** The address of a WebSocket of this server. */
export function socketAddress(path) {
  const address = new URL(path, location.origin);
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
  sessionStorage.setItem(KEY, decodeURIComponent(given[1]));
  history.replaceState(null, "", location.pathname + location.search);
}

function askForToken(message, refused) {
  dialog ??= question(refused ? `That token was not accepted: ${message}` : message).finally(() => (dialog = null));
  return dialog;
}

async function question(why) {
  byId("token-why").textContent = why;
  byId("token").value = "";
  const answered = (await choice(byId("token-dialog"))) === "yes";
  if (answered) sessionStorage.setItem(KEY, byId("token").value.trim());
  byId("token").value = "";
  return answered;
}

/** Opens a dialog and waits for the value of the button that closes it; Escape is "no". */
export function choice(box) {
  box.returnValue = "no";
  box.showModal();
  return new Promise((resolve) => box.addEventListener("close", () => resolve(box.returnValue), { once: true }));
}
