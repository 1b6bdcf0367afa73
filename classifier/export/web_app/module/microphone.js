// The microphone: opened once for each use, as it is, without what browsers do to please ears in calls.

const AS_IT_IS = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
const REASONS = {
  NotAllowedError: "The microphone is not allowed here. Allow it for this page in the browser (at the address) and in the system's settings, then try again.",
  NotFoundError: "There is no microphone. Connect one, then try again.",
  NotReadableError: "The microphone cannot be used; another program may hold it. Close that, then try again.",
  NoAccess: "This browser has no access to microphones. Use another browser, or choose a file.",
  Insecure:
    "Browsers give the microphone only to pages from https or from this computer (localhost). Open the page that way, or choose a file.",
};

/** `code` is a key of REASONS, or the name of another error of the browser. */
export class MicrophoneError extends Error {
  constructor(code, detail = code) {
    super(REASONS[code] ?? `The microphone cannot be used: ${detail}.`);
    Object.assign(this, { name: "MicrophoneError", code, detail });
  }
}

/** @returns {MediaStream} @throws {MicrophoneError} it is not there, or not allowed */
export async function openMicrophone() {
  if (!navigator.mediaDevices?.getUserMedia) throw new MicrophoneError(isSecureContext ? "NoAccess" : "Insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: AS_IT_IS });
  } catch (error) {
    throw new MicrophoneError(error.name, error.message || error.name);
  }
}

export const closeMicrophone = (stream) => stream.getTracks().forEach((track) => track.stop());

/**
 * Listens.
 * @param onBlock called with each Float32Array of samples
 * @param onLost called once if the microphone is taken away
 * @returns {{rate: number, close: function}} rate in Hz
 */
export async function openStream(onBlock, onLost) {
  const stream = await openMicrophone();
  const context = new AudioContext();
  try {
    await context.audioWorklet.addModule(new URL("worklet.js", import.meta.url));
    const source = context.createMediaStreamSource(stream);
    const blocks = new AudioWorkletNode(context, "blocks", { channelCount: 1, channelCountMode: "explicit" });
    blocks.port.onmessage = (message) => onBlock(message.data);
    source.connect(blocks).connect(context.destination); // says nothing there; unconnected, some browsers do not run it
    stream.getAudioTracks()[0].onended = onLost;
    await context.resume();
  } catch (error) {
    closeMicrophone(stream);
    context.close();
    throw new MicrophoneError(error.name, `its sound cannot be read (${error.message})`);
  }
  const close = () => (closeMicrophone(stream), context.close());
  return { rate: context.sampleRate, close };
}
