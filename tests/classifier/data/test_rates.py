from classifier.data import rates


def test_recordings_whose_rate_does_not_fit_are_named_with_it():
    found = rates.notes({"a.wav": 8_000, "b.wav": 16_000, "c.wav": 48_000, "d.wav": 250_000}, 16_000)
    assert found == {rates.BELOW: ["a.wav (8000 Hz)"], rates.ABOVE: ["d.wav (250000 Hz)"]}


def test_rates_that_tell_the_labels_are_a_warning_and_others_are_not():
    (words,) = rates.sentences(["a", "a", "b", "b"], [8_000, 8_000, 44_100, 16_000], 16_000)
    assert words.startswith("WARNING: the sample rate tells the labels (below 16000 Hz: a 100%, b 0%)")
    assert "--sample-rate 8000" in words
    assert not rates.sentences(["a", "a", "b", "b"], [8_000, 8_000, 44_100, 16_000], 8_000)
    assert not rates.sentences(["a", "a", "b", "b"], [8_000, 48_000, 44_100, 8_000], 16_000)
    assert not rates.sentences([], [], 16_000)


def test_what_is_prepared_at_a_rate_that_does_not_fit_is_named():
    own = {"a.wav": [8_000, 48_000], "b.wav": [16_000], "c.wav": [], "d.wav": [250_000]}
    found = rates.notes_of_preparation(own, 16_000)
    assert found == {rates.NOTHING_ABOVE: ["a.wav (8000 Hz, 48000 Hz)"], rates.LOST: ["d.wav (250000 Hz)"]}
    assert rates.notes_of_preparation(own, 250_000)[rates.LOST] == []
