"""What a .tflite predicts beside Keras, and the labels that are told of it."""

import numpy as np
import pytest

from classifier.export import agreement, proof


def test_the_second_of_two_labels_that_are_nearly_as_probable_is_no_mistake():
    expected = np.array([[0.3, 0.7], [0.45, 0.55]])
    assert proof.agreement(np.array([[0.2, 0.8], [0.2, 0.8]]), expected) == 1
    assert proof.agreement(np.array([[0.2, 0.8], [0.8, 0.2]]), expected) == 1
    assert proof.agreement(np.array([[0.8, 0.2], [0.8, 0.2]]), expected) == 0.5


def test_of_several_labels_each_must_be_on_the_same_side_of_its_threshold_but_for_those_near_it():
    limits, expected = np.array([0.5, 0.2]), np.array([[0.9, 0.1], [0.1, 0.1], [0.52, 0.9]])
    assert proof.agreement(np.array([[0.6, 0.19], [0.3, 0.15], [0.49, 0.3]]), expected, limits) == 1  # another first
    assert proof.agreement(np.array([[0.6, 0.3], [0.3, 0.15], [0.49, 0.3]]), expected, limits) == pytest.approx(2 / 3)


def test_the_labels_of_a_recording_and_of_its_windows_are_told():
    windows = np.array([[0.9, 0.3], [0.8, 0.3], [0.4, 0.1], [0.0, 0.0]])
    assert agreement.reported(windows, ["dog", "rain"], np.array([0.5, 0.2]), 2.0) == [
        "labels that reach their thresholds, of the recording: dog; rain",
        "  0.00 to 4.00 s: dog; rain",
        "  4.00 to 8.00 s: none of them",
    ]
