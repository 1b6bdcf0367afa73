// Long recordings, read in parts: wav from the file itself, however long it is; all else as the browser decodes it.

import { Trouble } from "./api.js";

const HEADER = 8; // bytes of a chunk's name and size
const MOST_BYTES = 300 * 2 ** 20; // of a file that the browser decodes whole, in its memory

/**
 * @param {File} file a recording
 * @param {number} rate Hz, at which the browser decodes what is no wav
 * @returns {Promise<{seconds, part}|null>} `part(start, end)` is a File with these seconds; null where it cannot be read here
 * @throws {Trouble} it is no wav, and too large to be decoded
 */
export async function openRecording(file, rate) {
  const wav = await openWav(file);
  if (wav) return wav;
  if (file.size > MOST_BYTES) throw new Trouble(tooLarge(file));
  const seconds = await lengthOf(file);
  return Number.isFinite(seconds) ? { seconds, part: partsOfDecoded(file, rate) } : null;
}

function tooLarge({ name, size }) {
  const megabytes = (bytes) => `${Math.floor(bytes / 2 ** 20)} MB`;
  return (
    `${name} has ${megabytes(size)}. What is no wav is decoded whole, in the memory of this browser, up to ${megabytes(MOST_BYTES)}. ` +
    "Convert it to wav, which is read in parts, or run ClassifyRecordings.py."
  );
}

/** Chunks of a wav are found one by one: only their headers are read. */
async function openWav(file) {
  const head = await textOf(file, 0, 12);
  if (!/^(RIFF|RF64)....WAVE$/s.test(head)) return null;
  let format = null;
  for (let at = 12; at + HEADER <= file.size; ) {
    const name = await textOf(file, at, 4);
    const size = new DataView(await file.slice(at + 4, at + HEADER).arrayBuffer()).getUint32(0, true);
    const start = at + HEADER;
    if (name === "fmt ") format = await file.slice(start, start + size).arrayBuffer();
    if (name === "data" && format) return wavParts(file, format, start, Math.min(size, file.size - start));
    at = start + size + (size % 2);
  }
  return null;
}

function wavParts(file, format, start, size) {
  const about = new DataView(format);
  const [bytesPerSecond, block] = [about.getUint32(8, true), about.getUint16(12, true)];
  if (!bytesPerSecond || !block) return null;
  const place = (seconds) => Math.min(size, Math.round((seconds * bytesPerSecond) / block) * block);
  const part = async (from, to) => {
    const samples = file.slice(start + place(from), start + place(to));
    return new File([...header(format, samples.size), samples], `${file.name}.wav`, { type: "audio/wav" });
  };
  return { seconds: size / bytesPerSecond, part };
}

function header(format, bytes) {
  const size = new Uint8Array(new Uint32Array([4 + HEADER + format.byteLength + HEADER + bytes]).buffer);
  const words = (...numbers) => new Uint8Array(new Uint32Array(numbers).buffer);
  return ["RIFF", size, "WAVEfmt ", words(format.byteLength), format, "data", words(bytes)];
}

const textOf = async (file, at, n) => String.fromCharCode(...new Uint8Array(await file.slice(at, at + n).arrayBuffer()));

/** Seconds, as the browser's player finds them; NaN where it cannot play the file. */
function lengthOf(file) {
  const player = new Audio();
  const address = URL.createObjectURL(file);
  return new Promise((resolve) => {
    player.addEventListener("loadedmetadata", () => resolve(player.duration));
    player.addEventListener("error", () => resolve(NaN));
    player.preload = "metadata";
    player.src = address;
  }).finally(() => URL.revokeObjectURL(address));
}

/** Decodes when the first part is wanted. */
function partsOfDecoded(file, rate) {
  let samples = null;
  return async (from, to) => {
    samples ??= await decoded(file, rate);
    const cut = samples.subarray(Math.round(from * rate), Math.round(to * rate));
    const format = new DataView(new ArrayBuffer(16)); // whole numbers of 16 bits, one channel
    [[0, 1], [2, 1], [12, 2], [14, 16]].forEach(([at, value]) => format.setUint16(at, value, true));
    [[4, rate], [8, 2 * rate]].forEach(([at, value]) => format.setUint32(at, value, true));
    const whole = Int16Array.from(cut, (value) => Math.round(32767 * Math.max(-1, Math.min(1, value))));
    return new File([...header(format.buffer, 2 * whole.length), whole], `${file.name}.wav`, { type: "audio/wav" });
  };
}

async function decoded(file, rate) {
  try {
    return mixed(await new OfflineAudioContext(1, 1, rate).decodeAudioData(await file.arrayBuffer()));
  } catch {
    throw new Trouble(`This browser cannot decode the whole of ${file.name}. Convert it to wav, which is read in parts, or run ClassifyRecordings.py.`);
  }
}

function mixed(buffer) {
  const mean = buffer.getChannelData(0);
  for (let channel = 1; channel < buffer.numberOfChannels; channel++) {
    const other = buffer.getChannelData(channel);
    for (let i = 0; i < mean.length; i++) mean[i] += other[i];
  }
  if (buffer.numberOfChannels > 1) for (let i = 0; i < mean.length; i++) mean[i] /= buffer.numberOfChannels;
  return mean;
}
