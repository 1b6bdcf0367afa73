from pathlib import Path

from classifier.data import label_share
from classifier.data.layouts import Clip


def test_the_share_of_each_label_is_said():
    clips = [Clip(Path("a"), label, "a", start=1.0, end=9.0) for label in ("click", "click", "song", "song")]
    (sentence,) = label_share.sentences(clips, [0.002, 0.01, 1, 5], 2)
    assert sentence.startswith("3 labelled stretches are shorter than a window, which lies around them")
    assert "on average: click 0.30% (2), song 50% (1)." in sentence


def test_whole_recordings_are_padded_and_longer_stretches_hold_their_windows():
    assert label_share.sentences([Clip(Path("a"), "click", "a")], [0.1], 2) == []
    assert label_share.sentences([Clip(Path("a"), "song", "a", start=1.0, end=9.0)], [8], 2) == []
