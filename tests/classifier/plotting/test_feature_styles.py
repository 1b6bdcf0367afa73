from types import SimpleNamespace

import numpy as np
import pytest

from classifier.plotting import feature_styles
from classifier.plotting.feature_styles import ChannelStyle
from classifier.plotting.figure import pyplot


def test_the_words_of_a_name():
    assert feature_styles.words("log_mel_spectrogram") == "Log mel spectrogram"
    assert feature_styles.words("chroma_cqt") == "Chroma CQT"


def test_a_feature_made_of_others_is_drawn_like_them():
    class StftComplex:
        pass

    layer = SimpleNamespace(features=[StftComplex()])
    assert [style.part for style in feature_styles.of_feature("stacked", layer, 2)] == [
        "STFT complex real",
        "STFT complex imaginary",
    ]


def test_channels_without_names_have_numbers():
    assert [style.part for style in feature_styles.of_feature("new", None, 3)] == ["1", "2", "3"]
    assert feature_styles.of_feature("new", None, 1) == [ChannelStyle()]


def test_a_channel_holds_that_of_every_window():
    channels = feature_styles.channels(np.zeros((5, 40, 63, 2)), layer=None)
    assert [channel.shape for channel in channels] == [(5, 40, 63)] * 2


@pytest.mark.parametrize(
    ["values", "style", "expected"],
    [
        ([-300, -20, 0], ChannelStyle("Hz", "dB"), {"vmin": -80, "vmax": 0}),
        ([-1, 0, 1], ChannelStyle(), {"cmap": feature_styles.DIVERGING}),
        ([0, 1, 1000], ChannelStyle("Hz", "power"), {"norm": "log", "vmin": 1e-3, "vmax": 1000}),
        ([0.5, -0.5], ChannelStyle(part="angle"), {"vmin": -1, "vmax": 1}),
    ],
)
def test_colours_suit_the_values(values, style, expected):
    found = feature_styles.colours([np.array(values, float)], style)
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_rows_say_their_hertz():
    _, ax = pyplot().subplots()
    feature_styles.row_ticks(ax, ChannelStyle("Hz"), 1025, 16_000)
    assert list(ax.get_yticks()[:2]) == [0.5, 256.5]  # 0 and 2000 of 8000 Hz, in the middle of their rows
    assert [tick.get_text() for tick in ax.get_yticklabels()[:2]] == ["0", "2000"]
    pyplot().close()


def test_no_peak_is_lost_in_a_long_line():
    _, ax = pyplot().subplots()
    signal = np.zeros(100_000)
    signal[54_321] = 0.9
    feature_styles.line(ax, signal, 0, 16_000)
    assert ax.dataLim.y1 == pytest.approx(0.9)
    pyplot().close()
