"""What of some recordings a trained model has heard."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from classifier.data.audio_cache import AudioCache
from classifier.data.layouts import Clip
from classifier.evaluation import unheard
from classifier.evaluation.unheard import Heard
from tests.trained_folder import make_record, write_trained

SOUNDS = {name: f"{i:02d}".ljust(64, "f") for i, name in enumerate(("one", "two", "three"), start=1)}


def store_of(*rows):
    """An AudioCache without samples, of (name, group, sound, part of it)."""
    clips = [Clip(Path(f"{name}.wav"), "dog", group) for name, group, *_ in rows]
    contents = [f"{SOUNDS[sound]}{part}" for *_, sound, part in rows]
    return AudioCache(None, np.arange(len(rows)), np.arange(len(rows)), clips, contents, [])  # ty: ignore


def trained_with(tmp_path, sounds):
    names = {"train": ["a.wav"], "validation": ["b.wav"], "test": []}
    return write_trained(tmp_path / "mel", split=replace(make_record().split, **names, sounds=sounds))


def test_a_copy_under_another_name_a_part_and_others_of_the_group_are_heard(tmp_path):
    path = trained_with(tmp_path, {"a.wav": SOUNDS["one"][:16], "b.wav": f"{SOUNDS['two'][:16]} 0 100"})
    store = store_of(
        ("copy", "anna", "one", ""),
        ("part", "ben", "one", " 50 60"),
        ("rest", "cleo", "two", " 100 200"),
        ("other", "cleo", "three", ""),
    )
    groups = unheard.groups_of(store)
    assert groups.tolist() == ["anna", "anna", "cleo", "cleo"]  # parts of one recording are one group
    mask, found = unheard.heard_by(path, store, groups)
    assert mask.tolist() == [True, True, True, True]
    assert found == Heard(says=True, learned=2, validated=1, of_groups=1) and found.n == 4


def test_a_model_that_does_not_say_what_it_heard_has_heard_nothing_that_is_known(tmp_path):
    store = store_of(("new", "anna", "three", ""))
    file = tmp_path / "alone.tflite"
    file.touch()
    for path in (file, trained_with(tmp_path, {})):
        mask, found = unheard.heard_by(path, store, unheard.groups_of(store))
        assert not mask.any() and found == Heard(says=False, learned=0, validated=0, of_groups=0)
