import numpy as np
import pytest

from classifier.scoring import suggestions


def test_between_two_labels_a_model_is_least_certain():
    probabilities = np.array([[0.5, 0.5, 0], [1, 0, 0], [0.4, 0.3, 0.3]])
    assert suggestions.uncertainty(probabilities) == pytest.approx([1, 0, 0.9])


def test_independent_labels_are_uncertain_at_a_half():
    probabilities = np.array([[0.9, 0.9], [0.5, 0.0], [0.0, 1.0]])
    assert suggestions.uncertainty(probabilities, independent=True) == pytest.approx([0.2, 1, 0])
    assert suggestions.uncertainty(np.array([[0.5], [0.9]])) == pytest.approx([1, 0.2])


def test_two_models_differ_by_the_label_that_they_differ_most_about():
    assert suggestions.disagreement(np.array([[0.9, 0.1], [0.5, 0.5]]), np.array([[0.2, 0.8], [0.5, 0.5]])) == (
        pytest.approx([0.7, 0])
    )


def test_seldom_labels_take_turns_and_come_before_frequent_ones():
    confidence, labels = np.array([0.99, 0.6, 0.9, 0.7, 0.8]), np.array([0, 1, 1, 2, 2])
    order = suggestions.rare_first(confidence, labels, np.array([900, 5, 20, 0]))
    assert order.tolist() == [2, 4, 1, 3, 0]


def test_k_center_takes_one_of_each_group_before_a_second():
    random = np.random.default_rng(0)
    groups = np.repeat(np.eye(8)[:4], 10, axis=0) + random.normal(0, 0.02, (40, 8))
    values = (groups / np.linalg.norm(groups, axis=1, keepdims=True)).astype("float32")
    chosen = suggestions.k_center(values, 4)
    assert sorted((chosen // 10).tolist()) == [0, 1, 2, 3]
    assert sorted((suggestions.k_center(values, 2, values[:20]) // 10).tolist()) == [2, 3]
    assert sorted(suggestions.k_center(values, 100).tolist()) == list(range(40))


def test_no_two_windows_are_near_each_other():
    scores, starts = np.array([1.0, 5, 4, 3, -np.inf, 2]), np.arange(6.0)
    assert suggestions.spaced(scores, starts, 10, 1.5).tolist() == [1, 3, 5]
    assert suggestions.spaced(scores, starts, 2, 0).tolist() == [1, 2]
    assert suggestions.spaced(np.empty(0), np.empty(0), 2, 0).tolist() == []
