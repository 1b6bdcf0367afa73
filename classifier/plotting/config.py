"""What a person decides about a picture; imports nothing that draws."""

from dataclasses import dataclass
from pathlib import Path

from classifier.core import registry
from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from Constants import GALLERY

FOR_DATA = "log_mel_spectrogram,mfcc"  # features that are drawn of a data folder where none is named


@dataclass(frozen=True, kw_only=True)
class PlotConfig:
    """What is drawn: of a recording by default a picture; with features a gallery; or layers; or attention.

    Attributes:
        recording: or a data folder or its csv file; None: the sample signal, or a held-out recording for attention.
        png: where a single picture goes; None: into `out`, named like the recording.
        features: files of classifier/features, with commas, or all; None: no gallery of a recording, FOR_DATA of data.
        layers: files of classifier/models, with commas, or all.
        attention: a trained model's folder.
        start: seconds before the window that features see.
        overlap: of windows, in [0, 1).
        out: folder; None: GALLERY for galleries, the current folder for a single picture.
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
    out: Path | None
    channel: str | None = None

    def __post_init__(self):
        check_range("--overlap", self.overlap, "a share of a window", 0, below=1)
        check_range("--start", self.start, "seconds before the window", 0)
        self.feature_names()
        self.model_names()
        if self.png and self.out:
            raise InputError(f"--png {self.png} says where the picture goes; leave --out {self.out} out")
        if self.png and not self.is_single:
            raise InputError(f"--png {self.png} is for a single picture; name a folder with --out")
        if self.recording and not self.recording.exists():
            raise InputError(f"{self.recording}: there is no such recording or folder")

    @property
    def is_data(self) -> bool:
        """Whether a data folder is drawn, label by label."""
        return bool(self.recording) and (self.recording.is_dir() or self.recording.suffix == ".csv")

    @property
    def is_single(self) -> bool:
        """Whether one picture is drawn, of a recording or of attention."""
        return bool(self.attention) or not (self.layers or self.features or self.is_data)

    @property
    def folder(self) -> Path:
        """Where the pictures go."""
        if self.png:
            return self.png.parent
        return self.out or (Path() if self.is_single else GALLERY)

    def picture(self, name: str) -> Path:
        """Where a single picture goes; name: of the PNG where the person gave none."""
        return self.png or self.folder / name

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
        return registry.choose("models", self.layers) if self.layers else []
