import numpy as np
import pytest
import soundfile

from classifier.audio.windows import cut_audio_pad_last, cut_blocks
from classifier.data import audio_cache, surroundings
from classifier.data.clips import read_clips
from classifier.data.layouts import Clip

LENGTH = 100


def heard(*parts, whole=(0, 1000)):
    """(start, end, offset) of each part: (label, start, end) or (label, start, end, group)."""
    clips = [Clip("a.wav", part[0], part[3] if len(part) > 3 else "g") for part in parts]
    starts, ends = (np.array([part[k] for part in parts]) for k in (1, 2))
    found = surroundings.around(clips, starts, ends, np.array([whole] * len(parts)), LENGTH)
    return [tuple(map(int, row)) for row in zip(found.starts, found.ends, found.offsets, strict=True)]


def windows_of(*parts, **settings):
    return [(start + offset, min(end, start + offset + LENGTH)) for start, end, offset in heard(*parts, **settings)]


@pytest.mark.parametrize(
    ("parts", "window"),
    [
        ([("a", 500, 510)], (455, 555)),  # the part is in the middle
        ([("a", 0, 10)], (0, 100)),  # inside the recording
        ([("a", 995, 1000)], (900, 1000)),
        ([("a", 500, 510), ("b", 530, 900)], (430, 530)),  # not over what another label marks
        ([("a", 500, 510), ("b", 300, 490)], (490, 590)),
        ([("a", 500, 510), ("a", 530, 900)], (455, 555)),  # its own label may be heard
        ([("a", 500, 510), ("b", 400, 480), ("b", 520, 600)], (455, 555)),  # no room: over both
        ([("a", 500, 510), ("b", 400, 415), ("b", 512, 600)], (415, 515)),  # no further than needed
        ([("a", 500, 510), ("b", 505, 600)], (455, 555)),  # it is heard with the other anyway
        ([("a", 500, 510), ("a", 520, 600, "of a test")], (420, 520)),  # never into another split
        ([("a", 500, 510), ("b", 480, 495), ("a", 520, 600, "of a test")], (420, 520)),
    ],
)
def test_the_window_of_a_short_part_is_of_its_recording(parts, window):
    assert windows_of(*parts)[0] == window


def test_parts_as_long_as_a_window_are_left_alone():
    assert heard(("a", 50, 150), ("a", 300, 620)) == [(50, 150, 0), (300, 620, 0)]


def test_a_shifted_window_keeps_the_part_whole():
    (start, end, offset), _ = heard(("a", 500, 510), ("b", 560, 800))
    assert (start, end, offset) == (410, 560, 45)


def test_a_recording_shorter_than_a_window_is_filled_and_what_is_filled_is_counted():
    found = surroundings.around(
        [Clip("a.wav", "a", "1"), Clip("b.wav", "b", "2"), Clip("b.wav", "b", "3")],
        np.array([0, 80, 200]),
        np.array([40, 90, 350]),
        np.array([[0, 40], [60, 1000], [60, 1000]]),
        LENGTH,
    )
    assert found.padded(LENGTH).tolist() == [[60, 100], [0, 100], [0, 200]]


def click_table(folder, n=3):
    """A recording with clicks of 0.1 s in noise of its own, marked in a table beside rain."""
    random = np.random.default_rng(0)
    noise, rows = random.normal(0, 0.01, 10 * 16_000), ["path,label,start,end"]
    for i in range(n):
        noise[(1 + 3 * i) * 16_000 :][:1600] += 0.5
        rows.append(f"clicks.wav,click,{1 + 3 * i},{1.1 + 3 * i}")
    soundfile.write(folder / "clicks.wav", noise, 16_000)
    soundfile.write(folder / "rain.wav", random.normal(0, 0.1, 32_000), 16_000)
    (folder / "labels.csv").write_text("\n".join([*rows, "rain.wav,rain,,"]) + "\n")
    return folder


def test_marked_clicks_are_heard_in_their_recording(tmp_path):
    data = click_table(tmp_path)
    store = audio_cache.read(read_clips(data), data, 16_000, keep=False)
    wide, found = surroundings.widened(store, 32_000)
    for i, clip in enumerate(wide.clips):
        cut = surroundings.cut(wide, found, i, 32_000, 32_000)
        assert cut.shape == (1, 32_000) and np.count_nonzero(cut) > 31_000
        if clip.label == "click":
            loud = np.flatnonzero(np.abs(cut[0]) > 8_000)
            assert (loud.min(), loud.max() + 1) == (15_200, 16_800)
    assert found.padded(32_000)[:, 0].sum() == 0


@pytest.mark.parametrize("n", [1, 3, 250, 999])
def test_a_short_recording_goes_on_with_its_quietest_part(n):
    signal = np.random.default_rng(0).normal(size=n).astype("float32")
    signal[n // 2 :] /= 1000
    (window,) = cut_audio_pad_last(signal, 1000)
    assert np.array_equal(window[:n], signal) and set(window) == set(window[:n])
    if n > 3:
        assert np.abs(window[n:]).max() < 0.01
    for hop in (1000, 300):
        ((first, same, end),) = cut_blocks(np.array_split(signal, 2), 1000, hop)
        assert (first, end) == (0, n) and np.array_equal(same, [window])


def test_the_last_window_of_a_longer_recording_ends_with_it():
    signal = np.arange(1250, dtype="float32")
    assert [(row[0], row[-1]) for _, rows, _ in cut_blocks([signal], 1000) for row in rows] == [(0, 999), (250, 1249)]
    assert np.array_equal(cut_audio_pad_last(signal, 1000), [signal[:1000], signal[250:]])
