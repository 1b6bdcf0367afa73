"""Segments merged from a stream are those merged from all predictions at once."""

import numpy as np
import pytest

from classifier.audio.windows import cut_blocks
from classifier.inference.prediction import predict_signal
from classifier.inference.predictor import Predictor
from classifier.inference.segments import Segment, SegmentMerger
from classifier.records.audio_format import AudioFormat
from classifier.scoring.decision_rule import DecisionRule

AUDIO_FORMAT = AudioFormat(sample_rate=100, window_length=200)
LABELS = ("silence", "song", "speech")


def merged(probabilities, rule, hop=200, n_samples=None, sizes=(1,), independent=False):
    """The segments of windows that come some at a time."""
    merger = SegmentMerger(rule, LABELS, AUDIO_FORMAT, hop, independent)
    first = 0
    while first < len(probabilities):
        size = sizes[first % len(sizes)]
        merger.add(np.array(probabilities[first : first + size], "float32"))
        first += size
    return merger.finish(n_samples or (len(probabilities) - 1) * hop + 200)


def slowly(probabilities, rule, hop, n_samples, independent=False):
    """The same, from all windows, one label after the other."""
    reach, n = rule.smooth // 2, len(probabilities)
    begins = [min(i * hop, max(0, n_samples - 200)) for i in range(n)]
    smooth = [np.mean(probabilities[max(0, i - reach) : i + reach + 1], axis=0) for i in range(n)]
    found = []
    for label, name in enumerate(LABELS):
        threshold = rule.thresholds.get(name, 0)
        above = [i for i in range(n) if smooth[i][label] >= threshold]
        if not independent:
            above = [i for i in above if np.argmax(smooth[i]) == label]
        groups = []
        for i in above:
            if groups and begins[i] - (begins[groups[-1][-1]] + 200) <= rule.merge_gap * 100:
                groups[-1].append(i)
            else:
                groups.append([i])
        for group in groups:
            start, end = begins[group[0]] / 100, min(begins[group[-1]] + 200, n_samples) / 100
            values = [smooth[i][label] for i in group]
            if end - start >= rule.min_duration - 1e-6:
                found.append(Segment(name, start, end, max(values), np.mean(values)))
    return sorted(found, key=lambda segment: (segment.start, LABELS.index(segment.label)))


def random_probabilities(rng, n, independent):
    values = rng.uniform(size=(n, 3)) ** 2
    return (values if independent else values / values.sum(axis=1, keepdims=True)).astype("float32").astype("float64")


