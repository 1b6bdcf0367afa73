"""Weights of a trained model as the first ones of another."""

import numpy as np
import pytest

from classifier.core import console, registry
from classifier.core.errors import InputError
from classifier.records.audio_format import AudioFormat

console.import_tensorflow()
from classifier.models import assemble  # noqa: E402
from classifier.training import starting_weights  # noqa: E402

AUDIO = np.random.default_rng(0).normal(0, 0.1, (3, AudioFormat().window_length)).astype("float32")


def build(labels, name="stft_mean_mlp", **statistics):
    file = registry.load("models", name)
    features = assemble.features_of(file, AudioFormat())
    return file, assemble.build(file, features, AudioFormat(), len(labels), **statistics)


def logits(model):
    """Up to a constant of each window: what the labels' probabilities are to each other."""
    found = np.log(model.predict(AUDIO, verbose=0))
    return found - found[:, :1]


def test_labels_that_stay_are_recognised_as_before_whatever_their_order_and_their_number():
    before = ["a", "b", "c"]
    file, old = build(before, mean=0.5, variance=2.0)
    first = starting_weights.Start("trained/old", before, old)
    mean, variance = first.statistics
    assert (mean, variance) == (0.5, 2.0)
    for labels in (["c", "a", "b"], ["a", "c"], ["a", "new", "c", "b"]):
        _, model = build(labels, mean=mean, variance=variance)
        starting_weights.take(model, labels, file, first)
        stay = [label for label in labels if label in before]
        mine, theirs = ([of.index(label) for label in stay] for of in (labels, before))
        expected, found = logits(old)[:, theirs], logits(model)[:, mine]
        assert found - found[:, :1] == pytest.approx(expected - expected[:, :1], abs=1e-4)


def test_another_architecture_is_refused():
    file, old = build(["a", "b"])
    _, model = build(["a", "b"], "averaged_mlp")
    with pytest.raises(InputError, match="trained/old has other weights than this model"):
        starting_weights.take(
            model,
            ["a", "b"],
            registry.load("models", "averaged_mlp"),
            starting_weights.Start("trained/old", ["a", "b"], old),
        )
