/** A part of a recording in which a label is recognised; times in seconds. */
export interface Segment {
  label: string;
  start: number;
  end: number;
}

export interface LiveSegment extends Segment {
  /** Number of its first window: it tells segments of one label apart. */
  window: number;
}

/** One input of the model. */
export interface Window {
  /** Seconds. */
  start: number;
  end: number;
  /** 0 to 1, in the order of `SoundClassifier.labels`. */
  probabilities: number[];
  /** That the decision rule reports when it has heard this window. */
  labels: string[];
}

export interface Classified {
  /** Of the whole recording; null where the most probable label stays below its threshold. */
  label: string | null;
  /** Mean over the windows in which something is heard. */
  probabilities: number[];
  windows: Window[];
  segments: Segment[];
  seconds: number;
}

export interface Heard {
  /** Seconds of sound since the start. */
  time: number;
  /** Of the last window. */
  probabilities: number[];
  /** That the decision rule reports now. */
  labels: string[];
  /** The most probable of them. */
  label: string | null;
  /** The last segments; the newest may go on. */
  segments: LiveSegment[];
  /** The newest samples, at the model's rate. */
  samples: Float32Array;
  /** Seconds of sound that were not classified, as the device is too slow. */
  leftOut: number;
}

export interface Listening {
  /** Of the microphone, Hz. */
  rate: number;
  stop(): Promise<void>;
}

/** The rule in the model's decision_rule.json; thresholds are probabilities, times seconds. */
export interface Rule {
  thresholds: Record<string, number>;
  smooth: number;
  needed: number;
  among: number;
  min_duration: number;
  release: number;
  merge_gap: number;
  hop: number | null;
  /** Whether several labels may be right at once, where the file says so. */
  multi_label?: boolean;
}

export class SoundClassifier {
  private constructor();
  /**
   * @param model address of a .tflite with metadata, or its bytes
   * @param options.runtime address of the folder of LiteRT.js; beside the module's folder where not given
   */
  static load(model: string | URL | Blob | ArrayBuffer, options?: { name?: string; runtime?: string | URL }): Promise<SoundClassifier>;
  readonly name: string;
  readonly labels: string[];
  /** Hz. */
  readonly sampleRate: number;
  /** Samples of a window, and from one window of a recording to the next. */
  readonly windowLength: number;
  readonly hop: number;
  readonly rule: Rule;
  /** Whether the rule came with the model. */
  readonly hasRule: boolean;
  /** Whether several labels may be right at once. */
  readonly independent: boolean;
  /** Codes of what a person should know of the file. */
  readonly notes: string[];
  classify(
    samples: Float32Array,
    options?: {
      /** Hz of the samples. */
      sampleRate?: number;
      /** Called after each window, and waited for. */
      onWindow?: (progress: { done: number; of: number }) => void | Promise<void>;
      signal?: AbortSignal;
    },
  ): Promise<Classified>;
  listen(callback: (heard: Heard) => void, onLost?: (error?: Error) => void): Promise<Listening>;
  probabilities(window: Float32Array): Promise<number[]>;
  close(): void;
}
