"""Predictions as files that other programs open, by the writers of ClassifyRecordings.py."""

import io
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from classifier.core import registry
from classifier.inference.segments import Segment
from classifier.inference.writers import Classified
from classifier.service import schemas
from classifier.service.data_zip import safe
from classifier.service.settings import NotFound, Refused

WRITERS = ("csv", "audacity", "raven")
MEDIA = {".csv": "text/csv; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".zip": "application/zip"}


def write(
    writer: str, predictions: schemas.Predictions, model: schemas.Model, independent: bool, folder: Path
) -> tuple[str, bytes]:
    """What a writer makes of predictions.

    Args:
        writer: of WRITERS.
        predictions: with their windows; recordings that could not be read are left out.
        model: that made them.
        independent: whether several of its labels may be right at once.
        folder: for what is written; it is empty.

    Returns:
        A name, and the bytes of the file; a zip where it is a file per recording, and there are several.

    Raises:
        NotFound: there is no such writer.
        Refused: windows are missing, or cannot be of this model.
    """
    if writer not in WRITERS:
        raise NotFound(f"there is no writer {writer[:40]!r} here; there is {', '.join(WRITERS)}")
    read = [one for one in predictions.predictions if isinstance(one, schemas.RecordingPrediction)]
    if not read:
        raise Refused("there is nothing to write: give predictions with their windows (predict/?windows=true)")
    classified = [_classified(one, number, model, independent) for number, one in enumerate(read)]
    module = registry.load("writers", writer)
    path = folder / module.NAME
    module.write(classified, model.labels, path)
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    stem = safe(PurePosixPath(read[0].title).stem) if len(read) == 1 else "results"
    if len(files) == 1:
        return f"{stem}{files[0].suffix}", files[0].read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(path).as_posix())
    return f"{stem}.zip", packed.getvalue()


def _classified(
    prediction: schemas.RecordingPrediction, number: int, model: schemas.Model, independent: bool
) -> Classified:
    windows, labels = prediction.windows or [], set(model.labels)
    times = [time for window in windows for time in (window.start, window.end)]
    if not windows or not all(math.isfinite(time) and time >= 0 for time in (prediction.seconds, *times)):
        raise Refused("a recording has no windows, or impossible times: ask with predict/?windows=true")
    if any(window.label is not None and window.label not in labels for window in windows):
        raise Refused(f"a window has a label that {model.name} does not know: name the model that was asked")
    segments = segments_of(windows)
    name = PurePosixPath(prediction.title)
    return Classified(
        name=prediction.title,
        file=f"{safe(name.stem)}{f' ({number + 1})' if number else ''}",
        seconds=prediction.seconds,
        highest=model.sample_rate / 2,
        label=prediction.label,
        probability=max(prediction.probabilities, default=0.0),
        segments=segments,
        independent=independent,
    )


def segments_of(windows: Sequence[schemas.WindowPrediction]) -> list[Segment]:
    """Windows of one label that follow each other, and touch or overlap; of several labels, each has its own."""
    ordered = sorted(windows, key=lambda one: one.start)
    said = [{window.label} if window.reported is None else set(window.reported) for window in ordered]
    labels = dict.fromkeys(label for of in said for label in sorted(filter(None, of)))
    found = [
        _segment(label, run)
        for label in labels
        for run in _runs([window for window, of in zip(ordered, said, strict=True) if label in of])
    ]
    return sorted(found, key=lambda segment: segment.start)


def _runs(windows):
    """The windows that touch or overlap, together."""
    found: list[list[schemas.WindowPrediction]] = []
    for window in windows:
        if found and window.start <= found[-1][-1].end:
            found[-1].append(window)
        else:
            found.append([window])
    return found


def _segment(label, run):
    values = [dict(zip(one.labels, one.probabilities, strict=False)).get(label, 0.0) for one in run]
    return Segment(label, run[0].start, max(one.end for one in run), max(values), sum(values) / len(values))
