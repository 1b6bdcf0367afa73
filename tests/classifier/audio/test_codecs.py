import numpy as np
import pytest

from classifier.audio import codecs

RATE = 16_000


def test_mu_law_rounds_to_its_values():
    """At the formula's points nothing changes; between two it is the nearer in loudness; 0 and full scale stay."""
    codes = np.arange(-127, 128) / 127
    values = (np.sign(codes) * (256 ** np.abs(codes) - 1) / 255).astype("float32")
    assert codecs.mu_law(values) == pytest.approx(values, abs=1e-6)
    assert len(np.unique(codecs.mu_law(np.linspace(-1, 1, 100_001).astype("float32")))) == 255
    assert codecs.mu_law(np.array([0, 1, -1, 1e-6], "float32")).tolist() == [0, 1, -1, 0]


@pytest.mark.parametrize("codec", [codecs.mp3, codecs.vorbis])
def test_a_codec_keeps_the_tone_and_its_place(codec):
    time = np.arange(RATE) / RATE
    tone = (0.3 * np.sin(2 * np.pi * 1000 * time) * (time > 0.5)).astype("float32")
    decoded = codec(tone, RATE, 0.5)[:RATE]
    assert len(decoded) == RATE and not np.array_equal(decoded, tone)
    assert np.corrcoef(decoded, tone)[0, 1] > 0.99
