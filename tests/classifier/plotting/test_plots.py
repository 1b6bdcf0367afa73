import numpy as np

from classifier.plotting import plots
from classifier.records.audio_format import AudioFormat


def shape_of(path):
    """(width, height) of a PNG, from its header."""
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG")
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def test_curves(tmp_path):
    names = ("loss", "balanced_accuracy", "validation_loss", "validation_balanced_accuracy")
    plots.curves({name: [0.9, 0.5, 0.7] for name in names}, 2, "title", tmp_path / "curves.png")
    assert shape_of(tmp_path / "curves.png") == (990, 495)


def test_a_confusion_matrix_grows_with_its_labels(tmp_path):
    sizes = []
    for n in (3, 20):
        plots.confusion(np.eye(n, dtype=int), [f"label {i}" for i in range(n)], "title", tmp_path / "confusion.png")
        sizes.append(shape_of(tmp_path / "confusion.png"))
    assert sizes[1] > sizes[0]


def test_a_recording(tmp_path):
    signal = np.random.default_rng(0).normal(0, 0.1, 32_000)
    plots.recording(signal, np.ones((1025, 63)), np.ones((128, 63)), AudioFormat(), "title", tmp_path / "recording.png")
    assert shape_of(tmp_path / "recording.png") == (990, 990)
    assert [path.name for path in tmp_path.iterdir()] == ["recording.png"]
