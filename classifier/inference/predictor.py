"""Load a model to run on audio: LiteRT where there is a .tflite, Keras where there is none, behind one class."""

import contextlib
import functools
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from classifier.audio.channels import MIX
from classifier.audio.spectrograms import mel_spectrograms
from classifier.core.errors import InputError
from classifier.core.text import did_you_mean
from classifier.inference import outputs
from classifier.inference.litert import LiteRT
from classifier.records import artifact, rule_file, tflite_files, tflite_labels
from classifier.records.audio_format import AudioFormat
from classifier.records.run_record import RunRecord
from classifier.scoring.decision_rule import DecisionRule
from Constants import AUDIO_PIECE_LENGTH, SAMPLE_RATE, TRAINED

CACHED = 4  # models that a process keeps
OPEN_SECONDS = AUDIO_PIECE_LENGTH // SAMPLE_RATE  # of a window of a file that takes any length
ALONE = 0.5  # least probability to report the only label of a file


@dataclass(frozen=True)
class Predictor:
    """A model that is ready to run.

    Attributes:
        source: the file it was loaded from.
        audio_format: of its windows.
        labels: in the order of the outputs.
        probabilities: function of (windows, window_length) float32 audio; returns (windows, labels) in 0 to 1.
        rule: when a label is reported, chosen in training; None for a .tflite that does not hold one.
        independent: whether each label has a probability of its own, so that several may be right at once.
        notes: what a person should know of how it is run.
        channel: of audio.channels.CHANNELS, what it hears of recordings with several.
    """

    source: Path
    audio_format: AudioFormat
    labels: list[str]
    probabilities: Callable[[np.ndarray], np.ndarray]
    rule: DecisionRule | None = None
    independent: bool = False
    notes: tuple[str, ...] = ()
    channel: str = MIX

    @property
    def thresholds(self) -> dict[str, float]:
        """{label: least probability to report it}; a label without one needs none."""
        if self.rule is not None:
            return self.rule.thresholds
        return {self.labels[0]: ALONE} if len(self.labels) == 1 else {}

    @property
    def reports_several(self) -> bool:
        """Whether all labels that reach their thresholds are reported: of YAMNet, which has no thresholds, one is."""
        return self.independent and self.thresholds.keys() >= set(self.labels)

    @property
    def overlap(self) -> float:
        """The share of a window that the next one repeats, for its rule; 0 where the rule is for any."""
        hop = self.rule.hop if self.rule else None
        return max(0.0, 1 - hop / self.audio_format.seconds) if hop else 0.0


def find_model(model: Path | str, trained: Path = TRAINED) -> Path:
    """The path of a model that a person names.

    Args:
        model: a path; or a name: a folder of `trained`, else a network that is published as a .tflite, such as yamnet,
            which is downloaded where it is not here yet.
        trained: folder of trained models.

    Raises:
        InputError: a name is none of these, or the network cannot be downloaded.
    """
    path = Path(model)
    if path.exists() or path.name != str(path) or path.suffix == ".tflite":
        return path
    folders = artifact.folders(trained)
    if trained / path in folders:
        return trained / path
    from classifier.pretrained import weights  # what it downloads with takes a third of a second to import

    if path.name in weights.with_labels():
        try:
            return weights.fetch(path.name)
        except InputError as error:
            raise InputError(f"{error}; or name a trained model's folder with --model") from None
    names = [folder.name for folder in folders if (folder / artifact.RUN).is_file()]
    there = ", ".join(names)
    raise InputError(
        f"{path}: there is no trained model; name a folder of {trained} ({there or 'none yet: run TrainModel.py'}), "
        f"a .tflite file, or {', '.join(weights.with_labels())}"
        f"{did_you_mean(path.name, [*names, *weights.with_labels()])}"
    )


def load_predictor(
    model: Path | str,
    threads: int | None = None,
    trained: Path = TRAINED,
    head: str | None = None,
    activation: str | None = None,
    channel: str | None = None,
    as_in_app: bool = False,
) -> Predictor:
    """A predictor for a trained model's folder, or for a .tflite with metadata that takes raw audio.

    A folder is run by its model.tflite, or by Keras while it is not converted.

    Args:
        model: as of `find_model`.
        threads: that LiteRT may use; None: one per processor.
        trained: folder of trained models.
        head: name of the output of a .tflite with several; None: the one that fits its labels.
        activation: of outputs.Activation, that a .tflite's output needs; None: it gives probabilities.
        channel: of audio.channels.CHANNELS; None: what its training says.
        as_in_app: run a folder by the variant that goes into the app; a note says which, or that it is not converted.

    Raises:
        InputError: there is no such model, it does not say what its labels or its sample rate are, or its input or
            output is none that can be understood.
    """
    path = find_model(model, trained)
    return replace(_load(path, threads, head, activation, as_in_app), channel=channel or channel_of(path))


def channel_of(path: Path) -> str:
    """What a model's training says of channels; the mix where there is no run.json, or none that can be read.

    Args:
        path: a trained model's folder, or a file in one.
    """
    folder = path if path.is_dir() else path.parent
    with contextlib.suppress(InputError, OSError):
        return RunRecord.read(folder).config.channel
    return MIX


