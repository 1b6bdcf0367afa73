// Runs beside the page: hands the microphone's samples over in blocks.

const LENGTH = 2048; // samples; a twentieth of a second: few messages, little delay

class Blocks extends AudioWorkletProcessor {
  block = new Float32Array(LENGTH);
  filled = 0;

  process([input]) {
    const samples = input[0] ?? [];
    for (const sample of samples) {
      this.block[this.filled++] = sample;
      if (this.filled < LENGTH) continue;
      this.port.postMessage(this.block, [this.block.buffer]);
      this.block = new Float32Array(LENGTH);
      this.filled = 0;
    }
    return true;
  }
}

registerProcessor("blocks", Blocks);
