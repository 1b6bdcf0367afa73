import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from classifier.audio import decoders, recording
from classifier.audio.windows import cut_audio
from classifier.core.errors import InputError
from classifier.data import audio_cache, layouts
from classifier.data.clips import read_clips
from classifier.data.layouts import Clip, class_folders
from tests.conftest import ROOT, write_data, write_tone

RATE = 16_000


@pytest.fixture(autouse=True)
def stores(tmp_path, monkeypatch):
    """Where stores are kept: not beside the user's."""
    monkeypatch.setattr(audio_cache, "CACHE", tmp_path / "stores")
    return tmp_path / "stores"


@pytest.fixture
def data(tmp_path):
    return write_data(tmp_path / "data", n=3)


@pytest.fixture
def decoded(monkeypatch):
    """The names of the recordings that were decoded, in the order of their being begun."""
    names = []

    def blocks(path, *args):
        names.append(os.path.basename(path))
        return real(path, *args)

    real = recording.blocks
    monkeypatch.setattr(recording, "blocks", blocks)
    return names


def opened(data, **settings):
    return audio_cache.read(class_folders.clips(data), data, RATE, **settings)


def sounds(held):
    return {clip.path.name: held.samples(i).tobytes() for i, clip in enumerate(held.clips)}


@pytest.mark.parametrize("keep", [True, False])
def test_every_recording_is_what_reading_it_gives(data, keep, stores):
    held = opened(data, keep=keep)
    assert [clip.path for clip in held.clips] == [clip.path for clip in class_folders.clips(data)]
    for i, clip in enumerate(held.clips):
        assert (
            np.abs(audio_cache.to_float(held.samples(i)) - recording.read(clip.path, RATE)).max()
            < 1 / audio_cache.FULL_SCALE
        )
    assert stores.exists() == keep


def test_nothing_is_decoded_twice(data, decoded):
    first = sounds(opened(data))
    assert len(decoded) == 6
    assert sounds(opened(data)) == first
    assert len(decoded) == 6


def test_what_is_changed_or_added_or_taken_away_is_noticed(data, decoded):
    opened(data)
    del decoded[:]
    write_tone(data / "low tone" / "l0_take.wav", hertz=500)
    write_tone(data / "low tone" / "new.wav", hertz=600)
    (data / "low tone" / "l1_take.wav").unlink()
    held = opened(data)
    assert sorted(decoded) == ["l0_take.wav", "new.wav"]
    assert "l1_take.wav" not in sounds(held)
    for i, clip in enumerate(held.clips):
        assert (
            np.abs(audio_cache.to_float(held.samples(i)) - recording.read(clip.path, RATE)).max()
            < 1 / audio_cache.FULL_SCALE
        )


def test_a_store_of_mostly_old_sounds_is_made_anew_and_those_who_use_it_keep_theirs(data, stores):
    in_use = opened(data)
    before = sounds(in_use)
    for path in data.rglob("*.wav"):
        write_tone(path, hertz=1000, seconds=1)
    assert sounds(opened(data)).keys() == before.keys()
    assert next(stores.rglob(audio_cache.AUDIO)).stat().st_size == 6 * RATE * audio_cache.BYTES
    assert sounds(in_use) == before


@pytest.mark.parametrize("damage", ["{", '{"end": 5}', '{"end": 99999999, "recordings": {}}', "[]"])
def test_a_damaged_index_is_made_anew(data, stores, damage):
    first = sounds(opened(data))
    next(stores.rglob(audio_cache.INDEX)).write_text(damage)
    assert sounds(opened(data)) == first


def test_rates_and_folders_have_stores_of_their_own(data, tmp_path, stores):
    opened(data)
    audio_cache.read(class_folders.clips(data), data, 8_000)
    other = write_data(tmp_path / "other" / "data", n=3)
    opened(other)
    assert len(list(stores.rglob(audio_cache.AUDIO))) == 3


def test_a_long_recording_is_the_same_as_if_it_were_kept_until_its_end(tmp_path, data, monkeypatch):
    expected = sounds(opened(data))
    monkeypatch.setattr(audio_cache, "HELD", 1)
    monkeypatch.setattr(decoders, "BLOCK", 1000)
    assert sounds(opened(data, keep=False)) == expected


def test_a_recording_that_turns_out_to_be_damaged_leaves_no_samples(data, stores, monkeypatch):
    monkeypatch.setattr(audio_cache, "HELD", 1)
    monkeypatch.setattr(decoders, "BLOCK", 1000)
    bad = data / "low tone" / "l1_take.wav"
    samples, rate = soundfile.read(bad)
    samples[-1] = np.nan
    soundfile.write(bad, samples, rate, subtype="FLOAT")
    held = opened(data)
    assert [clip.path for clip, _ in held.skipped] == [bad]
    assert next(stores.rglob(audio_cache.AUDIO)).stat().st_size == 5 * 3 * RATE * audio_cache.BYTES


STOPS_AT_THE_LAST = """
import sys
sys.path.insert(0, {root!r})
from classifier.audio import recording
from classifier.data import audio_cache, layouts
from classifier.data.clips import read_clips
from classifier.data.layouts import class_folders
from pathlib import Path
audio_cache.CACHE, data = Path({stores!r}), Path({data!r})
audio_cache.SAVED_EVERY = 0
real = recording.blocks
def blocks(path, *args):
    if path.endswith("l2_take.wav"):
        print("begun", flush=True)
        sys.stdin.read()
    yield from real(path, *args)
recording.blocks = blocks
audio_cache.read(class_folders.clips(data), data, 16_000)
"""


