import numpy as np

from classifier.export import proof


def test_the_second_of_two_labels_that_are_nearly_as_probable_is_no_mistake():
    expected = np.array([[0.3, 0.7], [0.45, 0.55]])
    assert proof.agreement(np.array([[0.2, 0.8], [0.2, 0.8]]), expected) == 1
    assert proof.agreement(np.array([[0.2, 0.8], [0.8, 0.2]]), expected) == 1
    assert proof.agreement(np.array([[0.8, 0.2], [0.8, 0.2]]), expected) == 0.5
