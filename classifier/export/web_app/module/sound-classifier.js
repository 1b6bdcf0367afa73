// A sound classifier in a web page: a .tflite that WriteMetadataToModel.py wrote, run by LiteRT.js on this device.
//
//   import { SoundClassifier } from "./module/sound-classifier.js";
//   const classifier = await SoundClassifier.load("models/residual.tflite");
//   const { label, segments } = await classifier.classify(samples);   // Float32Array in [-1, 1], one channel
//   const listening = await classifier.listen(({ labels }) => console.log(labels));
//   listening.stop();

import { listenTo } from "./listening.js";
import { LiveStream } from "./live_stream.js";
import { compiled, nameOf, outputWith, understood } from "./loading.js";
import { ModelError } from "./model_file.js";
import { resample } from "./resampler.js";
import { Segments } from "./segments.js";
import { filled, windowStarts } from "./windows.js";

const HIGHEST = 1.5; // amplitude up to which resampling and lossy codecs may lift full scale
const SLACK = 1e-3; // by which a probability may be outside 0 to 1
const BUSY = 50; // milliseconds of work, after which the page may draw

export class SoundClassifier {
  /** Use `load`. */
  constructor(model, litert, found, name) {
    Object.assign(this, found, { name, closed: false, running: 0 });
    [this.model, this.litert] = [model, litert];
    this.shape = model.getInputDetails()[0].shape;
    this.windowLength = this.shape.reduce((size, of) => size * of, 1);
    this.hop = Math.max(1, Math.round(found.rule.hop ? found.rule.hop * found.sampleRate : this.windowLength));
    this.output = outputWith(model.getOutputDetails(), found.labels.length, found.output);
  }

  /**
   * @param model address of a .tflite, or its bytes (ArrayBuffer, Blob)
   * @param options {name, runtime: address of the folder of LiteRT.js}
   * @throws {ModelError} it has no metadata, takes no raw audio, or gives no probabilities
   */
  static async load(model, { name, runtime = new URL("../litert/", import.meta.url) } = {}) {
    return compiled(model, runtime, async (ready, litert, found) => {
      checkInput(ready.getInputDetails());
      const classifier = new SoundClassifier(ready, litert, found, name ?? nameOf(model));
      await classifier.#understand();
      return classifier;
    });
  }

  /**
   * Classifies a recording, window by window, as ClassifyRecordings.py does.
   * @param {Float32Array} samples one channel in [-1, 1]
   * @param options {sampleRate: Hz of the samples, onWindow: called after each window, and waited for, signal: AbortSignal}
   * @returns {label, probabilities, windows: [{start, end, probabilities, labels}], segments: [{label, start, end}], seconds}
   */
  async classify(samples, { sampleRate = this.sampleRate, onWindow, signal } = {}) {
    checkSamples(samples);
    const audio = sampleRate === this.sampleRate ? samples : resample(samples, sampleRate, this.sampleRate);
    const sound = filled(audio, this.windowLength);
    const starts = windowStarts(sound.length, this.windowLength, this.hop);
    const segments = new Segments(this, this.hop, this.windowLength, this.sampleRate);
    const windows = [];
    let rested = performance.now();
    for (const first of starts) {
      signal?.throwIfAborted();
      const probabilities = await this.probabilities(sound.subarray(first, first + this.windowLength));
      const labels = segments.add(probabilities);
      const end = Math.min(first + this.windowLength, audio.length) / this.sampleRate;
      windows.push({ start: first / this.sampleRate, end, probabilities, labels });
      if (performance.now() - rested > BUSY) {
        await new Promise((resolve) => setTimeout(resolve));
        rested = performance.now();
      }
      await onWindow?.({ done: windows.length, of: starts.length });
    }
    const mean = this.#mean(windows.map((window) => window.probabilities));
    const found = segments.finish(audio.length);
    return { label: this.#label(mean), probabilities: mean, windows, segments: found, seconds: audio.length / this.sampleRate };
  }

  /**
   * Listens to the microphone until `stop` of what is returned is called.
   * @param callback called every hop with {time, probabilities, labels, label, segments, samples, leftOut}
   * @param onLost called if the microphone is taken away, or the model fails
   * @throws {MicrophoneError} there is no microphone, or it is not allowed
   */
  listen(callback, onLost = () => {}) {
    return listenTo(this, new LiveStream(this), ({ window }) => this.probabilities(window), callback, onLost);
  }

  /** The probability of each label, for one window of `windowLength` samples at `sampleRate`. */
  async probabilities(window) {
    const values = await this.#values(window);
    if (!values.every(Number.isFinite)) throw new ModelError("nan", "The model predicts NaN or infinity.");
    return values.map((value) => Math.min(1, Math.max(0, value)));
  }

  /** Frees the memory of the model; what still classifies with it ends with an error. */
  close() {
    this.closed = true;
    if (!this.running) this.model.delete();
  }

  async #values(window) {
    if (this.closed) throw new ModelError("closed", "The model was closed.");
    this.running += 1;
    try {
      return await this.#run(window);
    } finally {
      this.running -= 1;
      if (this.closed && !this.running) this.model.delete();
    }
  }

