"""What a person decides about a picture; imports nothing that draws."""

from dataclasses import dataclass
from pathlib import Path

from classifier.core import registry
from classifier.core.bounds import check_range
from classifier.core.errors import InputError

FOR_DATA = "log_mel_spectrogram,mfcc"  # features that are drawn of a data folder where none is named


@dataclass(frozen=True, kw_only=True)
class PlotConfig:
    """What is drawn: of a recording by default a picture; with features a gallery; or layers; or attention.

    Attributes:
        recording: or a data folder or its csv file; None: the sample signal, or a held-out recording for attention.
        png: where a single picture goes; None: named like the recording, in the current folder.
        features: files of classifier/features, with commas, or all; None: no gallery of a recording, FOR_DATA of data.
        layers: files of classifier/models, with commas, or all.
        attention: a trained model's folder.
        start: seconds before the window that features see.
        overlap: of windows, in [0, 1).
        out: folder for galleries.
        channel: of audio.channels.CHANNELS; None: what the model of `attention` was trained on, else the mix.

    Raises:
        InputError: a value is outside its range, or names what is not there.
    """

    recording: Path | None
    png: Path | None
    features: str | None
    layers: str | None
    attention: Path | None
    start: float
    overlap: float
    out: Path
    channel: str | None = None

    def __post_init__(self):
        check_range("--overlap", self.overlap, "a share of a window", 0, below=1)
        check_range("--start", self.start, "seconds before the window", 0)
        self.feature_names()
        self.model_names()
        if self.recording and not self.recording.exists():
            raise InputError(f"{self.recording}: there is no such recording or folder")

    @property
    def is_data(self) -> bool:
        """Whether a data folder is drawn, label by label."""
        return bool(self.recording) and (self.recording.is_dir() or self.recording.suffix == ".csv")

    def feature_names(self) -> list[str]:
        """The features of a gallery.

        Raises:
            InputError: one of them is none.
        """
        return registry.choose("features", self.features or FOR_DATA)

    def model_names(self) -> list[str]:
        """The models whose layers are drawn.

        Raises:
            InputError: one of them is none.
        """
        return registry.choose("models", self.layers or "")
