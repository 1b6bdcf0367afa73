// Fetches a .tflite, reads what it says of itself, and hands it to LiteRT.js.

import { halves, ModelError, readModel } from "./model_file.js";
import { startRuntime } from "./runtime.js";

const SUM_SLACK = 0.05; // by which the sum of probabilities of which one is right may differ from 1

/**
 * @param model address of a .tflite, or its bytes (ArrayBuffer, Blob)
 * @param runtime address of the folder of LiteRT.js
 * @param make called with (the compiled model, LiteRT.js, what the file says of itself); the model is freed if it fails
 * @returns what `make` returns
 * @throws {ModelError}
 */
export async function compiled(model, runtime, make) {
  const bytes = await bytesOf(model);
  const found = readModel(bytes);
  const litert = await startRuntime(new URL(runtime, globalThis.document?.baseURI));
  let ready;
  try {
    ready = await litert.loadAndCompile(new Uint8Array(bytes), { accelerator: "wasm" });
    return await make(ready, litert, found);
  } catch (error) {
    ready?.delete();
    if (error instanceof ModelError) throw error;
    throw new ModelError("not-run", `LiteRT.js cannot run this .tflite: ${error.message ?? error}.`, { why: error.message ?? error });
  }
}

async function bytesOf(model) {
  if (model instanceof ArrayBuffer) return model;
  if (model instanceof Blob) return model.arrayBuffer();
  const response = await fetch(model);
  if (!response.ok) throw new ModelError("not-there", `${model} cannot be fetched: ${response.status}.`, { why: response.status });
  return response.arrayBuffer();
}

/** The name of a model: that of its file. */
export function nameOf(model) {
  const path = model instanceof ArrayBuffer ? "" : (model.name ?? String(model));
  return path.split("/").at(-1).replace(/(_metadata)?\.tflite$/, "");
}

/** The index of the output that has the labels. */
export function outputWith(outputs, n, described) {
  const fits = ({ shape }) => shape.at(-1) === n;
  const index = described !== null && fits(outputs[described]) ? described : outputs.findIndex(fits);
  if (index < 0) throw new ModelError("labels-differ", `This .tflite has ${n} labels, and no output of so many values.`, { n });
  return index;
}

/**
 * Whether several labels may be right at once, as the file says or its probabilities show, and the rule: without one in
 * the file, each of such labels needs a half, background too.
 * @param found {labels, rule, hasRule} of the file
 * @param rows probabilities of several sounds, all 0 of digital silence
 */
export function understood({ labels, rule, hasRule }, rows) {
  const sums = rows.map((row) => row.reduce((sum, value) => sum + value, 0)).filter((sum) => sum > 0);
  const showIt = labels.length === 1 || !sums.every((sum) => Math.abs(sum - 1) <= SUM_SLACK);
  const independent = rule.multi_label === true || showIt;
  return { independent, rule: independent && !hasRule ? { ...rule, thresholds: halves(labels) } : rule };
}
