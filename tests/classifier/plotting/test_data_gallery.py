import pytest

from classifier.core.errors import InputError
from classifier.data.layouts import Clip
from classifier.plotting import data_gallery
from classifier.records.audio_format import AudioFormat
from tests.conftest import write_tone

AUDIO_FORMAT = AudioFormat()


def clips_of(folder, seconds):
    """A Clip for each length of {label: lengths}."""
    return [
        Clip(write_tone(folder / label / f"{i}.wav", seconds=length, hertz=500 * (1 + len(label))), label, f"{i}")
        for label, lengths in seconds.items()
        for i, length in enumerate(lengths)
    ]


def test_a_data_folder_has_a_panel_for_each_label(tmp_path):
    clips = clips_of(tmp_path / "data", {"high": [1.0, 3.0], "low": [2.0]})
    made = data_gallery.draw("data", clips, ["mfcc", "stft_complex"], AUDIO_FORMAT, 0.0, tmp_path / "pictures")
    counted = ["class_distribution", "class_lengths", "stft_mean_signatures"]
    before = ["time_series", "fft", "filter_bank_coefficients"]
    assert [path.stem for path in made] == [*counted, *before, "mfcc", "stft_complex_real", "stft_complex_imaginary"]


def test_the_example_of_a_label_is_of_median_length(tmp_path, capsys):
    clips = clips_of(tmp_path / "data", {"high": [3.0, 1.0, 2.0], "low": [1.0]})
    data_gallery.draw("data", clips, [], AUDIO_FORMAT, 0.0, tmp_path / "pictures")
    assert "high: 2.wav" in capsys.readouterr().err


def test_a_label_that_can_not_be_read_is_named(tmp_path):
    clips = clips_of(tmp_path, {"high": [1.0], "low": [1.0]})
    clips[1].path.write_text("these are words")
    with pytest.raises(InputError, match="no recording of 'low' can be read"):
        data_gallery.draw("data", clips, [], AUDIO_FORMAT, 0.0, tmp_path / "pictures")


def test_the_spectrum_of_a_full_tone_is_at_full_scale_and_at_its_frequency(tmp_path):
    fact = data_gallery._fact(clips_of(tmp_path, {"x": [1.0]})[0], "mix")  # 1000 Hz, amplitude 0.3
    assert fact.seconds == 1
    assert fact.spectrum.argmax() == 1000 / (data_gallery.RATE / data_gallery.N_FFT)
    assert fact.spectrum.max() == pytest.approx(0.3, rel=0.01)
