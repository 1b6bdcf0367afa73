import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.scoring import thresholds

LABELS = ["cat", "dog", "silence"]
HOUR = 3600.0


def predictions_of(cats, targets, recordings=None, starts=None, seconds=HOUR, other=2):
    """Predictions in which "cat" has the given probabilities, and another label the rest."""
    cats = np.array(cats, "float32")
    probabilities = np.zeros((len(cats), 3), "float32")
    probabilities[:, 0], probabilities[:, other] = cats, 1 - cats
    return {
        "probabilities": probabilities,
        "targets": np.array([LABELS.index(label) for label in targets]),
        "recordings": np.array(recordings if recordings is not None else [0] * len(cats)),
        "starts": np.array(starts if starts is not None else np.arange(len(cats)) * seconds),
    }


def test_touching_windows_are_one_false_alarm():
    predictions = predictions_of([0.9, 0.8, 0.7, 0.1], ["silence"] * 4)
    assert thresholds.measure(predictions, LABELS, HOUR, {"cat": 0.6})["cat"].false_alarms == 1


@pytest.mark.parametrize("recordings, starts", [([0, 0, 0], [0, HOUR, 3 * HOUR]), ([0, 0, 1], [0, HOUR, 0])])
def test_a_gap_and_another_recording_begin_another_false_alarm(recordings, starts):
    predictions = predictions_of([0.9, 0.9, 0.9], ["silence"] * 3, recordings, starts)
    assert thresholds.measure(predictions, LABELS, HOUR, {"cat": 0.6})["cat"].false_alarms == 2


def test_the_order_of_the_windows_does_not_matter():
    shuffled = predictions_of([0.9, 0.1, 0.9], ["silence"] * 3, starts=[HOUR, 2 * HOUR, 0])
    assert thresholds.measure(shuffled, LABELS, HOUR, {"cat": 0.6})["cat"].false_alarms == 1


def test_a_run_that_a_threshold_breaks_is_two_false_alarms():
    predictions = predictions_of([0.9, 0.6, 0.9], ["silence"] * 3)
    counts = [thresholds.measure(predictions, LABELS, HOUR, {"cat": t})["cat"].false_alarms for t in (0.55, 0.7, 0.95)]
    assert counts == [1, 2, 0]


def test_the_lowest_threshold_that_keeps_to_the_bar_is_chosen():
    # false ones every other hour: 0.9, 0.8, 0.7; own ones 0.75 and 0.95. Six hours of silence allow 3, 2, 1 or 0 alarms
    cats = [0.9, 0.1, 0.8, 0.1, 0.7, 0.1, 0.75, 0.95]
    predictions = predictions_of(cats, ["silence"] * 6 + ["cat"] * 2, recordings=[0] * 6 + [1, 2])
    chosen = [thresholds.choose(predictions, LABELS, HOUR, n / 6)[0]["cat"] for n in (3, 2, 1, 0)]
    assert chosen == pytest.approx([0.75, 0.75, 0.8, 0.9], abs=1.01e-4)  # none of two may be lost: 0.75 at least
    row = thresholds.choose(predictions, LABELS, HOUR, 1 / 6)[1]["cat"]
    assert (row.false_alarms, row.hours, row.misses) == (1, 6, 0.5)
    assert row.false_alarms_per_hour == pytest.approx(1 / 6)


def test_a_threshold_under_which_all_alarms_run_into_one_is_not_chosen():
    predictions = predictions_of([0.9, 0.6, 0.9], ["silence"] * 3)  # one run from 0 on, two above 0.6, none above 0.9
    chosen, found = thresholds.choose(predictions, LABELS, HOUR, per_hour=1 / 3)
    assert chosen["cat"] == pytest.approx(0.9, abs=1.01e-4)
    assert found["cat"].false_alarms == 0


def test_background_gets_no_threshold_and_what_is_never_recognised_gets_a_half():
    predictions = predictions_of([0.9, 0.1, 0.8], ["cat", "silence", "cat"])
    chosen, found = thresholds.choose(predictions, LABELS, HOUR)
    assert chosen == {"cat": pytest.approx(0.8, abs=1.01e-4), "dog": 0.5}
    assert found["cat"].misses == 0
    assert found["dog"].misses is None


