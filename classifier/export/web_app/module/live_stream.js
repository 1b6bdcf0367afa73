// A stream as windows: every hop the last window; silence comes before the first sample. As the service listens.

const HOP = 0.5; // seconds from one prediction to the next, or about so: a decision rule has a hop of its own
const SLOW = 2; // seconds of sound not classified yet, from which on it is left out

export class LiveStream {
  /**
   * @param model {sampleRate, windowLength, rule}
   * @param hop samples, of a model that takes no others; null: about half a second
   */
  constructor({ sampleRate, windowLength, rule }, hop = null) {
    const seconds = hop ? hop / sampleRate : HOP;
    this.each = rule.hop ? Math.max(1, Math.round(rule.hop / seconds)) : 1; // the rule decides on each so-many-th window
    this.hop = hop ?? Math.round((rule.hop ? rule.hop / this.each : HOP) * sampleRate);
    this.window = new Float32Array(windowLength);
    [this.waiting, this.most] = [new Float32Array(0), SLOW * sampleRate + this.hop];
  }

  /** Where the first window that the rule is given starts, in samples: before the first of them. */
  get offset() {
    return this.hop * this.each - this.window.length;
  }

  /** Takes samples at the model's rate; returns how many were left out, as too many wait. */
  add(samples) {
    if (this.waiting.length + samples.length > this.most) return samples.length;
    const all = new Float32Array(this.waiting.length + samples.length);
    all.set(this.waiting);
    all.set(samples, this.waiting.length);
    this.waiting = all;
    return 0;
  }

  /** The samples of the next hop, now also the end of `window`; null where they are not there yet. */
  next() {
    if (this.waiting.length < this.hop) return null;
    const samples = this.waiting.slice(0, this.hop);
    this.waiting = this.waiting.subarray(this.hop);
    if (this.hop >= this.window.length) this.window.set(samples.subarray(this.hop - this.window.length));
    else {
      this.window.copyWithin(0, this.hop);
      this.window.set(samples, this.window.length - this.hop);
    }
    return samples;
  }
}
