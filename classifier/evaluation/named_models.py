"""The trained models that a person names, to test them."""

from pathlib import Path

from classifier.core.errors import InputError
from classifier.records import artifact, multi_label, rule_file


def check_trained(path: Path) -> None:
    """Make sure that a path is a .tflite or a trained model's folder, and that it says which one label is right.

    Raises:
        InputError: it is neither, or it may report several labels at once.
    """
    what = "EvaluateModel.py and CompareModels.py test"
    if path.suffix != ".tflite":
        multi_label.refuse(artifact.load(path), what)
    elif not path.is_file():
        raise InputError(f"{path}: there is no such file; name a .tflite, or a trained model's folder")
    elif rule_file.is_multi_label(path):
        raise InputError(f"{path} may report several labels at once, and {what} models that say which one is right")
