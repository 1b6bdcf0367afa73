import base64
import json

import numpy as np
import pytest

from classifier.service.drawing import drawing

RATE = 16_000


def tone(hertz, seconds=2.0, rate=RATE, amplitude=0.5):
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype("float32")


def image(drawn):
    """(columns, bands) of a drawing's mel values."""
    mel = drawn["mel"]
    return np.frombuffer(base64.b64decode(mel["values"]), np.uint8).reshape(mel["columns"], mel["bands"])


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("hertz", [100, 440, 1000, 3700])
def test_a_tone_is_loudest_in_the_band_where_its_frequency_lies(rate, hertz):
    def mel(f):
        return 2595 * np.log10(1 + f / 700)

    expected = mel(hertz) / mel(rate / 2) * 65 - 1
    inner = image(drawing(tone(hertz, rate=rate), rate))[5:-5]
    assert (np.abs(inner.argmax(axis=1) - expected) < 1).all()


def test_time_runs_with_the_columns():
    shown = image(drawing(np.concatenate([tone(300), tone(3000)]), RATE))
    low, high = shown[5, :].argmax(), shown[-5, :].argmax()
    middle = len(shown) // 2
    assert (shown[: middle - 5].argmax(axis=1)[5:] == low).all()
    assert (shown[middle + 5 :].argmax(axis=1)[:-5] == high).all()


@pytest.mark.parametrize("loudest", [None, 1.0])
def test_silence_is_all_0(loudest):
    drawn = drawing(np.zeros(RATE, "float32"), RATE, loudest)
    assert not image(drawn).any()
    assert set(drawn["low"]) == set(drawn["high"]) == {0.0}


def test_the_loudest_is_255_whatever_its_amplitude_and_against_full_scale_decibels_count():
    assert image(drawing(tone(1000, amplitude=1e-4), RATE)).max() == 255
    for amplitude, decibels in [(1.0, 0), (0.1, -20), (0.001, -60)]:
        brightest = image(drawing(tone(1000, amplitude=amplitude), RATE, loudest=1.0)).max()
        assert brightest == pytest.approx(255 * (1 + decibels / 80), abs=7)  # 2 dB, as a tone may lie between two bands


def test_louder_than_full_scale_is_no_brighter_than_the_brightest():
    assert image(drawing(tone(1000, amplitude=1e30), RATE, loudest=1.0)).max() == 255


def test_the_extremes_hold_a_click_of_one_sample():
    signal = np.zeros(60 * RATE, "float32")
    signal[123_456], signal[765_432] = 0.75, -0.5
    drawn = drawing(signal, RATE)
    assert max(drawn["high"]) == 0.75 and min(drawn["low"]) == -0.5
    assert drawn["high"].index(0.75) == 123_456 * 1000 // len(signal)
    assert drawn["low"].index(-0.5) == 765_432 * 1000 // len(signal)


@pytest.mark.parametrize("samples", [1, 2, 100, 999, 1000, 1001, 1023, 1024, 1025, 32_000, 128_001, 600 * RATE])
def test_any_length_gives_at_least_one_column_and_at_most_1000(samples):
    drawn = drawing(np.ones(samples, "float32"), RATE)
    assert 1 <= len(drawn["low"]) == len(drawn["high"]) <= 1000
    assert 1 <= image(drawn).shape[0] <= 1000
    assert drawn["seconds"] == samples / RATE
    json.dumps(drawn, allow_nan=False)


def test_a_short_part_can_be_drawn_in_few_columns():
    drawn = drawing(tone(500, seconds=0.5, rate=48_000), 48_000, loudest=1.0, columns=8)
    assert len(drawn["low"]) == len(drawn["high"]) == drawn["mel"]["columns"] == 8


def test_a_long_recording_is_averaged_not_sampled():
    """A tenth of a second in ten minutes is seen, though it fills no column of its own."""
    signal = np.zeros(600 * RATE, "float32")
    signal[300 * RATE : 300 * RATE + 1600] = tone(2000, 0.1)
    assert np.count_nonzero(image(drawing(signal, RATE)).max(axis=1)) in (1, 2)


def test_a_part_is_drawn_as_in_the_whole_when_its_context_is_there():
    signal = np.random.default_rng(0).normal(0, 0.1, 3 * 8192).astype("float32")
    whole = image(drawing(signal, RATE, loudest=1.0, columns=48))
    part = image(drawing(signal[8192 - 1024 : 2 * 8192 + 1024], RATE, loudest=1.0, columns=16, context=1024))
    assert part.shape == (16, 64)
    assert np.abs(part.astype(int) - whole[16:32]).max() <= 1
