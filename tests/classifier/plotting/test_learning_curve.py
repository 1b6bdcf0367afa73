from classifier.plotting import learning_curve
from tests.classifier.plotting.test_figure import size_of
from tests.classifier.scoring.test_learning_curve import make_curve


def test_a_curve_with_and_without_forecasts(tmp_path):
    learning_curve.draw(make_curve()[1], "title", tmp_path / "curve.png")
    assert size_of(tmp_path / "curve.png") == (990, 495)
