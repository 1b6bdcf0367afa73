from classifier.plotting import training_curves
from tests.classifier.plotting.test_figure import size_of


def test_curves_of_both_splits(tmp_path):
    names = ("loss", "balanced_accuracy", "validation_loss", "validation_balanced_accuracy")
    training_curves.draw({name: [0.9, 0.5, 0.7] for name in names}, 2, "title", tmp_path / "curves.png")
    assert size_of(tmp_path / "curves.png") == (990, 495)
