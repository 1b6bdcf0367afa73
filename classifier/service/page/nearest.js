// Why it is "none of them": which label came nearest to its threshold.

import { percent } from "../look/dom.js";

const MOST = 0.5; // share of the windows from which on it is explained

/**
 * @param prediction of a recording, with its windows
 * @param thresholds {label: least probability to report it}
 * @returns a sentence; "" where most of the recording has a label
 */
export function whyNone({ label, windows }, thresholds) {
  const none = windows.filter((part) => part.label === null);
  const share = none.length / windows.length;
  if (!none.length || (share <= MOST && label !== null)) return "";
  const nearest = nearestOf(none, thresholds);
  const most = `None of them in ${percent(share)} of it.`;
  if (!nearest) return most;
  const { name, probability, threshold } = nearest;
  const reached = probability >= threshold;
  const then = reached
    ? `“${name}” came nearest: it reached its threshold of ${percent(threshold)} for a moment, with ${percent(probability)}, and not for long enough to be reported.`
    : `“${name}” came nearest, with at most ${percent(probability)}; it is reported from ${percent(threshold)} on.`;
  return `${most} ${then}`;
}

/** The label that is nearest to its threshold in the moment that is nearest to any. */
function nearestOf(windows, thresholds) {
  let best = null;
  for (const { labels, probabilities } of windows) {
    labels.forEach((name, i) => {
      const [probability, threshold] = [probabilities[i], thresholds[name]];
      const near = probability / threshold;
      if (threshold > 0 && (!best || near > best.near)) best = { name, probability, threshold, near };
    });
  }
  return best;
}
