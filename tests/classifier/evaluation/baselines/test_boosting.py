"""The boosting baseline: nothing held out helps to fit it."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from classifier.core import console
from classifier.core.errors import InputError
from classifier.data import audio_cache, clips, splits
from classifier.records.audio_format import AudioFormat
from tests.conftest import write_data

console.import_tensorflow()
from classifier.evaluation.baselines import boosting  # noqa: E402
from classifier.evaluation.baselines.config import BoostingConfig  # noqa: E402
from classifier.training.datasets import Windows  # noqa: E402

LABELS = ["high tone", "low tone"]
AUDIO_FORMAT = AudioFormat()


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    """Decoded recordings of 3 s, and the split each is in."""
    data = write_data(tmp_path_factory.mktemp("tones") / "data")
    held = audio_cache.read(clips.read_clips(data), data, AUDIO_FORMAT.sample_rate, keep=False)
    return held, splits.split(held.clips, held.contents)


@pytest.fixture(scope="module")
def labelled():
    """60 windows of 12 groups: (60, 8) values, the label, the group; the first value tells the label."""
    random = np.random.default_rng(0)
    groups = np.repeat([f"speaker {i:02}" for i in range(12)], 5)
    targets = random.integers(2, size=60)
    values = random.normal(7, 3, (60, 8))
    values[:, 0] += 20 * targets
    return values, targets, groups


def test_no_group_is_on_two_sides_of_any_fold(labelled):
    _, targets, groups = labelled
    found = boosting.folds(targets, groups, LABELS, seed=0)
    assert len(found) == boosting.FOLDS
    for learn, held in found:
        assert not set(groups[learn]) & set(groups[held])
        assert sorted([*learn, *held]) == list(range(60))
    assert sorted(np.concatenate([held for _, held in found])) == list(range(60))


def test_two_groups_of_a_label_make_two_folds():
    groups = np.array(["a", "a", "b", "c", "d", "e"])
    targets = np.array([0, 0, 0, 1, 1, 1])
    assert len(boosting.folds(targets, groups, LABELS, seed=0)) == 2


def test_a_label_with_one_group_can_not_be_held_out():
    groups = np.array(["a", "a", "b", "c"])
    with pytest.raises(InputError, match=r"'high tone' has 1 recording\(s\) or group\(s\) on the training split"):
        boosting.folds(np.array([0, 0, 1, 1]), groups, LABELS, seed=0)


def test_a_fold_without_a_label_to_learn_is_refused():
    groups = np.array(["a", "b", "a", "c", "b", "c"])  # whichever two are held out together share a label
    with pytest.raises(InputError, match="lacks a label to learn"):
        boosting.folds(np.array([0, 0, 1, 1, 2, 2]), groups, ["x", "y", "z"], seed=0)


def test_scaling_and_pca_know_the_windows_to_learn_from_and_no_others(labelled):
    values, targets, groups = labelled
    learn = np.isin(groups, sorted(set(groups))[:8])
    held_out = boosting.folds(targets[learn], groups[learn], LABELS, seed=0)
    search = boosting.fit(values[learn], targets[learn], held_out, (3,), seed=0)
    scale, pca = search.best_estimator_["scale"], search.best_estimator_["pca"]
    assert scale.mean_ == pytest.approx(values[learn].mean(axis=0))
    assert scale.scale_ == pytest.approx(values[learn].std(axis=0))
    assert pca.n_samples_ == learn.sum()
    assert np.abs(scale.mean_ - values.mean(axis=0)).max() > 0.1  # all windows have another mean


def test_what_is_tried_is_listed_best_first(labelled):
    values, targets, groups = labelled
    held_out = boosting.folds(targets, groups, LABELS, seed=0)
    search = boosting.fit(values, targets, held_out, (None, 5), seed=0)
    tried = boosting._tried(search)
    assert len(tried) == 8
    assert {row["components"] for row in tried} == {None, 5}
    recalls = [row["balanced_accuracy"] for row in tried]
    assert recalls == sorted(recalls, reverse=True)
    assert recalls[0] == search.best_score_ > 0.95
    assert {name: tried[0][name] for name in boosting._settings(search.best_params_)} == boosting._settings(
        search.best_params_
    )


def test_no_more_components_are_tried_than_a_fold_has_windows(labelled):
    values, targets, groups = labelled
    wide = np.random.default_rng(0).normal(size=(60, 300))
    held_out = boosting.folds(targets, groups, LABELS, seed=0)
    tried = boosting._tried(boosting.fit(wide, targets, held_out, (50, 200), seed=0))
    assert {row["components"] for row in tried} == {min(len(learn) for learn, _ in held_out)}


def test_overlap_gives_more_windows_to_learn_from_and_the_same_to_test(tones):
    apart, closer = (boosting.cut(*tones, LABELS, AUDIO_FORMAT, overlap) for overlap in (0, 0.75))
    n_recordings = (tones[1] == "train").sum()
    assert len(apart["train"].targets) == 2 * n_recordings  # 0 and 2 s of 3 s
    half_a_second_apart = [0, 8_000, 16_000]  # to where the window ends with its recording
    assert closer["train"].starts.tolist() == half_a_second_apart * n_recordings
    for i, label in zip(closer["train"].recordings, closer["train"].targets, strict=True):
        assert tones[0].clips[i].label == LABELS[label]
        assert tones[1][i] == "train"
    for split_name in ("validation", "test"):
        of_networks = Windows(tones[0], np.flatnonzero(tones[1] == split_name), LABELS, AUDIO_FORMAT, 7)
        for windows in (apart[split_name], closer[split_name]):
            assert windows.starts.tolist() == of_networks.starts.tolist()
            assert windows.recordings.tolist() == of_networks.recordings.tolist()


@pytest.mark.parametrize("overlap", [-0.1, 0.95, 1, float("nan")])
def test_an_overlap_out_of_range_is_refused(overlap):
    with pytest.raises(InputError, match="--overlap .*: give a share of a window: from 0 to 0.9"):
        BoostingConfig(Path("data"), overlap=overlap)


@pytest.mark.parametrize("name", boosting.LAYERS)
def test_features_are_the_layers(tones, name):
    windows = boosting.cut(*tones, LABELS, AUDIO_FORMAT)["test"]
    found = boosting.features(name, windows)
    layer = boosting.LAYERS[name](AUDIO_FORMAT)
    audio, _, _ = windows[0]
    expected = np.asarray(layer(audio)).reshape(len(audio), -1)
    if name == "mel":
        assert found.shape == (len(windows.targets), 60 * AUDIO_FORMAT.n_frames)
        expected = (expected - expected.mean(axis=1, keepdims=True)) / expected.std(axis=1, keepdims=True)
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_silence_has_features(tmp_path):
    data = write_data(tmp_path / "data", n=1)
    soundfile.write(data / "high tone" / "h0_take.wav", np.zeros(16_000), 16_000)
    held = audio_cache.read(clips.read_clips(data), data, AUDIO_FORMAT.sample_rate, keep=False)
    windows = Windows(held, np.arange(2), LABELS, AUDIO_FORMAT, 8)
    for name in boosting.LAYERS:
        assert np.isfinite(boosting.features(name, windows)).all()
