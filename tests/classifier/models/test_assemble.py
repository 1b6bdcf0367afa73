import keras
import numpy as np
import pytest

from classifier.core import console, registry
from classifier.core.errors import InputError
from classifier.records.audio_format import AudioFormat

console.import_tensorflow()
from classifier.features.log_mel_spectrogram import LogMelSpectrogram  # noqa: E402
from classifier.models import assemble  # noqa: E402
from classifier.models._learning import FrequencyMixStyle, Masks  # noqa: E402


@pytest.fixture(scope="module", params=["mel", "signal"])
def model(request):
    model_file = registry.load("models", request.param)
    return assemble.build(model_file, assemble.features_of(model_file, AudioFormat()), AudioFormat(), 3)


def audio():
    return np.random.default_rng(0).normal(0, 0.1, (4, 32_000)).astype("float32")


def test_masks_share_the_weights_and_do_nothing_in_predictions(model):
    learner = assemble.learner(model, 0.3)
    assert learner.count_params() - model.count_params() in (0, 2)  # the state of the random numbers
    assert np.array_equal(learner.predict(audio(), verbose=0), model.predict(audio(), verbose=0))


def test_masks_take_away_up_to_their_share_of_each_axis_while_training():
    features = np.ones((50, 128, 63, 1), "float32")
    masked = np.asarray(Masks(0.25)(features, training=True))
    bands_gone = np.mean(masked.max(axis=(2, 3)) == 0, axis=1)
    frames_gone = np.mean(masked.max(axis=(1, 3)) == 0, axis=1)
    for gone in (bands_gone, frames_gone):
        assert 0 < gone.mean() < 0.3
        assert gone.max() <= 0.5 + 0.05
        assert len(set(gone)) > 5  # each window has masks of its own
    assert set(np.unique(masked)) == {0, 1}
    assert np.array_equal(Masks(0.25)(features, training=False), features)


def test_of_a_waveform_spans_of_time_are_masked():
    masked = np.asarray(Masks(0.25)(np.ones((200, 1000, 1), "float32"), training=True))
    assert 0 < np.mean(masked == 0) < 0.3


def test_mixstyle_gives_each_band_the_mixed_mean_and_deviation():
    random = np.random.default_rng(0)
    x = random.normal(0, random.uniform(0.5, 2, (4, 8, 1, 1)), (4, 8, 50, 1)) + random.normal(0, 1, (4, 8, 1, 1))
    x, others, own = x.astype("float32"), np.array([1, 2, 3, 0]), np.array([1, 0.25, 0.5, 0], "float32")
    mixed = np.asarray(FrequencyMixStyle(0.4).mixed(x, others, own.reshape(4, 1, 1, 1)))
    share = own.reshape(4, 1)
    for statistic in (np.mean, np.std):
        before, after = statistic(x, axis=(2, 3)), statistic(mixed, axis=(2, 3))
        assert after == pytest.approx(share * before + (1 - share) * before[others], abs=1e-3)
    assert mixed[0] == pytest.approx(x[0], abs=1e-4)


def test_mixstyle_mixes_some_windows_in_training_only():
    x = np.random.default_rng(0).normal(np.arange(40).reshape(40, 1, 1, 1), 1, (40, 8, 20, 1)).astype("float32")
    layer = FrequencyMixStyle(0.4)
    assert np.array_equal(layer(x, training=False), x)
    moved = np.abs(np.asarray(layer(x, training=True)) - x).max(axis=(1, 2, 3)) > 1e-3
    assert 5 < moved.sum() < 35


def test_a_learner_with_mixstyle_predicts_as_the_model_and_needs_bands(model):
    if len(model.get_layer("standardise").output.shape) == 4:
        learner = assemble.learner(model, mixstyle=0.4)
        assert np.array_equal(learner.predict(audio(), verbose=0), model.predict(audio(), verbose=0))
    else:
        with pytest.raises(InputError, match="mixstyle mixes bands"):
            assemble.learner(model, mixstyle=0.4)


class TwoHeads:
    """A file of classifier/models whose second head only learns."""

    __name__ = "two_heads"
    FEATURES = LogMelSpectrogram.from_audio_format

    @staticmethod
    def build(features, n_classes):
        x = keras.layers.GlobalAveragePooling2D()(features)
        return [keras.layers.Dense(n_classes, activation="softmax", name=name)(x) for name in ("first", "second")]


