"""Windows of sound that every feature is compared on with its reference implementation."""

import numpy as np
import pytest

from classifier.audio import recording
from classifier.core import console
from classifier.records.audio_format import AudioFormat

console.import_tensorflow()
AUDIO_FORMAT = AudioFormat()
LENGTH = AUDIO_FORMAT.window_length
SECONDS = np.arange(LENGTH) / AUDIO_FORMAT.sample_rate


@pytest.fixture(scope="session")
def voice(data_short):
    return recording.read(sorted(data_short.glob("speech/*.wav"))[0], AUDIO_FORMAT.sample_rate)[:LENGTH]


@pytest.fixture(params=["noise", "tone", "chirp", "silence", "voice", "first quarter of the voice only"])
def signal(request, voice):
    """(window_length,) float32."""
    made = {
        "noise": lambda: np.random.default_rng(0).normal(0, 0.2, LENGTH),
        "tone": lambda: 0.9 * np.sin(2 * np.pi * 1000 * SECONDS),
        "chirp": lambda: 0.5 * np.sin(2 * np.pi * (50 * SECONDS + 1900 * SECONDS**2)),  # 50 Hz to 7,650 Hz
        "silence": lambda: np.zeros(LENGTH),
        "voice": lambda: voice,
        "first quarter of the voice only": lambda: np.where(np.arange(LENGTH) < LENGTH // 4, voice, 0),
    }
    return made[request.param]().astype("float32")


@pytest.fixture
def assert_equal(signal):
    """Call with a feature's layer and its reference, (samples,) -> array: fails where they differ by more than
    `tolerance` of the largest value."""

    def check(layer, reference, tolerance=1e-4):
        expected, found = np.asarray(reference(signal)), np.asarray(layer(signal[None]))[0]
        found = found[..., 0] if found.ndim > expected.ndim else found
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() <= tolerance * np.abs(expected).max()

    return check
