// Spectra of samples for the eye: bands as far apart as the ear hears them, in dB of full scale.

const SIZE = 512; // samples of a spectrum
export const BANDS = 64;
const [LOWEST, HIGHEST] = [-95, -25]; // dB: white, or black
const window = Float32Array.from({ length: SIZE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SIZE));
const mel = (hertz) => 1127 * Math.log1p(hertz / 700);

/** Columns of BANDS values from 0 to 255, lowest band first, in one Uint8Array. */
export function spectrogram(samples, rate, columns) {
  const edges = bandsOf(rate);
  const values = new Uint8Array(columns * BANDS);
  const step = samples.length / columns;
  for (let column = 0; column < columns; column++) {
    const start = Math.round((column + 0.5) * step - SIZE / 2);
    const power = powerSpectrum(samples, Math.max(0, Math.min(start, samples.length - SIZE)));
    for (let band = 0; band < BANDS; band++) {
      let sum = 0;
      for (let bin = edges[band]; bin < Math.max(edges[band] + 1, edges[band + 1]); bin++) sum = Math.max(sum, power[bin]);
      const db = 10 * Math.log10(sum + 1e-12);
      values[column * BANDS + band] = Math.max(0, Math.min(255, (255 * (db - LOWEST)) / (HIGHEST - LOWEST)));
    }
  }
  return values;
}

function bandsOf(rate) {
  const top = mel(rate / 2);
  const hertz = (band) => 700 * Math.expm1((band / BANDS) * (top / 1127));
  return Array.from({ length: BANDS + 1 }, (_, band) => Math.min(SIZE / 2 - 1, Math.round((hertz(band) / rate) * SIZE)));
}

/** (SIZE / 2) powers; a sine of full scale has about 1. */
function powerSpectrum(samples, start) {
  const real = new Float64Array(SIZE);
  const imaginary = new Float64Array(SIZE);
  for (let i = 0; i < SIZE; i++) real[reversed[i]] = (samples[start + i] ?? 0) * window[i];
  for (let half = 1; half < SIZE; half *= 2) {
    for (let k = 0; k < half; k++) {
      const angle = (-Math.PI * k) / half;
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      for (let i = k; i < SIZE; i += 2 * half) {
        const j = i + half;
        const [re, im] = [real[j] * cosine - imaginary[j] * sine, real[j] * sine + imaginary[j] * cosine];
        [real[j], imaginary[j]] = [real[i] - re, imaginary[i] - im];
        real[i] += re;
        imaginary[i] += im;
      }
    }
  }
  return Float64Array.from({ length: SIZE / 2 }, (_, i) => (16 * (real[i] ** 2 + imaginary[i] ** 2)) / SIZE ** 2);
}

const reversed = Uint16Array.from({ length: SIZE }, (_, i) => {
  let [from, to] = [i, 0];
  for (let bit = 1; bit < SIZE; bit *= 2, from >>= 1) to = (to << 1) | (from & 1);
  return to;
});
