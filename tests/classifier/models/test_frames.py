"""A network made for short frames predicts the mean over the frames of a window."""

import keras
import numpy as np
import pytest

from classifier.models._frames import Frames, over_frames


def frames_of(window, length, hop, axis=1):
    return np.asarray(Frames(length, hop, axis)(window[None]))


def test_frames_overlap_and_the_last_ends_where_the_window_does():
    window = np.arange(9, dtype="float32")[:, None]
    assert frames_of(window, 4, 2)[..., 0].tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7], [5, 6, 7, 8]]


def test_a_window_as_long_as_a_frame_is_one():
    window = np.arange(4, dtype="float32")[:, None]
    assert frames_of(window, 4, 2)[..., 0].tolist() == [[0, 1, 2, 3]]


def test_a_map_is_cut_along_its_time():
    window = np.arange(12, dtype="float32").reshape(2, 6, 1)
    assert frames_of(window, 3, 3, axis=2)[..., 0].tolist() == [[[0, 1, 2], [6, 7, 8]], [[3, 4, 5], [9, 10, 11]]]


def test_a_window_shorter_than_a_frame_is_refused():
    with pytest.raises(ValueError, match="a window of 3 is shorter than a frame of 4"):
        frames_of(np.zeros((3, 1), "float32"), 4, 2)


def test_the_prediction_is_the_mean_over_the_frames():
    frame = keras.Input((4, 1))
    net = keras.Model(frame, keras.layers.Dense(3, activation="softmax")(keras.layers.Flatten()(frame)))
    window = keras.Input((8, 1))
    model = keras.Model(window, over_frames(window, 4, 2, net))
    windows = np.random.default_rng(0).normal(size=(2, 8, 1)).astype("float32")
    expected = np.mean([net(windows[:, start : start + 4]) for start in (0, 2, 4)], axis=0)
    assert np.asarray(model(windows)) == pytest.approx(expected, abs=1e-6)
