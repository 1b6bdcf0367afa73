"""On frames made by hand, the rule is chosen that puts segments where the events are."""

import numpy as np
import pytest

from classifier.inference import frames
from classifier.inference.segments import SegmentMerger
from classifier.records.audio_format import AudioFormat
from classifier.scoring import frame_rule
from classifier.scoring.decision_rule import DecisionRule
from classifier.scoring.rule_choice import Heard, Placed

LABELS = ["background", "song", "speech"]
SAMPLES, RATE = 1024, 16_000
EACH = SAMPLES / RATE


def heard(placed, n, holes=0, level=0.9, noise=0.3):
    """Frames in which songs are heard at a level, but for the last `holes` of every ten."""
    of_song = np.full(n, noise)
    for event in [event for event in placed if event.label == "song"]:
        first, last = round(event.start / EACH), round(event.end / EACH)
        of_song[first:last] = np.where(np.arange(last - first) % 10 < 10 - holes, level, 0.1)
    return Heard(np.stack([1 - of_song, of_song, np.zeros(n)], axis=1), tuple(placed), n * EACH)


def test_events_in_pieces_become_one_segment_each():
    placed = [Placed("song", start, start + 8) for start in (10, 30, 50)]
    of = heard(placed, 1000, holes=6)
    default = frame_rule.default({"song": 0.5}, EACH)
    assert frame_rule.measure([of], LABELS, default)["song"].f1 < 0.2
    rule = frame_rule.choose([of], LABELS, default)
    assert frame_rule.measure([of], LABELS, rule)["song"] == frame_rule.EventScore(f1=1, events=3, segments=3, hits=3)
    assert rule.hop == EACH and set(rule.thresholds) == {"song"}


def test_a_label_that_is_never_heard_gets_a_threshold_too():
    of = heard([Placed("song", 10, 18), Placed("speech", 40, 41)], 800)
    rule = frame_rule.choose([of], LABELS, frame_rule.default({"song": 0.999, "speech": 0.5}, EACH))
    found = frame_rule.measure([of], LABELS, rule)
    assert found["song"].f1 == 1 and found["speech"].f1 == 0
    assert rule.smooth == 1 and rule.release == 1  # the simplest that does it


@pytest.mark.parametrize("release", [1.0, 0.5])
@pytest.mark.parametrize(("smooth", "gap", "least"), [(1, 0.0, 0.0), (5, 0.2, 0.1), (11, 0.5, 0.3)])
def test_a_timeline_has_the_segments_that_a_recording_gets(release, smooth, gap, least):
    values = np.random.default_rng(smooth).dirichlet([0.5] * 3, 500).repeat(2, axis=0)
    rule = DecisionRule(
        {"song": 0.5, "speech": 0.4}, smooth, release=release, merge_gap=gap, min_duration=least, hop=EACH
    )
    merger = SegmentMerger(rule, tuple(LABELS), AudioFormat(sample_rate=RATE, window_length=SAMPLES), SAMPLES)
    merger.add(values)
    n = len(values) * SAMPLES
    expected = [of for of in frames.moved(merger.finish(n), EACH / 2, n / RATE) if of.label != "background"]
    found = frame_rule.segments(Heard(values, (), n / RATE), LABELS, rule)
    found = sorted(found, key=lambda of: (of.start, of.label))
    assert [of.label for of in found] == [of.label for of in expected] and len(found) > 5
    for end in ("start", "end"):
        assert [getattr(of, end) for of in found] == pytest.approx([getattr(of, end) for of in expected])
