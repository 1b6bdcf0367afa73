// The decision rule of a .tflite in plain JavaScript: copy this file into your page.

const SLACK = 1e-4; // seconds

/** A file inside a .tflite (an ArrayBuffer) that WriteMetadataToModel.py wrote: "decision_rule.json" or "labels.txt". */
export function fileIn(model, name) {
  const view = new DataView(model);
  const text = (at, length) => new TextDecoder().decode(new Uint8Array(model, at, length));
  let end = model.byteLength - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end -= 1;
  let at = view.getUint32(end + 16, true); // the list of the files
  const size = view.getUint32(end + 12, true);
  const shift = end - size - at; // where the archive begins in the file, for those who count from there
  at += shift;
  for (let n = view.getUint16(end + 10, true); n > 0; n -= 1) {
    const [bytes, length] = [view.getUint32(at + 24, true), view.getUint16(at + 28, true)];
    if (text(at + 46, length) === name) {
      const local = view.getUint32(at + 42, true) + shift;
      return text(local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true), bytes);
    }
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return null;
}

/**
 * decide() takes the probabilities of each window, in order, and returns the labels that are reported now. hop, length:
 * seconds from one window to the next (the rule's own "hop", where it has one), and of a window. independent: whether
 * several labels may be right at once; the rule of such a model says so itself.
 */
export class DecisionRule {
  constructor(rule, labels, hop, length, independent = rule.multi_label === true) {
    Object.assign(this, { rule, labels, hop, length, independent, recent: [], window: -1 });
    this.tracks = labels.map(() => ({ first: null, last: null, counting: [] }));
  }

  decide(probabilities) {
    const { smooth } = this.rule;
    this.recent = [...this.recent, [...probabilities]].slice(-smooth);
    if (this.recent.length <= Math.floor(smooth / 2)) return []; // the windows after the first are not there yet
    return this.step();
  }

  /** The recording is over: calls report(labels) for each window that still waits for those after it. */
  finish(report) {
    const half = Math.floor(this.rule.smooth / 2);
    for (let waiting = Math.min(half, this.recent.length); waiting > 0; waiting -= 1) {
      this.recent = this.recent.slice(-(half + waiting));
      report(this.step());
    }
  }

  step() {
    this.window += 1;
    const smoothed = this.labels.map((_, i) => this.recent.reduce((sum, row) => sum + row[i], 0) / this.recent.length);
    this.smoothed = smoothed; // of the window that is decided
    const best = smoothed.indexOf(Math.max(...smoothed));
    return this.labels.filter(
      (_, i) =>
        this.holds(i, smoothed[i], this.independent || i === best) &&
        (this.window - this.tracks[i].first) * this.hop + this.length >= this.rule.min_duration - SLACK,
    );
  }

  holds(i, probability, leads) {
    const { rule, window } = this;
    const track = this.tracks[i];
    const threshold = rule.thresholds[this.labels[i]] ?? 0;
    const counts = leads && probability >= threshold && probability > 0; // all are 0 in digital silence
    const reaches = track.last !== null && (window - track.last) * this.hop - this.length <= rule.merge_gap + SLACK;
    const hasRelease = rule.release < 1 && threshold > 0;
    const held = hasRelease && track.last === window - 1 && probability >= rule.release * threshold;
    const goesOn = reaches && (counts || held);
    track.counting = [...track.counting, counts && !goesOn ? window : null].slice(-rule.among);
    const which = track.counting.filter((at) => at !== null);
    if (!goesOn) {
      if (!counts || which.length < rule.needed) return false;
      track.first = which[0];
      track.counting = [];
    }
    track.last = window;
    return true;
  }
}
