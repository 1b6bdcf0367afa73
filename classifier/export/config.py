"""What a person decides about converting a model, writing its metadata and checking a file; imports no TensorFlow."""

from dataclasses import dataclass
from pathlib import Path

from classifier.audio.recording import RATES
from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from classifier.core.text import did_you_mean
from classifier.records.conversion import RECOMMENDED, VARIANTS

APP_FILES = "*_metadata.tflite"  # in a trained model's folder


@dataclass(frozen=True, kw_only=True)
class ConversionConfig:
    """Which trained models are converted.

    Attributes:
        model: names with commas, folders with commas, or all that are trained.
        trained: folder of trained models.
    """

    model: str
    trained: Path


@dataclass(frozen=True, kw_only=True)
class MetadataConfig(ConversionConfig):
    """Which variant of which trained models becomes the file for an app.

    Attributes:
        variant: of conversion.VARIANTS, or RECOMMENDED.
        recording: given to every runtime; None: one held out in training.

    Raises:
        InputError: there is no such variant.
    """

    variant: str
    recording: Path | None

    def __post_init__(self):
        if self.variant not in (RECOMMENDED, *VARIANTS):
            known = (RECOMMENDED, *VARIANTS)
            raise InputError(
                f"--variant {self.variant}: there is no such variant; take one of {', '.join(known)}"
                f"{did_you_mean(self.variant, known)}"
            )


@dataclass(frozen=True, kw_only=True)
class WebAppConfig(ConversionConfig):
    """Which trained models become a web app, and where.

    Attributes:
        model: as of ConversionConfig; the first is chosen when the page opens.
        out: folder of the web app; one that is there is replaced.
    """

    out: Path


@dataclass(frozen=True, kw_only=True)
class FileConfig:
    """Which .tflite gets metadata, and which.

    Attributes:
        file: a .tflite, made here or elsewhere.
        labels: file with one label per line, or a csv; None: those of the file's own metadata.
        sample_rate: Hz; None: that of the file's own metadata.
        out: the copy.
        head, activation: as of predictor.load_predictor.
        recording: given to every runtime; None: one of data_short.

    Raises:
        InputError: there is no such file, no recording has such a sample rate, or the copy would be no .tflite.
    """

    file: Path
    labels: Path | None
    sample_rate: int | None
    out: Path
    head: str | None = None
    activation: str | None = None
    recording: Path | None = None

    def __post_init__(self):
        if not self.file.is_file():
            raise InputError(f"{self.file}: there is no such file; name a .tflite")
        if self.sample_rate is not None:
            check_range("--sample-rate", self.sample_rate, "Hz", *RATES)
        if self.out.suffix != ".tflite":
            raise InputError(f"--out {self.out}: its name must end with .tflite")


@dataclass(frozen=True, kw_only=True)
class CheckConfig:
    """Which files are checked.

    Attributes:
        files: .tflite; none: those for an app of all trained models.
        trained: folder of trained models.
        recording: given to every runtime; None: one held out in training, else one of data_short.
        head, activation: as of predictor.load_predictor.
    """

    files: tuple[Path, ...]
    trained: Path
    recording: Path | None
    head: str | None = None
    activation: str | None = None

    def paths(self) -> list[Path]:
        """The files to check.

        Raises:
            InputError: none is named, and none is for an app.
        """
        from classifier.records import (
            artifact,
            tflite_metadata,
        )  # artifact imports SciPy, and --help must not wait for it

        found = list(self.files) or [
            path
            for folder in artifact.folders(self.trained)
            for path in sorted(folder.glob(APP_FILES))
            if not tflite_metadata.embedding_rate(path)  # which has no labels to check
        ]
        if not found:
            raise InputError(
                f"{self.trained} holds no .tflite with metadata; name a file, or run WriteMetadataToModel.py first"
            )
        return found
