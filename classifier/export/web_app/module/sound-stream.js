// A stream in a web page: a .tflite of ConvertModelToTFLite.py --streaming takes a hop at a time and carries its state.
//
//   import { SoundStream } from "./module/sound-stream.js";
//   const stream = await SoundStream.load("models/model_residual_causal_stream.tflite");
//   const probabilities = await stream.push(samples);   // Float32Array of stream.hop samples in [-1, 1]
//   const listening = await stream.listen(({ labels }) => console.log(labels));
//   listening.stop();

import { listenTo } from "./listening.js";
import { LiveStream } from "./live_stream.js";
import { compiled, nameOf, outputWith, understood } from "./loading.js";
import { ModelError } from "./model_file.js";

export class SoundStream {
  /** Use `load`. */
  constructor(model, litert, found, name) {
    Object.assign(this, found, { name, model, litert, independent: false });
    const [audio, state] = model.getInputDetails();
    const outputs = model.getOutputDetails();
    this.output = outputWith(outputs, found.labels.length, found.output);
    this.shapes = [Array.from(audio.shape), Array.from(state?.shape ?? [])];
    const carried = `${outputs[1 - this.output]?.shape}`;
    if (outputs.length !== 2 || carried !== `${state?.shape}` || !found.windowLength) {
      throw new ModelError("no-stream", "This .tflite is no stream; ConvertModelToTFLite.py --streaming writes one.");
    }
    this.hop = audio.shape.at(-1);
    this.turn = Promise.resolve(); // one hop after the other
    this.reset();
  }

  /**
   * @param model address of a stream, or its bytes (ArrayBuffer, Blob)
   * @param options {name, runtime: address of the folder of LiteRT.js}
   * @throws {ModelError} it is no stream, or says nothing of itself
   */
  static load(model, { name, runtime = new URL("../litert/", import.meta.url) } = {}) {
    return compiled(model, runtime, async (ready, litert, found) => {
      const stream = new SoundStream(ready, litert, found, name ?? nameOf(model));
      await stream.#understand();
      return stream;
    });
  }

  /** Begins anew, with silence. */
  reset() {
    this.state = new Float32Array(this.shapes[1].reduce((size, of) => size * of, 1));
  }

  /** The probability of each label in the last `windowLength` samples, after `hop` more. */
  push(samples) {
    const found = this.turn.then(() => this.#run(samples));
    this.turn = found.catch(() => {}); // whoever pushed it is told
    return found;
  }

  /** Listens to the microphone from silence on, as SoundClassifier.listen; its callback comes every hop of the stream. */
  listen(callback, onLost = () => {}) {
    this.reset();
    return listenTo(this, new LiveStream(this, this.hop), (_, samples) => this.push(samples), callback, onLost);
  }

  /** Frees the memory of the model; hops that come later end with an error. */
  close() {
    this.turn = this.turn.then(() => this.model?.delete()).then(() => (this.model = null));
    return this.turn;
  }

  /** Whether labels are independent, also by what hops of noise and of a tone give. */
  async #understand() {
    const rows = [];
    for (const kind of [(i) => ((i * 7919) % 2003) / 1001.5 - 1, (i) => Math.sin((2 * Math.PI * 1000 * i) / this.sampleRate)]) {
      rows.push(await this.push(Float32Array.from({ length: this.hop }, (_, i) => kind(i))));
    }
    Object.assign(this, understood(this, rows));
    this.reset();
  }

  async #run(samples) {
    if (!this.model) throw new ModelError("closed", "The model was closed.");
    if (!(samples instanceof Float32Array) || samples.length !== this.hop || !samples.every(Number.isFinite)) {
      throw new ModelError("hop", `Give a Float32Array of ${this.hop} samples, all of them numbers.`, { hop: this.hop });
    }
    const inputs = [samples.slice(), this.state].map((values, i) => new this.litert.Tensor(values, this.shapes[i]));
    let outputs = [];
    try {
      outputs = await this.model.run(inputs);
      const probabilities = Array.from(outputs[this.output].toTypedArray());
      if (!probabilities.every(Number.isFinite)) throw new ModelError("nan", "The model predicts NaN or infinity.");
      this.state = new Float32Array(outputs[1 - this.output].toTypedArray());
      return probabilities;
    } finally {
      [...inputs, ...outputs].forEach((tensor) => tensor.delete());
    }
  }
}
