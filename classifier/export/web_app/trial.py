"""Which variant of a trained model a web app gets: the smallest that every runtime takes, LiteRT.js too."""

import base64
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.core.errors import InputError
from classifier.export import agreement, metadata
from classifier.export.web_app import litert_js
from classifier.inference.litert import LiteRT, probes
from classifier.records import artifact
from classifier.records.conversion import VARIANTS

PROGRAM = Path(__file__).parent / "trial.mjs"


@dataclass(frozen=True)
class Chosen:
    """The file of a model for a web app.

    Attributes:
        name: of the model.
        variant: of conversion.VARIANTS.
        content: the .tflite with metadata.
        channel: of audio.channels.CHANNELS, what it hears of recordings with several.
        difference: the largest from LiteRT, of a probability, for silence, noise and a tone.
        refused: {variant: why} of the smaller ones.
    """

    name: str
    variant: str
    content: bytes
    channel: str
    difference: float
    refused: dict[str, str]


def candidates(trained: artifact.Artifact) -> list[str]:
    """The variants that no tried runtime refuses and that lose little: the recommended one, then from small to large.

    Raises:
        InputError: the model is not converted.
    """
    found = trained.variants
    if not found:
        raise InputError(f"{trained.folder} is not converted; run ConvertModelToTFLite.py first")
    good = [name for name, of in found.files.items() if of.is_good]
    small_first = sorted(good, key=lambda name: found.files[name].bytes)
    return list(dict.fromkeys([found.recommended, *small_first]))


def choose(trained: artifact.Artifact, app: Path) -> Chosen:
    """The first of the candidates that LiteRT.js runs as LiteRT does, tried under Node.

    Args:
        app: folder of a web app that has module/ and litert/.

    Raises:
        InputError: LiteRT.js runs none of them.
    """
    names = candidates(trained)
    rows = probes(trained.audio_format)
    refused = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / VARIANTS[name] for name in names]
        for name, path in zip(names, paths, strict=True):
            plain = (trained.folder / VARIANTS[name]).read_bytes()
            path.write_bytes(metadata.write_with_schema(plain, metadata.facts(trained)))
        for name, path, found in zip(names, paths, ask(app, paths, rows), strict=True):
            if isinstance(found, str):
                refused[name] = found
                continue
            difference = float(np.abs(found - LiteRT(path).run(rows)).max())
            if difference <= agreement.tolerance(name):
                channel = trained.record.config.channel
                return Chosen(trained.folder.name, name, path.read_bytes(), channel, difference, refused)
            refused[name] = f"it differs from LiteRT by {difference:.1e}"
    reasons = "; ".join(f"{name}: {why}" for name, why in refused.items())
    raise InputError(f"LiteRT.js runs no variant of {trained.folder} ({reasons}); take another model with --model")


def ask(app: Path, files: Sequence[Path], rows: np.ndarray) -> list[np.ndarray | str]:
    """What LiteRT.js predicts with each of several files, (rows, labels), or why it runs one not.

    Args:
        app: as of `choose`.
        files: .tflite with metadata.
        rows: (rows, n) float32, n the window length of all of them.
    """
    given = {
        "folder": f"{app.resolve().as_uri()}/",
        "models": [str(path) for path in files],
        "rows": base64.b64encode(rows.astype("<f4").tobytes()).decode(),
        "length": rows.shape[1],
    }
    answers = json.loads(litert_js.run(PROGRAM, json.dumps(given)))
    return [answer.get("refused") or np.array(answer["probabilities"], "float32") for answer in answers]
