from dataclasses import replace

import numpy as np
import pytest

from classifier.core import console
from classifier.data import audio_cache
from classifier.data.clips import read_clips
from classifier.records.audio_format import AudioFormat
from classifier.training.datasets import Windows
from tests.conftest import write_tone

console.import_tensorflow()
from classifier.features.mfcc import Mfcc  # noqa: E402
from classifier.models import _transfer, assemble  # noqa: E402
from classifier.training.embeddings import AT_ONCE, Embedded, EmbeddedToLearn  # noqa: E402

LABELS, AUDIO_FORMAT = ["a", "b"], AudioFormat()
RECIPE = replace(_transfer.RECIPE, batch_size=8)
LAYER = Mfcc.from_audio_format(AUDIO_FORMAT)  # any feature may be kept; pretrained ones are worth it


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Call for the store of two recordings of a (5 s and 70 s) and one of b (1 s): thirty-nine windows."""
    monkeypatch.setattr(audio_cache, "CACHE", tmp_path / "cache")
    for label, number, seconds in (("a", 0, 5), ("a", 1, 70), ("b", 0, 1)):
        write_tone(tmp_path / "data" / label / f"{number}.wav", hertz=300 + 100 * number, seconds=seconds)
    return lambda keep=True: audio_cache.read(read_clips(tmp_path / "data"), tmp_path / "data", 16_000, keep)


def embedded(held, recordings=(0, 1, 2), **settings):
    about = (LAYER, held, np.array(recordings), LABELS, AUDIO_FORMAT)
    if "recipe" in settings:
        return EmbeddedToLearn(*about, hop=AUDIO_FORMAT.window_length, **settings)
    return Embedded(*about, 8, **settings)


def kept(held):
    return sorted(path.name for path in held.folder.glob("embeddings-*"))


@pytest.mark.parametrize("keep", [True, False])
def test_a_batch_is_what_the_features_make_of_the_windows(read, keep):
    held = read(keep)
    found, audio = embedded(held, (1, 2)), Windows(held, np.array([1, 2]), LABELS, AUDIO_FORMAT, 8)
    assert len(found) == len(audio) == 5
    heard = assemble.heard(LAYER, AUDIO_FORMAT.window_length)  # as in a model, whose audio is centred
    for i in range(5):
        values, targets, weights = found[i]
        windows, same_truth, same_weights = audio[i]
        assert values == pytest.approx(np.asarray(heard(windows)), rel=1e-3, abs=1e-3)
        assert np.array_equal(targets, same_truth)
        assert np.array_equal(weights, same_weights)


def test_they_are_computed_once(read):
    held = read()
    embedded(held)
    (name,) = kept(held)
    before = (held.folder / name).stat().st_mtime_ns
    embedded(held, (0,))
    assert kept(held) == [name]
    assert (held.folder / name).stat().st_mtime_ns == before


def test_a_killed_computation_goes_on(read):
    held = read()
    whole = np.array(embedded(held).values)
    (name,) = kept(held)
    part = (held.folder / name).rename((held.folder / name).with_suffix(".part"))
    begun = np.lib.format.open_memmap(part, "r+")
    begun[:AT_ONCE] = 1  # these were done before it was killed, and are not done again
    begun[AT_ONCE:] = 0
    begun.flush()
    again = embedded(held).values
    assert (again[:AT_ONCE] == 1).all()
    assert np.array_equal(again[AT_ONCE:], whole[AT_ONCE:])
    assert kept(held) == [name]


def test_those_of_recordings_that_changed_make_room(read, tmp_path):
    held = read()
    embedded(held)
    before = kept(held)
    write_tone(tmp_path / "data" / "a" / "0.wav", hertz=555, seconds=5)
    held = read()
    embedded(held)
    assert len(kept(held)) == 1
    assert kept(held) != before


def test_a_training_sees_all_of_them_in_another_order_every_epoch(read):
    held = read()
    plain, learn = embedded(held), embedded(held, recipe=RECIPE, seed=1)
    epochs = []
    for _ in range(2):
        epochs.append(np.concatenate([learn[i][0] for i in range(len(learn))]))
        learn.on_epoch_end()
    assert not np.array_equal(*epochs)
    everything = np.concatenate([plain[i][0] for i in range(len(plain))])
    for epoch in epochs:
        assert np.array_equal(np.sort(epoch, axis=None), np.sort(everything, axis=None))
    again = embedded(held, recipe=RECIPE, seed=1)
    assert np.array_equal(again[0][0], epochs[0][:8])
    again.begin(epoch=1)  # as a training that goes on after a kill
    assert np.array_equal(again[0][0], epochs[1][:8])


def test_half_a_window_from_one_to_the_next_with_all_that_a_test_sees_among_them(read):
    held = read()
    half, whole = embedded(held, hop=16_000), embedded(held)
    assert len(half.rows) == 4 + 69 + 1
    seen = set(zip(half.recordings.tolist(), half.starts.tolist(), strict=True))
    assert seen > set(zip(whole.recordings.tolist(), whole.starts.tolist(), strict=True))


def test_mixed_pairs_have_mixed_truth(read):
    _, targets, _ = embedded(read(), recipe=replace(RECIPE, mixup=1.0), seed=0)[0]
    assert targets.sum(axis=1) == pytest.approx(1)
