"""A picture of what a model paid attention to."""

from classifier.inference import attention as of_model
from classifier.plotting import attention
from tests.classifier.inference.test_attention import write_model
from tests.conftest import write_tone


def test_a_picture_is_written(tmp_path):
    folder = write_model(tmp_path / "multilevel_attention")
    path = write_tone(tmp_path / "tone.wav", seconds=4)
    attention.draw_recording(of_model.load(folder), path, tmp_path / "tone.png")
    assert (tmp_path / "tone.png").read_bytes().startswith(b"\x89PNG")
