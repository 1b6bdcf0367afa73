"""A microphone listened to, as an app does it: every half second an answer for the last window heard."""

import asyncio

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect

from classifier.audio.recording import RATES, resampler
from classifier.service.drawing import drawing

HOP = 0.5  # seconds from one answer to the next
PATIENCE = 30  # seconds without a sound, after which a socket is closed
LARGEST = 1 << 20  # bytes of a message
COLUMNS = 16  # drawn of half a second
CONTEXT = 0.064  # seconds by which the drawing is late, so that no window reaches into what is not there yet
POLICY, OVERLOADED, NO_MODEL = 1008, 1013, 4404  # why a socket is closed


class Ear:
    """The last window of a stream, at the model's rate; silence comes before the first sample."""

    def __init__(self, audio_format, rate):
        self.rate, self.hop = audio_format.sample_rate, round(HOP * audio_format.sample_rate)
        self.context = round(CONTEXT * self.rate)
        self.window = np.zeros(audio_format.window_length, "float32")
        self.recent = np.zeros(self.hop + 2 * self.context, "float32")
        self.resample = resampler(rate, audio_format.sample_rate)
        self.waiting, self.samples = np.empty(0, "float32"), 0

    def hear(self, block):
        """Take (n,) float32; yields (seconds heard, the window, what its drawing needs) at each half second."""
        self.waiting = np.concatenate([self.waiting, self.resample(block)])
        while len(self.waiting) >= self.hop:
            new, self.waiting = self.waiting[: self.hop], self.waiting[self.hop :]
            self.window = np.concatenate([self.window, new])[-len(self.window) :]
            self.recent = np.concatenate([self.recent, new])[-len(self.recent) :]
            self.samples += self.hop
            yield self.samples / self.rate, self.window, self.recent


async def listen(socket, predictor, rate, say):
    """Answer a socket until it closes.

    Args:
        socket: accepted; sends float32, little endian, one channel, at `rate`.
        say: (probabilities (labels,)) -> dict of what is said of a window.
    """
    if not RATES[0] <= rate <= RATES[1]:
        return await socket.close(POLICY, f"a rate of {rate} Hz; give one from {RATES[0]} to {RATES[1]}")
    ear = Ear(predictor.audio_format, rate)
    try:
        while True:
            async with asyncio.timeout(PATIENCE):
                message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            data = message.get("bytes")
            if data is None or len(data) % 4 or len(data) > LARGEST:
                return await socket.close(POLICY, "a message that is not whole float32, or too long")
            block = np.frombuffer(data, "<f4")
            if not np.isfinite(block).all():
                return await socket.close(POLICY, "NaN or infinite samples")
            for time, window, recent in ear.hear(np.clip(block, -1, 1)):
                probabilities, drawn = await run_in_threadpool(_ask, predictor, window, recent, ear.context)
                await socket.send_json({"time": time, **say(probabilities), **drawn})
    except WebSocketDisconnect:  # while an answer was on its way
        return
    except TimeoutError:
        await socket.close(POLICY, f"nothing was heard for {PATIENCE} seconds")


def _ask(predictor, window, recent, context):
    drawn = drawing(recent, predictor.audio_format.sample_rate, loudest=1.0, columns=COLUMNS, context=context)
    return predictor.probabilities(window[None])[0], drawn
