import numpy as np

from classifier.data.layouts import Clip
from classifier.plotting import gallery
from classifier.records.audio_format import AudioFormat
from tests.conftest import write_tone

AUDIO_FORMAT = AudioFormat()
TONE = (0.5 * np.sin(2 * np.pi * 1000 * np.arange(40_000) / AUDIO_FORMAT.sample_rate)).astype("float32")


def test_a_gallery_holds_a_picture_of_each_feature_and_of_what_comes_before(tmp_path):
    features = ["log_mel_spectrogram", "waveform", "stft_mean"]
    made = gallery.of_recording("a name", TONE, features, AUDIO_FORMAT, 0.0, 0.5, tmp_path / "pictures")
    before = ["time_series", "fft", "filter_bank_coefficients", "filter_banks", "overlapping_windows"]
    assert [path.stem for path in made] == [*before, *features]
    assert sorted(made) == sorted((tmp_path / "pictures").iterdir())


def test_digital_silence_has_pictures_too(tmp_path):
    features = ["mfcc", "mel_spectrogram", "stft_phase", "summary", "averaged"]
    made = gallery.of_recording("silence", np.zeros(10), features, AUDIO_FORMAT, 0.0, 0.5, tmp_path)
    assert len(made) == 10


def test_a_part_of_a_recording_is_read_from_its_start_to_its_end(tmp_path):
    clip = Clip(write_tone(tmp_path / "a.wav", seconds=5), "a", "a", start=1.0, end=2.0)
    assert len(gallery.read(clip.path, AUDIO_FORMAT, 0.5, 2.0, clip)) == 0.5 * AUDIO_FORMAT.sample_rate


def test_panels_fill_a_picture_that_is_wider_than_high():
    assert [gallery.side_by_side(n) for n in (1, 2, 3, 8, 30)] == [1, 2, 3, 4, 6]
