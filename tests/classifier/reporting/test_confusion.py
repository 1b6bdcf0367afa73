import numpy as np

from classifier.reporting import confusion


def test_few_labels_have_a_column_each():
    assert confusion.columns(["a", "b"], [[3, 1], [0, 2]]) == (["as a", "as b"], [["3", "1"], ["0", "2"]])


def test_of_many_labels_those_are_named_that_one_was_most_often_taken_for():
    labels = [f"label {i}" for i in range(160)]
    counts = np.diag(np.full(160, 9))
    counts[0, [5, 7, 9, 11]] = [1, 4, 2, 1]
    names, cells = confusion.columns(labels, counts.tolist())
    assert names == ["most often taken for"]
    assert cells[:2] == [["label 7 4; label 9 2; label 5 1"], [""]] and len(cells) == 160
