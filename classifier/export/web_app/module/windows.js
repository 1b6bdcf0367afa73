// Cuts recordings into windows as classifier/audio/windows.py does: none holds padding.

const BACKGROUND = 4; // a recording's background is the quietest quarter of it

/** Where windows start, in samples; the last one is moved back to where it ends with the recording. */
export function windowStarts(samples, length, hop) {
  const latest = Math.max(0, samples - length);
  return Array.from({ length: 1 + Math.ceil(latest / hop) }, (_, i) => Math.min(i * hop, latest));
}

/** A recording shorter than a window goes on with its quietest quarter, backwards and forwards in turn. */
export function filled(samples, length) {
  if (samples.length >= length || !samples.length) return samples;
  const n = Math.max(1, Math.floor(samples.length / BACKGROUND));
  const step = Math.max(1, Math.floor(n / 2));
  let [quietest, least] = [0, Infinity];
  for (let start = 0; start + n <= samples.length; start += step) {
    const power = samples.subarray(start, start + n).reduce((sum, value) => sum + value * value, 0);
    if (power < least) [quietest, least] = [start, power];
  }
  const all = new Float32Array(length);
  all.set(samples);
  for (let i = 0; i < length - samples.length; i++) {
    const k = i % (2 * n);
    all[samples.length + i] = samples[quietest + (k < n ? n - 1 - k : k - n)];
  }
  return all;
}
