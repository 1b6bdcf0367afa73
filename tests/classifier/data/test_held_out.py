import shutil

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data import audio_cache, held_out
from classifier.data.clips import of_background_noise
from classifier.data.negatives import Negatives, read
from tests.conftest import write_tone


@pytest.fixture
def rain(tmp_path):
    """Four recordings of two roofs, as they are decoded and as they are split: those of one roof test."""
    folder = tmp_path / "rain"
    for i, name in enumerate(("roof1_a.wav", "roof1_b.wav", "roof2_a.wav", "roof2_b.wav")):
        write_tone(folder / name, hertz=500 + 100 * i)
    audio = audio_cache.read(read(Negatives((folder,)), "^([^_]+)_"), folder, 16_000, keep=False)
    return folder, audio, np.array(["train", "train", "test", "test"])


def noise_of(folder):
    return audio_cache.read(of_background_noise(folder), folder, 16_000, keep=False)


def names(noise):
    return [clip.path.name for clip in noise.clips]


def test_what_tests_is_not_mixed_in_wherever_it_lies(rain, tmp_path, capsys):
    folder, audio, split = rain
    copies = tmp_path / "noise"
    copies.mkdir()
    shutil.copy(folder / "roof2_a.wav", copies / "renamed.wav")
    shutil.copy(folder / "roof1_a.wav", copies / "learned.wav")
    assert names(held_out.without(noise_of(copies), audio, split, copies)) == ["learned.wav"]
    assert "1 of 2 recordings are not mixed in" in capsys.readouterr().err


def test_nor_is_another_recording_of_its_group(rain):
    folder, audio, split = rain
    write_tone(folder / "roof2_c.wav", hertz=2000)
    write_tone(folder / "roof1_c.wav", hertz=2100)
    kept = held_out.without(noise_of(folder), audio, split, folder, "^([^_]+)_")
    assert names(kept) == ["roof1_a.wav", "roof1_b.wav", "roof1_c.wav"]
    assert kept.samples(2).tolist() == noise_of(folder).samples(2).tolist()


def test_noise_that_is_heard_nowhere_else_stays_as_it_is(rain, tmp_path):
    _, audio, split = rain
    noise = noise_of(write_tone(tmp_path / "noise" / "a.wav", hertz=99).parent)
    assert held_out.without(noise, audio, split, tmp_path / "noise") is noise


def test_where_nothing_is_left_it_says_so(rain):
    folder, audio, _ = rain
    with pytest.raises(InputError, match="none is left to mix in"):
        held_out.without(noise_of(folder), audio, np.array(["test"] * 4), folder)
