// A sound classifier in a web page: a .tflite that WriteMetadataToModel.py wrote, run by LiteRT.js on this device.
//
//   import { SoundClassifier } from "./module/sound-classifier.js";
//   const classifier = await SoundClassifier.load("models/residual.tflite");
//   const { label, segments } = await classifier.classify(samples);   // Float32Array in [-1, 1], one channel
//   const listening = await classifier.listen(({ labels }) => console.log(labels));
//   listening.stop();

import { LiveStream } from "./live_stream.js";
import { openStream } from "./microphone.js";
import { ModelError, readModel } from "./model_file.js";
import { Resampler, resample } from "./resampler.js";
import { startRuntime } from "./runtime.js";
import { Segments } from "./segments.js";
import { filled, windowStarts } from "./windows.js";

const HIGHEST = 1.5; // amplitude up to which resampling and lossy codecs may lift full scale
const SLACK = 1e-3; // by which a probability may be outside 0 to 1
const SUM_SLACK = 0.05; // the same of the sum of probabilities of which one is right
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
    const bytes = await bytesOf(model);
    const found = readModel(bytes);
    const litert = await startRuntime(new URL(runtime, globalThis.document?.baseURI));
    let compiled;
    try {
      compiled = await litert.loadAndCompile(new Uint8Array(bytes), { accelerator: "wasm" });
      checkInput(compiled.getInputDetails());
      const classifier = new SoundClassifier(compiled, litert, found, name ?? nameOf(model));
      await classifier.#understand();
      return classifier;
    } catch (error) {
      compiled?.delete();
      if (error instanceof ModelError) throw error;
      throw new ModelError("not-run", `LiteRT.js cannot run this .tflite: ${error.message ?? error}.`, { why: error.message ?? error });
    }
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
  async listen(callback, onLost = () => {}) {
    const stream = new LiveStream(this);
    const segments = new Segments(this, stream.hop * stream.each, this.windowLength, this.sampleRate);
    let [resampler, running, stopped, hops, leftOut, labels] = [null, false, false, 0, 0, []];
    const run = async () => {
      running = true;
      for (let samples = stream.next(); samples && !stopped; samples = stream.next()) {
        const probabilities = await this.probabilities(stream.window);
        if (++hops % stream.each === 0) labels = segments.add(probabilities);
        const time = (hops * stream.hop) / this.sampleRate;
        const { label } = segments;
        if (!stopped) callback({ time, probabilities, labels, label, segments: segments.recent(stream.offset), samples, leftOut });
      }
      running = false;
    };
    const lost = (error) => {
      if (stopped) return;
      stop();
      onLost(error);
    };
    const onBlock = (block) => {
      if (stopped || !resampler) return;
      leftOut += stream.add(resampler.add(block)) / this.sampleRate;
      if (!running) run().catch(lost);
    };
    const microphone = await openStream(onBlock, () => lost());
    resampler = new Resampler(Math.round(microphone.rate), this.sampleRate);
    const stop = () => {
      stopped = true;
      return microphone.close();
    };
    return { rate: microphone.rate, stop };
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

  /** Whether labels are independent, by what silence, noise and a tone give; refuses what is no probability. */
  async #understand() {
    const rows = [];
    for (const kind of [() => 0, (i) => ((i * 7919) % 2003) / 1001.5 - 1, (i) => Math.sin((2 * Math.PI * 1000 * i) / this.sampleRate)]) {
      rows.push(await this.#values(Float32Array.from({ length: this.windowLength }, (_, i) => kind(i))));
    }
    if (rows.some((row) => row.some((value) => !(value >= -SLACK && value <= 1 + SLACK)))) {
      throw new ModelError("no-probabilities", "The outputs of this model are no probabilities.");
    }
    const sums = rows.map((row) => row.reduce((sum, value) => sum + value, 0)).filter((sum) => sum > 0); // 0: digital silence
    this.independent = this.labels.length === 1 || !sums.every((sum) => Math.abs(sum - 1) <= SUM_SLACK);
  }

  /** Over the windows in which something is heard: digital silence has only zeros. */
  #mean(rows) {
    const heard = rows.filter((row) => row.some((value) => value > 0));
    return this.labels.map((_, i) => heard.reduce((sum, row) => sum + row[i], 0) / Math.max(1, heard.length));
  }

  /** The label of a whole recording, null where the most probable one stays below its threshold. */
  #label(mean) {
    const best = mean.indexOf(Math.max(...mean));
    const thresholds = this.hasRule || this.labels.length === 1 ? this.rule.thresholds : {};
    return mean[best] > 0 && mean[best] >= (thresholds[this.labels[best]] ?? 0) ? this.labels[best] : null;
  }
}

async function bytesOf(model) {
  if (model instanceof ArrayBuffer) return model;
  if (model instanceof Blob) return model.arrayBuffer();
  const response = await fetch(model);
  if (!response.ok) throw new ModelError("not-there", `${model} cannot be fetched: ${response.status}.`, { why: response.status });
  return response.arrayBuffer();
}

function nameOf(model) {
  const path = model instanceof ArrayBuffer ? "" : (model.name ?? String(model));
  return path.split("/").at(-1).replace(/(_metadata)?\.tflite$/, "");
}

function checkInput(inputs) {
  const [{ dtype, shape }] = inputs;
  const open = [...shape].some((size) => size < 1) || Math.max(...shape) < 2;
  if (inputs.length > 1 || dtype !== "float32" || open) {
    throw new ModelError("no-audio", `This .tflite takes ${dtype} of [${[...shape]}], not one window of float samples.`);
  }
}

/** The index of the output that has the labels. */
function outputWith(outputs, n, described) {
  const fits = ({ shape }) => shape.at(-1) === n;
  const index = described !== null && fits(outputs[described]) ? described : outputs.findIndex(fits);
  if (index < 0) throw new ModelError("labels-differ", `This .tflite has ${n} labels, and no output of so many values.`, { n });
  return index;
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
