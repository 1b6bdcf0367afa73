from dataclasses import replace

import numpy as np
import pytest

from classifier.core import console
from classifier.data import audio_cache
from classifier.data.clips import read_clips
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import Recipe
from tests.conftest import write_data

console.import_tensorflow()
import keras  # noqa: E402

from classifier.training import fit  # noqa: E402
from classifier.training.at_bound import AT_BOUND, AtBound, at_bound  # noqa: E402
from classifier.training.checkpoint import Checkpoint  # noqa: E402
from classifier.training.datasets import Windows  # noqa: E402

RECIPE = Recipe(epochs=1, batch_size=3, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy")


def predictions_of(probabilities, targets):
    n = len(targets)
    return {
        "probabilities": np.array(probabilities),
        "targets": np.array(targets),
        "recordings": np.arange(n),
        "starts": np.zeros(n),
    }


def test_a_label_that_is_only_recognised_below_its_false_alarms_is_missed():
    labels, background = ["cat", "dog", "other"], ("other",)
    rows = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.6, 0.2, 0.2]]
    assert at_bound(predictions_of(rows, [0, 1, 2]), labels, 2, background) == 1
    rows[2] = [0.9, 0.05, 0.05]
    assert at_bound(predictions_of(rows, [0, 1, 2]), labels, 2, background) == 0.5


@pytest.fixture(scope="module")
def windows(tmp_path_factory):
    folder = write_data(tmp_path_factory.mktemp("data"), n=4, labels=("high", "low", "other"))
    held = audio_cache.read(read_clips(folder), folder, 16_000, keep=False)
    labels = ["high", "low", "other"]
    return Windows(held, np.arange(1, 12), labels, AudioFormat(), batch_size=4)


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Lambda(lambda audio: audio[:, :2000]), keras.layers.Dense(3, "softmax")]
    made = keras.Sequential([keras.Input((AudioFormat().window_length,)), *layers])
    fit.compile_model(made, RECIPE, 1)
    return made


def test_loss_and_balanced_accuracy_are_those_of_keras(model, windows):
    measured, logs = AtBound(windows, None, ["high", "low", "other"], ("other",)), {}
    measured.set_model(model)
    measured.on_epoch_end(0, logs)
    found = model.evaluate(windows, verbose=0, return_dict=True)
    assert logs["val_loss"] == pytest.approx(found["loss"], rel=1e-4)
    assert logs["val_categorical_accuracy"] == pytest.approx(found["categorical_accuracy"], rel=1e-4)
    assert 0 <= logs[AT_BOUND] <= 1


def test_the_epoch_is_chosen_at_the_bound_and_ties_by_balanced_accuracy(model, tmp_path):
    best, names = fit.monitored(AtBound(None, None, [], ()))
    checkpoint = Checkpoint(tmp_path, {}, replace(RECIPE, patience=9), best, names)
    checkpoint.set_model(model)
    for epoch, (bound, recall) in enumerate([(0.2, 0.9), (0.6, 0.5), (0.6, 0.7), (0.6, 0.7)]):
        logs = {name: 0.0 for name in names}
        checkpoint.on_epoch_end(epoch, {**logs, AT_BOUND: bound, fit.RECALL: recall})
    assert checkpoint.history["validation_recall_at_bound"] == [0.2, 0.6, 0.6, 0.6]
    assert checkpoint.finish() == 3
