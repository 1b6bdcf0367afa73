// The curves of a training: loss and accuracy over epochs, as two small pictures.

import { make } from "../look/dom.js";

const SPACE = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [300, 100];
const KINDS = { Loss: /loss/, Accuracy: /accuracy/ };

/** @param history {"epoch": [1, 2], "loss": […], "validation_loss": […], "balanced_accuracy": […], …}; returns figures */
export function curves(history) {
  return Object.entries(KINDS).flatMap(([title, kind]) => {
    const columns = Object.entries(history).filter(([name, values]) => kind.test(name) && values.length);
    return columns.length ? [figure(title, columns)] : [];
  });
}

function figure(title, columns) {
  const all = columns.flatMap(([, values]) => values).filter(Number.isFinite);
  const top = title === "Loss" ? Math.max(...all, 1e-9) : 1;
  const picture = document.createElementNS(SPACE, "svg");
  const attributes = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" };
  Object.entries(attributes).forEach(([name, value]) => picture.setAttribute(name, value));
  const now = columns.map(([name, values]) => `${name.replaceAll("_", " ")} ${written(values.at(-1))}`);
  picture.setAttribute("aria-label", `${title} over ${columns[0][1].length} epochs; last: ${now.join(", ")}`);
  const kinds = columns.map(([name]) => (/val/.test(name) || columns.length === 1 ? "line" : "dashes"));
  picture.append(...columns.map(([, values], i) => line(kinds[i], values, top)));
  const words = kinds.map((kind, i) => `${kind}: ${now[i]}`);
  const caption = make("figcaption", { textContent: `${title}, 0 to ${written(top)}, epoch ${columns[0][1].length} · ${words.join(" · ")}` });
  return make("figure", {}, picture, caption);
}

function line(kind, values, top) {
  const path = document.createElementNS(SPACE, "polyline");
  const padded = values.length > 1 ? values : [...values, ...values]; // one epoch: a level line
  const points = padded.flatMap((value, i) =>
    Number.isFinite(value) ? [`${(WIDTH * i) / (padded.length - 1)},${HEIGHT * (1 - value / top)}`] : [],
  );
  path.setAttribute("points", points.join(" "));
  path.setAttribute("class", kind);
  return path;
}

const written = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "none");
