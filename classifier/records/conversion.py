"""What conversion found: the variants of a model, measured side by side; trained/<model>/variants.json."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from classifier.core import atomic_files, typed_json
from classifier.core.errors import InputError
from classifier.scoring.metrics import Scores

FLOAT32, FLOAT16, DYNAMIC, INT8 = "float32", "float16", "dynamic", "int8"
VARIANTS = {  # from large to small: all predict nearly the same, and not every model has all
    FLOAT32: "model.tflite",
    FLOAT16: "model_float16.tflite",  # weights in half as many bits
    DYNAMIC: "model_dynamic.tflite",  # weights in 8 bits, the rest in floats
    INT8: "model_int8.tflite",  # the network in whole numbers of 8 bits
}
VARIANTS_FILE = "variants.json"
RECOMMENDED = "recommended"
MOST_LOST = 0.005  # of the validation windows that Keras has right; who loses more is not recommended


@dataclass(frozen=True)
class Count:
    """How many windows, or recordings, there are and how many are right."""

    n: int
    right: int


@dataclass(frozen=True)
class Comparison:
    """A variant beside Keras on a split.

    Attributes:
        windows, recordings: what the variant has right.
        accuracy_lost: how much smaller the share of right windows is than with Keras; below 0 where it is larger.
        changed: how many windows have another label than with Keras.
        largest_change: of a probability.
        scores: of the variant; None in the files of older versions.
    """

    windows: Count
    recordings: Count
    accuracy_lost: float
    changed: int
    largest_change: float
    scores: Scores | None = None


@dataclass(frozen=True)
class Variant:
    """A .tflite, measured.

    Attributes:
        bytes: size of the file.
        validation, test: beside Keras; None where the split's recordings are gone or have changed.
        milliseconds: {threads: (median, 95th percentile)} per window on the computer that converted it.
        arena: bytes of memory that it needs beside the file.
        refused: {runtime: why} of the runtimes that cannot run it.
    """

    bytes: int
    validation: Comparison | None
    test: Comparison | None
    milliseconds: Mapping[int, tuple[float, float]]
    arena: int
    refused: Mapping[str, str]

    @property
    def is_good(self) -> bool:
        """Whether no runtime refuses it and it loses little on the validation split."""
        return self.validation is not None and self.validation.accuracy_lost <= MOST_LOST and not self.refused


@dataclass(frozen=True)
class ConversionRecord:
    """The variants of a model.

    Attributes:
        recommended: the smallest variant that loses little and that every runtime takes.
        for_app: the variant that the files to copy into an app are made from.
        files: {variant: Variant}, from large to small.
        not_tried: {runtime: why} of the runtimes that cannot run on the computer that converted the model.
    """

    recommended: str
    for_app: str
    files: Mapping[str, Variant]
    not_tried: Mapping[str, str]

    def taken_by(self, variant: str) -> str:
        """Which runtimes take a variant, as a cell of a table: "all", or who refuses it and who cannot run here."""
        refused, cells = self.files[variant].refused, []
        if refused:
            cells.append(f"not {', '.join(refused)}")
        if self.not_tried:
            cells.append(f"not tried here: {', '.join(self.not_tried)}")
        return "; ".join(cells) or "all"

    def save(self, folder: Path) -> None:
        """Write variants.json into a trained model's folder."""
        with atomic_files.new_file(folder / VARIANTS_FILE) as fresh:
            fresh.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load(folder: Path) -> ConversionRecord | None:
    """Read variants.json of a trained model's folder; None where the model is not converted.

    Raises:
        InputError: the file is damaged.
    """
    path = folder / VARIANTS_FILE
    if not path.is_file():
        return None
    try:
        return typed_json.parse(ConversionRecord, json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise InputError(f"{path} is damaged ({error}); convert it again with ConvertModelToTFLite.py") from None
