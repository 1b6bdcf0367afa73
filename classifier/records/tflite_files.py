"""The .tflite files in a trained model's folder: what they are called, and which go into an app."""

from dataclasses import dataclass, replace
from pathlib import Path

from classifier.core.errors import InputError
from classifier.records.artifact import DROPIN, Artifact
from classifier.records.conversion import FLOAT32, RECOMMENDED, VARIANTS


@dataclass(frozen=True)
class AppFile:
    """A file to copy into an app.

    Attributes:
        source: the .tflite without metadata that it is made from.
        target: its own path.
        takes: what its input is, in words.
        variant: of VARIANTS.
        is_dropin: whether the app computes the mel spectrogram.
    """

    source: Path
    target: Path
    takes: str
    variant: str
    is_dropin: bool = False


def app_files(trained: Artifact) -> list[AppFile]:
    """The files step 3 writes, raw audio first. The drop-in has the name that the app of reference 0 opens.

    Raises:
        InputError: the model is not converted yet, or not to the variant that is for the app.
    """
    folder, name = trained.folder, trained.name
    variant = trained.variants.for_app if trained.variants else FLOAT32
    source = folder / VARIANTS[variant]
    if not source.is_file():
        raise InputError(f"{folder} has no {source.name}; run ConvertModelToTFLite.py, which says why if it makes none")
    plain, dropin = folder / f"model_{name}_metadata.tflite", folder / DROPIN
    has_dropin = dropin.is_file()
    target = folder / f"model_{name}_audio_metadata.tflite" if has_dropin else plain
    first = AppFile(source, target, f"{trained.audio_format.seconds:g} s of audio", variant)
    return [first, *([AppFile(dropin, plain, "the app's mel spectrogram", FLOAT32, True)] if has_dropin else [])]


def embedding_name(name: str) -> str:
    """The file that computes a model's embeddings; ConvertModelToTFLite.py writes it where it is asked to."""
    return f"model_{name}_embedding_metadata.tflite"


def stream_name(name: str) -> str:
    """The stream of a model; ConvertModelToTFLite.py writes it where it is asked to."""
    return f"model_{name}_stream.tflite"


def frames_name(name: str) -> str:
    """The file that gives a model's probabilities frame by frame; ConvertModelToTFLite.py writes it where asked."""
    return f"model_{name}_frames.tflite"


def take(trained: Artifact, variant: str) -> None:
    """Let a variant, or the recommended one, be the one for the app.

    Raises:
        InputError: the model has no such variant.
    """
    found = trained.variants
    chosen = found.recommended if found and variant == RECOMMENDED else variant
    if not found or chosen not in found.files:
        has = ", ".join(found.files) if found else "nothing yet"
        raise InputError(f"{trained.folder} is not converted to {variant} ({has}); run ConvertModelToTFLite.py")
    replace(found, for_app=chosen).save(trained.folder)