def test_to_be_safe_a_twentieth_of_its_own_windows_is_given_up():
    cats = np.linspace(0.6, 0.99, 40)
    predictions = predictions_of([*cats, 0.1], ["cat"] * 40 + ["silence"], recordings=range(41))
    chosen, found = thresholds.choose(predictions, LABELS, HOUR)
    assert found["cat"].misses == pytest.approx(0.05)
    assert cats[1] < chosen["cat"] <= cats[2]


def test_where_no_threshold_will_do_the_largest_is_used_and_the_numbers_say_so():
    predictions = predictions_of([1.0, 0.0, 1.0, 0.5], ["silence"] * 3 + ["cat"], recordings=[0, 0, 0, 1])
    chosen, found = thresholds.choose(predictions, LABELS, HOUR, per_hour=0.5)
    assert chosen["cat"] == 0.9999
    assert found["cat"].false_alarms_per_hour == pytest.approx(2 / 3)
    assert found["cat"].misses == 1


def test_a_window_that_another_label_wins_is_missed_and_no_false_alarm():
    predictions = predictions_of([0.45, 0.45], ["cat", "silence"], other=1)
    row = thresholds.measure(predictions, LABELS, HOUR, {"cat": 0.4})["cat"]
    assert (row.misses, row.false_alarms) == (1, 0)


def test_to_take_one_label_for_another_is_no_false_alarm_where_there_is_background():
    predictions = predictions_of([0.9, 0.8, 0.2], ["dog", "silence", "cat"], recordings=[0, 1, 2])
    row = thresholds.measure(predictions, LABELS, HOUR, {"cat": 0.5})["cat"]
    assert (row.false_alarms, row.hours) == (1, 1)
    loud = {**predictions, "probabilities": predictions["probabilities"][:, :2], "targets": np.array([1, 1, 0])}
    row = thresholds.measure(loud, LABELS[:2], HOUR, {"cat": 0.5})["cat"]
    assert (row.false_alarms, row.hours) == (2, 2)


def test_several_models_are_pooled_by_their_hours_and_windows():
    one = thresholds.measure(predictions_of([0.9, 0.9], ["silence", "cat"]), LABELS, HOUR, {"cat": 0.5, "dog": 0.5})
    other = thresholds.measure(
        predictions_of([0.1] * 4, ["silence"] * 3 + ["cat"]), LABELS, HOUR, {"cat": 0.4, "dog": 0.5}
    )
    cat, dog = thresholds.pooled([one, other]).values()
    assert (cat.false_alarms, cat.hours, cat.false_alarms_per_hour) == (1, 4, 0.25)
    assert (cat.windows, cat.misses) == (2, 0.5)
    assert (dog.false_alarms, dog.misses) == (0, None)


def test_an_hour_without_an_alarm_shows_less_than_three_an_hour():
    row = thresholds.measure(predictions_of([0.1], ["silence"]), LABELS, HOUR, {"cat": 0.5})["cat"]
    assert row.at_most_per_hour == pytest.approx(-np.log(0.05))  # exp(-rate) = 5 %
    alone = thresholds.measure(predictions_of([0.9], ["cat"]), LABELS, HOUR, {"cat": 0.5})["cat"]
    assert (alone.false_alarms_per_hour, alone.at_most_per_hour) == (None, None)


def test_what_stays_below_is_none_of_them():
    predictions = np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.3, 0.6]], "float32")
    assert thresholds.decide(predictions, {"cat": 0.65, "dog": 0.5}, LABELS) == [0, None, 1, 2]
    with pytest.raises(InputError, match="threshold for 'cow', but the model knows only cat, dog, silence"):
        thresholds.decide(predictions, {"cow": 0.5}, LABELS)


def test_all_zeros_reach_no_threshold_and_are_neither_alarm_nor_miss():
    rows = np.array([[0.0, 0.0], [0.9, 0.1], [0.2, 0.8]])
    assert thresholds.reached(rows, np.zeros(2)).tolist() == [-1, 0, 1]
    assert thresholds.decide(rows, {}, ["a", "b"]) == [None, 0, 1]
    predictions = {"probabilities": rows, "targets": np.array([1, 0, 1]), "recordings": np.arange(3)}
    found = thresholds.measure({**predictions, "starts": np.zeros(3)}, ["a", "b"], 2.0, {"a": 0.0, "b": 0.0})
    assert (found["a"].false_alarms, found["b"].windows, found["b"].misses) == (0, 1, 0)


