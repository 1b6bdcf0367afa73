"""What a person decides about converting a model, writing its metadata and checking a file; imports no TensorFlow."""

from dataclasses import dataclass
from pathlib import Path

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
class CheckConfig:
    """Which files are checked.

    Attributes:
        files: .tflite; none: those for an app of all trained models.
        trained: folder of trained models.
        recording: given to every runtime; None: one held out in training, else one of data_short.
    """

    files: tuple[Path, ...]
    trained: Path
    recording: Path | None

    def paths(self) -> list[Path]:
        """The files to check.

        Raises:
            InputError: none is named, and none is for an app.
        """
        found = list(self.files) or sorted(self.trained.glob(f"*/{APP_FILES}"))
        if not found:
            raise InputError(
                f"{self.trained} holds no .tflite with metadata; name a file, or run WriteMetadataToModel.py first"
            )
        return found
