"""A voice that reads or sings a text: espeak-ng speaks it, the WORLD vocoder says it again with a melody of our own.

Speech passes the vocoder too, with its own pitch: otherwise a model would learn to hear the vocoder, not the singing.
espeak-ng keeps its state (flutter, phases) between texts: start a new process for each recording, or the order shows.
"""

import ctypes
from typing import NamedTuple

import espeakng_loader
import numpy as np
import pyworld
import soxr

VOCODER_RATE = 22050  # what espeak-ng makes
FRAME_S = 0.005  # one WORLD frame
LOWEST_F0, HIGHEST_F0 = 60.0, 600.0  # Hz: below the deepest voice, above the highest sung note
IPA_VOWELS = "aeiouyøœɶɑɒæɐəɚɜɝɛɪʊʏʌɔɨʉɯɤɵɘɞᵻ"
LONGEST_GAP_S = 0.30  # a pause or breath, in speech as in song: a window of one second must hold some voice
QUIET, AUDIBLE = 1e-5, 1e-2  # of the loudest frame's power: below the first a pause, above the second a vowel
SHORTEST_VOWEL = 4  # frames: a shorter one cannot be held

# espeak-ng's speak_lib.h
SYNCHRONOUS, PHONEME_EVENTS_IN_IPA, CHARS_UTF8 = 2, 1 | 2, 1
RATE, PITCH, PITCH_RANGE = 1, 3, 4
EVENT_END_OF_LIST, EVENT_PHONEME = 0, 7


class Event(ctypes.Structure):
    """espeak_EVENT; `name` is its union, read as eight bytes of text."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    ]


class Utterance(NamedTuple):
    """One text taken apart by WORLD.

    f0: (frames,) Hz, 0 where unvoiced. envelope, aperiodicity: (frames, bins). vowels: (first, last) frame of each.
    """

    f0: np.ndarray
    envelope: np.ndarray
    aperiodicity: np.ndarray
    vowels: list


def _speak(text, voice, words_per_minute, pitch, pitch_range):
    """-> (n,) float64 samples at VOCODER_RATE, and [(sample, phoneme in IPA)]."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    chunks, phonemes = [], []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))
    def collect(samples, n, events):
        if samples and n:
            chunks.append(np.ctypeslib.as_array(samples, (n,)).astype("float64") / 32768)
        i = 0
        while events[i].type != EVENT_END_OF_LIST:
            if events[i].type == EVENT_PHONEME:
                phonemes.append((events[i].sample, events[i].name.decode("utf-8", "ignore")))
            i += 1
        return 0

    rate = library.espeak_Initialize(SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), PHONEME_EVENTS_IN_IPA)
    if rate != VOCODER_RATE:
        raise RuntimeError(f"espeak-ng speaks at {rate} Hz, expected {VOCODER_RATE}: install tools/requirements.txt")
    library.espeak_SetSynthCallback(collect)
    if library.espeak_SetVoiceByName(voice.encode()):
        raise ValueError(f"espeak-ng has no voice {voice!r}")
    for parameter, value in ((RATE, words_per_minute), (PITCH, pitch), (PITCH_RANGE, pitch_range)):
        library.espeak_SetParameter(parameter, value, 0)
    utf8 = text.encode()
    library.espeak_Synth(utf8, ctypes.c_size_t(len(utf8) + 1), 0, 0, 0, CHARS_UTF8, None, None)
    return np.concatenate(chunks), phonemes


def utter(text, voice, words_per_minute, pitch, pitch_range):
    """Speak a text and take it apart.

    Args:
        text: sentences in the voice's language.
        voice: espeak-ng language and variant, as "de+f2".
        words_per_minute, pitch, pitch_range: espeak-ng's own scales (80 to 450, 0 to 99, 0 to 99).
    """
    signal, phonemes = _speak(text, voice, words_per_minute, pitch, pitch_range)
    f0, times = pyworld.harvest(signal, VOCODER_RATE, LOWEST_F0, HIGHEST_F0, FRAME_S * 1000)
    envelope = pyworld.cheaptrick(signal, f0, times, VOCODER_RATE)
    aperiodicity = pyworld.d4c(signal, f0, times, VOCODER_RATE)
    loud = (f0 > 0) & (envelope.sum(axis=1) > AUDIBLE * envelope.sum(axis=1).max())
    starts = [round(sample / VOCODER_RATE / FRAME_S) for sample, _ in phonemes] + [len(f0)]
    spans = [
        start + np.flatnonzero(loud[start:end])  # some vowels' last part is a pause: held, it would be silence
        for (_, name), start, end in zip(phonemes, starts, starts[1:], strict=False)
        if name.strip("ˈˌ")[:1] in set(IPA_VOWELS)
    ]
    vowels = [(span[0], span[-1] + 1) for span in spans if len(span) >= SHORTEST_VOWEL]
    return Utterance(f0, envelope, aperiodicity, vowels)