def test_every_head_learns_and_the_first_predicts():
    model = assemble.build(TwoHeads, assemble.features_of(TwoHeads, AudioFormat()), AudioFormat(), 3)
    learner = assemble.learner(model)
    learner.compile("sgd", "categorical_crossentropy", weighted_metrics=["categorical_accuracy"], jit_compile=False)
    before = [weights.numpy() for weights in learner.trainable_variables]
    targets, weights = np.eye(3, dtype="float32")[[0, 1, 2, 0]], np.ones(4, "float32")
    first, second = (np.asarray(head) for head in learner(audio()))
    found = learner.evaluate(audio(), targets, sample_weight=weights, verbose=0, return_dict=True)
    losses = [-np.log((head * targets).sum(axis=1)).mean() for head in (first, second)]
    assert found["loss"] == pytest.approx(np.mean(losses), rel=1e-4)
    assert found["categorical_accuracy"] == np.mean(first.argmax(axis=1) == targets.argmax(axis=1))
    learner.train_on_batch(audio(), targets, weights)
    assert all(
        np.abs(new.numpy() - old).max() > 0 for new, old in zip(learner.trainable_variables, before, strict=True)
    )
    assert np.array_equal(model(audio()), learner(audio())[0])


def test_a_place_that_hardly_varies_counts_as_varying_a_share_of_what_all_do():
    """Or what is silent in training, and sounds in the field, would drown all else."""
    features = LogMelSpectrogram.from_audio_format(AudioFormat())
    features.least_deviation = 0.5
    values = np.stack([np.full(1000, 3.0), np.random.default_rng(0).normal(0, 2, 1000)], axis=1)
    _, variance = assemble.statistics(features, [values])
    assert variance == pytest.approx([0.5**2, 4], rel=0.1)


def test_statistics_are_those_of_each_place_along_the_axes_a_feature_names():
    features = LogMelSpectrogram.from_audio_format(AudioFormat())
    batches = [features(audio()[:3]), features(audio()[3:])]
    values = np.asarray(features(audio()), "float64")
    mean, variance = assemble.statistics(features, batches)
    assert mean == pytest.approx([values.mean()])
    assert variance == pytest.approx([values.var()], rel=1e-4)
    features.own_statistics = (1, -1)
    mean, variance = assemble.statistics(features, batches)
    assert mean == pytest.approx(values.mean(axis=(0, 2)))
    assert variance == pytest.approx(values.var(axis=(0, 2)), rel=1e-4)
    standardised = assemble.build(TwoHeads, features, AudioFormat(), 3, mean, variance).get_layer("standardise")
    found = np.asarray(standardised(values.astype("float32")))
    assert np.abs(found.mean(axis=(0, 2))).max() < 1e-3
    assert found.std(axis=(0, 2)) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("silent", "certain"), [(2, [0, 0, 1]), (None, [0, 0, 0])])
def test_a_model_knows_digital_silence_and_learns_from_what_its_body_says_of_it(silent, certain):
    module = registry.load("models", "stft_mean_mlp")
    model = assemble.build(module, assemble.features_of(module, AudioFormat()), AudioFormat(), 3, silent=silent)
    windows = np.stack([np.zeros(32_000), np.full(32_000, 0.1), audio()[0]]).astype("float32")
    assert model.predict(windows, verbose=0)[:2].tolist() == [certain, certain]
    assert model.predict(windows, verbose=0)[2].sum() == pytest.approx(1, abs=1e-5)
    learner = assemble.learner(model)
    assert learner.predict(windows, verbose=0).sum(axis=1) == pytest.approx(1, abs=1e-5)
    learner.compile("sgd", "categorical_crossentropy", jit_compile=False)
    assert np.isfinite(learner.train_on_batch(windows, np.eye(3, dtype="float32")))
    head = assemble.behind_features(model)
    assert assemble.learner(head) is head  # it learns on embeddings, which nobody can tell from silence


def test_masks_learn_with_one_head(model):
    learner = assemble.learner(model, 0.3)
    learner.compile("sgd", "categorical_crossentropy", weighted_metrics=["categorical_accuracy"], jit_compile=False)
    targets, weights = np.eye(3, dtype="float32")[[0, 1, 2, 0]], np.ones(4, "float32")
    found = learner.evaluate(audio(), targets, sample_weight=weights, verbose=0, return_dict=True)
    rows = model.predict(audio(), verbose=0)
    assert found["loss"] == pytest.approx(-np.log((rows * targets).sum(axis=1)).mean(), rel=1e-4)
    assert found["categorical_accuracy"] == np.mean(rows.argmax(axis=1) == targets.argmax(axis=1))


def test_a_drop_in_knows_digital_silence_by_its_power():
    module = registry.load("models", "mel")
    model = assemble.build(module, assemble.features_of(module, AudioFormat()), AudioFormat(), 3, silent=1)
    dropin = assemble.dropin(model, AudioFormat())
    power = np.asarray(model.get_layer("features").for_app(np.stack([np.zeros(32_000, "float32"), audio()[0]])))
    found = dropin.predict(power.reshape(2, -1), verbose=0)
    assert found[0].tolist() == [0, 1, 0]
    assert 0 < found[1].min()
