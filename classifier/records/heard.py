"""What a model has heard, and the held-out model that has not heard what its refit has."""

from pathlib import Path

from classifier.records import artifact
from classifier.records.run_record import RunRecord


def of(record: RunRecord) -> dict[str, set[str]]:
    """{"train", "validation": sounds of the recordings} that a model learned from, and that it was chosen with.

    What its teacher has heard it has heard, too, and what the model has that its first weights are of.
    """
    split, learned = record.split, record.refit.splits if record.refit else ["train"]
    uses = {"train": learned, "validation": [] if "validation" in learned else ["validation"]}
    found = {use: {sound for name in splits for sound in split.sounds_of(name)} for use, splits in uses.items()}
    if teacher := (record.refit or record).teacher:
        found["train"].update(teacher.train)
        found["validation"].update(set(teacher.validation) - found["train"])
    if earlier := record.start:
        found["train"].update(earlier.train)
        found["validation"].update(set(earlier.validation) - found["train"])
    return found


def of_folder(path: Path | str) -> dict[str, set[str]]:
    """`of` a trained model's folder, or of a file in one; empty sets where it does not say what it was trained with."""
    path = Path(path)
    folder = path.parent if path.suffix == ".tflite" else path
    if not (folder / artifact.RUN).is_file():
        return {"train": set(), "validation": set()}
    return of(artifact.load(folder).record)


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
