import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.inference import frames
from classifier.inference.config import ClassificationConfig
from classifier.inference.segments import Segment
from classifier.records.audio_format import AudioFormat
from classifier.records.config import RunConfig
from tests.trained_folder import write_trained

EACH, LENGTH, OF = 1024, 32_000, 32  # samples of a frame and of a window; frames of a window


def joined(recording, n_samples, hop):
    """What is put together of windows that say of each frame what `recording` (n, labels) does."""
    starts = np.minimum(np.arange(1 + -(-(n_samples - LENGTH) // hop)) * hop, n_samples - LENGTH)
    windows = np.array([recording[round(start / EACH) :][:OF] for start in starts])
    batches = [(n_samples if i + 2 >= len(windows) else 0, windows[i : i + 2]) for i in range(0, len(windows), 2)]
    batches = [(end or LENGTH + hop * (2 * i + 1), batch) for i, (end, batch) in enumerate(batches)]
    found = frames.FrameFormat(AudioFormat(window_length=LENGTH), EACH, hop).joined(batches)
    return np.concatenate([rows for _, rows in found])


@pytest.mark.parametrize("hop", [16_000, 16_384, 32_000])
def test_windows_that_agree_are_put_together_to_the_frames_of_the_recording(hop):
    n_samples = 5 * LENGTH + 777
    recording = np.repeat(np.random.default_rng(0).random((1, 2)), 200, axis=0)
    recording[60:70] = [0.9, 0.1]
    found = joined(recording, n_samples, hop)
    assert len(found) == 158  # the last whose middle, less half a frame, is before the end: 160,777 samples
    assert found == pytest.approx(recording[:158], abs=1e-9)


def test_where_windows_overlap_the_middle_of_one_counts_more_than_the_edge_of_another():
    first, second = np.zeros((1, OF, 1)), np.ones((1, OF, 1))
    batches = [(LENGTH, first), (LENGTH + 16_384, second)]
    found = frames.FrameFormat(AudioFormat(window_length=LENGTH), EACH, 16_384).joined(batches)
    rows = np.concatenate([rows for _, rows in found])[:, 0]
    assert rows[:16].tolist() == [0] * 16 and rows[32:].min() == 1
    assert rows[16] == pytest.approx(1 / 17) and rows[31] == pytest.approx(16 / 17)


def test_frames_behind_the_end_of_a_short_recording_are_left_out():
    batches = [(8000, np.ones((1, OF, 2)))]
    found = list(frames.FrameFormat(AudioFormat(window_length=LENGTH), EACH, 16_000).joined(batches))
    assert [(end, rows.shape) for end, rows in found] == [(8000, (9, 2))]


def test_a_frame_lies_around_its_middle():
    held = [Segment("a", 0.0, 0.64, 1, 1), Segment("a", 1.28, 2.0, 1, 1)]
    moved = frames.moved(held, 0.032, 2.0)
    assert [(of.start, of.end) for of in moved] == [(0.0, pytest.approx(0.608)), (pytest.approx(1.248), 2.0)]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mel", r"mel has no frames: it mixes all times of a window; train one that has: residual_frames"),
        (
            "residual_frames",
            r"has no model_residual_frames_frames.tflite; write it: .*ConvertModelToTFLite.py .*--frames",
        ),
        ("nothing", r"nothing is no folder of a trained model"),
    ],
)
def test_what_has_no_frames_is_refused(tmp_path, name, message):
    if name != "nothing":
        write_trained(tmp_path / name, config=RunConfig(data="data"), audio_format=AudioFormat())
    with pytest.raises(InputError, match=message):
        frames.load(tmp_path / name)


def test_frames_do_not_go_with_a_cluster():
    with pytest.raises(
        InputError, match="--frames runs a model of this project on this machine; leave --scheduler out"
    ):
        ClassificationConfig(model="x", frames=True, scheduler="tcp://localhost:1")