def speech(utterance, sample_rate):
    """The text with its own pitch, long pauses shortened, through the vocoder: (n,) float samples at sample_rate."""
    power = utterance.envelope.sum(axis=1)
    frame = np.arange(len(power))
    last_loud = np.maximum.accumulate(np.where(power > QUIET * power.max(), frame, 0))
    kept = frame - last_loud <= LONGEST_GAP_S / FRAME_S
    return _voice(utterance.f0[kept], utterance.envelope[kept], utterance.aperiodicity[kept], sample_rate)


def song(utterance, notes, rng, sample_rate):
    """The text sung, one vowel a note: vowels are held until the note is over, consonants keep their pace.

    Args:
        notes: (Hz, seconds) of each; the song ends with the notes or with the vowels.
        rng: draws vibrato, glide and drift.

    Returns:
        (n,) float samples at sample_rate.
    """
    path, pitch, held = [], [], []  # of each output frame: the frame it is read from, its note, whether in a vowel
    gaps = [b[0] - a[1] for a, b in zip(utterance.vowels, utterance.vowels[1:], strict=False)] + [0]
    for (start, end), gap, (f0, seconds) in zip(utterance.vowels, gaps, notes, strict=False):
        n_gap = min(gap, round(LONGEST_GAP_S / FRAME_S))
        n_vowel = max(round(seconds / FRAME_S) - n_gap, 20)  # 0.1 s at least, or the note is not heard
        path += [_held(start, end, n_vowel), np.linspace(end, end + gap, n_gap, endpoint=False)]
        pitch += [np.full(n_vowel + n_gap, 12 * np.log2(f0))]
        held += [np.ones(n_vowel, bool), np.zeros(n_gap, bool)]
    lead = np.arange(max(0, utterance.vowels[0][0] - 30), utterance.vowels[0][0])  # the first consonant
    path = np.concatenate([lead, *path]).clip(0, len(utterance.f0) - 1)
    pitch = np.concatenate([np.full(len(lead), pitch[0][0]), *pitch])
    held = np.concatenate([np.zeros(len(lead), bool), *held])

    nearest = np.rint(path).astype(int)
    voiced = held | (utterance.f0[nearest] > 0)
    melody = _glide(pitch, rng) + _vibrato(pitch, rng)
    below, part = path.astype(int), (path % 1)[:, None]
    above = np.minimum(below + 1, len(utterance.f0) - 1)
    log_envelope = np.log(utterance.envelope)
    envelope = np.exp(log_envelope[below] * (1 - part) + log_envelope[above] * part)
    return _voice(np.where(voiced, 2 ** (melody / 12), 0.0), envelope, utterance.aperiodicity[nearest], sample_rate)


def _held(start, end, n):
    """Frames start to end read over n frames: the edges at their own pace, the middle slowed or hurried."""
    edge = min((end - start) // 3, n // 3, round(0.04 / FRAME_S))
    return np.interp(np.arange(n), [0, edge, n - edge, n], [start, start + edge, end - edge, end])


def _glide(pitch, rng):
    """Semitones a frame, notes joined by a portamento of 60 to 140 ms."""
    window = np.hanning(round(rng.uniform(0.06, 0.14) / FRAME_S) | 1)
    half = len(window) // 2
    return np.convolve(np.pad(pitch, half, mode="edge"), window / window.sum(), "valid")


def _vibrato(pitch, rng):
    """Semitones to add: 5 to 6 Hz, swelling a quarter of a second into each note, and a singer's slow drift."""
    n = len(pitch)
    rate = np.interp(np.arange(n), np.linspace(0, n, 8), rng.uniform(5.0, 6.0, 8))
    since_note = np.arange(n) - np.maximum.accumulate(np.where(np.diff(pitch, prepend=pitch[0]) != 0, np.arange(n), 0))
    swell = np.clip((since_note * FRAME_S - 0.12) / 0.2, 0, 1)
    drift = np.interp(np.arange(n), np.linspace(0, n, 12), rng.normal(0, 0.1, 12))
    return rng.uniform(0.25, 0.55) * swell * np.sin(2 * np.pi * np.cumsum(rate) * FRAME_S) + drift


def _voice(f0, envelope, aperiodicity, sample_rate):
    signal = pyworld.synthesize(f0, np.ascontiguousarray(envelope), aperiodicity, VOCODER_RATE, FRAME_S * 1000)
    return soxr.resample(signal, VOCODER_RATE, sample_rate)