def _load(path: Path, threads: int | None, head: str | None, activation: str | None, as_in_app: bool) -> Predictor:
    if path.suffix == ".tflite":
        return _load_file(path, threads, head, activation)
    found = artifact.load(path)
    if (path / artifact.TFLITE).is_file():
        file, notes = path / artifact.TFLITE, ()
        if as_in_app:
            in_app = tflite_files.app_files(found)[0]
            file, notes = in_app.source, (_of_app(in_app),)
        lite = LiteRT(file, threads, head, len(found.labels))
        output = outputs.understand(lite, found.audio_format, activation)
        run = output.of(lite.by_frame)
        several = found.record.config.multi_label or output.independent
        return Predictor(lite.path, found.audio_format, found.labels, run, found.rule, several, notes)
    if head or activation:
        raise InputError(f"{path}: --head and --activation are for .tflite files, and this model is not converted")
    keras = functools.partial(artifact.load_keras(found).predict, verbose=0)
    run = outputs.Outputs(path / artifact.MODEL).of(keras)
    notes = (f"{path} is not converted: Keras runs it, where an app would run a .tflite",) if as_in_app else ()
    several = found.record.config.multi_label
    return Predictor(path / artifact.MODEL, found.audio_format, found.labels, run, found.rule, several, notes)


def _of_app(file: tflite_files.AppFile) -> str:
    there = "" if file.target.is_file() else ", once WriteMetadataToModel.py has written it"
    return f"{file.source} is the {file.variant} variant, which goes into the app as {file.target.name}{there}"


def _load_file(path: Path, threads: int | None, head: str | None, activation: str | None) -> Predictor:
    if not path.is_file():
        raise InputError(f"{path}: there is no such model; run ConvertModelToTFLite.py first")
    try:
        described = tflite_labels.describe(path)
    except InputError:
        LiteRT(path, threads, open_length=OPEN_SECONDS * SAMPLE_RATE)  # what it says of a file is said first
        raise
    rate, labels = described.sample_rate, described.labels
    lite = LiteRT(path, threads, head, len(labels), described.output, OPEN_SECONDS * rate)
    audio_format = AudioFormat(sample_rate=rate, window_length=lite.n_inputs)
    output = outputs.understand(lite, audio_format, activation)
    rule, notes = _rule_of_file(path, labels)
    return Predictor(
        path,
        audio_format,
        labels,
        output.of(lite.by_frame),
        rule,
        output.independent or rule_file.is_multi_label(path),
        tuple(f"{path}: {note}" for note in (*described.notes, *lite.notes, *output.notes, *notes)),
    )


def _rule_of_file(path: Path, labels: list[str]) -> tuple[DecisionRule | None, list[str]]:
    """The rule of the training beside a .tflite, else that in it, and notes."""
    if (path.parent / artifact.RUN).is_file():
        with contextlib.suppress(InputError):
            beside = artifact.load(path.parent)
            if beside.labels == labels:
                return beside.rule, []
    return rule_file.read(path, labels)


@functools.lru_cache(CACHED)
def cached_predictor(
    path: Path | str,
    version: Hashable,
    threads: int | None = None,
    head: str | None = None,
    activation: str | None = None,
) -> Predictor:
    """`load_predictor`, once per version of what lies at a path.

    Args:
        version: differs when the files there do.
    """
    return load_predictor(path, threads, head=head, activation=activation)


def load_dropin(path: Path | str, channel: str | None = None) -> Predictor:
    """A predictor that does what the app around a drop-in does: mel spectrograms by librosa, then the drop-in.

    Args:
        path: a trained model's folder, or the drop-in in it, with or without metadata.
        channel: as of `load_predictor`.

    Raises:
        InputError: there is no such model, it has no drop-in, or the file is none.
    """
    path = Path(path)
    trained = artifact.load(path.parent if path.suffix == ".tflite" else path)
    dropin, notes = path, ()
    if path.suffix != ".tflite":
        in_app = next((file for file in tflite_files.app_files(trained) if file.is_dropin), None)
        dropin, notes = (in_app.source, (_of_app(in_app),)) if in_app else (None, ())
    if dropin is None:
        raise InputError(
            f"{trained.folder} has no drop-in: no app computes half of its features; use TestSignalModel.py"
        )
    lite = LiteRT(dropin, n_labels=len(trained.labels))
    values = trained.audio_format.n_mels * trained.audio_format.n_frames
    if lite.n_inputs != values:
        raise InputError(
            f"{lite.path} takes {lite.n_inputs} values, and a mel spectrogram has {values}: it is no drop-in; name the "
            "folder of a model that has one"
        )

    def values_of(windows: np.ndarray) -> np.ndarray:
        return lite.by_frame(np.array([mel.ravel() for mel in mel_spectrograms(list(windows), trained.audio_format)]))

    probabilities = outputs.Outputs(lite.path).of(values_of)
    channel = channel or trained.record.config.channel
    about = lite.path, trained.audio_format, trained.labels, probabilities, trained.rule
    return Predictor(*about, trained.record.config.multi_label, notes, channel)
