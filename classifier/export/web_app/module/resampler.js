// Changes the sample rate of a stream: a windowed sinc in step with the input, with the bands of soxr's high quality.

const PASSBAND = 0.913; // share of the lower Nyquist frequency up to which nothing changes
const REJECTION = 100; // dB, of what lies above the lower Nyquist frequency

/** `add` takes blocks of any length at `from` Hz and returns what is known by now at `to` Hz; `finish` returns the rest. */
export class Resampler {
  constructor(from, to) {
    const divisor = greatestDivisor(from, to);
    [this.from, this.to, this.up, this.down] = [from, to, to / divisor, from / divisor];
    if (from === to) return;
    const nyquist = Math.min(from, to) / 2 / from; // cycles per sample
    this.half = Math.ceil((REJECTION - 7.95) / (14.36 * nyquist * (1 - PASSBAND)) / 2); // Kaiser's estimate
    this.taps = kernels(this.up, this.half, (nyquist * (1 + PASSBAND)) / 2);
    this.held = new Float32Array(this.half); // zeros stand before the first sample
    [this.at, this.phase, this.received, this.made] = [this.half, 0, 0, 0]; // at: where in `held` the next output lies
  }

  add(block) {
    if (this.from === this.to) return block;
    this.received += block.length;
    return this.#run(block);
  }

  finish() {
    if (this.from === this.to) return new Float32Array(0);
    const wanted = Math.round((this.received * this.up) / this.down) - this.made; // as many as soxr makes
    return this.#run(new Float32Array(this.half + this.down)).subarray(0, Math.max(0, wanted));
  }

  #run(block) {
    const { up, down, half, taps } = this;
    const samples = new Float32Array(this.held.length + block.length);
    samples.set(this.held);
    samples.set(block, this.held.length);
    const found = new Float32Array(Math.ceil((block.length * up) / down) + 1);
    let n = 0;
    while (this.at + half < samples.length) {
      const kernel = taps[this.phase];
      const first = this.at - half + 1;
      let sum = 0;
      for (let i = 0; i < kernel.length; i++) sum += kernel[i] * samples[first + i];
      found[n++] = sum;
      this.phase += down;
      this.at += Math.floor(this.phase / up);
      this.phase %= up;
    }
    const used = Math.min(samples.length, Math.max(0, this.at - half));
    this.held = samples.slice(used);
    this.at -= used;
    this.made += n;
    return found.subarray(0, n);
  }
}

/** All samples at once. */
export function resample(samples, from, to) {
  const resampler = new Resampler(from, to);
  const [first, rest] = [resampler.add(samples), resampler.finish()];
  const all = new Float32Array(first.length + rest.length);
  all.set(first);
  all.set(rest, first.length);
  return all.subarray(0, from === to ? all.length : Math.round((samples.length * resampler.up) / resampler.down));
}

/** A kernel for each place between two samples at which an output may lie; each keeps a constant as it is. */
function kernels(places, half, cutoff) {
  const beta = 0.1102 * (REJECTION - 8.7);
  return Array.from({ length: places }, (_, place) => {
    const kernel = Float64Array.from({ length: 2 * half }, (_, i) => {
      const t = i + 1 - half - place / places;
      const x = 2 * cutoff * t;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      return sinc * bessel(beta * Math.sqrt(Math.max(0, 1 - (t / half) ** 2)));
    });
    const sum = kernel.reduce((total, value) => total + value, 0);
    return kernel.map((value) => value / sum);
  });
}

/** The modified Bessel function of order 0. */
function bessel(x) {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k++) sum += term *= (x / 2 / k) ** 2;
  return sum;
}

function greatestDivisor(a, b) {
  return b ? greatestDivisor(b, a % b) : a;
}
