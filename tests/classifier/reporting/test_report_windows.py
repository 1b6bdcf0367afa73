import numpy as np

from classifier.reporting import report_windows


def test_the_most_confident_mistake_comes_first_and_then_the_least_confident():
    probabilities = np.array([[0.6, 0.4], [0.1, 0.9], [0.45, 0.55], [0.95, 0.05], [0.2, 0.8]])
    targets = np.array([0, 0, 0, 0, 0])  # 1, 2 and 4 are wrong
    assert report_windows.hardest(probabilities, targets).tolist() == [1, 4, 2, 0, 3]
