import matplotlib.image
import numpy as np

from classifier.plotting import recording_pictures
from classifier.records.audio_format import AudioFormat
from tests.classifier.plotting.test_figure import size_of


def test_a_recording(tmp_path):
    signal = np.random.default_rng(0).normal(0, 0.1, 32_000)
    spectrograms = np.ones((1025, 63)), np.ones((128, 63))
    recording_pictures.draw(signal, *spectrograms, AudioFormat(), "title", tmp_path / "recording.png")
    assert size_of(tmp_path / "recording.png") == (990, 990)
    assert [path.name for path in tmp_path.iterdir()] == ["recording.png"]


def test_a_thumbnail_has_one_pixel_per_value_low_bands_at_the_bottom(tmp_path):
    mel_power = np.full((128, 63), 1e-9)
    mel_power[0] = 1
    recording_pictures.draw_thumbnail(mel_power, tmp_path / "thumbnail.png")
    image = matplotlib.image.imread(tmp_path / "thumbnail.png")
    assert image.shape[:2] == (128, 63)
    assert image[-1].sum() > image[0].sum()