def test_a_killed_build_is_gone_on_with(data, stores, decoded):
    program = STOPS_AT_THE_LAST.format(root=str(ROOT), stores=str(stores), data=str(data))
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline() == "begun\n"
        index = None
        while index is None or index.count("samples") < 5:  # the others are finished, in other threads
            index = next((path.read_text() for path in stores.rglob(audio_cache.INDEX)), None)
        child.send_signal(signal.SIGKILL)
    held = opened(data)
    assert decoded == ["l2_take.wav"]
    assert sounds(held) == sounds(opened(data, keep=False))


def test_two_processes_at_once_do_no_harm(data, stores):
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path\nfrom classifier.data import audio_cache\n"
        "from classifier.data.layouts import class_folders\n"
        f"audio_cache.CACHE, data = Path({str(stores)!r}), Path({str(data)!r})\n"
        "print(audio_cache.read(class_folders.clips(data), data, 16_000).fingerprint)"
    )
    children = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    printed = {child.communicate()[0] for child in children}
    assert printed == {opened(data, keep=False).fingerprint + "\n"}


def test_windows_with_any_overlap_are_views_of_the_file(data):
    samples = opened(data).samples(0)
    windows = cut_audio(samples, 8_000, hop=100)
    assert len(windows) == 1 + (48_000 - 8_000) // 100
    assert np.shares_memory(windows, samples)
    assert not samples.flags.owndata


def test_what_was_let_go_of_comes_back(data):
    held = opened(data)
    before = sounds(held)
    held.forget()
    assert sounds(held) == before


def test_a_clip_can_be_a_part_of_a_recording(data):
    path = data / "low tone" / "l0_take.wav"
    parts = [
        Clip(path, "a", "1", start=0.5, end=1.25),
        Clip(path, "b", "1", start=2.0),
        Clip(path, "b", "1", start=2.5, end=99),
    ]
    odd = [Clip(path, "a", "1", start=7), Clip(path, "a", "1", start=1, end=1.00001)]
    held = audio_cache.read([*parts, *odd], data, RATE, keep=False)
    whole = audio_cache.read([Clip(path, "a", "1")], data, RATE, keep=False).samples(0)
    assert held.clips == parts
    assert np.array_equal(held.samples(0), whole[8_000:20_000])
    assert np.array_equal(held.samples(1), whole[32_000:])
    assert np.array_equal(held.samples(2), whole[40_000:])
    assert "ends at 3.00 s, before the part from 7 s on begins; correct its start" in held.skipped[0][1]
    assert "the part from 1 to 1.00001 s is shorter than one sample" in held.skipped[1][1]


def test_the_unreadable_are_skipped_and_named_also_the_second_time(data, decoded):
    bad = data / "low tone" / "l1_take.wav"
    bad.write_text("no audio")
    for _ in range(2):
        held = opened(data)
        assert len(held.clips) == 5
        assert [clip.path for clip, _ in held.skipped] == [bad]
        assert "l1_take.wav cannot be read" in held.skipped[0][1]
    assert len(decoded) == 6


def test_a_label_of_which_nothing_can_be_read(data):
    for path in (data / "low tone").iterdir():
        path.write_text("no audio")
    with pytest.raises(InputError, match="none of the 3 recording.*'low tone'.*l0_take.wav"):
        opened(data)


def test_the_fingerprint_is_of_names_and_sounds(tmp_path):
    for name in ("one", "same", "other"):
        write_data(tmp_path / name, n=2)
    write_tone(tmp_path / "other" / "low tone" / "l0_take.wav", hertz=555)
    one, same, other = (opened(tmp_path / name).fingerprint for name in ("one", "same", "other"))
    assert one == same != other


def test_recordings_that_sound_the_same_have_the_same_content(data):
    samples, rate = soundfile.read(data / "low tone" / "l0_take.wav")
    soundfile.write(data / "high tone" / "copy.flac", samples, rate)
    held = opened(data)
    content = {clip.path.name: content for clip, content in zip(held.clips, held.contents, strict=True)}
    assert content["copy.flac"] == content["l0_take.wav"]
    assert len(set(content.values())) == len(content) - 1


def test_a_name_that_is_not_utf8_is_read_and_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(audio_cache, "CACHE", tmp_path / "cache")
    data = write_data(tmp_path / "data", n=2)
    os.rename(data / "low tone" / "l0_take.wav", os.fsencode(data / "low tone") + b"/g\xfcn.wav")
    os.rename(data / "low tone" / "l1_take.wav", os.fsencode(data / "low tone") + b"/\xe4.wav")
    (data / "low tone" / os.fsdecode(b"b\xe4d.wav")).write_text("these are words")
    for _ in range(2):  # the second time from the index
        held = audio_cache.read(read_clips(data), data, 16_000)
        names = [clip.name(data) for clip in held.clips]
        assert names[2:] == ["low tone/g\\xfcn.wav", "low tone/\\xe4.wav"]
        assert [layouts.path_named(data, name) for name in names] == [clip.path for clip in held.clips]
        assert len(held.samples(2)) == 48_000
        ((_, reason),) = held.skipped
        assert "b\\xe4d.wav cannot be read" in reason
        assert len({held.fingerprint.encode(), *(clip.group.encode() for clip in held.clips)}) == 5
