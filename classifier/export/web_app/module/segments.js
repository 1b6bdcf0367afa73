// Segments by the decision rule, as its windows come: those that ClassifyRecordings.py finds.

import { DecisionRule } from "./decision_rule.js";

const SLACK = 1e-4; // seconds, as of the rule
const KEPT = 50; // segments of a stream

export class Segments {
  /**
   * @param model {rule, labels, independent}
   * @param hop, length samples from one window to the next, and of a window
   * @param rate Hz
   */
  constructor({ rule, labels, independent }, hop, length, rate) {
    Object.assign(this, { labels, hop, length, rate, rule, windows: 0, spans: [], label: null });
    this.decider = new DecisionRule(rule, labels, hop / rate, length / rate, independent);
    this.open = labels.map(() => null); // the last span of each label
  }

  /** Takes the probabilities of the next window; returns the labels that are reported now, and keeps the strongest as `label`. */
  add(probabilities) {
    this.windows += 1;
    const labels = this.#look(this.decider.decide(probabilities));
    this.label = labels.reduce((best, label) => (best === null || this.#strength(label) > this.#strength(best) ? label : best), null);
    return labels;
  }

  /** What has a threshold comes before background. */
  #strength(label) {
    return this.decider.smoothed[this.labels.indexOf(label)] + (this.rule.thresholds[label] > 0 ? 1 : 0);
  }

  /** The recording is over. @returns [{label, start, end}] in seconds, by start */
  finish(samples) {
    this.decider.finish((labels) => this.#look(labels));
    const latest = Math.max(0, samples - this.length);
    const found = this.#joined(latest).map(({ label, first, last }) => ({
      label: this.labels[label],
      start: Math.min(first * this.hop, latest) / this.rate,
      end: Math.min(last * this.hop + this.length, samples) / this.rate,
    }));
    return found.filter((one) => this.#isLong(one)).sort((a, b) => a.start - b.start || this.labels.indexOf(a.label) - this.labels.indexOf(b.label));
  }

  /** The last segments of a stream that goes on; offset: where its first window starts, samples, less than 0 in silence. */
  recent(offset) {
    if (this.spans.length > KEPT) this.spans.splice(0, this.spans.length - KEPT);
    const found = this.spans.map(({ label, first, last }) => ({
      label: this.labels[label],
      window: first,
      start: (offset + first * this.hop) / this.rate,
      end: (offset + last * this.hop + this.length) / this.rate,
    }));
    return found.filter((one) => this.#isLong(one)).map((one) => ({ ...one, start: Math.max(0, one.start) }));
  }

  #isLong({ start, end }) {
    return end - start >= this.rule.min_duration - SLACK;
  }

  /** Writes down what the rule holds in the window that it has just decided. */
  #look(labels) {
    this.decider.tracks.forEach(({ first, last }, label) => {
      if (last === null || last !== this.decider.window) return;
      const span = this.open[label];
      if (span?.first === first) span.last = last;
      else this.spans.push((this.open[label] = { label, first, last }));
    });
    return labels;
  }

  /** The last window starts earlier than it seemed, and may close a gap. */
  #joined(latest) {
    const before = new Map();
    return this.spans.filter((span) => {
      const one = before.get(span.label);
      const gap = one && (latest - (one.last * this.hop + this.length)) / this.rate;
      if (one && span.first === this.windows - 1 && gap <= this.rule.merge_gap + SLACK) {
        one.last = span.last;
        return false;
      }
      before.set(span.label, span);
      return true;
    });
  }
}
