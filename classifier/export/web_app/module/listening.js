// Listens to the microphone with a model, and decides by its rule.

import { openStream } from "./microphone.js";
import { Resampler } from "./resampler.js";
import { Segments } from "./segments.js";

/**
 * @param of {rule, labels, independent, windowLength, sampleRate}
 * @param {LiveStream} stream
 * @param hear called with (stream, samples of the hop), returns the probabilities, or a promise of them
 * @param callback, onLost as of SoundClassifier.listen
 * @throws {MicrophoneError}
 */
export async function listenTo(of, stream, hear, callback, onLost) {
  const segments = new Segments(of, stream.hop * stream.each, of.windowLength, of.sampleRate);
  let [resampler, running, stopped, hops, leftOut, labels] = [null, false, false, 0, 0, []];
  const run = async () => {
    running = true;
    for (let samples = stream.next(); samples && !stopped; samples = stream.next()) {
      const probabilities = await hear(stream, samples);
      if (++hops % stream.each === 0) labels = segments.add(probabilities);
      const time = (hops * stream.hop) / of.sampleRate;
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
    leftOut += stream.add(resampler.add(block)) / of.sampleRate;
    if (!running) run().catch(lost);
  };
  const microphone = await openStream(onBlock, () => lost());
  resampler = new Resampler(Math.round(microphone.rate), of.sampleRate);
  const stop = () => {
    stopped = true;
    return microphone.close();
  };
  return { rate: microphone.rate, stop };
}
