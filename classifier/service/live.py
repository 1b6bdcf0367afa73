"""Classify a microphone live, as an app does: every half second the last window, and a label by the decision rule."""

import asyncio
from collections.abc import Callable, Iterator

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from classifier.audio import scale
from classifier.audio.recording import RATES, resampler
from classifier.inference.predictor import Predictor
from classifier.records.audio_format import AudioFormat
from classifier.scoring.decision_rule import DecisionRule, RuleStream
from classifier.service.drawing import drawing

HOP = 0.5  # seconds from one prediction to the next, or about so: a decision rule has a hop of its own
IDLE_SECONDS = 30  # without a message, after which a socket is closed
LONGEST_REASON = 123  # bytes; a frame that closes a socket has room for no more
MAX_MESSAGE = 1 << 20  # bytes
COLUMNS = 16  # drawn of half a second
CONTEXT = 0.064  # seconds by which the drawing is late, so that no window reaches into what is not there yet
POLICY, OVERLOADED, NO_MODEL = 1008, 1013, 4404  # why a socket is closed


class LiveStream:
    """The last window of a stream, at the model's rate; silence comes before the first sample."""

    def __init__(self, audio_format: AudioFormat, rate: int, hop: float = HOP):
        self.rate, self.hop = audio_format.sample_rate, round(hop * audio_format.sample_rate)
        self.context = round(CONTEXT * self.rate)
        self.window = np.zeros(audio_format.window_length, "float32")
        self.recent = np.zeros(self.hop + 2 * self.context, "float32")
        self.resample = resampler(rate, audio_format.sample_rate)
        self.waiting, self.samples = np.empty(0, "float32"), 0

    def add(self, block: np.ndarray) -> Iterator[tuple[float, np.ndarray, np.ndarray]]:
        """Take (n,) float32; yields (seconds received, the window, the samples of its drawing) at each hop."""
        self.waiting = np.concatenate([self.waiting, self.resample(block)])
        while len(self.waiting) >= self.hop:
            new, self.waiting = self.waiting[: self.hop], self.waiting[self.hop :]
            self.window = np.concatenate([self.window, new])[-len(self.window) :]
            self.recent = np.concatenate([self.recent, new])[-len(self.recent) :]
            self.samples += self.hop
            yield self.samples / self.rate, self.window, self.recent


class LiveRule:
    """A predictor's decision rule at work on a live stream.

    Attributes:
        reported: all labels that are reported, the most probable first; None where one alone may be right.
        hop: seconds from one prediction to the next; the rule is given each, or each second one, so that the windows it
            decides on are as far apart as those it was chosen on.
    """

    def __init__(self, predictor: Predictor):
        rule = predictor.rule or DecisionRule(predictor.thresholds)
        self._each = max(1, round(rule.hop / HOP)) if rule.hop else 1
        self.hop = rule.hop / self._each if rule.hop else HOP
        self._labels, self._n, self._label = predictor.labels, 0, None
        times = self.hop * self._each, predictor.audio_format.seconds
        self._stream = RuleStream.of(rule, predictor.labels, *times, predictor.independent)
        self.reported: list[str] | None = [] if predictor.reports_several else None

    def label(self, probabilities: np.ndarray) -> str | None:
        """The label that is reported now, given the (labels,) probabilities of the next window."""
        self._n += 1
        if self._n % self._each == 0:
            decided = self._stream.add(probabilities[None])
            for i, several in zip(decided.labels, decided.ranked, strict=True):
                self._label = None if i is None else self._labels[i]
                self.reported = None if self.reported is None else [self._labels[i] for i in several]
            self._stream.closed.clear()
        return self._label


async def classify_stream(
    socket: WebSocket,
    predictor: Predictor,
    rate: int,
    describe: Callable[[np.ndarray, str | None, list[str] | None], dict],
) -> None:
    """Send predictions to a socket until it closes.

    Args:
        socket: accepted; sends float32, little endian, one channel, at `rate`.
        predictor: of the model.
        rate: Hz.
        describe: makes what is sent of the (labels,) probabilities of a window, the label that is reported, and all of
            them, as of LiveRule; beside it stands how many samples were clipped since the last prediction.

    Raises:
        InputError: samples are far outside [-1, 1], or the model predicts no probabilities.
    """
    if not RATES[0] <= rate <= RATES[1]:
        return await socket.close(POLICY, f"a rate of {rate} Hz; give one from {RATES[0]} to {RATES[1]}")
    rule, clipped = LiveRule(predictor), 0
    stream = LiveStream(predictor.audio_format, rate, rule.hop)
    try:
        while True:
            async with asyncio.timeout(IDLE_SECONDS):
                message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            data = message.get("bytes")
            if data is None or len(data) % 4 or len(data) > MAX_MESSAGE:
                return await socket.close(POLICY, "a message that is not whole float32, or too long")
            block = np.frombuffer(data, "<f4")
            if not np.isfinite(block).all():
                return await socket.close(POLICY, "NaN or infinite samples")
            block, n = scale.clip(block, "a message")
            clipped += n
            for time, window, recent in stream.add(block):
                probabilities, drawn = await run_in_threadpool(_predict, predictor, window, recent, stream.context)
                described = describe(probabilities, rule.label(probabilities), rule.reported)
                await socket.send_json({"time": time, "clipped": clipped, **described, **drawn})
                clipped = 0
    except WebSocketDisconnect:  # while a prediction was on its way
        return
    except TimeoutError:
        await socket.close(POLICY, f"nothing was received for {IDLE_SECONDS} seconds")


def reason(text: str) -> str:
    """What fits into a frame that closes a socket."""
    return text.encode()[:LONGEST_REASON].decode(errors="ignore")


def _predict(predictor: Predictor, window: np.ndarray, recent: np.ndarray, context: int) -> tuple[np.ndarray, dict]:
    drawn = drawing(recent, predictor.audio_format.sample_rate, loudest=1.0, columns=COLUMNS, context=context)
    return predictor.probabilities(window[None])[0], drawn
