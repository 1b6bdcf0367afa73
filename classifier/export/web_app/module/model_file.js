// What a .tflite says of itself: sample rate, labels, decision rule. Format: TensorFlow Lite Metadata, version 1.

import { fileIn } from "./decision_rule.js";

const AXIS_LABELS = 2; // AssociatedFileType
const AUDIO = 4; // ContentProperties
const RULE_VERSION = 1;
const BACKGROUND = ["silence", "background", "_background_noise_", "unknown"]; // need no threshold
const THRESHOLD = 0.5; // where the file has no rule
const STREAM = /the probabilities are of the last (\d+) samples/; // as classifier/export/streaming.py writes
const NUMBERED = /^(\d+)\s*[\s:,;.)]\s*(\S.*)$/;

/** An error about a file; `code` names a text of the page, `values` go into it. */
export class ModelError extends Error {
  constructor(code, message, values = {}) {
    super(message);
    Object.assign(this, { name: "ModelError", code, values });
  }
}

/** A table of a flatbuffer. */
class Table {
  constructor(view, at) {
    [this.view, this.at, this.fields] = [view, at, at - view.getInt32(at, true)];
  }

  static root(view, start = 0) {
    return new Table(view, start + view.getUint32(start, true));
  }

  /** Where a field lies; 0 where it is not set. */
  place(number) {
    const size = this.view.getUint16(this.fields, true);
    const offset = 4 + 2 * number < size ? this.view.getUint16(this.fields + 4 + 2 * number, true) : 0;
    return offset && this.at + offset;
  }

  number(field, read = "getUint32") {
    const at = this.place(field);
    return at ? this.view[read](at, true) : 0;
  }

  target(field) {
    const at = this.place(field);
    return at ? at + this.view.getUint32(at, true) : 0;
  }

  table(field) {
    const at = this.target(field);
    return at ? new Table(this.view, at) : null;
  }

  tables(field) {
    const at = this.target(field);
    const n = at ? this.view.getUint32(at, true) : 0;
    return Array.from({ length: n }, (_, i) => new Table(this.view, at + 4 + 4 * i + this.view.getUint32(at + 4 + 4 * i, true)));
  }

  bytes(field) {
    const at = this.target(field);
    const start = this.view.byteOffset + at + 4;
    return at ? new Uint8Array(this.view.buffer, start, this.view.getUint32(at, true)) : new Uint8Array(0);
  }

  text(field) {
    return new TextDecoder().decode(this.bytes(field));
  }
}

/**
 * @param {ArrayBuffer} file
 * @returns {{sampleRate, labels, rule, hasRule, output, windowLength, notes}} output: index of the output that has the
 *   labels; windowLength: of a stream, samples that its probabilities are of, else null
 * @throws {ModelError}
 */
export function readModel(file) {
  const view = new DataView(file);
  if (file.byteLength < 8 || new TextDecoder().decode(new Uint8Array(file, 4, 4)) !== "TFL3") {
    throw new ModelError("no-tflite", "This file is no .tflite.");
  }
  let found;
  try {
    found = describe(view, file);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError("damaged", `The metadata of this .tflite are damaged: ${error.message}.`);
  }
  return { ...found, ...ruleOf(file, found.labels) };
}

function describe(view, file) {
  const model = Table.root(view);
  const entry = model.tables(6).find((one) => one.text(0) === "TFLITE_METADATA");
  const packed = entry && model.tables(4)[entry.number(1)].bytes(0);
  if (!packed?.length) {
    throw new ModelError("no-metadata", "This .tflite has no metadata; write them with WriteMetadataToModel.py.");
  }
  const metadata = Table.root(new DataView(packed.buffer, packed.byteOffset, packed.byteLength));
  const graph = metadata.tables(3)[0];
  const input = graph.tables(2)[0];
  const outputs = graph.tables(3);
  const content = input.table(3);
  if (/mel spectrogram of/i.test(input.text(1))) {
    throw new ModelError("mel", "This .tflite takes a mel spectrogram, not audio; take the file for audio.");
  }
  const audio = content?.number(0, "getUint8") === AUDIO ? content.table(1) : null;
  const [sampleRate, channels] = [audio?.number(0) ?? 0, audio?.number(1) ?? 1];
  if (!sampleRate) throw new ModelError("no-rate", "The metadata of this .tflite name no sample rate.");
  if (channels > 1) throw new ModelError("channels", `This .tflite takes ${channels} channels, not one.`, { channels });
  const [name, output] = labelFile(outputs);
  const labels = labelsOf(fileIn(file, name), metadata.text(1));
  if (!labels.length) throw new ModelError("no-labels", "The metadata of this .tflite name no labels.");
  const ofLast = STREAM.exec(input.text(1));
  return { sampleRate, labels, output: outputs.length > 1 ? output : null, windowLength: ofLast && Number(ofLast[1]) };
}

/** The name of the label file without a locale, else in English, else of any; and the index of its output. */
function labelFile(outputs) {
  const order = ({ locale }) => (locale === "" ? 0 : locale.startsWith("en") ? 1 : 2);
  const files = outputs.flatMap((tensor, output) =>
    tensor
      .tables(6)
      .filter((file) => file.number(2, "getInt8") === AXIS_LABELS)
      .map((file) => ({ name: file.text(0), locale: file.text(3).toLowerCase(), output })),
  );
  const [best] = files.sort((a, b) => order(a) - order(b));
  return best ? [best.name, best.output] : ["labels.txt", null];
}

function labelsOf(text, description) {
  const lines = (text ?? "").split(/\r\n|\r|\n/).map((line) => line.replace(/^[\ufeff\s\0]+|[\s\0]+$/g, ""));
  while (lines.length && !lines.at(-1)) lines.pop();
  if (description === `Tells apart: ${lines.join(", ")}.`) return lines; // written by this project
  const found = lines.map((line) => NUMBERED.exec(line));
  if (lines.length < 2 || !found.every(Boolean)) return lines;
  const rows = found.map((match) => [Number(match[1]), match[2]]).sort((a, b) => a[0] - b[0]);
  const first = rows[0][0];
  return first <= 1 && rows.every(([number], i) => number === first + i) ? rows.map((row) => row[1]) : lines;
}

/** Thresholds of one half. */
export const halves = (labels) => Object.fromEntries(labels.map((label) => [label, THRESHOLD]));

/** The rule in the file; without one that can be used, thresholds of one half for all labels but background. */
function ruleOf(file, labels) {
  const plain = { smooth: 1, needed: 1, among: 1, min_duration: 0, release: 1, merge_gap: 0, hop: null };
  const thresholds = halves(labels.filter((label) => labels.length === 1 || !BACKGROUND.includes(label)));
  const without = { rule: { ...plain, thresholds }, hasRule: false, notes: [] };
  const text = fileIn(file, "decision_rule.json");
  if (text === null) return without;
  try {
    const { version, ...rule } = JSON.parse(text);
    const known = Object.keys(rule.thresholds).every((label) => labels.includes(label));
    if (version === RULE_VERSION && known) return { rule: { ...plain, ...rule }, hasRule: true, notes: [] };
  } catch {
    // said below
  }
  return { ...without, notes: ["rule-unusable"] };
}
