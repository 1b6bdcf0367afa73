// Samples of the microphone as a 16-bit wav.

const HEADER = 44; // bytes

/** @param blocks Float32Arrays of one channel; @param rate Hz; returns an ArrayBuffer */
export function wavOf(blocks, rate) {
  const length = blocks.reduce((sum, block) => sum + block.length, 0);
  const file = new DataView(new ArrayBuffer(HEADER + 2 * length));
  const text = (at, letters) => [...letters].forEach((letter, i) => file.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  file.setUint32(4, HEADER - 8 + 2 * length, true);
  text(8, "WAVEfmt ");
  [16, 0x10001, rate, 2 * rate, 0x100002].forEach((value, i) => file.setUint32(16 + 4 * i, value, true)); // PCM, one channel
  text(36, "data");
  file.setUint32(40, 2 * length, true);
  let at = HEADER;
  for (const block of blocks) {
    for (const sample of block) {
      file.setInt16(at, Math.round(32767 * Math.max(-1, Math.min(1, sample))), true);
      at += 2;
    }
  }
  return file.buffer;
}
