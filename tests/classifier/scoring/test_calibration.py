import numpy as np
import pytest
from scipy.special import softmax

from classifier.core.errors import InputError
from classifier.plotting import reliability_diagram
from classifier.scoring import calibration


def simulated(n, labels=4, seed=0):
    """Probabilities that are true: each truth is drawn with the probabilities of its row."""
    random = np.random.default_rng(seed)
    probabilities = softmax(random.normal(0, 2, (n, labels)), axis=1)
    targets = (probabilities.cumsum(axis=1) < random.random((n, 1))).sum(axis=1)
    return probabilities, np.minimum(targets, labels - 1)


@pytest.mark.parametrize("true", [0.7, 1.0, 2.5, 6.0])
def test_the_temperature_of_a_model_that_is_too_sure_or_not_sure_enough_is_found(true):
    honest, targets = simulated(20_000)
    predictions = calibration.temper(honest, 1 / true)  # logits times the temperature
    found = calibration.temperature(predictions.astype("float32"), targets)
    assert found == pytest.approx(true, rel=0.05)
    assert calibration.temper(predictions, found) == pytest.approx(honest, abs=0.03)


def test_tempering_by_two_halves_the_log_odds():
    assert calibration.temper([[0.9, 0.1]], 2) == pytest.approx(np.array([[0.75, 0.25]]))  # odds of 9, then of 3
    assert calibration.temper([[0.9, 0.1]], 1) == pytest.approx(np.array([[0.9, 0.1]]))


@pytest.mark.parametrize("temperature", [0.5, 1.7, 10])
def test_tempered_rows_sum_to_one_and_keep_their_label(temperature):
    probabilities = np.vstack([simulated(500)[0], [[1, 0, 0, 0], [0, 0.5000001, 0.4999999, 0]]]).astype("float32")
    tempered = calibration.temper(probabilities, temperature)
    assert tempered.sum(axis=1) == pytest.approx(1)
    assert np.array_equal(tempered.argmax(axis=1), probabilities.argmax(axis=1))


def test_a_validation_side_without_a_mistake_asks_for_no_more_than_the_limit():
    found = calibration.temperature(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 1]))
    assert found == pytest.approx(calibration.LIMITS[0], rel=1e-3)


def test_nothing_but_mistakes_asks_for_no_more_than_the_limit():
    found = calibration.temperature(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1, 0]))
    assert found == pytest.approx(calibration.LIMITS[1], rel=1e-3)


def test_probabilities_of_zero_and_a_label_without_windows_are_no_obstacle():
    predictions = np.array([[1, 0, 0]] * 9 + [[0, 1, 0]], "float32")
    found = calibration.temperature(predictions, np.zeros(10, int))
    # one in ten is wrong: the other labels share what is left of 90 %
    assert 1 < found <= calibration.LIMITS[1]


def test_true_probabilities_have_no_calibration_error():
    error, rows = calibration.expected_calibration_error(*simulated(100_000))
    assert error < 0.01
    assert sum(n for _, _, n in rows) == 100_000


def test_the_calibration_error_of_a_table_made_by_hand():
    # two windows of 0.9, one right; two of 0.6, both right
    predictions = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.6, 0.4]])
    error, rows = calibration.expected_calibration_error(predictions, np.array([0, 1, 1, 0]), bins=10)
    assert rows == [(pytest.approx(0.6), 1.0, 2), (pytest.approx(0.9), 0.5, 2)]
    assert error == pytest.approx(0.4)


def test_a_certain_model_is_in_the_last_bin():
    error, rows = calibration.expected_calibration_error(np.eye(2), np.array([0, 0]))
    assert rows == [(1.0, 0.5, 2)]
    assert error == 0.5


@pytest.mark.parametrize("measure", [calibration.temperature, calibration.expected_calibration_error])
def test_no_windows_and_nan_are_errors_with_a_reason(measure):
    with pytest.raises(InputError, match="no validation window"):
        measure(np.empty((0, 2)), np.empty(0, int))
    with pytest.raises(InputError, match="diverged"):
        measure(np.array([[np.nan, 0]]), np.array([0]))


def test_the_reliability_plot_is_written(tmp_path):
    predictions, targets = simulated(1000)
    tables = {
        name: calibration.expected_calibration_error(calibration.temper(predictions, t), targets)[1]
        for name, t in (("before", 0.5), ("after", 1))
    }
    reliability_diagram.draw(tables, "title", tmp_path / "reliability.png")
    assert (tmp_path / "reliability.png").read_bytes().startswith(b"\x89PNG")


def test_digital_silence_stays_none_of_the_labels_and_says_nothing_of_confidence():
    rows, targets = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8]]), np.array([0, 1, 1])
    more, of_more = np.concatenate([rows, np.zeros((2, 2))]), np.array([0, 1, 1, 0, 1])
    assert calibration.temper(more, 2.0)[3:].tolist() == [[0, 0], [0, 0]]
    assert np.array_equal(calibration.temper(more, 2.0)[:3], calibration.temper(rows, 2.0))
    assert calibration.temperature(more, of_more) == calibration.temperature(rows, targets)
    assert calibration.expected_calibration_error(more, of_more)[0] == pytest.approx(
        calibration.expected_calibration_error(rows, targets)[0]
    )


def test_a_temperature_that_makes_the_calibration_error_larger_is_not_taken():
    one, two = np.array([[0.995, 0.005]] * 19 + [[0.6, 0.4]] * 20), np.array([0] * 18 + [1] + [0] * 12 + [1] * 8)
    worse = calibration.temper(one, calibration.temperature(one, two))
    before, after = (calibration.expected_calibration_error(of, two)[0] for of in (one, worse))
    assert after > before
    split = {"probabilities": one, "targets": two}
    found = calibration.calibrate(split, split)
    assert (found.temperature, found.error_after) == (1, pytest.approx(found.error_before))
    honest, targets = simulated(20_000)
    sure = calibration.temper(honest, 0.4)
    assert calibration.helpful_temperature(sure, targets) == pytest.approx(2.5, rel=0.05)
