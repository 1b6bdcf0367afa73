// node trial.mjs: what LiteRT.js gives for windows, by each of several .tflite files.
// Standard input: {folder: address of a web app, models: [paths], rows: base64 of float32, length: of a window}.
// Standard output: [{probabilities: [[...]]} or {refused: "why"}].

import { readFileSync } from "node:fs";
import "./node.mjs";

const { folder, models, rows, length } = JSON.parse(readFileSync(0, "utf8"));
const { SoundClassifier } = await import(new URL("module/sound-classifier.js", folder).href);
const samples = new Float32Array(new Uint8Array(Buffer.from(rows, "base64")).buffer);

async function answers(path) {
  const held = readFileSync(path);
  try {
    const classifier = await SoundClassifier.load(held.buffer.slice(held.byteOffset, held.byteOffset + held.length));
    const probabilities = [];
    for (let at = 0; at < samples.length; at += length) {
      probabilities.push(await classifier.probabilities(samples.subarray(at, at + length)));
    }
    return { probabilities };
  } catch (error) {
    return { refused: error.message };
  }
}

const found = [];
for (const path of models) found.push(await answers(path));
console.log(JSON.stringify(found));
