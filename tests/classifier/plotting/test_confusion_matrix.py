import numpy as np

from classifier.plotting import confusion_matrix
from classifier.scoring import metrics
from tests.classifier.plotting.test_figure import size_of


def test_a_confusion_matrix_grows_with_its_labels(tmp_path):
    sizes = []
    for n in (3, 20):
        labels = [f"label {i}" for i in range(n)]
        confusion_matrix.draw(np.eye(n, dtype=int), labels, "title", tmp_path / "confusion.png")
        sizes.append(size_of(tmp_path / "confusion.png"))
    assert sizes[1] > sizes[0]


def test_a_label_with_dollar_signs_is_no_formula(tmp_path):
    confusion_matrix.draw(np.eye(2, dtype=int), ["$x^$", "b"], "title", tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").is_file()


def test_windows_and_recordings_have_one_each(tmp_path):
    scores = metrics.score(np.eye(2), np.arange(2), np.arange(2), ["a", "b"])
    confusion_matrix.draw_both(scores, ["a", "b"], "title", tmp_path / "confusion")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["confusion_recordings.png", "confusion_windows.png"]


def test_of_very_many_labels_it_stays_a_picture_that_can_be_opened(tmp_path):
    labels = [f"a label of many words, and a number: {i}" for i in range(160)]
    confusion_matrix.draw(np.eye(160, dtype=int), labels, "title", tmp_path / "confusion.png")
    assert max(size_of(tmp_path / "confusion.png")) < 5000
