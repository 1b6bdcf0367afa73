// Classifies a long recording part by part, and puts the predictions together as if it had been one question.

import { ask, formWith } from "./api.js";

const PART = 60; // seconds of a question
const LEAD = 4; // windows before and behind each part, so that the decision rule knows its neighbours
const COLUMNS = 1500; // of the drawing of the whole
const DECIBELS = 80; // from 0 to 255 in a drawing
const TOP = 5; // labels that are given, as by the server
const WAIT = 5; // seconds until a question is asked again that the server had no room for, where it does not say

/**
 * @param recording of openRecording
 * @param model as the server describes it
 * @param overlap share of a window that the next one repeats
 * @param {{signal: AbortSignal, isEnough: function, onPart: function}} more isEnough(): stop here and show what there is;
 *   onPart(seconds, waiting): how far it is, and for how many seconds it has to wait
 * @returns a prediction as of the API
 */
export async function classifyLong(recording, title, model, overlap, { signal, isEnough, onPart }) {
  const hop = model.window * (1 - overlap);
  const step = Math.max(1, Math.round(PART / hop)) * hop;
  const [windows, pictures] = [[], []];
  let end = 0;
  for (let at = 0; at < recording.seconds && !(end && isEnough()); at += step) {
    const from = Math.max(0, at - LEAD * hop);
    const to = Math.min(recording.seconds, at + step + model.window - hop + LEAD * hop);
    const found = await patiently(await recording.part(from, to), model, overlap, signal, (wait) => onPart(end, wait));
    const last = to === recording.seconds;
    for (const part of found.windows) {
      const start = part.start + from;
      if (start > at - hop / 2 && (last || start < at + step - hop / 2)) windows.push({ ...part, start, end: part.end + from });
    }
    end = last ? to : at + step;
    pictures.push(crop(found.drawing, (at - from) / (to - from), (end - from) / (to - from), (end - at) / recording.seconds));
    onPart(end, 0);
    if (last) break;
  }
  return { title, seconds: end, ...whole(windows, model), windows, drawing: { seconds: end, ...joined(pictures) } };
}

async function patiently(file, model, overlap, signal, onWait) {
  const query = { windows: true, drawing: true, overlap };
  for (;;) {
    try {
      const path = `/v2/models/${encodeURIComponent(model.name)}/predict/`;
      const answer = await ask(path, { method: "POST", query, body: formWith(file), signal });
      return answer.predictions[0];
    } catch (error) {
      if (error.status !== 429) throw error;
      const wait = error.wait || WAIT;
      onWait(wait);
      await new Promise((resolve) => setTimeout(resolve, 1000 * wait));
      signal.throwIfAborted();
    }
  }
}

/** The labels of the whole, by the mean over the windows in which something is heard. */
function whole(windows, model) {
  const sums = new Map();
  const heard = windows.filter(({ probabilities }) => probabilities.some((value) => value > 0));
  for (const { labels, probabilities } of heard) {
    labels.forEach((label, i) => sums.set(label, (sums.get(label) ?? 0) + probabilities[i] / heard.length));
  }
  const top = [...sums].sort((a, b) => b[1] - a[1]).slice(0, TOP);
  const reaches = ([label, probability]) => probability >= (model.thresholds[label] ?? 0);
  const found = { labels: top.map(([name]) => name), probabilities: top.map(([, value]) => value) };
  if (!windows[0]?.reported) return { label: top[0] && reaches(top[0]) ? top[0][0] : null, ...found };
  const reported = top.filter(reaches).map(([name]) => name);
  return { label: reported[0] ?? null, reported, ...found };
}

/** What is new of a part's drawing, in as many columns as its share of the whole. */
function crop({ low, high, mel }, from, to, share) {
  const columns = Math.max(1, Math.round(COLUMNS * share));
  const values = Uint8Array.from(atob(mel.values), (letter) => letter.charCodeAt(0));
  const groups = (n) =>
    Array.from({ length: columns }, (_, i) => {
      const edge = (k) => Math.floor(n * (from + ((to - from) * k) / columns));
      return [edge(i), Math.max(edge(i) + 1, edge(i + 1))];
    });
  const extreme = (best, list) => groups(list.length).map(([a, b]) => best(...list.slice(Math.min(a, list.length - 1), b)));
  const loudest = groups(mel.columns).flatMap(([a, b]) =>
    Array.from({ length: mel.bands }, (_, band) => {
      let most = 0;
      for (let column = a; column < Math.min(b, mel.columns); column++) most = Math.max(most, values[column * mel.bands + band]);
      return most;
    }),
  );
  const peak = Math.max(...high.map(Math.abs), ...low.map(Math.abs));
  return { low: extreme(Math.min, low), high: extreme(Math.max, high), bands: mel.bands, loudest, peak };
}

/** Each part is as bright as its loudest sound: the whole is as bright as the loudest of all. */
function joined(pictures) {
  const peak = Math.max(...pictures.map((one) => one.peak)) || 1;
  const bytes = pictures.flatMap(({ loudest, peak: own }) => {
    const shift = (255 / DECIBELS) * 20 * Math.log10(Math.max(own, 1e-4 * peak) / peak);
    return loudest.map((value) => Math.max(0, Math.round(value + shift)));
  });
  let letters = "";
  for (let i = 0; i < bytes.length; i++) letters += String.fromCharCode(bytes[i]);
  const { bands } = pictures[0];
  return {
    low: pictures.flatMap((one) => one.low),
    high: pictures.flatMap((one) => one.high),
    mel: { bands, columns: bytes.length / bands, values: btoa(letters) },
  };
}
