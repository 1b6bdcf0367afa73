import json

import numpy as np

from classifier.inference.prediction import Prediction
from classifier.reporting.prediction_table import show


def prediction_of(n_labels, thresholds=()):
    """One window of two seconds: no sound of the first label, and more of each that follows."""
    labels = [f"sound {i}, loud" for i in range(n_labels)]
    window = np.arange(n_labels) / 100
    best = labels[-1] if window[-1] >= dict(thresholds).get(labels[-1], 0) else None
    return Prediction(labels, np.zeros(1), np.full(1, 2.0), window[None], window, dict(thresholds), [best])


def test_of_many_labels_the_most_probable_are_shown(capsys):
    show(prediction_of(9), "model", "a.wav")
    lines = capsys.readouterr().out.splitlines()
    words = "sound 8, loud 8.0%; sound 7, loud 7.0%; sound 6, loud 6.0%; sound 5, loud 5.0%; sound 4, loud 4.0%"
    assert [lines[0], *lines[3:]] == [
        "a.wav, by model:",
        f"0.00 - 2.00 s  {words}",
        f"recording      {words}",
        "label: sound 8, loud",
    ]


def test_of_many_labels_none_may_be_probable_enough(capsys):
    show(prediction_of(9, {"sound 8, loud": 0.5}), "model", "a.wav")
    assert "recording      none of them: sound 8, loud 8.0%; " in capsys.readouterr().out


def test_a_few_labels_have_a_column_each(capsys):
    show(prediction_of(8), "model", "a.wav")
    row = capsys.readouterr().out.splitlines()[3]
    assert row.split()[4:] == [*(f"{i}.0%" for i in range(8)), "sound", "7,", "loud"]


def test_json_has_all_of_many_labels(capsys):
    show(prediction_of(9), "model", "a.wav", as_json=True)
    assert len(json.loads(capsys.readouterr().out)["windows"][0]["probabilities"]) == 9