  async #run(window) {
    const input = new this.litert.Tensor(new Float32Array(window), Array.from(this.shape));
    let outputs = [];
    try {
      outputs = await this.model.run([input]);
      return meanOfFrames(outputs[this.output].toTypedArray(), this.labels.length);
    } finally {
      input.delete();
      outputs.forEach((output) => output.delete());
    }
  }

  /** Whether labels are independent, also by what silence, noise and a tone give; refuses what is no probability. */
  async #understand() {
    const rows = [];
    for (const kind of [() => 0, (i) => ((i * 7919) % 2003) / 1001.5 - 1, (i) => Math.sin((2 * Math.PI * 1000 * i) / this.sampleRate)]) {
      rows.push(await this.#values(Float32Array.from({ length: this.windowLength }, (_, i) => kind(i))));
    }
    if (rows.some((row) => row.some((value) => !(value >= -SLACK && value <= 1 + SLACK)))) {
      throw new ModelError("no-probabilities", "The outputs of this model are no probabilities.");
    }
    Object.assign(this, understood(this, rows));
  }

  /** Over the windows in which something is heard: digital silence has only zeros. */
  #mean(rows) {
    const heard = rows.filter((row) => row.some((value) => value > 0));
    return this.labels.map((_, i) => heard.reduce((sum, row) => sum + row[i], 0) / Math.max(1, heard.length));
  }

  /** The label of a whole recording: the most probable one, or of independent ones that reach theirs; null without. */
  #label(mean) {
    const thresholds = this.hasRule || this.labels.length === 1 ? this.rule.thresholds : {};
    const reaches = (i) => mean[i] > 0 && mean[i] >= (thresholds[this.labels[i]] ?? 0);
    const each = this.independent && this.labels.every((label) => label in thresholds);
    const asked = [...mean.keys()].filter((i) => !each || reaches(i));
    const best = asked.reduce((first, i) => (mean[i] > (mean[first] ?? -1) ? i : first), -1);
    return reaches(best) ? this.labels[best] : null;
  }
}

function checkInput(inputs) {
  const [{ dtype, shape }] = inputs;
  const open = [...shape].some((size) => size < 1) || Math.max(...shape) < 2;
  if (inputs.length > 1 || dtype !== "float32" || open) {
    throw new ModelError("no-audio", `This .tflite takes ${dtype} of [${[...shape]}], not one window of float samples.`);
  }
}

function meanOfFrames(values, n) {
  const frames = values.length / n;
  return Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let frame = 0; frame < frames; frame++) sum += values[frame * n + i];
    return sum / frames;
  });
}

function checkSamples(samples) {
  if (!(samples instanceof Float32Array) || !samples.length) throw new ModelError("empty", "Give a Float32Array with samples.");
  for (const sample of samples) {
    if (!(Math.abs(sample) <= HIGHEST)) throw new ModelError("scale", "Samples must be numbers in [-1, 1].");
  }
}
