import type { Heard, Listening, Rule } from "./sound-classifier";

/** A .tflite of ConvertModelToTFLite.py --streaming, run hop by hop. */
export class SoundStream {
  private constructor();
  /**
   * @param model address of a stream, or its bytes
   * @param options.runtime address of the folder of LiteRT.js; beside the module's folder where not given
   */
  static load(model: string | URL | Blob | ArrayBuffer, options?: { name?: string; runtime?: string | URL }): Promise<SoundStream>;
  readonly name: string;
  readonly labels: string[];
  /** Hz. */
  readonly sampleRate: number;
  /** Samples that it takes at a time. */
  readonly hop: number;
  /** Samples that its probabilities are of. */
  readonly windowLength: number;
  readonly rule: Rule;
  readonly hasRule: boolean;
  readonly independent: boolean;
  readonly notes: string[];
  /** The probability of each label in the last `windowLength` samples, after `hop` more in [-1, 1]. */
  push(samples: Float32Array): Promise<number[]>;
  /** Begins anew, with silence. */
  reset(): void;
  listen(callback: (heard: Heard) => void, onLost?: (error?: Error) => void): Promise<Listening>;
  close(): Promise<void>;
}
