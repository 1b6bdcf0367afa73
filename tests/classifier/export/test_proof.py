"""What a .tflite predicts beside Keras, and the labels that are told of it."""

import numpy as np
import pytest

from classifier.core.errors import InputError
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


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        (np.zeros((2, 4)), r"gives probabilities of shape \(4,\) for each window, and Keras \(3,\)"),
        (np.full((2, 3), np.nan), "predicts NaN where Keras does not"),
        (np.full((2, 3), 2e-4), r"differs from Keras by 2.0e-04 \(at most 1e-04 is allowed\)"),
    ],
)
def test_a_file_that_predicts_something_else_is_refused_by_name_and_why(found, complaint):
    with pytest.raises(InputError, match=f"^model.tflite {complaint}; the file was not kept$"):
        proof.check_equal("model.tflite", found, np.zeros((2, 3)))


def test_the_largest_difference_is_given_where_it_is_allowed():
    assert proof.check_equal("model.tflite", np.array([[0.5, 0.25]]), np.zeros((1, 2)), tolerance=np.inf) == 0.5
