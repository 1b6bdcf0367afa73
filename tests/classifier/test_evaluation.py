import numpy as np
import pytest

from classifier import evaluation
from Constants import InputError

LABELS = ["quiet", "loud"]


def test_pieces_and_recordings_are_scored_apart():
    # three pieces of recording 7 (quiet), one of recording 9 (loud)
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.4, 0.6]])
    scores = evaluation.score(probabilities, np.array([0, 0, 0, 1]), np.array([7, 7, 7, 9]), LABELS)
    assert scores["pieces"]["right"] == 3
    assert scores["pieces"]["confusion"] == [[2, 1], [0, 1]]
    assert scores["pieces"]["recall"] == {"quiet": pytest.approx(2 / 3), "loud": 1}
    assert scores["pieces"]["mean_recall"] == pytest.approx(5 / 6)
    assert scores["recordings"]["confusion"] == [[1, 0], [0, 1]]
    assert (scores["chance"], scores["majority"]) == (0.5, 0.75)


def test_a_label_that_is_not_tested_has_no_recall():
    scores = evaluation.score(np.array([[0.9, 0.1]]), np.array([0]), np.array([0]), LABELS)
    assert scores["pieces"]["recall"] == {"quiet": 1}
    assert scores["pieces"]["mean_recall"] == 1


def test_nan_is_an_error_with_a_reason():
    with pytest.raises(InputError, match="diverged"):
        evaluation.score(np.array([[np.nan, 0]]), np.array([0]), np.array([0]), LABELS)
