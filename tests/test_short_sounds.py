"""The data of benchmarks/short_sounds: nothing but the click tells the labels."""

import numpy as np

from benchmarks import short_sounds
from classifier.audio import recording
from classifier.data import audio_cache, padding, surroundings
from classifier.data.clips import read_clips

LENGTH = 2 * short_sounds.RATE


def windows_of(store, heard, i):
    return surroundings.cut(store, heard, i, LENGTH, LENGTH).astype("float64")


def test_a_window_of_each_label_is_full_of_the_same_background_and_the_click_is_in_it(tmp_path):
    data = short_sounds.make(tmp_path, 2, np.random.default_rng(0))
    store = audio_cache.read(read_clips(data), data, short_sounds.RATE, keep=False)
    wide, heard = surroundings.widened(store, LENGTH)
    labels = np.array([clip.label for clip in wide.clips])
    assert (labels == "click").sum() == (labels == "other").sum() == 28
    assert not any("WARNING" in sentence for sentence in padding.sentences(wide.clips, heard, LENGTH))
    for i, clip in enumerate(wide.clips):
        (window,) = windows_of(wide, heard, i)
        assert len(window) == LENGTH and np.mean(window != 0) > 0.9
        background = np.sqrt(np.median(np.square(window))) / 0.67  # of normal noise, its standard deviation
        is_loud = np.abs(window).max() > 10 * background
        assert is_loud == (clip.label == "click"), clip
    marked = np.array([clip.end is not None for clip in wide.clips])
    seconds = np.array([clip.end - clip.start for clip in wide.clips if clip.end is not None])
    assert marked.sum() == 28 and seconds.min() >= 0.009 and seconds.max() <= 0.051


def test_what_is_looked_for_is_where_it_was_put(tmp_path):
    clicks = short_sounds.make_new(tmp_path, np.random.default_rng(1))
    signal = recording.read(tmp_path / "long.wav", short_sounds.RATE)
    assert len(clicks) == 14
    for start, end in clicks:
        first, last = round(start * short_sounds.RATE), round(end * short_sounds.RATE)
        assert np.abs(signal[first:last]).max() > 3 * np.abs(signal[first - 8_000 : first - 100]).max()