@pytest.mark.parametrize("independent", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_a_stream_is_merged_like_a_whole(seed, independent):
    rng = np.random.default_rng(seed)
    hop, n = int(rng.choice([200, 100, 67, 199])), int(rng.integers(1, 40))
    probabilities = random_probabilities(rng, n, independent)
    thresholds = {"song": float(rng.uniform(0, 0.8)), "speech": 0.5}
    smooth, gap, shortest = int(rng.choice([1, 3, 9])), float(rng.choice([0, 1, 5])), float(rng.choice([0, 2, 4]))
    rule = DecisionRule(thresholds, smooth, merge_gap=gap, min_duration=shortest)
    n_samples = (n - 1) * hop + int(rng.integers(201 - hop if n > 1 else 1, 201))
    found = merged(probabilities, rule, hop, n_samples, rng.integers(1, 9, 7).tolist(), independent)
    expected = slowly(probabilities, rule, hop, n_samples, independent)
    assert [(s.label, s.start, s.end) for s in found] == [(s.label, s.start, s.end) for s in expected]
    assert [(s.peak, s.mean) for s in found] == [pytest.approx((s.peak, s.mean)) for s in expected]


@pytest.mark.parametrize("smooth", [1, 5])
def test_the_size_of_batches_changes_no_bit(smooth):
    probabilities = random_probabilities(np.random.default_rng(0), 50, False)
    rule = DecisionRule({"song": 0.4}, smooth)
    assert merged(probabilities, rule, sizes=(50,)) == merged(probabilities, rule, sizes=(3, 1, 7))


@pytest.mark.parametrize("overlap", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("n_samples", [1, 199, 200, 201, 1000, 1234])
def test_blocks_that_end_anywhere_are_predicted_like_the_whole_recording(overlap, n_samples):
    rng = np.random.default_rng(n_samples)
    signal = rng.uniform(-1, 1, n_samples).astype("float32")
    predictor = Predictor("it", AUDIO_FORMAT, list(LABELS), loudness, DecisionRule({"song": 0.4}))
    whole = predict_signal(predictor, signal, overlap)
    rule, hop = DecisionRule({"song": 0.4}, smooth=3), round(200 * (1 - overlap))
    merger = SegmentMerger(rule, LABELS, AUDIO_FORMAT, hop)
    borders = np.sort(rng.integers(0, n_samples, 9))
    for first, windows, _ in cut_blocks(np.split(signal, borders), 200, hop):
        assert first == merger.n_windows
        merger.add(loudness(windows))
    assert merger.mean == pytest.approx(whole.recording, abs=1e-6)
    expected = slowly(whole.windows.astype("float64"), rule, hop, n_samples)
    assert [(s.label, s.start, s.end) for s in merger.finish(n_samples)] == [
        (s.label, s.start, s.end) for s in expected
    ]


def loudness(windows):
    """Probabilities that depend on every sample of a window."""
    values = np.stack([windows[:, ::3].sum(axis=1), windows[:, 1::3].sum(axis=1), windows[:, 2::3].sum(axis=1)], axis=1)
    values = np.exp(values / 3)
    return (values / values.sum(axis=1, keepdims=True)).astype("float32")


def test_windows_that_overlap_or_touch_are_one_segment():
    song = np.array([0.9, 0.8, 0.1, 0.1, 0.1, 0.7, 0.1, 0.95])  # windows of two seconds, a second apart
    probabilities = np.stack([1 - song, song, 0 * song], axis=1)
    found = [s for s in merged(probabilities, DecisionRule({"song": 0.6}), hop=100) if s.label == "song"]
    assert [(s.start, s.end) for s in found] == [(0, 3), (5, 9)]
    assert [s.peak for s in found] == pytest.approx([0.9, 0.95])
    high = merged(probabilities, DecisionRule({"song": 0.99}), hop=100)
    assert "song" not in [segment.label for segment in high]


def test_none_of_the_labels_makes_a_gap_and_merge_gap_bridges_it():
    song, none = [0.1, 0.8, 0.1], [0.3, 0.4, 0.3]
    rules = {"thresholds": {"song": 0.6}}
    apart = merged([song, none, song], DecisionRule(**rules))
    assert [(s.start, s.end) for s in apart] == [(0, 2), (4, 6)]
    (joined,) = merged([song, none, song], DecisionRule(**rules, merge_gap=2))
    assert (joined.start, joined.end) == (0, 6)
    assert (joined.peak, joined.mean) == pytest.approx((0.8, 0.8))  # the bridged window does not count
    assert len(merged([song, none, song], DecisionRule(**rules, merge_gap=1.9))) == 2


def test_independent_labels_are_recognised_together():
    rule = DecisionRule(dict.fromkeys(LABELS, 0.5))
    found = merged([[0.0, 0.9, 0.8], [0.0, 0.9, 0.1]], rule, independent=True)
    assert [(s.label, s.start, s.end) for s in found] == [("song", 0, 4), ("speech", 0, 2)]


def test_a_threshold_is_not_rounded_to_what_float32_can_hold():
    probability = np.array([[0.0, 0.7, 0.3]], "float32")
    for threshold, is_reached in ((float(probability[0, 1]), True), (np.nextafter(float(probability[0, 1]), 1), False)):
        assert bool(merged(probability, DecisionRule({"song": threshold}))) == is_reached


def test_a_segment_ends_with_the_recording():
    (found,) = merged([[0, 1, 0], [0, 1, 0]], DecisionRule({}), n_samples=250)
    assert (found.start, found.end) == (0, 2.5)


def test_the_last_window_starts_where_it_was_heard_and_closes_a_gap_that_is_shorter_than_it_seemed():
    found = merged([[0, 1, 0], [0, 0, 1]], DecisionRule({}), n_samples=250)
    assert [(s.label, s.start, s.end) for s in found] == [("song", 0, 2), ("speech", 0.5, 2.5)]
    rows, rule = [[0, 0.6, 0.4], [0, 0.1, 0.9], [0, 0.8, 0.2]], DecisionRule({}, merge_gap=0.5)
    (song,) = [s for s in merged(rows, rule, n_samples=440) if s.label == "song"]
    assert (song.start, song.end, song.peak, song.mean) == (0, 4.4, pytest.approx(0.8), pytest.approx(0.7))
    assert len([s for s in merged(rows, rule, n_samples=460) if s.label == "song"]) == 2


def test_what_is_kept_of_521_labels_does_not_grow_with_the_recording():
    labels = tuple(map(str, range(521)))
    merger = SegmentMerger(DecisionRule(dict.fromkeys(labels, 0.5), smooth=5), labels, AUDIO_FORMAT, 200, True)
    for _ in range(30):
        merger.add(np.zeros((100, 521), "float32"))
        assert merger._stream._waiting.shape == (4, 522)
    assert merger.finish(1) == []


def test_digital_silence_makes_no_segment_and_does_not_lower_the_mean_of_the_rest():
    rows = np.array([[0, 0.2, 0.8], [0, 0, 0], [0, 0, 0], [0, 0.4, 0.6]], "float32")
    merger = SegmentMerger(DecisionRule({}), LABELS, AUDIO_FORMAT, 200)
    for row in rows:
        merger.add(row[None])
    assert merger.mean == pytest.approx([0, 0.3, 0.7])
    assert [(segment.start, segment.end) for segment in merger.finish(800)] == [(0, 2), (6, 8)]
    predictor = Predictor("model", AUDIO_FORMAT, list(LABELS), lambda windows: rows[: len(windows)])
    found = predict_signal(predictor, np.ones(800, "float32"))
    assert found.recording == pytest.approx([0, 0.3, 0.7])
    assert found.window_labels == ["speech", None, None, "speech"]


def test_a_recording_of_digital_silence_is_none_of_the_labels():
    predictor = Predictor("model", AUDIO_FORMAT, list(LABELS), lambda windows: np.zeros((len(windows), 3), "float32"))
    found = predict_signal(predictor, np.zeros(400, "float32"))
    assert (found.label, found.recording.tolist()) == (None, [0, 0, 0])
    merger = SegmentMerger(DecisionRule({}), LABELS, AUDIO_FORMAT, 200)
    merger.add(found.windows)
    assert (merger.mean.tolist(), merger.finish(400)) == ([0, 0, 0], [])
