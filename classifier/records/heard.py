"""What a refitted model has heard, and the held-out model that has not."""

from pathlib import Path

from classifier.records import artifact


def note(path: Path, recording: Path) -> str:
    """A sentence where a refitted model has learned from a recording; "" for another model, and for what is new to it.

    Args:
        path: a trained model's folder, or a .tflite in one.
    """
    folder = path.parent if path.suffix == ".tflite" else path
    if artifact.figures(folder) == folder:
        return ""
    trained = artifact.load(folder)
    learned = trained.record.refit.splits if trained.record.refit else []
    if not any(recording.samefile(one) for split_name in learned for one in trained.recordings(split_name)):
        return ""
    held_out = artifact.figures(folder)
    return f"{folder} has learned from {recording.name} in its refit: {held_out} is the model that was tested"


def held_out_twin(path: Path) -> Path | None:
    """What was made of the held-out model as `path` was of the refitted one; None where there is no such file.

    Args:
        path: a trained model's folder, or a .tflite in one.
    """
    folder = path.parent if path.suffix == ".tflite" else path
    if artifact.figures(folder) == folder:
        return None
    twin = artifact.figures(folder) / path.relative_to(folder)
    return twin if twin.exists() else None
