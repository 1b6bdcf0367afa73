// Reads recordings: wav by itself, all else by the browser at the recording's own rate, so that only soxr's bands resample.

const MOST_MEGABYTES = 700; // a browser holds all of it in memory as floats
const CHOICES = { first: 0, second: 1 };
const OTHER_RATE = 48_000; // where a file does not say its rate in a place that is known here

export class RecordingError extends Error {
  constructor(code, values = {}) {
    super(code);
    Object.assign(this, { name: "RecordingError", code, values });
  }
}

/**
 * @param {Blob} file a recording
 * @param {string} channel mix, first, second or loudest
 * @returns {{samples: Float32Array, rate: number}} one channel; Hz
 */
export async function readRecording(file, channel = "mix") {
  const megabytes = Math.round(file.size / 1e6);
  if (megabytes > MOST_MEGABYTES) throw new RecordingError("too-large", { megabytes });
  const held = await file.arrayBuffer();
  const { channels, rate } = readWav(held) ?? (await decoded(held));
  if (!channels[0]?.length) throw new RecordingError("empty");
  return { samples: oneOf(channels, channel), rate };
}

async function decoded(held) {
  const rate = rateOf(new Uint8Array(held)) ?? OTHER_RATE;
  let buffer;
  try {
    buffer = await new OfflineAudioContext(1, 1, rate).decodeAudioData(held);
  } catch {
    throw new RecordingError("no-recording");
  }
  return { rate, channels: Array.from({ length: buffer.numberOfChannels }, (_, i) => buffer.getChannelData(i)) };
}

function oneOf(channels, channel) {
  if (channel === "loudest") {
    const powers = channels.map((samples) => samples.reduce((sum, value) => sum + value * value, 0));
    return channels[powers.indexOf(Math.max(...powers))];
  }
  if (channel in CHOICES) return channels[Math.min(CHOICES[channel], channels.length - 1)];
  if (channels.length === 1) return channels[0];
  return Float32Array.from(channels[0], (_, i) => channels.reduce((sum, samples) => sum + samples[i], 0) / channels.length);
}

/** The channels of a wav with whole numbers or floats; null for other files. */
export function readWav(held) {
  const view = new DataView(held);
  const name = (at) => String.fromCharCode(...new Uint8Array(held, at, 4));
  if (held.byteLength < 12 || name(0) !== "RIFF" || name(8) !== "WAVE") return null;
  let format = null;
  for (let at = 12; at + 8 <= held.byteLength; ) {
    const [chunk, size] = [name(at), view.getUint32(at + 4, true)];
    if (chunk === "fmt ") {
      const tag = view.getUint16(at + 8, true);
      const kind = tag === 0xfffe ? view.getUint16(at + 32, true) : tag;
      format = { kind, n: view.getUint16(at + 10, true), rate: view.getUint32(at + 12, true), bits: view.getUint16(at + 22, true) };
    } else if (chunk === "data" && format) {
      return samplesOf(view, at + 8, Math.min(size, held.byteLength - at - 8), format);
    }
    at += 8 + size + (size % 2);
  }
  return null;
}

function samplesOf(view, start, bytes, { kind, n, rate, bits }) {
  const read = { "1/8": [1, (at) => (view.getUint8(at) - 128) / 128], "1/16": [2, (at) => view.getInt16(at, true) / 2 ** 15] };
  read["1/24"] = [3, (at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23];
  read["1/32"] = [4, (at) => view.getInt32(at, true) / 2 ** 31];
  read["3/32"] = [4, (at) => view.getFloat32(at, true)];
  read["3/64"] = [8, (at) => view.getFloat64(at, true)];
  const found = read[`${kind}/${bits}`];
  if (!found || !n) return null; // mu-law and others: the browser may know them
  const [width, value] = found;
  const length = Math.floor(bytes / width / n);
  const channels = Array.from({ length: n }, (_, channel) =>
    Float32Array.from({ length }, (_, i) => value(start + (i * n + channel) * width)),
  );
  return { channels, rate };
}

/** The sample rate in the header of a flac, ogg, mp3 or mp4; null where it is not found. */
export function rateOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begins = (text, at = 0) => [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
  const find = (text, until = bytes.length) => {
    for (let at = 0; at < Math.min(until, bytes.length - text.length); at++) if (begins(text, at)) return at;
    return -1;
  };
  if (begins("RIFF")) return view.getUint32(24, true); // mu-law and others
  if (begins("fLaC")) return ((bytes[18] << 16) | (bytes[19] << 8) | bytes[20]) >> 4;
  if (begins("OggS")) {
    const vorbis = find("\x01vorbis", 512);
    return vorbis < 0 ? OTHER_RATE : view.getUint32(vorbis + 12, true); // Opus has always 48 kHz
  }
  if (begins("ftyp", 4)) {
    const entry = find("mp4a", bytes.length);
    return entry < 0 ? null : view.getUint16(entry + 28) || null;
  }
  if (begins("\x1aE\xdf\xa3")) return OTHER_RATE; // webm of a browser's recorder: Opus
  return rateOfMp3(bytes, begins("ID3") ? 10 + ((bytes[6] << 21) | (bytes[7] << 14) | (bytes[8] << 7) | bytes[9]) : 0);
}

function rateOfMp3(bytes, start) {
  const rates = { 3: [44_100, 48_000, 32_000], 2: [22_050, 24_000, 16_000], 0: [11_025, 12_000, 8_000] };
  for (let at = start; at < Math.min(bytes.length - 4, start + 8192); at++) {
    if (bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) continue;
    const rate = rates[(bytes[at + 1] >> 3) & 3]?.[(bytes[at + 2] >> 2) & 3];
    if (rate && ((bytes[at + 1] >> 1) & 3) !== 0) return rate;
  }
  return null;
}
