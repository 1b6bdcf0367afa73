"""Pictures and sounds of the report: drawn into the model's folder, or on the spot, and embedded as data URIs."""

import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.audio.spectrograms import mel_spectrograms
from classifier.plotting import confusion_matrix, det_curve, recording_pictures, reliability_diagram, training_curves
from classifier.records import artifact
from classifier.records.audio_format import AudioFormat
from classifier.scoring.metrics import UnitScores

CURVES, RELIABILITY, CONFUSION, DET = "curves.png", "reliability.png", "confusion_{}.png", "det.png"


@dataclass(frozen=True)
class Media:
    """A picture or a sound: a data URI, and what it shows or says in words."""

    uri: str
    alt: str


def embedded(path: Path, media_type: str, alt: str) -> Media:
    """A file as a data URI.

    Args:
        media_type: such as "image/png".
    """
    return Media(f"data:{media_type};base64,{base64.b64encode(path.read_bytes()).decode()}", alt)


def curves(trained: artifact.Artifact) -> Media | None:
    """The training curves, drawn into the report's folder; None where there is no history."""
    if not (artifact.figures(trained.folder) / artifact.HISTORY).is_file():
        return None
    path, best_epoch = trained.folder / artifact.REPORT / CURVES, trained.record.best_epoch
    training_curves.draw(trained.history(), best_epoch, f"{trained.name}: training", path)
    measure = "mean average precision" if trained.record.multi_label_scores else "balanced accuracy"
    alt = f"Loss and {measure} over the epochs, training and validation; epoch {best_epoch} is kept"
    return embedded(path, "image/png", alt)


def confusion(trained: artifact.Artifact, score: UnitScores, what: str) -> Media:
    """The confusion matrix of "windows" or "recordings", drawn into the report's folder."""
    path = trained.folder / artifact.REPORT / CONFUSION.format(what)
    title = f"{trained.name}: test {what}, {score.right} of {score.n} right"
    confusion_matrix.draw(score.confusion, trained.labels, title, path)
    return embedded(path, "image/png", f"Confusion matrix of the {what}, as in the table above")


def reliability(trained: artifact.Artifact) -> Media:
    """The reliability diagram, before and after tempering, drawn into the report's folder."""
    path, found = trained.folder / artifact.REPORT / RELIABILITY, trained.record.calibration
    tables = {"as trained": found.before} | ({} if found.temperature == 1 else {"tempered": found.after})
    reliability_diagram.draw(tables, f"{trained.name}: test windows", path)
    return embedded(path, "image/png", "Share of test windows that are right, by the confidence of the model")


def det(
    trained: artifact.Artifact,
    curves: dict[str, list[tuple[float, float]]],
    chosen: dict[str, tuple[float, float]],
    per_hour: float,
) -> Media:
    """The DET curve of the decision rule, drawn into the report's folder; arguments are those of det_curve.draw."""
    path = trained.folder / artifact.REPORT / DET
    det_curve.draw(curves, chosen, per_hour, f"{trained.name}: decision rule on timelines", path)
    return embedded(path, "image/png", "Share of events missed, by false alarms per hour; a dot where the rule stands")


def window(signal: np.ndarray, audio_format: AudioFormat, what: str) -> tuple[Media, Media]:
    """Mel spectrogram and sound of a window.

    Args:
        signal: (samples,), no longer than a window; what is missing is silence.
        what: the window in words.
    """
    padded = np.pad(signal, (0, audio_format.window_length - len(signal)))
    with tempfile.TemporaryDirectory() as folder:
        png, wav = Path(folder) / "window.png", Path(folder) / "window.wav"
        recording.write(wav, padded, audio_format.sample_rate)
        recording_pictures.draw_thumbnail(mel_spectrograms([padded], audio_format)[0], png)
        picture = embedded(png, "image/png", f"Mel spectrogram of {what}")
        return picture, embedded(wav, "audio/wav", f"Listen to {what}")
