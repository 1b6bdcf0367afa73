"""The boosting baseline: nothing held out helps to fit it."""

import numpy as np
import pytest
import soundfile

from classifier.core import console
from classifier.core.errors import InputError
from classifier.data import audio_cache, clips, splits
from classifier.records.audio_format import Contract
from tests.conftest import write_data

console.import_tensorflow()
from classifier.evaluation.baselines import boosting  # noqa: E402
from classifier.training.datasets import Pieces  # noqa: E402

LABELS = ["high tone", "low tone"]
CONTRACT = Contract()


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    """Decoded recordings of 3 s, and the side each is on."""
    data = write_data(tmp_path_factory.mktemp("tones") / "data")
    held = audio_cache.read(clips.read_clips(data), data, CONTRACT.sample_rate, keep=False)
    return held, splits.split(held.clips, held.contents)


@pytest.fixture(scope="module")
def labelled():
    """60 pieces of 12 groups: (60, 8) values, the label, the group; the first value tells the label."""
    random = np.random.default_rng(0)
    groups = np.repeat([f"speaker {i:02}" for i in range(12)], 5)
    truth = random.integers(2, size=60)
    values = random.normal(7, 3, (60, 8))
    values[:, 0] += 20 * truth
    return values, truth, groups


def test_no_group_is_on_two_sides_of_any_fold(labelled):
    _, truth, groups = labelled
    found = boosting.folds(truth, groups, LABELS, seed=0)
    assert len(found) == boosting.FOLDS
    for learn, held in found:
        assert not set(groups[learn]) & set(groups[held])
        assert sorted([*learn, *held]) == list(range(60))
    assert sorted(np.concatenate([held for _, held in found])) == list(range(60))


def test_two_groups_of_a_label_make_two_folds():
    groups = np.array(["a", "a", "b", "c", "d", "e"])
    truth = np.array([0, 0, 0, 1, 1, 1])
    assert len(boosting.folds(truth, groups, LABELS, seed=0)) == 2


def test_a_label_with_one_group_can_not_be_held_out():
    groups = np.array(["a", "a", "b", "c"])
    with pytest.raises(InputError, match=r"'high tone' has 1 recording\(s\) or group\(s\) on the training side"):
        boosting.folds(np.array([0, 0, 1, 1]), groups, LABELS, seed=0)


def test_a_fold_without_a_label_to_learn_is_refused():
    groups = np.array(["a", "b", "a", "c", "b", "c"])  # whichever two are held out together share a label
    with pytest.raises(InputError, match="lacks a label to learn"):
        boosting.folds(np.array([0, 0, 1, 1, 2, 2]), groups, ["x", "y", "z"], seed=0)


def test_scaling_and_pca_know_the_pieces_to_learn_from_and_no_others(labelled):
    values, truth, groups = labelled
    learn = np.isin(groups, sorted(set(groups))[:8])
    held_out = boosting.folds(truth[learn], groups[learn], LABELS, seed=0)
    search = boosting.fit(values[learn], truth[learn], held_out, (3,), seed=0)
    scale, pca = search.best_estimator_["scale"], search.best_estimator_["pca"]
    assert scale.mean_ == pytest.approx(values[learn].mean(axis=0))
    assert scale.scale_ == pytest.approx(values[learn].std(axis=0))
    assert pca.n_samples_ == learn.sum()
    assert np.abs(scale.mean_ - values.mean(axis=0)).max() > 0.1  # all pieces have another mean


def test_what_is_tried_is_said_best_first(labelled):
    values, truth, groups = labelled
    held_out = boosting.folds(truth, groups, LABELS, seed=0)
    search = boosting.fit(values, truth, held_out, (None, 5), seed=0)
    tried = boosting._tried(search)
    assert len(tried) == 8
    assert {row["components"] for row in tried} == {None, 5}
    recalls = [row["mean_recall"] for row in tried]
    assert recalls == sorted(recalls, reverse=True)
    assert recalls[0] == search.best_score_ > 0.95
    assert {name: tried[0][name] for name in boosting._settings(search.best_params_)} == boosting._settings(
        search.best_params_
    )


def test_no_more_components_are_tried_than_a_fold_has_pieces(labelled):
    values, truth, groups = labelled
    wide = np.random.default_rng(0).normal(size=(60, 300))
    held_out = boosting.folds(truth, groups, LABELS, seed=0)
    tried = boosting._tried(boosting.fit(wide, truth, held_out, (50, 200), seed=0))
    assert {row["components"] for row in tried} == {min(len(learn) for learn, _ in held_out)}


def test_overlap_gives_more_pieces_to_learn_from_and_the_same_to_test(tones):
    apart, closer = (boosting.cut(*tones, LABELS, CONTRACT, overlap) for overlap in (0, 0.75))
    n_recordings = (tones[1] == "train").sum()
    assert len(apart["train"].truth) == 2 * n_recordings  # 0 and 2 s of 3 s
    half_a_second_apart = [0, 8_000, 16_000, 24_000, 32_000, 40_000]
    assert closer["train"].starts.tolist() == half_a_second_apart * n_recordings
    for i, label in zip(closer["train"].recordings, closer["train"].truth, strict=True):
        assert tones[0].clips[i].label == LABELS[label]
        assert tones[1][i] == "train"
    for side in ("validation", "test"):
        of_networks = Pieces(tones[0], np.flatnonzero(tones[1] == side), LABELS, CONTRACT, 7)
        for pieces in (apart[side], closer[side]):
            assert pieces.starts.tolist() == of_networks.starts.tolist()
            assert pieces.recordings.tolist() == of_networks.recordings.tolist()


@pytest.mark.parametrize("overlap", [-0.1, 0.95, 1, float("nan")])
def test_an_overlap_that_is_none_is_refused(tones, overlap):
    with pytest.raises(InputError, match="--overlap .*: it is a share of a piece; give one from 0 to 0.9"):
        boosting.cut(*tones, LABELS, CONTRACT, overlap)


@pytest.mark.parametrize("name", boosting.LAYERS)
def test_features_are_the_layers(tones, name):
    pieces = boosting.cut(*tones, LABELS, CONTRACT)["test"]
    found = boosting.features(name, pieces)
    layer = boosting.LAYERS[name](CONTRACT)
    audio, _, _ = pieces[0]
    expected = np.asarray(layer(audio)).reshape(len(audio), -1)
    if name == "mel":
        assert found.shape == (len(pieces.truth), 60 * CONTRACT.n_frames)
        expected = (expected - expected.mean(axis=1, keepdims=True)) / expected.std(axis=1, keepdims=True)
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_silence_has_features(tmp_path):
    data = write_data(tmp_path / "data", n=1)
    soundfile.write(data / "high tone" / "h0_take.wav", np.zeros(16_000), 16_000)
    held = audio_cache.read(clips.read_clips(data), data, CONTRACT.sample_rate, keep=False)
    pieces = Pieces(held, np.arange(2), LABELS, CONTRACT, 8)
    for name in boosting.LAYERS:
        assert np.isfinite(boosting.features(name, pieces)).all()
