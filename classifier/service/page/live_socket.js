// The socket over which a model of this server hears a microphone.

import { socketAddress } from "./api.js";
import { Resampler } from "../module/resampler.js";

const SLOW = 2; // seconds of sound not sent yet, from which on it is left out

export class LiveSocket {
  /**
   * @param model as the server describes it
   * @param {number} rate Hz of the microphone; the model's rate is sent: a third of the bytes
   * @param onHeard called with each prediction
   * @param onClosed called with the CloseEvent, where the server or the network ended it
   */
  constructor(model, rate, onHeard, onClosed) {
    this.resampler = new Resampler(rate, model.sample_rate);
    const path = `/v2/models/${encodeURIComponent(model.name)}/live?rate=${model.sample_rate}`;
    this.socket = new WebSocket(socketAddress(path));
    this.socket.onmessage = (message) => this.socket && onHeard(JSON.parse(message.data));
    this.socket.onclose = (event) => this.socket && onClosed(event);
  }

  /** Whether all that was given has left. */
  get isInTime() {
    return this.socket.bufferedAmount === 0;
  }

  /** Sends samples; returns whether they were left out, as the server is slower than the sound. */
  send(block) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    const slow = this.socket.bufferedAmount > 4 * SLOW * this.resampler.to;
    if (!slow) this.socket.send(this.resampler.add(block));
    return slow;
  }

  close() {
    const before = this.socket;
    this.socket = null;
    before?.close();
  }
}
