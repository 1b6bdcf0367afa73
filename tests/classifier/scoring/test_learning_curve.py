import numpy as np
import pytest

from classifier.scoring import learning_curve
from classifier.scoring.learning_curve import ALL

SIZES = np.array([10.0, 20.0, 40.0, 80.0])


def power_law(a=1.0, b=0.5):
    return 1 - a * SIZES**-b


def drawn_around(values, spread, seed=0):
    return values + np.random.default_rng(seed).normal(0, spread, (learning_curve.DRAWS, len(values)))


def test_a_power_law_goes_on_to_twice_as_many():
    said = learning_curve.forecast(SIZES, power_law(), drawn_around(power_law(), 0.01), 20, 1e-3)
    assert said.recordings == 160 and said.why_not == ""
    assert said.value == pytest.approx(1 - 160**-0.5)
    lowest, highest = said.interval
    assert lowest < said.value < highest
    assert 0.01 < highest - lowest < 0.1
    wider = learning_curve.forecast(SIZES, power_law(), drawn_around(power_law(), 0.02), 20, 1e-3).interval
    assert wider[1] - wider[0] > highest - lowest


@pytest.mark.parametrize(
    ("sizes", "values", "spread", "why"),
    [
        (SIZES[:2], power_law()[:2], 0.01, "needs at least 3 sizes"),
        (np.array([5.0, 5.0, 5.0, 5.0]), power_law(), 0.01, "needs at least 3 sizes"),
        (SIZES, np.array([0.8, 0.9, 1, 1]), 0.01, "all is right already"),
        (SIZES, np.full(4, 0.8), 0.01, "no rise is seen that may not be chance"),
        (SIZES, power_law(), 0.0, "20 groups to test are too few"),
    ],
)
def test_what_cannot_be_said_is_said(sizes, values, spread, why):
    said = learning_curve.forecast(sizes, values, drawn_around(values, spread), 20, 1e-3)
    assert said.value is said.interval is None
    assert why in said.why_not


def make_curve(seed=0):
    """Two labels, three sizes, two folds of ten groups, 10 windows each; the second label is all right."""
    random = np.random.default_rng(seed)
    n = np.full((20, 2), 10)
    right = np.stack([np.stack([random.binomial(10, p, 20), n[:, 1]], axis=1) for p in (0.5, 0.65, 0.8)])
    recordings = [{"song": size, "speech": 3.0 * size} for size in (4.0, 8.0, 16.0)]
    return right, learning_curve.learning_curve((0.25, 0.5, 1), recordings, right, n, np.repeat([0, 1], 10), seed)


def test_points_are_the_recalls_of_all_windows_with_their_recordings():
    right, curve = make_curve()
    assert [point.recordings["speech"] for point in curve.points] == [12, 24, 48]
    assert [point.mean_recordings() for point in curve.points] == [8, 16, 32]
    for point, of_size in zip(curve.points, right, strict=True):
        assert point.recall == {"song": of_size[:, 0].sum() / 200, "speech": 1}
        assert point.balanced_accuracy == pytest.approx((point.recall["song"] + 1) / 2)
        lowest, highest = point.recall_intervals["song"]
        assert lowest < point.recall["song"] < highest < lowest + 0.3


def test_each_label_has_its_forecast():
    _, curve = make_curve()
    assert set(curve.forecasts) == {ALL, "song", "speech"}
    assert curve.forecasts["song"].recordings == 32
    assert 0.8 < curve.forecasts["song"].value < 0.95
    assert curve.forecasts["speech"].why_not == "all is right already"


def test_a_label_of_one_group_has_no_interval_and_an_untested_one_no_recall():
    n = np.array([[10, 0, 0], [10, 5, 0]])
    recordings = [{"a": 1.0, "b": 1.0, "c": 1.0}] * 2
    curve = learning_curve.learning_curve((0.5, 1), recordings, np.stack([n // 2, n // 2]), n, np.array([0, 0]))
    assert set(curve.points[0].recall) == {"a", "b"}
    assert set(curve.points[0].recall_intervals) == {"a"}
