from pathlib import Path

import numpy as np
import pytest

from classifier.inference.joined_labels import with_names
from classifier.inference.predictor import Predictor
from classifier.records.audio_format import AudioFormat
from classifier.scoring.decision_rule import DecisionRule

ROWS = np.array([[0.4, 0.35, 0.25]])


def predictor(independent=False):
    return Predictor(
        Path("m.tflite"),
        AudioFormat(),
        ["bark", "growl", "rain"],
        lambda windows: ROWS,
        DecisionRule({}),
        independent,
    )


@pytest.mark.parametrize(("independent", "joined"), [(False, 0.75), (True, 0.4)])
def test_probabilities_of_one_sound_are_added_and_of_sigmoids_the_largest_is_taken(independent, joined):
    found = with_names(predictor(independent), {"dog": ["bark", "growl"]})
    assert found.labels == ["dog", "rain"]
    assert found.probabilities(np.zeros((1, 1))) == pytest.approx(np.array([[joined, 0.25]]))
    assert found.rule is None


def test_a_label_of_the_model_that_another_takes_the_name_of_keeps_apart():
    found = with_names(predictor(), {"growl": ["bark"]})
    assert found.labels == ["growl", "growl of the model", "rain"]
    assert found.probabilities(np.zeros((1, 1))).tolist() == ROWS.tolist()


def test_where_nothing_is_joined_or_renamed_the_predictor_stays():
    alone = predictor()
    assert with_names(alone, {"rain": ["rain"], "bark": ["bark"]}) is alone