@pytest.mark.parametrize("labels", [["dog", "rain"], ["rain", "dog"]])
def test_digital_silence_lowers_no_threshold_whatever_the_order_of_the_labels(labels):
    dog, sure = labels.index("dog"), np.concatenate([np.zeros(10), np.linspace(0.7, 0.99, 90)])
    rows = np.zeros((100, 2))
    rows[:, dog], rows[10:, 1 - dog] = sure, 1 - sure[10:]
    predictions = {"probabilities": rows, "targets": np.full(100, dog), "recordings": np.arange(100)}
    chosen, _ = thresholds.choose({**predictions, "starts": np.zeros(100)}, labels, 2.0)
    assert chosen["dog"] == pytest.approx(sure[10 + 4], abs=1.01e-4)


def test_a_recording_gets_its_label_by_the_windows_in_which_something_is_heard():
    rows = np.array([[0.9, 0.1], [0.0, 0.0], [0.0, 0.0], [0.2, 0.8]])
    predictions = {"probabilities": rows, "targets": np.array([0, 0, 1, 1]), "recordings": np.array([0, 0, 1, 2])}
    assert thresholds.answered(predictions, {"a": 0.8, "b": 0.8}, ["a", "b"]) == (2, 2, 3)
    several = {**predictions, "targets": np.array([[1, 0], [1, 0], [0, 1], [0, 1]])}
    assert thresholds.answered_by_several(several, {"a": 0.8, "b": 0.8}, ["a", "b"]) == (2, 3, 3)


def test_a_recording_whose_mean_stays_below_the_threshold_gets_no_label():
    rows = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.6, 0.4], [0.45, 0.55]])
    recordings, targets = np.array([0, 0, 1, 2, 3]), np.array([0, 0, 1, 1, 1])
    predictions = {"probabilities": rows, "targets": targets, "recordings": recordings}
    assert thresholds.answered(predictions, {"a": 0.0, "b": 0.6}, ["a", "b"]) == (3, 2, 4)
    assert thresholds.answered(predictions, {"a": 0.95, "b": 0.9}, ["a", "b"]) == (0, 0, 4)


def test_recordings_that_get_a_label_are_counted_where_several_may_be_right():
    predictions = {
        "probabilities": np.array([[0.9, 0.9], [0.1, 0.2], [0.3, 0.2], [0.1, 0.6]]),
        "targets": np.array([[1, 1], [1, 0], [0, 0], [0, 0]]),
        "recordings": np.array([0, 0, 1, 2]),
    }
    assert thresholds.answered_by_several(predictions, {"a": 0.5, "b": 0.6}, ["a", "b"]) == (2, 1, 3)


def test_a_label_of_negatives_is_background_under_any_name():
    predictions = predictions_of([0.9, 0.9, 0.9], ["dog", "dog", "cat"])
    background = thresholds.background_of("dog")
    chosen, measured = thresholds.choose(predictions, LABELS, HOUR, background=background)
    assert set(chosen) == {"cat"}
    assert measured["cat"].hours == 2
    assert set(thresholds.choose(predictions, LABELS, HOUR)[0]) == {"cat", "dog"}


def test_negatives_that_no_output_learns_raise_alarms_and_are_never_missed():
    learned = predictions_of([0.95, 0.8], ["cat", "dog"])
    others = predictions_of([0.7, 0.9, 0.9], ["cat"] * 3, recordings=[0, 1, 1])
    together = thresholds.with_negatives(learned, others)
    assert together["recordings"].tolist() == [0, 0, 1, 2, 2]
    measured = thresholds.measure(together, ["cat", "dog", "bird"], HOUR, {"cat": 0.6})["cat"]
    assert (measured.hours, measured.false_alarms, measured.windows, measured.misses) == (3, 2, 1, 0)
    assert thresholds.with_negatives(learned, None) is learned


def test_a_recording_has_the_labels_that_reach_their_thresholds_or_the_most_probable_one():
    labels, mean = ["rain", "dog"], np.array([0.55, 0.4], "float32")
    limits = {"rain": 0.6, "dog": 0.3}
    assert thresholds.of_recording(mean, limits, labels) == []
    assert thresholds.of_recording(mean, limits, labels, independent=True) == ["dog"]
    assert thresholds.of_recording(mean, {**limits, "rain": 0.5}, labels, independent=True) == ["rain", "dog"]
    assert thresholds.of_recording(mean, {"rain": 0.6}, labels, independent=True) == []  # as of YAMNet: one at most
    assert thresholds.of_recording(np.zeros(2), dict.fromkeys(labels, 0.0), labels, independent=True) == []
